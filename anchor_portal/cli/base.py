"""What every command shares: the database, a transaction, dates as arguments, refusals as sentences."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from anchor_portal.config import SettingRefused, read_settings
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Organisation, Round
from anchor_portal.queries.rounds import find_organisation, find_round, load_rounds
from anchor_portal.services.audit import COMMAND_LINE, acting_from
from anchor_portal.services.jobs.board import ASKED
from anchor_portal.services.jobs.queue import put

LACKING = frozenset({"42P01", "42703"})
"""How PostgreSQL says that there is no such table or column."""
LACKING_ON_SQLITE = re.compile("no such (table|column)|table .* has no column")


class Refused(Exception):
    """A command cannot do what was asked; `lines` say why."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.lines = lines


class Day(click.ParamType[date]):
    """A date on the command line, as 2026-07-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The date. Fails with a sentence."""
        if isinstance(value, date):
            return value
        try:
            if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"“{value}” is not a date like 2026-07-31", param, ctx)


DAY = Day()
COUNTING = click.IntRange(1, 2**31 - 1)
"""A number from 1 on, none larger than a database knows."""


def harmless(line: str) -> str:
    """A line for a terminal, without signs out of a file that would command it."""
    return "".join("\ufffd" if unicodedata.category(sign) == "Cc" else sign for sign in line)


def guarded(commands: Callable[[], Any]) -> None:
    """Run, with failures that an operator can mend said in a sentence."""
    try:
        commands()
    except SettingRefused as refusal:
        raise Refused(str(refusal)) from None
    except DBAPIError as error:
        raise Refused(_say_fault(error)) from None


def _say_fault(error: DBAPIError) -> str:
    """What an operator can do about a database that fails."""
    reason = str(error.orig).strip().splitlines()[0]
    if getattr(error.orig, "sqlstate", None) in LACKING or LACKING_ON_SQLITE.match(reason):
        return f"the database does not answer as it should ({reason}). Was “anchor-portal migrate” run?"
    return (
        f"the database cannot be reached or used ({reason}). "
        "Check ANCHOR_DATABASE_URL, its password file, and the rights of its account."
    )


@contextmanager
def database() -> Iterator[Database]:
    """The database of the settings, closed afterwards; the folder of an SQLite file is made."""
    url = read_settings().database_url
    _make_folder(make_url(url))
    opened = open_database(url)
    try:
        yield opened
    finally:
        opened.dispose()


def _make_folder(address: URL) -> None:
    if address.get_backend_name() != "sqlite" or not address.database or address.database == ":memory:":
        return
    folder = Path(address.database).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refused(f"the folder of the database, {folder}, cannot be made: {error.strerror}") from None


@contextmanager
def reading() -> Iterator[Session]:
    """A session that cannot write."""
    with database() as opened, Session(opened.reader) as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """A session whose changes are kept if nothing goes wrong; long work that it asked for goes into the queue."""
    with database() as opened, Session(opened.writer) as session, acting_from(COMMAND_LINE):
        with session.begin():
            yield session
        if asked := session.info.pop(ASKED, []):
            put(opened, asked)


def get_round(session: Session, code: str) -> Round:
    """The round, or Refused with the codes that there are."""
    found = find_round(session, code)
    if found is None:
        codes = ", ".join(sorted(round_.code for round_ in load_rounds(session))) or "none yet"
        raise Refused(f"there is no round “{code}”; there are: {codes}")
    return found


def get_organisation(session: Session, slug: str) -> Organisation:
    """The organisation, or Refused."""
    found = find_organisation(session, slug)
    if found is None:
        raise Refused(f"there is no organisation “{slug}” in the register")
    return found


def read_file(path: Path) -> bytes:
    """The content of a file, or Refused."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}") from None


def write_file(path: Path, content: bytes) -> None:
    """Write a file, or Refused."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}") from None
