"""A backup put back into an empty place: all of it, proved, or nothing.

The file is read twice. First only its digests, so that a damaged one touches nothing. Then, in one transaction: the
tables as they were in the backup's own schema, its rows, the contents of evidence, the migrations since; counts and the
doctor agree; then the commit. What is put into the store before a failure is removed again; what a killed restore left
there is the backup's own, and the next one goes over it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, delete, func, inspect, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.evidence import is_file_id
from anchor_portal.domain.backups.contents import About, Column, End, NotABackup
from anchor_portal.domain.running.outbox import MOST_ATTEMPTS
from anchor_portal.engine import Database
from anchor_portal.models import FileState, Message, SignIn
from anchor_portal.models.base import now
from anchor_portal.services.audit import OPERATOR, record
from anchor_portal.services.backups.loading import RowsRefused, load_rows, loose_references
from anchor_portal.services.backups.packed import PIECE, Piece, open_backup, verify
from anchor_portal.services.backups.tables import count_rows, portal_tables, rows_of, set_last_numbers
from anchor_portal.services.backups.writing import FILES
from anchor_portal.services.doctor import Finding, examine_content
from anchor_portal.services.evidence.store import Store, StoreUnreachable
from anchor_portal.services.figures.standing import recount_everything
from anchor_portal.services.migration import (
    BrokenReferences,
    check_references,
    known_schemas,
    migrate_within,
    resting_references,
)
from anchor_portal.services.scratch import open_scratch

WHY_SIGNED_OUT = "the portal was restored from a backup"


class RestoreRefused(Exception):
    """Nothing was restored; the text is a sentence."""


class FoundWrong(RestoreRefused):
    """The doctor found something wrong in what was restored, so it was not kept."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("the doctor finds something wrong in it")
        self.findings = findings


@dataclass
class Restored:
    """What was put back, and what an operator should know of it."""

    about: About
    end: End
    schema: str = ""
    files: int = 0
    waiting: int = 0
    """Messages that a worker will send."""
    findings: list[Finding] = field(default_factory=list)
    """What the doctor finds wrong, where that was to be borne."""


def restore(path: Path, database: Database, store: Store, *, bear_findings: bool = False) -> Restored:
    """Put a backup back. Raises NotABackup, RestoreRefused or StoreUnreachable; then nothing is there."""
    about, end = verify(path)
    if about.schema not in known_schemas():
        raise RestoreRefused(f"it was made by a newer release (schema {about.schema}): restore it with that one")
    with database.writer.connect() as connection, resting_references(connection), connection.begin():
        _refuse_what_is_there(connection)
        with _Contents(store, path).kept_if_all_goes_well() as contents:
            return _Restoring(connection, Restored(about, end), contents).run(path, bear_findings=bear_findings)


def _refuse_what_is_there(connection: Connection) -> None:
    if found := inspect(connection).get_table_names():
        some = ", ".join(sorted(found)[:3]) + (" …" if len(found) > 3 else "")
        raise RestoreRefused(f"the database is not empty (it has the tables {some}): restore into a new one")
    if connection.dialect.name == "postgresql":
        encoding = connection.scalar(text("SHOW server_encoding"))
        if encoding != "UTF8":
            raise RestoreRefused(
                f"the database is one of {encoding}, which cannot hold every sign: make one with UTF8 (--encoding=UTF8)"
            )


class _Contents:
    """Contents of evidence on their way into the store."""

    def __init__(self, store: Store, path: Path) -> None:
        self.store, self.path = store, path
        self.put: list[str] = []

    @contextmanager
    def kept_if_all_goes_well(self) -> Iterator["_Contents"]:
        """What was put into the store within the block is removed where it fails."""
        try:
            yield self
        except BaseException:
            self._remove()
            raise

    def _remove(self) -> None:
        for name in self.put:
            try:
                self.store.delete(name)
            except StoreUnreachable:
                return  # the next restore goes over what is left

    def refuse_others(self, find: Callable[[str], object]) -> None:
        """Only what a restore of this very backup left may lie in the store. Raises RestoreRefused."""
        for name, _ in self.store.list():
            if find(name) is None:
                raise RestoreRefused("the store of evidence is not empty: restore into a new one")

    def add(self, name: str, piece: Piece) -> None:
        """Put one content into the store, by a file beside: it may be larger than the memory."""
        with open_scratch() as (spool, path):
            while got := piece.read(PIECE):
                spool.write(got)
            spool.flush()
            self.put.append(name)
            self.store.put_file(name, path)


