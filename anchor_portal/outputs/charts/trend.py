"""The chart of one measure over the rounds, and its small form for a card."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from anchor_portal.outputs.charts.figures import Point, State, describe, say, say_whole
from anchor_portal.outputs.charts.parts import (
    BLUE,
    DARK,
    GREY,
    GRID,
    LINE_HEIGHT,
    PALE_BLUE,
    SIZE,
    WHITE,
    WIDTHS,
    Layout,
    Scale,
    backed,
    gap_box,
    hatch,
    label,
    make_scale,
    say_tick,
    text_width,
)
from anchor_portal.outputs.charts.scene import Anchor, Dot, Group, Line, Polygon, Rectangle, Scene, Shape, Strokes, Text

TREND_HEIGHT: dict[Layout, float] = {"wide": 340, "narrow": 300}
# A line that rises or falls by more than this share of a slot would run through a value above its dot.
STEEP = 0.3
SPARK_WIDTH, SPARK_HEIGHT = 200.0, 56.0


@dataclass(frozen=True, slots=True)
class _Place:
    """A point that is shown, and where."""

    x: float
    y: float
    point: Point


@dataclass(frozen=True, slots=True)
class _Plot:
    """The ground of a trend: the space between its edges, shared evenly by the points."""

    points: Sequence[Point]
    scale: Scale
    left: float
    right: float

    @property
    def slot(self) -> float:
        return (self.right - self.left) / max(1, len(self.points))

    @property
    def top(self) -> float:
        return self.scale.end

    @property
    def bottom(self) -> float:
        return self.scale.start

    def x(self, index: int) -> float:
        return self.left + self.slot * (index + 0.5)

    def places(self) -> list[_Place | None]:
        """Where each point stands; none for one without a value."""
        return [
            None if point.value is None else _Place(self.x(index), self.scale.at(point.value), point)
            for index, point in enumerate(self.points)
        ]

    def shown(self) -> list[_Place]:
        """The points that have a value."""
        return [place for place in self.places() if place]

    def joined(self) -> Iterator[tuple[_Place, _Place]]:
        """Neighbours that a line may join: both shown, and measured by one definition."""
        for before, after in pairwise(self.places()):
            if before and after and not after.point.definition_changed:
                yield before, after


@dataclass(frozen=True, slots=True)
class Beside:
    """A second measure to stand beside the first, at the same rounds, and what the two are called."""

    points: Sequence[Point]
    name: str
    own_name: str


def trend(
    points: Sequence[Point],
    *,
    title: str,
    layout: Layout = "wide",
    value_range: tuple[float, float] | None = None,
    description: str = "",
    beside: Beside | None = None,
) -> Scene:
    """One measure over the rounds, in the order given; the scale starts at 0 unless a range is given.

    The line has a gap where a figure is not shown and where the definition changed, is dashed to a
    provisional figure, and intervals are drawn where there are any. `beside` is a second measure of the same rounds.
    """
    width, height = WIDTHS[layout], TREND_HEIGHT[layout]
    foot = LINE_HEIGHT * (3.5 if layout == "wide" else 4)
    head = 32 + (LINE_HEIGHT + 4 if any(point.definition_changed for point in points) else 0)
    head += 30 * _key_lines(layout) if beside else 0
    scale = make_scale([*points, *(beside.points if beside else ())], height - foot, head, value_range)
    plot = _Plot(points, scale, 54 if layout == "wide" else 50, width - 6)
    shapes = [
        *_grid(plot),
        *_round_labels(plot),
        *_changes(plot),
        *_gaps(plot),
        *_bands(plot),
        *(_second(plot, beside, layout) if beside else ()),
        *_lines(plot),
        *_marks(plot, beside),
        *_notes(plot, height),
    ]
    words = description or describe(points)
    if beside:
        words = f"{beside.own_name}: {words} {beside.name}: {describe(beside.points)}"
    return Scene(width, height, title, words, tuple(shapes))


def _key_lines(layout: Layout) -> int:
    return 1 if layout == "wide" else 2


def _second(plot: _Plot, beside: Beside, layout: Layout) -> Iterator[Shape]:
    """The second measure as diamonds on a dotted line, without words: a table says them; and what the marks mean."""
    second = replace(plot, points=beside.points)
    for before, after in second.joined():
        yield Line(before.x, before.y, after.x, after.y, GREY, 2, (2, 4))
    for place in second.shown():
        yield Group(f"{beside.name}, {say_whole(place.point)}", (_diamond(place.x, place.y),))
    yield _dot(14, 16, provisional=False)
    yield label(28, 21, beside.own_name)
    x, y = (28 + text_width(beside.own_name) + 34, 16.0) if layout == "wide" else (14.0, 44.0)
    yield _diamond(x, y)
    yield label(x + 14, y + 5, beside.name)


def _diamond(x: float, y: float) -> Polygon:
    return Polygon(((x - 7, y), (x, y - 7), (x + 7, y), (x, y + 7)), GREY)


def _grid(plot: _Plot) -> Iterator[Shape]:
    for tick in plot.scale.ticks():
        y = plot.scale.at(tick)
        yield Line(plot.left, y, plot.right, y, GREY if tick == plot.scale.low else GRID)
        yield label(plot.left - 8, y + 5, say_tick(tick), "end", GREY)
    if not plot.points:
        yield from backed(label((plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2, "No data yet", "middle"))


def _round_labels(plot: _Plot) -> Iterator[Shape]:
    """Round names under the plot, one word a line; where they would touch, only every second or third."""
    widest = max((text_width(word) for point in plot.points for word in point.label.split()), default=0)
    every = int((widest + 6) // plot.slot) + 1
    last = len(plot.points) - 1
    for index, point in enumerate(plot.points):
        yield Line(plot.x(index), plot.bottom, plot.x(index), plot.bottom + 5, GREY)
        if (last - index) % every == 0:
            for row, words in enumerate(_label_lines(plot, point)):
                yield label(plot.x(index), plot.bottom + 22 + row * LINE_HEIGHT, words, "middle")


def _label_lines(plot: _Plot, point: Point) -> list[str]:
    whole = [point.label] if text_width(point.label) < plot.slot else point.label.split()
    return [*whole, "provisional"] if point.provisional and _names_provisional(plot) else whole


def _names_provisional(plot: _Plot) -> bool:
    return text_width("provisional") < plot.slot


def _changes(plot: _Plot) -> Iterator[Shape]:
    for index, point in enumerate(plot.points):
        if point.definition_changed:
            x = plot.x(index) - plot.slot / 2
            yield Line(x, plot.top - 44, x, plot.bottom, DARK, 1.5, (2, 4))
            side: Anchor = "start" if x < (plot.left + plot.right) / 2 else "end"
            yield label(x + (6 if side == "start" else -6), plot.top - 34, "New definition", side)


def _gaps(plot: _Plot) -> Iterator[Shape]:
    """Figures that are not shown: words over their own ground, upright in a slot too narrow for them."""
    for index, point in enumerate(plot.points):
        if point.value is None:
            words, width, x = say(point), min(plot.slot * 0.86, 96), plot.x(index)
            middle = (plot.top + plot.bottom) / 2
            box = gap_box(point.state, x - width / 2, plot.top, width, plot.bottom - plot.top)
            if text_width(words) + 4 < width:
                inner: tuple[Shape, ...] = backed(label(x, middle + 5, words, "middle"))
            else:
                inner = _upright(x, middle, words)
            yield Group(say_whole(point), (*box, *inner))


def _upright(x: float, middle: float, words: str) -> tuple[Shape, ...]:
    length = text_width(words) + 10
    ground = Rectangle(x - 10, middle - length / 2, 20, length, fill=WHITE)
    return ground, Text(x + 5, middle, words, SIZE, DARK, "middle", rotate=-90)


def _bands(plot: _Plot) -> Iterator[Shape]:
    for before, after in plot.joined():
        if (left := _limits(plot.scale, before.point)) and (right := _limits(plot.scale, after.point)):
            edges = (before.x, left[0]), (before.x, left[1]), (after.x, right[1]), (after.x, right[0])
            yield Polygon(edges, PALE_BLUE)


def _limits(scale: Scale, point: Point) -> tuple[float, float] | None:
    if point.lower is None or point.upper is None:
        return None
    return scale.at(point.lower), scale.at(point.upper)


def _lines(plot: _Plot) -> Iterator[Shape]:
    for before, after in plot.joined():
        dash = (7.0, 5.0) if before.point.provisional or after.point.provisional else ()
        yield Line(before.x, before.y, after.x, after.y, BLUE, 3, dash)


def _marks(plot: _Plot, beside: Beside | None) -> Iterator[Shape]:
    """Dots, whiskers and values; where values would touch, only the first and the last are written out."""
    shown = plot.shown()
    others = [(each.x, each.y) for each in replace(plot, points=beside.points).shown()] if beside else []
    crowded = len(shown) > 2 and max(text_width(say(place.point)) for place in shown) > plot.slot
    for place in shown:
        labelled = not crowded or place in (shown[0], shown[-1])
        words = [_value(plot, place, _is_over(place, others))] if labelled else []
        dot = _dot(place.x, place.y, place.point.provisional)
        yield Group(say_whole(place.point), (*_whiskers(plot.scale, place), dot, *words))


def _is_over(place: _Place, others: Sequence[tuple[float, float]]) -> bool:
    """Whether a mark of the second measure stands where the value's words would."""
    return any(x == place.x and place.y - 38 < y < place.y for x, y in others)


