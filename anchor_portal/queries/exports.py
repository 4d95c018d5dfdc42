"""Who exported what, and when."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import AuditEntry

EXPORTED = "exported"
"""How the audit names what left the portal as a file."""
NEWEST = 2**62
"""More than any entry's number."""


def load_exports(session: Session, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
    """Exports, the newest first; those noted before an entry with this number, where it is given."""
    query = select(AuditEntry).where(AuditEntry.action == EXPORTED)
    if before is not None:
        query = query.where(AuditEntry.id < min(before, NEWEST))
    return session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)).all()
