"""Sharing out the work on a return: who may fill in which section, and by which day."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.people import Role

NOTED_EVERY = timedelta(minutes=1)
"""Somebody who stays in a section is written down this often, not with every page."""
SEEN_FOR = timedelta(minutes=10)
"""For so long after somebody was last seen in a section, others are told that they have it open."""


def may_fill(section: str, roles: Collection[Role], user_id: int, owners: Mapping[str, int]) -> bool:
    """Whether somebody with these roles in the organisation may change a section of its return.

    `owners` says to whom sections were given, by the code of the section. A lead may change all of them, a
    contributor those that were given to them; as long as nobody was given any, every contributor may change all.
    """
    if Role.LEAD in roles:
        return True
    return Role.CONTRIBUTOR in roles and (not owners or owners.get(section) == user_id)


def refuse_due(due_on: date, today: date, closes_on: date) -> str:
    """Why a section cannot be due on a day, as a sentence; empty where it can.

    It lies between today and the round's closing date; once that is past, it may be any day from today.
    """
    if due_on < today:
        return "must be today or later"
    if due_on > closes_on >= today:
        return f"must be on or before {say_date(closes_on)}, when the round closes"
    return ""


def say_due(due_on: date, today: date) -> str:
    """The day by which a section is due, in words: "Due Tuesday 12 January 2027, 3 days left"."""
    day = f"{due_on:%A} {say_date(due_on)}"
    left = (due_on - today).days
    if left == 0:
        return f"Due today, {day}"
    if left < 0:
        return f"Overdue: was due {day}, {_days(-left)} ago"
    return f"Due {day}, {_days(left)} left"


def say_with(name: str, due_on: date | None) -> str:
    """Who has a section, and until when: "with Priya Nair, due 12 January 2027"."""
    return f"with {name}, due {say_date(due_on)}" if due_on else f"with {name}"


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
