"""Long work that was asked for in the demonstration some weeks ago: its results have been removed since."""

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import HERE
from anchor_portal.models import Job, JobState, User
from anchor_portal.services.jobs.board import key_of

ASKED = (
    (
        "export",
        "Everything of July 2026 in one archive",
        "team@team.example",
        "19 returns",
        "anchor-round-2026-07.zip",
    ),
    (
        "pack",
        "Pack for the meeting of the Assembly",
        "member@assembly.example",
        "13 items on its agenda",
        "assembly-pack.pdf",
    ),
)
"""Kind, title, who asked, what came of it, the name of the result."""
AGO = timedelta(days=20)


def load_job_demo(session: Session, today: date) -> None:
    """Two jobs that ended well."""
    asked_at = datetime.combine(today - AGO, time(10, 42), HERE)
    for number, (kind, title, who, outcome, name) in enumerate(ASKED):
        arguments: dict[str, Any] = {"demo": number}
        job = Job(kind=kind, key=key_of(kind, arguments), title=title, arguments=arguments, asked_by=who)
        job.user_id = session.scalars(select(User.id).where(User.email == who)).one()
        job.asked_at = asked_at + timedelta(hours=number)
        job.state, job.attempts, job.done, job.total = JobState.DONE, 1, 21, 21
        job.beat_at = job.ended_at = job.asked_at + timedelta(seconds=50)
        job.outcome, job.result_name = outcome, name
        session.add(job)
        session.flush()