def _value(plot: _Plot, place: _Place, is_taken: bool) -> Text:
    """The value above its dot; beside or below it where a line would run through the words."""
    left, right = _rises(plot, place)
    low, high = _limits(plot.scale, place.point) or (place.y, place.y)
    above, below = min(place.y - 12, high - 8), max(place.y + 24, low + 20)
    words = say(place.point)
    if is_taken and below < plot.bottom - 2:
        return label(place.x, below, words, "middle", bold=True)
    if True not in (left, right):
        return label(place.x, above, words, "middle", bold=True)
    if False not in (left, right) and below < plot.bottom - 2:
        return label(place.x, below, words, "middle", bold=True)
    return _beside(plot, place.x, above, words, leftwards=bool(right))


def _rises(plot: _Plot, place: _Place) -> tuple[bool | None, bool | None]:
    """Whether the line rises steeply from here to the left and to the right; None where there is no line."""
    steep = place.y - STEEP * plot.slot
    lefts = [before.y < steep for before, after in plot.joined() if after == place]
    rights = [after.y < steep for before, after in plot.joined() if before == place]
    return next(iter(lefts), None), next(iter(rights), None)


def _beside(plot: _Plot, x: float, y: float, words: str, leftwards: bool) -> Text:
    """Words beside a dot; at the edge of the plot on its other side, where the line can only be steep."""
    if leftwards:
        fits = x - text_width(words) > plot.left
        return label(x - 4 if fits else x + 12, y, words, "end" if fits else "start", bold=True)
    fits = x + text_width(words) < plot.right
    return label(x + 4 if fits else x - 12, y, words, "start" if fits else "end", bold=True)


