"""A few drawing primitives with two back ends: SVG for a page (`svg`), a ReportLab drawing for a PDF.

Coordinates are units with the origin at the top left and y growing downwards, in both back ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from reportlab.graphics import shapes as drawn
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color, HexColor

from anchor_portal.outputs.pdf.fonts import REGULAR, SEMIBOLD, printable, register_fonts

Anchor = Literal["start", "middle", "end"]

HATCHING = 0.75
"""How wide slanting lines are."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A box by its top left corner; without fill and stroke it is invisible."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None = None
    stroke: str | None = None
    stroke_width: float = 1
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line between two points."""

    x1: float
    y1: float
    x2: float
    y2: float
    stroke: str
    stroke_width: float = 1
    dash: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Strokes:
    """Many straight lines of one kind, each from x1, y1 to x2, y2: one element on a page."""

    segments: tuple[tuple[float, float, float, float], ...]
    stroke: str
    stroke_width: float = 1


@dataclass(frozen=True, slots=True)
class Hatched:
    """A box with slanting lines that stand `apart` units apart: on a page a pattern, since many such lines weigh much."""

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str
    apart: float = 9

    def parts(self) -> tuple[Rectangle, Strokes]:
        """The box and its lines, drawn one by one."""
        segments, shift = [], self.apart - self.height
        while shift < self.width:
            begin, finish = max(0.0, -shift), min(self.height, self.width - shift)
            segments.append((self.x + shift + begin, self.y + begin, self.x + shift + finish, self.y + finish))
            shift += self.apart
        box = Rectangle(self.x, self.y, self.width, self.height, self.fill, self.stroke)
        return box, Strokes(tuple(segments), self.stroke, HATCHING)


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed, filled shape through three or more points."""

    points: tuple[tuple[float, float], ...]
    fill: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A circle by its centre and radius."""

    x: float
    y: float
    radius: float
    fill: str
    stroke: str | None = None
    stroke_width: float = 1


@dataclass(frozen=True, slots=True)
class Text:
    """One line of words on a baseline; `rotate` is in degrees clockwise about its own anchor point."""

    x: float
    y: float
    words: str
    size: float
    fill: str
    anchor: Anchor = "start"
    bold: bool = False
    rotate: float = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Shapes that belong together; a page shows the title when the pointer rests on them."""

    title: str
    shapes: tuple[Shape, ...]


Shape = Rectangle | Line | Strokes | Hatched | Polygon | Dot | Text | Group


@dataclass(frozen=True, slots=True)
class Scene:
    """A finished picture, with the title and the description that stand for it where it cannot be seen."""

    width: float
    height: float
    title: str
    description: str
    shapes: tuple[Shape, ...]


def to_drawing(scene: Scene, width: float | None = None) -> Drawing:
    """The scene as a ReportLab drawing, `width` points wide (one point a unit when not given)."""
    register_fonts()
    drawing = drawn.Drawing(scene.width, scene.height)
    for shape in scene.shapes:
        drawing.add(_drawn(shape, scene.height))
    factor = 1 if width is None else width / scene.width
    drawing.scale(factor, factor)
    drawing.width, drawing.height = scene.width * factor, scene.height * factor
    return drawing


def _drawn(shape: Shape, top: float) -> drawn.Shape:
    """One shape turned over: ReportLab's y grows upwards from the bottom."""
    match shape:
        case Rectangle(x, y, width, height, fill):
            return drawn.Rect(x, top - y - height, width, height, **_pen(shape) | {"fillColor": _colour(fill)})
        case Line(x1, y1, x2, y2):
            return drawn.Line(x1, top - y1, x2, top - y2, **_pen(shape))
        case Strokes(segments, stroke, thick):
            lines = (Line(*segment, stroke, thick) for segment in segments)
            return drawn.Group(*(_drawn(line, top) for line in lines))
        case Polygon(points, fill):
            flat = [value for x, y in points for value in (x, top - y)]
            return drawn.Polygon(flat, fillColor=_colour(fill), strokeColor=None)
        case Dot(x, y, radius, fill):
            return drawn.Circle(x, top - y, radius, fillColor=_colour(fill), **_pen(shape))
        case Text():
            return _drawn_text(shape, top)
        case Hatched() | Group():
            inner = shape.shapes if isinstance(shape, Group) else shape.parts()
            return drawn.Group(*(_drawn(each, top) for each in inner))


def _drawn_text(shape: Text, top: float) -> drawn.Group:
    words = drawn.String(
        0,
        0,
        printable(shape.words)[0],
        fontName=SEMIBOLD if shape.bold else REGULAR,
        fontSize=shape.size,
        fillColor=_colour(shape.fill),
        textAnchor=shape.anchor,
    )
    group = drawn.Group(words)
    group.translate(shape.x, top - shape.y)
    group.rotate(-shape.rotate)
    return group


def _pen(shape: Rectangle | Line | Dot) -> dict[str, Any]:
    dash = None if isinstance(shape, Dot) else list(shape.dash) or None
    return {"strokeColor": _colour(shape.stroke), "strokeWidth": shape.stroke_width, "strokeDashArray": dash}


def _colour(value: str | None) -> Color | None:
    return None if value is None else HexColor(value)
