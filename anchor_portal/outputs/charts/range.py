"""The spread over organisations in one line: where the middle half of them lies, and the one in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from anchor_portal.outputs.charts.parts import (
    BLUE,
    DARK,
    GREY,
    GRID,
    NAVY,
    PALE_BLUE,
    WHITE,
    WIDTHS,
    Layout,
    Scale,
    backed,
    label,
    say_tick,
    text_width,
)
from anchor_portal.outputs.charts.scene import Anchor, Line, Polygon, Rectangle, Scene, Shape

TOP, BAR = 40.0, 34.0
STEPS: dict[Layout, float] = {"wide": 10, "narrow": 25}


@dataclass(frozen=True, slots=True)
class Spread:
    """Per cent, 0 to 100, in ascending order, with the words for each; `pooled` is the share of all together, if any."""

    lower: float
    median: float
    upper: float
    words: tuple[str, str, str]
    pooled: float | None = None
    pooled_words: str = ""


def spread_line(spread: Spread, *, title: str, description: str, layout: Layout = "wide") -> Scene:
    """The spread on a scale from 0 to 100 per cent: a pale box for the middle half, a line for the median."""
    width = WIDTHS[layout]
    scale = Scale(0, 100, STEPS[layout], 14, width - 30)
    bottom = TOP + BAR + 16
    shapes = [*_grid(scale, bottom), *_box(spread, scale), *_labels(spread, scale)]
    if spread.pooled is None:
        return Scene(width, bottom + 28, title, description, tuple(shapes))
    shapes += [_pointer(scale.at(spread.pooled), bottom), _pointer(8, bottom + 50)]
    shapes.append(label(24, bottom + 50, f"all counted together: {spread.pooled_words}"))
    return Scene(width, bottom + 60, title, description, tuple(shapes))


def _grid(scale: Scale, bottom: float) -> Iterator[Shape]:
    for tick in scale.ticks():
        x = scale.at(tick)
        yield Line(x, TOP - 10, x, bottom, GRID)
        yield label(x, bottom + 20, say_tick(tick), "middle", GREY)
    yield Line(scale.start, bottom, scale.end, bottom, GREY)


def _box(spread: Spread, scale: Scale) -> Iterator[Shape]:
    left, middle, right = (scale.at(value) for value in (spread.lower, spread.median, spread.upper))
    yield Rectangle(left, TOP, max(right - left, 2), BAR, fill=PALE_BLUE, stroke=BLUE, stroke_width=1.5)
    yield Line(middle, TOP - 6, middle, TOP + BAR + 6, WHITE, 7)
    yield Line(middle, TOP - 6, middle, TOP + BAR + 6, NAVY, 4)


def _labels(spread: Spread, scale: Scale) -> Iterator[Shape]:
    """The quartiles on either side of the box, inside the picture; the median above it."""
    lower, median, upper = spread.words
    left, right, y = scale.at(spread.lower), scale.at(spread.upper), TOP + BAR / 2 + 5.5
    if left - text_width(lower) > 8:
        yield from backed(label(left - 8, y, lower, "end"))
    if right + text_width(upper) < scale.end + 20:
        yield from backed(label(right + 8, y, upper))
    half = text_width(median) / 2 + 4
    side: Anchor = "middle"
    x = min(max(scale.at(spread.median), half), scale.end + 26 - half)
    yield from backed(label(x, TOP - 14, median, side, bold=True))


def _pointer(x: float, y: float) -> Polygon:
    """A small triangle that points at a place on the scale."""
    return Polygon(((x - 7, y), (x, y - 11), (x + 7, y)), DARK)
