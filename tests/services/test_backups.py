"""A backup goes from SQLite to PostgreSQL and back with nothing lost; it is made while others write; and whole or not at all."""

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import delete, inspect, select, text
from sqlalchemy.orm import Session

from anchor_portal.engine import Database, open_database
from anchor_portal.models import EvidenceFile, FileState, Job, Passkey, Publication, Return, SignIn, User
from anchor_portal.services.audit import record_now
from anchor_portal.services.audit_checking import check_audit
from anchor_portal.services.backups.packed import verify
from anchor_portal.services.backups.restoring import WHY_SIGNED_OUT, restore
from anchor_portal.services.backups.writing import REMOVED, BackupRefused, make_backup
from anchor_portal.services.evidence.store import FolderStore, StoreUnreachable, open_store
from tests.backups import leave_empty, pieces_of, released, restored, rows_in
from tests.conftest import address
from tests.engines import sqlite_url
from tests.scanners import s3_server

HERE, GONE, DIRTY = ("0a" * 16, "0b" * 16, "0c" * 16)
PICTURE = os.urandom(700_000)
ODD = "Łucja “=1+1” O'Neil\n利物浦 \u2028 \\ \t, \x7f"
SECOND = datetime(2026, 10, 25, 1, 30, 0, 1, UTC)
"""A microsecond, in the hour that London has twice."""
CHANGED = {"audit_entries", "audit_head", "sign_ins"}
"""What a restore adds to: that it was done, and that nobody is signed in any more."""


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, FolderStore]]:
    """A portal on SQLite with a little of everything, and values that are easily lost."""
    folder = tmp_path_factory.mktemp("portal")
    with restored(released("0006"), sqlite_url(folder, leave_empty), folder / "evidence") as (database, _):
        store = FolderStore(folder / "evidence")
        store.put(HERE, PICTURE)
        with Session(database.writer) as session, session.begin():
            _add_odd_things(session)
        with Session(database.writer) as session, session.begin():
            session.execute(delete(Job).where(Job.id > 100))  # its number must not be given again
        yield database, store


def _add_odd_things(session: Session) -> None:
    user = User(email="odd@trust.example", name=ODD, created_at=SECOND)
    session.add(user)
    session.flush()
    session.add(
        Passkey(user_id=user.id, credential="c", public_key=bytes(range(256)), transports=["usb", "ß"], name=ODD)
    )
    session.add(SignIn(digest="d", user_id=user.id, method="password"))
    session.add(Job(id=4711, kind="k", key="k", title=ODD, arguments={"z": [None, "a\u0000b", 1.5]}, asked_by=""))
    row = session.scalars(select(Return.id).limit(1)).one()
    for name, content, state in (
        (HERE, PICTURE, FileState.CLEAN),
        (GONE, b"gone", FileState.CLEAN),
        (DIRTY, b"dirty", FileState.INFECTED),
    ):
        digest = sha256(content).hexdigest()
        facts = {"name": ODD, "media_type": "image/png", "size": len(content), "digest": digest, "state": state}
        session.add(EvidenceFile(id=name, return_id=row, question="p1.files", uploaded_by="", **facts))


@contextmanager
def closed_after(database: Database) -> Iterator[Database]:
    """A database that is closed at the end of the block."""
    yield database
    database.dispose()


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_a_backup_goes_to_postgresql_and_back_to_sqlite_and_s3_with_every_row_as_it_was(
    portal: tuple[Database, FolderStore], tmp_path: Path
) -> None:
    database, store = portal
    one, two = tmp_path / "one", tmp_path / "two"
    made = make_backup(one, database, store, ["ANCHOR_BASE_URL"])
    assert (made.files, made.foreign, made.missing) == (1, [], {GONE: "the store has no content of it"})
    assert (one.stat().st_mode & 0o777, list(tmp_path.iterdir())) == (0o600, [one])
    assert [name for name in pieces_of(one) if name.startswith("evidence/")] == [f"evidence/{HERE}"]
    with ExitStack() as stack:
        url = address("postgres", tmp_path, leave_empty, stack)
        postgres, told = stack.enter_context(restored(one, url, tmp_path / "there"))
        assert told.about.settings == ("ANCHOR_BASE_URL",)
        _look_at(postgres)
        again = FolderStore(tmp_path / "there")
        make_backup(two, postgres, again, [])
        _numbers_go_on(postgres)
    assert _unchanged(two) == _unchanged(one)
    bucket = open_store(f"s3://evidence/{tmp_path.name}?endpoint={s3_server()}")
    with closed_after(open_database(sqlite_url(tmp_path, leave_empty))) as back:
        assert restore(two, back, bucket).files == 1
        make_backup(tmp_path / "three", back, bucket, [])
        _numbers_go_on(back)
    assert pieces_of(tmp_path / "three")[f"evidence/{HERE}"] == PICTURE
    assert _unchanged(tmp_path / "three") == _unchanged(one)
    assert _chain(tmp_path / "three")[: len(_chain(one))] == _chain(one), "the audit is the same, and goes on"


