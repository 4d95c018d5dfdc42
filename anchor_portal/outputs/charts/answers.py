"""How many organisations answered yes, of those asked and answering: one bar for each round or group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anchor_portal.outputs.charts.figures import STATE_WORDS, State
from anchor_portal.outputs.charts.parts import (
    BLUE,
    DARK,
    GREY,
    LINE_HEIGHT,
    WHITE,
    WIDTHS,
    Layout,
    backed,
    gap_box,
    label,
    text_width,
    wrap,
)
from anchor_portal.outputs.charts.scene import Group, Line, Rectangle, Scene, Shape

BAR = 20.0
CHANGE = 38.0
"""The gap where the definition changed."""
MOST_BOXES = 40
"""Up to so many organisations each has a box of its own; more are drawn as one bar."""


@dataclass(frozen=True, slots=True)
class Answers:
    """`yes` of `asked` organisations, or the state that says why the two are not shown.

    `definition_changed` leaves a gap before the row, in which that is said: rows above cannot be compared with it.
    Raises ValueError when numbers and state disagree.
    """

    label: str
    yes: int | None = None
    asked: int | None = None
    state: State = State.SHOWN
    definition_changed: bool = False

    def __post_init__(self) -> None:
        is_shown = self.state is State.SHOWN
        if (self.yes is None) == is_shown or (self.asked is None) == is_shown:
            raise ValueError(f"{self.label}: answers have numbers exactly when their state is “shown”.")
        if self.yes is not None and self.asked is not None and not 0 <= self.yes <= self.asked:
            raise ValueError(f"{self.label}: {self.yes} of {self.asked} is no number of answers.")

    @property
    def words(self) -> str:
        """ "14 of 18", or why that is not shown."""
        return STATE_WORDS[self.state] if self.yes is None else f"{self.yes:,} of {self.asked:,}"


def answers(rows: Sequence[Answers], *, title: str, layout: Layout = "wide") -> Scene:
    """A bar for each row, as long as its organisations are many; those that answered yes are filled."""
    width, left = WIDTHS[layout], 272.0 if layout == "wide" else 1.0
    most = max((row.asked for row in rows if row.asked), default=1)
    room = max((text_width(row.words) for row in rows), default=0) + 16
    unit = (width - room - left) / most
    shapes: list[Shape] = []
    y = 6.0
    for row in rows:
        lines = wrap(row.label, 256 if layout == "wide" else width)
        words = len(lines) * LINE_HEIGHT
        if row.definition_changed:
            shapes += _change(y, width)
            y += CHANGE
        height = max(BAR, words) + 16 if layout == "wide" else words + BAR + 18
        first, bar = (
            (y + (height - words) / 2 + 15, y + (height - BAR) / 2) if layout == "wide" else (y + 18, y + words + 6)
        )
        shapes += [label(0, first + index * LINE_HEIGHT, line) for index, line in enumerate(lines)]
        shapes.append(Group(f"{row.label}: {row.words}", tuple(_bar(row, left, bar, unit, most))))
        y += height
    return Scene(width, y + 8, title, describe(rows), tuple(shapes))


def describe(rows: Sequence[Answers]) -> str:
    """The chart in words: every row with its numbers, or why they are not shown, and where the definition changed."""
    changes = [
        f"The definition changed with {row.label}: earlier figures cannot be compared with later ones."
        for row in rows
        if row.definition_changed
    ]
    told = [f"{row.label}: {row.words}." for row in rows]
    return " ".join(["Bar chart of answers, yes of those asked and answering.", *told, *changes])


def _change(y: float, width: float) -> Iterator[Shape]:
    """A line across, with the words under it."""
    yield Line(0, y + 6, width, y + 6, DARK, 1.5, (2, 4))
    yield label(0, y + 27, "New definition")


def _bar(row: Answers, left: float, y: float, unit: float, most: int) -> Iterator[Shape]:
    if row.yes is None or row.asked is None:
        yield from gap_box(row.state, left, y, unit * most, BAR)
        yield from backed(label(left + 12, y + BAR / 2 + 5.5, row.words))
        return
    yield from _boxes(row.yes, row.asked, left, y, unit)
    yield label(left + unit * row.asked + 8, y + BAR / 2 + 5.5, row.words, bold=True)


def _boxes(yes: int, asked: int, left: float, y: float, unit: float) -> Iterator[Shape]:
    """One box for each organisation, or where they are many one bar for yes in one for all."""
    if asked > MOST_BOXES:
        yield Rectangle(left, y, unit * asked, BAR, fill=WHITE, stroke=GREY)
        if yes:
            yield Rectangle(left, y, unit * yes, BAR, fill=BLUE)
        return
    for index in range(asked):
        fill, stroke = (BLUE, BLUE) if index < yes else (WHITE, GREY)
        yield Rectangle(left + unit * index + 1, y, max(unit - 3, 1), BAR, fill=fill, stroke=stroke)
