"""Shapes of a picture put together that look the same, so that a page says once how they do.

A shape joins earlier ones of its look only where nothing painted in between reaches into its place: what is seen stays
the same. Places are boxes around shapes, rather too large than too small.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field

from anchor_portal.outputs.charts.scene import Dot, Group, Hatched, Line, Polygon, Rectangle, Shape, Strokes, Text

Box = tuple[float, float, float, float]
WIDEST_SIGN = 0.75
"""How wide a sign is at most on average, of its size."""


@dataclass(slots=True)
class Layer:
    """Shapes of one look; those of other looks stand alone."""

    look: Hashable | None
    shapes: list[Shape] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)


def layers(shapes: Iterable[Shape]) -> list[Layer]:
    """The shapes in an order that looks the same, in as few layers as are found at once."""
    found: list[Layer] = []
    for shape in shapes:
        look, box = _look(shape), _box(shape)
        layer = _joined(found, look, box)
        if layer is None:
            layer = Layer(look)
            found.append(layer)
        layer.shapes.append(shape)
        layer.boxes.append(box)
    return found


def _joined(found: list[Layer], look: Hashable | None, box: Box) -> Layer | None:
    """The layer of this look that a shape may be painted with; None where something painted later is in its place."""
    if look is None:
        return None
    for layer in reversed(found):
        if layer.look == look:
            return layer
        if any(_meet(box, other) for other in layer.boxes):
            return None
    return None


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _look(shape: Shape) -> Hashable | None:
    match shape:
        case Line() | Strokes():
            return "path", shape.stroke, shape.stroke_width, shape.dash if isinstance(shape, Line) else ()
        case Rectangle(stroke=None) | Polygon():
            return "area", shape.fill, shape.height if isinstance(shape, Rectangle) else None
        case (Rectangle() as box) | Group(shapes=(Rectangle() as box,)):
            return "box", box.fill, box.stroke, box.stroke_width, box.dash
        case (Hatched() as box) | Group(shapes=(Hatched() as box,)):
            return "box", box.fill, box.stroke, box.apart
        case Dot():
            return "dot", shape.fill, shape.stroke, shape.stroke_width
        case Text(rotate=0):
            return "text", shape.size, shape.fill, shape.anchor, shape.bold
        case _:
            return None


def _box(shape: Shape) -> Box:
    match shape:
        case Rectangle() | Hatched():
            return _wider((shape.x, shape.y, shape.x + shape.width, shape.y + shape.height), 1)
        case Line():
            return _around([(shape.x1, shape.y1), (shape.x2, shape.y2)], shape.stroke_width)
        case Strokes():
            ends = [end for x1, y1, x2, y2 in shape.segments for end in ((x1, y1), (x2, y2))]
            return _around(ends, shape.stroke_width)
        case Polygon():
            return _around(shape.points, 0)
        case Dot():
            return _wider((shape.x, shape.y, shape.x, shape.y), shape.radius + shape.stroke_width)
        case Text():
            return _text_box(shape)
        case Group():
            boxes = [_box(inner) for inner in shape.shapes]
            lefts, tops, rights, bottoms = zip(*boxes, strict=True) if boxes else ((0.0,),) * 4
            return min(lefts), min(tops), max(rights), max(bottoms)


def _around(points: Iterable[tuple[float, float]], more: float) -> Box:
    xs, ys = zip(*points, strict=True)
    return _wider((min(xs), min(ys), max(xs), max(ys)), more)


def _wider(box: Box, more: float) -> Box:
    return box[0] - more, box[1] - more, box[2] + more, box[3] + more


def _text_box(shape: Text) -> Box:
    width = len(shape.words) * shape.size * WIDEST_SIGN
    if shape.rotate:
        return _wider((shape.x, shape.y, shape.x, shape.y), width)
    left = shape.x - {"start": 0.0, "middle": width / 2, "end": width}[shape.anchor]
    return left, shape.y - shape.size, left + width, shape.y + shape.size / 3
