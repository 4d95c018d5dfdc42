"""Asking for long work, and stopping it. The row is the truth; a queue only says that somebody may look at it."""

import json
from hashlib import sha256
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.domain.long_work import is_silent
from anchor_portal.models import Job, JobState
from anchor_portal.models.base import now
from anchor_portal.models.jobs import UNFINISHED
from anchor_portal.services.audit import record

ASKED = "jobs asked for"
"""Where a session keeps the identifiers of jobs that are to be put into the queue once it is committed."""


def ask(
    session: Session, kind: str, title: str, arguments: dict[str, Any], asked_by: str, user_id: int | None = None
) -> Job:
    """Ask for work of a kind (see `kinds.KINDS`); the same work asked for again while it is unfinished is the same job.

    One that is being stopped goes on where somebody asks for it, and not where the schedule does. `title` says in words
    what is made, `arguments` is plain JSON. Nothing is begun if the transaction is not kept.
    """
    key = key_of(kind, arguments)
    job = _find_unfinished(session, key)
    if job is None:
        job = Job(kind=kind, key=key, title=title, arguments=arguments, asked_by=asked_by, user_id=user_id)
        try:
            with session.begin_nested():
                session.add(job)
        except IntegrityError:  # somebody asked at the same moment
            job = _find_unfinished(session, key)
            if job is None:
                raise
    if job.is_stopping and user_id is not None:
        job.is_stopping = False
        record(session, asked_by, "long work goes on", job.title)
        session.flush()
    session.info.setdefault(ASKED, []).append(job.id)
    return job


def key_of(kind: str, arguments: dict[str, Any]) -> str:
    """What names the same work."""
    return sha256(json.dumps([kind, arguments], sort_keys=True, default=str).encode()).hexdigest()


def _find_unfinished(session: Session, key: str) -> Job | None:
    """The job, held until the commit, so that it does not end by being stopped meanwhile."""
    query = select(Job).where(Job.key == key, Job.state.in_(UNFINISHED)).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def stop(session: Session, job: Job) -> bool:
    """Stop a job: at once where nobody has begun it, else when its worker next says how far it is.

    False where it had ended already.
    """
    session.refresh(job, with_for_update=True)
    if job.state not in UNFINISHED:
        return False
    job.is_stopping = True
    if job.state == JobState.WAITING or is_silent(job.beat_at, now()):  # nobody is there who could stop
        job.outcome = "Stopped before it began" if job.state == JobState.WAITING else "Stopped"
        job.state, job.ended_at = JobState.CANCELLED, now()
    session.flush()
    return True
