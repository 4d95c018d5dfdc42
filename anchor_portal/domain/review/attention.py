"""What wants looking at in a return that waits for the Assembly, and which return comes first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from anchor_portal.domain.answers.parts import Answers, Problem


@dataclass(frozen=True, slots=True)
class Signals:
    """What was unusual about a revision when it was signed.

    `unexplained` and `explained` are answers that the portal questioned, 0 or more of each; `is_first` says that the
    organisation had no accepted return before.
    """

    unexplained: int = 0
    explained: int = 0
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A return in the queue. `signals` are None for one signed before the portal kept them."""

    signals: Signals | None
    is_late: bool
    revision: int
    submitted_at: datetime
    is_mine: bool = False


def count_signals(problems: Iterable[Problem], answers: Answers, *, is_first: bool) -> Signals:
    """How many answers were questioned, and of how many of them the organisation said why."""
    questioned = {problem.question for problem in problems if not problem.hard}
    explained = {key for key in questioned if answers.get(key, {}).get("explanation", "").strip()}
    return Signals(len(questioned - explained), len(explained), is_first)


def order_of(waiting: Waiting) -> tuple[bool, bool, int, int, bool, bool, datetime]:
    """Sorts the queue: what I was asked to look at, then flagged changes, explanations, lateness, a first return.

    Where all that is equal, what has waited longest. What was not counted comes before what was.
    """
    signals = waiting.signals or Signals()
    return (
        not waiting.is_mine,
        waiting.signals is not None,
        -signals.unexplained,
        -signals.explained,
        not waiting.is_late,
        not signals.is_first,
        waiting.submitted_at,
    )


def say_reasons(waiting: Waiting) -> tuple[str, ...]:
    """Why a return wants looking at, the strongest reason first; empty where nothing stands out."""
    return tuple(_reasons(waiting))


def _reasons(waiting: Waiting) -> Iterator[str]:
    signals = waiting.signals
    if signals is None:
        yield "Signed before unusual answers were counted"
    elif signals.unexplained:
        yield f"{_count(signals.unexplained, 'flagged change')} without an explanation"
    if signals and signals.explained:
        yield f"{_count(signals.explained, 'flagged change')} with an explanation"
    if waiting.is_late:
        yield "Late"
    if signals and signals.is_first:
        yield "First return"
    if waiting.revision > 1:
        yield f"Signed again: revision {waiting.revision}"


def _count(number: int, what: str) -> str:
    return f"1 {what}" if number == 1 else f"{number} {what}s"
