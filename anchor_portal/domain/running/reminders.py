"""Reminders: whom each is for, when it is due, and the words that are filled in. Never a figure.

A reminder is written once for a round. It counts its days from a day of each organisation's own: its deadline, with
any extension; the day on which somebody was asked to sign; the day by which queries are to be answered. That day and
what it belongs to make an occasion, and nobody gets the same reminder twice on one occasion.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from anchor_portal.domain.answers.text import all_of
from anchor_portal.domain.lifecycle import Status, has_answered
from anchor_portal.domain.people import Role


class Audience(StrEnum):
    """Whom a reminder is for."""

    UNANSWERED = "unanswered"
    WAITING_FOR_SIGNATURE = "waiting_for_signature"
    QUERIED = "queried"


GRACE = timedelta(days=2)
"""For so long after its day a reminder is still sent, where nothing ran on the day itself."""
EARLIEST, LATEST = time(8), time(18)
"""Between these, by the partnership's clocks, reminders are sent on schedule: nobody is written to at night."""
DAYS = {Audience.UNANSWERED: (-120, 120), Audience.WAITING_FOR_SIGNATURE: (1, 60), Audience.QUERIED: (-60, 60)}
"""The fewest and the most days; negative ones are before the day that is counted from."""
FROM = {
    Audience.UNANSWERED: "the deadline",
    Audience.WAITING_FOR_SIGNATURE: "they were asked to sign",
    Audience.QUERIED: "the day to reply by",
}
NAMES = {
    Audience.UNANSWERED: "Those who have not answered",
    Audience.WAITING_FOR_SIGNATURE: "Signatories who were asked to sign",
    Audience.QUERIED: "Those who have not sent their replies to the Assembly’s queries",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """A reminder as far as its day is concerned; `number` tells two of them apart."""

    number: int
    audience: Audience
    days: int


@dataclass(frozen=True, slots=True)
class Case:
    """Where one organisation stands in a round, as far as reminders are concerned.

    `deadline` is its own; `asked` the day on which a signature was asked for, with the number of that step; `reply_by`
    the day by which the replies to the Assembly's queries are to be sent, written or not; `is_reply` whether the return
    waits for its signature again, while what was signed before stands; `can_answer` whether the round takes its answers
    now.
    """

    status: Status
    accepted_revision: int
    can_answer: bool
    deadline: date
    asked: tuple[date, int] | None = None
    reply_by: date | None = None
    is_reply: bool = False

    @property
    def due_on(self) -> date:
        """The day by which it is to be signed: that of the queries to which it replies, else its deadline."""
        return self.reply_by if self.is_reply and self.reply_by else self.deadline


@dataclass(frozen=True, slots=True)
class Occasion:
    """The day that is counted from, and a name for what it belongs to."""

    day: date
    name: str


def whom_to_ask(status: Status) -> Role | None:
    """Whose turn it is in an organisation; None where it is nobody's there."""
    if status in {Status.SUBMITTED, Status.ACCEPTED, Status.NIL}:
        return None
    return Role.SIGNATORY if status is Status.READY else Role.LEAD


def find_occasion(audience: Audience, case: Case) -> Occasion | None:
    """What a reminder for these people counts from in one organisation; None where it does not concern it."""
    if not case.can_answer:
        return None
    if audience is Audience.UNANSWERED:
        is_missing = not has_answered(case.status, case.accepted_revision, is_reply=case.is_reply)
        return Occasion(case.deadline, f"deadline {case.deadline}") if is_missing else None
    if audience is Audience.WAITING_FOR_SIGNATURE:
        return Occasion(case.asked[0], f"asked {case.asked[1]}") if case.asked and case.status is Status.READY else None
    is_asked = case.reply_by is not None and case.status is Status.RETURNED
    return Occasion(case.reply_by, f"reply {case.reply_by}") if is_asked and case.reply_by else None


def due_on(plan: Plan, occasion: Occasion) -> date:
    """The day of a reminder on an occasion."""
    return occasion.day + timedelta(days=plan.days)


def is_due(plan: Plan, occasion: Occasion, today: date) -> bool:
    """Whether it is sent today: on its day, or shortly after it while its words are still true."""
    day = due_on(plan, occasion)
    if plan.days == 0:
        return today == day
    in_time = plan.days > 0 or today < occasion.day
    return day <= today <= day + GRACE and in_time


def choose(plans: Iterable[Plan], case: Case, today: date) -> dict[Audience, tuple[Plan, Occasion]]:
    """The reminders that an organisation gets today: at most one of each audience, that of the latest day.

    So where nothing ran for some days, nobody gets two at once.
    """
    chosen: dict[Audience, tuple[Plan, Occasion]] = {}
    for plan in sorted(plans, key=lambda each: (each.days, each.number)):
        occasion = find_occasion(plan.audience, case)
        if occasion is not None and due_on(plan, occasion) <= today:
            chosen[plan.audience] = (plan, occasion)
    return {audience: each for audience, each in chosen.items() if is_due(*each, today)}


def next_day(plan: Plan, plans: Iterable[Plan], case: Case, today: date) -> date | None:
    """The day on which an organisation gets a reminder if nothing changes; None where that is past, or never comes.

    `plans` are those that are on, for one of a later day takes the place of this one.
    """
    occasion = find_occasion(plan.audience, case)
    if occasion is None:
        return None
    if due_on(plan, occasion) > today:
        return due_on(plan, occasion)
    others = [each for each in plans if each.number != plan.number]
    chosen = choose([*others, plan], case, today).get(plan.audience)
    return today if chosen is not None and chosen[0].number == plan.number else None


def is_hour_to_send(local: datetime) -> bool:
    """Whether reminders are sent on schedule at this time of day, by the partnership's clocks."""
    return EARLIEST <= local.time() < LATEST


def refuse_days(audience: Audience, days: int) -> str:
    """Why a reminder cannot be sent so many days from its day; empty where it can."""
    fewest, most = DAYS[audience]
    if fewest <= days <= most:
        return ""
    if audience is Audience.WAITING_FOR_SIGNATURE:
        return f"A reminder to sign is sent {fewest} to {most} days after they were asked"
    return f"Write a number of days from 0 to {most}"


def say_when(audience: Audience, days: int) -> str:
    """When a reminder is sent, in words: "7 days before the deadline"."""
    if days == 0:
        return "on the day of the deadline" if audience is Audience.UNANSWERED else f"on {FROM[audience]}"
    number = "1 day" if abs(days) == 1 else f"{abs(days)} days"
    return f"{number} {'before' if days < 0 else 'after'} {FROM[audience]}"


WORDS = {
    Audience.UNANSWERED: ("organisation", "round", "deadline"),
    Audience.WAITING_FOR_SIGNATURE: ("organisation", "round", "deadline", "asked on"),
    Audience.QUERIED: ("organisation", "round", "reply by"),
}
"""What is filled in where it stands in curly brackets."""
_BRACKETS = re.compile(r"\{([^{}\n]*)\}")


def refuse_words(audience: Audience, text: str) -> str:
    """Why a text cannot be filled in, as a sentence; empty where it can."""
    known = WORDS[audience]
    wrong = next((word for word in _BRACKETS.findall(text) if word not in known), None)
    if wrong is None:
        return ""
    return f"“{{{wrong[:40]}}}” cannot be filled in. There are {all_of([f'{{{word}}}' for word in known])}"


def fill_in(text: str, words: Mapping[str, str]) -> str:
    """The text with its words filled in, once: what is filled in is never looked through again."""
    return _BRACKETS.sub(lambda found: words.get(found.group(1), found.group(0)), text)
