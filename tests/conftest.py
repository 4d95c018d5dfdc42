"""Databases, applications and people for every test; a test that takes `url` runs on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from anchor_portal import create_app
from anchor_portal.clock import today
from anchor_portal.config import Settings
from anchor_portal.engine import Database, open_database
from anchor_portal.services.demo import load_demo
from anchor_portal.services.migration import migrate
from anchor_portal.services.seeds import load_seeds
from tests.engines import postgres_url, sqlite_url
from tests.pages import Browser

SECRET = "a secret for tests only"
ENGINES = ("sqlite", "postgres")


def seeded(url: str) -> None:
    """Migrate a database and load the seeds."""
    database = open_database(url)
    migrate(database.writer)
    with Session(database.writer) as session, session.begin():
        load_seeds(session)
    database.dispose()


def with_demo(url: str) -> None:
    """Migrate a database, and load the seeds and the demonstration."""
    seeded(url)
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        load_demo(session, today())
    database.dispose()


def address(engine: str, folder: Path, prepare: Callable[[str], None], stack: ExitStack) -> str:
    """The address of a database of one's own on an engine."""
    return sqlite_url(folder, prepare) if engine == "sqlite" else stack.enter_context(postgres_url(prepare))


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the seeds: no rounds, no returns, no people."""
    with ExitStack() as stack:
        yield address(request.param, tmp_path, seeded, stack)


@pytest.fixture(params=ENGINES)
def demo_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with the demonstration."""
    with ExitStack() as stack:
        yield address(request.param, tmp_path, with_demo, stack)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """The seeded database, open."""
    opened = open_database(url)
    yield opened
    opened.dispose()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session that may write; what it does is not committed unless the test commits."""
    with Session(database.writer) as opened:
        yield opened


@pytest.fixture
def demo_database(demo_url: str) -> Iterator[Database]:
    """The demonstration's database, open."""
    opened = open_database(demo_url)
    yield opened
    opened.dispose()


def make_app(url: str) -> Flask:
    """The application on a database."""
    app = create_app(Settings(database_url=url, secret_key=SECRET, secure_cookies=False))
    app.config["TESTING"] = False
    return app


@pytest.fixture
def app(demo_url: str) -> Iterator[Flask]:
    """The application with the demonstration, on each engine."""
    made = make_app(demo_url)
    yield made
    made.extensions["database"].dispose()


@pytest.fixture
def sqlite_app(tmp_path: Path) -> Iterator[Flask]:
    """The application with the demonstration, on SQLite alone: for what does not depend on the engine."""
    made = make_app(sqlite_url(tmp_path, with_demo))
    yield made
    made.extensions["database"].dispose()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Somebody who is not signed in, on each engine; `browser.sign_in(email)` signs in."""
    return Browser(app)


@pytest.fixture
def sqlite_browser(sqlite_app: Flask) -> Browser:
    """Somebody who is not signed in, on SQLite alone."""
    return Browser(sqlite_app)
