"""Connections to the database: SQLite and PostgreSQL, a writer and a reader that cannot write."""

import time
from dataclasses import dataclass
from select import POLLIN, poll
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import ConnectionPoolEntry

from anchor_portal.postgres import TO_READ

DATABASE_FAILS = (DBAPIError, NoConnectionFree)
"""How it shows that the database does not answer: it, its disk or the way to it failed, or all connections are in use."""
DATABASE_AWAY = (OperationalError, InterfaceError, NoConnectionFree)
"""The same without what is a mistake of ours, such as a statement that it does not understand."""
CONNECTIONS, MORE_CONNECTIONS = 5, 10
"""Of one process: kept open, and opened besides where that many are in use at once."""
SECONDS_TO_NOTICE = 60
"""After so long both sides know that the other's machine is gone, and the database lets go of what was locked."""

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
    writer = create_engine(url, connect_args=_waits(url, patience), **pool)
    _ask_after_idle_ones(writer)
    reader = create_engine(url, begin=TO_READ, pool=writer.pool)
    return Database(writer, reader)


def _ask_after_idle_ones(engine: Engine) -> None:
    """Before a connection is used that lay idle, or was told something, ask whether it is there; else it is made anew.

    The pool's own way asks each time, which costs a request a seventh of its time. A server that is stopped says so on
    every connection, which is seen without asking.
    """

    @event.listens_for(engine, "checkin")
    def note(_connection: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["left_at"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def ask(connection: Any, entry: ConnectionPoolEntry, _fairy: Any) -> None:
        is_fresh = time.monotonic() - entry.info.get("left_at", time.monotonic()) < SECONDS_UNASKED
        if is_fresh and not _was_told_something(connection):
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise DisconnectionError from gone


def _was_told_something(connection: Any) -> bool:
    """Whether something can be read on a connection that nobody asked anything: mostly that it is over."""
    waiting = poll()
    waiting.register(connection.fileno(), POLLIN)
    return bool(waiting.poll(0))


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

    def commit(dbapi_connection: Any) -> None:
        try:
            dbapi_connection.commit()
        except BaseException:
            dbapi_connection.rollback()  # SQLAlchemy takes it for ended, and SQLite goes on holding what it held
            raise

    engine.dialect.do_begin = start  # type: ignore[method-assign]
    engine.dialect.do_commit = commit  # type: ignore[method-assign]
    return engine
