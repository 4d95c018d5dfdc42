"""The chart of one breakdown: a measure by sector, place or tier, as horizontal bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anchor_portal.outputs.chart_figures import Row, describe, say, say_whole
from anchor_portal.outputs.chart_parts import (
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
    gap_box,
    label,
    make_scale,
    say_tick,
    text_width,
    wrap,
)
from anchor_portal.outputs.scene import Anchor, Group, Line, Rectangle, Scene, Shape

BAR = 20


def bars(
    rows: Sequence[Row],
    *,
    title: str,
    layout: Layout = "wide",
    aggregate: Row | None = None,
    description: str = "",
) -> Scene:
    """One breakdown as bars from 0, in the order given; the aggregate is a dashed line over them."""
    width, left = WIDTHS[layout], 272.0 if layout == "wide" else 1.0
    line = aggregate if aggregate and aggregate.value is not None else None
    scale = make_scale([*rows, *([line] if line else [])], left, width - 64, most=5 if layout == "wide" else 4)
    slots = _stack(rows, layout, 34 if line else 8)
    bottom = slots[-1].bottom if slots else 60.0
    shapes = [*_bar_grid(scale, bottom, empty=not slots)]
    shapes += [Group(say_whole(slot.row), (*_bar(slot, scale),)) for slot in slots]
    if line:
        shapes += _aggregate(scale, line, scale.at(line.value or 0), bottom)
    for slot in slots:
        shapes += [*_row_words(slot, scale), *_value_words(slot, scale)]
    return Scene(width, bottom + 28, title, description or describe(rows, aggregate), tuple(shapes))


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of one row: where its words begin (a baseline), where its bar begins, where the row ends."""

    row: Row
    lines: list[str]
    words_y: float
    bar_y: float
    bottom: float


def _stack(rows: Sequence[Row], layout: Layout, head: float) -> list[_Slot]:
    """Wide: words beside the bar. Narrow: words above it."""
    slots: list[_Slot] = []
    for row in rows:
        top = slots[-1].bottom if slots else head
        lines = wrap(row.label, 256 if layout == "wide" else WIDTHS["narrow"])
        words = len(lines) * LINE_HEIGHT
        if layout == "wide":
            height = max(BAR, words) + 16
            slots.append(_Slot(row, lines, top + (height - words) / 2 + 15, top + (height - BAR) / 2, top + height))
        else:
            slots.append(_Slot(row, lines, top + 18, top + words + 6, top + words + BAR + 18))
    return slots


def _bar_grid(scale: Scale, bottom: float, empty: bool) -> Iterator[Shape]:
    for tick in scale.ticks():
        x = scale.at(tick)
        yield Line(x, 4, x, bottom, GREY if tick == scale.low else GRID)
        side: Anchor = "start" if x < SIZE else "middle"
        yield label(x, bottom + 20, say_tick(tick), side, GREY)
    if empty:
        yield from backed(label((scale.start + scale.end) / 2, bottom / 2 + 5, "No data yet", "middle"))


def _row_words(slot: _Slot, scale: Scale) -> Iterator[Shape]:
    """The label in lines; in the narrow layout it stands on the grid, which is wiped out behind it."""
    for index, words in enumerate(slot.lines):
        y = slot.words_y + index * LINE_HEIGHT
        line = label(0, y, words, bold=slot.row.highlight)
        yield from (line,) if scale.start > text_width(words) else backed(line)


def _bar(slot: _Slot, scale: Scale) -> Iterator[Shape]:
    row, y, middle = slot.row, slot.bar_y, slot.bar_y + BAR / 2
    if row.value is None:
        yield from gap_box(row.state, scale.start, y, scale.end - scale.start, BAR)
        yield from backed(label(scale.start + 12, middle + 5.5, say(row)))
        return
    end = scale.at(row.value)
    yield Rectangle(scale.start, y, max(end - scale.start, 2), BAR, fill=NAVY if row.highlight else BLUE)
    yield from _bar_whiskers(scale, row, middle)


def _value_words(slot: _Slot, scale: Scale) -> Iterator[Shape]:
    """The value beside its bar, drawn after the aggregate's line, which would cross it out."""
    row = slot.row
    if row.value is not None:
        reach = scale.at(row.value if row.upper is None else row.upper)
        yield from backed(label(reach + 8, slot.bar_y + BAR / 2 + 5.5, say(row), bold=True))


def _bar_whiskers(scale: Scale, row: Row, y: float) -> Iterator[Shape]:
    """The interval, edged with white so that it is seen on the bar as well as beside it."""
    if row.lower is None or row.upper is None:
        return
    low, high = scale.at(row.lower), scale.at(row.upper)
    for colour, thick in ((WHITE, 4.5), (DARK, 1.75)):
        yield Line(low, y, high, y, colour, thick)
        yield Line(low, y - 5, low, y + 5, colour, thick)
        yield Line(high, y - 5, high, y + 5, colour, thick)


def _aggregate(scale: Scale, aggregate: Row, x: float, bottom: float) -> Iterator[Shape]:
    words = f"{aggregate.label} {say(aggregate)}"
    side: Anchor = "start" if x < (scale.start + scale.end) / 2 else "end"
    yield Line(x, 4, x, bottom, WHITE, 4)
    yield Line(x, 4, x, bottom, DARK, 2, (6, 4))
    yield from backed(label(x + (8 if side == "start" else -8), 20, words, side))
