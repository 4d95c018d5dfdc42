"""The change between two rounds as a small waterfall: from one share over three steps to the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from anchor_portal.domain.figures.figure import say_points
from anchor_portal.domain.findings.steps import Steps
from anchor_portal.outputs.charts.figures import Row
from anchor_portal.outputs.charts.parts import (
    BLUE,
    DARK,
    GREY,
    GRID,
    LINE_HEIGHT,
    NAVY,
    SIZE,
    WHITE,
    WIDTHS,
    Layout,
    Scale,
    backed,
    label,
    make_scale,
    say_tick,
    text_width,
    wrap,
)
from anchor_portal.outputs.charts.scene import Anchor, Dot, Group, Line, Polygon, Rectangle, Scene, Shape

BAR, POINT = 22.0, 9.0
"""How high the bar of a step is, and how long the point that shows which way it goes."""
LEAST_SPAN = Decimal(5)
"""Percentage points that the scale spans at least, so that a small change does not look like a large one."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A line of the waterfall: a share where `start` and `end` are the same place, else a step between two."""

    name: str
    start: Decimal
    end: Decimal
    words: str
    is_share: bool


@dataclass(frozen=True, slots=True)
class _Slot:
    """Where a part stands: its words from a baseline on, its bar from a height on, and where the next begins."""

    part: _Part
    lines: list[str]
    words_y: float
    bar_y: float
    bottom: float


def waterfall(steps: Steps, *, title: str, layout: Layout = "wide") -> Scene:
    """The steps one below the other: the earlier share, real change, joined, left, the later share.

    A step to the right is a filled arrow, one to the left an empty one; each says its points with their sign.
    """
    slots = _stack(_parts(steps), layout)
    width, left = WIDTHS[layout], 300.0 if layout == "wide" else 10.0
    scale = _scale(steps, left, width - 64, most=5 if layout == "wide" else 4)
    bottom = slots[-1].bottom
    shapes = [*_grid(scale, bottom), *_connectors(slots, scale)]
    for slot in slots:
        shapes.append(Group(f"{slot.part.name}: {_say(slot.part)}", tuple(_mark(slot, scale))))
        shapes += [*_words(slot, scale), *_value(slot, scale)]
    height = bottom + 28
    if scale.low > 0:
        shapes.append(
            label(0 if layout == "narrow" else left, height + 16, f"Scale starts at {say_tick(scale.low)}", fill=GREY)
        )
        height += 24
    return Scene(width, height, title, describe(steps), tuple(shapes))


def describe(steps: Steps) -> str:
    """The waterfall in words: every part as it is printed."""
    parts = " ".join(f"{part.name}: {_say(part)}." for part in _parts(steps))
    return f"Waterfall chart, in per cent and percentage points. {parts}"


def _say(part: _Part) -> str:
    return part.words if part.is_share else f"{part.words} percentage points"


def _parts(steps: Steps) -> list[_Part]:
    (first, before), (last, after) = steps.ends
    parts = [_Part(first, before, before, f"{before:f}%", is_share=True)]
    at = before
    for name, points in steps.changes:
        parts.append(_Part(name, at, at + points, say_points(points), is_share=False))
        at += points
    return [*parts, _Part(last, after, after, f"{after:f}%", is_share=True)]


def _scale(steps: Steps, start: float, end: float, most: int) -> Scale:
    """A scale around the steps: from 0 where they are near it, and never of less than a few points."""
    places = [place for part in _parts(steps) for place in (part.start, part.end)]
    low, high = min(places), max(places)
    missing = max(LEAST_SPAN - (high - low), Decimal(0)) / 2
    low, high = max(low - missing, Decimal(0)), min(high + missing, Decimal(100))
    rows = [Row("", float(place)) for place in places]
    return make_scale(rows, start, end, (float(low), float(high)), most)


def _stack(parts: list[_Part], layout: Layout) -> list[_Slot]:
    """Wide: words beside the bar. Narrow: words above it."""
    slots: list[_Slot] = []
    for part in parts:
        top = slots[-1].bottom if slots else 6.0
        lines = wrap(part.name, 284 if layout == "wide" else WIDTHS["narrow"])
        words = len(lines) * LINE_HEIGHT
        if layout == "wide":
            height = max(BAR, words) + 16
            slots.append(_Slot(part, lines, top + (height - words) / 2 + 15, top + (height - BAR) / 2, top + height))
        else:
            slots.append(_Slot(part, lines, top + 18, top + words + 6, top + words + BAR + 18))
    return slots


def _grid(scale: Scale, bottom: float) -> Iterator[Shape]:
    for tick in scale.ticks():
        x = scale.at(tick)
        yield Line(x, 2, x, bottom, GRID)
        side: Anchor = "start" if x < SIZE else "middle"
        yield label(x, bottom + 20, say_tick(tick), side, GREY)


def _connectors(slots: list[_Slot], scale: Scale) -> Iterator[Shape]:
    """A thin line from where one part ends to where the next begins: the same place."""
    for before, after in zip(slots, slots[1:], strict=False):
        x = scale.at(float(before.part.end))
        yield Line(x, before.bar_y + BAR / 2, x, after.bar_y + BAR / 2, GREY, 1.5)


def _mark(slot: _Slot, scale: Scale) -> Iterator[Shape]:
    part, middle = slot.part, slot.bar_y + BAR / 2
    start, end = scale.at(float(part.start)), scale.at(float(part.end))
    if part.is_share:
        yield Dot(end, middle, 8, NAVY, WHITE, 2)
    elif part.start == part.end:
        yield Rectangle(start - 2, slot.bar_y, 4, BAR, fill=GREY)
    elif end > start:
        yield _arrow(start, end, slot.bar_y, BLUE)
    else:
        yield _arrow(start, end, slot.bar_y, BLUE)
        yield _arrow(start, end, slot.bar_y, WHITE, inset=2.5)


def _arrow(start: float, end: float, y: float, fill: str, inset: float = 0) -> Polygon:
    """A bar that ends in a point, the way that the step goes; `inset` leaves that much of an edge all around."""
    way = 1 if end > start else -1
    neck = end - way * min(POINT, abs(end - start))
    top, bottom, middle = y + inset, y + BAR - inset, y + BAR / 2
    start, end = start + way * inset, end - way * inset * 1.6
    if way * (neck - start) <= 0:
        return Polygon(((start, top + inset), (end, middle), (start, bottom - inset)), fill)
    return Polygon(((start, top), (neck, top), (end, middle), (neck, bottom), (start, bottom)), fill)


def _words(slot: _Slot, scale: Scale) -> Iterator[Shape]:
    """The name in lines; in the narrow layout it stands on the grid, which is wiped out behind it."""
    for index, words in enumerate(slot.lines):
        line = label(0, slot.words_y + index * LINE_HEIGHT, words, bold=slot.part.is_share)
        yield from (line,) if scale.start > text_width(words) else backed(line)


def _value(slot: _Slot, scale: Scale) -> Iterator[Shape]:
    """The value to the right of its mark."""
    reach = max(scale.at(float(slot.part.start)), scale.at(float(slot.part.end)))
    room = 14 if slot.part.is_share else 8
    yield from backed(label(reach + room, slot.bar_y + BAR / 2 + 5.5, slot.part.words, fill=DARK, bold=True))
