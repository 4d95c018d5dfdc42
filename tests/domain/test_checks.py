"""Hard checks between answers: each with its message, at the box where it is mended."""

from datetime import date

import pytest

from anchor_portal.domain.answers.checks import CHECKS, sum_of_levels
from anchor_portal.domain.answers.parts import Answers, Problem
from anchor_portal.domain.questionnaire.questions import CHECKS as DECLARED
from tests.domain.circumstances import Parts, full_answers, level_table, reviewed

HEADCOUNT, FTE, DAY, LEVELS = "about.headcount", "about.fte", "about.snapshot_date", "workforce.levels"
NOT_HELD = {"state": "not_known", "reason": "not_held"}


def problems(typed: Answers, sector: str = "council") -> list[Problem]:
    return list(reviewed(typed, sector).hard)


def table(known: int, **more: str) -> dict[str, Parts]:
    """A headcount of 1,000, and a table of so many people."""
    return {HEADCOUNT: {"": "1000"}, LEVELS: {"senior.ethnic_minority": "0", "senior.white": str(known)} | more}


def test_every_check_that_a_questionnaire_may_name_is_written() -> None:
    assert CHECKS.keys() == DECLARED.keys()


def test_more_fte_than_headcount_is_refused() -> None:
    assert problems({HEADCOUNT: {"": "1200"}, FTE: {"": "1200.01"}}) == [
        Problem(
            FTE,
            "",
            "Full-time equivalent employees (1,200.01) cannot be more than headcount (1,200): correct one of them",
        )
    ]


@pytest.mark.parametrize("headcount", [{"": "1200"}, {}, NOT_HELD, {"": "many"}, {"reason": "Later."}])
def test_fte_up_to_headcount_or_beside_none_is_accepted(headcount: Parts) -> None:
    found = problems({HEADCOUNT: headcount, FTE: {"": "1200.00"}})
    assert [problem.question for problem in found] == ([HEADCOUNT] if headcount == {"": "many"} else [])


@pytest.mark.parametrize("fte", [NOT_HELD, {"explanation": "Later."}, {"": "most"}])
def test_fte_that_is_no_number_is_not_compared(fte: Parts) -> None:
    found = problems({HEADCOUNT: {"": "12"}, FTE: fte})
    assert [problem.message for problem in found if "cannot be more" in problem.message] == []


@pytest.mark.parametrize("day", ["2026-01-01", "2026-06-30", "31/3/2026"])
def test_a_snapshot_within_the_period_is_accepted(day: str) -> None:
    assert problems({DAY: {"": day}}) == []


@pytest.mark.parametrize("day", ["2025-12-31", "2026-07-01"])
def test_a_snapshot_outside_the_period_is_refused(day: str) -> None:
    assert problems({DAY: {"": day}}) == [
        Problem(
            DAY, "", "Snapshot date must lie in this round’s period: give a day between 1 January 2026 and 30 June 2026"
        )
    ]


def test_a_snapshot_in_the_future_is_refused_before_its_period_is_looked_at() -> None:
    found = reviewed({DAY: {"": "2026-06-30"}}, today=date(2026, 6, 29)).hard
    assert [problem.message for problem in found] == [
        "Snapshot date cannot be in the future. Give today or a day before"
    ]


@pytest.mark.parametrize("day", [NOT_HELD, {"explanation": "Not taken."}, {"reason": "Not taken."}])
def test_a_snapshot_date_without_a_day_is_not_checked(day: Parts) -> None:
    assert problems({DAY: day}) == []


@pytest.mark.parametrize("people", [950, 1000, 1050])
def test_a_level_table_within_five_per_cent_of_the_headcount_needs_no_reason(people: int) -> None:
    assert problems(table(people)) == []


@pytest.mark.parametrize("people", [949, 1051, 0])
def test_a_level_table_further_away_needs_a_reason(people: int) -> None:
    assert problems(table(people)) == [
        Problem(
            LEVELS,
            "reason",
            f"Employees by level and ethnicity: the table adds up to {people:,}, which is more than 5 per cent away "
            "from your headcount of 1,000. Correct one of them, or give the reason",
        )
    ]
    assert problems(table(people, reason="Figures of 31 March.")) == []


def test_not_stated_counts_in_the_sum_of_the_level_table() -> None:
    assert problems(table(900, **{"senior.not_stated": "100"})) == []
    assert sum_of_levels(level_table("council") | {"reason": "x", "explanation": "y"}) == 444


@pytest.mark.parametrize("levels", [NOT_HELD, {"reason": "Later."}, {"senior.white": "few"}])
def test_a_level_table_without_sound_counts_is_not_added_up(levels: Parts) -> None:
    assert not any("adds up" in problem.message for problem in problems({HEADCOUNT: {"": "1000"}, LEVELS: levels}))


def test_a_level_table_is_not_compared_with_a_headcount_that_is_not_there() -> None:
    assert problems({LEVELS: level_table("council")}) == []


@pytest.mark.parametrize("sector", ["nhs-trust", "council", "primary-care"])
def test_a_full_return_passes_every_check(sector: str) -> None:
    assert problems(full_answers(sector), sector) == []
