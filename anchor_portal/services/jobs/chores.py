"""Chores: work that nobody asks for. It becomes a job only when something is due, so that the list shows what was done."""

import logging

from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.engine import DATABASE_AWAY, Database
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.jobs.kinds import CHORES, find_due_check
from anchor_portal.services.jobs.queue import put

SCHEDULE = "schedule"
"""Who asks for chores."""
logger = logging.getLogger("anchor_portal")


def ask_for_chores(database: Database, settings: Settings) -> list[int]:
    """Ask for each chore that is due, and put it into the queue; asked for by two workers at once, it is one job."""
    due = [kind for kind in CHORES if _is_due(database, settings, kind)]
    if not due:
        return []
    with Session(database.writer) as session, session.begin():
        asked = [ask(session, kind, CHORES[kind][0], {}, SCHEDULE).id for kind in due]
    put(database, asked)
    return asked


def _is_due(database: Database, settings: Settings, kind: str) -> bool:
    """A chore that cannot say whether it is due holds up no other."""
    try:
        with Session(database.reader) as session:
            return find_due_check(kind)(session, settings)
    except DATABASE_AWAY:
        raise
    except Exception:
        logger.exception("a chore cannot say whether it is due", extra={"facts": {"chore": kind}})
        return False
