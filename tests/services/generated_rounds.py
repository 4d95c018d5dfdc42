"""Rounds of returns made up by a seeded random generator: every way in which a figure can be given or be missing."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from tests.make import Parts, signed
from tests.services.demo_checks import REGISTER, rows_of

ROUNDS = {
    "2024-07": date(2024, 7, 31),
    "2025-01": date(2025, 1, 31),
    "2025-07": date(2025, 7, 31),
    "2026-01": date(2026, 1, 30),
    "2026-07": date(2026, 7, 31),
}
STATUSES = ("accepted",) * 12 + ("submitted", "draft", "draft", "nil", "nothing", "nothing")


@dataclass(frozen=True)
class Member:
    """An organisation of the register, as far as figures depend on it."""

    slug: str
    name: str
    sector: str
    place: str
    scale: str
    headcount: int | None
    joined_on: date | None
    left_on: date | None


@dataclass(frozen=True)
class Given:
    """One return: where it stands, and its answers."""

    status: str
    answers: dict[str, Parts]


@dataclass(frozen=True)
class World:
    """A register, and the returns of every round by organisation."""

    members: dict[str, Member]
    returns: dict[str, dict[str, Given]]


def make_world(seed: int) -> World:
    """The same world for the same seed."""
    chance = random.Random(seed)
    members = {slug: _member(slug, row, chance) for slug, row in REGISTER.items()}
    returns = {code: {slug: _return(member, chance) for slug, member in members.items()} for code in ROUNDS}
    for slug in members:
        _carry_tables([given[slug] for given in returns.values()], chance)
    return World(members, returns)


def _carry_tables(given: list[Given], chance: random.Random) -> None:
    """Some of an organisation's level tables become those that it gave before, to the last number."""
    before: Parts = {}
    for one in given:
        table = one.answers.get("workforce.levels", {})
        if "reason" in table and "state" not in table:
            if before and chance.random() < 0.6:
                one.answers["workforce.levels"] = before | {"reason": "The same table, for another reason."}
            before = one.answers["workforce.levels"]


def _member(slug: str, row: dict[str, str], chance: random.Random) -> Member:
    return Member(
        slug=slug,
        name=row["full_name"],
        sector=row["sector"],
        place=row["main_place"] or "several",
        scale=row["scale"],
        headcount=chance.choice([None, chance.randint(5, 7000), chance.randint(5, 7000)]),
        joined_on=chance.choice([None, None, None, date(2025, 3, 1)]),
        left_on=chance.choice([None, None, None, None, date(2026, 3, 1)]),
    )


def _return(member: Member, chance: random.Random) -> Given:
    status = chance.choice(STATUSES)
    if status in {"nothing", "nil"}:
        return Given(status, {})
    answers = signed(
        about__headcount=chance.choice([_headcount, _headcount, _not_known, _blank])(chance),
        p2__local_fte=_share(chance, 400_000),
        p2__local_spend=_share(chance, 5_000_000_000),
        workforce__levels=chance.choice([_levels(member), _levels(member), _levels(member), _not_known, _blank])(
            chance
        ),
    )
    if status == "draft":
        del answers["signoff"]
    return Given(status, {key: parts for key, parts in answers.items() if parts})


def _headcount(chance: random.Random) -> Parts:
    return {"": str(chance.randint(1, 7000))}


def _not_known(chance: random.Random) -> Parts:
    return {"state": "not_known", "reason": chance.choice(["not_held", "The system was being replaced."])}


def _blank(chance: random.Random) -> Parts:
    return {}


def _share(chance: random.Random, largest: int) -> Parts:
    return chance.choice([_counts(largest)] * 6 + [_percent, _not_known, _blank, _zero])(chance)


def _counts(largest: int) -> Callable[[random.Random], Parts]:
    def make(chance: random.Random) -> Parts:
        whole = chance.randint(1, largest)
        parts = {"numerator": _hundredths(chance.randint(0, whole)), "denominator": _hundredths(whole)}
        unknown = {"unknown": _hundredths(chance.randint(0, largest))} if chance.random() < 0.5 else {}
        return parts | unknown | ({"basis": "estimate"} if chance.random() < 0.3 else {})

    return make


def _hundredths(amount: int) -> str:
    return f"{amount // 100}.{amount % 100:02}"


def _percent(chance: random.Random) -> Parts:
    return {"percent": chance.choice(["0", "12.5", "66.67", "100"])}


def _zero(chance: random.Random) -> Parts:
    return {"numerator": "0.00", "denominator": "0.00", "unknown": "12.00"}


def _levels(member: Member) -> Callable[[random.Random], Parts]:
    codes = [row["code"] for row in rows_of("levels.csv") if row["scale"] == member.scale]

    def make(chance: random.Random) -> Parts:
        parts: Parts = {}
        for code in codes:
            if chance.random() < 0.7:
                parts[f"{code}.ethnic_minority"] = str(chance.choice([0, 1, 3, chance.randint(0, 300)]))
                parts[f"{code}.white"] = str(chance.choice([0, chance.randint(0, 2000)]))
                if chance.random() < 0.6:
                    parts[f"{code}.not_stated"] = str(chance.randint(0, 90))
        return parts | {"reason": "The table is of another day."} if parts else {}

    return make
