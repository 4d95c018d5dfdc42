"""The tables of a database as it stands, whatever its schema: with what each column holds, and the numbers given last."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, TableClause, column, func, inspect, select, table, text, types

from anchor_portal.domain.backups.contents import Column
from anchor_portal.domain.backups.values import Kind
from anchor_portal.models import Base

KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (types.Boolean, Kind.YES_NO),
    (types.DateTime, Kind.MOMENT),
    (types.Date, Kind.DAY),
    (types.JSON, Kind.JSON),
    (types.LargeBinary, Kind.BYTES),
    (types.Integer, Kind.WHOLE),
    (types.String, Kind.TEXT),
)
MADE_BY_ITSELF = ("case_study_words", "alembic_version", "huey", "sqlite_")
"""Beginnings of names of tables that are not the portal's own rows: full text, schema, the queue."""
SEQUENCE = text("SELECT pg_get_serial_sequence(:name, 'id')")


def portal_tables(connection: Connection) -> dict[str, tuple[Column, ...]]:
    """The portal's tables that are there, with their columns."""
    return {name: columns_of(connection, name) for name in _names(connection) if name in Base.metadata.tables}


def foreign_tables(connection: Connection) -> list[str]:
    """Tables that somebody else put there, which no backup holds."""
    return [
        name for name in _names(connection) if name not in Base.metadata.tables and not name.startswith(MADE_BY_ITSELF)
    ]


def _names(connection: Connection) -> list[str]:
    return sorted(inspect(connection).get_table_names())


def columns_of(connection: Connection, table: str) -> tuple[Column, ...]:
    """The columns of a table, by name: their order differs between databases that were migrated and made anew."""
    listed = inspect(connection).get_columns(table)
    return tuple(sorted((Column(each["name"], _kind_of(each["type"])) for each in listed), key=lambda each: each.name))


def _kind_of(type_: Any) -> Kind:
    for known, kind in KINDS:
        if isinstance(type_, known):
            return kind
    raise TypeError(f"backups know no columns of the type {type_}")


def key_of(connection: Connection, table: str) -> list[str]:
    """The columns of a table's primary key."""
    return list(inspect(connection).get_pk_constraint(table)["constrained_columns"])


def rows_of(name: str, columns: Iterable[str] = ()) -> TableClause:
    """A table as statements name it: its values are those of the driver, whatever the models say."""
    return table(name, *map(column, columns))


def count_rows(connection: Connection, name: str) -> int:
    """How many rows a table has."""
    return connection.scalar(select(func.count()).select_from(rows_of(name))) or 0


def _highest(connection: Connection, name: str) -> int:
    return connection.scalar(select(func.max(rows_of(name, ["id"]).c.id))) or 0


def last_numbers(connection: Connection) -> dict[str, int]:
    """The number given last, by table, where the database remembers it."""
    if connection.dialect.name == "sqlite":
        if not inspect(connection).has_table("sqlite_sequence"):
            return {}
        return {name: number for name, number in connection.execute(text("SELECT name, seq FROM sqlite_sequence"))}
    return {name: number for name, sequence in _sequences(connection) if (number := _last_of(connection, sequence))}


def _sequences(connection: Connection) -> Iterator[tuple[str, str]]:
    """Tables whose number `id` comes from a sequence, with its name, on PostgreSQL."""
    for name in portal_tables(connection):
        if key_of(connection, name) == ["id"] and (found := connection.scalar(SEQUENCE, {"name": f'"{name}"'})):
            yield name, found


def _last_of(connection: Connection, sequence: str) -> int:
    values = {"name": sequence}
    return connection.scalar(text("SELECT pg_sequence_last_value(CAST(:name AS regclass))"), values) or 0


def set_last_numbers(connection: Connection, last: Mapping[str, int]) -> None:
    """See that no number is given again: neither one of a row that is there nor one that was given before."""
    if connection.dialect.name == "sqlite":
        _set_on_sqlite(connection, last)
        return
    for name, sequence in _sequences(connection):
        if number := max(_highest(connection, name), last.get(name, 0)):
            connection.execute(text("SELECT setval(CAST(:name AS regclass), :n)"), {"name": sequence, "n": number})


def _set_on_sqlite(connection: Connection, last: Mapping[str, int]) -> None:
    kept = text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
    for name in connection.scalars(kept).all():
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": name})
        if number := max(_highest(connection, name), last.get(name, 0)):
            values = {"name": name, "n": number}
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :n)"), values)
