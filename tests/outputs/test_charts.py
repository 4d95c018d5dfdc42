"""Charts: one picture as SVG for a page and as a drawing for a PDF, with nothing in it that is not known."""

import re
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import SimpleDocTemplate

from anchor_portal.outputs.charts.door import Layout, Point, Row, State, bars, describe, sparkline, trend
from anchor_portal.outputs.charts.scene import (
    Dot,
    Group,
    Line,
    Rectangle,
    Scene,
    Shape,
    Strokes,
    Text,
    to_drawing,
)
from anchor_portal.outputs.charts.svg import to_svg, to_svg_file

BLUES = ("#005eb8", "#003087")
WORDS = {
    State.SUPPRESSED: "not shown",
    State.WITHHELD: "withheld",
    State.NOT_PROVIDED: "no data",
    State.NOT_APPLICABLE: "not applicable",
}
HIDDEN = [state for state in State if state is not State.SHOWN]
LAYOUTS: tuple[Layout, ...] = ("wide", "narrow")
POINTS = (
    Point("Jul 2023", state=State.NOT_PROVIDED),
    Point("Jan 2024", state=State.SUPPRESSED),
    Point("Jul 2024", 55.24, lower=52.1, upper=58.3),
    Point("Jan 2025", 57.3, lower=55, upper=59.5, definition_changed=True),
    Point("Jul 2025", 60.1, lower=58, upper=62),
    Point("Jan 2026", 59.04),
    Point("Jul 2026", 63.21, lower=61, upper=65.4, provisional=True),
)
ROWS = (
    Row("NHS trusts", 63.2, lower=60, upper=66),
    Row("Councils", 0.0),
    Row("Voluntary and community organisations", 55.5, highlight=True),
    Row("Housing associations", state=State.SUPPRESSED),
    Row("Companies", state=State.WITHHELD),
)
ALL = Row("All signatories", 61.2)
SCENES = {
    **{f"trend {layout}": trend(POINTS, title="Local <jobs> & pay", layout=layout) for layout in LAYOUTS},
    **{f"bars {layout}": bars(ROWS, title="By sector", layout=layout, aggregate=ALL) for layout in LAYOUTS},
    **{f"one hidden {layout}": bars(ROWS[-1:], title="One", layout=layout) for layout in LAYOUTS},
    **{f"no points {layout}": trend((), title="None", layout=layout) for layout in LAYOUTS},
    "no rows": bars((), title="None"),
    "sparkline": sparkline(POINTS, title="Local jobs"),
}


def flat(shapes: tuple[Shape, ...]) -> list[Shape]:
    return [inner for shape in shapes for inner in (flat(shape.shapes) if isinstance(shape, Group) else [shape])]


def words_in(scene: Scene) -> list[str]:
    return [shape.words for shape in flat(scene.shapes) if isinstance(shape, Text)]


def blue_bars(scene: Scene) -> list[Rectangle]:
    return [shape for shape in flat(scene.shapes) if isinstance(shape, Rectangle) and shape.fill in BLUES]


def blue_lines(scene: Scene) -> list[Line]:
    return [shape for shape in flat(scene.shapes) if isinstance(shape, Line) and shape.stroke in BLUES]


def dots(scene: Scene) -> list[Dot]:
    return [shape for shape in flat(scene.shapes) if isinstance(shape, Dot)]


def unlike_words(scene: Scene) -> tuple[Shape, ...]:
    return tuple(shape for shape in flat(scene.shapes) if not isinstance(shape, Text))


