"""Reading a file in Fingertips' download format: which series it holds, and the rows of our areas, as they stand there."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from anchor_portal.domain.answers.text import all_of, clean_line, excerpt
from anchor_portal.domain.beacon.fingertips import COLUMNS

NEEDED = ("Area Code", "Time period", "Value")
OTHER_NAMES = {"gender": "Sex", "indicator": "Indicator Name", "period": "Time period"}
"""What some versions of the download call a column."""
READ = (
    "Sex",
    "Time period",
    "Time period Sortable",
    "Value",
    "Lower CI 95.0 limit",
    "Upper CI 95.0 limit",
    "Count",
    "Denominator",
    "Value note",
)
"""The columns of a row that are kept as they stand, until it is known which indicator they are of."""
MOST_LINES = 400_000


class NotADownload(Exception):
    """The file as a whole cannot be read; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area by one of its codes: the code under which it is kept, and its name here."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class RawRow:
    """A line of the file about one of our areas: the texts of the columns in READ, and what is wrong with the line."""

    line: int
    area: str
    texts: tuple[str, ...]
    fault: str = ""

    def text(self, column: str) -> str:
        """The text in a column."""
        return self.texts[READ.index(column)]


@dataclass(slots=True)
class Series:
    """One indicator of the file, at one age: its number and name there, and its rows."""

    ident: str
    name: str
    age: str
    rows: list[RawRow] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str, str]:
        """By what it is known again in the next file: by its number there, else by its name; and its age."""
        return (self.ident, "", self.age) if self.ident else ("", self.name.casefold(), self.age)


@dataclass(slots=True)
class Download:
    """What a file holds of our areas, series by series; and how many lines are about others, or about a category."""

    series: list[Series] = field(default_factory=list)
    lines: int = 0
    other_areas: int = 0
    categories: int = 0


def read_download(content: bytes, areas: Mapping[str, Area]) -> Download:
    """Read a file; `areas` are ours by every code that a file may use. Raises NotADownload."""
    try:
        return _Reader(_decode(content), areas).read()
    except csv.Error as error:
        raise NotADownload(f"The file is not a CSV file that can be read: {error}") from None


def _decode(content: bytes) -> str:
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise NotADownload("This is a workbook. Save it as CSV first, then upload that")
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotADownload("This file is not text. Upload the CSV file as it was downloaded")


class _Reader:
    """The lines of one file, read one after the other."""

    def __init__(self, text: str, areas: Mapping[str, Area]) -> None:
        self.areas, self.download = areas, Download()
        self.found: dict[tuple[str, str, str], Series] = {}
        # only signs that end a line in CSV do so here; a form feed in a text does not
        self.lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
        self.columns: dict[str, int] = {}
        self.width = 0
        self.names = {area.name.casefold(): area.code for area in areas.values()}

    def read(self) -> Download:
        """Everything."""
        self._read_header()
        for start, cells in self._numbered():
            if any(cell.strip() for cell in cells):
                self._read_line(start, cells)
        if not self.download.lines:
            raise NotADownload("The file has its headings and no line under them")
        if not self.found:
            raise NotADownload(
                "No line of this file is about England, Cheshire and Merseyside or one of the nine places: check that it "
                "was downloaded for upper tier local authorities, with their GSS codes in “Area Code”"
            )
        self.download.series = list(self.found.values())
        return self.download

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Each row with the line of the file on which it begins: a quoted text may go over several."""
        start = self.lines.line_num + 1
        for cells in self.lines:
            yield start, cells
            start = self.lines.line_num + 1

    def _read_header(self) -> None:
        heads = next((cells for cells in self.lines if any(cell.strip() for cell in cells)), None)
        if heads is None:
            raise NotADownload("The file is empty")
        for index, head in enumerate(heads):
            name = _column(head)
            if name in self.columns:
                raise NotADownload(f"The heading “{excerpt(head)}” is there twice")
            if name:
                self.columns[name] = index
        self.width = len(heads)
        missing = [f"“{name}”" for name in NEEDED if name not in self.columns]
        if not {"Indicator ID", "Indicator Name"} & self.columns.keys():
            missing.append("“Indicator Name”")
        if missing:
            raise NotADownload(
                f"The first line has no heading {all_of(missing)}: this is not a file from “Download data” of Fingertips"
            )

    def _read_line(self, line: int, cells: Sequence[str]) -> None:
        self.download.lines += 1
        if self.download.lines > MOST_LINES:
            raise NotADownload(
                f"The file has more than {MOST_LINES:,} lines: download fewer indicators or areas at once"
            )
        area = self.areas.get(_code(self._text(cells, "Area Code")))
        if area is None:
            self.download.other_areas += 1
            return
        if self._text(cells, "Category Type") or self._text(cells, "Category"):
            self.download.categories += 1
            return
        texts = tuple(self._text(cells, column) for column in READ)
        self._series(cells).rows.append(RawRow(line, area.code, texts, self._fault(cells, area)))

    def _series(self, cells: Sequence[str]) -> Series:
        ident, name, age = (self._text(cells, column)[:300] for column in ("Indicator ID", "Indicator Name", "Age"))
        series = Series(ident, name or f"Indicator {ident}", age)
        return self.found.setdefault(series.key, series)

    def _fault(self, cells: Sequence[str], area: Area) -> str:
        if any(cell.strip() for cell in cells[self.width :]):
            return f"has {len(cells)} cells, and there are {self.width} headings"
        if len(cells) < self.width:
            return f"has only {len(cells)} cells, and there are {self.width} headings"
        name = self._text(cells, "Area Name")
        if self.names.get(name.casefold(), area.code) != area.code:
            return f"the code is that of {area.name}, and the name says {excerpt(name)}"
        return ""

    def _text(self, cells: Sequence[str], column: str) -> str:
        index = self.columns.get(column, -1)
        return _clean(cells[index]) if 0 <= index < len(cells) else ""


def _clean(cell: str) -> str:
    """As clean_line, which takes its time, for the cells that need it."""
    is_clean = cell.isascii() and cell.isprintable() and "  " not in cell
    return cell.strip() if is_clean else clean_line(cell)


def _delimiter(text: str) -> str:
    head = text.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=head.count)


def _bare(heading: str) -> str:
    return re.sub("[^a-z0-9]", "", heading.casefold())


_BY_BARE = {_bare(name): name for name in COLUMNS} | OTHER_NAMES


def _column(heading: str) -> str:
    """The column of a heading, whatever its spaces and capitals; that itself for one which is not read."""
    return _BY_BARE.get(_bare(heading), clean_line(heading))


def _code(typed: str) -> str:
    """A code as it is looked up: Fingertips puts an n before those of the NHS."""
    code = typed.upper()
    return code.removeprefix("N") if code.startswith("NE") else code
