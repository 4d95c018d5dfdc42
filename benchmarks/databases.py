"""A database for benchmarks: the demonstration."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.services.demo.load import load_demo
from anchor_portal.services.migration import migrate
from anchor_portal.services.seeds import load_seeds


def demo_database(folder: Path) -> str:
    """The address of a new database with the demonstration."""
    url = f"sqlite:///{folder / 'demo.sqlite3'}"
    database = open_database(url)
    migrate(database.writer)
    with Session(database.writer) as session, session.begin():
        load_seeds(session)
        load_demo(session, datetime.now(UTC).date())
    database.dispose()
    return url
