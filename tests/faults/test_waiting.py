"""Waiting in vain: for a lock, for a free connection; a clear page, what was typed kept, and all is well afterwards."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from anchor_portal.engine import CONNECTIONS, MORE_CONNECTIONS, Database, Patience, open_database
from anchor_portal.models import Organisation
from tests.pages import Browser, check
from tests.web.sections import SECTION, TRUST, send, stored

LEAD, PATH, BOX = "lead@trust.example", f"{SECTION}/pledge-1", "p1.narrative:"


@pytest.fixture
def hasty(app: Flask) -> Iterator[Flask]:
    """The portal, when it waits for a fifth of a second and no longer."""
    usual = app.extensions["database"]
    app.extensions["database"] = open_database(app.extensions["settings"].database_url, Patience(0.2, 0.2))
    yield app
    app.extensions["database"].dispose()
    app.extensions["database"] = usual


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Somebody else is writing: SQLite has one writer at a time, PostgreSQL keeps what is locked row by row."""
    other: Database = open_database(app.extensions["settings"].database_url)
    with Session(other.writer) as session:
        session.execute(select(Organisation).where(Organisation.slug == TRUST).with_for_update(key_share=True))
        yield
    other.dispose()


def test_a_save_that_waits_in_vain_for_another_keeps_what_was_typed(hasty: Flask) -> None:
    lead = Browser(hasty).sign_in(LEAD)
    before = stored(hasty)
    form = lead.get(PATH).form() | {BOX: "Typed while somebody else was writing.", "then": "later"}
    with locked(hasty):
        assert lead.get(PATH).status == 200, "reading waits for nobody"
        kept = check(lead.client.post(PATH, data=form), 503)
        assert kept.title == "This could not be saved" and "Typed while somebody" in kept.words
        script = lead.client.post(PATH, data=form, headers={"Accept": "application/json"})
        assert script.status_code == 503, "the page's script is told, and tries again"
    assert stored(hasty) == before
    send(lead, PATH, kept.form())
    assert stored(hasty)["p1.narrative"][""] == "Typed while somebody else was writing."


@contextmanager
def all_in_use(database: Database) -> Iterator[None]:
    """Every connection that the process may have is busy."""
    with ExitStack() as stack:
        # one pool on PostgreSQL, two on SQLite
        pools = {engine.pool: engine for engine in (database.writer, database.reader)}
        for engine in pools.values():
            for _ in range(CONNECTIONS + MORE_CONNECTIONS):
                stack.enter_context(engine.connect())
        yield


def test_where_all_connections_are_in_use_pages_say_so_at_once(hasty: Flask) -> None:
    lead = Browser(hasty).sign_in(LEAD)
    form = lead.get(PATH).form() | {BOX: "Typed in a crowd.", "then": "later"}
    with all_in_use(hasty.extensions["database"]):
        for address in ("/", "/indicators/12", PATH, "/work"):
            assert check(lead.client.get(address), 503).title == "The portal cannot reach its database"
        kept = check(lead.client.post(PATH, data=form), 503)
        assert kept.title == "This could not be saved" and "Typed in a crowd." in kept.words
        assert check(lead.client.get("/nowhere"), 404).title == "Page not found"
    assert lead.get("/work").status == 200
    send(lead, PATH, kept.form())
    assert stored(hasty)["p1.narrative"][""] == "Typed in a crowd."


def test_no_page_keeps_its_connection_whatever_becomes_of_it(hasty: Flask) -> None:
    lead = Browser(hasty).sign_in(LEAD)
    for address in ("/nowhere", PATH, "/returns/2099-01/x", "/work", "/rounds/2026-07", "/data/2026-07.csv") * 6:
        lead.client.get(address).close()
    database: Database = hasty.extensions["database"]
    with database.reader.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
        assert database.reader.pool.checkedout() == 1  # type: ignore[attr-defined]
    assert database.writer.pool.checkedout() == 0  # type: ignore[attr-defined]
