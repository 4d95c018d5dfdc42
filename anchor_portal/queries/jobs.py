"""Long work as somebody may see it: the team all of it, others what they asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from anchor_portal.domain.long_work import SILENT
from anchor_portal.domain.people import Role
from anchor_portal.models import Job, JobState, JobWorker
from anchor_portal.queries.viewer import Viewer

PAGE = 50
LARGEST = 2**31 - 1
"""No identifier is larger."""
Readers = Mapping[str, frozenset[Role]]
"""Kinds that others than the team may see, if they asked for them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A job, how many wait before it, and whether anybody does long work at all."""

    job: Job
    before: int
    is_anybody_working: bool


def may_see(viewer: Viewer, readers: Readers) -> ColumnElement[bool]:
    """Which jobs a person may see."""
    if Role.TEAM in viewer.roles:
        return Job.id.is_not(None)
    kinds = [kind for kind, roles in readers.items() if roles & viewer.roles]
    return and_(Job.user_id == viewer.user_id, Job.kind.in_(kinds)) if kinds else false()


def find_job(session: Session, viewer: Viewer, job_id: int, readers: Readers) -> Job | None:
    """The job, if the person may see it."""
    if not 0 < job_id <= LARGEST:
        return None
    return session.scalars(select(Job).where(Job.id == job_id, may_see(viewer, readers))).one_or_none()


def find_standing(session: Session, viewer: Viewer, job_id: int, readers: Readers, at: datetime) -> Standing | None:
    """The job with what is around it, if the person may see it; two statements at most."""
    job = find_job(session, viewer, job_id, readers)
    if job is None:
        return None
    waiting = select(func.count()).where(Job.state == JobState.WAITING, Job.id < job.id).scalar_subquery()
    before, working = session.execute(select(waiting, _working(at))).one()
    return Standing(job, before, bool(working))


def is_anybody_working(session: Session, at: datetime) -> bool:
    """Whether some worker said lately that it is there."""
    return bool(session.scalar(select(_working(at))))


def _working(at: datetime) -> ColumnElement[bool]:
    return select(JobWorker.id).where(JobWorker.beat_at.between(at - SILENT, at + SILENT)).exists()


def load_jobs(
    session: Session,
    viewer: Viewer,
    readers: Readers,
    chores: Sequence[str],
    *,
    before: int = 0,
    is_chores: bool = False,
) -> list[Job]:
    """A page of jobs and one more, the newest first: what people asked for, or the chores that nobody asks for."""
    which = Job.kind.in_(chores) if is_chores else or_(Job.kind.not_in(chores), Job.user_id.is_not(None))
    query = select(Job).where(may_see(viewer, readers), which).order_by(Job.id.desc()).limit(PAGE + 1)
    if 0 < before <= LARGEST:
        query = query.where(Job.id < before)
    return list(session.scalars(query))
