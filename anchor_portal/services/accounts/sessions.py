"""Sessions: opened when somebody signed in, noted as used, ended by the person, by a limit or by a change."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Update, delete, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from anchor_portal.models import SignIn
from anchor_portal.models.base import now
from anchor_portal.models.ended_sessions import note_ended
from anchor_portal.queries.viewer import digest_of

SIGNED_OUT, SIGNED_IN_AGAIN, BY_THE_PERSON = "signed out", "signed in again", "ended by the person"
FACTOR_CHANGED = "second factor changed"
REMEMBERED_FOR = timedelta(days=30)
"""How long a session is kept after it was last used."""
LONGEST_WORDS = 60


def open_session(
    session: Session, user_id: int, method: str, second_factor: str, device: str, address: str, at: datetime
) -> str:
    """Begin a session and give its token, a secret that is nowhere else but in the cookie.

    `method` is what it began with and `second_factor` what confirmed it, as in models.SignIn; `device` says in words
    with which browser.
    """
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            digest=digest_of(token),
            user_id=user_id,
            method=method,
            second_factor=second_factor,
            began_at=at,
            used_at=at,
            device=device[:LONGEST_WORDS],
            address=address,
        )
    )
    session.flush()
    return token


def end_sessions(session: Session, user_id: int, because: str, *, but: int | None = None) -> int:
    """End every session of a person, but the one with the number `but`; how many were open."""
    theirs = update(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    if but is not None:
        theirs = theirs.where(SignIn.id != but)
    ended = session.execute(_ended(theirs, because)).scalars().all()
    note_ended(session, ended)
    return len(ended)


def end_session(session: Session, user_id: int, sign_in_id: int, because: str) -> bool:
    """End one session of a person; False where it is none of theirs, or had ended."""
    one = update(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user_id, SignIn.ended_at.is_(None))
    ended = session.execute(_ended(one, because)).scalars().all()
    note_ended(session, ended)
    return bool(ended)


def end_session_of_token(session: Session, token: str, because: str) -> None:
    """End the session that a cookie held, whoever's it was."""
    its = update(SignIn).where(SignIn.digest == digest_of(token), SignIn.ended_at.is_(None))
    note_ended(session, session.execute(_ended(its, because)).scalars().all())


def confirm_session(session: Session, sign_in_id: int, second_factor: str) -> None:
    """Note that the person of an open session proved a second factor."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id).values(second_factor=second_factor))


def forget_old_sessions(session: Session, at: datetime | None = None) -> int:
    """Remove sessions that were last used so long ago that nobody asks any more; how many."""
    old = delete(SignIn).where(SignIn.used_at < (at or now()) - REMEMBERED_FOR)
    return len(session.execute(old.returning(SignIn.id)).all())


def _ended(change: Update, because: str) -> ReturningUpdate[int]:
    return change.values(ended_at=now(), ended_because=because).returning(SignIn.id)
