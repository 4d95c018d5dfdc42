"""A few drawing primitives with two back ends: inline SVG for a page, a ReportLab drawing for a PDF.

Coordinates are units with the origin at the top left and y growing downwards, in both back ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Literal
from xml.sax.saxutils import escape, quoteattr

from reportlab.graphics import shapes as drawn
from reportlab.graphics.shapes import Drawing
from reportlab.lib.colors import Color, HexColor

from anchor_portal.outputs.pdf.fonts import REGULAR, SEMIBOLD, printable, register_fonts

Anchor = Literal["start", "middle", "end"]
Attribute = str | float | None

# Presentation attributes only: the content security policy blocks every style attribute.
WEB_FONT = "Arial, sans-serif"
TEXT_SIZE, TEXT_COLOUR = 16, "#212b32"
"""What most words are set in: said once for a picture."""
FULL_WIDTH = 'width="100%"'
HATCHING = 0.75
"""How wide slanting lines are."""
UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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


def to_svg_file(scene: Scene) -> bytes:
    """The scene as a file of its own, as wide and high as its units are pixels, on white."""
    paper = Rectangle(0, 0, scene.width, scene.height, fill="#ffffff")
    content = to_svg(replace(scene, shapes=(paper, *scene.shapes)), "picture")
    size = f'width="{_number(scene.width)}" height="{_number(scene.height)}"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{content.replace(FULL_WIDTH, size, 1)}\n'.encode()


def to_svg(scene: Scene, ident: str) -> str:
    """The scene as an SVG element for a page; every text in it is escaped, so it may be marked as safe.

    `ident` starts with a letter and is unique on the page: the ids of title and description are made from it.
    Raises ValueError for an ident that could not be an id.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", ident):
        raise ValueError(f"{ident!r} cannot be an id: use letters, digits and hyphens, and start with a letter.")
    head = _tag(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby=f"{ident}-title",
        aria_describedby=f"{ident}-desc",
        viewBox=f"0 0 {_number(scene.width)} {_number(scene.height)}",
        width="100%",
        font_family=WEB_FONT,
        font_size=TEXT_SIZE,
        fill=TEXT_COLOUR,
    )
    title = f'<title id="{ident}-title">{_escape(scene.title)}</title>'
    description = f'<desc id="{ident}-desc">{_escape(scene.description)}</desc>'
    patterns: dict[Hatched, str] = {}
    content = _svg_all(scene.shapes, ident, patterns)
    return f"{head}>{title}{description}{''.join(patterns.values())}{content}</svg>"


def _svg_all(shapes: Iterable[Shape], ident: str, patterns: dict[Hatched, str]) -> str:
    return "".join(_svg(shape, ident, patterns) for shape in shapes)


def _svg(shape: Shape, ident: str, patterns: dict[Hatched, str]) -> str:
    """The element of a shape; a pattern that it is filled with is added to those of the picture."""
    match shape:
        case Group(title, shapes):
            return f"<g><title>{_escape(title)}</title>{_svg_all(shapes, ident, patterns)}</g>"
        case Hatched():
            kind = replace(shape, x=0, y=0, width=0, height=0)
            name = f"{ident}-hatch{_number(shape.apart)}"
            patterns.setdefault(kind, _svg_pattern(kind, name))
            return _svg_rectangle(Rectangle(shape.x, shape.y, shape.width, shape.height, f"url(#{name})", shape.stroke))
        case _:
            return _svg_single(shape)


def _svg_pattern(kind: Hatched, name: str) -> str:
    """A square tile with its slanting line, and the corners of the lines beside it."""
    side = kind.apart
    lines = ((-1, -1, side + 1, side + 1), (-1, side - 1, 1, side + 1), (side - 1, -1, side + 1, 1))
    ground, slanting = Rectangle(0, 0, side, side, kind.fill), Strokes(lines, kind.stroke, HATCHING)
    drawing = _svg_single(ground) + _svg_single(slanting)
    return _tag("pattern", id=name, width=side, height=side, patternUnits="userSpaceOnUse") + f">{drawing}</pattern>"


def _svg_single(shape: Rectangle | Line | Strokes | Polygon | Dot | Text) -> str:
    match shape:
        case Rectangle():
            return _svg_rectangle(shape)
        case Line(x1, y1, x2, y2):
            return _tag("path", d=_way(x1, y1, x2, y2), **_stroke(shape)) + "/>"
        case Strokes(segments):
            path = "".join(_way(*segment) for segment in segments)
            return _tag("path", d=path, **_stroke(shape)) + "/>"
        case Polygon(points, fill):
            pairs = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
            return _tag("polygon", points=pairs, fill=fill) + "/>"
        case Dot(x, y, radius, fill):
            return _tag("circle", cx=x, cy=y, r=radius, fill=fill, **_stroke(shape)) + "/>"
        case Text():
            return _svg_text(shape)


def _way(x1: float, y1: float, x2: float, y2: float) -> str:
    """A straight line as a path says it, upright and level ones in short."""
    start = f"M{_number(x1)} {_number(y1)}"
    if y1 == y2:
        return f"{start}H{_number(x2)}"
    return f"{start}V{_number(y2)}" if x1 == x2 else f"{start}L{_number(x2)} {_number(y2)}"


def _svg_rectangle(shape: Rectangle) -> str:
    place = _tag("rect", x=shape.x, y=shape.y, width=shape.width, height=shape.height, fill=shape.fill or "none")
    return place + _attributes(_stroke(shape)) + "/>"


def _svg_text(shape: Text) -> str:
    turn = f"rotate({_number(shape.rotate)} {_number(shape.x)} {_number(shape.y)})" if shape.rotate else None
    return (
        _tag(
            "text",
            x=shape.x,
            y=shape.y,
            font_size=None if shape.size == TEXT_SIZE else shape.size,
            fill=None if shape.fill == TEXT_COLOUR else shape.fill,
            text_anchor=None if shape.anchor == "start" else shape.anchor,
            font_weight="bold" if shape.bold else None,
            transform=turn,
        )
        + f">{_escape(shape.words)}</text>"
    )


def _stroke(shape: Rectangle | Line | Strokes | Dot) -> dict[str, Attribute]:
    if shape.stroke is None:
        return {}
    dash = shape.dash if isinstance(shape, Rectangle | Line) else ()
    return {
        "stroke": shape.stroke,
        "stroke_width": None if shape.stroke_width == 1 else shape.stroke_width,
        "stroke_dasharray": " ".join(map(_number, dash)) or None,
    }


def _tag(name: str, **attributes: Attribute) -> str:
    return f"<{name}{_attributes(attributes)}"


def _attributes(attributes: dict[str, Attribute]) -> str:
    return "".join(
        f" {name.replace('_', '-')}={quoteattr(value if isinstance(value, str) else _number(value))}"
        for name, value in attributes.items()
        if value is not None
    )


def _number(value: float) -> str:
    """A coordinate to a tenth of a unit, without trailing zeros; what is smaller than 1 (a line’s width) to a hundredth."""
    return f"{value:.{1 if abs(value) >= 1 else 2}f}".rstrip("0").rstrip(".")


def _escape(words: str) -> str:
    return escape(UNPRINTABLE.sub("", words))


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
