"""Scanning as a chore: what a crash, or a scanner that was away, left in quarantine."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.engine import Database, open_database
from anchor_portal.models import AuditEntry, EvidenceFile, FileState, Organisation, Return
from anchor_portal.models.base import now
from anchor_portal.services.evidence.rescans import is_due
from anchor_portal.services.evidence.store import open_store
from anchor_portal.services.jobs.chores import ask_for_chores
from anchor_portal.services.jobs.work import run_due
from tests import hostile
from tests.conftest import seeded
from tests.engines import sqlite_url
from tests.make import make_round
from tests.scanners import clamd
from tests.services.long_jobs import job_of

SOUND, BAD, LOST, FRESH = ("a" * 32, "b" * 32, "c" * 32, "d" * 32)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Four files in quarantine: sound, infected, never stored, and one that came just now."""
    opened = open_database(sqlite_url(tmp_path, seeded))
    store = open_store(str(tmp_path / "evidence"))
    with Session(opened.writer) as session, session.begin():
        round_ = make_round(session)
        torus = session.scalars(select(Organisation.id).where(Organisation.slug == "torus")).one()
        row = Return(round_id=round_.id, organisation_id=torus)
        session.add(row)
        session.flush()
        for name, content in ((SOUND, b"sound"), (BAD, hostile.EICAR_LIKE), (LOST, b""), (FRESH, b"fresh")):
            age = timedelta() if name == FRESH else timedelta(hours=1)
            session.add(
                EvidenceFile(
                    id=name,
                    return_id=row.id,
                    question="p1.evidence",
                    name=f"{name[0]}.pdf",
                    size=5,
                    digest="",
                    media_type="application/pdf",
                    state=FileState.QUARANTINED,
                    uploaded_by="ada@torus.example",
                    uploaded_at=now() - age,
                )  # fmt: skip
            )
            if content:
                store.put(name, content)
    yield opened
    opened.dispose()


def settings_with(tmp_path: Path, scanner: str) -> Settings:
    return Settings(database_url="", evidence=str(tmp_path / "evidence"), results=str(tmp_path), clamd=scanner)


def states(database: Database) -> dict[str, str]:
    with Session(database.reader) as session:
        return {file.id: file.state for file in session.scalars(select(EvidenceFile))}


def due(database: Database, settings: Settings) -> bool:
    with Session(database.reader) as session:
        return is_due(session, settings)


def test_what_waits_is_scanned_let_out_or_removed_and_then_nothing_is_due(database: Database, tmp_path: Path) -> None:
    settings = settings_with(tmp_path, clamd())
    (job_id,) = ask_for_chores(database, settings)
    assert run_due(database, settings) == 1
    job = job_of(database, job_id)
    assert (job.state, job.outcome, job.total) == ("done", "3 files were scanned, 2 removed", 3)
    assert states(database) == {SOUND: FileState.CLEAN, BAD: FileState.INFECTED, FRESH: FileState.QUARANTINED}
    with Session(database.reader) as session:
        entries = session.execute(select(AuditEntry.action, AuditEntry.subject, AuditEntry.address)).all()
    assert entries == [("infected file refused", BAD, "worker")]
    assert not due(database, settings)
    assert ask_for_chores(database, settings) == []


def test_while_the_scanner_is_away_nothing_is_due_and_nothing_changes(database: Database, tmp_path: Path) -> None:
    away = settings_with(tmp_path, f"unix:{tmp_path}/nobody.sock")
    before = states(database)
    assert not due(database, away)
    (job_id,) = ask_for_chores(database, settings_with(tmp_path, ""))
    run_due(database, away)
    job = job_of(database, job_id)
    assert (job.state, job.outcome[:36]) == ("failed", "The virus scanner does not answer. W")
    assert states(database) == before
