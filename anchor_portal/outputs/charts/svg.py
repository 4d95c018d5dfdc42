"""Pictures as SVG: for a page, and as files of their own. Nothing in them needs a style, a script or another file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from anchor_portal.outputs.charts.layers import layers
from anchor_portal.outputs.charts.paths import areas_path, lines_path, middles_path
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
PAGE_CLASS = "app-picture"
"""What the style sheet of the portal knows a picture by: it says width, font, size and colour once for all of a page."""
UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_svg_file(scene: Scene) -> bytes:
    """The scene as a file of its own, as wide and high as its units are pixels, on white."""
    paper = Rectangle(0, 0, scene.width, scene.height, fill="#ffffff")
    head = _tag(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        **_naming(scene, "picture"),
        width=scene.width,
        height=scene.height,
        font_family=WEB_FONT,
        font_size=TEXT_SIZE,
        fill=TEXT_COLOUR,
    )
    content = _words(scene, "picture") + _content((paper, *scene.shapes), "picture")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}>{content}</svg>\n'.encode()


def to_svg(scene: Scene, ident: str, *, named_by: str = "") -> str:
    """The scene as an SVG element for a page; every text in it is escaped, so it may be marked as safe.

    `ident` starts with a letter and is unique on the page: the ids of title and description are made from it. With
    `named_by` it has no words to hear or to point at of its own but those of that other picture, which says the same in
    another layout. Raises ValueError for an ident that could not be an id.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", ident):
        raise ValueError(f"{ident!r} cannot be an id: use letters, digits and hyphens, and start with a letter.")
    head = _tag("svg", **{"class": PAGE_CLASS}, **_naming(scene, named_by or ident))
    words = "" if named_by else _words(scene, ident)
    return f"{head}>{words}{_content(_flat(scene.shapes) if named_by else scene.shapes, ident)}</svg>"


def _naming(scene: Scene, ident: str) -> dict[str, Attribute]:
    """What makes a picture of an element: where its words stand, and how wide and high its units are."""
    return {
        "role": "img",
        "aria-labelledby": f"{ident}-title",
        "aria-describedby": f"{ident}-desc",
        "viewBox": f"0 0 {_number(scene.width)} {_number(scene.height)}",
    }


def _words(scene: Scene, ident: str) -> str:
    return (
        f'<title id="{ident}-title">{_escape(scene.title)}</title>'
        f'<desc id="{ident}-desc">{_escape(scene.description)}</desc>'
    )


def _content(shapes: Iterable[Shape], ident: str) -> str:
    patterns: dict[Hatched, str] = {}
    drawing = _svg_all(shapes, ident, patterns)
    return "".join(patterns.values()) + drawing


def _flat(shapes: Iterable[Shape]) -> Iterator[Shape]:
    """The same shapes in the same order, without the titles of groups."""
    for shape in shapes:
        yield from _flat(shape.shapes) if isinstance(shape, Group) else (shape,)


def _svg_all(shapes: Iterable[Shape], ident: str, patterns: dict[Hatched, str]) -> str:
    """The elements of shapes, those that look the same written as one where that changes nothing."""
    return "".join(_svg_layer(layer.shapes, ident, patterns) for layer in layers(shapes))


def _svg_layer(alike: Sequence[Shape], ident: str, patterns: dict[Hatched, str]) -> str:
    first, *others = alike
    if not others:
        return _svg(first, ident, patterns)
    if isinstance(first, Text):
        return _together(_lettering(first), "".join(_svg_words(each) for each in alike if isinstance(each, Text)))
    if isinstance(first, Dot):
        dots = "".join(_circle(each) + "/>" for each in alike if isinstance(each, Dot))
        return _together(_inked(first), dots)
    if isinstance(first, Group | Hatched) or _boxes(first):
        return _svg_boxes(alike, ident, patterns)
    return _svg_path(first, alike)


def _svg_path(first: Rectangle | Polygon | Line | Strokes, alike: Sequence[Shape]) -> str:
    """Lines or areas of one look; boxes of one height are thick lines, which takes fewer signs."""
    if isinstance(first, Rectangle):
        return _tag("path", d=middles_path(alike), stroke=first.fill or "none", stroke_width=first.height) + "/>"
    if isinstance(first, Polygon):
        return _tag("path", d=areas_path(alike), fill=first.fill) + "/>"
    return _tag("path", d=lines_path(alike), **_stroke(first)) + "/>"


def _svg_boxes(alike: Sequence[Shape], ident: str, patterns: dict[Hatched, str]) -> str:
    """Boxes of one look, those of groups each with its title."""
    looks = [_filled(box, ident, patterns) for each in alike for box in _boxes(each)]
    boxes = "".join(_place(box) + _titled(each, "rect") for each in alike for box in _boxes(each))
    return _together(looks[0], boxes)


def _titled(shape: Shape, tag: str) -> str:
    """The end of an element, with its title where it has one."""
    return f"><title>{_escape(shape.title)}</title></{tag}>" if isinstance(shape, Group) else "/>"


def _boxes(shape: Shape) -> Sequence[Rectangle | Hatched]:
    """The boxes that are told apart as elements: those of a group, and those with an edge."""
    if isinstance(shape, Group):
        return [each for each in shape.shapes if isinstance(each, Rectangle | Hatched)]
    return [shape] if isinstance(shape, Hatched) or (isinstance(shape, Rectangle) and shape.stroke) else []


def _together(look: dict[str, Attribute], elements: str) -> str:
    """Elements with the look that they share; none is said where it is that of the whole picture."""
    words = _attributes(look)
    return f"<g{words}>{elements}</g>" if words else elements


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
        case Line() | Strokes() | Polygon():
            return _svg_path(shape, (shape,))
        case Dot():
            return _circle(shape) + _attributes(_inked(shape)) + "/>"
        case Text():
            return _svg_text(shape)


def _place(shape: Rectangle | Hatched) -> str:
    return _tag("rect", x=shape.x or None, y=shape.y or None, width=shape.width, height=shape.height)


def _filled(shape: Rectangle | Hatched, ident: str, patterns: dict[Hatched, str]) -> dict[str, Attribute]:
    """How a box looks; a pattern that it is filled with is added to those of the picture."""
    if isinstance(shape, Rectangle):
        return {"fill": shape.fill or "none", **_stroke(shape)}
    kind = replace(shape, x=0, y=0, width=0, height=0)
    name = f"{ident}-hatch{_number(shape.apart)}"
    patterns.setdefault(kind, _svg_pattern(kind, name))
    return {"fill": f"url(#{name})", "stroke": shape.stroke}


def _circle(dot: Dot) -> str:
    """The beginning of a dot; an edge of its own colour is a part of the dot."""
    more = dot.stroke_width / 2 if dot.stroke == dot.fill else 0
    return _tag("circle", cx=dot.x, cy=dot.y, r=f"{dot.radius + more:g}")


def _inked(dot: Dot) -> dict[str, Attribute]:
    return {"fill": dot.fill, **({} if dot.stroke == dot.fill else _stroke(dot))}


def _svg_text(shape: Text) -> str:
    turn = f"rotate({_number(shape.rotate)} {_number(shape.x)} {_number(shape.y)})" if shape.rotate else None
    return _svg_words(shape, {**_lettering(shape), "transform": turn})


def _svg_words(shape: Text, look: dict[str, Attribute] | None = None) -> str:
    return _tag("text", x=shape.x or None, y=shape.y, **(look or {})) + f">{_escape(shape.words)}</text>"


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
