"""A workbook (XLSX) on its way to a file: rows are written as they come and are not kept in memory."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from anchor_portal.outputs.workbook.plain import (
    A4,
    DEMONSTRATION,
    PAGE_WIDTH,
    RISKY,
    STYLES,
    Across,
    Entry,
    Sheet,
    Styled,
    WorkbookFacts,
    fit,
    height_of,
    split,
)
from anchor_portal.outputs.workbook.quick_rows import QuickSheet, day_cell, number_cell, text_cell

MOST_ROWS = 1_048_576
"""Rows of a sheet, its headings among them; what does not fit goes on in a further sheet."""
LONGEST_FURNITURE = 90
"""Characters of a page header's side; Excel takes 255 for the whole of it."""
CHART_ROWS, CHART_GAP = 18, 14
"""Rows that a chart covers, and pixels between two."""
PIXELS_OF_ROW, PIXELS_OF_COLUMN, PIXELS_OF_CHARACTER = 20, 5, 7
NOTE_WIDTH, NOTE_LINE = 260, 17
"""Pixels of a note beside a heading, and of a line in it, which holds some 40 characters."""
OPTIONS = {
    "constant_memory": True,
    "use_zip64": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class Picture(NamedTuple):
    """A native chart, and what it shows in words."""

    chart: Any
    words: str


class CellRefused(RuntimeError):
    """The library would have left out a cell without a word."""


@contextmanager
def open_book(target: Path | BinaryIO, facts: WorkbookFacts, most_rows: int = MOST_ROWS) -> Iterator["Book"]:
    """A workbook that is finished at the end of the block; what lay beside it meanwhile is removed in any case."""
    with TemporaryDirectory(prefix="anchor-portal-") as folder:
        writer = xlsxwriter.Workbook(str(target) if isinstance(target, Path) else target, OPTIONS | {"tmpdir": folder})
        writer.set_properties(_properties(facts))
        book = Book(writer, facts, most_rows)
        try:
            yield book
            book.finish()
        finally:
            for sheet in writer.worksheets():
                sheet.row_data_fh.close()


def _properties(facts: WorkbookFacts) -> dict[str, Any]:
    return {
        "title": facts.title,
        "subject": facts.subject,
        "author": facts.author,
        "company": facts.company,
        "comments": DEMONSTRATION if facts.demo else "",
        "created": datetime(facts.made_on.year, facts.made_on.month, facts.made_on.day, tzinfo=UTC),
    }


class Book:
    """Adds sheets to one workbook, with each format made once."""

    def __init__(self, writer: Any, facts: WorkbookFacts, most_rows: int) -> None:
        self.writer, self.facts, self.most_rows = writer, facts, most_rows
        self.formats: dict[tuple[str, bool], Any] = {}
        self.looks: dict[tuple[str, bool], int] = {}
        self.pages: list[Page] = []

    def add(self, sheet: Sheet) -> "Page":
        """Add a sheet, ready to take rows, to be read and to be printed; its own rows are not written yet."""
        self.pages.append(Page(self, sheet))
        return self.pages[-1]

    def format(self, style: str, *, is_risky: bool = False) -> Any:
        """The book's format for a style; `is_risky` for a text that editing would turn into a formula."""
        key = (style, is_risky)
        if key not in self.formats:
            self.formats[key] = self.writer.add_format(STYLES[style] | ({"quote_prefix": True} if is_risky else {}))
        return self.formats[key]

    def look(self, style: str, *, is_risky: bool = False) -> int:
        """The number of that format in the file."""
        key = (style, is_risky)
        if key not in self.looks:
            self.looks[key] = self.format(style, is_risky=is_risky)._get_xf_index()  # noqa: SLF001
        return self.looks[key]

    def finish(self) -> None:
        """Finish every sheet, and write the file."""
        for page in self.pages:
            page.finish()
        self.writer.close()


class Page:
    """One sheet that takes row after row, and goes on in another when it is full."""

    def __init__(self, book: Book, sheet: Sheet) -> None:
        self.book, self.sheet, self.number = book, sheet, 0
        self.row, self.breaks = 0, list[int]()
        self.columns = [(xl_col_to_name(index), column.style) for index, column in enumerate(sheet.columns)]
        self.has_tall_rows = not sheet.has_headings or any(
            STYLES[column.style].get("text_wrap") for column in sheet.columns
        )
        self._begin()

    def _begin(self) -> None:
        self.number += 1
        self.name = self.sheet.name if self.number == 1 else f"{self.sheet.name} {self.number}"
        self.page = self.book.writer.add_worksheet(self.name, worksheet_class=QuickSheet)
        self.page.forgets = self.sheet.has_headings
        for index, column in enumerate(self.sheet.columns):
            self.page.set_column(index, index, column.width)
        self.page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        self._set_up_print()
        self.row = 0
        if self.sheet.has_headings:
            self._write_headings()
        else:
            self.page.hide_gridlines(2)

    def _write_headings(self) -> None:
        columns = self.sheet.columns
        self.write([Styled(column.heading, "heading") for column in columns])
        for index, column in enumerate(columns):
            if column.note:
                height = NOTE_LINE * (1 + ceil(len(column.note) / 40))
                self.page.write_comment(0, index, column.note, {"width": NOTE_WIDTH, "height": height, "author": ""})

    def write_all(self, rows: Iterable[Sequence[Entry]]) -> None:
        """Write rows, one under the other."""
        for row in rows:
            self.write(row)

    def write(self, row: Sequence[Entry]) -> int:
        """Write a row; its number, counted from 0."""
        if self.row >= self.book.most_rows:
            self.finish()
            self._begin()
        height = height_of(row, self.sheet.columns) if self.has_tall_rows or self.row == 0 else None
        if self.sheet.has_headings and self.row:
            self.page.write_quickly(self.row, height, self._cells(row))
        else:
            self.page.set_row(self.row, height)
            for index, entry in enumerate(row):
                self._write_cell(index, entry)
        self.row += 1
        return self.row - 1

    def _cells(self, row: Sequence[Entry]) -> list[str]:
        """The cells of a table's row as they stand in the file; what is empty has none."""
        number, look = str(self.row + 1), self.book.look
        cells = []
        for (letters, style), entry in zip(self.columns, row, strict=False):
            if entry is None or entry == "":
                continue
            if isinstance(entry, str):
                text = fit(entry)
                cells.append(text_cell(letters + number, look(style, is_risky=text.startswith(RISKY)), text))
            else:
                cells.append(self._other_cell(letters + number, entry, style))
        return cells

    def _other_cell(self, place: str, entry: Entry, usual: str) -> str:
        value, style = split(entry, usual)
        if value is None or value == "":
            return ""
        if isinstance(value, str):
            text = fit(value)
            return text_cell(place, self.book.look(style, is_risky=text.startswith(RISKY)), text)
        if isinstance(value, date):
            return day_cell(place, self.book.look("day"), value)
        return number_cell(place, self.book.look(style), value if isinstance(value, int) else float(value))

    def _write_cell(self, column: int, entry: Entry) -> None:
        value, style = split(entry, self.sheet.columns[column].style)
        if value is None or value == "":
            return
        place = (self.row, column)
        if isinstance(value, str):
            text, look = fit(value), self.book.format(style, is_risky=value.startswith(RISKY))
            if isinstance(entry, Across):
                outcome = self.page.merge_range(*place, self.row, column + entry.columns - 1, text, look)
            else:
                outcome = self.page.write_string(*place, text, look)
        elif isinstance(value, date):
            moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001
            outcome = self.page.write_datetime(*place, moment, self.book.format("day"))
        else:
            number = value if isinstance(value, int) else float(value)
            outcome = self.page.write_number(*place, number, self.book.format(style))
        if outcome:
            raise CellRefused(f"{self.name}, row {self.row + 1}, column {column + 1}: {outcome}")

    def place(self, *pictures: Picture) -> None:
        """Put at most two charts side by side under what is written, and leave the rows that they cover."""
        wide = sum(PIXELS_OF_COLUMN + column.width * PIXELS_OF_CHARACTER for column in self.sheet.columns)
        size = wide / 2 - CHART_GAP
        for number, (chart, words) in enumerate(pictures):
            chart.set_size({"width": int(size), "height": CHART_ROWS * PIXELS_OF_ROW})
            where = {"x_offset": int(number * (size + CHART_GAP)), "y_offset": 2, "description": words}
            self.page.insert_chart(self.row, 0, chart, where)
        self.row += CHART_ROWS + 1

    def break_here(self) -> None:
        """Begin a new printed page with the next row, in programs that keep to it although the width is fitted."""
        self.breaks.append(self.row)
        self.page.set_h_pagebreaks(self.breaks)

    def finish(self) -> None:
        """Say so where there is nothing; headings stay in sight, are repeated in print, and can be filtered by."""
        if not self.sheet.has_headings:
            return
        is_empty = self.row == 1
        if is_empty:
            self.write((Styled(self.sheet.when_empty, "text"),))
        self.page.note_size(self.row, len(self.sheet.columns))
        frozen = self.sheet.frozen_columns
        self.page.freeze_panes(1, frozen)
        self.page.repeat_rows(0)
        if frozen:
            self.page.repeat_columns(0, frozen - 1)
        self.page.autofilter(0, 0, self.row - 1, len(self.sheet.columns) - 1)

    def _set_up_print(self) -> None:
        page, facts = self.page, self.book.facts
        page.set_paper(A4)
        page.set_landscape()
        page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
        widths = [column.width for column in self.sheet.columns]
        repeated = sum(widths[: self.sheet.frozen_columns])
        page.fit_to_pages(ceil((sum(widths) - repeated) / (PAGE_WIDTH - repeated)), 0)
        notice = f"&L{DEMONSTRATION}" if facts.demo else ""
        page.set_header(f"&L{_furniture(facts.title)}&R{_furniture(self.name)}")
        page.set_footer(f"{notice}&RPage &P of &N")


def _furniture(words: str) -> str:
    """Words for a page header, in which & begins a code."""
    return words[:LONGEST_FURNITURE].replace("&", "&&")
