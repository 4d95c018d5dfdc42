"""The worker and the audit at the command line."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.models import JobState
from anchor_portal.queries.audit import Wanted, read_entries
from tests.command import refusal, run, run_command
from tests.conftest import seeded
from tests.engines import sqlite_url
from tests.services.long_jobs import asked, job_of, lines_of, until

WORKER = Path(sys.executable).parent / "anchor-portal"


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    return sqlite_url(tmp_path, seeded)


def test_once_does_what_is_due_and_ends(sqlite: str, tmp_path: Path) -> None:
    folder = {"ANCHOR_RESULTS": str(tmp_path / "results")}
    assert run(sqlite, "worker", "--once", **folder).text == "Nothing was due.\n"
    database = open_database(sqlite)
    job_id = asked(database, file=str(tmp_path / "lines"))
    assert run(sqlite, "worker", "--once", **folder).text == "1 job was done.\n"
    assert job_of(database, job_id).state == JobState.DONE
    database.dispose()


def test_it_does_not_start_on_a_database_without_the_newest_schema(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    assert refusal(url, "worker") == "the database is not at the newest schema: run “anchor-portal migrate”"


def test_it_ends_with_the_process_that_started_it_however_that_ended(sqlite: str, tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = f'"{WORKER}" worker --with-parent > "{log}" 2>&1 & echo $!; read -r end_of_input'
    environment = {**os.environ, "ANCHOR_DATABASE_URL": sqlite}
    server = subprocess.Popen(
        ["sh", "-c", command], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with server:
        assert server.stdout
        pid = int(server.stdout.readline())
        try:
            until(lambda: "A worker is running" in " ".join(lines_of(log)))
            server.kill()
            until(lambda: not Path(f"/proc/{pid}/cmdline").exists() or not Path(f"/proc/{pid}/cmdline").read_bytes())
        finally:
            if Path(f"/proc/{pid}/cmdline").exists():
                os.kill(pid, signal.SIGKILL)


# The audit


def export(url: str, path: Path, *words: str) -> str:
    assert run(url, "audit", "export", "--out", path, *words).text == f"Wrote {path}.\n"
    return path.read_text()


def test_what_the_command_line_does_is_noted_as_such_and_checked(sqlite: str, tmp_path: Path) -> None:
    assert run(sqlite, "audit", "check").text == "The audit is whole: 0 entries.\n"
    run(sqlite, "users", "add", "ada@torus.example", "--role", "lead", "--organisation", "torus")
    old = tmp_path / "old.csv"
    lines = export(sqlite, old).splitlines()
    assert lines[0] == "number,at,who,action,subject,detail,from,digest"
    assert ",operator,exported,old.csv,,command line," in lines[-1]
    run(sqlite, "users", "add", "bob@torus.example", "--role", "lead", "--organisation", "torus")
    whole = run(sqlite, "audit", "check", "--against", old).text
    assert whole.endswith(f"; {len(lines) - 1} noted marks are in it.\n")
    assert len(export(sqlite, tmp_path / "some.csv", "--action", "exported", "--since", "2026-01-01").splitlines()) >= 3


def test_an_export_made_earlier_shows_what_was_cut_off_since(sqlite: str, tmp_path: Path) -> None:
    for name in ("one.csv", "two.csv"):
        export(sqlite, tmp_path / name)
    database = open_database(sqlite)
    with Session(database.reader) as session:
        last = list(read_entries(session, Wanted()))[-1]
    with database.writer.begin() as connection:
        connection.execute(text("DELETE FROM audit_entries WHERE position = 2"))
        connection.execute(text("UPDATE audit_head SET position = 1, digest = (SELECT digest FROM audit_entries)"))
    database.dispose()
    assert run_command(sqlite, "audit", "check").code == 0, "the chain alone cannot tell"
    assert (
        refusal(sqlite, "audit", "check", "--against", tmp_path / "two.csv") == "entry 2, which was noted, is not there"
    )
    assert refusal(sqlite, "audit", "check", "--mark", f"2:{last.digest}") == "entry 2, which was noted, is not there"


def test_what_is_no_mark_and_no_export_is_refused(sqlite: str, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    assert refusal(sqlite, "audit", "check", "--mark", "12").startswith("A mark is the number of an entry")
    assert refusal(sqlite, "audit", "check", "--against", other).startswith("this is no export of the audit")


def test_an_export_that_cannot_be_written_is_not_noted_as_done(sqlite: str, tmp_path: Path) -> None:
    assert "cannot be written" in refusal(sqlite, "audit", "export", "--out", tmp_path / "no" / "x.csv")
    assert run(sqlite, "audit", "check").text == "The audit is whole: 0 entries.\n"
