"""Sending what is due in the outbox: each message is claimed first, then handed over, then marked.

A claim is a transaction of its own and lasts ten minutes, so two senders never take the same message. A sender that
is killed in between leaves its claim: nobody knows then whether the mail server took the message, so it is sent
again when the claim has run out, and the outcome says so. A message is thus never lost, and twice at worst, under the
same Message-ID.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from smtplib import SMTP

from sqlalchemy import ColumnElement, and_, not_, select, update
from sqlalchemy.orm import Session

from anchor_portal.engine import Database
from anchor_portal.mail import MailServer
from anchor_portal.models import Message
from anchor_portal.models.base import now
from anchor_portal.services.messages.invitations import KIND, renew_for_message
from anchor_portal.services.messages.smtp import MessageRefused, ServerSilent, compose, connected, hand_over

CLAIM = timedelta(minutes=10)
CLAIMED = "Sending began, and how it ended was never written down"
"""The note of a message that somebody is sending, or was sending when they were killed."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 4 * 60, 12 * 60, 24 * 60, 24 * 60))
"""How long a message waits after its first, second, … attempt; after one more it is given up."""
MOST_ATTEMPTS = len(WAITS) + 1


@dataclass(frozen=True)
class Post:
    """What sending needs to know of an installation."""

    server: MailServer
    portal: str
    base_url: str


@dataclass
class Outcome:
    """What came of a run: how many were sent, who was refused and why, which may have been sent twice."""

    sent: int = 0
    refused: list[str] = field(default_factory=list)
    sent_again: list[str] = field(default_factory=list)
    silent: str = ""


def send_due(database: Database, post: Post, *, given_up: bool = False) -> Outcome:
    """Send every message that is due; with `given_up` also those that wait or were given up.

    Where the server cannot be reached nothing is claimed, so no attempt is counted; where it breaks off, the rest
    waits for the next run.
    """
    outcome = Outcome()
    waiting = _find_due(database, given_up=given_up)
    if not waiting:
        return outcome
    try:
        with connected(post.server) as connection:
            for message_id in waiting:
                claimed = _claim(database, message_id, given_up=given_up)
                if claimed is not None:
                    _send(database, post, connection, claimed, outcome)
    except ServerSilent as silent:
        outcome.silent = str(silent)
    return outcome


def _is_due(at: datetime, *, given_up: bool) -> ColumnElement[bool]:
    due = and_(Message.next_try_at <= at, Message.attempts < MOST_ATTEMPTS)
    in_hand = and_(Message.last_error == CLAIMED, Message.next_try_at > at)
    return and_(Message.sent_at.is_(None), not_(in_hand) if given_up else due)


def _find_due(database: Database, *, given_up: bool) -> Sequence[int]:
    with Session(database.reader) as session:
        query = select(Message.id).where(_is_due(now(), given_up=given_up)).order_by(Message.next_try_at, Message.id)
        return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class _Claimed:
    message: Message
    link: str
    is_again: bool


def _claim(database: Database, message_id: int, *, given_up: bool) -> _Claimed | None:
    """Take a message for ourselves, before it is sent; None where somebody else has it, or had it, or it is void."""
    at = now()
    with Session(database.writer, expire_on_commit=False) as session, session.begin():
        query = select(Message).where(Message.id == message_id, _is_due(at, given_up=given_up)).with_for_update()
        message = session.scalars(query).one_or_none()
        if message is None:
            return None
        is_again = message.last_error == CLAIMED
        link = renew_for_message(session, message.to_email) if message.kind == KIND else message.link
        if message.kind == KIND and not link:
            session.delete(message)  # the account got a password in another way meanwhile
            return None
        message.attempts += 1
        message.next_try_at = at + CLAIM
        message.last_error = CLAIMED
    return _Claimed(message, link, is_again)


def _send(database: Database, post: Post, connection: SMTP, claimed: _Claimed, outcome: Outcome) -> None:
    message = claimed.message
    try:
        hand_over(connection, compose(message, claimed.link, post.server.sender, post.portal, post.base_url))
    except (MessageRefused, ServerSilent) as error:
        _note_failure(database, message, str(error))
        outcome.refused.append(f"{message.id} to {message.to_email}: {error}")
        if isinstance(error, ServerSilent):
            raise
        return
    _note(database, Message.id == message.id, sent_at=now(), last_error="")
    outcome.sent += 1
    if claimed.is_again:
        outcome.sent_again.append(f"{message.id} to {message.to_email}")


def _note_failure(database: Database, message: Message, error: str) -> None:
    """Write down why it was not taken, unless a later attempt has begun meanwhile."""
    mine = and_(Message.id == message.id, Message.attempts == message.attempts)
    wait = WAITS[min(message.attempts, len(WAITS)) - 1]
    _note(database, mine, next_try_at=now() + wait, last_error=error)


def _note(database: Database, which: ColumnElement[bool], **values: object) -> None:
    with Session(database.writer) as session, session.begin():
        session.execute(update(Message).where(which).values(**values))
