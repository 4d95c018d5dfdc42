"""The audit as it is kept: one chain over all processes and transactions, and doctor finds what was tampered with."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from anchor_portal.domain.audit_chain import Mark
from anchor_portal.engine import Database, open_database
from anchor_portal.models import AuditEntry, JobState, Organisation
from anchor_portal.queries.audit import Wanted, find_head, read_entries
from anchor_portal.services.audit import acting_from, record, record_now
from anchor_portal.services.audit_checking import check_audit
from anchor_portal.services.doctor import examine
from anchor_portal.services.jobs.work import run
from tests.services.long_jobs import asked, job_of, process, settings_for

TEAM = "team@team.example"
WRITERS, ENTRIES = 3, 12
on_sqlite_alone = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def write(database: Database, *subjects: str) -> None:
    with Session(database.writer) as session, session.begin():
        for subject in subjects:
            record(session, TEAM, "exported", subject)


def faults(database: Database, *marks: Mark) -> list[str]:
    with Session(database.reader) as session:
        return check_audit(session, marks).faults


def subjects(database: Database) -> list[str]:
    with Session(database.reader) as session:
        return [entry.subject for entry in read_entries(session, Wanted())]


def head(database: Database) -> Mark:
    with Session(database.reader) as session:
        found = find_head(session)
    assert found
    return found


def tamper(database: Database, statement: str) -> None:
    with database.writer.begin() as connection:
        connection.execute(text(statement))


# Keeping it


def test_entries_follow_each_other_over_transactions(database: Database) -> None:
    write(database, "one", "two")
    write(database, "three")
    with acting_from("192.0.2.7"):
        record_now(database, "ada@torus.example", "signed in", "four")
    assert subjects(database) == ["one", "two", "three", "four"]
    assert (head(database).position, faults(database)) == (4, [])
    with Session(database.reader) as session:
        assert [entry.address for entry in read_entries(session, Wanted())] == ["", "", "", "192.0.2.7"]


def test_what_is_undone_leaves_no_entry_and_no_gap(database: Database) -> None:
    write(database, "one")
    with Session(database.writer) as session:
        record(session, TEAM, "exported", "undone")
        session.flush()
        session.rollback()
        record(session, TEAM, "exported", "two")
        session.commit()
    assert (subjects(database), faults(database)) == (["one", "two"], [])


def test_a_savepoint_that_is_undone_takes_only_its_own_entries(database: Database) -> None:
    with Session(database.writer) as session, session.begin():
        record(session, TEAM, "exported", "before")
        with session.begin_nested():
            record(session, TEAM, "exported", "inside")
        undone = session.begin_nested()
        record(session, TEAM, "exported", "undone")
        session.flush()
        undone.rollback()
        record(session, TEAM, "exported", "after")
    assert (subjects(database), faults(database)) == (["before", "inside", "after"], [])


def write_many(url: str, name: int) -> None:
    database = open_database(url)
    for number in range(ENTRIES):
        with Session(database.writer) as session, session.begin():
            record(session, f"{name}", "exported", f"{number} a")
            record(session, f"{name}", "exported", f"{number} b")
        record_now(database, f"{name}", "signed in", f"{number} c")
    database.dispose()


def test_several_processes_keep_one_chain(database: Database, url: str) -> None:
    database.dispose()
    children = [process(write_many, url, number) for number in range(WRITERS)]
    started = [each.__enter__() for each in children]
    for child in started:
        child.join(60)
        assert child.exitcode == 0
    for each in children:
        each.__exit__(None, None, None)
    assert (head(database).position, faults(database)) == (WRITERS * ENTRIES * 3, [])
    with Session(database.reader) as session:
        for name in range(WRITERS):
            own = [entry.subject for entry in read_entries(session, Wanted(who=str(name)))]
            assert own == [f"{number} {part}" for number in range(ENTRIES) for part in "abc"], "each in its own order"


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_who_waits_for_a_row_holds_up_nobody_in_the_audit(database: Database) -> None:
    with Session(database.writer) as first:
        torus = first.scalars(select(Organisation.id).where(Organisation.slug == "torus")).one()

        def second() -> None:
            with Session(database.writer) as session, session.begin():
                record(session, TEAM, "changed", "second")
                session.flush()
                has_recorded.set()
                _rename(session, torus, "Second")

        has_recorded = threading.Event()
        thread = threading.Thread(target=second)
        _rename(first, torus, "First")
        thread.start()
        assert has_recorded.wait(10)
        write(database, "third")  # which neither of them holds up
        record(first, TEAM, "changed", "first")
        first.commit()
        thread.join(10)
    assert (subjects(database), faults(database)) == (["third", "first", "second"], [])


def _rename(session: Session, organisation_id: int, name: str) -> None:
    session.execute(update(Organisation).where(Organisation.id == organisation_id).values(printed_name=name))


# Finding what was done past the portal


@on_sqlite_alone
@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE audit_entries SET who = 'nobody' WHERE position = 2", "was changed after it was written"),
        ("UPDATE audit_entries SET at = '2020-01-01 00:00:00' WHERE position = 2", "was changed after it was written"),
        ("DELETE FROM audit_entries WHERE position = 2", "entry 2 is missing before entry 3"),
        ("DELETE FROM audit_entries WHERE position = 4", "entry 4 is missing at the end"),
        ("DELETE FROM audit_entries", "entries 1 to 4 are missing at the end"),
        ("DELETE FROM audit_head", "the note of the last entry is missing"),
        (
            "INSERT INTO audit_entries (at, who, action, subject, detail) VALUES ('2026-01-01', 'a', 'b', 'c', '')",
            "of the table is not in the chain: it was put in past the portal",
        ),
    ],
)
def test_doctor_says_which_entry(database: Database, statement: str, says: str) -> None:
    write(database, "one", "two", "three", "four")
    tamper(database, statement)
    (found,) = [finding for finding in examine(database) if finding.wrong]
    assert found.what.startswith("audit: ")
    assert says in found.wrong


@on_sqlite_alone
def test_the_chain_goes_on_where_the_note_of_the_last_entry_was_removed(database: Database) -> None:
    write(database, "one", "two")
    tamper(database, "DELETE FROM audit_head")
    write(database, "three")
    assert (head(database).position, faults(database)) == (3, [])


@on_sqlite_alone
def test_a_mark_noted_elsewhere_shows_a_chain_that_was_cut_off_together_with_its_note(database: Database) -> None:
    write(database, "one", "two", "three")
    noted = head(database)
    tamper(database, "DELETE FROM audit_entries WHERE position = 3")
    tamper(database, "DELETE FROM audit_head")
    write(database, "another")
    assert faults(database) == []
    assert "is not the one that was noted with this number" in faults(database, noted)[0]


@on_sqlite_alone
def test_the_check_as_long_work_says_what_it_found(database: Database, tmp_path: Path) -> None:
    settings = settings_for(database, tmp_path)
    write(database, "one", "two")
    noted = head(database)
    run_check: Callable[[], int] = lambda: asked(database, "audit_check", mark=str(noted))  # noqa: E731
    first = run_check()
    assert run(database, settings, first) is JobState.DONE
    said = job_of(database, first)
    assert said.outcome == f"The audit is whole: 2 entries, the last {noted}, and the mark that you noted is in it"
    assert (said.done, said.total, said.unit) == (2, 2, "entries")
    tamper(database, "UPDATE audit_entries SET subject = 'x' WHERE position = 1")
    second = run_check()
    assert run(database, settings, second) is JobState.FAILED
    assert job_of(database, second).outcome.startswith("The audit is not whole: entry 1 (“exported” by team@team")


@on_sqlite_alone
def test_what_a_job_records_comes_from_the_worker(database: Database, tmp_path: Path) -> None:
    run(database, settings_for(database, tmp_path), asked(database, "recording"))
    with Session(database.reader) as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.who, entry.address) == (TEAM, "worker")
