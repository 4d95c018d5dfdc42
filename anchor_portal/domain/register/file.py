"""A file of a register as it comes: whichever encoding and separator, to headings and rows of text."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from anchor_portal.domain.answers.text import all_of, clean_line
from anchor_portal.domain.register.columns import FIELD_WORDS, Columns, Field, find_columns, find_ods_columns
from anchor_portal.domain.register.identifiers import SCHEMES

LARGEST = 10 * 1024 * 1024
"""Bytes of a file."""
MOST_ROWS, MOST_COLUMNS = 20_000, 300
LONGEST_CELL = 2000
SEARCHED_FOR_HEADINGS = 30
"""Rows at the top among which the headings are looked for, below a title or a note."""
UNREADABLE = "\ufffd"

_MOJIBAKE = re.compile(
    "[\u00c2\u00c3\u00e2][\u0080-\u00ff\u2018-\u201e\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u0152-\u0192\u02c6\u02dc\u2122]"
)
"""How UTF-8 looks that was read as Windows-1252: "Alzheimerâ€™s"."""

_HARMLESS = re.compile("'[=+@'-]")
"""An apostrophe that our own exports put before what a spreadsheet might take for a formula."""


class FileUnreadable(ValueError):
    """The file as a whole cannot be read as a list; the text is a sentence for the person who sent it."""


@dataclass(slots=True)
class Table:
    """A list as read: what each column is, and the rows by the line (or row of the sheet) that each begins on.

    Only columns that the register knows are kept: of contacts and addresses nothing is.
    """

    columns: Columns
    rows: list[tuple[int, dict[str, str]]]
    notes: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    has_headings: bool = True


def read_csv(content: bytes) -> Table:
    """Read a CSV file, with commas, semicolons, tabs or bars between. Raises FileUnreadable."""
    text, notes = decode(content)
    rows = _records(text)
    table = read_rows(rows)
    table.notes[:0] = notes
    return table


def decode(content: bytes) -> tuple[str, list[str]]:
    """The text of a file, and what is to be said of how it was saved; lines in another encoding are read in theirs.

    UTF-8 with or without a mark, UTF-16 with one, Windows-1252, or lines of both. Raises FileUnreadable.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), []
        except UnicodeDecodeError:
            raise FileUnreadable("The file is damaged: save it again as “CSV UTF-8”") from None
    notes: list[str] = []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text, notes = _decode_by_line(content.removeprefix(b"\xef\xbb\xbf"))
    if "\0" in text:
        raise FileUnreadable("The file is not text: choose a CSV file or an Excel workbook (XLSX)")
    return text, notes


def _decode_by_line(content: bytes) -> tuple[str, list[str]]:
    lines, western, unicode = [], 0, 0
    for line in content.split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
            unicode += not line.isascii()
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", errors="replace"))
            western += 1
    both = f", {unicode:,} in UTF-8: each was read in its own" if unicode else ""
    were = "line of the file was" if western == 1 else "lines of the file were"
    return "\n".join(lines), [f"{western:,} {were} saved in Windows-1252{both}"]


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """The records of a text by the line that each begins on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    begins = 1
    try:
        for row in reader:
            yield begins, row
            begins = reader.line_num + 1
    except csv.Error as error:
        raise FileUnreadable(f"The file cannot be read from line {begins} on: {error}") from None


def _separator(text: str) -> str:
    """The sign that the first lines have most often."""
    top = "\n".join(text.splitlines()[:SEARCHED_FOR_HEADINGS])
    return max(",;\t|", key=top.count)


def read_rows(records: Iterable[tuple[int, Sequence[str]]]) -> Table:
    """The list in rows of text. Raises FileUnreadable where no column of names is found, or there are too many rows."""
    above: list[Sequence[str]] = []
    table: Table | None = None
    mended = 0
    for line, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        if table is None:
            table = _begin(cells)
            above.append(cells)
            if table is None and len(above) > SEARCHED_FOR_HEADINGS:
                break
            if table is None or table.has_headings:
                continue
        row, mends = _row(table.columns, cells)
        mended += mends
        table.rows.append((line, row))
        if len(table.rows) > MOST_ROWS:
            raise FileUnreadable(f"The file has more than {MOST_ROWS:,} rows: send it in parts")
    return _finish(table, above, mended)


def _begin(cells: Sequence[str]) -> Table | None:
    """A table, where these cells are its headings, or the first row of a file that has none."""
    if ods := find_ods_columns([cell.strip() for cell in cells]):
        note = "It has no headings: read as a file of the Organisation Data Service"
        return Table(ods, [], [note], has_headings=False)
    columns = find_columns(list(cells[:MOST_COLUMNS]))
    if Field.NAME not in columns.values():
        return None
    unused = [clean_line(cell)[:60] for place, cell in enumerate(cells) if place not in columns and cell.strip()]
    return Table(columns, [], [], unused)


def _finish(table: Table | None, above: list[Sequence[str]], mended: int) -> Table:
    if table is None:
        shown = "; ".join(clean_line(cell)[:40] for cell in (above[0] if above else ())[:8] if cell.strip())
        seen = f". Its first line is: {shown}" if shown else ""
        what = "No column with names of organisations was found: give it the heading “Name”" if above else "It is empty"
        raise FileUnreadable(f"{what}{seen}")
    if not table.rows:
        raise FileUnreadable("There are headings in the file, and no rows below them")
    if mended:
        were = "cell was mended that had" if mended == 1 else "cells were mended that had"
        table.notes.append(f"{mended:,} {were} been saved twice over in different encodings (“â€™” for “’”)")
    return table


def _row(columns: Columns, cells: Sequence[str]) -> tuple[dict[str, str], int]:
    row: dict[str, str] = {}
    mended = 0
    for place, field_ in columns.items():
        text = clean_line(cells[place])[:LONGEST_CELL] if place < len(cells) else ""
        right = mend(text[1:] if _HARMLESS.match(text) else text)
        mended += bool(_MOJIBAKE.search(text)) and right != text
        if right:
            row[field_] = f"{row[field_]}; {right}" if field_ in row else right
    return row, mended


def mend(text: str) -> str:
    """The text as it was meant, where UTF-8 had been read as Windows-1252 and saved again."""
    if not _MOJIBAKE.search(text):
        return text
    try:
        return _as_bytes(text).decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


def _as_bytes(text: str) -> bytes:
    """The bytes as Windows reads them; the five that Windows-1252 has no sign for stand for themselves."""
    return b"".join(bytes([ord(sign)]) if "\x80" <= sign <= "\x9f" else sign.encode("cp1252") for sign in text)


def say_columns(columns: Columns) -> str:
    """The columns that were found, in words."""
    names = dict.fromkeys(
        SCHEMES[field_].title if field_ in SCHEMES else FIELD_WORDS[Field(field_)] for field_ in columns.values()
    )
    return all_of(list(names))
