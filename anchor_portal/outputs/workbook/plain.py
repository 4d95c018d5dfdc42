"""What a workbook's sheets are made of: texts that are never formulas, numbers, dates, columns and styles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

DEMONSTRATION = "Demonstration only: every figure here is synthetic."
RISKY = ("=", "+", "-", "@", "\t", "'")
"""Texts that begin so are marked as texts, so that editing the cell makes no formula of them either."""
A4 = 9
LINE_HEIGHT, TALLEST_ROW = 15.0, 409.0
"""Points; Excel takes no taller row, so that of a very long text only the beginning is seen in the grid."""
PAGE_WIDTH = 240
"""Characters of columns that are printed on one page."""
LONGEST_TEXT = 32_767
"""Characters that a cell holds."""
CUT_OFF = " [Cut off here: a cell holds no more. The CSV has all of it.]"

Value = str | int | Decimal | Fraction | date | None


@dataclass(frozen=True, slots=True)
class Styled:
    """A value in another style than its column's."""

    value: Value
    style: str


@dataclass(frozen=True, slots=True)
class Across:
    """A text over several columns, for sentences on a sheet that is read like a page."""

    value: str
    columns: int
    style: str = "sentence"


Entry = Value | Styled | Across


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, the style of its cells, and a note that explains the heading."""

    heading: str
    width: float
    style: str = "text"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. With headings it is a table, with filters and headings in sight; without, it is a page."""

    name: str
    columns: tuple[Column, ...]
    rows: Iterable[Sequence[Entry]] = ()
    has_headings: bool = True
    frozen_columns: int = 0
    when_empty: str = "There is nothing of this kind in this round."


@dataclass(frozen=True, slots=True)
class WorkbookFacts:
    """What the file says of itself, in its properties and on each printed page."""

    title: str
    subject: str
    author: str
    company: str
    made_on: date
    demo: bool


_TOP: dict[str, Any] = {"valign": "top"}
_WRAPPED: dict[str, Any] = {**_TOP, "text_wrap": True}
_BESIDE: dict[str, Any] = {"align": "left", "indent": 1}
"""A little room, because a text often stands right of a number."""
STYLES: dict[str, dict[str, Any]] = {
    "text": {**_TOP, **_BESIDE},
    "wrapped": {**_WRAPPED, **_BESIDE},
    "label": {**_WRAPPED, "bold": True},
    "title": {**_TOP, "bold": True, "font_size": 18, "font_color": "#003087"},
    "sentence": {**_WRAPPED, "font_size": 12},
    "section": {**_TOP, "bold": True, "font_size": 13, "font_color": "#003087"},
    "notice": {**_TOP, "bold": True, "font_color": "#7C2855"},
    "head": {**_WRAPPED, **_BESIDE, "bold": True, "bg_color": "#D8DDE0", "bottom": 1},
    "label head": {**_WRAPPED, "bold": True, "bg_color": "#D8DDE0", "bottom": 1},
    "number head": {**_WRAPPED, "bold": True, "bg_color": "#D8DDE0", "bottom": 1, "align": "right"},
    "heading": {**_WRAPPED, **_BESIDE, "bold": True, "bg_color": "#D8DDE0", "bottom": 1},
    "plain": _TOP,
    "whole": {**_TOP, "num_format": "0"},
    "people": {**_TOP, "num_format": "#,##0"},
    "contracts": {**_TOP, "num_format": "#,##0"},
    "organisations": {**_TOP, "num_format": "#,##0"},
    "fte": {**_TOP, "num_format": "#,##0.00"},
    "gbp": {**_TOP, "num_format": "£#,##0.00"},
    "percent": {**_TOP, "num_format": "0.0"},
    "points": {**_TOP, "num_format": '[>=0.05]+0.0;[<=-0.05]-0.0;"0.0"'},
    "day": {**_TOP, "num_format": "yyyy-mm-dd", "align": "left"},
}
"""Number formats by style; percentages are written as 0 to 100, as in every other file."""
LEFT = " on the left"
"""Ends the name of a number's style where numbers and texts stand in one column, and so on one side."""
STYLES |= {f"{name}{LEFT}": {**style, **_BESIDE} for name, style in STYLES.items() if "num_format" in style}


def split(entry: Entry, style: str) -> tuple[Value, str]:
    """An entry's value and its style, by default its column's."""
    return (entry.value, entry.style) if isinstance(entry, Styled | Across) else (entry, style)


def fit(text: str) -> str:
    """The text, cut where a cell ends, with a word about it."""
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(CUT_OFF)] + CUT_OFF


def height_of(row: Sequence[Entry], columns: Sequence[Column]) -> float:
    """The height of a row in points, for the cell with the most lines: not every program works it out itself."""
    lines, tallest = 1, LINE_HEIGHT
    for place, (entry, column) in enumerate(zip(row, columns, strict=False)):
        value, style = split(entry, column.style)
        if style == "title":
            tallest = LINE_HEIGHT + 12
        if isinstance(value, str) and STYLES[style].get("text_wrap"):
            wide = entry.columns if isinstance(entry, Across) else 1
            width = sum(each.width for each in columns[place : place + wide])
            lines = max(lines, _lines(value, width * 11 / STYLES[style].get("font_size", 11)))
    return min(max(lines * LINE_HEIGHT, tallest), TALLEST_ROW)


def _lines(text: str, width: float) -> int:
    return sum(ceil((len(line) + 1) / (width - 2)) for line in text.split("\n"))
