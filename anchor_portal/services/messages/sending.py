"""Sending what is due in the outbox: each message is claimed first, then handed over, then marked.

A claim is a transaction of its own and lasts ten minutes, so two senders never take the same message. A sender that
is killed in between leaves its claim: nobody knows then whether the mail server took the message, so it is sent
again when the claim has run out, and the outcome says so. A message is thus never lost, and twice at worst, under the
same Message-ID.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from smtplib import SMTP

from sqlalchemy import ColumnElement, and_, not_, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.running.outbox import CLAIM, CLAIMED, LONGEST_WAIT, MOST_ATTEMPTS, wait_after
from anchor_portal.engine import Database
from anchor_portal.mail import MailServer
from anchor_portal.models import Message, User
from anchor_portal.models.base import now
from anchor_portal.outputs.letter import Letter
from anchor_portal.services.messages.invitations import KIND, renew_for_message
from anchor_portal.services.messages.opting_out import off_address
from anchor_portal.services.messages.outbox import REMINDER
from anchor_portal.services.messages.overtaken import drop, drop_if_overtaken
from anchor_portal.services.messages.smtp import SECONDS, MessageRefused, ServerSilent, compose, connected, hand_over
from anchor_portal.services.people import hold_person

MOST_BREAKS = 3
"""So often in a row the server may be silent or break off before the rest is left for the next run."""


@dataclass(frozen=True)
class Post:
    """What sending needs to know of an installation; without its secret reminders link to a page behind a sign-in.

    `seconds` is how long the server may be silent.
    """

    server: MailServer
    portal: str
    base_url: str
    secret: str = ""
    seconds: float = SECONDS


@dataclass
class Outcome:
    """What came of a run: how many were sent, who was refused and why, which may have been sent twice."""

    sent: int = 0
    refused: list[str] = field(default_factory=list)
    sent_again: list[str] = field(default_factory=list)
    silent: str = ""


def _tell_nobody(done: int, total: int) -> None:
    pass


def send_due(
    database: Database, post: Post, *, given_up: bool = False, tell: Callable[[int, int], None] = _tell_nobody
) -> Outcome:
    """Send every message that is due; with `given_up` also those that wait or were given up.

    Where the server cannot be reached nothing is claimed, so no attempt is counted. Where it breaks off, the next
    message goes over a new connection; where it does so several times in a row, the rest waits for the next run.
    `tell` is told before each message how many are done, of how many; what it raises ends the run between two.
    """
    outcome = Outcome()
    waiting = deque(_find_due(database, given_up=given_up))
    total, breaks = len(waiting), 0
    while waiting and breaks < MOST_BREAKS:
        before = outcome.sent
        try:
            with connected(post.server, post.seconds) as connection:
                while waiting:
                    tell(total - len(waiting), total)
                    claimed = _claim(database, post, waiting.popleft(), given_up=given_up)
                    if claimed is not None:
                        _send(database, post, connection, claimed, outcome)
        except ServerSilent as silent:
            outcome.silent = str(silent)
            breaks = 1 if outcome.sent > before else breaks + 1
    if not waiting and breaks < MOST_BREAKS:
        outcome.silent = ""
    return outcome


def is_due_at(at: datetime) -> ColumnElement[bool]:
    """Whether a message is to be sent at a moment, as a condition of a query."""
    # a moment further away than any wait was written by a clock that has been put back
    waits = and_(Message.next_try_at > at, Message.next_try_at <= at + LONGEST_WAIT)
    return and_(Message.sent_at.is_(None), not_(waits), Message.attempts < MOST_ATTEMPTS)


def _is_due(at: datetime, *, given_up: bool) -> ColumnElement[bool]:
    in_hand = and_(Message.last_error == CLAIMED, Message.next_try_at > at)
    return and_(Message.sent_at.is_(None), not_(in_hand)) if given_up else is_due_at(at)


def _find_due(database: Database, *, given_up: bool) -> Sequence[int]:
    with Session(database.reader) as session:
        query = select(Message.id).where(_is_due(now(), given_up=given_up)).order_by(Message.next_try_at, Message.id)
        return session.scalars(query).all()


@dataclass(frozen=True, slots=True)
class _Claimed:
    message: Message
    link: str
    off_link: str
    is_again: bool


def _claim(database: Database, post: Post, message_id: int, *, given_up: bool) -> _Claimed | None:
    """Take a message for ourselves, before it is sent; None where somebody else has it, or had it, or it is void."""
    at = now()
    with Session(database.writer, expire_on_commit=False) as session, session.begin():
        reader = select(Message.to_email).where(Message.id == message_id, Message.kind == KIND).scalar_subquery()
        hold_person(session, User.email == reader)  # for a link is made for them
        query = select(Message).where(Message.id == message_id, _is_due(at, given_up=given_up)).with_for_update()
        message = session.scalars(query).one_or_none()
        if message is None:
            return None
        is_again = message.last_error == CLAIMED
        if _is_closed(session, message.to_email):
            drop(session, message, was_taken_perhaps=is_again)
            return None
        if message.kind == REMINDER and drop_if_overtaken(session, message, was_taken_perhaps=is_again):
            return None
        link = renew_for_message(session, message.to_email) if message.kind == KIND else message.link
        if message.kind == KIND and not link:
            session.delete(message)  # the account got a password in another way meanwhile
            return None
        off_link = _off_link(session, post, message) if message.kind == REMINDER else ""
        if message.kind == REMINDER and not off_link:
            drop(session, message, was_taken_perhaps=is_again)  # its reader wants none, or has no account any more
            return None
        message.attempts += 1
        message.next_try_at = at + CLAIM
        message.last_error = CLAIMED
    return _Claimed(message, link, off_link, is_again)


def _is_closed(session: Session, email: str) -> bool:
    """Whether the account with this address is closed: nothing is sent to it, whatever it was written for."""
    closed = select(User.id).where(User.email == email, User.is_enabled.is_(False))
    return session.scalars(closed).one_or_none() is not None


def _off_link(session: Session, post: Post, message: Message) -> str:
    """Where the reader of a reminder turns them off; empty where they did, or where there is no such account."""
    wants = (User.email == message.to_email, User.is_enabled, User.reminders_off_at.is_(None))
    user_id = session.scalars(select(User.id).where(*wants)).one_or_none()
    return off_address(post.secret, user_id) if user_id is not None else ""


def _send(database: Database, post: Post, connection: SMTP, claimed: _Claimed, outcome: Outcome) -> None:
    message = claimed.message
    try:
        hand_over(connection, _compose(post, claimed))
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


def _compose(post: Post, claimed: _Claimed) -> EmailMessage:
    message = claimed.message
    letter = Letter(
        name=message.to_name,
        subject=message.subject,
        body=message.body,
        link=_whole(post, claimed.link),
        portal=post.portal,
        base_url=post.base_url,
        off_link=_whole(post, claimed.off_link),
    )
    return compose(message, letter, post.server.sender)


def _whole(post: Post, link: str) -> str:
    """An address of the portal with the portal's own name before it."""
    return post.base_url + link if link.startswith("/") else link


def _note_failure(database: Database, message: Message, error: str) -> None:
    """Write down why it was not taken, unless a later attempt has begun meanwhile."""
    mine = and_(Message.id == message.id, Message.attempts == message.attempts)
    _note(database, mine, next_try_at=now() + wait_after(message.attempts), last_error=error)


def _note(database: Database, which: ColumnElement[bool], **values: object) -> None:
    with Session(database.writer) as session, session.begin():
        session.execute(update(Message).where(which).values(**values))
