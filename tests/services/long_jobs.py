"""Kinds of long work of the tests' own, and processes that do them."""

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.long_work import SILENT
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Job
from anchor_portal.models.base import now
from anchor_portal.services.audit import record_now
from anchor_portal.services.evidence.store import StoreUnreachable
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.jobs.kinds import KINDS
from anchor_portal.services.jobs.work import Work, WorkRefused
from anchor_portal.services.jobs.worker import Worker
from anchor_portal.services.scratch import open_scratch

KINDS |= {
    "counting": "tests.services.long_jobs:count",
    "refusing": "tests.services.long_jobs:refuse",
    "breaking": "tests.services.long_jobs:break_down",
    "locked": "tests.services.long_jobs:wait_in_vain",
    "unkept": "tests.services.long_jobs:keep_nowhere",
    "crowded": "tests.services.long_jobs:find_no_room",
    "recording": "tests.services.long_jobs:put_on_record",
}
MOST_SECONDS = 30


def count(work: Work) -> None:
    """Write one line for each piece, remember the next, and keep the lines as the result."""
    lines = Path(work.arguments["file"])
    pieces = work.arguments.get("pieces", 3)
    for number in range(work.memory.get("next", 0), pieces):
        with lines.open("a") as file:
            file.write(f"{work.job_id}:{number}\n")
        time.sleep(work.arguments.get("pause", 0))
        work.tell(number + 1, pieces, "pieces", memory={"next": number + 1})
    with open_scratch() as (made, path):
        made.write(b"made")
        made.flush()
        work.keep(path, "pieces.txt", "text/plain")
    work.outcome = f"{pieces} pieces"
    work.link = "/rounds"


def refuse(work: Work) -> None:
    """Cannot be done."""
    raise WorkRefused("There is no such round")


def break_down(work: Work) -> None:
    """Fails as nobody foresaw."""
    raise ZeroDivisionError


def wait_in_vain(work: Work) -> None:
    """The database does not answer, as long as the file is not there."""
    if not Path(work.arguments["file"]).exists():
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))


def keep_nowhere(work: Work) -> None:
    """What was made cannot be kept."""
    raise StoreUnreachable("no such bucket")


def find_no_room(work: Work) -> None:
    """The disk is full."""
    with open("/dev/full", "wb", buffering=0) as full:
        full.write(b"anything")


def put_on_record(work: Work) -> None:
    """Does nothing but have it noted."""
    record_now(work.database, work.asked_by, "exported", "pieces")


def settings_for(database: Database, folder: Path) -> Settings:
    """Settings with a folder for results."""
    url = database.writer.url.render_as_string(hide_password=False)
    return Settings(database_url=url, results=str(folder / "results"))


def asked(database: Database, kind: str = "counting", **arguments: Any) -> int:
    """The number of a job that was asked for."""
    with Session(database.writer) as session, session.begin():
        return ask(session, kind, "Pieces", arguments, "team@team.example").id


def job_of(database: Database, job_id: int) -> Job:
    """The row as it stands now."""
    with Session(database.reader) as session:
        return session.scalars(select(Job).where(Job.id == job_id)).one()


def fall_silent(database: Database, job_id: int) -> None:
    """As if its worker had said nothing for too long: nobody waits for that in a test."""
    with Session(database.writer) as session, session.begin():
        session.execute(update(Job).where(Job.id == job_id).values(beat_at=now() - 2 * SILENT))


def until(is_so: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + MOST_SECONDS
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def lines_of(path: Path) -> list[str]:
    """What was written so far."""
    return path.read_text().split() if path.exists() else []


@contextmanager
def process(work: Callable[..., object], *arguments: Any) -> Iterator[BaseProcess]:
    """A child that works; it is killed at the end where it still does."""
    child = multiprocessing.get_context("fork").Process(target=work, args=arguments, daemon=True)
    child.start()
    try:
        yield child
    finally:
        child.kill()
        child.join()


def serve(settings: Settings, threads: int = 1) -> None:
    """What a worker's process does: until it is told to stop by SIGTERM."""
    closing = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: closing.set())
    database = open_database(settings.database_url)
    Worker(database, settings, threads).serve(closing)
    database.dispose()
    os._exit(0)