class _Restoring:
    """One restore, within one transaction."""

    def __init__(self, connection: Connection, restored: Restored, contents: _Contents) -> None:
        self.connection, self.restored, self.contents = connection, restored, contents
        self.loaded = dict.fromkeys(restored.about.tables, 0)

    def run(self, path: Path, *, bear_findings: bool) -> Restored:
        """Everything, in its order."""
        self._take_time()
        self._make_tables()
        self._load(path)
        self._check_files()
        set_last_numbers(self.connection, dict(self.restored.end.last_numbers))
        self._bring_up_to_date()
        self._examine(bear_findings=bear_findings)
        self._begin_anew(path.name)
        return self.restored

    def _take_time(self) -> None:
        if self.connection.dialect.name == "postgresql":
            for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                self.connection.execute(text(f"SET LOCAL {limit} = 0"))

    def _make_tables(self) -> None:
        """The tables of the backup's own schema, without the rows that migrations put there."""
        about = self.restored.about
        migrate_within(self.connection, about.schema)
        if portal_tables(self.connection) != about.tables:
            raise RestoreRefused(f"its tables are not those of schema {about.schema}")
        with loose_references(self.connection):
            for table in about.tables:
                self.connection.execute(delete(rows_of(table)))

    def _load(self, path: Path) -> None:
        try:
            with loose_references(self.connection), open_backup(path) as reader:
                is_first_file = True
                for piece in reader.pieces():
                    place, _, name = piece.name.partition("/")
                    if place == "tables":
                        self._load_rows(name.partition("/")[0], piece)
                        continue
                    if place == "evidence" and is_first_file:
                        self.contents.refuse_others(self._find_file)
                        is_first_file = False
                    self._load_file(name, piece)
            if is_first_file:
                self.contents.refuse_others(self._find_file)
            check_references(self.connection)
        except (IntegrityError, BrokenReferences):
            raise RestoreRefused("some of its rows refer to rows that it does not have") from None
        except RowsRefused as refusal:
            raise RestoreRefused(str(refusal)) from None
        self._check_counts(reader.whole_end())

    def _load_rows(self, table: str, piece: Piece) -> None:
        columns: tuple[Column, ...] = self.restored.about.tables.get(table, ())
        if not columns:
            raise NotABackup(f"it is damaged: it has rows of {table}, which it does not name")
        self.loaded[table] += load_rows(self.connection, table, columns, piece.lines())

    def _load_file(self, name: str, piece: Piece) -> None:
        expected = self._find_file(name) if is_file_id(name) else None
        if expected is None:
            raise NotABackup("it is damaged: it has a file that no row of it names")
        self.contents.add(name, piece)
        if (piece.size, piece.finish()) != expected:
            raise NotABackup(f"it is damaged: the file {name} is not what was uploaded")
        self.restored.files += 1

    def _find_file(self, name: str) -> tuple[int, str] | None:
        """Size and digest of a file of evidence, as its row says."""
        if FILES not in self.restored.about.tables:
            return None
        files = rows_of(FILES, ("id", "size", "digest"))
        row = self.connection.execute(select(files.c.size, files.c.digest).where(files.c.id == name)).one_or_none()
        return (row.size, row.digest) if row else None

    def _check_counts(self, end: End) -> None:
        for table, number in self.loaded.items():
            stored = count_rows(self.connection, table)
            if not number == stored == end.rows.get(table):
                raise NotABackup(f"it is damaged: {table} has {number:,} rows and should have {end.rows.get(table)}")

    def _check_files(self) -> None:
        """Each file has a content, unless the backup says why not."""
        if FILES not in self.restored.about.tables:
            return
        kept = select(func.count()).where(rows_of(FILES, ["state"]).c.state != FileState.INFECTED)
        expected = (self.connection.scalar(kept) or 0) - len(self.restored.end.missing)
        if self.restored.files != expected:
            raise NotABackup(
                f"it is damaged: it has {self.restored.files} files of evidence and should have {expected}"
            )

    def _bring_up_to_date(self) -> None:
        """Run the migrations since the backup; what they cannot work out is counted anew."""
        newest = known_schemas()[-1]
        self.restored.schema = newest
        if self.restored.about.schema == newest:
            return
        migrate_within(self.connection)
        check_references(self.connection)
        with Session(self.connection) as session:
            recount_everything(session)
            session.commit()

    def _examine(self, *, bear_findings: bool) -> None:
        with Session(self.connection) as session:
            wrong = [finding for finding in examine_content(session) if finding.wrong]
        if wrong and not bear_findings:
            raise FoundWrong(wrong)
        self.restored.findings = wrong

    def _begin_anew(self, name: str) -> None:
        """Nobody is signed in any more: sessions that were ended since the backup must not come back to life."""
        with Session(self.connection) as session:
            still_open = update(SignIn).where(SignIn.ended_at.is_(None))
            session.execute(still_open.values(ended_at=now(), ended_because=WHY_SIGNED_OUT))
            waiting = select(func.count()).where(Message.sent_at.is_(None), Message.attempts < MOST_ATTEMPTS)
            self.restored.waiting = session.scalars(waiting).one()
            about, end = self.restored.about, self.restored.end
            record(session, OPERATOR, "restored", name, f"backup of {about.made_at} UTC, mark {end.digest}")
            session.commit()
