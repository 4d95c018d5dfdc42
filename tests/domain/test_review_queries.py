"""Rounds of queries, and the day to answer by."""

from datetime import date, timedelta

import pytest

from anchor_portal.domain.lifecycle import Step, StepRefused
from anchor_portal.domain.review_queries import (
    default_answer_by,
    next_round_of_queries,
    refuse_answer_by,
    say_answer_by,
)

TODAY = date(2026, 11, 22)
ONCE = [Step.START, Step.SUBMIT, Step.RETURN, Step.ASK_TO_SIGN, Step.SUBMIT]


@pytest.mark.parametrize(("steps", "expected"), [([], 1), ([Step.START, Step.SUBMIT], 1), (ONCE, 2)])
def test_rounds_of_queries_are_counted(steps: list[Step], expected: int) -> None:
    assert next_round_of_queries(steps) == expected


def test_a_third_round_is_refused_with_a_sentence() -> None:
    with pytest.raises(StepRefused, match="went back with queries twice, which is the most: accept it, or talk"):
        next_round_of_queries([*ONCE, Step.RETURN, Step.SUBMIT])


def test_a_correction_of_what_was_accepted_is_reviewed_anew() -> None:
    assert next_round_of_queries([*ONCE, Step.RETURN, Step.SUBMIT, Step.ACCEPT, Step.CORRECT, Step.SUBMIT]) == 1


@pytest.mark.parametrize(
    ("days", "words"), [(-1, "cannot be in the past"), (0, ""), (14, ""), (366, ""), (367, "within a year")]
)
def test_the_day_to_answer_by_lies_ahead(days: int, words: str) -> None:
    refusal = refuse_answer_by(TODAY + timedelta(days=days), TODAY)
    assert words in refusal and bool(words) == bool(refusal)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (14, "Answer by 6 December 2026, 14 days left"),
        (1, "Answer by 23 November 2026, 1 day left"),
        (0, "Answer today, 22 November 2026"),
        (-1, "The answers were due by 21 November 2026"),
    ],
)
def test_the_day_to_answer_by_in_words(days: int, expected: str) -> None:
    assert say_answer_by(TODAY + timedelta(days=days), TODAY) == expected


def test_the_reviewer_is_offered_two_weeks() -> None:
    assert default_answer_by(TODAY) == date(2026, 12, 6)
