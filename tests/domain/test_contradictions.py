"""Contradictions between two answers: said in a sentence that names both, beside one of them; they stop nobody."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchor_portal.domain.answers.contradictions import TABLE
from anchor_portal.domain.answers.parts import Answers, Rate
from anchor_portal.domain.questionnaire.version import Kind, Question
from tests.domain.circumstances import CURRENT, JANUARY_AFTER, PRINTED, RATES, Parts, asking, reviewed, share, warnings

NOT_HELD = {"state": "not_known", "reason": "not_held"}
MEND = "Check it, or explain it in a sentence"
CHARTER, AWARD = "p5.charter_signed", "p5.award_achieved"
CHARTER_DATE, AWARD_DATE = "p5.charter_date", "p5.award_date"
YES, NO = {"": "yes"}, {"": "no"}

CASES: list[tuple[dict[str, Parts], str]] = [
    (
        {CHARTER: NO, AWARD: YES},
        "Social Value Award achieved: the award is achieved, and under “Social Value Charter signed” you say that "
        "the charter is not signed",
    ),
    (
        {CHARTER: YES, CHARTER_DATE: {"": "2024-05-01"}, AWARD: YES, AWARD_DATE: {"": "2024-04-30"}},
        "Award achieved on: the award (30 April 2024) lies before “Charter signed on” (1 May 2024)",
    ),
    (
        {AWARD: YES, AWARD_DATE: {"": "2020-12-31"}},
        "Award achieved on: an award of 31 December 2020 has lapsed after 5 years, and “Social Value Award achieved” "
        "says yes",
    ),
    (
        {"p2.local_staff": share("900", "1000"), "p2.local_fte": share("69.99", "100.00")},
        "Local employees on lasting contracts (FTE): this is 70 per cent and “Employees living locally” 90 per cent, "
        "more than 20 percentage points apart",
    ),
    (
        {"about.fte": {"": "900.00"}, "p2.local_fte": share("904.00", "905.00")},
        "Local employees on lasting contracts (FTE): the first box (904) is more than “Full-time equivalent employees” "
        "(900)",
    ),
    (
        {"about.headcount": {"": "1000"}, "p2.local_staff": share("1005", "1006")},
        "Employees living locally: the first box (1,005) is more than “Headcount” (1,000)",
    ),
    (
        {"p2.local_contracts": share("0", "10"), "p2.local_spend": share("5.00", "10.00")},
        "Spend with local suppliers, year to date: pounds went to local suppliers, and “Contracts awarded locally, "
        "year to date” says that no contract did",
    ),
    (
        {"p2.local_contracts": share("3", "10"), "p2.local_spend": {"percent": "0"}},
        "Spend with local suppliers, year to date: no pounds went to local suppliers, and “Contracts awarded locally, "
        "year to date” says that some contracts did",
    ),
    (
        {"p4.green_plan": YES, "p4.approved_on": {"": "2024-03-01"}, "p4.target_year": {"": "2023"}},
        "Net zero target year: 2023 lies before “Plan approved on” (1 March 2024)",
    ),
    (
        {"p2.level_now": {"": "3"}, "p2.level_aim": {"": "2"}},
        "Pledge 2 level aimed for: level 2 is below level 3, where you say under “Pledge 2 level now” that you are now",
    ),
    (
        {"p3.free_use": NO, "p3.level_now": {"": "4"}},
        "Pledge 3 level now: you see yourselves as leading, and “Free use of buildings” says no",
    ),
    (
        {"about.snapshot_date": {"": "2026-06-30"}, "p1.rlw_rate_year": {"": "2024-25"}},
        "Real living wage rate used: the rate of 2024-25 counts from 23 October 2024 to 1 May 2026, and not on the day "
        "of “Snapshot date” (30 June 2026)",
    ),
]
IDS = [words.partition(":")[0] for _, words in CASES]


@pytest.mark.parametrize(("typed", "words"), CASES, ids=IDS)
def test_two_answers_that_do_not_fit_are_asked_about_and_stop_nobody(typed: dict[str, Parts], words: str) -> None:
    found = reviewed(typed)
    assert f"{words}. {MEND}" in [problem.message for problem in found.soft]
    assert found.hard == ()


@pytest.mark.parametrize("given_up", [{}, NOT_HELD], ids=["blank", "not known"])
@pytest.mark.parametrize(("typed", "words"), CASES, ids=IDS)
def test_nothing_is_contradicted_by_what_is_blank_or_not_known(
    typed: dict[str, Parts], words: str, given_up: Parts
) -> None:
    for key in typed:
        assert f"{words}. {MEND}" not in warnings(typed | {key: given_up})


AGREEING: list[dict[str, Parts]] = [
    {CHARTER: YES, CHARTER_DATE: {"": "2024-05-01"}, AWARD: YES, AWARD_DATE: {"": "2024-05-01"}},
    {CHARTER: NO, AWARD: NO},
    {AWARD: YES, AWARD_DATE: {"": "2021-01-01"}},
    {"p2.local_staff": share("900", "1000"), "p2.local_fte": share("70.00", "100.00")},
    {"p2.local_contracts": share("0", "10"), "p2.local_spend": share("0.00", "0.00")},
    {"p4.green_plan": YES, "p4.approved_on": {"": "2024-03-01"}, "p4.target_year": {"": "2024"}},
    {"p2.level_now": {"": "3"}, "p2.level_aim": {"": "3"}},
    {"p3.free_use": NO, "p3.level_now": {"": "2"}},
    {"p3.free_use": {"state": "not_applicable", "reason": "no_public_buildings"}, "p3.level_now": {"": "4"}},
    {"about.snapshot_date": {"": "2026-05-01"}, "p1.rlw_rate_year": {"": "2024-25"}},
]


@pytest.mark.parametrize("typed", AGREEING)
def test_answers_that_just_fit_are_not_asked_about(typed: dict[str, Parts]) -> None:
    rare = "per cent is rare"
    assert [message for message in warnings(typed) if rare not in message] == []


def test_an_award_of_a_leap_day_lapses_after_the_february_of_the_fifth_year() -> None:
    typed = {AWARD: YES, AWARD_DATE: {"": "2020-02-29"}}
    assert warnings(typed, period_from=date(2025, 3, 1)) == []
    assert len(warnings(typed, period_from=date(2025, 3, 2))) == 1


def test_every_question_of_the_table_is_asked_in_the_current_version() -> None:
    keys = {key for entries in TABLE.values() for entry in entries for key in (entry.beside, entry.other)}
    assert keys <= {question.key for question in CURRENT.questions}


# What the rest of the section "Checks" asks for


def test_a_first_headcount_far_from_the_registers_is_asked_about() -> None:
    far, near = {"about.headcount": {"": "1251"}}, {"about.headcount": {"": "1250"}}
    said = [f"Headcount: the register has 1,000 employees, and this is far above that. {MEND}"]
    assert warnings(far, headcount=1000) == said
    assert warnings(far, headcount=1000, before={"about.headcount": NOT_HELD}) == said
    assert warnings(near, headcount=1000) == []
    assert warnings(far, headcount=1000, before={"about.headcount": {"": "1251"}}) == []


def levels(minority: int, white: int, not_stated: int = 0) -> dict[str, Parts]:
    counts = {"senior.ethnic_minority": str(minority), "senior.white": str(white), "senior.not_stated": str(not_stated)}
    return {"workforce.levels": counts}


def test_a_level_table_of_many_whose_ethnicity_is_not_stated_is_asked_about() -> None:
    assert warnings(levels(10, 70, 20), sector="council") == []
    assert warnings(levels(10, 69, 21), sector="council") == [
        "Employees by level and ethnicity: the ethnicity of more than a fifth of the people is not stated. " + MEND
    ]


def test_a_level_table_far_from_last_times_is_asked_about() -> None:
    assert warnings(levels(20, 80), sector="council", before=levels(10, 90)) == []
    assert warnings(levels(21, 79), sector="council", before=levels(10, 90)) == [
        "Employees by level and ethnicity: people from an ethnic minority, of those known: this is 11 percentage points "
        f"above last time’s 10 per cent. {MEND}"
    ]
    assert warnings(levels(0, 0), sector="council", before=levels(10, 90)) == []


# Which rates are offered


@pytest.mark.parametrize(
    ("circumstances", "chosen", "years"),
    [
        ({}, "", ["2024-25", "2025-26"]),
        (dict(zip(("period_from", "period_to"), JANUARY_AFTER, strict=True)), "", ["2025-26"]),
        ({}, "2022-23", ["2022-23", "2024-25", "2025-26"]),
        ({"period_from": date(2019, 1, 1), "period_to": date(2019, 6, 30)}, "", [rate.code for rate in RATES]),
    ],
)
def test_the_rates_that_count_in_the_period_are_offered_with_the_one_chosen_before(
    circumstances: dict[str, Any], chosen: str, years: list[str]
) -> None:
    question = CURRENT.question("p1.rlw_rate_year")
    assert [option.code for option in asking(**circumstances).offered(question, chosen)] == years


def test_a_rate_that_is_no_longer_offered_is_still_read() -> None:
    assert reviewed({"p1.rlw_rate_year": {"": "2022-23"}}).hard == ()
    assert Rate("2099-00", "").valid_from == date.min


# Whatever is sound

DAYS = st.dates(date(1990, 1, 1), date(2026, 6, 30)).map(date.isoformat)
COUNTS = st.integers(0, 2000)


def sound(question: Question) -> st.SearchStrategy[Parts]:
    """A sound answer, or none."""
    if question.kind is Kind.SHARE:
        counts = st.tuples(COUNTS, COUNTS).map(sorted).map(lambda two: share(str(two[0]), str(two[1])))
        percent = st.integers(0, 100).map(lambda value: {"percent": str(value)})
        answer = percent if question.percent_only else counts | percent
    elif question.kind is Kind.CHOICES:
        answer = st.just({question.options[0].code: "yes"})
    else:
        codes = [option.code for option in asking().options(question)] or ["yes", "no"]
        plain = {Kind.DATE: DAYS, Kind.YEAR: st.integers(2000, 2100).map(str), Kind.NUMBER: COUNTS.map(str)}
        answer = plain.get(question.kind, st.sampled_from(codes)).map(lambda text: {"": text})
    return answer | st.just({}) | st.just(NOT_HELD)


CHECKED = (Kind.SHARE, Kind.CHOICE, Kind.YES_NO, Kind.CHOICES, Kind.DATE, Kind.YEAR, Kind.NUMBER)


@settings(max_examples=80, deadline=None)
@given(st.data(), st.sampled_from([PRINTED, CURRENT]))
def test_no_sound_answers_make_a_check_fail(data: st.DataObject, version: Any) -> None:
    typed: Answers = {
        question.key: data.draw(sound(question)) for question in version.questions if question.kind in CHECKED
    }
    for problem in reviewed(typed, "council", questionnaire=version, before=typed, headcount=100).soft:
        assert problem.part == "explanation"
        assert "{" not in problem.message
        assert problem.message.startswith(version.question(problem.question).short)
