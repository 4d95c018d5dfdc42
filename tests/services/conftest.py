"""A session that costs nothing: tests of services share one seeded database for each engine and leave no trace."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy.orm import Session

from anchor_portal.engine import Database, open_database
from tests.conftest import ENGINES, address, seeded


@pytest.fixture(scope="session", params=ENGINES)
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The seeded database that `session` works in."""
    with ExitStack() as stack:
        url = address(request.param, tmp_path_factory.mktemp("shared"), seeded, stack)
        opened = open_database(url)
        stack.callback(opened.dispose)
        yield opened


@pytest.fixture
def session(shared_database: Database) -> Iterator[Session]:
    """A session that may write and even commit: all of it is undone after the test."""
    with shared_database.writer.connect() as connection, connection.begin() as everything:
        with Session(connection, join_transaction_mode="create_savepoint") as opened:
            yield opened
        everything.rollback()
