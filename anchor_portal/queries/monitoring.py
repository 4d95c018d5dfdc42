"""What waits and what went wrong, in numbers, for whoever watches over an installation."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.long_work import SILENT
from anchor_portal.domain.running.outbox import MOST_ATTEMPTS
from anchor_portal.models import Job, JobState, JobWorker, Message


@dataclass(frozen=True, slots=True)
class Waiting:
    """Numbers of this moment."""

    workers: int
    jobs_waiting: int
    jobs_running: int
    oldest_job_seconds: float
    """How long the job has waited that was asked for first, nothing waiting: 0."""
    messages_waiting: int
    messages_given_up: int


def count_waiting(session: Session, at: datetime) -> Waiting:
    """All of it in one statement."""
    jobs = select(func.count()).select_from(Job)
    messages = select(func.count()).select_from(Message).where(Message.sent_at.is_(None))
    row = session.execute(
        select(
            select(func.count())
            .select_from(JobWorker)
            .where(JobWorker.beat_at.between(at - SILENT, at + SILENT))
            .scalar_subquery(),
            jobs.where(Job.state == JobState.WAITING).scalar_subquery(),
            jobs.where(Job.state == JobState.RUNNING).scalar_subquery(),
            select(func.min(Job.asked_at)).where(Job.state == JobState.WAITING).scalar_subquery(),
            messages.where(Message.attempts < MOST_ATTEMPTS).scalar_subquery(),
            messages.where(Message.attempts >= MOST_ATTEMPTS).scalar_subquery(),
        )
    ).one()
    workers, waiting, running, since, unsent, given_up = row
    return Waiting(workers, waiting, running, (at - since).total_seconds() if since else 0.0, unsent, given_up)
