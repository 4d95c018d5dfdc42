"""Rows out of a backup into empty tables: the quickest way that each engine has, with what refers to what checked after."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import DBAPIError

from anchor_portal.domain.backups.contents import Column, NotABackup
from anchor_portal.domain.backups.values import Kind, from_plain
from anchor_portal.services.backups.tables import rows_of

UNCHANGED = "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
OURS = "WHERE contype = 'f' AND connamespace = current_schema()::regnamespace ORDER BY 1, 2"


class RowsRefused(Exception):
    """The database does not take what the backup holds; the text is a sentence."""


@contextmanager
def loose_references(connection: Connection) -> Iterator[None]:
    """On PostgreSQL take away what refers to what, and put it back, checked, at the end of the block.

    On SQLite references rest anyway (services.migration.resting_references).
    """
    if connection.dialect.name == "sqlite":
        yield
        return
    keys = connection.execute(text(f"{UNCHANGED} {OURS}")).all()
    for table, name, _ in keys:
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT {name}"))
    yield
    for table, name, definition in keys:
        connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"))


def load_rows(connection: Connection, table: str, columns: tuple[Column, ...], lines: Iterable[bytes]) -> int:
    """Put rows into a table; how many. Raises NotABackup for lines that are no such rows, and RowsRefused."""
    rows = [_read(table, columns, line) for line in lines]
    put = _insert if connection.dialect.name == "sqlite" else _copy
    faults: Any = (connection.dialect.loaded_dbapi.Error, DBAPIError)
    try:
        put(connection, table, columns, rows)
    except faults as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise RowsRefused(f"the database does not take the rows of {table}: {reason}") from None
    return len(rows)


def _read(table: str, columns: tuple[Column, ...], line: bytes) -> list[Any]:
    try:
        said = json.loads(line)
        return [from_plain(column.kind, value) for column, value in zip(columns, said, strict=True)]
    except (ValueError, TypeError, RecursionError):
        raise NotABackup(f"it is damaged: a row of {table} cannot be read") from None


def _insert(connection: Connection, name: str, columns: tuple[Column, ...], rows: list[list[Any]]) -> None:
    names = [column.name for column in columns]
    if rows:
        connection.execute(insert(rows_of(name, names)), [dict(zip(names, row, strict=True)) for row in rows])


def _copy(connection: Connection, name: str, columns: tuple[Column, ...], rows: list[list[Any]]) -> None:
    """With COPY, which reads every value as text: a moment says that it is in UTC."""
    moments = [number for number, column in enumerate(columns) if column.kind is Kind.MOMENT]
    names = ", ".join(f'"{column.name}"' for column in columns)
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f'COPY "{name}" ({names}) FROM STDIN') as copy:
        for row in rows:
            for number in moments:
                row[number] = row[number] and f"{row[number]}+00"
            copy.write_row(row)
