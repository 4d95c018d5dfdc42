"""The demo tells a story: who returns and what they report changes from round to round as it should."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction

import pytest

from anchor_portal.services.demo.answers import (
    DemoReturn,
    demo_people,
    demo_returns,
    demo_rounds,
    register_headcounts,
)
from tests.services.demo_checks import (
    FULL_ROUNDS,
    OPEN_ROUND,
    REGISTER,
    TODAY,
    counted,
    in_round,
    percent,
    questionnaires,
    returns_on,
    sums_of_levels,
    sums_of_share,
)


@pytest.fixture
def returns() -> tuple[DemoReturn, ...]:
    return returns_on(TODAY)


def test_a_january_of_the_nhs_carries_julys_levels_forward() -> None:
    july, january = in_round("2025-07"), in_round("2026-01")
    trusts = [name for name in july.keys() & january.keys() if REGISTER[name]["sector"] == "nhs-trust"]
    assert len(trusts) >= 5
    assert all(july[name]["workforce.levels"] == january[name]["workforce.levels"] for name in trusts)


@pytest.mark.parametrize(("july", "january"), [("2024-07", "2025-01"), ("2025-07", "2026-01")])
@pytest.mark.parametrize("key", ["p2.local_contracts", "p2.local_spend"])
def test_january_holds_july_of_the_same_financial_year(july: str, january: str, key: str) -> None:
    before, after = counted(july, sums_of_share(key)), counted(january, sums_of_share(key))
    later = in_round(january)
    fell = [
        name
        for name in before.keys() & after.keys()
        if any(after[name][part] < before[name][part] for part in (0, 1)) and "explanation" not in later[name][key]
    ]
    assert fell == []
    both = before.keys() & after.keys()
    assert sum(after[name][1] for name in both) > 2 * sum(before[name][1] for name in both)


def test_local_employment_rises_from_about_71_to_75_per_cent() -> None:
    series = [counted(code, sums_of_share("p2.local_fte")) for code in FULL_ROUNDS]
    values = [percent(counts, set(counts)) for counts in series]
    assert 70 < values[0] < 72 < 74 < values[-1] < 76
    for before, after in zip(series, series[1:], strict=False):
        panel = set(before) & set(after)
        assert percent(after, panel) > percent(before, panel)


def test_in_july_2025_the_total_falls_although_it_rose_among_those_in_both_rounds() -> None:
    before = counted("2025-01", sums_of_share("p2.local_fte"))
    after = counted("2025-07", sums_of_share("p2.local_fte"))
    panel = set(before) & set(after)
    real = percent(after, panel) - percent(before, panel)
    total = percent(after, set(after)) - percent(before, set(before))
    assert real > Fraction(1, 4)
    assert total < Fraction(-1, 4)


def test_ethnic_minority_staff_are_fewer_further_up_and_more_each_july() -> None:
    def overall(code: str, *tiers: str) -> Fraction:
        counts = counted(code, sums_of_levels(*tiers))
        return percent(counts, set(counts))

    assert overall("2024-07") < overall("2025-07") < overall("2026-07")
    for code in FULL_ROUNDS:
        assert overall(code, "upper") < overall(code, "middle") < overall(code, "lower")


def test_small_organisations_have_counts_that_must_not_be_shown(returns: tuple[DemoReturn, ...]) -> None:
    for name in ("cvs-cheshire-east", "sefton-cvs", "everton-in-the-community", "alzheimers-society"):
        tables = [
            one.answers["workforce.levels"] for one in returns if one.organisation == name and one.round == "2024-07"
        ]
        assert any(part.endswith(".ethnic_minority") and 1 <= int(text) <= 7 for part, text in tables[0].items())


def test_who_returns_changes_from_round_to_round() -> None:
    codes = [one.code for one in demo_rounds(TODAY)][:7]
    there = {code: set(in_round(code)) for code in codes}
    assert [len(there[code]) for code in codes] == [11, 14, 16, 17, 18, 16, 19]
    assert all(there[before] != there[after] for before, after in zip(codes, codes[1:], strict=False))
    pattern = {name: "".join("x" if name in there[code] else "." for code in codes) for name in REGISTER}
    assert any("x..x" in line for line in pattern.values())
    assert any("x.x" in line for line in pattern.values())
    assert any(line.startswith("....") and line.endswith("x") for line in pattern.values())


def test_the_open_round_has_returns_in_every_state(returns: tuple[DemoReturn, ...]) -> None:
    states = Counter(one.status for one in returns if one.round == OPEN_ROUND)
    assert sum(states.values()) == 21
    assert states["accepted"] >= 2 and states["submitted"] >= 3
    assert states["in_progress"] >= 3 and states["not_started"] >= 3
    assert all(states[one] == 1 for one in ("returned", "ready_for_sign_off", "nil_return", "withdrawn"))
    status = {one.organisation: one.status for one in returns if one.round == OPEN_ROUND}
    assert status["mid-cheshire-hospitals"] == "in_progress"
    assert status["halton-borough-council"] == "returned"


def test_drafts_stand_at_different_stages(
    returns: tuple[DemoReturn, ...],
) -> None:
    sections = questionnaires()["2024-07"].form_sections
    begun = {
        one.organisation: sum(
            any(question.key in one.answers for question in section.questions) for section in sections
        )
        for one in returns
        if one.status == "in_progress"
    }
    assert begun["torus"] == 9 and begun["sefton-council"] == 2
    assert begun["mid-cheshire-hospitals"] in {6, 7}


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
    answers = [one.answers for one in demo_returns(today) if one.round == OPEN_ROUND]
    assert {parts["about.snapshot_date"][""] for parts in answers if "about.snapshot_date" in parts} == expected


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
