"""Pictures as SVG: for a page, and as files of their own. Nothing in them needs a style, a script or another file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from anchor_portal.outputs.charts.layers import layers
from anchor_portal.outputs.charts.scene import (
    HATCHING,
    Dot,
    Group,
    Hatched,
    Line,
    Polygon,
    Rectangle,
    Scene,
    Shape,
    Strokes,
    Text,
)

Attribute = str | float | None

# Presentation attributes only: the content security policy blocks every style attribute.
WEB_FONT = "Arial, sans-serif"
TEXT_SIZE, TEXT_COLOUR = 16, "#212b32"
"""What most words are set in: said once for a picture."""
FULL_WIDTH = 'width="100%"'
UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_svg_file(scene: Scene) -> bytes:
    """The scene as a file of its own, as wide and high as its units are pixels, on white."""
    paper = Rectangle(0, 0, scene.width, scene.height, fill="#ffffff")
    content = to_svg(replace(scene, shapes=(paper, *scene.shapes)), "picture")
    size = f'width="{_number(scene.width)}" height="{_number(scene.height)}"'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{content.replace(FULL_WIDTH, size, 1)}\n'.encode()


def to_svg(scene: Scene, ident: str, *, named_by: str = "") -> str:
    """The scene as an SVG element for a page; every text in it is escaped, so it may be marked as safe.

    `ident` starts with a letter and is unique on the page: the ids of title and description are made from it. With
    `named_by` it has none of its own but those of that other picture, which says the same in another layout.
    Raises ValueError for an ident that could not be an id.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", ident):
        raise ValueError(f"{ident!r} cannot be an id: use letters, digits and hyphens, and start with a letter.")
    head = _tag(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_labelledby=f"{named_by or ident}-title",
        aria_describedby=f"{named_by or ident}-desc",
        viewBox=f"0 0 {_number(scene.width)} {_number(scene.height)}",
        width="100%",
        font_family=WEB_FONT,
        font_size=TEXT_SIZE,
        fill=TEXT_COLOUR,
    )
    words = (
        f'<title id="{ident}-title">{_escape(scene.title)}</title>'
        f'<desc id="{ident}-desc">{_escape(scene.description)}</desc>'
    )
    patterns: dict[Hatched, str] = {}
    content = _svg_all(scene.shapes, ident, patterns)
    return f"{head}>{'' if named_by else words}{''.join(patterns.values())}{content}</svg>"


def _svg_all(shapes: Iterable[Shape], ident: str, patterns: dict[Hatched, str]) -> str:
    """The elements of shapes, those that look the same written as one where that changes nothing."""
    return "".join(_svg_layer(layer.shapes, ident, patterns) for layer in layers(shapes))


def _svg_layer(alike: Sequence[Shape], ident: str, patterns: dict[Hatched, str]) -> str:
    first, *others = alike
    if not others:
        return _svg(first, ident, patterns)
    if isinstance(first, Text):
        words = "".join(_tag("text", x=each.x, y=each.y) + f">{_escape(each.words)}</text>" for each in _texts(alike))
        return f"<g{_attributes(_lettering(first))}>{words}</g>"
    if isinstance(first, Group):
        return _svg_boxes([each for each in alike if isinstance(each, Group)], ident, patterns)
    path = "".join(_path(each) for each in alike)
    look = {"fill": first.fill or "none"} if isinstance(first, Rectangle) else _stroke(first)  # type: ignore[arg-type]
    return _tag("path", d=path, **look) + "/>"


def _svg_boxes(groups: Sequence[Group], ident: str, patterns: dict[Hatched, str]) -> str:
    """Boxes of one look, each with its title."""
    looks = [_filled(box, ident, patterns) for group in groups for box in _boxes(group)]
    boxes = "".join(
        _place(box) + f"><title>{_escape(group.title)}</title></rect>" for group in groups for box in _boxes(group)
    )
    return f"<g{_attributes(looks[0])}>{boxes}</g>"


def _boxes(group: Group) -> Iterable[Rectangle | Hatched]:
    return (each for each in group.shapes if isinstance(each, Rectangle | Hatched))


def _texts(alike: Sequence[Shape]) -> Iterable[Text]:
    return (each for each in alike if isinstance(each, Text))


def _path(shape: Shape) -> str:
    """A box or lines as a path says them."""
    match shape:
        case Rectangle(x, y, width, height):
            return f"M{_number(x)} {_number(y)}h{_number(width)}v{_number(height)}h-{_number(width)}z"
        case Line(x1, y1, x2, y2):
            return _way(x1, y1, x2, y2)
        case Strokes(segments):
            return "".join(_way(*segment) for segment in segments)
        case _:
            raise TypeError(f"{type(shape).__name__} is no box and no line")


def _svg(shape: Shape, ident: str, patterns: dict[Hatched, str]) -> str:
    """The element of a shape; a pattern that it is filled with is added to those of the picture."""
    match shape:
        case Group(title, shapes):
            return f"<g><title>{_escape(title)}</title>{_svg_all(shapes, ident, patterns)}</g>"
        case Hatched():
            return _place(shape) + _attributes(_filled(shape, ident, patterns)) + "/>"
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
            return _place(shape) + _attributes(_filled(shape, "", {})) + "/>"
        case Line() | Strokes():
            return _tag("path", d=_path(shape), **_stroke(shape)) + "/>"
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


def _place(shape: Rectangle | Hatched) -> str:
    return _tag("rect", x=shape.x, y=shape.y, width=shape.width, height=shape.height)


def _filled(shape: Rectangle | Hatched, ident: str, patterns: dict[Hatched, str]) -> dict[str, Attribute]:
    """How a box looks; a pattern that it is filled with is added to those of the picture."""
    if isinstance(shape, Rectangle):
        return {"fill": shape.fill or "none", **_stroke(shape)}
    kind = replace(shape, x=0, y=0, width=0, height=0)
    name = f"{ident}-hatch{_number(shape.apart)}"
    patterns.setdefault(kind, _svg_pattern(kind, name))
    return {"fill": f"url(#{name})", "stroke": shape.stroke}


def _svg_text(shape: Text) -> str:
    turn = f"rotate({_number(shape.rotate)} {_number(shape.x)} {_number(shape.y)})" if shape.rotate else None
    return _tag("text", x=shape.x, y=shape.y, **_lettering(shape), transform=turn) + f">{_escape(shape.words)}</text>"


def _lettering(shape: Text) -> dict[str, Attribute]:
    return {
        "font_size": None if shape.size == TEXT_SIZE else shape.size,
        "fill": None if shape.fill == TEXT_COLOUR else shape.fill,
        "text_anchor": None if shape.anchor == "start" else shape.anchor,
        "font_weight": "bold" if shape.bold else None,
    }


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
