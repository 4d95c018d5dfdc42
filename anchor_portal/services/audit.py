"""The record of security and administration: append-only, in a transaction of its own."""

from sqlalchemy.orm import Session

from anchor_portal.engine import Database
from anchor_portal.models import AuditEntry
from anchor_portal.models.base import now


def record(session: Session, who: str, action: str, subject: str, detail: str = "") -> None:
    """Add an entry to the running transaction: kept only if the change itself is kept."""
    session.add(AuditEntry(at=now(), who=who, action=action, subject=subject, detail=detail))


def record_now(database: Database, who: str, action: str, subject: str, detail: str = "") -> None:
    """Keep an entry whatever becomes of the request; not to be called while a writing transaction is open."""
    with Session(database.writer) as session, session.begin():
        record(session, who, action, subject, detail)
