"""PostgreSQL by libpq's own calls, which psycopg hands through: each statement is ready at the server when it comes again.

SQLAlchemy still writes the statements and reads the rows, psycopg still translates the values. Left out is what psycopg's
own cursors do between: they take three times the processor's time and half as long again as a statement itself.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from threading import current_thread, main_thread
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InFailedSqlTransaction, error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGExecutionContext_psycopg

TIMES_UNREADY = 4
"""A statement that a connection runs more often than that is made ready on it."""
MOST_READY = 200
"""So many statements a connection has ready: then the one that was used longest ago makes room."""
TO_READ = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
"""As on SQLite, one transaction sees one state of things: a page or an export is never half old."""
MOST_KNOWN = 2000
"""After so many that came a few times only, how often each came is counted anew."""
_DONE = frozenset({ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK})
_ANY_FORMAT = [PyFormat.AUTO]
_Key = tuple[str, tuple[int, ...] | None]


class Statements:
    """The statements of one connection: those that came often are ready at the server, and are asked for by name."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection, self._server = connection, connection.pgconn
        self.values = Transformer(connection)
        """What translates parameters and rows."""
        self._ready: OrderedDict[_Key, bytes] = OrderedDict()
        self._seen: Counter[_Key] = Counter()
        self._made = 0

    def run(self, statement: str, parameters: Sequence[Any]) -> PGresult:
        """Run a statement whose parameters are written `$1`, `$2`. Raises psycopg.Error."""
        if not (parameters or (statement.startswith("SELECT") and ";" not in statement)):
            # savepoints, tables that are made, several at once: they come once, or cannot be made ready
            return self.send(statement.encode())
        values = self.values
        sent: Any = values.dump_sequence(parameters, _ANY_FORMAT * len(parameters))
        key = statement, values.types
        name = self._ready.get(key) or self._make_ready(key)
        if name is None:
            words = (statement.encode(), sent, values.types, values.formats)
            return self._checked(self._do(self._server.exec_params, self._server.send_query_params, *words))
        self._ready.move_to_end(key)
        server = self._server
        result = self._do(server.exec_prepared, server.send_query_prepared, name, sent, values.formats)
        if result.status not in _DONE:  # perhaps since a migration changed what it reads: next time it is read anew
            self._server.close_prepared(self._ready.pop(key))
        return self._checked(result)

    def send(self, command: bytes) -> PGresult:
        """Run what has no parameters, such as COMMIT. Raises psycopg.Error."""
        return self._checked(self._do(self._server.exec_, self._server.send_query, command))

    def _do(self, at_once: Callable[..., PGresult], send: Callable[..., None], *words: Any) -> PGresult:
        """Ask, and wait for the answer: on the main thread, where Ctrl-C arrives, by psycopg, which hears it meanwhile."""
        if current_thread() is not main_thread():
            return at_once(*words)
        send(*words)
        results: Sequence[PGresult] = self._connection.wait(execute(self._server))
        return results[-1]

    def _make_ready(self, key: _Key) -> bytes | None:
        if len(self._seen) > MOST_KNOWN:
            self._seen.clear()
        self._seen[key] += 1
        if self._seen[key] <= TIMES_UNREADY:
            return None
        del self._seen[key]
        if len(self._ready) >= MOST_READY:
            self._server.close_prepared(self._ready.popitem(last=False)[1])
        self._made += 1
        name = f"anchor_portal_{self._made}".encode()
        statement, types = key
        self._checked(self._server.prepare(name, statement.encode(), types))
        self._ready[key] = name
        return name

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in _DONE:
            return result
        if self._connection.closed:
            raise psycopg.OperationalError(result.get_error_message())
        raise error_from_result(result)


class Connection(psycopg.Connection[Any]):
    """A connection that knows which statements it has ready."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.server_cursor_factory = psycopg.RawServerCursor
        self.statements = Statements(self)


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


class Cursor:
    """What SQLAlchemy asks of a cursor (PEP 249): one statement, and its rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._statements = connection, connection.statements
        self.description: Sequence[tuple[str, int]] | None = None
        self.rowcount = -1
        self._rows: list[Any] = []
        self._at = 0

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement and read its rows."""
        result, values = self._statements.run(statement, parameters), self._statements.values
        self._at = 0
        if result.nfields:
            self.description, self.rowcount = _Columns(result), result.ntuples
            values.set_pgresult(result)
            self._rows = values.load_rows(0, self.rowcount, tuple)
            values.set_pgresult(None)  # else an idle connection would keep its last rows
        else:
            self.description, self._rows = None, []
            self.rowcount = -1 if result.command_tuples is None else result.command_tuples

    def executemany(self, statement: str, many: Sequence[Sequence[Any]]) -> None:
        """Run a statement with each of many parameters: psycopg sends them without waiting for every answer."""
        with psycopg.RawCursor(self._connection) as cursor:
            cursor.executemany(statement, many)
            self.rowcount = cursor.rowcount

    def fetchone(self) -> Any:
        """The next row, None after the last."""
        if self._at == len(self._rows):
            return None
        self._at += 1
        return self._rows[self._at - 1]

    def fetchmany(self, size: int = 1) -> list[Any]:
        """The next rows, that many at most."""
        rows = self._rows[self._at : self._at + size]
        self._at += len(rows)
        return rows

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        rows = self._rows[self._at :] if self._at else self._rows
        self._at = len(self._rows)
        return rows

    def close(self) -> None:
        """Let go of the rows."""
        self._rows, self._at = [], 0


class _Context(PGExecutionContext_psycopg):
    def create_default_cursor(self) -> Any:
        pooled: Any = self._dbapi_connection
        return Cursor(pooled.dbapi_connection)


class Dialect(PGDialect_psycopg):
    """SQLAlchemy's way to PostgreSQL; `begin` is what begins a transaction."""

    supports_statement_cache = True
    execution_ctx_cls = _Context

    def __init__(self, begin: bytes = b"BEGIN", **options: Any) -> None:
        own = {"paramstyle": "numeric_dollar", "client_encoding": "utf8", "use_native_hstore": False}
        super().__init__(**own, **options)  # type: ignore[no-untyped-call]
        self._begin = begin

    def connect(self, *args: Any, **more: Any) -> Any:
        """A new connection, on which psycopg makes nothing ready itself: with a roll-back it would have all forgotten."""
        return Connection.connect(*args, **{"prepare_threshold": None, **more})

    def do_begin(self, connection: Any) -> None:
        """Begin a transaction, but where each statement is one."""
        if not connection.dbapi_connection.autocommit:
            connection.dbapi_connection.statements.send(self._begin)

    def do_commit(self, connection: Any) -> None:
        """Commit, if there is something to.

        Raises psycopg.errors.InFailedSqlTransaction where a statement had failed: the server then answers the very word
        with a roll-back, which it does not call an error.
        """
        own: Connection = connection.dbapi_connection
        if _is_within(own) and own.statements.send(b"COMMIT").command_status != b"COMMIT":
            raise InFailedSqlTransaction("a statement before the commit had failed, so nothing was committed")

    def do_rollback(self, connection: Any) -> None:
        """Roll back, if there is something to."""
        if _is_within(connection.dbapi_connection):
            connection.dbapi_connection.statements.send(b"ROLLBACK")


def _is_within(connection: Connection) -> bool:
    return connection.pgconn.transaction_status != TransactionStatus.IDLE


# whoever asks SQLAlchemy for psycopg is given this from now on, under the name that people know
registry.register("postgresql.psycopg", __name__, Dialect.__name__)
