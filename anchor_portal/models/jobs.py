"""Long work: what was asked, by whom, how far it is, and where the result lies."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from anchor_portal.models.base import Base, Moment, now, one_of
from anchor_portal.models.people import User


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = (JobState.WAITING, JobState.RUNNING)


class Job(Base):
    """A piece of long work. The row is the truth; the queue only says that somebody may look at it.

    Who runs it holds it as `holder` and says so again with every piece (`beat_at`); one that has been silent for a
    while is taken over by another worker, which goes on from `memory`. `key` names the same work: asked for again
    while it is unfinished, it is the same job.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        one_of("state", JobState),
        Index(
            "uq_jobs_unfinished",
            "key",
            unique=True,
            sqlite_where=text("state IN ('waiting', 'running')"),
            postgresql_where=text("state IN ('waiting', 'running')"),
        ),
        Index(None, "state", "beat_at"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str]
    title: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    asked_by: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)
    state: Mapped[str] = mapped_column(default=JobState.WAITING)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    unit: Mapped[str] = mapped_column(default="")
    memory: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    holder: Mapped[str] = mapped_column(default="")
    beat_at: Mapped[datetime] = mapped_column(Moment, default=now)
    is_stopping: Mapped[bool] = mapped_column(default=False)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str] = mapped_column(Text, default="")
    link: Mapped[str] = mapped_column(default="")
    result_name: Mapped[str] = mapped_column(default="")
    result_type: Mapped[str] = mapped_column(default="")
    result_key: Mapped[str] = mapped_column(default="")
    result_bytes: Mapped[int] = mapped_column(default=0)


class JobWorker(Base):
    """A process that does long work: it says every few seconds that it is there (`beat_at`), and goes with its row."""

    __tablename__ = "job_workers"
    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(Moment, default=now)
    beat_at: Mapped[datetime] = mapped_column(Moment, default=now)
