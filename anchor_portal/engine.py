"""Connections to the database: SQLite and PostgreSQL, a writer and a reader that cannot write."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import ConnectionPoolEntry

DATABASE_FAILS = (DBAPIError, NoConnectionFree)
"""How it shows that the database does not answer: it, its disk or the way to it failed, or all connections are in use."""
CONNECTIONS, MORE_CONNECTIONS = 5, 10
"""Of one process: kept open, and opened besides where that many are in use at once."""
SECONDS_TO_NOTICE = 60
"""After so long both sides know that the other's machine is gone, and the database lets go of what was locked."""

BEGIN_TO_WRITE = b"BEGIN"
BEGIN_TO_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
"""As on SQLite, one transaction sees one state of things: a page or an export is never half old."""
SECONDS_UNASKED = 0.2
"""So long after its last use a connection is taken to be there still; where it is not, one request says so."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How many seconds a process waits for the database before it says that it does not answer; 0 is without end.

    The waits for a statement and for what is left lying are PostgreSQL's alone.
    """

    lock: float = 10
    """Until somebody else has finished writing."""
    connection: float = 5
    """Until one of its own connections is free, where all are in use; and until a new one is made."""
    statement: float = 0
    idle: float = 600
    """So long a transaction may do nothing, before the database takes it that whoever began it is gone."""


OF_A_WEB_PROCESS = Patience(statement=25, idle=120)
"""Somebody waits for each of its answers, and servers in front give up after half a minute."""


@dataclass(frozen=True)
class Database:
    """Two engines on the same database; on SQLite a writer takes its turn when it begins."""

    writer: Engine
    reader: Engine

    def dispose(self) -> None:
        """Close all pooled connections; both engines go on with the same ones where they had them in common."""
        is_shared = self.reader.pool is self.writer.pool
        self.writer.dispose()
        self.reader.dispose()
        if is_shared:
            self.reader.pool = self.writer.pool


def open_database(address: str, patience: Patience | None = None) -> Database:
    """The database at an SQLAlchemy address, `sqlite:///…` or `postgresql+psycopg://…`; nothing is connected yet."""
    patience = patience or Patience()
    pool = {"pool_size": CONNECTIONS, "max_overflow": MORE_CONNECTIONS, "pool_timeout": patience.connection}
    if make_url(address).get_backend_name() == "sqlite":
        return Database(*(_sqlite(address, patience, pool, writes=writes) for writes in (True, False)))
    url = make_url(_with_driver(address))
    writer = create_engine(url, connect_args={**_waits(url, patience), "cursor_factory": _Cursor}, **pool)
    _ask_after_idle_ones(writer)
    _send_plainly(writer, BEGIN_TO_WRITE)
    reader = create_engine(url, pool=writer.pool)
    _send_plainly(reader, BEGIN_TO_READ)
    reader.dialect.do_rollback = _stop_reading  # type: ignore[method-assign, assignment]
    return Database(writer, reader)


def _send_plainly(engine: Engine, begin: bytes) -> None:
    """Begin and commit by libpq itself: psycopg's way to the same three words takes ten times as many steps."""

    def start(connection: Any) -> None:
        if not connection.dbapi_connection.autocommit:
            _send(connection.dbapi_connection, begin)

    engine.dialect.do_begin = start  # type: ignore[method-assign, assignment]
    engine.dialect.do_commit = _commit  # type: ignore[method-assign, assignment]


def _commit(connection: Any) -> None:
    if connection.dbapi_connection.pgconn.transaction_status != TransactionStatus.IDLE:
        _send(connection.dbapi_connection, b"COMMIT")


def _stop_reading(connection: Any) -> None:
    """End a transaction that only read, which has nothing to undo.

    After a roll-back psycopg has the server forget all statements that it had ready: that is for a statement that failed,
    as it does where a migration changed what it reads.
    """
    if connection.dbapi_connection.pgconn.transaction_status == TransactionStatus.INTRANS:
        _send(connection.dbapi_connection, b"COMMIT")
    else:
        connection.rollback()


def _send(connection: psycopg.Connection[Any], command: bytes) -> None:
    result = connection.pgconn.exec_(command)
    if result.status == ExecStatus.COMMAND_OK:
        return
    if connection.closed:
        raise psycopg.OperationalError(result.get_error_message())
    raise error_from_result(result)


class _Columns(Sequence[tuple[str, int]]):
    """Names and types of a result's columns, read when they are asked for: SQLAlchemy does once for each statement."""

    def __init__(self, result: PGresult) -> None:
        self._result = result

    def __len__(self) -> int:
        return self._result.nfields

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return (self._result.fname(at) or b"").decode(), self._result.ftype(at)


class _Cursor(psycopg.Cursor[Any]):
    """One that leaves it at that: psycopg makes an object of each column, nine calls of it, with each result."""

    @property
    def description(self) -> Any:
        result = self.pgresult
        return _Columns(result) if result is not None and result.nfields else super().description


def _ask_after_idle_ones(engine: Engine) -> None:
    """Before a connection is used that lay idle, ask whether it is still there; one that is not is made anew.

    The pool's own way asks each time, which costs a request a seventh of its time.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["left_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, entry: ConnectionPoolEntry, _fairy: Any) -> None:
        if time.monotonic() - entry.info.get("left_at", time.monotonic()) < SECONDS_UNASKED:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise DisconnectionError from gone


def _with_driver(url: str) -> str:
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url


def _waits(url: URL, patience: Patience) -> dict[str, Any]:
    """What a connection to PostgreSQL is told; what the address itself says comes last, and counts."""
    milliseconds = {
        "lock_timeout": patience.lock,
        "statement_timeout": patience.statement,
        "idle_in_transaction_session_timeout": patience.idle,
    }
    options = [f"-c {name}={int(seconds * 1000)}" for name, seconds in milliseconds.items()]
    # a machine that lost its power says no goodbye; without these the database waits two hours for it, and so do others
    options += [f"-c tcp_keepalives_idle={SECONDS_TO_NOTICE // 2}", "-c tcp_keepalives_interval=10"]
    options += ["-c tcp_keepalives_count=3", str(url.query.get("options", ""))]
    own = {"connect_timeout": max(2, round(patience.connection)), "tcp_user_timeout": SECONDS_TO_NOTICE * 1000}
    return {**{name: value for name, value in own.items() if name not in url.query}, "options": " ".join(options)}


def _sqlite(url: str, patience: Patience, pool: dict[str, Any], *, writes: bool) -> Engine:
    in_memory = make_url(url).database in {None, "", ":memory:"}
    engine = create_engine(url, connect_args={"timeout": patience.lock}, **({} if in_memory else pool))

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={int(patience.lock * 1000)}",
        ):
            connection.execute(f"PRAGMA {pragma}")
        if not writes:
            connection.execute("PRAGMA query_only=ON")

    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    # by the dialect and not on the event of that name: an engine with any listener looks for more of them at each statement
    def start(dbapi_connection: Any) -> None:
        dbapi_connection.execute(begin)

    engine.dialect.do_begin = start  # type: ignore[method-assign]
    return engine
