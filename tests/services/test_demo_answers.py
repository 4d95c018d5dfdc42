"""The demo's rounds, returns and people: sound under the portal's own checks, and telling a story."""

import csv
import os
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from time import process_time
from urllib.parse import urlsplit

import pytest

from anchor_portal.domain.completeness import Reviewed, review
from anchor_portal.domain.parts import Asking, Last, Level
from anchor_portal.domain.questionnaire import Option, Questionnaire, parse
from anchor_portal.folders import folder
from anchor_portal.services.demo_answers import (
    DemoReturn,
    DemoRound,
    demo_people,
    demo_returns,
    demo_rounds,
    register_headcounts,
)

TODAY = date(2026, 11, 22)
SIGNED = {"accepted", "submitted", "returned", "withdrawn"}
FULL_ROUNDS = ("2024-07", "2025-01", "2025-07", "2026-01", "2026-07")
DIGEST = (
    "import hashlib, datetime; from anchor_portal.services.demo_answers import demo_returns; "
    "print(hashlib.sha256(repr(demo_returns(datetime.date(2026, 11, 22))).encode()).hexdigest())"
)

Answers = Mapping[str, Mapping[str, str]]


@cache
def rows_of(name: str) -> list[dict[str, str]]:
    with (folder("seeds") / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


REGISTER = {row["slug"]: row for row in rows_of("signatories.csv")}
TIER_OF = {row["code"]: row["tier"] for row in rows_of("levels.csv")}


@pytest.fixture(scope="module")
def returns() -> tuple[DemoReturn, ...]:
    return demo_returns(TODAY)


@pytest.fixture(scope="module")
def questionnaires() -> dict[str, Questionnaire]:
    paths = (folder("seeds") / "questionnaires").glob("*.toml")
    return {path.stem: parse(path.read_text(encoding="utf-8"), path.name) for path in paths}


def asking_of(one: DemoReturn, held: DemoRound, today: date) -> Asking:
    organisation = REGISTER[one.organisation]
    levels = [row for row in rows_of("levels.csv") if row["scale"] == organisation["scale"]]
    rates = [
        row["year"]
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
        tuple(Option(year, year) for year in rates),
        tuple(Option(row["gss_code"], row["name"]) for row in rows_of("places.csv")),
    )


def reviews(questionnaires: dict[str, Questionnaire], today: date) -> Iterator[tuple[DemoReturn, Reviewed]]:
    """Every return with what the portal's own checks make of it, beside the last accepted one."""
    rounds = {one.code: one for one in demo_rounds(today)}
    last: dict[str, Last] = {}
    for one in demo_returns(today):
        held = rounds[one.round]
        found = review(
            questionnaires[held.questionnaire],
            one.answers,
            asking_of(one, held, today),
            complete=one.status in SIGNED,
            last=last.get(one.organisation),
        )
        yield one, found
        if one.status == "accepted":
            last[one.organisation] = Last(one.answers, held.period_to)


@pytest.fixture(scope="module")
def reviewed(questionnaires: dict[str, Questionnaire]) -> list[tuple[DemoReturn, Reviewed]]:
    return list(reviews(questionnaires, TODAY))


def in_round(returns: tuple[DemoReturn, ...], code: str) -> dict[str, Answers]:
    return {
        one.organisation: one.answers for one in returns if one.round == code and one.status == "accepted"
    }


def sums_of_share(key: str) -> Callable[[Answers], tuple[Decimal, Decimal] | None]:
    def counts(answers: Answers) -> tuple[Decimal, Decimal] | None:
        parts = answers.get(key, {})
        return (Decimal(parts["numerator"]), Decimal(parts["denominator"])) if "numerator" in parts else None

    return counts


def sums_of_levels(*tiers: str) -> Callable[[Answers], tuple[Decimal, Decimal] | None]:
    def counts(answers: Answers) -> tuple[Decimal, Decimal] | None:
        found = {
            part.partition("."): int(text)
            for part, text in answers["workforce.levels"].items()
            if "." in part
        }
        wanted = {name: count for name, count in found.items() if not tiers or TIER_OF[name[0]] in tiers}
        minority = sum(count for name, count in wanted.items() if name[2] == "ethnic_minority")
        white = sum(count for name, count in wanted.items() if name[2] == "white")
        return Decimal(minority), Decimal(minority + white)

    return counts


def percent(counts: dict[str, tuple[Decimal, Decimal]], panel: set[str]) -> Fraction:
    """Ratio of sums over some organisations, in per cent."""
    part, whole = (sum((Fraction(counts[name][which]) for name in panel), Fraction(0)) for which in (0, 1))
    return 100 * part / whole


def counted(
    returns: tuple[DemoReturn, ...], code: str, sums: Callable[[Answers], tuple[Decimal, Decimal] | None]
) -> dict[str, tuple[Decimal, Decimal]]:
    found = {name: sums(answers) for name, answers in in_round(returns, code).items()}
    return {name: counts for name, counts in found.items() if counts is not None}


def test_the_same_day_gives_the_same_returns_whatever_the_seed_of_the_process() -> None:
    def digest(seed: str) -> str:
        made = subprocess.run(
            [sys.executable, "-c", DIGEST],
            capture_output=True,
            check=True,
            text=True,
            cwd=folder("seeds").parent,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        return made.stdout

    assert digest("1") == digest("2")


def test_published_rounds_do_not_depend_on_the_day_of_seeding(returns: tuple[DemoReturn, ...]) -> None:
    later = demo_returns(date(2027, 4, 30))
    assert [one for one in later if one.round < "2027-01"] == [
        one for one in returns if one.round < "2027-01"
    ]
    assert [one for one in demo_rounds(TODAY)][:7] == [one for one in demo_rounds(date(2027, 4, 30))][:7]


def test_everything_is_made_within_two_seconds() -> None:
    begun = process_time()
    demo_returns(date(2026, 12, 1))
    assert process_time() - begun < 2


def test_every_answer_reads_back_as_it_stands_and_is_asked(
    reviewed: list[tuple[DemoReturn, Reviewed]],
) -> None:
    for one, found in reviewed:
        assert found.answers == one.answers, (one.round, one.organisation)


def test_no_return_breaks_a_hard_check(reviewed: list[tuple[DemoReturn, Reviewed]]) -> None:
    assert [(one.round, one.organisation, found.hard) for one, found in reviewed if found.hard] == []


@pytest.mark.parametrize("today", [date(2026, 8, 1), date(2026, 9, 14), date(2027, 1, 8), date(2028, 2, 29)])
def test_the_open_round_is_sound_on_other_days_of_seeding(
    today: date, questionnaires: dict[str, Questionnaire]
) -> None:
    found = [(one.organisation, result.hard) for one, result in reviews(questionnaires, today) if result.hard]
    assert found == []


def test_answers_stand_in_canonical_order(
    returns: tuple[DemoReturn, ...], reviewed: list[tuple[DemoReturn, Reviewed]]
) -> None:
    for one, found in reviewed:
        assert [list(one.answers[key]) for key in found.answers] == [
            list(parts) for parts in found.answers.values()
        ]


def test_every_warning_about_a_signed_return_is_explained(
    reviewed: list[tuple[DemoReturn, Reviewed]],
) -> None:
    warned = [(one, problem) for one, found in reviewed if one.status in SIGNED for problem in found.soft]
    assert 10 < len(warned) < 60
    assert all("explanation" in one.answers[problem.question] for one, problem in warned)


def test_levels_add_up_to_the_headcount_or_say_why_not(returns: tuple[DemoReturn, ...]) -> None:
    reasons = 0
    for one in returns:
        if "workforce.levels" not in one.answers:
            continue
        parts = one.answers["workforce.levels"]
        total = sum(int(text) for part, text in parts.items() if "." in part)
        heads = int(one.answers["about.headcount"][""])
        reasons += "reason" in parts
        is_general = REGISTER[one.organisation]["scale"] == "general"
        assert total == heads if is_general else "reason" in parts or abs(total - heads) * 20 <= heads
    assert reasons > 0


def test_a_january_of_the_nhs_carries_julys_levels_forward(returns: tuple[DemoReturn, ...]) -> None:
    july, january = in_round(returns, "2025-07"), in_round(returns, "2026-01")
    trusts = [name for name in july.keys() & january.keys() if REGISTER[name]["sector"] == "nhs-trust"]
    assert len(trusts) >= 5
    assert all(july[name]["workforce.levels"] == january[name]["workforce.levels"] for name in trusts)


@pytest.mark.parametrize(("july", "january"), [("2024-07", "2025-01"), ("2025-07", "2026-01")])
@pytest.mark.parametrize("key", ["p2.local_contracts", "p2.local_spend"])
def test_january_holds_july_of_the_same_financial_year(
    returns: tuple[DemoReturn, ...], july: str, january: str, key: str
) -> None:
    before, after = counted(returns, july, sums_of_share(key)), counted(returns, january, sums_of_share(key))
    later = in_round(returns, january)
    fell = [
        name
        for name in before.keys() & after.keys()
        if any(after[name][part] < before[name][part] for part in (0, 1))
        and "explanation" not in later[name][key]
    ]
    assert fell == []
    both = before.keys() & after.keys()
    assert sum(after[name][1] for name in both) > 2 * sum(before[name][1] for name in both)


def test_local_employment_rises_from_about_71_to_75_per_cent(returns: tuple[DemoReturn, ...]) -> None:
    series = [counted(returns, code, sums_of_share("p2.local_fte")) for code in FULL_ROUNDS]
    values = [percent(counts, set(counts)) for counts in series]
    assert 70 < values[0] < 72 < 74 < values[-1] < 76
    for before, after in zip(series, series[1:], strict=False):
        panel = set(before) & set(after)
        assert percent(after, panel) > percent(before, panel)


def test_in_july_2025_the_total_falls_although_local_employment_rose_everywhere(
    returns: tuple[DemoReturn, ...],
) -> None:
    before = counted(returns, "2025-01", sums_of_share("p2.local_fte"))
    after = counted(returns, "2025-07", sums_of_share("p2.local_fte"))
    panel = set(before) & set(after)
    real = percent(after, panel) - percent(before, panel)
    total = percent(after, set(after)) - percent(before, set(before))
    assert real > Fraction(1, 4)
    assert total < Fraction(-1, 4)


def test_ethnic_minority_staff_are_fewer_further_up_and_more_each_july(
    returns: tuple[DemoReturn, ...],
) -> None:
    def overall(code: str, *tiers: str) -> Fraction:
        counts = counted(returns, code, sums_of_levels(*tiers))
        return percent(counts, set(counts))

    assert overall("2024-07") < overall("2025-07") < overall("2026-07")
    for code in FULL_ROUNDS:
        assert overall(code, "upper") < overall(code, "middle") < overall(code, "lower")


def test_small_organisations_have_counts_that_must_not_be_shown(returns: tuple[DemoReturn, ...]) -> None:
    for name in ("cvs-cheshire-east", "sefton-cvs", "everton-in-the-community", "alzheimers-society"):
        tables = [
            one.answers["workforce.levels"]
            for one in returns
            if one.organisation == name and one.round == "2026-01"
        ]
        assert any(
            part.endswith(".ethnic_minority") and 1 <= int(text) <= 7 for part, text in tables[0].items()
        )


def test_who_returns_changes_from_round_to_round(returns: tuple[DemoReturn, ...]) -> None:
    codes = [one.code for one in demo_rounds(TODAY)][:7]
    there = {code: set(in_round(returns, code)) for code in codes}
    assert [len(there[code]) for code in codes] == [11, 14, 16, 17, 18, 19, 19]
    assert all(there[before] != there[after] for before, after in zip(codes, codes[1:], strict=False))
    pattern = {name: "".join("x" if name in there[code] else "." for code in codes) for name in REGISTER}
    assert any("x..x" in line for line in pattern.values())
    assert any("x.x" in line for line in pattern.values())
    assert any(line.startswith("....") and line.endswith("x") for line in pattern.values())


def test_the_open_round_has_returns_in_every_state(returns: tuple[DemoReturn, ...]) -> None:
    states = Counter(one.status for one in returns if one.round == "2027-01")
    assert sum(states.values()) == 21
    assert states["accepted"] >= 2 and states["submitted"] >= 3
    assert states["in_progress"] >= 3 and states["not_started"] >= 3
    assert all(states[one] == 1 for one in ("returned", "ready_for_sign_off", "nil_return", "withdrawn"))
    status = {one.organisation: one.status for one in returns if one.round == "2027-01"}
    assert status["mid-cheshire-hospitals"] == "in_progress"
    assert status["halton-borough-council"] == "returned"


def test_drafts_stand_at_different_stages(
    reviewed: list[tuple[DemoReturn, Reviewed]], questionnaires: dict[str, Questionnaire]
) -> None:
    sections = questionnaires["2024-07"].form_sections
    begun = {
        one.organisation: sum(
            any(question.key in one.answers for question in section.questions) for section in sections
        )
        for one, found in reviewed
        if one.status == "in_progress"
    }
    assert begun["torus"] == 9 and begun["sefton-council"] == 2
    assert begun["mid-cheshire-hospitals"] in {6, 7}


def test_only_what_needs_a_reason_has_one(returns: tuple[DemoReturn, ...]) -> None:
    for one in returns:
        assert bool(one.reason) == (one.status in {"returned", "nil_return", "withdrawn"})
        assert bool(one.answers) == (one.status not in {"not_started", "nil_return"})
        assert ("signoff" in one.answers) == (one.status in SIGNED)


def test_every_state_of_an_answer_occurs(
    returns: tuple[DemoReturn, ...], questionnaires: dict[str, Questionnaire]
) -> None:
    full = [one for one in returns if one.status == "accepted" and one.round >= "2024-07"]
    answers = [(key, parts) for one in full for key, parts in one.answers.items()]
    states = {(parts.get("state"), key) for key, parts in answers}
    assert ("not_applicable", "p3.free_use") in states
    assert ("not_known", "p2.local_fte") in states
    assert all(parts["reason"] for key, parts in answers if "state" in parts)
    assert any(set(parts) == {"percent"} for key, parts in answers if key == "p2.local_staff")
    assert {parts["basis"] for key, parts in answers if "basis" in parts} == {
        "actual",
        "estimate",
        "notional",
    }
    assert any(parts.get("numerator") == "0" for key, parts in answers)
    assert any(int(parts.get("unknown", "0")) > 0 for key, parts in answers if key == "p2.local_staff")
    assert any("p2.local_spend" not in one.answers for one in full)


def test_the_prevention_pledge_is_answered_by_trusts_and_primary_care_alone(
    returns: tuple[DemoReturn, ...],
) -> None:
    sectors = {
        REGISTER[one.organisation]["sector"] for one in returns if "p6.prevention_pledge" in one.answers
    }
    assert sectors == {"nhs-trust", "primary-care"}


def test_a_level_that_changed_has_a_reason_and_some_did(returns: tuple[DemoReturn, ...]) -> None:
    given = [parts for one in returns for key, parts in one.answers.items() if key.endswith("level_now")]
    assert {parts[""] for parts in given} == {"1", "2", "3", "4"}
    assert 20 < sum("reason" in parts for parts in given) < len(given) / 3


def test_texts_are_of_a_readable_length_and_safe_to_put_into_a_file(returns: tuple[DemoReturn, ...]) -> None:
    for one in returns:
        for key, parts in one.answers.items():
            for part, text in parts.items():
                assert text and text[0] not in "=+-@'\t" and "{" not in text, (one.organisation, key, part)
                assert text == unicodedata.normalize("NFC", text)
                assert all(line == line.rstrip() for line in text.split("\n")) and "\r" not in text
            if key.endswith(".narrative"):
                assert 300 <= len(parts[""]) <= 900, (one.round, one.organisation, key)


def test_no_narrative_is_that_of_the_round_before_or_of_another_organisation(
    returns: tuple[DemoReturn, ...],
) -> None:
    seen: set[tuple[str, str]] = set()
    last: dict[tuple[str, str], str] = {}
    for one in returns:
        for key, parts in one.answers.items():
            if key.endswith(".narrative"):
                assert (one.round, parts[""]) not in seen and last.get((one.organisation, key)) != parts[""]
                seen.add((one.round, parts[""]))
                last[one.organisation, key] = parts[""]


def test_case_studies_are_given_with_and_without_permission_to_publish(
    returns: tuple[DemoReturn, ...],
) -> None:
    given = [parts for one in returns for key, parts in one.answers.items() if key == "p7.case_studies"]
    assert {parts["1.publish"] for parts in given} == {"yes", "no"}
    assert len({parts["1.title"] for parts in given}) > 20


def test_every_address_ends_in_example(returns: tuple[DemoReturn, ...]) -> None:
    links = [
        text
        for one in returns
        for parts in one.answers.values()
        for part, text in parts.items()
        if part.endswith(".link")
    ]
    assert len(links) > 100
    assert all((urlsplit(link).hostname or "").endswith(".example") for link in links)
    assert all(person.email.endswith(".example") for person in demo_people())


def test_people_hold_every_role_and_every_organisation_has_a_signatory_and_a_lead() -> None:
    held = {person.email: set(person.roles) for person in demo_people()}
    trust, council = "mid-cheshire-hospitals", "halton-borough-council"
    assert held["lead@trust.example"] == {("lead", trust)}
    assert held["signatory@trust.example"] == {("signatory", trust)}
    assert held["contributor@trust.example"] == {("contributor", trust)}
    assert held["lead@council.example"] == {("lead", council)}
    assert held["member@assembly.example"] == {("member", "")}
    assert held["team@team.example"] == {("team", "")}
    both = {("signatory", "wirral-community"), ("signatory", "wirral-university-hospital")}
    assert any(roles == both for roles in held.values())
    for role in ("signatory", "lead"):
        assert {name for roles in held.values() for code, name in roles if code == role} == set(REGISTER)


def test_returns_are_signed_by_the_organisations_signatory_at_a_time_that_fits(
    returns: tuple[DemoReturn, ...],
) -> None:
    signatories = {
        (person.name, name) for person in demo_people() for role, name in person.roles if role == "signatory"
    }
    rounds = {one.code: one for one in demo_rounds(TODAY)}
    late = 0
    for one in (one for one in returns if "signoff" in one.answers):
        signed, held = one.answers["signoff"], rounds[one.round]
        assert (signed["name"], one.organisation) in signatories
        day = date.fromisoformat(signed["date"])
        assert day.weekday() < 5 and held.opens_on < day <= min(TODAY, held.closes_on + timedelta(days=7))
        assert held.status == "open" or day > held.period_to
        late += day > held.closes_on
    assert late == 2


def test_rounds_stand_as_the_story_has_them() -> None:
    rounds = demo_rounds(TODAY)
    assert [one.code for one in rounds] == ["2023-07", "2024-01", *FULL_ROUNDS, "2027-01"]
    assert [one.questionnaire for one in rounds] == ["2024-01"] * 2 + ["2024-07"] * 6
    assert [one.status for one in rounds] == ["published"] * 7 + ["open"]
    assert "January 2024" in rounds[0].title
    assert rounds[-1].opens_on < TODAY
    assert 32 < (rounds[-1].closes_on - TODAY).days < 40 and rounds[-1].closes_on.weekday() == 4


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2025, 11, 3), set()),
        (date(2026, 7, 20), {"2026-07-20"}),
        (TODAY, {"2026-10-31"}),
        (date(2026, 12, 15), {"2026-11-30"}),
        (date(2027, 3, 1), {"2026-11-30", "2026-12-31"}),
    ],
)
def test_the_open_rounds_figures_are_never_of_a_day_to_come(today: date, expected: set[str]) -> None:
    answers = [one.answers for one in demo_returns(today) if one.round == "2027-01"]
    assert {
        parts["about.snapshot_date"][""] for parts in answers if "about.snapshot_date" in parts
    } == expected


