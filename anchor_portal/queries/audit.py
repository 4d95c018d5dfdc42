"""The audit: a page of it, all of it as a chain, and what is chosen for an export."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from anchor_portal.clock import HERE
from anchor_portal.domain.audit_chain import Entry, Mark
from anchor_portal.models import AuditEntry, AuditHead

PAGE = 50
AT_ONCE = 1000
COLUMNS: tuple[Any, ...] = (
    AuditEntry.position,
    AuditEntry.at,
    AuditEntry.who,
    AuditEntry.action,
    AuditEntry.subject,
    AuditEntry.detail,
    AuditEntry.address,
    AuditEntry.previous,
    AuditEntry.digest,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: part of who, the action, part of what it was about, the first and the last day."""

    who: str = ""
    action: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None

    @property
    def conditions(self) -> list[ColumnElement[bool]]:
        """What an entry must fulfil."""
        found: list[ColumnElement[bool]] = []
        if self.who:
            found.append(AuditEntry.who.icontains(self.who, autoescape=True))
        if self.action:
            found.append(AuditEntry.action == self.action)
        if self.about:
            found.append((AuditEntry.subject + " " + AuditEntry.detail).icontains(self.about, autoescape=True))
        if self.since:
            found.append(AuditEntry.at >= _midnight(self.since))
        if self.until and self.until < date.max:  # after that there is no day
            found.append(AuditEntry.at < _midnight(self.until + timedelta(days=1)))
        return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, HERE)


def load_page(session: Session, wanted: Wanted, before: int = 0) -> list[Entry]:
    """A page of entries and one more, the newest first, of those before a position."""
    query = _chained().where(*wanted.conditions).order_by(AuditEntry.position.desc()).limit(PAGE + 1)
    if before:
        query = query.where(AuditEntry.position < before)
    return [Entry(*row) for row in session.execute(query)]


def load_actions(session: Session) -> list[str]:
    """Everything that was ever done, by name."""
    return list(session.scalars(select(AuditEntry.action).distinct().order_by(AuditEntry.action)))


def find_head(session: Session) -> Mark | None:
    """The last entry, as the portal keeps it apart from the entries."""
    found = session.execute(select(AuditHead.position, AuditHead.digest)).first()
    return Mark(found.position, found.digest) if found else None


def read_entries(session: Session, wanted: Wanted) -> Iterator[Entry]:
    """Entries in the order of the chain, in constant memory."""
    rows = session.execute(
        _chained().where(*wanted.conditions).order_by(AuditEntry.position).execution_options(yield_per=AT_ONCE)
    )
    return (Entry(*row) for row in rows)


def count_entries(session: Session) -> tuple[int, list[int]]:
    """How many entries are in the chain, and the identifiers of the first that are not."""
    loose = select(AuditEntry.id).where(AuditEntry.position.is_(None)).order_by(AuditEntry.id).limit(5)
    return session.scalar(select(func.count(AuditEntry.position))) or 0, list(session.scalars(loose))


def _chained() -> Select[Any]:
    return select(*COLUMNS).where(AuditEntry.position.is_not(None))
