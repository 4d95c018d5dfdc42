"""The audit as CSV: one line for each entry, with its mark, so that the file itself can be held against the portal."""

import csv
import io
from collections.abc import Iterable, Iterator

from anchor_portal.domain.audit_chain import Entry, Mark
from anchor_portal.outputs.tables import neutralise

HEADER = ("number", "at", "who", "action", "subject", "detail", "from", "digest")


def write_audit(entries: Iterable[Entry]) -> Iterator[str]:
    """The file, line by line; times are UTC, text that a spreadsheet might take for a formula has an apostrophe before it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    for entry in entries:
        at = entry.at.isoformat(timespec="seconds")
        said = (entry.who, entry.action, entry.subject, entry.detail, entry.address)
        writer.writerow((entry.position, at, *map(neutralise, said), entry.digest))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue()


def read_marks(content: str) -> list[Mark]:
    """The marks of an exported file. Raises ValueError with a sentence."""
    try:
        rows = list(csv.DictReader(io.StringIO(content, newline=""), strict=True))
        return [Mark(int(row["number"]), row["digest"]) for row in rows]
    except (csv.Error, KeyError, TypeError, ValueError):
        raise ValueError("this is no export of the audit: it needs the columns number and digest") from None
