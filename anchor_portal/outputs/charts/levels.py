"""The picture of a self-assessment: seven pledges, four levels; where we are, where we want to be, what we aimed for.

Three shapes tell them apart without colour: a filled dot, a ring, and a triangle above the line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anchor_portal.domain.findings.level_words import LEVEL_NAMES
from anchor_portal.domain.findings.self_assessment import Standing, say_earlier, say_standing
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.outputs.charts.parts import (
    DARK,
    GREY,
    GRID,
    LINE_HEIGHT,
    NAVY,
    WHITE,
    WIDTHS,
    Layout,
    backed,
    label,
    text_width,
    wrap,
)
from anchor_portal.outputs.charts.scene import Dot, Group, Line, Polygon, Scene, Shape

LEVELS = tuple(LEVEL_NAMES)
DOT, RING, TRACK = 9.0, 14.0, 40.0
"""Radii of the mark for now and of that for the aim; height of a pledge's line with its marks."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the columns of the four levels stand."""

    layout: Layout
    width: float

    @property
    def left(self) -> float:
        return 330.0 if self.layout == "wide" else 40.0

    @property
    def right(self) -> float:
        return self.width - (60 if self.layout == "wide" else 40)

    def x(self, level: int) -> float:
        """The middle of a level's column."""
        return self.left + (level - 1) * (self.right - self.left) / (len(LEVELS) - 1)


def levels(standings: Sequence[Standing], *, title: str, earlier_round: str = "", layout: Layout = "wide") -> Scene:
    """Every pledge as a line with four levels; `earlier_round` is the round in words whose aims are marked."""
    frame = _Frame(layout, WIDTHS[layout])
    has_earlier = any(standing.earlier_aim for standing in standings)
    shapes: list[Shape] = [*_key(frame, earlier_round if has_earlier else "")]
    top = _height_of_key(layout, has_earlier)
    shapes += _heads(frame, top)
    y = top + 14
    for standing in standings:
        lines = _words(standing, earlier_round, frame)
        height = _row_height(lines, layout)
        shapes += _row(frame, standing, lines, y, height, earlier_round)
        y += height
    description = " ".join(say_standing(standing, earlier_round) for standing in standings)
    return Scene(frame.width, y + 6, title, description, tuple(shapes))


def _key(frame: _Frame, earlier_round: str) -> Iterator[Shape]:
    """What the marks mean: in one line, or one below the other."""
    entries = [("now", "Where we are now"), ("aim", "Where we want to be by the next round")]
    entries += [("earlier", f"Aim of {earlier_round}")] if earlier_round else []
    x, y = 16.0, 20.0
    for kind, words in entries:
        yield from _mark(kind, x, y)
        yield label(x + 24, y + 6, words)
        if frame.layout == "wide":
            x += 24 + text_width(words) + 24
        else:
            y += 30


def _height_of_key(layout: Layout, has_earlier: bool) -> float:
    return 76.0 if layout == "wide" else 44.0 + (90 if has_earlier else 60)


def _heads(frame: _Frame, y: float) -> Iterator[Shape]:
    """The names of the levels over their columns; on phones their numbers, with the names above them in turn."""
    for level in LEVELS:
        name = LEVEL_NAMES[level].capitalize()
        if frame.layout == "wide":
            yield label(frame.x(level), y, f"{level} {name}", "middle", bold=True)
        else:
            high = y - (LINE_HEIGHT if level % 2 == 0 else 0)
            yield label(frame.x(level), high, f"{level} {name}", "middle", bold=True)


def _words(standing: Standing, earlier_round: str, frame: _Frame) -> list[tuple[str, bool]]:
    """The lines beside or above a pledge, each with whether it is bold."""
    room = frame.left - 50 if frame.layout == "wide" else frame.width
    named = [(line, True) for line in wrap(f"{standing.pledge}. {PLEDGES[standing.pledge]}", room * 0.94)]
    earlier = say_earlier(standing, earlier_round)
    noted = wrap(earlier[:1].upper() + earlier[1:], room) if earlier else []
    return named + [(line, False) for line in noted]


def _row_height(lines: Sequence[tuple[str, bool]], layout: Layout) -> float:
    words = len(lines) * LINE_HEIGHT
    return max(words + 22, TRACK + 22) if layout == "wide" else words + TRACK + 34


def _row(
    frame: _Frame,
    standing: Standing,
    lines: Sequence[tuple[str, bool]],
    y: float,
    height: float,
    earlier_round: str,
) -> Iterator[Shape]:
    is_wide = frame.layout == "wide"
    yield Line(0, y, frame.width, y, GRID)
    first = y + (height - len(lines) * LINE_HEIGHT) / 2 + 15 if is_wide else y + 22
    for index, (words, bold) in enumerate(lines):
        yield label(0, first + index * LINE_HEIGHT, words, fill=DARK if bold else GREY, bold=bold)
    middle = y + height / 2 + 6 if is_wide else y + height - TRACK / 2 - 6
    yield Group(say_standing(standing, earlier_round), tuple(_track(frame, standing, middle)))


def _track(frame: _Frame, standing: Standing, y: float) -> Iterator[Shape]:
    """The line of a pledge with its marks, or the words that it is not assessed."""
    yield Line(frame.x(1), y, frame.x(4), y, GRID, 2)
    for level in LEVELS:
        yield Line(frame.x(level), y - 6, frame.x(level), y + 6, GREY, 1.5)
    if standing.now and standing.aim and standing.now != standing.aim:
        yield Line(frame.x(standing.now), y, frame.x(standing.aim), y, NAVY, 3, (5, 4))
    if not standing.is_assessed:
        yield from backed(label((frame.left + frame.right) / 2, y + 5.5, "not assessed", "middle", GREY))
    if standing.aim:
        yield from _mark("aim", frame.x(standing.aim), y)
    if standing.now:
        yield from _mark("now", frame.x(standing.now), y)
    if standing.earlier_aim:
        yield from _mark("earlier", frame.x(standing.earlier_aim), y - RING - 10)


def _mark(kind: str, x: float, y: float) -> Iterator[Shape]:
    if kind == "now":
        yield Dot(x, y, DOT, NAVY)
    elif kind == "aim":
        yield Dot(x, y, RING, WHITE, NAVY, 3)
    else:
        yield Polygon(((x - 8, y - 7), (x + 8, y - 7), (x, y + 7)), DARK)
