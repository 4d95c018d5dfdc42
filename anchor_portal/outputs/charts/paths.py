"""Lines and areas of one look as one SVG path, in as few signs as say the same to a tenth of a unit."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from anchor_portal.outputs.charts.scene import Line, Polygon, Rectangle, Shape, Strokes

Tenths = tuple[int, int]
"""A point in tenths of a unit: whole numbers, so that steps from point to point do not add up to an error."""


def lines_path(shapes: Iterable[Shape]) -> str:
    """Straight lines, each for itself: none is joined with the next, though it may begin where that one ended."""
    pen = _Pen()
    for shape in shapes:
        match shape:
            case Line(x1, y1, x2, y2):
                pen.line(_tenths(x1, y1), _tenths(x2, y2))
            case Strokes(segments):
                for x1, y1, x2, y2 in segments:
                    pen.line(_tenths(x1, y1), _tenths(x2, y2))
            case _:
                raise TypeError(f"{type(shape).__name__} is no line")
    return pen.path


def areas_path(shapes: Iterable[Shape]) -> str:
    """Shapes with corners; all run clockwise, so that none cuts a hole into another."""
    pen = _Pen()
    for shape in shapes:
        if not isinstance(shape, Polygon):
            raise TypeError(f"{type(shape).__name__} has no corners of its own")
        corners = [_tenths(x, y) for x, y in shape.points]
        turning = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise((*corners, corners[0])))
        pen.area(corners if turning > 0 else corners[::-1])
    return pen.path


def middles_path(shapes: Iterable[Shape]) -> str:
    """Boxes of one height as the level lines through their middles: drawn as thick as that, they paint the same."""
    pen = _Pen()
    for shape in shapes:
        if not isinstance(shape, Rectangle):
            raise TypeError(f"{type(shape).__name__} is no box")
        middle = shape.y + shape.height / 2
        pen.line(_tenths(shape.x, middle), _tenths(shape.x + shape.width, middle))
    return pen.path


class _Pen:
    """Writes a path; of two ways to say a step, from the corner of the picture or from where it is, the shorter."""

    def __init__(self) -> None:
        self.path = ""
        self._at: Tenths = (0, 0)

    def line(self, start: Tenths, end: Tenths) -> None:
        self._move(start)
        self._draw(end)

    def area(self, corners: Sequence[Tenths]) -> None:
        self._move(corners[0])
        for corner in corners[1:]:
            self._draw(corner)
        self.path += "z"
        self._at = corners[0]

    def _move(self, to: Tenths) -> None:
        self._say("M", to, to)

    def _draw(self, to: Tenths) -> None:
        if to[1] == self._at[1]:
            self._say("H", to, to[:1])
        elif to[0] == self._at[0]:
            self._say("V", to, to[1:])
        else:
            self._say("L", to, to)

    def _say(self, letter: str, to: Tenths, numbers: Sequence[int]) -> None:
        here = {"H": self._at[:1], "V": self._at[1:]}.get(letter, self._at)
        steps = [number - start for number, start in zip(numbers, here, strict=True)]
        absolute, relative = letter + _say_all(numbers), letter.lower() + _say_all(steps)
        self.path += relative if len(relative) < len(absolute) else absolute
        self._at = to


def _tenths(x: float, y: float) -> Tenths:
    return round(x * 10), round(y * 10)


def _say_all(numbers: Iterable[int]) -> str:
    """Numbers with a blank between them where no sign tells them apart."""
    return "".join(
        f" {words}" if index and words[0] != "-" else words for index, words in enumerate(map(_say, numbers))
    )


def _say(tenths: int) -> str:
    whole, rest = divmod(abs(tenths), 10)
    return f"{'-' * (tenths < 0)}{whole or '' if rest else whole}{f'.{rest}' * bool(rest)}"
