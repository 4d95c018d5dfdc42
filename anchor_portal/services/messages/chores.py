"""The outbox as long work: drained when something is due, and put off for a while where the server is silent."""

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.running.outbox import AFTER_SILENCE
from anchor_portal.engine import Database
from anchor_portal.models import Message, PortalFact
from anchor_portal.models.base import now
from anchor_portal.services.jobs.work import Work, WorkRefused
from anchor_portal.services.messages.sending import Outcome, Post, is_due_at, send_due

NO_SERVER = "No mail server is set, so nothing can be sent: the operator names one in ANCHOR_SMTP"
DEMONSTRATION = "This is a demonstration, from which nothing is sent"


def is_due(session: Session, settings: Settings) -> bool:
    """Whether a message waits that can be sent now."""
    if settings.mail is None or _is_demo(session):
        return False
    return bool(session.scalar(select(exists().where(is_due_at(now())))))


def _is_demo(session: Session) -> bool:
    fact = session.get(PortalFact, "demo")
    return fact is not None and fact.value == "yes"


def send_outbox(work: Work) -> None:
    """Send what is due: long work, safe to run twice and on two machines at once.

    Where the server cannot be reached all that is due waits some minutes, so that it is not asked every minute.
    """
    if work.settings.mail is None:
        raise WorkRefused(NO_SERVER)
    with Session(work.database.reader) as session:
        if _is_demo(session):
            raise WorkRefused(DEMONSTRATION)
    settings = work.settings
    post = Post(work.settings.mail, settings.portal_name, settings.base_url, settings.secret_key)
    outcome = send_due(work.database, post, tell=lambda done, total: work.tell(done, total, "messages"))
    work.link = "/team/outbox"
    if outcome.silent:
        _put_off(work.database)
        raise WorkRefused(f"The mail server does not answer as it should: {outcome.silent}. {_say(outcome)}")
    work.outcome = _say(outcome)


def _say(outcome: Outcome) -> str:
    sent = "1 message was sent" if outcome.sent == 1 else f"{outcome.sent} messages were sent"
    failed = len(outcome.refused)
    return f"{sent}, {failed} {'waits' if failed == 1 else 'wait'} for another attempt" if failed else sent


def _put_off(database: Database) -> None:
    at = now()
    with Session(database.writer) as session, session.begin():
        session.execute(update(Message).where(is_due_at(at)).values(next_try_at=at + AFTER_SILENCE))
