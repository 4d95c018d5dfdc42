"""A backup of the whole portal, made while it is in use: one moment's state of every table, and the files of evidence.

All tables are read in one transaction that sees one state of things and holds nobody up. Contents of evidence never
change under their name, so they are read after it; one that somebody removed meanwhile is missing for a good reason.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any, BinaryIO

from alembic.runtime.migration import MigrationContext
from sqlalchemy import ColumnElement, Connection, Row, Text, cast, column, func, select, text

from anchor_portal.domain.backups.contents import ABOUT, READ_ME, About, Column, End
from anchor_portal.domain.backups.values import Kind, to_plain
from anchor_portal.engine import Database
from anchor_portal.models import FileState
from anchor_portal.models.base import now
from anchor_portal.services.backups.packed import PIECE, Packed
from anchor_portal.services.backups.tables import foreign_tables, key_of, last_numbers, portal_tables, rows_of
from anchor_portal.services.evidence.store import Content, ContentMissing, Store
from anchor_portal.services.migration import is_newer

ROWS = 100
"""Rows that are asked for together: few, since one can be large."""
ROWS_OF_PIECE = 1024 * 1024
"""Bytes after which the rows of a table go on in a further piece."""
IN_MEMORY = 1024 * 1024
FILES = "evidence_files"
NEWER = (
    "the database is newer than this release, which does not know all that is in it and could not restore it: "
    "back it up with the newer release"
)
READ_ME_TEXT = """Backup of an anchor portal, made {made_at} UTC.

“anchor-portal restore FILE” puts it back into an empty database and an empty store of evidence, on SQLite or
PostgreSQL; “anchor-portal restore --check FILE” only looks whether the file is whole.

about.json   what this is: schema, tables, and the names of the settings that were set (never what they were set to)
tables/      the rows of each table, one JSON array a line, in the order of columns that about.json gives
evidence/    the files handed in as evidence, by their identifier
end.json     how much of everything there is, and a digest over all of it

It holds everything that the portal knows: names, addresses, drafts, digests of passwords. Keep it as safe as the
database, encrypted where it leaves the machine, and keep ANCHOR_SECRET_KEY elsewhere: authenticator apps and the links
in messages work again only with the same key.
"""


class BackupRefused(Exception):
    """A backup cannot be made; the text is a sentence."""


@dataclass
class Made:
    """What came of it: the backup's mark, how much is in it, and what an operator has to know."""

    mark: str = ""
    schema: str = ""
    tables: int = 0
    rows: int = 0
    files: int = 0
    missing: dict[str, str] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)


def make_backup(out: Path, database: Database, store: Store, settings: Iterable[str]) -> Made:
    """Write a backup into a file, whole or not at all. Raises BackupRefused, StoreUnreachable or OSError.

    `settings` are the names of the settings that are set.
    """
    if out.exists():
        raise BackupRefused(f"{out} is there already: a backup never takes the place of another file")
    with _put_in_place(out) as file, database.reader.connect() as connection, connection.begin():
        _take_time(connection)
        writing = _Writing(file, connection, database, store)
        try:
            return writing.write(tuple(sorted(settings)))
        except BaseException:
            writing.packed.abandon()
            raise


def _take_time(connection: Connection) -> None:
    """A backup may take longer than a page, and waits for its disk between two statements."""
    if connection.dialect.name == "postgresql":
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            connection.execute(text(f"SET LOCAL {limit} = 0"))


