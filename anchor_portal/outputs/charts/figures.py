"""The figures that a chart takes, each shown or saying why not, and their description in words."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class State(StrEnum):
    """Whether a figure is shown and, if not, why; each looks different from the others and from zero."""

    SHOWN = "shown"
    SUPPRESSED = "suppressed"
    WITHHELD = "withheld"
    NOT_PROVIDED = "not_provided"
    NOT_APPLICABLE = "not_applicable"


Compared = Literal["", "similar", "higher", "lower"]
"""How a group stands to all together, by its interval; empty where that is not compared."""

STATE_WORDS = {
    State.SUPPRESSED: "not shown",
    State.WITHHELD: "withheld",
    State.NOT_PROVIDED: "no data",
    State.NOT_APPLICABLE: "not applicable",
}


@dataclass(frozen=True, slots=True)
class Point:
    """A measure in one round: per cent with optional 95% limits, or the state that says why there is none.

    `decimals` are those printed, of value and limits. Raises ValueError when value and state disagree.
    """

    label: str
    value: float | None = None
    state: State = State.SHOWN
    lower: float | None = None
    upper: float | None = None
    provisional: bool = False
    definition_changed: bool = False
    decimals: int = 1

    def __post_init__(self) -> None:
        _require_drawable(self)


@dataclass(frozen=True, slots=True)
class Row:
    """A measure for one group: per cent with optional 95% limits, or the state that says why there is none.

    `highlight` sets the label in bold; `compared` says how it stands to the aggregate. The rest is as in a point.
    """

    label: str
    value: float | None = None
    state: State = State.SHOWN
    lower: float | None = None
    upper: float | None = None
    highlight: bool = False
    decimals: int = 1
    compared: Compared = ""

    def __post_init__(self) -> None:
        _require_drawable(self)


Figure = Point | Row


def _require_drawable(figure: Figure) -> None:
    """Refuse a figure that says two things: a hidden one with a value, or limits that miss the value."""
    if (figure.value is None) == (figure.state is State.SHOWN):
        raise ValueError(f"{figure.label}: a figure has a value exactly when its state is “shown”.")
    if isinstance(figure, Row) and figure.compared and figure.value is None:
        raise ValueError(f"{figure.label}: a figure that is not shown is not compared.")
    if (figure.lower is None) != (figure.upper is None) or (figure.value is None and figure.lower is not None):
        raise ValueError(f"{figure.label}: an interval needs a value and both limits.")
    numbers = [number for number in (figure.lower, figure.value, figure.upper) if number is not None]
    if not all(map(math.isfinite, numbers)) or numbers != sorted(numbers):
        raise ValueError(f"{figure.label}: the limits must lie on either side of the value.")


def say(figure: Figure) -> str:
    """The figure as it stands beside its mark: its value, else why it is not shown."""
    if figure.value is None:
        return STATE_WORDS[figure.state]
    return _per_cent(figure.value, figure.decimals)


def _per_cent(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}%"


def say_whole(figure: Figure) -> str:
    """The figure with its label and interval, for titles and descriptions."""
    compared = f", {figure.compared}" if isinstance(figure, Row) and figure.compared else ""
    if figure.lower is None or figure.upper is None:
        return f"{figure.label}: {say(figure)}{compared}"
    limits = " to ".join(_per_cent(limit, figure.decimals) for limit in (figure.lower, figure.upper))
    return f"{figure.label}: {say(figure)} (95% interval {limits}){compared}"


def describe(figures: Sequence[Figure], aggregate: Row | None = None) -> str:
    """What a chart of these figures shows, in words: every label, value, interval and reason."""
    if not figures:
        return "No data yet."
    points = [figure for figure in figures if isinstance(figure, Point)]
    kind = f"Line chart of {_count(points, 'round')}" if points else f"Bar chart of {_count(figures, 'group')}"
    whole = [f"{say_whole(figure)}." for figure in figures]
    dashed = [f"The dashed line marks {say_whole(aggregate)}."] if aggregate and aggregate.value is not None else []
    if dashed and any(isinstance(figure, Row) and figure.compared for figure in figures):
        dashed.append("Higher, lower and similar compare a group with it by the group’s interval.")
    return " ".join([f"{kind}, in per cent.", *whole, *_remarks(points), *dashed])


def _remarks(points: Sequence[Point]) -> list[str]:
    changes = [
        f"The definition changed with {point.label}: earlier figures cannot be compared with later ones."
        for point in points
        if point.definition_changed
    ]
    provisional = [point.label for point in points if point.provisional]
    return [*changes, *([f"Provisional: {', '.join(provisional)}."] if provisional else [])]


def _count(figures: Sequence[object], noun: str) -> str:
    return f"{len(figures)} {noun}" + ("" if len(figures) == 1 else "s")
