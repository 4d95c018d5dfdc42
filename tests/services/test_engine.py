"""What the two engines promise: durable writes, foreign keys, readers that cannot write, writers that wait their turn."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.merging import stamp_of
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Answer, Organisation, PortalFact, Return, ReturnCount, Total
from anchor_portal.models.base import now
from anchor_portal.queries.returns import get_submission
from anchor_portal.services.doctor import examine
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.returns import saving
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.interchange import OPERATOR
from tests.conftest import seeded
from tests.engines import postgres_url, sqlite_url
from tests.make import actor, find, import_answers, make_round, share, signed

EIGHT = (
    "torus",
    "roche",
    "miaa",
    "sefton-cvs",
    "walton-centre",
    "sefton-council",
    "one-wirral-cic",
    "wirral-community",
)


@pytest.mark.parametrize("side", ["writer", "reader"])
def test_sqlite_keeps_every_commit_and_checks_foreign_keys(tmp_path: Path, side: str) -> None:
    opened = open_database(sqlite_url(tmp_path, seeded))
    with getattr(opened, side).connect() as connection:
        settings = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    opened.dispose()
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_row_that_refers_to_nothing_is_refused(database: Database) -> None:
    with Session(database.writer) as session, pytest.raises(IntegrityError):
        session.execute(
            insert(Return).values(round_id=999, organisation_id=999, status="in_progress", changed_at=now())
        )
        session.commit()


def test_a_reader_cannot_write(database: Database) -> None:
    with Session(database.reader) as session, pytest.raises(DBAPIError):
        session.add(PortalFact(key="colour", value="blue"))
        session.flush()
    with Session(database.reader) as session:
        assert session.get(PortalFact, "colour") is None


def test_a_commit_that_fails_lets_go_of_what_it_held(database: Database) -> None:
    with database.writer.begin() as connection:
        connection.execute(text("CREATE TABLE owed_to (id INTEGER PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE owed (id INTEGER REFERENCES owed_to (id) DEFERRABLE INITIALLY DEFERRED)"))
    failing = Session(database.writer)
    failing.execute(text("INSERT INTO owed VALUES (1)"))
    with pytest.raises(IntegrityError):
        failing.commit()
    failing.close()
    with Session(database.writer) as session, session.begin():
        session.add(PortalFact(key="colour", value="blue"))
    with Session(database.reader) as session:
        assert session.get_one(PortalFact, "colour").value == "blue"


def test_a_connection_that_only_read_can_write_afterwards(database: Database) -> None:
    with Session(database.reader) as session:
        session.scalars(select(PortalFact)).all()
    with Session(database.writer) as session, session.begin():
        session.add(PortalFact(key="colour", value="blue"))
    with Session(database.reader) as session:
        assert session.get_one(PortalFact, "colour").value == "blue"


def test_a_reader_sees_one_state_of_things_whatever_is_committed_meanwhile(database: Database) -> None:
    def count(session: Session) -> int | None:
        return session.scalar(select(func.count()).select_from(PortalFact))

    with Session(database.reader) as reading:
        assert count(reading) == 0
        with Session(database.writer) as session, session.begin():
            session.add(PortalFact(key="colour", value="blue"))
        assert count(reading) == 0
    with Session(database.reader) as reading:
        assert count(reading) == 1


def test_postgresql_keeps_what_readers_ask_ready_from_page_to_page() -> None:
    with postgres_url(seeded) as url:
        opened = open_database(url)
        for _ in range(7):
            with Session(opened.reader) as session:
                session.execute(select(Organisation.slug)).all()
                ready = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
        opened.dispose()
    assert any("organisations.slug" in statement for statement in ready)


def test_a_statement_that_was_ready_before_a_migration_fails_once_at_most() -> None:
    with postgres_url(seeded) as url:
        opened, migrating = open_database(url), open_database(url)
        asked = select(PortalFact.value)
        for _ in range(7):
            with Session(opened.reader) as session:
                session.execute(asked).all()
        with migrating.writer.begin() as connection:
            connection.execute(text("ALTER TABLE portal_facts ALTER COLUMN value TYPE bytea USING NULL"))
        migrating.dispose()
        with Session(opened.reader) as session, pytest.raises(DBAPIError):
            session.execute(asked).all()
        with Session(opened.reader) as session:
            assert session.execute(asked).all() == []
        opened.dispose()


def test_a_reader_whose_statement_failed_goes_on_with_the_next_transaction(database: Database) -> None:
    with Session(database.reader) as session:
        with pytest.raises(DBAPIError):
            session.execute(text("SELECT nothing_of_that_name"))
        session.rollback()
        assert session.scalar(select(func.count()).select_from(PortalFact)) == 0


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_an_address_of_postgresql_needs_no_driver(scheme: str) -> None:
    opened = open_database(f"{scheme}://portal@/portal?host=/nowhere")
    assert opened.writer.dialect.driver == "psycopg"


def test_eight_writers_at_once_lose_nothing(database: Database) -> None:
    def write(number: int) -> None:
        for turn in range(10):
            with Session(database.writer) as session, session.begin():
                session.add(PortalFact(key=f"{number}.{turn}", value="there"))
                session.execute(
                    text("UPDATE organisations SET headcount = coalesce(headcount, 0) + 1 WHERE slug = 'torus'")
                )

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    with Session(database.reader) as session:
        assert session.scalar(select(func.count()).select_from(PortalFact)) == 80
        assert session.scalars(select(Organisation.headcount).where(Organisation.slug == "torus")).one() == 80


def test_eight_organisations_that_save_at_once_lose_no_answer(database: Database) -> None:
    with Session(database.writer) as session, session.begin():
        make_round(session, "2026-07", is_open=True)

    def save(slug: str) -> None:
        for number in (1, 2, 3):
            with Session(database.writer) as session, session.begin():
                found = find(session, "2026-07", slug, lock=True)
                section = found.questionnaire.section("about")
                stored = {} if found.row is None else {a.question: a.parts for a in _answers(session, found.row)}
                typed = {"about.boundary": {"": f"{slug} {number}"}}
                saving.save_section(session, found, section, typed, stamp_of(section, stored), actor())

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(save, EIGHT))
    with Session(database.reader) as session:
        kept = session.scalars(select(Answer.parts)).all()
        counted = session.scalars(select(ReturnCount.number)).all()
    assert sorted(parts[""] for parts in kept) == sorted(f"{slug} 3" for slug in EIGHT)
    assert counted == [8]


def _answers(session: Session, row: Return) -> list[Answer]:
    return list(session.scalars(select(Answer).where(Answer.return_id == row.id)))


def test_two_first_saves_of_one_return_at_once_make_one_return(database: Database) -> None:
    with Session(database.writer) as session, session.begin():
        make_round(session, "2026-07", is_open=True)

    def save(_: int) -> None:
        with Session(database.writer) as session, session.begin():
            found = find(session, "2026-07", "torus", lock=True)
            section = found.questionnaire.section("about")
            typed = {"about.boundary": {"": "Sent twice by a double click."}}
            saving.save_section(session, found, section, typed, stamp_of(section, {}), actor())

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(save, range(8)))
    with Session(database.reader) as session:
        assert session.scalar(select(func.count()).select_from(Return)) == 1
        assert session.scalars(select(Answer.parts)).all() == [{"": "Sent twice by a double click."}]


def test_eight_returns_accepted_at_once_are_all_in_the_totals(database: Database) -> None:
    with Session(database.writer) as session, session.begin():
        round_ = make_round(session, "2026-07")
        given = {slug: signed(p2__local_fte=share("10.00", "20.00")) for slug in EIGHT}
        import_answers(session, round_, given)

    def accept(slug: str) -> None:
        with Session(database.writer) as session, session.begin():
            found = find(session, "2026-07", slug, lock=True)
            submission = get_submission(session, found.get_row())
            returns.accept(session, found, submission, OPERATOR, is_operator=True)
            remake_totals(session, found.round)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(accept, EIGHT))
    assert [finding for finding in examine(database) if finding.wrong] == []
    with Session(database.reader) as session:
        total = session.scalars(select(Total).where(Total.measure == "p2.local_fte", Total.breakdown == "all")).one()
    assert (total.returns, total.numerator) == (8, Decimal("80.00"))
