"""Removing what is kept of signing in only for a while: sessions for thirty days, counts of attempts for two."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.engine import Database
from anchor_portal.models import Attempts, SignIn
from anchor_portal.services.accounts.sessions import REMEMBERED_FOR, forget_old_sessions
from anchor_portal.services.accounts.throttling import forget_old_attempts

COUNTED_FOR = timedelta(days=2)
"""Longer than any count takes to run off."""


def forget_signing_in(database: Database, at: datetime) -> None:
    """Remove old sessions and counts; nothing is written, and nobody waits, where there are none."""
    sessions = select(SignIn.id).where(SignIn.used_at < at - REMEMBERED_FOR).limit(1)
    attempts = select(Attempts.digest).where(Attempts.last_at < at - COUNTED_FOR).limit(1)
    with Session(database.reader) as session:
        is_any = session.scalar(sessions) is not None or session.scalar(attempts) is not None
    if is_any:
        with Session(database.writer) as session, session.begin():
            forget_old_sessions(session, at)
            forget_old_attempts(session, at - COUNTED_FOR)
