"""Tables, in whichever file they come: read as text, as far as is needed to tell whether they list people."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from openpyxl import load_workbook

from anchor_portal.domain.answers.evidence import MEGABYTE, FileRefused
from anchor_portal.domain.answers.staff_rows import MOST_COLUMNS, MOST_ROWS, looks_like_people

MOST_SHEETS = 100
MOST_TEXT = 30 * MEGABYTE
"""Bytes of the texts of a workbook; whatever has more is no table of totals."""
LONGEST_CELL = 200
MOST_REPEATED = 1000
_PROGRAM = re.compile(r"[=+@-].*(\|.*!|\b(cmd|powershell|mshta)\b)", re.IGNORECASE)
"""A formula that calls a program, as spreadsheets of old would obey."""
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def examine_csv(content: bytes) -> None:
    """Look through a CSV table. Raises FileRefused."""
    rows = read_csv(content)
    if not rows:
        raise FileRefused("it has no rows")
    if any(_PROGRAM.match(cell) for row in rows for cell in row):
        raise FileRefused("a cell of it is a formula that starts a program")
    _refuse_people(rows, "")


def read_csv(content: bytes, most: int = MOST_ROWS) -> list[list[str]]:
    """The rows of a CSV table, at most so many, without empty ones. Raises FileRefused."""
    text = _decode(content)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    try:
        return [row for row in islice(csv.reader(io.StringIO(text, newline=""), dialect), most) if any(row)]
    except csv.Error:
        raise FileRefused("it cannot be read as a table") from None


def _decode(content: bytes) -> str:
    """The text of a CSV file: UTF-8, UTF-16 with its mark, or what spreadsheets in this country write."""
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f]", text):
            return text
    raise FileRefused("it is not text: save it as “CSV UTF-8”")


def examine_workbook(content: bytes) -> None:
    """Look through an Excel workbook that `office` has looked through before. Raises FileRefused."""
    try:
        _refuse_much_text(content)
        workbook = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for sheet in workbook.worksheets[:MOST_SHEETS]:
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
            _refuse_people([[_say(cell) for cell in row] for row in rows], f"on the sheet “{sheet.title[:40]}” ")
    except FileRefused:
        raise
    except MemoryError:
        raise
    except Exception as fault:  # a damaged workbook can raise nearly anything in the library
        raise FileRefused("it is damaged: open it, save it again and try once more") from fault


def _refuse_much_text(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        texts = [entry for entry in archive.infolist() if entry.filename.lower() == "xl/sharedstrings.xml"]
    if sum(entry.file_size for entry in texts) > MOST_TEXT:
        raise FileRefused("it holds more text than a table of totals does: hand in a summary")


def _say(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell)[:LONGEST_CELL]


def _refuse_people(rows: list[list[str]], where: str) -> None:
    if why := looks_like_people(rows):
        raise FileRefused(f"{where}{why}")


def examine_opendocument(content: bytes) -> None:
    """Look through an OpenDocument spreadsheet that `office` has looked through before. Raises FileRefused."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("content.xml") as part:
            for title, rows in _open_tables(part):
                _refuse_people(rows, f"on the sheet “{title[:40]}” ")
    except (ParseError, KeyError, zipfile.BadZipFile, OSError, ValueError):
        raise FileRefused("it is damaged: open it, save it again and try once more") from None


def _open_tables(part: Any) -> Iterator[tuple[str, list[list[str]]]]:
    """The tables of an OpenDocument spreadsheet with their names, the first rows of each."""
    rows: list[list[str]] = []
    title = ""
    # entities are refused before (office.examine), so that the parser has nothing to unfold
    for event, element in iterparse(part, events=("start", "end")):  # noqa: S314
        if event == "start" and element.tag == f"{_TABLE}table":
            rows, title = [], element.get(f"{_TABLE}name", "")
        elif event == "end" and element.tag == f"{_TABLE}table-row":
            if len(rows) < MOST_ROWS:
                rows.append(_open_cells(element))
            element.clear()
        elif event == "end" and element.tag == f"{_TABLE}table":
            yield title, rows
            element.clear()


def _open_cells(row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        times = cell.get(f"{_TABLE}number-columns-repeated", "1")
        text = " ".join("".join(cell.itertext()).split())[:LONGEST_CELL]
        cells += [text] * min(int(times) if times.isdecimal() else 1, MOST_REPEATED if text else MOST_COLUMNS)
        if len(cells) >= MOST_COLUMNS:
            break
    return cells[:MOST_COLUMNS]
