"""The charts of a figure's page: a change in its parts, answers, the spread; true to scale, and silent on what is hidden."""

import re
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from reportlab.pdfbase.pdfmetrics import stringWidth

from anchor_portal.domain.findings.steps import Steps
from anchor_portal.outputs.charts.answers import MOST_BOXES, Answers, answers
from anchor_portal.outputs.charts.door import Layout, Row, Spread, State, bars, spread_line, waterfall
from anchor_portal.outputs.charts.scene import Dot, Group, Polygon, Rectangle, Scene, Shape, Text
from anchor_portal.outputs.charts.svg import to_svg

LAYOUTS: tuple[Layout, ...] = ("wide", "narrow")
HIDDEN = [state for state in State if state is not State.SHOWN]
CHANGES = [
    ("72.8", "1.3", "-0.4", "0.0", "73.7"),
    ("3", "-2", "0", "-1", "0"),
    ("99", "-20", "12", "9", "100"),
    ("0.0", "0.1", "0.0", "0.0", "0.1"),
    ("50", "0", "0", "0", "50"),
    ("0", "100", "0", "0", "100"),
]
SPREADS = [(0, 0, 0), (0, 2, 4), (62, 70, 81), (95, 99, 100), (100, 100, 100), (0, 50, 100)]


def steps_of(numbers: tuple[str, ...]) -> Steps:
    before, real, joined, left, after = map(Decimal, numbers)
    return Steps("2026-01", "2026-07", before, real, joined, left, after)


def spread_of(numbers: tuple[int, int, int], pooled: float | None = None) -> Spread:
    words = [f"{number}%" for number in numbers]
    return Spread(*numbers, (words[0], words[1], words[2]), pooled, "" if pooled is None else f"{pooled:g}%")


def draw_spread(spread: Spread, layout: Layout = "wide") -> Scene:
    return spread_line(spread, title="Spread", description="In words.", layout=layout)


SCENES = [
    *(waterfall(steps_of(each), title="Change", layout=layout) for each in CHANGES for layout in LAYOUTS),
    *(
        draw_spread(spread_of(each, pooled), layout)
        for each in SPREADS
        for layout in LAYOUTS
        for pooled in (None, 0, 74.6)
    ),
    *(
        answers(
            [Answers("Councils", 3, asked), Answers("Companies", state=State.SUPPRESSED)], title="Yes", layout=layout
        )
        for asked in (3, 40, 999_999)
        for layout in LAYOUTS
    ),
    *(answers([], title="None", layout=layout) for layout in LAYOUTS),
]


def flat(shapes: tuple[Shape, ...]) -> list[Shape]:
    """Every shape, those of groups too."""
    return [each for shape in shapes for each in (flat(shape.shapes) if isinstance(shape, Group) else [shape])]


def words_in(scene: Scene) -> list[str]:
    return [shape.words for shape in flat(scene.shapes) if isinstance(shape, Text)]


def titles_in(scene: Scene) -> list[str]:
    return [shape.title for shape in scene.shapes if isinstance(shape, Group)]


@pytest.mark.parametrize("scene", SCENES)
def test_a_chart_stays_in_its_picture_in_blue_and_grey_and_can_be_read_on_a_phone(scene: Scene) -> None:
    for shape in flat(scene.shapes):
        if isinstance(shape, Text):
            width = stringWidth(shape.words, "Helvetica-Bold" if shape.bold else "Helvetica", shape.size)
            left = shape.x - {"start": 0, "middle": width / 2, "end": width}[shape.anchor]
            assert left >= -0.5 and left + width <= scene.width + 0.5, shape
            assert 0 < shape.y <= scene.height and shape.size * 288 / 320 >= 14
        if isinstance(shape, Rectangle):
            assert shape.width >= 0 and shape.height >= 0
    svg = to_svg(scene, "chart")
    root = ElementTree.fromstring(svg)  # noqa: S314 (it is our own)
    assert root[0].text and root[1].text and root.get("role") == "img"
    assert "style=" not in svg
    for red, green, blue in re.findall(r'"#(..)(..)(..)"', svg):
        assert red <= green <= blue


# The waterfall


