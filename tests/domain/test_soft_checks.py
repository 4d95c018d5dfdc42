"""Soft checks: what is unusual is said in a sentence and stops nobody."""

from datetime import date

import pytest

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.answers.soft_checks import financial_year
from tests.domain.circumstances import (
    JANUARY_AFTER,
    JULY,
    PRINTED,
    Parts,
    full_answers,
    full_printed_answers,
    reviewed,
    share,
    warnings,
)

STAFF, FTE, HEADCOUNT, SPEND = "p2.local_staff", "p2.local_fte", "about.headcount", "p2.local_spend"
NOT_HELD = {"state": "not_known", "reason": "not_held"}
MEND = "Check it, or explain it in a sentence"
LOCAL = "Employees living locally"


def test_a_usual_return_has_no_warning_even_beside_the_same_return_before() -> None:
    assert warnings(full_answers(), before=full_answers()) == []
    assert warnings(full_printed_answers(), before=full_printed_answers(), questionnaire=PRINTED) == []


def test_a_warning_stands_at_the_explanation_and_does_not_stop_a_submission() -> None:
    found = reviewed(full_answers() | {STAFF: share("1887", "1887")}, complete=True)
    assert found.hard == ()
    assert [(problem.question, problem.part) for problem in found.soft] == [(STAFF, "explanation")]


@pytest.mark.parametrize(
    ("parts", "percent"),
    [
        (share("0", "500"), "0"),
        (share("500", "500"), "100"),
        ({"percent": "0"}, "0"),
        ({"percent": "100"}, "100"),
    ],
)
def test_exactly_none_or_all_is_asked_about(parts: Parts, percent: str) -> None:
    assert warnings({STAFF: parts}) == [f"{LOCAL}: exactly {percent} per cent is rare. {MEND}"]


def test_exactly_none_or_all_is_said_without_decimals_for_fte() -> None:
    assert warnings({FTE: share("0.00", "812.50")}) == [
        f"Local employees on lasting contracts (FTE): exactly 0 per cent is rare. {MEND}"
    ]


@pytest.mark.parametrize("parts", [share("1", "500"), share("499", "500"), share("0", "0"), {"percent": "99.99"}])
def test_almost_none_almost_all_and_none_of_none_are_not_asked_about(parts: Parts) -> None:
    assert warnings({STAFF: parts}) == []


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (
            share("601", "1000"),
            share("500", "1000"),
            "10.1 percentage points above last time’s 50",
        ),
        (
            share("399", "1000"),
            share("500", "1000"),
            "10.1 percentage points below last time’s 50",
        ),
        (
            share("60001", "100000"),
            {"percent": "50"},
            "10 percentage points above last time’s 50",
        ),
        (
            {"percent": "70"},
            {"percent": "50.25"},
            "19.8 percentage points above last time’s 50.3",
        ),
        ({"percent": "70"}, share("1", "3"), "36.7 percentage points above last time’s 33.3"),
    ],
)
def test_a_change_of_more_than_ten_points_is_asked_about(now: Parts, before: Parts, words: str) -> None:
    assert warnings({STAFF: now}, before={STAFF: before}) == [f"{LOCAL}: this is {words} per cent. {MEND}"]


@pytest.mark.parametrize(
    ("now", "before"),
    [
        (share("600", "1000"), share("500", "1000")),
        (share("400", "1000"), share("500", "1000")),
        (share("1", "1000"), NOT_HELD),
        (share("1", "1000"), {}),
        (share("1", "1000"), share("0", "0")),
        (share("1", "1000"), {"": "yes"}),
        (NOT_HELD, share("500", "1000")),
        ({"basis": "actual"}, share("500", "1000")),
    ],
)
def test_ten_points_and_what_cannot_be_compared_are_not_asked_about(now: Parts, before: Parts) -> None:
    assert warnings({STAFF: now}, before={STAFF: before}) == []


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ("1251", "1000", "this is 25.1 per cent above last time’s 1,000"),
        ("749", "1000", "this is 25.1 per cent below last time’s 1,000"),
        ("5", "0", "last time it was 0"),
        ("0", "4", "this is 100 per cent below last time’s 4"),
    ],
)
def test_a_change_of_more_than_a_quarter_is_asked_about(now: str, before: str, words: str) -> None:
    assert warnings({HEADCOUNT: {"": now}}, before={HEADCOUNT: {"": before}}) == [f"Headcount: {words}. {MEND}"]


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ({"": "1250"}, {"": "1000"}),
        ({"": "750"}, {"": "1000"}),
        ({"": "0"}, {"": "0"}),
        ({"": "9"}, NOT_HELD),
        ({"": "9"}, {}),
        ({"": "9"}, {"": "yes"}),
        (NOT_HELD, {"": "9"}),
        ({"explanation": "Later."}, {"": "9"}),
    ],
)
def test_a_quarter_and_what_cannot_be_compared_are_not_asked_about_for_a_number(now: Parts, before: Parts) -> None:
    assert warnings({HEADCOUNT: now}, before={HEADCOUNT: before}) == []


def test_what_is_not_known_may_be_a_fifth_of_the_whole_and_no_more() -> None:
    assert warnings({STAFF: share("500", "800", "200")}) == []
    assert warnings({STAFF: share("500", "799", "201")}) == [
        f"{LOCAL}: more than a fifth of the whole is not known. {MEND}"
    ]
    assert warnings({STAFF: share("0", "0", "1")}) == [f"{LOCAL}: more than a fifth of the whole is not known. {MEND}"]


@pytest.mark.parametrize("whole", [share("500", "990"), share("500", "900", "110"), share("500", "1000")])
def test_a_whole_within_one_per_cent_of_the_headcount_is_not_asked_about(whole: Parts) -> None:
    assert warnings({HEADCOUNT: {"": "1000"}, STAFF: whole}) == []


