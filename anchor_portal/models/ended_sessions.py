"""Sessions end with what they rested on: a role given or taken, a new password, a closed account, in one transaction.

Listening here means that no way of changing a role can forget it. The person signs in again and is who they are now.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, event, inspect, update
from sqlalchemy.orm import Mapper, Session, object_session

from anchor_portal.models.base import now
from anchor_portal.models.identity import SignIn
from anchor_portal.models.people import Grant, User

ROLE_CHANGED, PASSWORD_CHANGED, ACCOUNT_CLOSED = "role changed", "password changed", "account closed"


ENDED_HERE = "sessions that this transaction ended"
"""Of a session of the database: the numbers of those that people were signed in with."""


def note_ended(session: Session | None, sign_in_ids: Iterable[int]) -> None:
    """Note which sessions a transaction itself ended."""
    if session is not None:
        session.info.setdefault(ENDED_HERE, set()).update(sign_in_ids)


def _end(connection: Connection, row: Grant | User, user_id: int, because: str) -> None:
    theirs = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None)).returning(SignIn.id)
    ended = connection.execute(theirs.values(ended_at=now(), ended_because=because)).scalars().all()
    note_ended(object_session(row), ended)


def _role_changed(mapper: Mapper[Any], connection: Connection, row: Grant) -> None:
    _end(connection, row, row.user_id, ROLE_CHANGED)


def _role_moved(mapper: Mapper[Any], connection: Connection, row: Grant) -> None:
    """As where two organisations turn out to be one."""
    if inspect(row).modified:
        _end(connection, row, row.user_id, ROLE_CHANGED)


def _account_changed(mapper: Mapper[Any], connection: Connection, row: User) -> None:
    attributes = inspect(row).attrs
    if attributes.is_enabled.history.has_changes() and not row.is_enabled:
        _end(connection, row, row.id, ACCOUNT_CLOSED)
    elif attributes.password_hash.history.has_changes():
        _end(connection, row, row.id, PASSWORD_CHANGED)


event.listen(Grant, "after_insert", _role_changed)
event.listen(Grant, "after_delete", _role_changed)
event.listen(Grant, "after_update", _role_moved)
event.listen(User, "after_update", _account_changed)