def _dot(x: float, y: float, provisional: bool) -> Dot:
    return Dot(x, y, 5.5, WHITE if provisional else BLUE, BLUE, 2.5)


def _whiskers(scale: Scale, place: _Place) -> tuple[Shape, ...]:
    limits = _limits(scale, place.point)
    if limits is None:
        return ()
    caps = ((place.x - 5, y, place.x + 5, y) for y in limits)
    return (Strokes(((place.x, limits[0], place.x, limits[1]), *caps), GREY, 1.5),)


def _notes(plot: _Plot, height: float) -> Iterator[Shape]:
    """The line under the chart: what a hollow dot means where there was no room for it, and a cut scale."""
    x, y = 6.0, height - 6
    if plot.scale.low > 0:
        words = f"Scale starts at {say_tick(plot.scale.low)}"
        yield label(x, y, words, fill=GREY)
        x += text_width(words) + 16
    if any(point.provisional for point in plot.points) and not _names_provisional(plot):
        yield _dot(x + 7, y - 5, provisional=True)
        yield label(x + 20, y, "provisional", fill=GREY)


def sparkline(points: Sequence[Point], *, title: str, value_range: tuple[float, float] | None = None) -> Scene:
    """A small trend for a card (200 by 56 units), without words in it: the card says the latest value."""
    scale = make_scale(points, SPARK_HEIGHT - 8, 8, value_range)
    plot = _Plot(points, scale, 0, SPARK_WIDTH)
    shapes: list[Shape] = [Line(0, SPARK_HEIGHT - 4, SPARK_WIDTH, SPARK_HEIGHT - 4, GRID)]
    for index, point in enumerate(points):
        if point.state is State.SUPPRESSED:
            shapes += hatch(plot.x(index) - 5, 8, 10, SPARK_HEIGHT - 16, apart=5)
    shapes += _lines(plot)
    shapes += [_spark_dot(plot, place) for place in plot.shown()]
    if not any(point.value is not None for point in points):
        shapes += backed(label(SPARK_WIDTH / 2, SPARK_HEIGHT / 2 + 4, "No data yet", "middle"))
    return Scene(SPARK_WIDTH, SPARK_HEIGHT, title, describe(points), tuple(shapes))


def _spark_dot(plot: _Plot, place: _Place) -> Dot:
    latest = place.point is plot.points[-1]
    fill = WHITE if place.point.provisional else BLUE
    return Dot(place.x, place.y, 4.5 if latest else 2.5, fill, BLUE, 2 if latest else 1.5)
