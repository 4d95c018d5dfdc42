"""Reads a form that comes back as a workbook: which return it is about, and what stands in each of its cells.

Nothing in the file is trusted: it may be no workbook, a bomb, or one of ours that a person moved about in.
"""

import re
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from anchor_portal.domain.answers.text import excerpt
from anchor_portal.outputs.form.workbook import FACTS, FORMAT

MEGABYTE = 1024 * 1024
LARGEST = 5 * MEGABYTE
"""Bytes of a file; a form with every answer has a hundredth of it."""
LARGEST_UNPACKED = 10 * MEGABYTE
MOST_TAGS = 200_000
"""Tags in all parts of a file; a form has ten thousand. Few bytes can hold very many, which all are read."""
MOST_ENTRIES, MOST_SHEETS, MOST_ROWS, MOST_COLUMNS = 500, 60, 5000, 40
OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
"""How files begin that are XLS, or XLSX under a password."""
_KEY = re.compile("([A-Z]{1,3})=([^ =:]{1,80}:[^ ]{0,120})")
_MALFORMED = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    ParseError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
)
"""What the reader of workbooks raises on files that are none."""


class NotAForm(Exception):
    """The file cannot be read as a form of this portal; the text is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell with a box of the form in it; `place` is said to people ("Pledge 2!C14"), `fault` is why it is unread."""

    place: str
    value: Any = None
    number_format: str = "General"
    fault: str = ""


@dataclass(slots=True)
class FilledForm:
    """A form as it came back: what it says of itself, its cells by key ("p1.rlw_staff:numerator"), and repeated cells."""

    facts: dict[str, str]
    cells: dict[str, Cell] = field(default_factory=dict)
    repeated: list[tuple[Cell, Cell]] = field(default_factory=list)


def read_form(content: bytes) -> FilledForm:
    """Read the bytes of a workbook. Raises NotAForm."""
    _refuse_unsafe(content)
    try:
        with ExitStack() as stack:
            shown, typed = (_open(stack, content, data_only=data_only) for data_only in (True, False))
            return _read(shown, typed)
    except _MALFORMED:
        raise NotAForm("This file is damaged: it cannot be read as a workbook. Save it again as XLSX") from None


def _open(stack: ExitStack, content: bytes, *, data_only: bool) -> Any:
    """A workbook with the values of its formulas, or with the formulas; closed with the stack."""
    book = load_workbook(BytesIO(content), read_only=True, data_only=data_only)
    stack.callback(book.close)
    return book


def _refuse_unsafe(content: bytes) -> None:
    if not content:
        raise NotAForm("The file is empty")
    if len(content) > LARGEST:
        raise NotAForm(
            f"The file is larger than {LARGEST // MEGABYTE} MB: a form is much smaller. Take pictures out of it"
        )
    if content.startswith(OLD_OR_LOCKED):
        raise NotAForm("The file has a password, or is an old XLS: take the password off, or save it as XLSX")
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            _refuse_contents(archive)
    except _MALFORMED:
        raise NotAForm("This is not a workbook: download the form here, fill it in, and save it as XLSX") from None


def _refuse_contents(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise NotAForm("This is not an Excel workbook (XLSX): download the form here, fill it in, and send that back")
    if any("vbaproject" in name.lower() or name.startswith("xl/macrosheets/") for name in names):
        raise NotAForm("The file has macros in it: save it as an ordinary workbook (XLSX), without macros")
    if len(entries) > MOST_ENTRIES or sum(entry.file_size for entry in entries) > LARGEST_UNPACKED:
        raise NotAForm("The file is far larger inside than a form can be, so it was not opened")
    tags = 0
    for entry in entries:
        plain = archive.read(entry).replace(b"\x00", b"")
        if _declares(plain):
            raise NotAForm("The file holds definitions that no workbook needs, so it was not opened")
        tags += plain.count(b"<")
        if tags > MOST_TAGS:
            raise NotAForm("The file is far larger inside than a form can be, so it was not opened")


def _declares(plain: bytes) -> bool:
    """Whether a piece of XML has a document type, by which a few bytes could become very many."""
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def _read(shown: Any, typed: Any) -> FilledForm:
    form = FilledForm(_read_facts(shown))
    if len(shown.sheetnames) > MOST_SHEETS:
        raise NotAForm("The file has far more sheets than a form, so it was not opened")
    for name in shown.sheetnames:
        if name != FACTS:
            for key, cell in _read_sheet(name, shown[name], typed[name]):
                _put(form, key, cell)
    return form


def _read_facts(book: Any) -> dict[str, str]:
    rows = book[FACTS].iter_rows(max_row=40, max_col=2, values_only=True) if FACTS in book.sheetnames else ()
    facts = {str(name): "" if value is None else str(value) for name, value in rows if name is not None}
    if not facts.get("format", "").startswith("anchor-portal-form"):
        raise NotAForm(
            "This workbook is not a form of the portal: download the form here, fill it in, and send that back"
        )
    if facts["format"] != FORMAT:
        raise NotAForm(
            "This form was made by another version of the portal: download it again and copy your answers over"
        )
    return facts


def _put(form: FilledForm, key: str, cell: Cell) -> None:
    """Keep a cell; of a row that is there twice the first counts, unless only the second says something."""
    earlier = form.cells.get(key)
    if earlier is None or (earlier.value is None and not earlier.fault):
        form.cells[key] = cell
    elif cell.value is not None and cell.value != earlier.value:
        form.repeated.append((earlier, cell))


def _read_sheet(name: str, shown: Any, typed: Any) -> Iterator[tuple[str, Cell]]:
    """The cells of a sheet with a key; its first marked row says where each column is by now."""
    columns: dict[str, int] = {}
    keys = -1
    limits = {"max_row": MOST_ROWS, "max_col": MOST_COLUMNS}
    for row, (cells, formulas) in enumerate(zip(shown.iter_rows(**limits), typed.iter_rows(**limits), strict=False), 1):
        if not columns:
            marks = [str(cell.value) for cell in cells]
            if FORMAT in marks:
                keys = marks.index(FORMAT)
                columns = {mark: place for place, mark in enumerate(marks) if re.fullmatch("[A-Z]{1,3}", mark)}
        elif cells[keys].value is not None:
            for letter, key in _KEY.findall(str(cells[keys].value)):
                if letter in columns:
                    place = f"{name}!{get_column_letter(columns[letter] + 1)}{row}"
                    yield key, _cell(place, cells[columns[letter]], formulas[columns[letter]])


def _cell(place: str, shown: Any, typed: Any) -> Cell:
    value = shown.value
    if typed.data_type == "f" and value is None:
        return Cell(
            place,
            fault="the cell holds a formula that was never calculated. Type its result, or save the file in a spreadsheet program",
        )
    if shown.data_type == "e" or (typed.data_type == "f" and str(value).startswith("#")):
        return Cell(
            place, fault=f"the cell shows the error {excerpt(str(value))}. Type the answer, or mend its formula"
        )
    return Cell(place, None if value == "" else value, getattr(shown, "number_format", None) or "General")