def _unchanged(backup: Path) -> dict[str, list[bytes]]:
    return {name: rows for name, rows in rows_in(backup).items() if name not in CHANGED}


def _chain(backup: Path) -> list[bytes]:
    return rows_in(backup)["audit_entries"]


def _look_at(database: Database) -> None:
    with Session(database.reader) as session:
        user = session.scalars(select(User).where(User.email == "odd@trust.example")).one()
        assert (user.name, user.created_at) == (ODD, SECOND)
        key = session.scalars(select(Passkey)).one()
        assert (key.public_key, key.transports) == (bytes(range(256)), ["usb", "ß"])
        assert session.scalars(select(SignIn.ended_because)).all() == [WHY_SIGNED_OUT]
        assert session.scalars(select(Publication.inside)).first()
        assert check_audit(session).faults == []


def _numbers_go_on(database: Database) -> None:
    with Session(database.writer) as session:
        job = Job(kind="k", key="new", title="", arguments={}, asked_by="")
        people = [User(email=f"{number}@trust.example", name="") for number in range(3)]
        session.add_all([job, *people])
        session.flush()
        assert job.id > 4711, "a number is never given twice"
        session.rollback()


def test_a_backup_of_a_file_that_somebody_changed_leaves_it_out_and_says_so(
    portal: tuple[Database, FolderStore], tmp_path: Path
) -> None:
    database, _ = portal
    store = FolderStore(tmp_path / "changed")
    store.put(HERE, b"another picture")
    made = make_backup(tmp_path / "backup", database, store, [])
    assert made.missing[HERE] == "what lies in the store is not what was uploaded"
    with Session(database.writer) as session:
        session.execute(delete(EvidenceFile).where(EvidenceFile.id == GONE))

        class Removing(FolderStore):
            def open(self, name: str):  # type: ignore[no-untyped-def]
                session.commit()  # somebody removes the file while the backup is made
                return super().open(name)

        made = make_backup(tmp_path / "second", database, Removing(tmp_path / "changed"), [])
    assert made.missing[GONE] == REMOVED


def test_others_write_while_a_backup_is_made_and_it_holds_one_moment(
    portal: tuple[Database, FolderStore], tmp_path: Path
) -> None:
    database, store = portal
    before = len(_audit_rows(database))

    class Busy(FolderStore):
        def open(self, name: str):  # type: ignore[no-untyped-def]
            record_now(database, "team@team.example", "wrote", "meanwhile")
            return super().open(name)

    make_backup(tmp_path / "backup", database, Busy(store.folder), [])
    assert len(rows_in(tmp_path / "backup")["audit_entries"]) == before < len(_audit_rows(database))


def _audit_rows(database: Database) -> list[object]:
    with Session(database.reader) as session:
        return list(session.scalars(text("SELECT id FROM audit_entries")))


def test_a_store_that_fails_half_way_leaves_no_file_and_no_restore(
    portal: tuple[Database, FolderStore], tmp_path: Path
) -> None:
    database, store = portal
    backup = tmp_path / "backup"

    class Broken(FolderStore):
        def open(self, name: str):  # type: ignore[no-untyped-def]
            raise StoreUnreachable("no route")

        def put_file(self, name: str, path: Path) -> None:
            super().put_file(name, path)
            raise StoreUnreachable("the disk is full")

    with pytest.raises(StoreUnreachable):
        make_backup(backup, database, Broken(store.folder), [])
    assert list(tmp_path.iterdir()) == []
    make_backup(backup, database, store, [])
    with pytest.raises(BackupRefused, match="is there already"):
        make_backup(backup, database, store, [])
    with closed_after(open_database(sqlite_url(tmp_path, leave_empty))) as empty:
        with pytest.raises(StoreUnreachable, match="full"):
            restore(backup, empty, Broken(tmp_path / "full"))
        assert inspect(empty.writer).get_table_names() == [], "the place is as empty as it was"
    assert list(FolderStore(tmp_path / "full").list()) == []


def test_what_a_backup_says_of_itself_has_names_of_settings_and_no_values(
    portal: tuple[Database, FolderStore], tmp_path: Path
) -> None:
    make_backup(tmp_path / "backup", *portal, ["ANCHOR_SMTP_PASSWORD", "ANCHOR_BASE_URL"])
    about, end = verify(tmp_path / "backup")
    said = json.loads(pieces_of(tmp_path / "backup")["about.json"])
    assert said["settings"] == ["ANCHOR_BASE_URL", "ANCHOR_SMTP_PASSWORD"] == list(about.settings)
    assert end.last_numbers["jobs"] == 4711
