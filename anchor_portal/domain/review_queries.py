"""The Assembly's queries to an organisation: two rounds of them at most, each with a day to answer by."""

from collections.abc import Sequence
from datetime import date, timedelta

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.lifecycle import Step, StepRefused

MOST_ROUNDS = 2
DAYS_TO_ANSWER = 14
LATEST_DAYS = 366
MOST_WORDS = 5000
"""Characters of a query, and of a reply."""


def next_round_of_queries(steps: Sequence[Step]) -> int:
    """Which round of queries would come next, from every step so far, the first one first.

    A correction of what was accepted is reviewed anew, so its rounds are counted from the acceptance. Raises
    StepRefused where there were two already.
    """
    last = max((place for place, step in enumerate(steps) if step is Step.ACCEPT), default=-1)
    done = sum(step is Step.RETURN for step in steps[last + 1 :])
    if done >= MOST_ROUNDS:
        raise StepRefused(
            "This return went back with queries twice, which is the most: accept it, or talk to the organisation"
        )
    return done + 1


def default_answer_by(today: date) -> date:
    """The day to answer by that the reviewer is offered."""
    return today + timedelta(days=DAYS_TO_ANSWER)


def refuse_answer_by(day: date, today: date) -> str:
    """Why a day cannot be the one to answer by; empty where it can."""
    if day < today:
        return "The day to answer by cannot be in the past"
    if day > today + timedelta(days=LATEST_DAYS):
        return "The day to answer by must be within a year from now"
    return ""


def say_answer_by(day: date, today: date) -> str:
    """The day in words: "Answer by 5 December 2026, 14 days left"."""
    left = (day - today).days
    if left < 0:
        return f"The answers were due by {say_date(day)}"
    if left == 0:
        return f"Answer today, {say_date(day)}"
    return f"Answer by {say_date(day)}, {left} {'day' if left == 1 else 'days'} left"
