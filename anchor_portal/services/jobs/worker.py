"""A worker: takes jobs out of the queue, and every minute looks for what is due, was forgotten or can be removed."""

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, not_, update
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.long_work import SILENT
from anchor_portal.engine import DATABASE_FAILS, Database
from anchor_portal.models import JobWorker
from anchor_portal.models.base import now
from anchor_portal.services.jobs.chores import ask_for_chores
from anchor_portal.services.jobs.outages import Outage
from anchor_portal.services.jobs.queue import open_queue
from anchor_portal.services.jobs.tidying import remove_unknown_results, tidy
from anchor_portal.services.jobs.work import find_due, run, run_due

SECONDS_BETWEEN_BEATS = 10
SECONDS_TO_END = 20
"""So long a worker that is told to stop waits for a job to come to where it can be broken off."""
SECONDS_BETWEEN_LOOKS = 1.0
"""How often at least an SQLite queue is looked into; a PostgreSQL one tells by itself."""
GONE = 10 * SILENT
logger = logging.getLogger("anchor_portal")


class Worker:
    """One process of several threads, each of which does one job at a time."""

    def __init__(self, database: Database, settings: Settings, threads: int = 2) -> None:
        self._database, self._settings = database, settings
        self._name = uuid4().hex
        self._closing = threading.Event()
        self._outage = Outage(database)
        self._huey, self._put = open_queue(database, self._perform)
        self._huey.periodic_task(lambda _minute: True, name="look")(self.look)
        self._huey.periodic_task(_at_night, name="sweep")(self.sweep)
        self._consumer = self._huey.create_consumer(
            workers=threads, max_delay=SECONDS_BETWEEN_LOOKS, shutdown_timeout=SECONDS_TO_END
        )

    def serve(self, closing: threading.Event) -> None:
        """Work until `closing` is set; then give back what is being done, so that another can go on at once."""
        self._beat()
        with self._outage.filtering():
            with _own_signals():
                self._consumer.start()
            try:
                while not closing.wait(SECONDS_BETWEEN_BEATS):
                    self._beat()
                    self._take_over()
                    self._consumer.check_worker_health()
            finally:
                self._closing.set()
                self._consumer.stop(graceful=True)
                self._leave()

    def _perform(self, job_id: int) -> None:
        run(self._database, self._settings, job_id, self._closing.is_set)

    def look(self) -> None:
        """The round of every minute: chores that are due, jobs that nobody put into the queue, what is too old."""
        ask_for_chores(self._database, self._settings)
        due = find_due(self._database)
        if self._huey.pending_count() < len(due):  # else all of them are in the queue, and waiting for their turn
            for job_id in due:
                self._put(job_id)
        tidy(self._database, self._settings)

    def sweep(self) -> None:
        """The round of every night."""
        remove_unknown_results(self._database, self._settings)

    def _take_over(self) -> None:
        try:
            for job_id in find_due(self._database, only_silent=True):
                logger.warning("a job fell silent; it is taken over", extra={"facts": {"job": job_id}})
                self._put(job_id)
        except DATABASE_FAILS:
            self._outage.begin()

    def _beat(self) -> None:
        """Say that this worker is there, and forget those that are long gone."""
        try:
            with Session(self._database.writer) as session, session.begin():
                is_known = session.execute(
                    update(JobWorker).where(JobWorker.id == self._name).values(beat_at=now()).returning(JobWorker.id)
                ).one_or_none()
                if is_known is None:
                    session.add(JobWorker(id=self._name))
                session.execute(delete(JobWorker).where(not_(JobWorker.beat_at.between(now() - GONE, now() + GONE))))
        except DATABASE_FAILS:
            self._outage.begin()
        else:
            self._outage.end()

    def _leave(self) -> None:
        try:
            with Session(self._database.writer) as session, session.begin():
                session.execute(delete(JobWorker).where(JobWorker.id == self._name))
        except DATABASE_FAILS:
            logger.warning("a worker could not say that it went")
        self._huey.storage.close()


def _at_night(minute: datetime) -> bool:
    return (minute.hour, minute.minute) == (2, 17)


@contextmanager
def _own_signals() -> Iterator[None]:
    """What is to happen at a signal stays as it was, though huey sets handlers of its own."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def work_once(database: Database, settings: Settings) -> int:
    """Do everything that is due and end: for a timer of the system in place of a worker. How many jobs were done."""
    ask_for_chores(database, settings)
    done = run_due(database, settings)
    tidy(database, settings)
    return done