def test_headcounts_are_plausible_for_each_kind_of_organisation(returns: tuple[DemoReturn, ...]) -> None:
    bounds = {"nhs-trust": (1500, 7000), "council": (2000, 6000), "vcse": (25, 200), "housing": (1400, 1600)}
    bounds |= {
        "company": (100, 150),
        "nhs-shared-service": (100, 150),
        "primary-care": (50, 80),
        "nhs-icb": (800, 1000),
    }
    register = register_headcounts()
    assert register.keys() == REGISTER.keys()
    for one in returns:
        if "about.headcount" in one.answers:
            low, high = bounds[REGISTER[one.organisation]["sector"]]
            heads = int(one.answers["about.headcount"][""])
            assert low <= heads <= high
            assert abs(heads - register[one.organisation]) <= max(10, 0.4 * heads)


def test_every_table_of_the_demo_names_signatories_and_questions_that_exist(
    questionnaires: dict[str, Questionnaire],
) -> None:
    for name in ("organisations", "commitments", "returns"):
        assert {row["organisation"] for row in rows_of(f"demo/{name}.csv")} == REGISTER.keys()
    keys = {question.key for question in questionnaires["2024-07"].questions}
    for row in rows_of("demo/exceptions.csv"):
        assert row["organisation"] in REGISTER and row["question"] in keys
