"""Paths of pictures: in few signs, and to a tenth of a unit where the lines and areas are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchor_portal.outputs.charts.paths import areas_path, lines_path, middles_path
from anchor_portal.outputs.charts.scene import Line, Polygon, Rectangle, Strokes

Place = tuple[float, float]
NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
coordinates = st.integers(-9999, 9999).map(lambda tenths: tenths / 10)
places = st.tuples(coordinates, coordinates)
segments = st.lists(st.tuples(places, places).filter(lambda ends: ends[0] != ends[1]), max_size=6)


def read(path: str) -> list[list[Place]]:
    """The points of each part of a path, as SVG 2 says that it is read."""
    parts: list[list[Place]] = []
    at: Place = (0, 0)
    for letter, written in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(each) for each in NUMBER.findall(written)]
        (x, y) = at if letter.islower() else (0, 0)
        match letter.upper():
            case "Z":
                at = parts[-1][0]
                continue
            case "H":
                at = (x + numbers[0], at[1])
            case "V":
                at = (at[0], y + numbers[0])
            case _:
                at = (x + numbers[0], y + numbers[1])
        at = (round(at[0], 1), round(at[1], 1))
        parts += [[]] if letter in "Mm" else []
        parts[-1].append(at)
    return parts


@given(segments)
def test_lines_stay_where_they_are_and_apart(ends: list[tuple[Place, Place]]) -> None:
    wanted = [[start, end] for start, end in ends]
    assert read(lines_path(Line(*start, *end, "#005eb8") for start, end in ends)) == wanted
    assert read(lines_path([Strokes(tuple((*start, *end) for start, end in ends), "#005eb8")])) == wanted


def area(corners: list[Place]) -> float:
    """Twice the area, above 0 where the corners run clockwise on a screen."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True))


@given(st.lists(st.lists(places, min_size=3, max_size=5, unique=True), min_size=1, max_size=4))
def test_areas_keep_their_corners_and_all_run_one_way(shapes: list[list[Place]]) -> None:
    found = read(areas_path(Polygon(tuple(corners), "#005eb8") for corners in shapes))
    assert [sorted(corners) for corners in found] == [sorted(corners) for corners in shapes]
    assert all(area(corners) >= -0.001 for corners in found)


def test_boxes_of_one_height_are_lines_through_their_middles() -> None:
    boxes = [Rectangle(-4, 10, 267.2, 18, "#ffffff"), Rectangle(0, 40.5, 0.4, 18, "#ffffff")]
    assert middles_path(boxes) == "M-4 19H263.2M0 49.5H.4"


def test_shapes_that_a_path_cannot_say_are_refused() -> None:
    line, box = Line(0, 0, 1, 1, "#005eb8"), Rectangle(0, 0, 1, 1)
    for write, shape in ((lines_path, box), (areas_path, box), (middles_path, line)):
        with pytest.raises(TypeError):
            write([shape])