@contextmanager
def _put_in_place(out: Path) -> Iterator[BinaryIO]:
    """A file beside `out`, for nobody else to read, that gets its name when it is whole and on the disk."""
    part = out.with_name(f".{out.name}.part")
    with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused(f"another backup is being written to {out} just now") from None
        try:
            file.truncate(0)  # what one left that was killed
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.link(part, out)  # unlike a renaming it never takes the place of a file that came meanwhile
        finally:
            part.unlink(missing_ok=True)
    _sync_folder(out.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class _Writing:
    """One backup on its way."""

    def __init__(self, file: BinaryIO, connection: Connection, database: Database, store: Store) -> None:
        self.connection, self.database, self.store = connection, database, store
        self.packed = Packed(file)
        self.rows: dict[str, int] = {}
        self.made = Made()

    def write(self, settings: tuple[str, ...]) -> Made:
        """Everything, in its order."""
        about = self._about(settings)
        self.packed.add(ABOUT, about.as_json().encode())
        self.packed.add(READ_ME, READ_ME_TEXT.format(made_at=about.made_at).encode())
        for table, columns in about.tables.items():
            self._add_table(table, columns)
        if FILES in about.tables:
            self._add_files()
        seal, made = self.packed.seal, self.made
        numbers = {table: number for table, number in last_numbers(self.connection).items() if table in about.tables}
        self.packed.finish(End(seal.pieces, seal.digest, self.rows, numbers, made.files, made.missing))
        made.mark, made.schema = seal.digest, about.schema
        made.tables, made.rows = len(about.tables), sum(self.rows.values())
        made.foreign = foreign_tables(self.connection)
        return made

    def _about(self, settings: tuple[str, ...]) -> About:
        schema = MigrationContext.configure(self.connection).get_current_revision()
        if schema is None:
            raise BackupRefused("there is nothing to back up: the database has no tables of the portal")
        if is_newer(self.connection):
            raise BackupRefused(NEWER)
        made_at = f"{now():%Y-%m-%d %H:%M:%S}"
        return About(made_at, schema, self.connection.dialect.name, settings, portal_tables(self.connection))

    def _add_table(self, table: str, columns: tuple[Column, ...]) -> None:
        lines: list[bytes] = []
        size = pieces = number = 0
        for row in self._rows(table, columns):
            lines.append(_line(columns, row))
            size += len(lines[-1])
            number += 1
            if size >= ROWS_OF_PIECE:
                self._add_rows(table, pieces, lines)
                lines, size, pieces = [], 0, pieces + 1
        if lines:
            self._add_rows(table, pieces, lines)
        self.rows[table] = number

    def _add_rows(self, table: str, piece: int, lines: list[bytes]) -> None:
        self.packed.add(f"tables/{table}/{piece:06}.jsonl", b"".join(lines))

    def _rows(self, table: str, columns: Iterable[Column]) -> Iterable[Row[Any]]:
        query = select(*map(_wanted, columns)).select_from(rows_of(table))
        ordered = query.order_by(*map(column, key_of(self.connection, table)))
        return self.connection.execute(ordered.execution_options(yield_per=ROWS))

    def _add_files(self) -> None:
        files = rows_of(FILES, ("id", "size", "digest", "state")).c
        kept = select(files.id, files.size, files.digest).where(files.state != FileState.INFECTED).order_by(files.id)
        for file_id, size, digest in self.connection.execute(kept.execution_options(yield_per=ROWS)):
            try:
                with SpooledTemporaryFile(IN_MEMORY) as spool:
                    found = copy_content(self.store.open(file_id), spool)
                    if found != (size, digest):
                        self.made.missing[file_id] = CHANGED
                        continue
                    spool.seek(0)
                    self.packed.add_file(f"evidence/{file_id}", spool, size, digest)
                    self.made.files += 1
            except ContentMissing:
                self._note_missing(file_id)

    def _note_missing(self, file_id: str) -> None:
        """Not in the store: which is as it should be where the file was removed since the backup began."""
        with self.database.reader.connect() as later:
            is_there = later.scalar(select(func.count()).where(rows_of(FILES, ["id"]).c.id == file_id))
        self.made.missing[file_id] = MISSING if is_there else REMOVED


CHANGED = "what lies in the store is not what was uploaded"
MISSING = "the store has no content of it"
REMOVED = "it was removed while the backup was made"


def _wanted(each: Column) -> ColumnElement[Any]:
    """A column as it is asked for: JSON as its text, which drivers would read."""
    return cast(column(each.name), Text) if each.kind is Kind.JSON else column(each.name)


def _line(columns: tuple[Column, ...], row: Row[Any]) -> bytes:
    plain = [to_plain(each.kind, value) for each, value in zip(columns, row, strict=True)]
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def copy_content(content: Content, target: IO[bytes] | None = None) -> tuple[int, str]:
    """Copy a content, or only read it; its size and its SHA-256 in hex."""
    size, digest = 0, sha256()
    try:
        while piece := content.read(PIECE):
            if target is not None:
                target.write(piece)
            digest.update(piece)
            size += len(piece)
    finally:
        content.close()
    return size, digest.hexdigest()
