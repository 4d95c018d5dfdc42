"""Removing what is too old: results of long work, contents that belong to no job, rows of jobs and of signing in."""

import json
import logging
import re

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.long_work import KEPT_FOR, REMEMBERED_FOR
from anchor_portal.engine import Database
from anchor_portal.models import Job
from anchor_portal.models.base import now
from anchor_portal.models.jobs import UNFINISHED
from anchor_portal.services.accounts.tidying import forget_signing_in
from anchor_portal.services.evidence.store import StoreUnreachable, open_store
from anchor_portal.services.jobs.kinds import CHORES

logger = logging.getLogger("anchor_portal")
CONTENT = re.compile(r"\b[0-9a-f]{32}\b")
A_CRASH_AGO = KEPT_FOR
"""A content of this age that no job names was left by a crash."""


def tidy(database: Database, settings: Settings) -> None:
    """Remove them; what the store will not give up now goes another time."""
    _remove_results(database, settings)
    _forget_jobs(database)
    forget_signing_in(database, now())


def _remove_results(database: Database, settings: Settings) -> None:
    """First the row lets go of its result, then the content goes: a page never offers what is gone."""
    old = (Job.ended_at < now() - KEPT_FOR, Job.result_key != "")
    with Session(database.reader) as session:
        found = session.execute(select(Job.id, Job.result_key).where(*old)).all()
    for job_id, key in found:
        with Session(database.writer) as session, session.begin():
            session.execute(update(Job).where(Job.id == job_id).values(result_key=""))
        try:
            open_store(settings.results).delete(key)
        except StoreUnreachable:
            logger.exception("a result could not be removed")


def _forget_jobs(database: Database) -> None:
    ended = Job.state.not_in(UNFINISHED)
    by_itself = (ended, Job.kind.in_(tuple(CHORES)), Job.user_id.is_(None), Job.ended_at < now() - KEPT_FOR)
    asked_for = (ended, Job.result_key == "", Job.ended_at < now() - REMEMBERED_FOR)
    with Session(database.reader) as session:
        is_any = any(session.scalar(select(Job.id).where(*which).limit(1)) for which in (by_itself, asked_for))
    if is_any:
        with Session(database.writer) as session, session.begin():
            for which in (by_itself, asked_for):
                session.execute(delete(Job).where(*which))


def remove_unknown_results(database: Database, settings: Settings) -> int:
    """Remove contents that belong to no job, as a crash leaves them; how many.

    A job that goes on may keep pieces of what it makes: their names stand in its memory.
    """
    store = open_store(settings.results)
    left = [(name, put_at) for name, put_at in store.list() if put_at < now() - A_CRASH_AGO]
    with Session(database.reader) as session:
        known = set(session.scalars(select(Job.result_key).where(Job.result_key != "")))
        memories = session.scalars(select(Job.memory).where(Job.state.in_(UNFINISHED)))
        known |= {name for memory in memories for name in CONTENT.findall(json.dumps(memory))}
    unknown = [name for name, _ in left if name not in known]
    for name in unknown:
        store.delete(name)
    return len(unknown) + store.sweep(now() - A_CRASH_AGO)
