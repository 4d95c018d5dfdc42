"""The demo's returns as the tests look at them: read by the portal's own checks, and added up."""

import csv
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache

from anchor_portal.domain.answers.completeness import Reviewed, review
from anchor_portal.domain.answers.parts import Asking, Last, Level, Rate
from anchor_portal.domain.questionnaire.version import Option, Questionnaire, parse
from anchor_portal.folders import folder
from anchor_portal.services.demo.answers import DemoReturn, DemoRound, demo_returns, demo_rounds

TODAY = date(2026, 11, 22)
OPEN_ROUND = "2027-01"
FULL_ROUNDS = ("2024-07", "2025-01", "2025-07", "2026-01", "2026-07")
SIGNED = {"accepted", "submitted", "returned", "withdrawn"}

Answers = Mapping[str, Mapping[str, str]]
Sums = Callable[[Answers], tuple[Decimal, Decimal] | None]


@cache
def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of a table under seeds/."""
    with (folder("seeds") / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


REGISTER = {row["slug"]: row for row in rows_of("signatories.csv")}
TIER_OF = {row["code"]: row["tier"] for row in rows_of("levels.csv")}


@cache
def returns_on(today: date) -> tuple[DemoReturn, ...]:
    """The demo's returns, made once for each day of seeding."""
    return demo_returns(today)


@cache
def questionnaires() -> dict[str, Questionnaire]:
    """Both versions, by code."""
    paths = (folder("seeds") / "questionnaires").glob("*.toml")
    return {path.stem: parse(path.read_text(encoding="utf-8"), path.name) for path in paths}


def asking_of(one: DemoReturn, held: DemoRound, today: date) -> Asking:
    """Who is asked, with the tables under seeds/."""
    organisation = REGISTER[one.organisation]
    levels = [row for row in rows_of("levels.csv") if row["scale"] == organisation["scale"]]
    days = ("valid_from", "valid_to")
    rates = [
        Rate(row["year"], row["year"], "", *(date.fromisoformat(row[day]) for day in days))
        for row in rows_of("rlw_rates.csv")
        if row["valid_from"] <= held.period_to.isoformat() and held.period_from.isoformat() <= row["valid_to"]
    ]
    return Asking(
        organisation["sector"],
        organisation["scale"],
        today,
        held.period_from,
        held.period_to,
        tuple(Level(row["code"], row["name"], row["tier"]) for row in levels),
        tuple(rates),
        tuple(Option(row["gss_code"], row["name"]) for row in rows_of("places.csv")),
    )


def reviews(today: date, first_round: str = "") -> Iterator[tuple[DemoReturn, Reviewed]]:
    """Every return from a round on, with what the portal makes of it beside the last accepted one."""
    rounds = {one.code: one for one in demo_rounds(today)}
    last: dict[str, Last] = {}
    for one in returns_on(today):
        held = rounds[one.round]
        if one.round >= first_round:
            yield one, _reviewed(one, held, today, last.get(one.organisation))
        if one.status == "accepted":
            last[one.organisation] = Last(one.answers, held.period_to)


def _reviewed(one: DemoReturn, held: DemoRound, today: date, last: Last | None) -> Reviewed:
    version = questionnaires()[held.questionnaire]
    is_signed = one.status in SIGNED
    return review(version, one.answers, asking_of(one, held, today), complete=is_signed, last=last)


def in_round(code: str) -> dict[str, Answers]:
    """Accepted answers of a round, by organisation."""
    accepted = [one for one in returns_on(TODAY) if one.round == code and one.status == "accepted"]
    return {one.organisation: one.answers for one in accepted}


def sums_of_share(key: str) -> Sums:
    """Numerator and denominator of a share, where both are given."""

    def counts(answers: Answers) -> tuple[Decimal, Decimal] | None:
        parts = answers.get(key, {})
        return (Decimal(parts["numerator"]), Decimal(parts["denominator"])) if "numerator" in parts else None

    return counts


def sums_of_levels(*tiers: str) -> Sums:
    """Staff from an ethnic minority and staff of known ethnicity, in some tiers or in all."""

    def counts(answers: Answers) -> tuple[Decimal, Decimal] | None:
        found = {part.partition("."): int(text) for part, text in answers["workforce.levels"].items() if "." in part}
        wanted = {name: count for name, count in found.items() if not tiers or TIER_OF[name[0]] in tiers}
        minority = sum(count for name, count in wanted.items() if name[2] == "ethnic_minority")
        white = sum(count for name, count in wanted.items() if name[2] == "white")
        return Decimal(minority), Decimal(minority + white)

    return counts


def percent(counts: dict[str, tuple[Decimal, Decimal]], panel: set[str]) -> Fraction:
    """Ratio of sums over some organisations, in per cent."""
    part, whole = (sum((Fraction(counts[name][which]) for name in panel), Fraction(0)) for which in (0, 1))
    return 100 * part / whole


def counted(code: str, sums: Sums) -> dict[str, tuple[Decimal, Decimal]]:
    """Both counts of every organisation that gave them, in the accepted returns of a round."""
    found = {name: sums(answers) for name, answers in in_round(code).items()}
    return {name: counts for name, counts in found.items() if counts is not None}
