"""The record of security and administration: append-only, in a transaction of its own."""

from sqlalchemy.orm import Session

from anchor_portal.domain.answers.text import clean_line
from anchor_portal.engine import Database
from anchor_portal.models import AuditEntry
from anchor_portal.models.base import now

OPERATOR = "operator"
"""Who acts at the command line."""


def record(session: Session, who: str, action: str, subject: str, detail: str = "") -> None:
    """Add an entry to the running transaction: kept only if the change itself is kept."""
    who, subject, detail = map(clean_line, (who, subject, detail))
    session.add(AuditEntry(at=now(), who=who, action=action, subject=subject, detail=detail))


def record_now(database: Database, who: str, action: str, subject: str, detail: str = "") -> None:
    """Keep an entry whatever becomes of the request; not to be called while a writing transaction is open."""
    with Session(database.writer) as session, session.begin():
        record(session, who, action, subject, detail)
