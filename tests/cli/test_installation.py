"""Setting up and running: the demonstration goes into an empty database, and a release beside a newer database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.models import PortalFact, Round
from anchor_portal.services.people import prove_password
from tests.cli.conftest import JULY
from tests.command import refusal, run

OWN = "correct horse battery"
IN_USE = "this database is in use: demonstration data go into an empty one"
NEWER = "it is newer than this release"


def _change(url: str, statement: str) -> None:
    database = open_database(url)
    with database.writer.begin() as connection:
        connection.execute(text(statement))
    database.dispose()


@pytest.fixture
def newer_url(url: str) -> Iterator[str]:
    """A database that a release to come has migrated."""
    _change(url, "UPDATE alembic_version SET version_num = '9999'")
    yield url


# The demonstration


@pytest.mark.parametrize(
    "used",
    [
        ("users", "add", "ada@team.example", "--role", "team"),
        ("rounds", "add", "2026-07", *JULY),
        ("rounds", "add", "2031-07", *JULY),
    ],
)
def test_the_demonstration_goes_into_no_database_that_is_in_use(url: str, used: tuple[str, ...]) -> None:
    run(url, *used, ANCHOR_NEW_PASSWORD=OWN)
    assert refusal(url, "seed", "--demo") == IN_USE
    database = open_database(url)
    with Session(database.reader) as session:
        assert session.scalars(select(PortalFact.key).where(PortalFact.key == "demo")).all() == []
        assert len(session.scalars(select(Round.id)).all()) == (used[0] == "rounds")
        assert (prove_password(session, "ada@team.example", OWN) is not None) == (used[0] == "users")
    database.dispose()
    run(url, "seed")


def test_an_account_added_to_a_demonstration_keeps_its_password(demo_url: str) -> None:
    run(demo_url, "users", "add", "ada@team.example", "--role", "team", ANCHOR_NEW_PASSWORD=OWN)
    assert "are there already" in run(demo_url, "seed", "--demo").text
    database = open_database(demo_url)
    with Session(database.reader) as session:
        assert prove_password(session, "ada@team.example", OWN) is not None
    database.dispose()


# Beside a newer database


def test_a_worker_of_an_older_release_works_beside_a_newer_database(newer_url: str, tmp_path: Path) -> None:
    done = run(newer_url, "worker", "--once", ANCHOR_RESULTS=str(tmp_path))
    assert done.text == "Nothing was due.\n"


def test_the_doctor_remarks_that_the_database_is_newer_and_looks_at_the_rest(newer_url: str) -> None:
    first, *others = run(newer_url, "doctor").text.splitlines()
    assert first.startswith(f"ok    database schema: {NEWER}") and "link the newer release" in first
    assert "ok    signed returns" in others


def test_an_older_release_neither_migrates_nor_backs_up_a_newer_database(newer_url: str, tmp_path: Path) -> None:
    said = refusal(newer_url, "migrate")
    assert said == "the database is newer than this release, which cannot migrate it: link the newer release"
    said = refusal(newer_url, "backup", tmp_path / "new.backup", ANCHOR_EVIDENCE=str(tmp_path))
    assert said.startswith("No backup was made: the database is newer than this release") and "\n" not in said
    assert not list(tmp_path.glob("*.backup"))


# What is said of a database that fails


def test_only_where_a_table_or_a_column_is_missing_is_it_asked_whether_it_was_migrated(url: str) -> None:
    _change(url, "ALTER TABLE users RENAME COLUMN name TO called")
    assert "Was “anchor-portal migrate” run?" in refusal(url, "users", "add", "ada@team.example", "--role", "team")
    _change(url, "ALTER TABLE rounds RENAME COLUMN stage TO phase")
    assert "Was “anchor-portal migrate” run?" in refusal(url, "rounds", "list")
    _change(url, "DELETE FROM alembic_version")
    said = refusal(url, "migrate")
    assert "already exists" in said and "Was “anchor-portal migrate” run?" not in said
    assert "ANCHOR_DATABASE_URL" in said and "\n" not in said
    database = open_database(url)
    assert inspect(database.writer).has_table("rounds")
    database.dispose()
