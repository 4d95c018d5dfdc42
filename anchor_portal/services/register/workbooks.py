"""A workbook (XLSX) as rows of text: the sheet with a column of names, looked through for harm before it is opened."""

import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from anchor_portal.domain.answers.evidence import FileRefused
from anchor_portal.domain.register.file import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS, FileUnreadable, Table, read_rows
from anchor_portal.services.inspection import office
from anchor_portal.services.inspection.kinds import recognise

MOST_SHEETS = 30


def read_workbook(content: bytes) -> Table:
    """The list on the first sheet that has one. Raises FileUnreadable."""
    try:
        office.examine("xlsx", content)
    except FileRefused as refusal:
        raise FileUnreadable(f"The workbook was not opened: {refusal}") from None
    try:
        return _read(content)
    except FileUnreadable:
        raise
    except Exception as fault:  # a damaged workbook can raise nearly anything in the library
        raise FileUnreadable("The workbook is damaged: open it, save it again and try once more") from fault


def _read(content: bytes) -> Table:
    book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    refusal = FileUnreadable("The workbook has no sheet with rows")
    try:
        for sheet in book.worksheets[:MOST_SHEETS]:
            try:
                table = read_rows(_rows(sheet))
            except FileUnreadable as why:
                refusal = why
                continue
            if len(book.worksheets) > 1:
                table.notes.insert(0, f"Of the workbook the sheet “{sheet.title[:60]}” was read")
            return table
    finally:
        book.close()
    raise refusal


def _rows(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=MOST_ROWS + 100, max_col=MOST_COLUMNS, values_only=True)
    for number, cells in enumerate(rows, 1):
        yield number, [_say(cell) for cell in cells]


def _say(cell: object) -> str:
    """What stands in a cell, as a person would type it: dates in order of size, whole numbers without a point."""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None or isinstance(cell, bool) else str(cell)[:LONGEST_CELL]


def is_workbook(content: bytes) -> bool:
    """Whether a file is an Excel workbook by what is in it. Raises FileUnreadable for one with a password or of old."""
    try:
        code, words = recognise(content)
    except FileRefused as refusal:
        raise FileUnreadable(f"The file was not opened: {refusal}") from None
    if code == "xlsx":
        return True
    if code not in {"text", "csv", "other"} or (code == "other" and not content.startswith((b"\xff\xfe", b"\xfe\xff"))):
        raise FileUnreadable(f"The file is {words}: choose a CSV file or an Excel workbook (XLSX)")
    return False