@pytest.mark.parametrize(("whole", "said"), [(share("500", "989"), "989"), (share("500", "1000", "11"), "1,011")])
def test_a_whole_further_from_the_headcount_is_asked_about(whole: Parts, said: str) -> None:
    assert warnings({HEADCOUNT: {"": "1000"}, STAFF: whole}) == [
        f"{LOCAL}: known and not known together are {said}, more than 1 per cent away from your headcount of 1,000. {MEND}"
    ]


def test_a_whole_in_fte_is_held_against_the_fte() -> None:
    about = {HEADCOUNT: {"": "1400"}, "about.fte": {"": "1000.00"}}
    assert warnings(about | {FTE: share("500.00", "1010.00")}) == []
    assert warnings(about | {FTE: share("500.00", "1010.50")}) == [
        "Local employees on lasting contracts (FTE): known and not known together are 1,010.5, "
        f"more than 1 per cent away from your full-time equivalent of 1,000. {MEND}"
    ]


def test_agency_staff_contracts_and_pounds_are_not_held_against_the_headcount() -> None:
    about = {HEADCOUNT: {"": "1000"}, "about.fte": {"": "900.00"}}
    for key in ("p1.rlw_agency", "p2.local_contracts", SPEND):
        assert warnings(about | {key: share("5", "10")}) == []
    assert warnings({HEADCOUNT: NOT_HELD, STAFF: share("5", "10")}) == []


JULY_SPEND, JANUARY_SPEND = share("50.00", "100.00"), share("49.00", "100.00")


def in_january(now: Answers, before: Answers, before_to: date) -> list[str]:
    first, last = JANUARY_AFTER
    return warnings(now, before=before, before_to=before_to, period_from=first, period_to=last, today=date(2027, 1, 20))


@pytest.mark.parametrize("now", [share("49.00", "100.00"), share("50.00", "99.99")])
def test_a_year_to_date_below_that_of_july_is_asked_about_in_january(now: Parts) -> None:
    assert in_january({SPEND: now}, {SPEND: JULY_SPEND}, JULY[1]) == [
        "Spend with local suppliers, year to date: the year to date is below what you returned earlier in the same "
        f"financial year. {MEND}"
    ]


def test_a_year_to_date_is_not_held_against_another_financial_year() -> None:
    assert warnings({SPEND: JANUARY_SPEND}, before={SPEND: JULY_SPEND}, before_to=date(2025, 12, 31)) == []
    assert in_january({SPEND: JANUARY_SPEND}, {SPEND: JULY_SPEND}, date(2025, 12, 31)) == []


@pytest.mark.parametrize("before", [JANUARY_SPEND, {"percent": "49.5"}, NOT_HELD, {}])
def test_a_year_to_date_that_grew_or_had_no_counts_is_not_asked_about(before: Parts) -> None:
    assert in_january({SPEND: JULY_SPEND}, {SPEND: before}, JULY[1]) == []


def test_what_is_no_year_to_date_may_fall_in_the_same_year() -> None:
    assert in_january({STAFF: share("40", "80")}, {STAFF: share("50", "100")}, JULY[1]) == []


@pytest.mark.parametrize(
    ("day", "year"),
    [(date(2026, 3, 31), 2025), (date(2026, 4, 1), 2026), (date(2026, 12, 31), 2026), (date(2026, 6, 30), 2026)],
)
def test_a_financial_year_begins_in_april(day: date, year: int) -> None:
    assert financial_year(day) == year


def green(year: Parts) -> dict[str, Parts]:
    return {"p4.green_plan": {"": "yes"}, "p4.target_year": year}


def test_a_target_year_after_2040_is_asked_about() -> None:
    assert warnings(green({"": "2040"})) == []
    assert warnings(green({"": "2041"})) == [
        f"Net zero target year: 2041 is later than the pledge of net zero by 2040 or sooner. {MEND}"
    ]
    assert warnings(green({"explanation": "Later."})) == []
    assert warnings(green(NOT_HELD)) == []


LEVEL = "p3.level_now"


def test_a_level_that_changed_wants_its_reason() -> None:
    assert warnings({LEVEL: {"": "3"}}, before={LEVEL: {"": "2"}}) == [
        "Pledge 3 level now: your level was 2 last time and is 3 now. Say in a sentence what changed"
    ]
    assert warnings({LEVEL: {"": "3", "reason": "We measure it."}}, before={LEVEL: {"": "2"}}) == []


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ({"": "2"}, {"": "2"}),
        ({"": "2"}, {}),
        ({"": "2"}, NOT_HELD),
        ({"reason": "Later."}, {"": "2"}),
        ({}, {"": "2"}),
    ],
)
def test_a_level_that_did_not_change_wants_no_reason(now: Parts, before: Parts) -> None:
    assert warnings({LEVEL: now}, before={LEVEL: before}) == []


def test_the_level_aimed_for_may_change_without_a_reason() -> None:
    assert warnings({"p3.level_aim": {"": "3"}}, before={"p3.level_aim": {"": "2"}}) == []


def test_an_answer_with_a_hard_problem_is_not_warned_about_as_well() -> None:
    found = reviewed({HEADCOUNT: {"": "10"}, "about.fte": {"": "500.00"}}, before={"about.fte": {"": "9.00"}})
    assert [problem.question for problem in found.problems] == ["about.fte"]
    assert found.soft == ()


def test_several_warnings_of_one_answer_are_all_said() -> None:
    found = warnings({HEADCOUNT: {"": "1000"}, STAFF: share("0", "500", "200")}, before={STAFF: {"percent": "50"}})
    assert len(found) == 4
