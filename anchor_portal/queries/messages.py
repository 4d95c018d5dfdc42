"""Messages in the outbox: those to one person, and those that wait to be sent."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import Message
from anchor_portal.queries.viewer import Viewer

SHOWN = 100
"""How many messages a person's page holds; older ones are kept and not shown."""


def load_messages_to(session: Session, viewer: Viewer) -> Sequence[Message]:
    """The messages written to this person, the newest first."""
    query = select(Message).where(Message.to_email == viewer.email).order_by(Message.id.desc()).limit(SHOWN)
    return session.scalars(query).all()


def load_outbox(session: Session, *, unsent: bool, limit: int) -> Sequence[Message]:
    """The newest messages of all, or of those that were not sent, the newest first: for the operator."""
    query = select(Message).order_by(Message.id.desc()).limit(limit)
    return session.scalars(query.where(Message.sent_at.is_(None)) if unsent else query).all()
