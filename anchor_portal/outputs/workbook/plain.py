"""A workbook (XLSX) made of plain sheets: texts are never formulas, numbers are numbers, dates are dates."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from math import ceil
from typing import Any

import xlsxwriter

DEMONSTRATION = "Demonstration only: every figure here is synthetic."
RISKY = ("=", "+", "-", "@", "\t", "'")
"""Texts that begin so are marked as texts, so that editing the cell makes no formula of them either."""
A4 = 9
LINE_HEIGHT, TALLEST_ROW = 15.0, 409.0
"""Points; Excel takes no taller row, so that of a very long text only the beginning is seen in the grid."""
PAGE_WIDTH = 240
"""Characters of columns that are printed on one page."""
LONGEST_FURNITURE = 90
"""Characters of a page header's side; Excel takes 255 for the whole of it."""

Value = str | int | Decimal | Fraction | date | None


@dataclass(frozen=True, slots=True)
class Styled:
    """A value in another style than its column's."""

    value: Value
    style: str


Entry = Value | Styled


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, its width in characters, and the style of its cells."""

    heading: str
    width: float
    style: str = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet. With headings it is a table, with filters and headings in sight; without, it is a page."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Entry]]
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
    "section": {**_TOP, "bold": True, "font_size": 13, "font_color": "#003087"},
    "notice": {**_TOP, "bold": True, "font_color": "#7C2855"},
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


def make_workbook(facts: WorkbookFacts, sheets: Iterable[Sheet]) -> bytes:
    """The file: the same bytes for the same content and day."""
    output = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(output, options) as book:
        book.set_properties(_properties(facts))
        writer = _Writer(book, facts)
        for sheet in sheets:
            writer.add(sheet)
    return output.getvalue()


def _properties(facts: WorkbookFacts) -> dict[str, Any]:
    return {
        "title": facts.title,
        "subject": facts.subject,
        "author": facts.author,
        "company": facts.company,
        "comments": DEMONSTRATION if facts.demo else "",
        "created": datetime(facts.made_on.year, facts.made_on.month, facts.made_on.day, tzinfo=UTC),
    }


class _Writer:
    """Writes sheets into one book, with each format made once."""

    def __init__(self, book: Any, facts: WorkbookFacts) -> None:
        self.book, self.facts = book, facts
        self.formats: dict[tuple[str, bool], Any] = {}

    def add(self, sheet: Sheet) -> None:
        """Add a sheet with its rows, ready to read and to print."""
        page = self.book.add_worksheet(sheet.name)
        for index, column in enumerate(sheet.columns):
            page.set_column(index, index, column.width)
        if sheet.has_headings:
            page.set_row(0, _height([Styled(column.heading, "heading") for column in sheet.columns], sheet.columns))
            for index, column in enumerate(sheet.columns):
                page.write_string(0, index, column.heading, self.format("heading"))
        rows = sheet.rows or [(Styled(sheet.when_empty, "text"),)]
        for number, row in enumerate(rows, start=int(sheet.has_headings)):
            page.set_row(number, _height(row, sheet.columns))
            for index, entry in enumerate(row):
                self._write(page, number, index, entry, sheet.columns[index].style)
        if sheet.has_headings:
            _make_table(page, sheet)
        page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._set_up_print(page, sheet)

    def _write(self, page: Any, row: int, column: int, entry: Entry, style: str) -> None:
        value, style = (entry.value, entry.style) if isinstance(entry, Styled) else (entry, style)
        if value is None or value == "":
            return
        if isinstance(value, str):
            page.write_string(row, column, value, self.format(style, is_risky=value.startswith(RISKY)))
        elif isinstance(value, date):
            page.write_datetime(row, column, datetime(value.year, value.month, value.day), self.format("day"))  # noqa: DTZ001
        else:
            page.write_number(row, column, value if isinstance(value, int) else float(value), self.format(style))

    def format(self, style: str, *, is_risky: bool = False) -> Any:
        """The book's format for a style."""
        key = (style, is_risky)
        if key not in self.formats:
            self.formats[key] = self.book.add_format(STYLES[style] | ({"quote_prefix": True} if is_risky else {}))
        return self.formats[key]

    def _set_up_print(self, page: Any, sheet: Sheet) -> None:
        page.set_paper(A4)
        page.set_landscape()
        page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
        page.fit_to_pages(ceil(sum(column.width for column in sheet.columns) / PAGE_WIDTH), 0)
        notice = f"&L{DEMONSTRATION}" if self.facts.demo else ""
        page.set_header(f"&L{_furniture(self.facts.title)}&R{_furniture(sheet.name)}")
        page.set_footer(f"{notice}&RPage &P of &N")


def _make_table(page: Any, sheet: Sheet) -> None:
    """Headings that stay in sight, are repeated in print, and can be filtered by."""
    page.freeze_panes(1, sheet.frozen_columns)
    page.repeat_rows(0)
    if sheet.frozen_columns:
        page.repeat_columns(0, sheet.frozen_columns - 1)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)


def _height(row: Sequence[Entry], columns: Sequence[Column]) -> float:
    """The height of a row in points, for the cell with the most lines: not every program works it out itself."""
    lines = [1]
    for entry, column in zip(row, columns, strict=False):
        value, style = (entry.value, entry.style) if isinstance(entry, Styled) else (entry, column.style)
        if isinstance(value, str) and STYLES[style].get("text_wrap"):
            lines.append(sum(ceil((len(line) + 1) / (column.width - 2)) for line in value.split("\n")))
    is_title = any(isinstance(entry, Styled) and entry.style == "title" for entry in row)
    return min(max(lines) * LINE_HEIGHT + (12 if is_title else 0), TALLEST_ROW)


def _furniture(words: str) -> str:
    """Words for a page header, in which & begins a code."""
    return words[:LONGEST_FURNITURE].replace("&", "&&")
