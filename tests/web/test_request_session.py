"""The session of a request: statements and objects in one transaction on one connection, which is always given back."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from anchor_portal.engine import Database
from anchor_portal.models import Base, PortalFact
from anchor_portal.web.request_session import RequestSession

FACTS = Base.metadata.tables[PortalFact.__tablename__]


def put(session: RequestSession, key: str) -> None:
    """As pages do it that know no objects."""
    session.connection().execute(insert(FACTS), {"key": key, "value": "x"})


def kept(database: Database) -> set[str]:
    """What was committed."""
    with Session(database.reader) as session:
        return set(session.scalars(select(PortalFact.key).where(PortalFact.value == "x")))


def connections_out(session: RequestSession) -> int:
    """How many connections nobody gave back."""
    assert isinstance(session.engine.pool, QueuePool)
    return session.engine.pool.checkedout()


def test_a_commit_keeps_statements_and_objects_whichever_came_first(database: Database) -> None:
    session = RequestSession(database.writer)
    put(session, "statement first")
    session.add(PortalFact(key="object after", value="x"))
    session.commit()
    session.add(PortalFact(key="object first", value="x"))
    session.flush()
    put(session, "statement after")
    session.commit()
    assert kept(database) == {"statement first", "object after", "object first", "statement after"}
    assert connections_out(session) == 0


def test_a_roll_back_undoes_statements_and_objects_together(database: Database) -> None:
    session = RequestSession(database.writer)
    put(session, "statement")
    session.add(PortalFact(key="object", value="x"))
    session.flush()
    session.rollback()
    put(session, "never committed")
    session.close()
    assert kept(database) == set()
    assert connections_out(session) == 0


def test_a_statement_within_a_savepoint_is_undone_with_it(database: Database) -> None:
    session = RequestSession(database.writer)
    put(session, "outside")
    savepoint = session.begin_nested()
    put(session, "inside")
    savepoint.rollback()
    session.commit()
    assert kept(database) == {"outside"}


def test_objects_that_were_read_see_what_a_statement_of_the_same_request_wrote(database: Database) -> None:
    session = RequestSession(database.writer)
    put(session, "fresh")
    assert session.get(PortalFact, "fresh") is not None
    session.close()


def test_a_failed_statement_leaves_nothing_behind_and_the_session_usable(database: Database) -> None:
    session = RequestSession(database.writer)
    put(session, "twice")
    with pytest.raises(IntegrityError):
        put(session, "twice")
    session.rollback()
    put(session, "once")
    session.commit()
    assert kept(database) == {"once"}
    assert connections_out(session) == 0


def test_a_connection_that_is_made_invalid_is_not_given_to_anybody_else(database: Database) -> None:
    session = RequestSession(database.writer)
    put(session, "lost")
    before = session.connection().connection.driver_connection
    session.invalidate()
    assert connections_out(session) == 0
    assert session.connection().connection.driver_connection is not before
    session.close()
    assert kept(database) == set()