def parse(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314 (it is our own)


def contrast(colour: str) -> float:
    """WCAG 2.2 contrast of a colour like #005eb8 against white."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    light = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 1.05 / (0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2] + 0.05)


@pytest.mark.parametrize("name", SCENES)
def test_a_chart_is_an_image_with_a_title_and_a_description(name: str) -> None:
    root = parse(to_svg(SCENES[name], "chart-1"))
    title, description = root[0], root[1]
    assert (title.tag, description.tag) == ("title", "desc")
    assert title.text == SCENES[name].title
    assert description.text == SCENES[name].description != ""
    assert (root.get("role"), root.get("class")) == ("img", "app-picture")
    assert root.get("aria-labelledby") == title.get("id") == "chart-1-title"
    assert root.get("aria-describedby") == description.get("id") == "chart-1-desc"


def test_a_chart_in_a_second_layout_takes_the_words_of_the_first() -> None:
    scene = SCENES["no rows"]
    root = parse(to_svg(scene, "chart-narrow", named_by="chart-wide"))
    assert (root.get("aria-labelledby"), root.get("aria-describedby")) == ("chart-wide-title", "chart-wide-desc")
    assert not root.findall("title") and not root.findall("desc")


@pytest.mark.parametrize("name", ["trend narrow", "bars narrow"])
def test_a_second_layout_draws_the_same_without_words_that_only_a_pointer_would_find(name: str) -> None:
    first, second = (to_svg(SCENES[name], "chart", named_by=named_by) for named_by in ("", "chart-wide"))
    assert "<title>" in first and "<title" not in second
    texts = [sorted(element.text or "" for element in parse(svg).iter("text")) for svg in (first, second)]
    assert texts[0] == texts[1] == sorted(words_in(SCENES[name]))
    marks = [len(list(parse(svg).iter("circle"))) for svg in (first, second)]
    assert marks == [len(dots(SCENES[name]))] * 2


def test_a_file_says_by_itself_what_a_page_says_by_its_style_sheet() -> None:
    root = ElementTree.fromstring(to_svg_file(SCENES["bars wide"]))  # noqa: S314 (it is our own)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert (root.get("width"), root.get("height")) == ("760", root.get("viewBox", "").split()[3])
    assert (root.get("font-family"), root.get("font-size")) == ("Arial, sans-serif", "16")
    assert (root.get("fill"), root.get("class")) == ("#212b32", None)


@pytest.mark.parametrize("name", SCENES)
def test_a_chart_needs_no_script_and_no_style_but_one_class(name: str) -> None:
    root = parse(to_svg(SCENES[name], "chart"))
    assert root.attrib.pop("class") == "app-picture"
    for element in root.iter():
        assert element.tag in {"svg", "title", "desc", "g", "rect", "pattern", "path", "circle", "text"}
        assert not [name for name in element.attrib if name in ("style", "class") or name.startswith("on")]


def drawn(*shapes: Shape) -> list[tuple[str, str | None]]:
    """Tag and colour of each element of a picture, in the order in which they are painted."""
    root = parse(to_svg(Scene(100, 100, "Title", "Description", shapes), "chart"))
    return [(element.tag, element.get("fill") or element.get("stroke")) for element in root[2:]]


def test_shapes_of_one_look_are_one_element_where_nothing_between_them_is_in_the_way() -> None:
    blue, white = "#005eb8", "#ffffff"
    one, other = Rectangle(0, 0, 10, 10, blue), Rectangle(20, 0, 10, 10, blue)
    assert drawn(one, Rectangle(40, 0, 10, 10, white), other) == [("path", blue), ("rect", white)]
    assert drawn(one, Rectangle(15, 5, 10, 10, white), other) == [("rect", blue), ("rect", white), ("rect", blue)]
    dashed, whole = (
        Group("A", (Rectangle(0, y, 10, 8, white, blue, dash=dash),)) for y, dash in ((0, (5, 4)), (20, ()))
    )
    assert drawn(dashed, whole) == [("g", None), ("g", None)]


@pytest.mark.parametrize("name", SCENES)
def test_no_words_leave_the_picture(name: str) -> None:
    assert_inside(SCENES[name])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("values", [(20, 60, 15, 40, 90, 2), (0, 100), (100, 0, 100), (3,), (99.9, 99.9, 0.1)])
def test_no_words_leave_the_picture_however_the_line_runs(layout: Layout, values: tuple[float, ...]) -> None:
    points = [Point(f"{'Jul' if n % 2 else 'Jan'} {2020 + n}", value) for n, value in enumerate(values)]
    assert_inside(trend(points, title="Up and down", layout=layout))


def assert_inside(scene: Scene) -> None:
    """Helvetica has the widths of Arial, which pages are set in."""
    for text in (shape for shape in flat(scene.shapes) if isinstance(shape, Text) and not shape.rotate):
        width = stringWidth(text.words, "Helvetica-Bold" if text.bold else "Helvetica", text.size)
        left = text.x - {"start": 0, "middle": width / 2, "end": width}[text.anchor]
        assert left >= -0.5, text
        assert left + width <= scene.width + 0.5, text
        assert text.size / 2 <= text.y <= scene.height, text


def test_an_ident_that_could_not_be_an_id_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be an id"):
        to_svg(SCENES["no rows"], 'x" onload="')


def test_control_characters_do_not_break_the_picture() -> None:
    scene = bars([Row("Bell\x07 & <bar>", 10.0)], title="\x00Title\ud800")
    root = parse(to_svg(scene, "chart"))
    assert root[0].text == "Title"
    assert "Bell & <bar>" in [element.text for element in root.iter("text")]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("state", HIDDEN)
def test_a_point_that_is_not_shown_is_a_gap_with_words_and_never_zero(layout: Layout, state: State) -> None:
    points = [Point("Jul 2025", 40.0), Point("Jan 2026", state=state), Point("Jul 2026", 50.0)]
    scene = trend(points, title="Gap", layout=layout)
    assert len(dots(scene)) == 2
    assert blue_lines(scene) == []
    assert WORDS[state] in words_in(scene)
    assert "0.0%" not in words_in(scene)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("state", HIDDEN)
def test_a_row_that_is_not_shown_has_words_and_no_bar(layout: Layout, state: State) -> None:
    scene = bars([Row("Councils", state=state)], title="Hidden", layout=layout)
    assert blue_bars(scene) == []
    assert WORDS[state] in words_in(scene)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_zero_is_drawn_as_a_bar_and_a_dot_with_its_value(layout: Layout) -> None:
    assert len(blue_bars(bars([Row("Councils", 0.0)], title="Zero", layout=layout))) == 1
    scene = trend([Point("Jul 2026", 0.0)], title="Zero", layout=layout)
    assert len(dots(scene)) == 1
    assert "0.0%" in words_in(scene)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_state_looks_different_even_without_its_words(layout: Layout) -> None:
    rows = [Row("Councils", 0.0), *(Row("Councils", state=state) for state in HIDDEN)]
    assert len({unlike_words(bars([row], title="State", layout=layout)) for row in rows}) == len(State)
    points = [Point("Jul 2026", 0.0), *(Point("Jul 2026", state=state) for state in HIDDEN)]
    assert len({unlike_words(trend([point], title="State", layout=layout)) for point in points}) == len(State)


def test_the_line_breaks_where_the_definition_changed_and_says_so() -> None:
    unchanged = [Point("Jan 2026", 40.0), Point("Jul 2026", 50.0)]
    changed = [Point("Jan 2026", 40.0), Point("Jul 2026", 50.0, definition_changed=True)]
    assert len(blue_lines(trend(unchanged, title="Line"))) == 1
    assert blue_lines(trend(changed, title="Line")) == []
    assert "New definition" in words_in(trend(changed, title="Line"))
    assert "The definition changed with Jul 2026" in describe(changed)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_provisional_point_is_hollow_and_its_line_is_dashed_and_named(layout: Layout) -> None:
    points = [Point("Jan 2026", 40.0), Point("Jul 2026", 50.0, provisional=True)]
    scene = trend(points, title="Provisional", layout=layout)
    assert [dot.fill for dot in dots(scene)][:2] == ["#005eb8", "#ffffff"]
    assert all(line.dash for line in blue_lines(scene))
    assert "provisional" in words_in(scene)


def test_an_interval_is_drawn_to_scale_in_both_charts() -> None:
    scene = trend([Point("Jul 2026", 50.0, lower=25, upper=100)], title="Interval")
    (_, low, _, high), *_ = next(s.segments for s in flat(scene.shapes) if isinstance(s, Strokes))
    dot = dots(scene)[0]
    assert low - dot.y == pytest.approx((dot.y - high) / 2)
    row = bars([Row("Councils", 50.0, lower=25, upper=100)], title="Interval")
    bar = blue_bars(row)[0]
    dark = (s.segments for s in flat(row.shapes) if isinstance(s, Strokes) and s.stroke == "#212b32")
    (start, _, end, _), *_ = next(dark)
    assert start == pytest.approx(bar.x + bar.width / 2)
    assert end == pytest.approx(bar.x + bar.width * 2)


def test_the_scale_starts_at_zero_unless_a_range_is_given_and_then_says_so() -> None:
    points = [Point("Jan 2026", 61.0), Point("Jul 2026", 64.0)]
    assert "0%" in words_in(trend(points, title="From zero"))
    ranged = words_in(trend(points, title="Closer", value_range=(60, 70)))
    assert "0%" not in ranged
    assert "Scale starts at 60%" in ranged


def test_a_range_too_small_for_the_figures_is_widened() -> None:
    points = [Point("Jan 2026", 31.0), Point("Jul 2026", 64.0)]
    scene = trend(points, title="Closer", value_range=(60, 62))
    assert dots(scene)[0].y - dots(scene)[1].y > 100


@pytest.mark.parametrize("name", [name for name in SCENES if "narrow" in name])
def test_narrow_charts_are_legible_at_320_pixels(name: str) -> None:
    scene = SCENES[name]
    page_leaves = 288
    for text in (shape for shape in flat(scene.shapes) if isinstance(shape, Text)):
        assert text.size * page_leaves / scene.width >= 14


@pytest.mark.parametrize("name", SCENES)
def test_colours_are_blue_or_grey_and_words_have_contrast(name: str) -> None:
    svg = to_svg(SCENES[name], "chart")
    for red, green, blue in re.findall(r'"#(..)(..)(..)"', svg):
        assert red <= green <= blue
    for shape in flat(SCENES[name].shapes):
        if isinstance(shape, Text):
            assert contrast(shape.fill) >= 4.5
        if isinstance(shape, Dot) and shape.stroke:
            assert contrast(shape.stroke) >= 3


def test_a_description_says_every_label_value_interval_and_reason() -> None:
    words = describe(POINTS)
    for part in ("7 rounds", "Jul 2023: no data", "Jan 2024: not shown", "Provisional: Jul 2026"):
        assert part in words
    assert "Jul 2024: 55.2% (95% interval 52.1% to 58.3%)" in words
    words = describe(ROWS, ALL)
    for part in (
        "5 groups",
        "Councils: 0.0%",
        "Companies: withheld",
        "dashed line marks All signatories: 61.2%",
    ):
        assert part in words


def test_decimals_are_those_asked_for() -> None:
    assert "Jul 2026: 63% (95% interval 61% to 65%)" in describe(
        [Point("Jul 2026", 63, lower=61, upper=65, decimals=0)]
    )


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"value": 3.0, "state": State.SUPPRESSED},
        {"value": float("nan")},
        {"value": 3.0, "lower": 2.0},
        {"value": 3.0, "lower": 4.0, "upper": 5.0},
        {"state": State.WITHHELD, "lower": 4.0, "upper": 5.0},
    ],
)
def test_a_figure_that_contradicts_itself_is_refused(parts: dict[str, Any]) -> None:
    for figure in (Point, Row):
        with pytest.raises(ValueError, match="Councils"):
            figure("Councils", **parts)


def test_a_sparkline_has_dots_for_what_is_shown_and_no_words() -> None:
    assert len(dots(SCENES["sparkline"])) == 5
    assert words_in(SCENES["sparkline"]) == []
    assert words_in(sparkline(POINTS[:2], title="Nothing yet")) == ["No data yet"]


def test_a_drawing_for_a_pdf_holds_the_same_words() -> None:
    output = BytesIO()
    scenes = [SCENES["trend wide"], SCENES["bars wide"]]
    drawings = [to_drawing(scene, width=430) for scene in scenes]
    SimpleDocTemplate(output).build([*drawings])
    printed = PdfReader(output).pages[0].extract_text()
    assert [drawing.width for drawing in drawings] == [pytest.approx(430), pytest.approx(430)]
    for words in (*words_in(scenes[0]), *words_in(scenes[1])):
        assert words in printed


def test_a_value_stands_in_front_of_the_line_of_the_aggregate() -> None:
    scene = bars([Row("Liverpool", 72.4)], title="By place", aggregate=Row("All", 74.6))
    words = [index for index, shape in enumerate(scene.shapes) if isinstance(shape, Text) and shape.words == "72.4%"]
    lines = [index for index, shape in enumerate(scene.shapes) if isinstance(shape, Line) and shape.dash]
    assert words and lines and words[0] > lines[0]
