"""Databases as the command line finds them: without a table, or seeded and with a round."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.command import run
from tests.conftest import ENGINES, address

JULY = ("--questionnaire", "2024-07", "--opens", "2026-06-15", "--closes", "2026-07-31")


def _leave_empty(url: str) -> None:
    """A database without a single table."""


@pytest.fixture(params=ENGINES)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with ExitStack() as stack:
        yield address(request.param, tmp_path, _leave_empty, stack)


@pytest.fixture
def july(url: str) -> str:
    """A seeded database with the round of July 2026."""
    run(url, "rounds", "add", "2026-07", *JULY)
    return url
