"""The agenda of a meeting: what is on every one, how items are numbered and timed, what may change when."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

MONTHS = frozenset(f"{date(2000, month, 1):%B}".lower() for month in range(1, 13))
MOST_INITIALS = 6
LONGEST_REFERENCE = 30
MOST_MINUTES = 600
_REFERENCE = re.compile(r"[A-Za-z0-9]+([/.-][A-Za-z0-9]+)*")
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")


class MeetingState(StrEnum):
    """Planned; being held or held; its minutes agreed, after which it is only read."""

    PLANNED = "planned"
    HELD = "held"
    AGREED = "agreed"


STATE_NAMES = {
    MeetingState.PLANNED: "Planned",
    MeetingState.HELD: "Begun, minutes not agreed yet",
    MeetingState.AGREED: "Minutes agreed",
}


class ItemKind(StrEnum):
    """What an item of the agenda is about; all but the last two are on every agenda, and lead to a part of the pack."""

    WELCOME = "welcome"
    INTERESTS = "interests"
    MINUTES = "minutes"
    ACTIONS = "actions"
    FIGURES = "figures"
    ORGANISATION = "organisation"
    BUSINESS = "business"


@dataclass(frozen=True, slots=True)
class StandingItem:
    """What is on every agenda, and how many minutes it usually takes."""

    kind: ItemKind
    title: str
    purpose: str
    minutes: int


STANDING_ITEMS = (
    StandingItem(ItemKind.WELCOME, "Welcome, introductions and apologies", "Verbal", 5),
    StandingItem(ItemKind.INTERESTS, "Declarations of interest", "Verbal", 5),
    StandingItem(ItemKind.MINUTES, "Minutes of the last meeting", "Paper, for approval", 5),
    StandingItem(ItemKind.ACTIONS, "Action log from previous meetings", "Paper, for an update", 10),
    StandingItem(ItemKind.FIGURES, "Where the partnership stands", "Paper, for information", 10),
)
"""In this order. Whoever plans a meeting can change, move or take them out like any other."""
FOR_AN_ORGANISATION = "Profile, for decision"


def number_of(reference: str, position: int) -> str:
    """The number of an item: that of its meeting and its place on the agenda, as in AA/01/27/02."""
    return f"{reference}/{position:02}"


def make_reference(title: str, held_on: date, taken: Collection[str] = ()) -> str:
    """What the numbers of a meeting begin with: the initials of who meets, month and year, as in AA/01/27.

    The initials are those of the words of the title with a capital, so that a Health and Care Partnership has HCP. A
    second meeting of the same month gets a letter at its end.
    """
    first = f"{_initials(title)}/{held_on:%m/%y}"
    others = (f"{first}{chr(ord('B') + place)}" for place in range(24))
    return next((each for each in (first, *others) if each not in taken), f"{first}-{len(taken) + 1}")


def _initials(title: str) -> str:
    words = [word for word in re.findall(r"[^\W\d_]+", title) if word.lower() not in MONTHS]
    capitals = [word[0] for word in words if word[0].isupper()] or [word[0].upper() for word in words]
    plain = [letter for letter in capitals if letter.isascii()]
    return "".join(plain[:MOST_INITIALS]) or "M"


def refuse_reference(reference: str) -> str:
    """Why items cannot be numbered by this; empty where they can."""
    if len(reference) > LONGEST_REFERENCE:
        return f"The number of the meeting can be at most {LONGEST_REFERENCE} characters long"
    if not _REFERENCE.fullmatch(reference):
        return "The number of the meeting can hold letters without accents, digits, and between them / . or -"
    return ""


def read_time(typed: str) -> str:
    """A time of the day as 15:00; empty where nothing was typed. Raises ValueError with a sentence."""
    if not typed.strip():
        return ""
    found = _TIME.fullmatch(typed.strip())
    if found is None:
        raise ValueError("The time must be like 15:00")
    return f"{int(found[1]):02}:{found[2]}"


def say_times(starts_at: str, lengths: Sequence[int | None]) -> list[str]:
    """When each item is taken, as "15:20 to 15:45"; empty for one whose length is not known, or without a start.

    An item whose length is not known takes no time of the others.
    """
    if not starts_at:
        return [""] * len(lengths)
    at = datetime.strptime(starts_at, "%H:%M")  # noqa: DTZ007 - a time of the day alone
    said = []
    for minutes in lengths:
        after = at + timedelta(minutes=minutes or 0)
        said.append(f"{at:%H:%M} to {after:%H:%M}" if minutes else "")
        at = after
    return said


def may_plan(state: str) -> bool:
    """Whether items may be moved and taken out: once a meeting is held, its numbers stand in its minutes."""
    return state == MeetingState.PLANNED


def may_add(state: str) -> bool:
    """Whether an item may be added at the end, and the meeting's own facts be changed."""
    return state != MeetingState.AGREED


def may_record(state: str) -> bool:
    """Whether outcomes, decisions and actions may be recorded: while the meeting is held, until they are agreed."""
    return state == MeetingState.HELD


def why_not_recorded(state: str) -> str:
    """Why nothing can be recorded now, as a sentence; empty where it can."""
    if state == MeetingState.PLANNED:
        return "The meeting has not begun: begin it, then record what it decides."
    if state == MeetingState.AGREED:
        return "The minutes of this meeting are agreed, so nothing of it can be changed."
    return ""
