"""Tidy CSV, the interchange format: one row for each part of each answer, the same bytes for the same answers."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

HEADER = ("round", "organisation", "question", "part", "value")
NEUTRAL = "'"
"""Put before a value that a spreadsheet might take for a formula, and taken off again on reading."""
RISKY = ("=", "+", "-", "@", "\t", NEUTRAL)


class Cell(NamedTuple):
    """One part of one answer."""

    round: str
    organisation: str
    question: str
    part: str
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """A cell as it stands in a file, with the number of the line that it begins on."""

    number: int
    cell: Cell


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that is not in the interchange format, and why."""

    number: int
    message: str


class UnreadableFile(Exception):
    """The file as a whole is not in the interchange format; the text says where and why."""


def neutralise(value: str) -> str:
    """The value with an apostrophe before it if a spreadsheet might take it for a formula."""
    return NEUTRAL + value if value.startswith(RISKY) else value


def restore(value: str) -> str:
    """The value without the apostrophe that `neutralise` put before it."""
    return value.removeprefix(NEUTRAL)


def write_cells(cells: Iterable[Cell]) -> Iterator[str]:
    """The file, line by line: header first, LF, minimal quoting, no byte-order mark."""
    return _lines(HEADER, ((*cell[:4], neutralise(cell.value)) for cell in cells))


def write_lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Any table as CSV, line by line: nothing in it is taken for a formula."""
    return _lines(header, (tuple(map(neutralise, row)) for row in rows))


def _lines(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    for row in chain((header,), rows):
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def read_cells(content: bytes) -> Iterator[Line | Fault]:
    """The cells of a file in its order, and what is wrong with single lines. Raises UnreadableFile."""
    reader = csv.reader(io.StringIO(_decode(content), newline=""), strict=True)
    begins = 1
    try:
        for row in reader:
            if begins == 1:
                _check_header(row)
            elif row:
                yield _line(row, begins)
            begins = reader.line_num + 1
    except csv.Error as error:
        if begins == 1:
            raise UnreadableFile(f"line 1: this is not well-formed CSV ({error})") from None
        yield Fault(begins, f"from here on this is not well-formed CSV ({error})")
    else:
        if begins == 1:
            raise UnreadableFile("the file is empty: it needs at least the header " + ",".join(HEADER))


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableFile(f"line {line}: the file is not UTF-8: save it as “CSV UTF-8”") from None


def _check_header(row: list[str]) -> None:
    if tuple(row) != HEADER:
        raise UnreadableFile(f"line 1: the header must be {','.join(HEADER)}")


def _line(row: list[str], number: int) -> Line | Fault:
    if len(row) != len(HEADER):
        return Fault(number, f"{len(row)} columns instead of {len(HEADER)}")
    round_, organisation, question, part, value = row
    return Line(number, Cell(round_, organisation, question, part, restore(value)))
