"""Open data as bytes: UTF-8 without a byte-order mark, LF, quoted only where it must be, one line for each row."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.open_data.columns import Column
from anchor_portal.outputs.tables import neutralise


def write_rows(columns: Sequence[Column], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV with a header. Words that a spreadsheet might take for a formula get an apostrophe; numbers never do."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(column.name for column in columns)
    for row in rows:
        writer.writerow(_harmless(column, cell) for column, cell in zip(columns, row, strict=True))
    return buffer.getvalue().encode()


def _harmless(column: Column, cell: str) -> str:
    return cell if column.is_number else _words(cell)


@lru_cache(maxsize=2048)
def _words(cell: str) -> str:
    """On one line and harmless; remembered, since the same words stand in hundreds of rows."""
    return neutralise(clean_line(cell))


def write_json(document: Any) -> bytes:
    """The document with a line for each value, ending in LF."""
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()
