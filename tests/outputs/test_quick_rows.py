"""Rows that are written as text are, byte by byte, those that the library would write."""

import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from anchor_portal.outputs.workbook.quick_rows import QuickSheet, day_cell, number_cell, text_cell

TEXTS = (
    "plain",
    "a & b < c > d \" '",
    " led",
    "trailed\n",
    "two\nlines",
    "\x00\x0b\x1f \ufffe _x000D_",
    "=1+1",
    "ŵ 利物浦 😀",
    "\xa0",
)
NUMBERS = (0, 7, -3, 0.1, 1234567.5, 1e20, float(Decimal("812.50")))
DAYS = (date(1999, 12, 31), date(2026, 7, 31))


def test_quick_rows_are_those_of_the_library(tmp_path: Path) -> None:
    for name in ("library", "quick"):
        with xlsxwriter.Workbook(tmp_path / name, {"constant_memory": True, "strings_to_formulas": False}) as book:
            sheet = book.add_worksheet("A", worksheet_class=QuickSheet)
            look = book.add_format({"bold": True})
            sheet.set_row(0, 31)
            sheet.write_string(0, 0, "heading", look)
            (_by_library if name == "library" else _quickly)(sheet, look)
            sheet.autofilter(0, 0, 3, 9)
    one, other = (_sheet(tmp_path / name) for name in ("library", "quick"))
    assert one == other
    assert b'ht="45.75"' in one


def _by_library(sheet: QuickSheet, look: object) -> None:
    sheet.set_row(1, 45.8)
    for column, text in enumerate(TEXTS):
        sheet.write_string(1, column, text, look)
    for column, number in enumerate(NUMBERS):
        sheet.write_number(2, column, number, look)
    for column, day in enumerate(DAYS):
        sheet.write_datetime(3, column, datetime(day.year, day.month, day.day), look)  # noqa: DTZ001


def _quickly(sheet: QuickSheet, look: object) -> None:
    number = look._get_xf_index()  # type: ignore[attr-defined]  # noqa: SLF001
    places = "ABCDEFGHI"
    sheet.write_quickly(1, 45.8, [text_cell(f"{places[at]}2", number, text) for at, text in enumerate(TEXTS)])
    sheet.write_quickly(2, None, [number_cell(f"{places[at]}3", number, each) for at, each in enumerate(NUMBERS)])
    sheet.write_quickly(3, None, [day_cell(f"{places[at]}4", number, day) for at, day in enumerate(DAYS)])
    sheet.note_size(4, len(TEXTS))


def _sheet(file: Path) -> bytes:
    with zipfile.ZipFile(file) as book:
        return book.read("xl/worksheets/sheet1.xml")


def test_markup_in_a_text_is_a_text() -> None:
    assert "&lt;r&gt;" in text_cell("A1", 0, "<r><t>x</t></r>")
