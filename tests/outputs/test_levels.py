"""The picture of a self-assessment, on a page, as a file and on one page of a board paper."""

from io import BytesIO
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from anchor_portal.domain.findings.self_assessment import Standing
from anchor_portal.outputs.charts.door import Beside, Point, State, trend
from anchor_portal.outputs.charts.levels import levels
from anchor_portal.outputs.charts.parts import Layout
from anchor_portal.outputs.charts.scene import Dot, Group, Polygon, Scene, Shape, Text
from anchor_portal.outputs.charts.svg import to_svg_file
from anchor_portal.outputs.pdf.levels_pdf import LevelsContent, draw_levels

EVERY = (
    Standing(1, 3, 4, 2, 3),
    Standing(2, 2, 3, 2, 3),
    Standing(3, 2, 2, 2, 4),
    Standing(4, None, 3, None, 2),
    Standing(5, 4, 4, 3, 3),
    Standing(6),
    Standing(7, 1, 2, 1, 4),
)
NONE = tuple(Standing(number) for number in range(1, 8))
LAYOUTS: tuple[Layout, ...] = ("wide", "narrow")


def flat(shapes: tuple[Shape, ...]) -> list[Shape]:
    return [inner for shape in shapes for inner in (flat(shape.shapes) if isinstance(shape, Group) else [shape])]


def marks(scene: Scene, pledge: int) -> dict[str, float]:
    """Where the marks of a pledge stand, as the level of their column; x grows evenly with the level."""
    tracks = [shape for shape in scene.shapes if isinstance(shape, Group)]
    found = flat(tracks[pledge - 1].shapes)
    dots = [shape for shape in found if isinstance(shape, Dot)]
    places = {"aim" if dot.stroke else "now": dot.x for dot in dots}
    earlier = [shape.points[2][0] for shape in found if isinstance(shape, Polygon)]
    return places | ({"earlier": earlier[0]} if earlier else {})


@pytest.mark.parametrize("layout", LAYOUTS)
def test_marks_stand_at_their_levels_and_are_told_apart_by_shape(layout: Layout) -> None:
    scene = levels(EVERY, title="Where we are", earlier_round="July 2026", layout=layout)
    first, same = marks(scene, 1), marks(scene, 5)
    assert first["now"] == first["earlier"] < first["aim"]
    assert same["now"] == same["aim"] > same["earlier"]
    assert set(marks(scene, 4)) == {"aim", "earlier"}
    assert marks(scene, 6) == {}
    assert all(0 <= shape.x <= scene.width for shape in flat(scene.shapes) if isinstance(shape, Text | Dot))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_picture_says_in_words_what_it_shows(layout: Layout) -> None:
    scene = levels(EVERY, title="Where we are", earlier_round="July 2026", layout=layout)
    assert "Pledge 2: developing; the aim of July 2026 was established: not reached yet." in scene.description
    assert "not assessed" in [shape.words for shape in flat(scene.shapes) if isinstance(shape, Text)]
    empty = levels(NONE, title="Where we are", layout=layout)
    assert "Aim of" not in str(empty.shapes)


def test_the_file_is_sound_svg_of_a_size_of_its_own() -> None:
    scene = levels(EVERY, title="Where we <are>", earlier_round="July 2026")
    root = ElementTree.fromstring(to_svg_file(scene))  # noqa: S314 (it is our own)
    assert root.get("width") == "760"
    assert float(root.get("height") or 0) == pytest.approx(scene.height, abs=0.01)


@pytest.mark.parametrize("every", [EVERY, NONE, tuple(Standing(n, 1, 2, 1, 4) for n in range(1, 8))])
def test_the_board_paper_is_one_page_whatever_is_on_it(every: tuple[Standing, ...]) -> None:
    name = "The Very Long Name of an Integrated Care Organisation for Cheshire, Merseyside and Everywhere Between"
    content = LevelsContent(name, "January 2027", every, "July 2026", "From the draft.", "Partnership", "Portal", True)
    reader = PdfReader(BytesIO(draw_levels(content)))
    assert len(reader.pages) == 1
    text = " ".join(reader.pages[0].extract_text().split())
    assert "Tackling health inequalities" in text
    assert "From the draft." in text


def test_a_second_measure_stands_beside_the_first_with_a_gap_where_it_is_not_shown() -> None:
    own = [Point("Jul 2025", 60.0), Point("Jan 2026", 61.0), Point("Jul 2026", 62.0)]
    others = [Point("Jul 2025", 70.0), Point("Jan 2026", state=State.SUPPRESSED), Point("Jul 2026", 62.5)]
    for layout in LAYOUTS:
        scene = trend(own, title="Local", layout=layout, beside=Beside(others, "Councils", "Our organisation"))
        diamonds = [shape for shape in flat(scene.shapes) if isinstance(shape, Polygon)]
        assert len(diamonds) == 3, "two figures and the key"
        assert "Councils: Line chart of 3 rounds" in scene.description
        assert "Jan 2026: not shown." in scene.description
