"""Doing a job: one worker holds it, says how far it is, and is taken over where it falls silent."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.engine import Database
from anchor_portal.models import Job, JobState
from anchor_portal.models.base import now
from anchor_portal.services.evidence.store import open_store
from anchor_portal.services.jobs.kinds import find_work

SILENT = timedelta(seconds=60)
"""A worker that has said nothing for so long is taken for dead."""
MOST_ATTEMPTS = 5
"""So many workers may die of a job before it is given up."""


class Stopped(Exception):
    """Somebody stopped the job; what it made so far is thrown away."""


class TakenOver(Exception):
    """Another worker has the job now, because this one was silent for too long."""


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
    outcome: str = ""
    link: str = ""
    _result: dict[str, Any] = field(default_factory=dict)

    def tell(self, done: int, total: int | None = None, unit: str = "", memory: dict[str, Any] | None = None) -> None:
        """Say how far it is, in a transaction of its own; with `memory`, from where another worker can go on.

        To be called at least every few seconds. Raises Stopped or TakenOver.
        """
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

    def keep(self, path: Path, name: str, media_type: str) -> None:
        """Keep a finished file as the result, under the name with which it is downloaded."""
        key = secrets.token_hex(16)
        open_store(self.settings.results).put_file(key, path)
        size = path.stat().st_size
        self._result = {"result_name": name, "result_type": media_type, "result_key": key, "result_bytes": size}

    def scratch(self) -> Any:
        """A temporary file, open for writing, that is gone when it is closed."""
        return NamedTemporaryFile(prefix="anchor-portal-", suffix=".part")

    def _is_mine(self) -> Any:
        return and_(Job.id == self.job_id, Job.state == JobState.RUNNING, Job.holder == self.holder)

    def finish(self, state: JobState, outcome: str) -> bool:
        """Write down how it ended; False where another worker has it."""
        values = {"state": state, "ended_at": now(), "outcome": outcome, "link": self.link, **self._result}
        with Session(self.database.writer) as session, session.begin():
            query = update(Job).where(self._is_mine()).values(**values).returning(Job.id)
            return session.execute(query).one_or_none() is not None


def run(database: Database, settings: Settings, job_id: int) -> JobState | None:
    """Do a job, if nobody else has it. None where somebody has, or where it has ended.

    An exception that nobody foresaw is raised after it was noted, so that it stands in the worker's log.
    """
    work = _take(database, settings, job_id)
    if work is None:
        return None
    try:
        find_work(_kind(database, job_id))(work)
        state, outcome = JobState.DONE, work.outcome
    except Stopped:
        state, outcome = JobState.CANCELLED, "Stopped"
    except TakenOver:
        return None
    except WorkRefused as refusal:
        state, outcome = JobState.FAILED, str(refusal)
    except Exception:
        work.finish(JobState.FAILED, "Something went wrong that nobody foresaw. Ask for it again, or tell the operator")
        raise
    if state is not JobState.DONE:
        _forget_result(work)
    return state if work.finish(state, outcome) else None


def _kind(database: Database, job_id: int) -> str:
    with Session(database.reader) as session:
        return session.get_one(Job, job_id).kind


def _forget_result(work: Work) -> None:
    if key := work._result.pop("result_key", ""):
        open_store(work.settings.results).delete(key)
    work._result = {}


def _is_free() -> Any:
    """Nobody has begun it, or who did has been silent for too long."""
    silent = and_(Job.state == JobState.RUNNING, Job.beat_at < now() - SILENT)
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


def find_due(database: Database) -> list[int]:
    """Jobs that nobody has, the oldest first."""
    with Session(database.reader) as session:
        return list(session.scalars(select(Job.id).where(_is_free()).order_by(Job.id)))


def run_due(database: Database, settings: Settings) -> int:
    """Do every job that nobody has, one after the other; how many were done."""
    return sum(run(database, settings, job_id) is not None for job_id in find_due(database))
