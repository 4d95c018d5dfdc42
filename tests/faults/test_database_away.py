"""A PostgreSQL that is stopped, crashes, has no room or must not be written to, and comes back."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.engine import Connection

from anchor_portal.engine import Database, Patience, open_database
from anchor_portal.services.doctor import examine
from tests.conftest import make_app, with_demo
from tests.engines import skip_or_fail
from tests.kills.postgres import OwnPostgres, own_postgres
from tests.pages import Browser, check
from tests.web.sections import SECTION, send, stored

LEAD, PATH, BOX = "lead@trust.example", f"{SECTION}/pledge-1", "p1.narrative:"


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgres]:
    """A server with the demonstration, on a small disk where that can be given."""
    with own_postgres(with_demo, "160m" if os.geteuid() == 0 else "") as made:
        yield made


@pytest.fixture(scope="module")
def app(server: OwnPostgres) -> Iterator[Flask]:
    """The portal on it."""
    made = make_app(server.url)
    yield made
    made.extensions["database"].dispose()


@pytest.fixture
def lead(app: Flask) -> Browser:
    """Somebody who fills in."""
    return Browser(app).sign_in(LEAD)


def narrative(app: Flask) -> str:
    """What the database holds."""
    return stored(app)[BOX.removesuffix(":")][""]


def test_a_database_that_is_stopped_and_started_again_loses_neither_page_nor_typing(
    server: OwnPostgres, app: Flask, lead: Browser
) -> None:
    form = lead.get(PATH).form() | {BOX: "Typed while it was away.", "then": "later"}
    server.stop()
    try:
        page = check(lead.client.get(PATH), 503)
        assert page.title == "The portal cannot reach its database"
        kept = check(lead.client.post(PATH, data=form), 503)
        assert kept.title == "This could not be saved" and "Typed while it was away." in kept.words
        assert check(Browser(app).client.get("/privacy"), 200).status == 200
        signing_in = Browser(app).client.post("/sign-in", data={"email": LEAD, "password": "x"})
        assert signing_in.status_code in {400, 503}, "nobody is told that a right password is wrong"
    finally:
        server.start()
    assert lead.get(PATH).status == 200, "connections from before are noticed to be dead"
    send(lead, PATH, kept.form())
    assert narrative(app) == "Typed while it was away."


def test_what_was_acknowledged_is_there_after_a_crash_of_the_database(
    server: OwnPostgres, app: Flask, lead: Browser
) -> None:
    for number in range(3):
        send(lead, PATH, lead.get(PATH).form() | {BOX: f"Before crash {number}.", "then": "later"})
        server.stop("immediate")
        server.start()
        assert narrative(app) == f"Before crash {number}."
    assert [finding for finding in examine(app.extensions["database"]) if finding.wrong] == []


def test_a_connection_that_the_server_ended_a_moment_ago_is_not_used_again(server: OwnPostgres, app: Flask) -> None:
    database: Database = app.extensions["database"]
    for _ in range(20):
        with database.writer.connect() as connection:
            _end(database, connection)
        with database.reader.connect() as one, database.reader.connect() as other:
            assert [each.scalar(text("SELECT 1")) for each in (one, other)] == [1, 1]


def cut_off(database: Database, word: str) -> None:
    """Have the server end the connection that is about to say something that begins so, once."""
    armed = [True]

    @event.listens_for(database.writer, "before_cursor_execute")
    def end(connection: Connection, cursor: object, statement: str, *_: object) -> None:
        if armed and statement.startswith(word):
            armed.clear()
            _end(database, connection)


def _end(database: Database, connection: Connection) -> None:
    dbapi = connection.connection.driver_connection
    assert dbapi is not None
    with database.reader.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": dbapi.info.backend_pid})


@pytest.mark.parametrize("word", ["SELECT", "INSERT"])
def test_a_connection_that_breaks_in_the_middle_of_a_save_keeps_what_was_typed(
    app: Flask, lead: Browser, word: str
) -> None:
    before = stored(app)
    form = lead.get(PATH).form() | {BOX: f"Cut off at {word}.", "then": "later"}
    cut_off(app.extensions["database"], word)
    kept = check(lead.client.post(PATH, data=form), 503)
    assert kept.title == "This could not be saved"
    assert stored(app) == before
    send(lead, PATH, kept.form())
    assert narrative(app) == f"Cut off at {word}."


def test_a_connection_that_breaks_in_the_commit_is_said_to_be_uncertain(app: Flask, lead: Browser) -> None:
    form = lead.get(PATH).form() | {BOX: "Cut off at the commit.", "then": "later"}
    database: Database = app.extensions["database"]
    armed = [True]

    @event.listens_for(database.writer, "commit")
    def end(connection: Connection) -> None:
        if armed:
            armed.clear()
            _end(database, connection)

    kept = check(lead.client.post(PATH, data=form), 503)
    assert kept.title == "It is not known whether this was saved"
    assert "Cut off at the commit." in kept.words and "look" in kept.words
    send(lead, PATH, kept.form())
    assert narrative(app) == "Cut off at the commit."


def test_a_database_that_must_only_be_read_is_read(server: OwnPostgres, app: Flask, lead: Browser) -> None:
    form = lead.get(PATH).form() | {BOX: "Typed at a standby.", "then": "later"}
    server.stop()
    standby = server.data / "standby.signal"
    standby.touch()
    server.start()
    try:
        assert lead.get(PATH).status == 200
        kept = check(lead.client.post(PATH, data=form), 503)
        assert kept.title == "This could not be saved" and "Typed at a standby." in kept.words
    finally:
        server.stop()
        standby.unlink(missing_ok=True)
        server.start()
    send(lead, PATH, kept.form())
    assert narrative(app) == "Typed at a standby."


def test_statements_that_never_end_are_ended(server: OwnPostgres) -> None:
    hasty = open_database(server.url, Patience(statement=0.2))
    with pytest.raises(Exception, match="statement timeout"), hasty.reader.connect() as connection:
        connection.execute(text("SELECT pg_sleep(30)"))
    hasty.dispose()


def test_a_full_disk_of_the_database_is_said_and_nothing_is_lost(
    server: OwnPostgres, app: Flask, lead: Browser
) -> None:
    if os.geteuid() != 0:
        skip_or_fail("Only root can give PostgreSQL a small disk")
    long = "Written while its disk was full. " * 2000
    form = lead.get(PATH).form() | {BOX: long, "then": "later"}
    filler = server.data / "filler"
    _fill(filler)
    titles = [check(lead.client.post(PATH, data=form), 503).title for _ in range(3)]
    filler.unlink()
    assert set(titles) <= {"This could not be saved", "It is not known whether this was saved"}
    _start_where_it_gave_up(server)
    kept = narrative(app)
    send(lead, PATH, lead.get(PATH).form() | {BOX: long, "then": "later"})
    assert narrative(app).strip() == long.strip() != kept
    assert [finding for finding in examine(app.extensions["database"]) if finding.wrong] == []


def _fill(place: Path) -> None:
    try:
        with place.open("wb", buffering=0) as filler:
            while filler.write(b"x" * 8192):
                pass
    except OSError:
        return


def _start_where_it_gave_up(server: OwnPostgres) -> None:
    """Without room for its log PostgreSQL gives up altogether, as its manual says, and an administrator starts it again."""
    opened = open_database(server.url)
    try:
        opened.reader.connect().close()
    except Exception:
        server.start()
    finally:
        opened.dispose()
