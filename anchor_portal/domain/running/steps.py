"""The steps of a round: one table says from where to where each leads; and the life of a round as a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.rounds import FROZEN, RoundStatus


class RoundAct(StrEnum):
    """What the team does to a round."""

    PLAN = "plan"
    OPEN = "open"
    MOVE = "move"
    SOFT_CLOSE = "soft-close"
    CLOSE = "close"
    REVIEW = "review"
    PUBLISH = "publish"
    PUBLISH_AGAIN = "publish-again"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"


DONE = {
    RoundAct.PLAN: "Planned",
    RoundAct.OPEN: "Opened before its day",
    RoundAct.MOVE: "Dates changed",
    RoundAct.SOFT_CLOSE: "Deadline ended early",
    RoundAct.CLOSE: "Closed",
    RoundAct.REVIEW: "Given to the Assembly to review",
    RoundAct.PUBLISH: "Published",
    RoundAct.PUBLISH_AGAIN: "Published again",
    RoundAct.ARCHIVE: "Archived",
    RoundAct.UNARCHIVE: "Taken out of the archive",
}

BEFORE = {
    RoundAct.OPEN: frozenset({RoundStatus.DRAFT}),
    RoundAct.MOVE: frozenset({RoundStatus.DRAFT, RoundStatus.OPEN, RoundStatus.SOFT_CLOSED}),
    RoundAct.SOFT_CLOSE: frozenset({RoundStatus.OPEN}),
    RoundAct.CLOSE: frozenset({RoundStatus.DRAFT, RoundStatus.OPEN, RoundStatus.SOFT_CLOSED}),
    RoundAct.REVIEW: frozenset({RoundStatus.CLOSED}),
    RoundAct.PUBLISH: frozenset({RoundStatus.CLOSED, RoundStatus.UNDER_REVIEW}),
    RoundAct.PUBLISH_AGAIN: FROZEN,
    RoundAct.ARCHIVE: frozenset({RoundStatus.PUBLISHED}),
    RoundAct.UNARCHIVE: frozenset({RoundStatus.ARCHIVED}),
}
"""Where a round must stand for a step; a round is planned once, when it is added."""

NEEDS_REASON = frozenset({RoundAct.OPEN, RoundAct.MOVE, RoundAct.SOFT_CLOSE, RoundAct.UNARCHIVE})
"""Steps that differ from what everybody was told, so that somebody will ask why."""


ONE_DAY = timedelta(days=1)


def available_acts(status: RoundStatus) -> tuple[RoundAct, ...]:
    """The steps that are possible where a round stands."""
    return tuple(act for act, before in BEFORE.items() if status in before)


@dataclass(frozen=True, slots=True)
class StageLine:
    """One stage of a round's life: its name, whether it is past, the present one or still to come, and its day."""

    name: str
    state: str
    words: str


_NAMES = {
    RoundStatus.DRAFT: "Planned",
    RoundStatus.OPEN: "Open",
    RoundStatus.SOFT_CLOSED: "Open for late returns",
    RoundStatus.CLOSED: "Closed",
    RoundStatus.UNDER_REVIEW: "Under review",
    RoundStatus.PUBLISHED: "Published",
    RoundStatus.ARCHIVED: "Archived",
}


def stages_of(
    status: RoundStatus, opens_on: date, closes_on: date, closed_on: date | None = None
) -> Iterator[StageLine]:
    """Every stage in order, as "done", "now" or "to come"; without those that never were, where it was closed early.

    `closed_on` is the day on which somebody closed it.
    """
    never = {
        each
        for each, last in ((RoundStatus.OPEN, opens_on - ONE_DAY), (RoundStatus.SOFT_CLOSED, closes_on))
        if closed_on and closed_on <= last
    }
    order = [each for each in RoundStatus if each not in never]
    here = order.index(status)
    days = {
        RoundStatus.OPEN: f"From {say_date(opens_on)}",
        RoundStatus.SOFT_CLOSED: f"After the deadline, {say_date(closes_on)}",
        RoundStatus.CLOSED: f"On {say_date(closed_on)}" if closed_on else "",
    }
    for place, each in enumerate(order):
        state = "now" if place == here else "done" if place < here else "to come"
        yield StageLine(_NAMES[each], state, days.get(each, ""))
