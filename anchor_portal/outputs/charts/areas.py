"""The chart of a published indicator over its periods: Cheshire and Merseyside, England, and how far the places reach."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from anchor_portal.outputs.charts.parts import (
    BLUE,
    GREY,
    GRID,
    LINE_HEIGHT,
    PALE_BLUE,
    WIDTHS,
    Layout,
    Scale,
    backed,
    label,
    text_width,
)
from anchor_portal.outputs.charts.scene import Anchor, Dot, Group, Line, Polygon, Rectangle, Scene, Shape

HEIGHT: dict[Layout, float] = {"wide": 340, "narrow": 320}
REGION, ENGLAND, PLACES = "Cheshire and Merseyside", "England", "From the lowest to the highest place"


@dataclass(frozen=True, slots=True)
class Period:
    """One period: values in the indicator's unit with the texts that are printed; None where there is none.

    `limits` are the region's 95 per cent interval, `ends` the lowest and the highest of the places.
    """

    label: str
    region: float | None = None
    england: float | None = None
    limits: tuple[float, float] | None = None
    ends: tuple[float, float] | None = None
    region_text: str = ""
    england_text: str = ""
    ends_text: str = ""

    @property
    def numbers(self) -> list[float]:
        """Everything that has to lie inside the scale."""
        every = (self.region, self.england, *(self.limits or ()), *(self.ends or ()))
        return [each for each in every if each is not None]

    @property
    def words(self) -> str:
        """The period in words."""
        parts = [
            f"{REGION} {self.region_text}" if self.region is not None else "",
            f"{ENGLAND} {self.england_text}" if self.england is not None else "",
            f"the places {self.ends_text}" if self.ends else "",
        ]
        return f"{self.label}: {', '.join(part for part in parts if part) or 'no value'}"


def areas(periods: Sequence[Period], *, title: str, unit: str, layout: Layout = "wide") -> Scene:
    """The chart of these periods, the earliest first; `unit` is said in the description ("years", "per cent")."""
    width, height = WIDTHS[layout], HEIGHT[layout]
    key = list(_key(layout))
    foot = LINE_HEIGHT * (2 if layout == "wide" else 3)
    numbers = [number for period in periods for number in period.numbers]
    scale = _scale(numbers, height - foot, 20 + LINE_HEIGHT * (1.2 if layout == "wide" else 3.4))
    ticks = [_say(tick, scale.step) for tick in scale.ticks()]
    plot = _Plot(periods, scale, max(map(text_width, ticks)) + 16, width - 10)
    shapes = [
        *key,
        *_grid(plot, ticks),
        *_labels(plot),
        *_band(plot),
        *_lines(plot),
        *_marks(plot),
    ]
    words = ". ".join(
        [f"Line chart of {len(periods)} period{'s' * (len(periods) != 1)}, in {unit}"]
        + [period.words for period in periods]
    )
    return Scene(width, height, title, f"{words}.", tuple(shapes))


@dataclass(frozen=True, slots=True)
class _Plot:
    periods: Sequence[Period]
    scale: Scale
    left: float
    right: float

    @property
    def slot(self) -> float:
        return (self.right - self.left) / max(1, len(self.periods))

    def x(self, index: int) -> float:
        return self.left + self.slot * (index + 0.5)


def _scale(numbers: Sequence[float], start: float, end: float) -> Scale:
    """Round steps around the values: from 0 only where they come near it, since a small change is what is looked for."""
    low, high = (min(numbers), max(numbers)) if numbers else (0.0, 100.0)
    if low > 0 and low < (high - low):
        low = 0.0
    span = max(high - low, abs(high) * 0.02, 0.01)
    step = next(each for each in _steps(span) if span / each <= 5)
    bottom = math.floor(low / step) * step
    return Scale(bottom, max(math.ceil(high / step) * step, bottom + step), step, start, end)


def _steps(span: float) -> Iterator[float]:
    power = math.floor(math.log10(span)) - 1
    while True:
        yield from (factor * 10.0**power for factor in (1, 2, 5))
        power += 1


def _say(tick: float, step: float) -> str:
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{abs(tick):,.{decimals}f}"
    return f"−{text}" if tick < 0 and float(text.replace(",", "")) else text


def _key(layout: Layout) -> Iterator[Shape]:
    """What the marks mean, in one line, or on a phone one under the other."""
    x, y = 8.0, 16.0
    for mark, words in ((_dot(0, 0), REGION), (_diamond(0, 0), ENGLAND), (None, PLACES)):
        yield (
            _at(mark, x + 6, y) if mark else Rectangle(x, y - 7, 16, 14, fill=PALE_BLUE, stroke=GREY, stroke_width=0.5)
        )
        yield label(x + 22, y + 5, words)
        if layout == "wide":
            x += 22 + text_width(words) + 22
        else:
            y += LINE_HEIGHT


def _at(mark: Dot | Polygon, x: float, y: float) -> Dot | Polygon:
    return _dot(x, y) if isinstance(mark, Dot) else _diamond(x, y)


def _dot(x: float, y: float) -> Dot:
    return Dot(x, y, 5.5, BLUE)


def _diamond(x: float, y: float) -> Polygon:
    return Polygon(((x - 7, y), (x, y - 7), (x + 7, y), (x, y + 7)), GREY)


def _grid(plot: _Plot, words: Sequence[str]) -> Iterator[Shape]:
    for tick, text in zip(plot.scale.ticks(), words, strict=True):
        y = plot.scale.at(tick)
        yield Line(plot.left, y, plot.right, y, GREY if tick == plot.scale.low else GRID)
        yield label(plot.left - 8, y + 5, text, "end", GREY)


def _labels(plot: _Plot) -> Iterator[Shape]:
    """The periods under the plot; where they would touch, only every second or third, and always the last."""
    widest = max((text_width(period.label) for period in plot.periods), default=0)
    every = int((widest + 10) // plot.slot) + 1
    last = len(plot.periods) - 1
    for index, period in enumerate(plot.periods):
        x, low = plot.x(index), plot.scale.start
        yield Line(x, low, x, low + 5, GREY)
        if (last - index) % every == 0:
            half = text_width(period.label) / 2
            side: Anchor = "end" if x + half > plot.right + 8 else "start" if x - half < 0 else "middle"
            yield label(plot.right + 8 if side == "end" else 0 if side == "start" else x, low + 24, period.label, side)


def _band(plot: _Plot) -> Iterator[Shape]:
    """Between the lowest and the highest place, as far as periods follow each other."""
    for index, period in enumerate(plot.periods):
        if period.ends:
            low, high = (plot.scale.at(end) for end in period.ends)
            yield Rectangle(plot.x(index) - 4, high, 8, max(low - high, 1), fill=PALE_BLUE)
    for (index, before), after in zip(enumerate(plot.periods), plot.periods[1:], strict=False):
        if before.ends and after.ends:
            left, right = plot.x(index), plot.x(index + 1)
            (low, high), (last_low, last_high) = before.ends, after.ends
            at = plot.scale.at
            yield Polygon(((left, at(low)), (left, at(high)), (right, at(last_high)), (right, at(last_low))), PALE_BLUE)


def _lines(plot: _Plot) -> Iterator[Shape]:
    for index, (before, after) in enumerate(pairwise(plot.periods)):
        left, right, at = plot.x(index), plot.x(index + 1), plot.scale.at
        if before.england is not None and after.england is not None:
            yield Line(left, at(before.england), right, at(after.england), GREY, 2, (2, 4))
        if before.region is not None and after.region is not None:
            yield Line(left, at(before.region), right, at(after.region), BLUE, 3)


def _marks(plot: _Plot) -> Iterator[Shape]:
    shown = [index for index, period in enumerate(plot.periods) if period.region is not None]
    for index, period in enumerate(plot.periods):
        yield Group(period.words, tuple(_mark(plot, index, period, is_named=index in {*shown[:1], *shown[-1:]})))
    if not any(period.numbers for period in plot.periods):
        middle = (plot.scale.start + plot.scale.end) / 2
        yield from backed(label((plot.left + plot.right) / 2, middle, "No values", "middle"))


def _mark(plot: _Plot, index: int, period: Period, *, is_named: bool) -> Iterator[Shape]:
    x, at = plot.x(index), plot.scale.at
    if period.england is not None:
        yield _diamond(x, at(period.england))
    if period.region is None:
        return
    y = at(period.region)
    if period.limits:
        low, high = (at(limit) for limit in period.limits)
        yield Line(x, low, x, high, BLUE, 1.5)
        yield from (Line(x - 5, end, x + 5, end, BLUE, 1.5) for end in (low, high))
    yield _dot(x, y)
    if is_named:
        is_below = period.england is not None and at(period.england) < y
        yield from backed(
            label(
                x, y + 26 if is_below and y + 30 < plot.scale.start else y - 14, period.region_text, "middle", bold=True
            )
        )
