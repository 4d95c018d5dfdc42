"""That somebody was here: written down now and then, beside the request, and never waited for."""

import sqlite3
from datetime import datetime

from sqlalchemy import Engine, Update, select, update

from anchor_portal.engine import Database
from anchor_portal.models import SignIn, User
from anchor_portal.models.base import now

Used = tuple[int, str]
"""A session that was used, and the network address from which it was."""


def note_seen(
    database: Database, user_id: int, at: datetime | None = None, *, session_used: Used | None = None
) -> None:
    """Write down that somebody was seen, and in which session; left for the next page where that would have to wait.

    So nobody waits for this: neither for a long import on SQLite nor for a change of the account on PostgreSQL.
    """
    seen = at or now()
    free = select(User.id).where(User.id == user_id).with_for_update(skip_locked=True).scalar_subquery()
    changes = [update(User).where(User.id == free).values(last_seen_at=seen)]
    if session_used:
        sign_in_id, address = session_used
        used = select(SignIn.id).where(SignIn.id == sign_in_id).with_for_update(skip_locked=True).scalar_subquery()
        changes.append(update(SignIn).where(SignIn.id == used).values(used_at=seen, address=address))
    if database.writer.dialect.name == "sqlite":
        _note_without_waiting(database.writer, changes)
        return
    with database.writer.begin() as connection:
        for change in changes:
            connection.execute(change)


def _note_without_waiting(engine: Engine, changes: list[Update]) -> None:
    """On SQLite there is one writer at a time: ask for the turn, and go on where somebody else has it."""
    statements = [str(change.compile(engine, compile_kwargs={"literal_binds": True})) for change in changes]
    borrowed = engine.raw_connection()
    try:
        cursor = borrowed.cursor()
        [(patience,)] = cursor.execute("PRAGMA busy_timeout").fetchall()
        cursor.execute("PRAGMA busy_timeout=0")
        try:
            cursor.execute("BEGIN IMMEDIATE")
            for statement in statements:
                cursor.execute(statement)
            cursor.execute("COMMIT")
        except sqlite3.Error:
            return  # somebody else has the turn; what was begun ends with the connection's return to the pool
        finally:
            cursor.execute(f"PRAGMA busy_timeout={patience}")
    finally:
        borrowed.close()
