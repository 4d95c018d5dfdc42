"""Whether anything at all was committed since one looked: two equal marks mean the very same state of the database.

SQLite tells a connection by `PRAGMA data_version` that another one committed, in this process or any other. PostgreSQL's
snapshot names which transactions count; equal snapshots see the same rows. Both answer in some hundredths of a
millisecond, whatever the size of the database. The connection is one of our own, outside the pool.
"""

import os
from threading import Lock
from typing import Any

from psycopg import OperationalError
from psycopg.pq import ExecStatus
from sqlalchemy import Engine, event

PATIENCE = 1.0
"""Seconds for which one waits for another thread that asks, before doing without an answer."""
SNAPSHOT = b"SELECT pg_current_snapshot()::text"
NAMED = b"anchor_portal_state"
"""What PostgreSQL has that statement ready under: to read and plan it anew took a third of the time."""
DATA_VERSION = "PRAGMA data_version"


class StateWatch:
    """Gives marks of the state of one database; for one process, any number of threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._turn = Lock()
        self._connection: Any = None
        self._opened_by: tuple[int, int] = (0, 0)
        self._count = 0
        event.listen(engine, "engine_disposed", self._close)

    def take(self) -> str | None:
        """A mark of what is committed by now; None where the database does not answer at once."""
        if not self._turn.acquire(timeout=PATIENCE):
            return None
        try:
            return self._read()
        except Exception:  # whatever it is: the page itself asks the database, too, and says what is wrong
            self._connection = None
            return None
        finally:
            self._turn.release()

    def _read(self) -> str:
        process, opened = self._opened_by
        if self._connection is None or process != os.getpid():  # a connection does not outlive a fork
            self._count = opened + 1
            self._connection, self._opened_by = self._open(), (os.getpid(), self._count)
        mark = self._data_version() if self._is_sqlite else self._snapshot()
        return f"{self._count} {mark}"  # numbers of two connections cannot be compared

    def _data_version(self) -> int:
        [mark] = self._connection.execute(DATA_VERSION).fetchone()
        return int(mark)

    def _snapshot(self) -> str:
        """One round trip in libpq itself: a cursor would take longer than the whole rest of the answer."""
        result = self._connection.pgconn.exec_prepared(NAMED, None)
        if result.status != ExecStatus.TUPLES_OK:
            raise OperationalError(result.error_message.decode(errors="replace"))
        return bytes(result.get_value(0, 0)).decode()

    def _open(self) -> Any:
        pooled = self._engine.raw_connection()
        own: Any = pooled.driver_connection
        pooled.detach()
        if not self._is_sqlite:
            own.autocommit = True
            own.pgconn.prepare(NAMED, SNAPSHOT)
        return own

    def _close(self, _engine: Engine) -> None:
        with self._turn:
            if self._connection is not None and self._opened_by[0] == os.getpid():
                self._connection.close()
            self._connection = None
