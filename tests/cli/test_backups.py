"""`backup` and `restore` on the command line: what they print, what they refuse with which words, and how they end."""

import stat
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.models import AuditEntry, EvidenceFile, FileState, Return
from tests.backups import leave_empty, released
from tests.cli.conftest import JULY
from tests.command import Outcome, refusal, run, run_command
from tests.conftest import seeded
from tests.engines import sqlite_url
from tests.make import returns_file


@pytest.fixture
def seeded_url(tmp_path: Path) -> str:
    """A database with the seeds, on SQLite: what differs between engines is tested with the services."""
    (tmp_path / "here").mkdir()
    return sqlite_url(tmp_path / "here", seeded)


@pytest.fixture
def new_url(tmp_path: Path) -> str:
    """An empty database, to be restored into."""
    (tmp_path / "there").mkdir()
    return sqlite_url(tmp_path / "there", leave_empty)


def _store(folder: Path) -> dict[str, str]:
    return {"ANCHOR_EVIDENCE": str(folder / "evidence")}


def _begin(url: str, folder: Path) -> None:
    """A round in which one organisation has begun."""
    run(url, "rounds", "add", "2026-07", *JULY)
    (folder / "returns.csv").write_bytes(returns_file("2026-07", {"torus": {"about.boundary": {"": "Begun, 利物浦"}}}))
    run(url, "returns", "import", folder / "returns.csv", "--round", "2026-07")


def _mark(outcome: Outcome) -> str:
    return outcome.text.split("Its mark is ")[1].split()[0]


def _audit(url: str) -> list[tuple[str, str, str]]:
    database = open_database(url)
    with Session(database.reader) as session:
        found = session.execute(select(AuditEntry.who, AuditEntry.action, AuditEntry.detail)).all()
    database.dispose()
    return [(who, action, detail) for who, action, detail in found]


def test_a_backup_is_made_checked_and_restored_and_what_was_in_it_is_there(
    seeded_url: str, new_url: str, tmp_path: Path
) -> None:
    file, there = tmp_path / "portal.tar.gz", tmp_path / "there"
    _begin(seeded_url, tmp_path)
    made = run(seeded_url, "backup", file, **_store(tmp_path))
    assert made.text.startswith(f"{file} holds ") and "0 files of evidence" in made.text
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ("operator", "backed up") in {entry[:2] for entry in _audit(seeded_url)}
    assert _mark(made) in _audit(seeded_url)[-1][2]
    checked = run("sqlite:////nowhere/at/all.sqlite3", "restore", "--check", file)
    assert checked.text.startswith(f"{file} is a whole backup of ") and _mark(checked) == _mark(made)
    restored = run(new_url, "restore", file, **_store(there))
    assert _mark(restored) == _mark(made) and "It is restored and proved" in restored.text
    assert "Everybody has to sign in again" in restored.text
    exports = [run(url, "returns", "export", "--round", "2026-07").output for url in (seeded_url, new_url)]
    assert exports[0] == exports[1] != b"" and "利物浦" in exports[0].decode()
    run(new_url, "doctor", **_store(there))


def test_a_backup_is_never_written_over_another_file(seeded_url: str, tmp_path: Path) -> None:
    file = tmp_path / "portal.tar.gz"
    file.write_bytes(b"last night's")
    said = refusal(seeded_url, "backup", file, **_store(tmp_path))
    assert said.startswith("No backup was made: ") and str(file) in said and len(said.splitlines()) == 1
    assert file.read_bytes() == b"last night's"
    assert "backed up" not in {action for _, action, _ in _audit(seeded_url)}


def test_a_backup_that_cannot_be_written_leaves_nothing(seeded_url: str, tmp_path: Path) -> None:
    said = refusal(seeded_url, "backup", tmp_path / "nowhere" / "portal.tar.gz", **_store(tmp_path))
    assert said.startswith("No backup was made: ") and "No such file or directory" in said
    assert not list(tmp_path.rglob("*.tar*"))


def test_a_database_without_a_table_has_nothing_to_back_up(new_url: str, tmp_path: Path) -> None:
    said = refusal(new_url, "backup", tmp_path / "portal.tar.gz", **_store(tmp_path))
    assert said.startswith("No backup was made: ") and len(said.splitlines()) == 1
    assert not list(tmp_path.glob("portal*"))


