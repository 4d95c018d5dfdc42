"""The queue, which is huey's: a file beside an SQLite database, tables of its own in a PostgreSQL one.

What stands in it is only the number of a job that somebody may look at; the row of the job is the truth. So an entry
that is lost is put in again by the next round of a worker, and one that comes twice does nothing the second time.
"""

import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from anchor_portal.engine import Database

if TYPE_CHECKING:  # loading huey takes half a second, and few processes ever put anything in
    from huey import Huey
    from huey.registry import Message

NAME = "anchor-portal"
SECONDS_TO_WAIT = 10


class Numbers:
    """Entries of the queue as JSON: who can write into the queue's store must not be able to run code (as with pickle)."""

    def serialize(self, message: "Message") -> bytes:
        """An entry for the store."""
        return json.dumps([message.id, message.name, list(message.args)]).encode()

    def deserialize(self, data: bytes) -> "Message":
        """An entry out of the store. Raises ValueError."""
        from huey.registry import Message

        number, name, arguments = json.loads(bytes(data))
        return Message(number, name, retries=0, retry_delay=0, args=tuple(arguments), kwargs={}, retry_backoff=0)


def open_queue(
    database: Database, perform: Callable[[int], object] | None = None
) -> "tuple[Huey, Callable[[int], Any]]":
    """The queue of a database, and the function that puts a job in; `perform` is what a worker does with one."""
    huey = _open(database)

    @huey.task(name="perform")  # type: ignore[untyped-decorator]
    def enter(job_id: int) -> None:
        if perform is not None:
            perform(job_id)

    return huey, enter


def _open(database: Database) -> "Huey":
    from huey import PostgresHuey, SqliteHuey

    more = {"serializer": Numbers(), "results": False}
    if database.writer.dialect.name == "sqlite":
        return SqliteHuey(NAME, filename=f"{database.writer.url.database}-queue", timeout=SECONDS_TO_WAIT, **more)
    try:
        return PostgresHuey(NAME, connection=lambda: _connect(database), **more)
    except Exception:  # two processes made its tables at the same moment: they are there now, or the fault comes again
        return PostgresHuey(NAME, connection=lambda: _connect(database), **more)


def _connect(database: Database) -> Any:
    """A connection that is huey's from now on, and no longer the pool's."""
    taken = database.writer.raw_connection()
    connection = taken.driver_connection
    taken.detach()
    return connection


def put(database: Database, job_ids: Iterable[int]) -> None:
    """Put jobs into the queue, once the transaction that asked for them is kept."""
    huey, enter = open_queue(database)
    try:
        for job_id in dict.fromkeys(job_ids):
            enter(job_id)
    finally:
        huey.storage.close()
