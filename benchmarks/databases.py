"""Databases for benchmarks: the demonstration, on either engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.services.demo.load import load_demo
from anchor_portal.services.migration import migrate
from anchor_portal.services.seeds import load_seeds
from benchmarks.engines import empty_database


def demo_database(folder: Path) -> str:
    """The address of a new SQLite database with the demonstration."""
    url = f"sqlite:///{folder / 'demo.sqlite3'}"
    _fill(url)
    return url


@contextmanager
def demo_on(engine: str, folder: Path) -> Iterator[str]:
    """The address of a new database with the demonstration, on one engine."""
    with empty_database(engine, folder, "demo") as url:
        _fill(url)
        yield url


def _fill(url: str) -> None:
    database = open_database(url)
    migrate(database.writer)
    with Session(database.writer) as session, session.begin():
        load_seeds(session)
        load_demo(session, datetime.now(UTC).date())
    database.dispose()
