"""Messages that failed: sent again at once, or not any more."""

from sqlalchemy import and_, not_, update
from sqlalchemy.orm import Session

from anchor_portal.domain.running.outbox import CLAIMED, MOST_ATTEMPTS, Fate
from anchor_portal.models import Message
from anchor_portal.models.base import now
from anchor_portal.queries.messages import fate_is


def send_again(session: Session, message_id: int | None = None) -> int:
    """Make one message that failed or was given up due at once, with as many attempts as a new one; or all of them.

    How many that were: none where it was sent, is being sent, or is not there.
    """
    failed = fate_is(Fate.FAILED) | fate_is(Fate.GIVEN_UP)
    which = failed if message_id is None else and_(failed, Message.id == message_id)
    fresh = {"attempts": 0, "next_try_at": now(), "last_error": ""}
    return len(session.scalars(update(Message).where(which).values(**fresh).returning(Message.id)).all())


def give_up(session: Session, message_id: int, by: str) -> bool:
    """Try a message no more; False where it was sent, is being sent, or is not there."""
    unsent = and_(Message.id == message_id, Message.sent_at.is_(None), not_(Message.last_error == CLAIMED))
    ended = {"attempts": MOST_ATTEMPTS, "last_error": f"Stopped by {by}"}
    return bool(session.scalars(update(Message).where(unsent).values(**ended).returning(Message.id)).all())
