"""Doing a job: one worker holds it, says how far it is, and is taken over where it falls silent.

While the function of a job runs, a thread beside it says every few seconds that the worker lives; so a long step is no
silence, and a worker that was killed is one.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, not_, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.long_work import BEAT, MOST_ATTEMPTS, MOST_FOR_ONE_STEP, SILENT
from anchor_portal.engine import DATABASE_FAILS, Database
from anchor_portal.models import Job, JobState
from anchor_portal.models.base import now
from anchor_portal.room import has_no_room
from anchor_portal.services.audit import WORKER, acting_from
from anchor_portal.services.evidence.store import StoreUnreachable, open_store
from anchor_portal.services.jobs.kinds import find_work

logger = logging.getLogger("anchor_portal")


class Stopped(Exception):
    """Somebody stopped the job; what it made so far is thrown away."""


class TakenOver(Exception):
    """Another worker has the job now, because this one was silent for too long."""


class Interrupted(TakenOver):
    """The worker is being stopped; another goes on later, from what was told last."""


class WorkRefused(Exception):
    """The work cannot be done as asked; the text is a sentence for the person who asked."""


@dataclass
class Work:
    """What the function of a kind is given. `memory` is what an earlier attempt told last, empty at the first."""

    database: Database
    settings: Settings
    job_id: int
    title: str
    arguments: dict[str, Any]
    asked_by: str
    user_id: int | None
    memory: dict[str, Any]
    holder: str
    is_closing: Callable[[], bool] = bool
    """Whether the worker is being stopped."""
    outcome: str = ""
    link: str = ""
    _result: dict[str, Any] = field(default_factory=dict)
    _stepped_at: float = field(default_factory=time.monotonic)

    def tell(self, done: int, total: int | None = None, unit: str = "", memory: dict[str, Any] | None = None) -> None:
        """Say how far it is, in a transaction of its own; with `memory`, from where another worker can go on.

        Raises Stopped, TakenOver or Interrupted, so that it is also where the work can be broken off: to be called
        every few seconds, where that is possible.
        """
        self._stepped_at = time.monotonic()
        values: dict[str, Any] = {"done": done, "beat_at": now()}
        values |= {"total": total} if total is not None else {}
        values |= {"unit": unit} if unit else {}
        values |= {"memory": memory} if memory is not None else {}
        with Session(self.database.writer) as session, session.begin():
            told = session.execute(
                update(Job).where(self._is_mine()).values(**values).returning(Job.is_stopping)
            ).one_or_none()
        if told is None:
            raise TakenOver
        if told.is_stopping:
            raise Stopped
        if self.is_closing():
            raise Interrupted

    def beat(self) -> bool:
        """Say that the worker lives; False where the job is no longer its own."""
        with Session(self.database.writer) as session, session.begin():
            query = update(Job).where(self._is_mine()).values(beat_at=now()).returning(Job.id)
            return session.execute(query).one_or_none() is not None

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Say so every few seconds meanwhile, from a thread beside."""
        over = threading.Event()
        thread = threading.Thread(
            target=self._keep_beating, args=(over,), name=f"beat of job {self.job_id}", daemon=True
        )
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _keep_beating(self, over: threading.Event) -> None:
        while not over.wait(BEAT.total_seconds()):
            if time.monotonic() - self._stepped_at > MOST_FOR_ONE_STEP.total_seconds():
                return  # stuck: somebody else may have it
            try:
                if not self.beat():
                    return
            except DATABASE_FAILS:  # a writer holds SQLite, or the database is away: the next one may get through
                logger.warning("a worker could not say that it is there", extra={"facts": {"job": self.job_id}})

    def keep(self, path: Path, name: str, media_type: str) -> None:
        """Keep a finished file as the result, under the name with which it is downloaded."""
        key = secrets.token_hex(16)
        open_store(self.settings.results).put_file(key, path)
        size = path.stat().st_size
        self._result = {"result_name": name, "result_type": media_type, "result_key": key, "result_bytes": size}

    def release(self, *, was_attempt: bool = False) -> None:
        """Give the job back as it is, so that another worker goes on; what was told to stop made no failed attempt."""
        values = {"state": JobState.WAITING, "holder": "", "attempts": Job.attempts - (0 if was_attempt else 1)}
        with Session(self.database.writer) as session, session.begin():
            session.execute(update(Job).where(self._is_mine()).values(**values))

    def _is_mine(self) -> Any:
        return and_(Job.id == self.job_id, Job.state == JobState.RUNNING, Job.holder == self.holder)

    def finish(self, state: JobState, outcome: str) -> bool:
        """Write down how it ended; False where another worker has it, or where it is to be stopped no longer."""
        values = {"state": state, "ended_at": now(), "outcome": outcome, "link": self.link, **self._result}
        which = and_(self._is_mine(), Job.is_stopping) if state is JobState.CANCELLED else self._is_mine()
        with Session(self.database.writer) as session, session.begin():
            query = update(Job).where(which).values(**values).returning(Job.id)
            return session.execute(query).one_or_none() is not None


