"""The chart of one breakdown: a measure by sector, place or tier, as horizontal bars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from anchor_portal.outputs.charts.figures import Compared, Row, describe, say, say_whole
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
    gap_box,
    label,
    make_scale,
    say_tick,
    text_width,
    wrap,
)
from anchor_portal.outputs.charts.scene import Anchor, Dot, Group, Line, Polygon, Rectangle, Scene, Shape, Strokes

BAR = 20
COMPARED = 92
"""Room for the sign and the word that say how a row stands to all together: at the right edge."""


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
    is_compared = any(row.compared for row in rows)
    right = width - 64 - (COMPARED if is_compared and layout == "wide" else 0)
    scale = make_scale([*rows, *([line] if line else [])], left, right, most=5 if layout == "wide" else 4)
    slots = _stack(rows, layout, 34 if line else 8)
    bottom = slots[-1].bottom if slots else 60.0
    shapes = [*_bar_grid(scale, bottom, empty=not slots)]
    shapes += [Group(say_whole(slot.row), (*_bar(slot, scale),)) for slot in slots]
    for slot in slots:
        shapes += _on_bar(slot, scale)
    if line:
        shapes += _aggregate(scale, line, scale.at(line.value or 0), bottom, width)
    for slot in slots:
        shapes += [*_row_words(slot, scale), *_value_words(slot, scale)]
        if slot.row.compared:
            y = slot.bar_y + BAR / 2 if layout == "wide" else slot.words_y - 5.5
            shapes += _compared_mark(slot.row.compared, width - COMPARED + 12, y)
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
        lines = wrap(row.label, 256 if layout == "wide" else WIDTHS["narrow"] - (COMPARED if row.compared else 0))
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
    """The bar, or what stands in its place: the box of a figure that is not shown, or the words alone."""
    row, y = slot.row, slot.bar_y
    if row.value is None:
        box = gap_box(row.state, scale.start, y, scale.end - scale.start, BAR)
        yield from box or _gap_words(slot, scale)
        return
    end = scale.at(row.value)
    yield Rectangle(scale.start, y, max(end - scale.start, 2), BAR, fill=NAVY if row.highlight else BLUE)


def _gap_words(slot: _Slot, scale: Scale) -> Sequence[Shape]:
    return backed(label(scale.start + 12, slot.bar_y + BAR / 2 + 5.5, say(slot.row)))


def _on_bar(slot: _Slot, scale: Scale) -> Iterator[Shape]:
    """The interval, or the words in a box: outside of the bar's group, so that those of all bars can be one element."""
    if slot.row.value is not None:
        yield from _bar_whiskers(scale, slot.row, slot.bar_y + BAR / 2)
    elif gap_box(slot.row.state, scale.start, slot.bar_y, 1, BAR):
        yield from _gap_words(slot, scale)


def _value_words(slot: _Slot, scale: Scale) -> Iterator[Shape]:
    """The value beside its bar, drawn after the aggregate's line, which would cross it out."""
    row = slot.row
    if row.value is not None:
        reach = scale.at(row.value if row.upper is None else row.upper)
        yield from backed(label(reach + 8, slot.bar_y + BAR / 2 + 5.5, say(row), bold=True))


def _compared_mark(compared: Compared, x: float, y: float) -> Iterator[Shape]:
    """A triangle up or down, or a ring, and the word beside it."""
    if compared == "similar":
        yield Dot(x, y, 4.5, WHITE, DARK, 1.5)
    else:
        way = -1 if compared == "higher" else 1
        yield Polygon(((x - 6, y - way * 5), (x, y + way * 5), (x + 6, y - way * 5)), DARK)
    yield from backed(label(x + 14, y + 5.5, compared))


def _bar_whiskers(scale: Scale, row: Row, y: float) -> Iterator[Shape]:
    """The interval, edged with white so that it is seen on the bar as well as beside it."""
    if row.lower is None or row.upper is None:
        return
    low, high = scale.at(row.lower), scale.at(row.upper)
    caps = ((low, y - 5, low, y + 5), (high, y - 5, high, y + 5))
    for colour, thick in ((WHITE, 4.5), (DARK, 1.75)):
        yield Strokes(((low, y, high, y), *caps), colour, thick)


def _aggregate(scale: Scale, aggregate: Row, x: float, bottom: float, width: float) -> Iterator[Shape]:
    """The dashed line with its words beside it, where there is room, and never beyond the picture."""
    words = f"{aggregate.label} {say(aggregate)}"
    wide = text_width(words)
    left = x - 8 - wide if x - 8 - wide > scale.start else x + 8
    yield Line(x, 4, x, bottom, WHITE, 4)
    yield Line(x, 4, x, bottom, DARK, 2, (6, 4))
    yield from backed(label(min(max(left, 4), width - wide), 20, words))
