"""The session of a request: one connection, which plain statements use without what SQLAlchemy keeps for objects."""

from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from anchor_portal.models.ended_sessions import ENDED_HERE
from anchor_portal.queries.viewer import HELD, KNOWN

OF_A_TRANSACTION = (HELD, KNOWN, ENDED_HERE)
"""What is noted of a session until its transaction ends."""


class RequestSession(Session):
    """A session on one connection and in one transaction, from the first statement to the commit or roll-back.

    Most pages ask with plain statements alone. Those go to the connection itself; objects that are loaded or changed
    beside them join its transaction. A commit or roll-back ends both, and gives the connection back.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, join_transaction_mode="control_fully")
        self.engine = engine
        self._held: Connection | None = None

    def _hold(self) -> Connection:
        if self._held is None:
            connection = self.engine.connect()
            try:
                connection.begin()
            except BaseException:
                connection.close()
                raise
            self._held = connection
        return self._held

    @property
    def has_begun(self) -> bool:
        """Whether a transaction was begun and did not end yet."""
        return self._held is not None

    def get_bind(self, *_args: Any, **_more: Any) -> Connection:
        """The connection, whatever is asked for."""
        return self._hold()

    def connection(self, *args: Any, **more: Any) -> Connection:
        """The connection; within a savepoint by way of the session, which sets it first."""
        if args or more or self.in_nested_transaction():
            return super().connection(*args, **more)
        return self._hold()

    def commit(self) -> None:
        """Write what is pending, commit, and give the connection back."""
        if self.in_transaction():
            super().commit()
        if self._held is not None:
            if self._held.in_transaction():
                self._held.commit()
            self._give_back()

    def rollback(self) -> None:
        """Undo everything since the last commit, and give the connection back."""
        try:
            if self.in_transaction():
                super().rollback()
        finally:
            self._give_back()

    def invalidate(self) -> None:
        """Close the connection for good: nobody is to get it from the pool again."""
        try:
            super().invalidate()
        finally:
            if self._held is not None:
                self._held.invalidate()
                self._give_back()

    def close(self) -> None:
        """Let go of objects and connection; what was not committed is undone."""
        if self._held is None and not self.in_transaction() and not len(self.identity_map):
            return
        try:
            super().close()
        finally:
            self._give_back()

    def _give_back(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
            for what in OF_A_TRANSACTION:
                self.info.pop(what, None)
