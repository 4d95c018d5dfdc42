"""The two engines that benchmarks run on: an SQLite file, and a PostgreSQL server of our own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engines import postgres_url

ENGINES = ("SQLite", "PostgreSQL")


def available() -> list[str]:
    """The engines that are on this machine; what is missing is said."""
    try:
        with postgres_url(_leave_empty):
            return list(ENGINES)
    except pytest.skip.Exception as missing:
        print(f"Without PostgreSQL: {missing}", file=sys.stderr)
        return ["SQLite"]


@contextmanager
def empty_database(engine: str, folder: Path, name: str) -> Iterator[str]:
    """The address of a new database without a table."""
    if engine == "SQLite":
        yield f"sqlite:///{folder / f'{name}.sqlite3'}"
        return
    with postgres_url(_leave_empty) as url:
        yield url


def _leave_empty(url: str) -> None:
    """Nothing is prepared."""
