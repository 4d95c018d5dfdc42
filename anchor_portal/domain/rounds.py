"""Rounds of returns: their codes, their periods, and what is possible when."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from anchor_portal.domain.answers.numbers import say_date


class RoundStatus(StrEnum):
    """Where a round stands, as people see it."""

    DRAFT = "draft"
    OPEN = "open"
    SOFT_CLOSED = "soft-closed"
    CLOSED = "closed"
    UNDER_REVIEW = "under review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Stage(StrEnum):
    """What is stored of it: as long as no one has closed a round, its dates say where it stands."""

    BY_DATE = "by_date"
    CLOSED = "closed"
    UNDER_REVIEW = "under_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


_BY_STAGE = {
    Stage.CLOSED: RoundStatus.CLOSED,
    Stage.UNDER_REVIEW: RoundStatus.UNDER_REVIEW,
    Stage.PUBLISHED: RoundStatus.PUBLISHED,
    Stage.ARCHIVED: RoundStatus.ARCHIVED,
}

ANSWERING = frozenset({RoundStatus.OPEN, RoundStatus.SOFT_CLOSED})
"""Organisations may fill in and submit; after the deadline a return is marked late."""
REVIEWING = ANSWERING | {RoundStatus.CLOSED, RoundStatus.UNDER_REVIEW}
"""The Assembly may accept or return."""
IMPORTING = REVIEWING | {RoundStatus.DRAFT}
PUBLISHABLE = frozenset({RoundStatus.CLOSED, RoundStatus.UNDER_REVIEW})
FROZEN = frozenset({RoundStatus.PUBLISHED, RoundStatus.ARCHIVED})
EARLIEST, LATEST = 2000, 2100
"""Years between which every date of a round lies."""


class RoundRefused(Exception):
    """What was asked of a round is not possible now; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Period:
    """The days, both included, that a round's figures are about."""

    first: date
    last: date


def refuse_year(what: str, day: date) -> str:
    """Why a day cannot be one of a round, as a sentence without its stop; empty where it can."""
    return "" if EARLIEST <= day.year <= LATEST else f"the year of {what} must be between {EARLIEST} and {LATEST}"


def status_on(stage: Stage, opens_on: date, closes_on: date, today: date) -> RoundStatus:
    """Where the round stands on a day; the closing date itself still counts as open."""
    if stage is not Stage.BY_DATE:
        return _BY_STAGE[stage]
    if today < opens_on:
        return RoundStatus.DRAFT
    return RoundStatus.OPEN if today <= closes_on else RoundStatus.SOFT_CLOSED


def period_of(code: str) -> Period:
    """January to June for YYYY-07, the July to December before it for YYYY-01. Raises RoundRefused."""
    year, month = read_code(code)
    if month == 7:
        return Period(date(year, 1, 1), date(year, 6, 30))
    if month == 1:
        return Period(date(year - 1, 7, 1), date(year - 1, 12, 31))
    raise RoundRefused(f"Round {code} is neither of January nor of July: give its period with --from and --to")


def read_code(code: str) -> tuple[int, int]:
    """Year and month of a code like 2026-07. Raises RoundRefused."""
    if not re.fullmatch(r"[12][0-9]{3}-(0[1-9]|1[0-2])", code):
        raise RoundRefused(f"“{code[:40]}” is no round code: write year and month, like 2026-07")
    return int(code[:4]), int(code[5:])


def title_of(code: str) -> str:
    """The round in words: "July 2026"."""
    year, month = read_code(code)
    return f"{date(year, month, 1):%B} {year}"


def say_deadline(closes_on: date, today: date) -> str:
    """The deadline in words: "Due Friday 31 July 2026, 12 days left"."""
    day = f"{closes_on:%A} {say_date(closes_on)}"
    left = (closes_on - today).days
    if left < 0:
        return f"Was due {day}. Late returns are still accepted"
    if left == 0:
        return f"Due today, {day}"
    return f"Due {day}, {left} {'day' if left == 1 else 'days'} left"
