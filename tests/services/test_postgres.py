"""Our own way to PostgreSQL: statements that stay ready, and rows as any cursor gives them."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import bindparam, delete, func, insert, literal, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.engine import Database, open_database
from anchor_portal.models import PortalFact
from anchor_portal.postgres import MOST_READY, TIMES_UNREADY
from tests.conftest import seeded
from tests.engines import postgres_url

READY = text("SELECT count(*) FROM pg_prepared_statements")
NAMES = ["ä", "b", "c", "d", "e"]


@pytest.fixture
def on_postgres() -> Iterator[Database]:
    """A database on PostgreSQL, which five facts are in."""
    with postgres_url(seeded) as url:
        opened = open_database(url)
        with opened.writer.begin() as connection:
            connection.execute(insert(PortalFact), [{"key": name, "value": f"{name} 1"} for name in NAMES])
        yield opened
        opened.dispose()


def test_a_connection_has_only_so_many_statements_ready_and_goes_on_with_others(on_postgres: Database) -> None:
    columns = [literal(number).label(f"column_{number}") for number in range(MOST_READY + 30)]
    with on_postgres.reader.connect() as connection:
        for column in columns:
            for _ in range(TIMES_UNREADY + 2):
                assert connection.execute(select(column)).scalar() == column.element.value
        assert connection.execute(READY).scalar() == MOST_READY
        assert connection.execute(select(columns[0])).scalar() == 0


def test_a_statement_is_ready_after_a_roll_back_as_before(on_postgres: Database) -> None:
    asked = select(PortalFact.value).where(PortalFact.key == "b")
    with Session(on_postgres.writer) as session:
        for _ in range(TIMES_UNREADY + 2):
            session.execute(asked).all()
        session.rollback()
        ready = session.scalar(READY)
        assert session.scalar(asked) == "b 1"
        assert session.scalar(READY) == ready == 1


def test_a_savepoint_takes_back_what_failed_however_often(on_postgres: Database) -> None:
    with Session(on_postgres.writer) as session:
        for _ in range(2 * TIMES_UNREADY):
            with pytest.raises(IntegrityError), session.begin_nested():
                session.execute(insert(PortalFact).values(key="b", value="there twice"))
        assert session.scalar(select(func.count()).select_from(PortalFact)) == len(NAMES)


def test_rows_come_one_by_one_in_parts_and_all_that_are_left(on_postgres: Database) -> None:
    with on_postgres.reader.connect() as connection:
        result = connection.execute(select(PortalFact.key).order_by(PortalFact.value.collate("C")))
        first, some, rest = result.fetchone(), result.fetchmany(2), result.fetchall()
    assert first is not None
    assert [first[0], *(row[0] for row in (*some, *rest))] == ["b", "c", "d", "e", "ä"]


def test_rows_that_are_too_many_at_once_are_read_in_batches(on_postgres: Database) -> None:
    asked = select(func.generate_series(1, bindparam("last")))
    with on_postgres.reader.connect() as connection:
        batches = connection.execution_options(yield_per=400).execute(asked, {"last": 1000}).partitions()
        assert [len(batch) for batch in batches] == [400, 400, 200]


def test_a_change_says_how_many_rows_it_changed(on_postgres: Database) -> None:
    with on_postgres.writer.begin() as connection:
        one = update(PortalFact).where(PortalFact.key == bindparam("of")).values(value="changed")
        assert connection.execute(one, [{"of": "b"}, {"of": "c"}, {"of": "nothing"}]).rowcount == 2
        assert connection.execute(delete(PortalFact).where(PortalFact.value == "changed")).rowcount == 2


def test_several_statements_in_one_text_are_run_one_after_the_other(on_postgres: Database) -> None:
    with on_postgres.writer.begin() as connection:
        for _ in range(TIMES_UNREADY + 2):
            connection.execute(text("DELETE FROM portal_facts; INSERT INTO portal_facts VALUES ('ö', 'ö;ö')"))
        assert connection.execute(select(PortalFact.value)).scalars().all() == ["ö;ö"]


def test_a_text_beyond_latin_stands_in_a_statement_itself(on_postgres: Database) -> None:
    with on_postgres.reader.connect() as connection:
        for _ in range(TIMES_UNREADY + 2):
            assert connection.execute(text("SELECT 'Łódź'")).scalar() == "Łódź"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Python hears Ctrl-C, even where the tests were started in the background, by a shell that has it ignored there."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_whoever_waits_at_the_command_line_can_break_it_off(on_postgres: Database) -> None:
    with on_postgres.reader.connect() as connection:
        stop = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
        stop.start()
        began = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            connection.execute(select(func.pg_sleep(20))).all()
        assert time.monotonic() - began < 10
        stop.join()
        connection.rollback()
        assert connection.execute(select(func.count()).select_from(PortalFact)).scalar() == len(NAMES)


def test_a_commit_after_a_statement_that_failed_is_not_taken_for_one(on_postgres: Database) -> None:
    with on_postgres.writer.connect() as connection:
        connection.execute(delete(PortalFact))
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT nothing_of_that_name"))
        with pytest.raises(DBAPIError, match="nothing was committed"):
            connection.commit()
    with on_postgres.reader.connect() as connection:
        assert connection.execute(select(func.count()).select_from(PortalFact)).scalar() == len(NAMES)
