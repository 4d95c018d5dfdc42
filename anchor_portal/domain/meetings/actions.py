"""Actions: who is to do what by when, carried from meeting to meeting until they are done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from anchor_portal.domain.answers.numbers import say_date

NO_DAY = "To be agreed"


class TaskState(StrEnum):
    """Where an action of the log stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


STATE_NAMES = {TaskState.OPEN: "Open", TaskState.DONE: "Done", TaskState.DROPPED: "Dropped"}


@dataclass(frozen=True, slots=True)
class Update:
    """What was said of an action, when and by whom."""

    text: str
    who: str
    at: datetime

    @property
    def words(self) -> str:
        """As the log's last column has it: "13 June 2026, A. Person: in development"."""
        return f"{say_date(self.at.date())}, {self.who}: {self.text}"


@dataclass(frozen=True, slots=True)
class LoggedAction:
    """A line of the action log. `item` is the number of the agenda item, empty where it came from none."""

    number: int
    met_on: date
    item: str
    text: str
    owner: str
    due_on: date | None
    state: str
    ended_on: date | None
    organisation: str = ""
    updates: tuple[Update, ...] = ()
    version: int = 1

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state == TaskState.OPEN

    @property
    def due(self) -> str:
        """The day in words, or that it is not agreed yet."""
        return say_date(self.due_on) if self.due_on else NO_DAY

    @property
    def words(self) -> str:
        """In a line of minutes: "12. Send the plan to the Assembly (Chair, by 31 July 2026)"."""
        day = f"by {say_date(self.due_on)}" if self.due_on else "day to be agreed"
        return f"{self.number}. {self.text} ({self.owner}, {day})"

    def is_overdue(self, today: date) -> bool:
        """Whether it is open past its day."""
        return self.is_open and self.due_on is not None and self.due_on < today

    def status(self, today: date) -> str:
        """Where it stands in words: "Open, 12 days late"."""
        if self.is_open:
            late = (today - self.due_on).days if self.due_on and self.due_on < today else 0
            return f"Open, {late} {'day' if late == 1 else 'days'} late" if late else "Open"
        day = f" on {say_date(self.ended_on)}" if self.ended_on else ""
        return f"{STATE_NAMES[TaskState(self.state)]}{day}"


def carried_to(log: Iterable[LoggedAction], held_on: date, last_held_on: date | None) -> list[LoggedAction]:
    """What a meeting looks at: every action of an earlier meeting that is still open, and what ended since the last one.

    In the order of their numbers. One that a meeting heard was done is not carried any further.
    """
    return [
        each
        for each in sorted(log, key=lambda each: each.number)
        if each.met_on < held_on and (each.is_open or _ended_since(each, last_held_on))
    ]


def _ended_since(action: LoggedAction, last_held_on: date | None) -> bool:
    return action.ended_on is not None and (last_held_on is None or action.ended_on > last_held_on)


def order_log(log: Iterable[LoggedAction], today: date) -> list[LoggedAction]:
    """What is late first, the longest late at the top; then what is open by its day; then what has ended, newest first."""
    every = list(log)
    open_ones = sorted(
        (each for each in every if each.is_open), key=lambda each: (each.due_on or date.max, each.number)
    )
    ended = sorted((each for each in every if not each.is_open), key=lambda each: (each.ended_on or today, each.number))
    return [*open_ones, *reversed(ended)]


def say_log(log: Iterable[LoggedAction], today: date) -> str:
    """How many are open, and how many of them late, in a sentence."""
    every = list(log)
    number, late = sum(each.is_open for each in every), sum(each.is_overdue(today) for each in every)
    if not number:
        return "No action is open."
    said = f"{number} {'action is' if number == 1 else 'actions are'} open"
    return (
        f"{said}, {late} of them past {'its' if late == 1 else 'their'} due date."
        if late
        else f"{said}, none of them late."
    )


def refuse_ending(state: str, wanted: str, said: str) -> str:
    """Why an action cannot be ended or opened again with these words; empty where it can."""
    if wanted == TaskState.DROPPED and state != wanted and not said:
        return "Say why it is dropped, so that the log explains it"
    if wanted == TaskState.OPEN and state != wanted and not said:
        return "Say why it is opened again, so that the log explains it"
    return ""