def run(database: Database, settings: Settings, job_id: int, is_closing: Callable[[], bool] = bool) -> JobState | None:
    """Do a job, if nobody else has it. None where somebody has, or where it has ended.

    `is_closing` says whether this worker is being stopped. An exception that nobody foresaw is raised after it was
    noted, so that it stands in the worker's log.
    """
    work = _take(database, settings, job_id)
    if work is None:
        return None
    work.is_closing = is_closing
    try:
        ended = _do(work, find_work(_kind(database, job_id)))
    except Exception:
        _forget_result(work)
        work.finish(JobState.FAILED, "Something went wrong that nobody foresaw. Ask for it again, or tell the operator")
        raise
    if ended is None:
        _forget_result(work)
        return None
    state, outcome = ended
    if state is not JobState.DONE:
        _forget_result(work)
    if work.finish(state, outcome):
        return state
    _forget_result(work)
    work.release()  # it goes on where somebody asked for it since it was told to stop
    return None


def _do(work: Work, function: Callable[[Work], None]) -> tuple[JobState, str] | None:
    """How it ended; None where somebody else has it now, or goes on later."""
    try:
        with work.alive(), acting_from(WORKER):
            function(work)
    except Stopped:
        return JobState.CANCELLED, "Stopped"
    except Interrupted:
        work.release()
        return None
    except TakenOver:
        return None
    except OperationalError:  # the database was away, or two waited for each other: another attempt may get through
        logger.exception("a job broke off", extra={"facts": {"job": work.job_id}})
        work.release(was_attempt=True)
        return None
    except WorkRefused as refusal:
        return JobState.FAILED, str(refusal)
    except (StoreUnreachable, OSError) as failure:
        return JobState.FAILED, _say_what_lacks(work, failure)
    return JobState.DONE, work.outcome


def _say_what_lacks(work: Work, failure: StoreUnreachable | OSError) -> str:
    """What the machine or the store could not give; another OSError is a mistake of ours, and is raised again."""
    if isinstance(failure, OSError) and not has_no_room(failure):
        raise failure
    logger.exception("a job lacked what it needs", extra={"facts": {"job": work.job_id}})
    if isinstance(failure, OSError):
        return "The machine that does it has no room for it just now. Ask for it again in a while"
    return "The place where files are kept does not answer just now. Ask for it again in a while"


def _kind(database: Database, job_id: int) -> str:
    with Session(database.reader) as session:
        return session.get_one(Job, job_id).kind


def _forget_result(work: Work) -> None:
    key, work._result = work._result.get("result_key", ""), {}
    try:
        if key:
            open_store(work.settings.results).delete(key)
    except StoreUnreachable:  # the sweep of the night finds it
        logger.exception("a result could not be removed")


def _is_free() -> Any:
    """Nobody has begun it, or who did has been silent for too long."""
    heard = Job.beat_at.between(now() - SILENT, now() + SILENT)  # as in is_silent: a clock may have been put back
    silent = and_(Job.state == JobState.RUNNING, not_(heard))
    return or_(Job.state == JobState.WAITING, silent)


def _take(database: Database, settings: Settings, job_id: int) -> Work | None:
    with Session(database.writer, expire_on_commit=False) as session, session.begin():
        query = select(Job).where(Job.id == job_id, _is_free()).with_for_update()
        job = session.scalars(query).one_or_none()
        if job is None:
            return None
        if job.attempts >= MOST_ATTEMPTS:
            job.state, job.ended_at = JobState.FAILED, now()
            job.outcome = f"Given up after {MOST_ATTEMPTS} attempts, each of which broke off"
            return None
        if job.is_stopping:
            job.state, job.ended_at, job.outcome = JobState.CANCELLED, now(), "Stopped"
            return None
        job.state, job.holder, job.beat_at = JobState.RUNNING, uuid4().hex, now()
        job.attempts += 1
    arguments, memory = dict(job.arguments), dict(job.memory)
    return Work(database, settings, job.id, job.title, arguments, job.asked_by, job.user_id, memory, job.holder)


def find_due(database: Database, *, only_silent: bool = False) -> list[int]:
    """Jobs that nobody has, the oldest first; or only those whose worker fell silent."""
    which = and_(_is_free(), Job.state == JobState.RUNNING) if only_silent else _is_free()
    with Session(database.reader) as session:
        return list(session.scalars(select(Job.id).where(which).order_by(Job.id)))


def run_due(database: Database, settings: Settings) -> int:
    """Do every job that nobody has, one after the other; how many were done."""
    return sum(run(database, settings, job_id) is not None for job_id in find_due(database))
