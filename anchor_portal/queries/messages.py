"""Messages in the outbox: those to one person, and those that wait to be sent."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from anchor_portal.domain.running.outbox import CLAIMED, MOST_ATTEMPTS, Fate
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


def fate_is(fate: Fate) -> ColumnElement[bool]:
    """Whether a message stands there, as a condition of a query."""
    unsent = Message.sent_at.is_(None)
    in_hand = or_(Message.attempts == 0, Message.last_error == CLAIMED)
    return {
        Fate.SENT: Message.sent_at.is_not(None),
        Fate.WAITING: and_(unsent, in_hand),
        Fate.FAILED: and_(unsent, ~in_hand, Message.attempts < MOST_ATTEMPTS),
        Fate.GIVEN_UP: and_(unsent, ~in_hand, Message.attempts >= MOST_ATTEMPTS),
    }[fate]


def fate_of(message: Message) -> Fate:
    """Where one message stands."""
    if message.sent_at is not None:
        return Fate.SENT
    if message.attempts == 0 or message.last_error == CLAIMED:
        return Fate.WAITING
    return Fate.FAILED if message.attempts < MOST_ATTEMPTS else Fate.GIVEN_UP


def count_fates(session: Session) -> Mapping[Fate, int]:
    """How many messages stand where, in one statement."""
    counted = [func.sum(case((fate_is(fate), 1), else_=0)) for fate in Fate]
    found = session.execute(select(*counted)).one()
    return {fate: int(number or 0) for fate, number in zip(Fate, found, strict=True)}


def count_failed(session: Session) -> tuple[int, int]:
    """How many messages failed and are tried again, and how many were given up."""
    given_up = case((fate_is(Fate.GIVEN_UP), 1), else_=0)
    tried = or_(fate_is(Fate.FAILED), fate_is(Fate.GIVEN_UP))
    number, ended = session.execute(select(func.count(), func.sum(given_up)).where(tried)).one()
    return number - int(ended or 0), int(ended or 0)


def load_of_fate(session: Session, fate: Fate, page: int, on_a_page: int) -> Sequence[Message]:
    """A page of the messages that stand there, the newest first; the first page is 1."""
    query = select(Message).where(fate_is(fate)).order_by(Message.id.desc())
    return session.scalars(query.limit(on_a_page).offset((page - 1) * on_a_page)).all()