def test_a_backup_without_a_file_of_evidence_is_kept_and_says_so_with_exit_code_1(
    seeded_url: str, new_url: str, tmp_path: Path
) -> None:
    name, file = "0a" * 16, tmp_path / "portal.tar.gz"
    _begin(seeded_url, tmp_path)
    database = open_database(seeded_url)
    with Session(database.writer) as session, session.begin():
        facts = {"name": "plan.png", "media_type": "image/png", "size": 1, "digest": "d", "state": FileState.CLEAN}
        row = session.scalars(select(Return.id)).one()
        session.add(EvidenceFile(id=name, return_id=row, question="p1.files", uploaded_by="", **facts))
    database.dispose()
    looked = run_command(seeded_url, "doctor", **_store(tmp_path))
    assert looked.code == 1 and f"WRONG files of evidence: 1 of 1: {name} (the store has no content" in looked.text
    outcome = run_command(seeded_url, "backup", file, **_store(tmp_path))
    assert outcome.code == 1 and outcome.text.startswith(f"{file} holds ")
    assert "The backup is whole but for these files of evidence:" in outcome.errors and name in outcome.errors
    checked = run_command(new_url, "restore", "--check", file)
    assert checked.code == 1 and checked.text.startswith(f"{file} is a backup of ")
    assert checked.errors == outcome.errors
    told = run_command(new_url, "restore", "--bear-findings", file, **_store(tmp_path / "there"))
    assert told.code == 0 and f"Not in the backup: the file {name}" in told.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it is empty"),
        (b"PRAGMA", "it is not a backup of this portal"),
        (released("0006").read_bytes()[:5000], "it is damaged or cut off: its end is missing"),
        (released("0006").read_bytes() * 2, "it is damaged: something was put behind its end"),
        (None, "it cannot be read: No such file or directory"),
    ],
)
def test_what_is_no_whole_backup_is_refused_and_nothing_is_written(
    content: bytes | None, said: str, new_url: str, tmp_path: Path
) -> None:
    file, there = tmp_path / "portal.tar.gz", tmp_path / "there"
    if content is not None:
        file.write_bytes(content)
    before = sorted(there.rglob("*"))
    assert refusal(new_url, "restore", "--check", file).startswith(f"{file} cannot be restored: {said}")
    assert refusal(new_url, "restore", file, **_store(there)).startswith(f"Nothing was restored: {said}")
    assert sorted(there.rglob("*")) == before


def test_a_database_that_holds_something_is_not_restored_into(seeded_url: str, tmp_path: Path) -> None:
    before = _audit(seeded_url)
    said = refusal(seeded_url, "restore", released("0006"), **_store(tmp_path))
    assert said.startswith("Nothing was restored: the database is not empty (it has the tables ")
    assert said.endswith("restore into a new one.")
    assert _audit(seeded_url) == before


def test_what_the_doctor_finds_wrong_is_refused_line_by_line_unless_it_is_to_be_borne(
    seeded_url: str, new_url: str, tmp_path: Path
) -> None:
    database, file = open_database(seeded_url), tmp_path / "portal.tar.gz"
    with Session(database.writer) as session, session.begin():
        session.execute(text("UPDATE questionnaire_versions SET digest = 'changed' WHERE code = '2024-07'"))
    database.dispose()
    run(seeded_url, "backup", file, **_store(tmp_path))
    said = refusal(new_url, "restore", file, **_store(tmp_path)).splitlines()
    assert said[0] == "Nothing was restored: the doctor finds something wrong in it."
    assert len(said) > 2 and said[-1] == "With --bear-findings it is restored all the same."
    outcome = run_command(new_url, "restore", "--bear-findings", file, **_store(tmp_path))
    assert outcome.code == 0 and "WRONG " in outcome.text
    assert run(new_url, "rounds", "list").code == 0


@pytest.mark.parametrize("words", [("backup",), ("restore",), ("restore", "--check"), ("restore", "a", "b")])
def test_a_command_without_its_file_is_explained_and_ends_with_2(words: tuple[str, ...]) -> None:
    assert refusal("sqlite://", *words, code=2).startswith(f"Usage: anchor-portal {words[0]} ")
