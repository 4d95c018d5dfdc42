"""Values of a database's columns as a backup writes them: the same text whichever engine they come from.

Each is something that JSON knows: a text, a whole number, true or false, or nothing at all. Days are like 2026-07-31,
moments like 2026-07-31 09:30:00.000000, in UTC; bytes are base64; JSON stands as its own text.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

Plain = str | int | bool | None


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole"
    YES_NO = "yes_no"
    DAY = "day"
    MOMENT = "moment"
    JSON = "json"
    BYTES = "bytes"


LENGTH_OF_A_MOMENT = len("2026-07-31 09:30:00.000000")


def to_plain(kind: Kind, value: Any) -> Plain:
    """A value as a driver gives it, as a backup holds it. Raises ValueError for one that is none of its kind."""
    return None if value is None else WRITERS[kind](value)


def from_plain(kind: Kind, value: Any) -> Any:
    """A value out of a backup: bytes as such, the rest as it stands. Raises ValueError for one that is none of its kind."""
    if value is None:
        return None
    if type(value) is not PLAIN_TYPES[kind]:
        raise ValueError(f"not of the kind “{kind}”")
    return b64decode(str(value), validate=True) if kind is Kind.BYTES else value


def _moment(value: Any) -> str:
    if isinstance(value, str):
        if len(value) == LENGTH_OF_A_MOMENT:  # as this portal writes them into SQLite
            return value
        value = datetime.fromisoformat(value)
    if value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return str(value.isoformat(" ", "microseconds"))


def _day(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else date.fromisoformat(value).isoformat()


WRITERS: dict[Kind, Callable[[Any], Plain]] = {
    Kind.TEXT: str,
    Kind.WHOLE: int,
    Kind.YES_NO: bool,
    Kind.DAY: _day,
    Kind.MOMENT: _moment,
    Kind.JSON: str,
    Kind.BYTES: lambda value: b64encode(bytes(value)).decode("ascii"),
}
PLAIN_TYPES: dict[Kind, type] = {
    kind: {Kind.WHOLE: int, Kind.YES_NO: bool}.get(kind, str)  # of this type exactly: True is no whole number
    for kind in Kind
}
