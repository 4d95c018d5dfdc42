"""What a backup says of itself: at its beginning what it is and which tables it has, at its end what is in it."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from anchor_portal.domain.backups.values import Kind

WHAT, FORMAT = "backup of an anchor portal", 1
ABOUT, READ_ME, END = "about.json", "read-me.txt", "end.json"
NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
SCHEMA = re.compile(r"[0-9]{4}")


class NotABackup(Exception):
    """A file is not a backup, or not one that this release can read; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table, as both engines know it."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class About:
    """What a backup is: when it was made, of which schema, from which engine, with which settings (names only)."""

    made_at: str
    schema: str
    engine: str
    settings: tuple[str, ...]
    tables: Mapping[str, tuple[Column, ...]]

    def as_json(self) -> str:
        """As it stands in the file."""
        return json.dumps({"what": WHAT, "format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1)


@dataclass(frozen=True, slots=True)
class End:
    """What is in a backup: its pieces with a digest over all, rows of each table, files, and what could not be had.

    `last_numbers` are the numbers given last, by table: they are not given again, even where their rows are gone.
    `missing` says of files of evidence why the backup has no content of them, by their identifier.
    """

    pieces: int
    digest: str
    rows: Mapping[str, int]
    last_numbers: Mapping[str, int]
    files: int
    missing: Mapping[str, str]

    def as_json(self) -> str:
        """As it stands in the file."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


class Seal:
    """Gathers the digest over all pieces, in their order: name, size and SHA-256 of each."""

    def __init__(self) -> None:
        self.pieces = 0
        self._digest = sha256()

    def add(self, name: str, size: int, digest: str) -> None:
        """One piece more."""
        self._digest.update(f"{name} {size} {digest}\n".encode())
        self.pieces += 1

    @property
    def digest(self) -> str:
        """The digest so far, in hex."""
        return self._digest.hexdigest()


def read_about(text: bytes) -> About:
    """What a file says it is. Raises NotABackup."""
    said = _object(text)
    if said.get("what") != WHAT:
        raise NotABackup("it is not a backup of this portal")
    if said.get("format") != FORMAT:
        raise NotABackup("it is a backup of a kind that this release does not know; a newer release can read it")
    try:
        about = About(
            made_at=str(said["made_at"]),
            schema=_match(SCHEMA, said["schema"]),
            engine=str(said["engine"]),
            settings=tuple(map(str, said["settings"])),
            tables={_match(NAME, name): tuple(map(_column, listed)) for name, listed in said["tables"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotABackup("what it says about itself cannot be understood") from None
    return about


def _column(said: Mapping[str, Any]) -> Column:
    return Column(_match(NAME, said["name"]), Kind(said["kind"]))


def _match(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def read_end(text: bytes) -> End:
    """What a file says it holds. Raises NotABackup."""
    said = _object(text)
    try:
        return End(
            pieces=int(said["pieces"]),
            digest=str(said["digest"]),
            rows={str(name): int(number) for name, number in said["rows"].items()},
            last_numbers={str(name): int(number) for name, number in said["last_numbers"].items()},
            files=int(said["files"]),
            missing={str(name): str(why) for name, why in said["missing"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise NotABackup("what it says about its content cannot be understood") from None


def _object(text: bytes) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise NotABackup("it is not a backup of this portal") from None
    if not isinstance(said, dict):
        raise NotABackup("it is not a backup of this portal")
    return said
