"""Databases, applications and people for every test; a test that takes `url` runs on SQLite and on PostgreSQL."""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy.orm import Session

from anchor_portal import create_app
from anchor_portal.clock import today
from anchor_portal.config import Settings
from anchor_portal.engine import Database, open_database
from anchor_portal.queries.reference import ReferenceShelf
from anchor_portal.services.demo.load import load_demo
from anchor_portal.services.migration import migrate
from anchor_portal.services.seeds import load_seeds
from tests.engines import memory, postgres_url, quick_folder, renewed_postgres_url, share_in, sqlite_url
from tests.pages import Browser

if memory():
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory()))  # where tmp_path lies
SECRET = "a secret for tests only"
STRONG_SECRET = "kU3x-8vQ2m_Zr7Lw0Ty5Bn1Hs9Cd4Gf6Je"
"""One that an installation may have which others can reach."""
ENGINES = ("sqlite", "postgres")


def pytest_collection(session: pytest.Session) -> None:
    """Of two processes the second begins with the last file: what one made of a file's source serves the other too."""
    if int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % 2 == 0:
        return
    asked = [session.config.rootpath / word.partition("::")[0] for word in session.config.args]
    files = {file for place in asked for file in (place.rglob("test_*.py") if place.is_dir() else [place])}
    for file in sorted(files, reverse=True):
        with suppress(Exception):  # what is wrong with it is said where it is collected
            import_module(".".join(file.relative_to(session.config.rootpath).with_suffix("").parts))


def pytest_collection_finish() -> None:
    """What was loaded so far stays to the end: nobody need look through it again and again for what can be let go.

    What tests make is looked through less often than Python would: it costs time each time, and memory is there.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Templates are compiled, and databases prepared, once a run, for all workers and applications."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    share_in(shared)
    folder = shared / "templates"
    folder.mkdir(exist_ok=True)
    before = Flask.jinja_options
    Flask.jinja_options = {**before, "bytecode_cache": FileSystemBytecodeCache(str(folder))}
    yield
    Flask.jinja_options = before


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


@cache
def _evidence_folder() -> str:
    """A folder for files handed in, the same for all tests of a process; names in it are random."""
    folder = tempfile.mkdtemp(prefix="portal-evidence-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def make_app(url: str, **more: Any) -> Flask:
    """The application on a database; more settings by name."""
    own = {"evidence": _evidence_folder(), "results": _evidence_folder(), **more}
    app = create_app(Settings(database_url=url, secret_key=SECRET, secure_cookies=False, **own))
    app.config["TESTING"] = False
    return app


@cache
def _kept_folder() -> Path:
    """Where the database of the kept application lies on SQLite."""
    return quick_folder("portal-kept-")


@cache
def _kept_app(url: str) -> Flask:
    """One application for each engine and process: its templates and statements are compiled once, not for each test."""
    return make_app(url)


@contextmanager
def fresh_app(engine: str) -> Iterator[Flask]:
    """The kept application on a database that was made anew, as if both had just been set up."""
    url = sqlite_url(_kept_folder(), with_demo) if engine == "sqlite" else renewed_postgres_url(with_demo, "kept")
    app = _kept_app(url)
    app.extensions["reference"] = ReferenceShelf()
    views = dict(app.view_functions)
    yield app
    app.view_functions = views
    app.extensions["database"].dispose()


@pytest.fixture(params=ENGINES)
def app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application with the demonstration, on each engine."""
    with fresh_app(request.param) as made:
        yield made


@pytest.fixture
def sqlite_app() -> Iterator[Flask]:
    """The application with the demonstration, on SQLite alone: for what does not depend on the engine."""
    with fresh_app("sqlite") as made:
        yield made


@pytest.fixture
def browser(app: Flask) -> Browser:
    """Somebody who is not signed in, on each engine; `browser.sign_in(email)` signs in."""
    return Browser(app)


@pytest.fixture
def sqlite_browser(sqlite_app: Flask) -> Browser:
    """Somebody who is not signed in, on SQLite alone."""
    return Browser(sqlite_app)