@pytest.mark.parametrize("numbers", CHANGES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_waterfall_says_every_part_as_printed_in_picture_and_description(
    numbers: tuple[str, ...], layout: Layout
) -> None:
    scene = waterfall(steps_of(numbers), title="Change", layout=layout)
    for name, text in steps_of(numbers).parts:
        assert text in words_in(scene)
        assert f"{name}: {text}" in scene.description
    assert len(titles_in(scene)) == 5


def test_each_step_begins_where_the_one_before_ended_and_is_as_long_as_its_points() -> None:
    scene = waterfall(steps_of(("60", "10", "-4", "2", "68")), title="Change")
    dots = [shape.x for shape in flat(scene.shapes) if isinstance(shape, Dot)]
    arrows = [shape for shape in flat(scene.shapes) if isinstance(shape, Polygon) and shape.fill == "#005eb8"]
    ends = [(arrow.points[0][0], arrow.points[2][0]) for arrow in arrows]
    point = (dots[1] - dots[0]) / 8
    assert ends[0] == (pytest.approx(dots[0]), pytest.approx(dots[0] + 10 * point))
    assert ends[1] == (pytest.approx(ends[0][1]), pytest.approx(ends[0][1] - 4 * point))
    assert ends[2] == (pytest.approx(ends[1][1]), pytest.approx(dots[1]))


def test_a_step_down_is_an_empty_arrow_to_the_left_so_that_colour_is_not_needed() -> None:
    up, down = (
        waterfall(steps_of(each), title="Change")
        for each in (("50", "5", "0", "0", "55"), ("55", "-5", "0", "0", "50"))
    )
    fills = [[shape.fill for shape in flat(scene.shapes) if isinstance(shape, Polygon)] for scene in (up, down)]
    assert fills == [["#005eb8"], ["#005eb8", "#ffffff"]]


def test_a_small_change_does_not_look_large_and_a_cut_scale_says_so() -> None:
    scene = waterfall(steps_of(("74.6", "0.1", "0.0", "0.0", "74.7")), title="Change")
    dots = [shape.x for shape in flat(scene.shapes) if isinstance(shape, Dot)]
    assert 0 < dots[1] - dots[0] < 20
    assert any(words.startswith("Scale starts at 7") for words in words_in(scene))
    assert not any(words.startswith("Scale") for words in words_in(waterfall(steps_of(CHANGES[1]), title="Change")))


# Answers


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("state", HIDDEN)
def test_answers_that_are_not_shown_are_no_boxes_and_no_numbers(layout: Layout, state: State) -> None:
    scene = answers([Answers("Councils", state=state)], title="Yes", layout=layout)
    assert not any(isinstance(shape, Rectangle) and shape.fill == "#005eb8" for shape in flat(scene.shapes))
    assert not re.search(r"\d", " ".join([*words_in(scene), *titles_in(scene), scene.description]))


def test_every_state_of_answers_looks_different_even_without_its_words() -> None:
    rows = [Answers("Councils", 0, 4), *(Answers("Councils", state=state) for state in HIDDEN)]
    drawn = {
        tuple(shape for shape in flat(answers([row], title="Yes").shapes) if not isinstance(shape, Text))
        for row in rows
    }
    assert len(drawn) == len(State)


@pytest.mark.parametrize("asked", [1, 19, MOST_BOXES])
def test_each_organisation_has_a_box_and_those_that_said_yes_are_filled(asked: int) -> None:
    scene = answers([Answers("All", 1, asked)], title="Yes")
    boxes = [shape.fill for shape in flat(scene.shapes) if isinstance(shape, Rectangle)]
    assert boxes == ["#005eb8", *["#ffffff"] * (asked - 1)]
    assert f"1 of {asked}" in words_in(scene)


@pytest.mark.parametrize(
    "parts",
    [{}, {"yes": 3}, {"yes": 3, "asked": 2}, {"yes": -1, "asked": 2}, {"yes": 1, "asked": 2, "state": State.WITHHELD}],
)
def test_answers_that_contradict_themselves_are_refused(parts: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="Councils"):
        Answers("Councils", **parts)  # type: ignore[arg-type]


# The spread


@pytest.mark.parametrize("numbers", SPREADS)
def test_the_box_runs_from_quartile_to_quartile_with_the_median_in_it(numbers: tuple[int, int, int]) -> None:
    scene = draw_spread(spread_of(numbers))
    box = next(shape for shape in flat(scene.shapes) if isinstance(shape, Rectangle) and shape.fill == "#cfe0f3")
    per_cent = (scene.width - 44) / 100
    assert box.x == pytest.approx(14 + numbers[0] * per_cent)
    assert box.width == pytest.approx(max((numbers[2] - numbers[0]) * per_cent, 2))
    assert f"{numbers[1]}%" in words_in(scene)


def test_all_together_are_marked_only_where_their_share_is_shown() -> None:
    assert "all counted together: 74.6%" in words_in(draw_spread(spread_of((62, 70, 81), 74.6)))
    without = draw_spread(spread_of((62, 70, 81)))
    assert not [shape for shape in flat(without.shapes) if isinstance(shape, Polygon)]


# Groups beside all signatories


def test_higher_lower_and_similar_have_a_word_and_a_shape_each() -> None:
    marks = set()
    for compared in ("higher", "lower", "similar"):
        scene = bars([Row("Councils", 50.0, lower=40, upper=60, compared=compared)], title="By sector")  # type: ignore[arg-type]
        assert compared in words_in(scene) and f", {compared}" in scene.description
        marks.add(tuple(shape for shape in flat(scene.shapes) if isinstance(shape, Polygon | Dot)))
    assert len(marks) == 3


def test_a_group_that_is_not_shown_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="not compared"):
        Row("Councils", state=State.SUPPRESSED, compared="higher")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("value", [0.0, 11.2, 45.0, 55.0, 99.9])
def test_the_words_of_the_dashed_line_stay_in_the_picture(layout: Layout, value: float) -> None:
    scene = bars([Row("Liverpool", 100.0)], title="By place", layout=layout, aggregate=Row("All signatories", value))
    words = next(shape for shape in flat(scene.shapes) if isinstance(shape, Text) and shape.words.startswith("All"))
    assert words.anchor == "start" and words.x >= 0
    assert words.x + stringWidth(words.words, "Helvetica", words.size) <= scene.width
