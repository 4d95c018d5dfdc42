"""That somebody was here: written down now and then, beside the request, and never waited for."""

import sqlite3
from datetime import datetime

from sqlalchemy import Engine, select, update

from anchor_portal.engine import BUSY_MILLISECONDS, Database
from anchor_portal.models import User
from anchor_portal.models.base import now


def note_seen(database: Database, user_id: int, at: datetime | None = None) -> None:
    """Write down that somebody was seen; left for the next page where another transaction is in the way.

    So nobody waits for this: neither for a long import on SQLite nor for a change of the account on PostgreSQL.
    """
    seen = at or now()
    if database.writer.dialect.name == "sqlite":
        _note_without_waiting(database.writer, user_id, seen)
        return
    free = select(User.id).where(User.id == user_id).with_for_update(skip_locked=True).scalar_subquery()
    with database.writer.begin() as connection:
        connection.execute(update(User).where(User.id == free).values(last_seen_at=seen))


def _note_without_waiting(engine: Engine, user_id: int, seen: datetime) -> None:
    """On SQLite there is one writer at a time: ask for the turn, and go on where somebody else has it."""
    change = update(User).where(User.id == user_id).values(last_seen_at=seen)
    statement = str(change.compile(engine, compile_kwargs={"literal_binds": True}))
    borrowed = engine.raw_connection()
    try:
        cursor = borrowed.cursor()
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            cursor.execute(statement)
        except sqlite3.OperationalError:
            return  # somebody else has the turn
        finally:
            cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    finally:
        borrowed.close()
