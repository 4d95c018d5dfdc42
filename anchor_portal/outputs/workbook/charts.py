"""Native charts of a workbook: drawn by whatever opens it, told apart without colour, with words for who cannot see them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from anchor_portal.outputs.workbook.book import Page

NAVY, PLUM, TEAL, GREY = "#003087", "#7C2855", "#00767A", "#768692"
MARKS = ((NAVY, "circle", "solid"), (PLUM, "square", "dash"), (TEAL, "triangle", "round_dot"))
"""Colour, marker and dash of each line."""
FILLS: tuple[dict[str, Any], ...] = (
    {"fill": {"color": NAVY}},
    {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": NAVY, "bg_color": "#FFFFFF"}},
    {"pattern": {"pattern": "percent_30", "fg_color": NAVY, "bg_color": "#FFFFFF"}},
    {"fill": {"color": "#AEB7BD"}},
    {"fill": {"color": "#FFFFFF"}},
)
"""One for each part of a stacked bar: they differ in black and white too."""
BARS = (FILLS[0], FILLS[3], FILLS[1])
FONT = {"name": "Arial", "size": 9}


class Block(NamedTuple):
    """Cells of one column: the sheet, first and last row, and the column, counted from 0."""

    sheet: str
    rows: tuple[int, int]
    column: int

    @property
    def cells(self) -> list[Any]:
        """As the library takes them."""
        return [self.sheet, self.rows[0], self.column, self.rows[1], self.column]


class Series(NamedTuple):
    """A name, the labels, and the numbers."""

    name: str
    labels: Block
    numbers: Block


def line_chart(page: Page, title: str, every: Sequence[Series]) -> Any:
    """Lines over the rounds, with a gap where there is no number."""
    chart = page.book.writer.add_chart({"type": "line"})
    for each, (colour, marker, dash) in zip(every, MARKS, strict=False):
        look = {
            "line": {"color": colour, "width": 2, "dash_type": dash},
            "marker": {"type": marker, "size": 7, "fill": {"color": colour}, "border": {"color": colour}},
        }
        chart.add_series(_series(each) | look)
    chart.show_blanks_as("gap")
    chart.set_y_axis(
        {"min": 0, "num_format": "0", "num_font": FONT, "major_gridlines": _grid(), "line": {"none": True}}
    )
    chart.set_x_axis({"num_font": FONT})
    return _titled(chart, title, has_legend=True)


def bar_chart(page: Page, title: str, every: Sequence[Series]) -> Any:
    """Bars from the left, in the order of the table."""
    return _bars(page, title, every, {"type": "bar"}, BARS)


def stacked_chart(page: Page, title: str, every: Sequence[Series]) -> Any:
    """Bars of parts that add up, in the order of the table."""
    return _bars(page, title, every, {"type": "bar", "subtype": "stacked"}, FILLS)


def _bars(page: Page, title: str, every: Sequence[Series], kind: dict[str, str], fills: Sequence[Any]) -> Any:
    chart = page.book.writer.add_chart(kind)
    for each, fill in zip(every, fills, strict=False):
        chart.add_series(_series(each) | fill | {"border": {"color": NAVY, "width": 0.5}, "gap": 50})
    chart.set_x_axis({"min": 0, "num_format": "0", "num_font": FONT, "major_gridlines": _grid()})
    chart.set_y_axis({"reverse": True, "num_font": FONT, "crossing": "max"})
    return _titled(chart, title, has_legend=len(every) > 1)


def _series(each: Series) -> dict[str, Any]:
    return {"name": each.name, "categories": each.labels.cells, "values": each.numbers.cells}


def _grid() -> dict[str, Any]:
    return {"visible": True, "line": {"color": "#D8DDE0", "width": 0.75}}


def _titled(chart: Any, title: str, *, has_legend: bool) -> Any:
    chart.set_title({"name": title, "name_font": {"name": "Arial", "size": 12, "color": NAVY}, "overlay": False})
    chart.set_legend({"position": "bottom", "font": FONT} if has_legend else {"none": True})
    chart.set_chartarea({"border": {"color": "#D8DDE0"}})
    return chart
