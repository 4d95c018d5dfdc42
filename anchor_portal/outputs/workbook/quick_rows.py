"""Rows of a table as the text that stands in the file: the library goes through nine functions for each cell.

What is written is what XlsxWriter would write in its `constant_memory` mode (a test compares them byte by byte), with one
difference: a text that begins with <r> and ends with </r> is a text here, and would be trusted as markup there.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from xlsxwriter.worksheet import Worksheet

RARE = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
"""What needs more than the three usual escapes."""
USUAL_PIXELS = 20
"""The height of a row that nobody set."""
FIRST_DAY = date(1899, 12, 30).toordinal()
"""Day 0 of a workbook, for days after February 1900."""


class QuickSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose first row is the library's, and whose other rows may be given as text."""

    forgets = False

    def _write_single_row(self, current_row_num: int = 0) -> None:
        """Write the row that is held back, and forget its height: the library would keep all of them."""
        written = self.previous_row
        super()._write_single_row(current_row_num)
        if self.forgets and written > 0:  # the place of a note depends on the height of the headings
            self.row_info.pop(written, None)
            self.row_sizes.pop(written, None)

    def write_quickly(self, row: int, height: float | None, cells: Sequence[str]) -> None:
        """Write a whole row, counted from 0; `height` in points, None for the usual one."""
        if self.previous_row < row:
            self._write_single_row(row)
        self.row_data_fh.write(f'<row r="{row + 1}"{_said_height(height)}>{"".join(cells)}</row>')

    def note_size(self, rows: int, columns: int) -> None:
        """Say how far the quick rows went."""
        self._check_dimensions(rows - 1, columns - 1)


def _said_height(height: float | None) -> str:
    if height is None or (pixels := int(height * 4.0 / 3.0 + 0.5)) == USUAL_PIXELS:
        return ""
    return f' ht="{pixels * 0.75:.16g}" customHeight="1"'


def text_cell(place: str, look: int, text: str) -> str:
    """The cell of a text, whatever is in it."""
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if RARE.search(text):
        text = Worksheet._escape_control_characters(text)  # noqa: SLF001
    space = ' xml:space="preserve"' if text[:1].isspace() or text[-1:].isspace() else ""
    return f'<c r="{place}" s="{look}" t="inlineStr"><is><t{space}>{text}</t></is></c>'


def number_cell(place: str, look: int, number: Any) -> str:
    """The cell of a number."""
    return f'<c r="{place}" s="{look}"><v>{number:.16G}</v></c>'


def day_cell(place: str, look: int, day: date) -> str:
    """The cell of a day."""
    return number_cell(place, look, day.toordinal() - FIRST_DAY)
