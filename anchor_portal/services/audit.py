"""The record of security and administration: append-only, each entry chained to the one before it.

An entry is added to the transaction of what it tells, and gets its place in the chain as the very last thing before the
commit: whoever chains holds the row of the last entry, and so waits for no other row after it. That keeps one chain
over all processes, cannot deadlock, and lets others wait only for the commit itself.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from sqlalchemy import bindparam, event, func, insert, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.audit_chain import NOTHING, Entry, Mark, digest_of
from anchor_portal.engine import Database
from anchor_portal.models import AuditEntry, AuditHead, Base
from anchor_portal.models.base import now

OPERATOR = "operator"
"""Who acts at the command line."""
COMMAND_LINE, WORKER = "command line", "worker"
"""From where somebody acts who does not come through the network."""
PENDING, SEALED = "audit entries to be chained", "audit entry chained last"
HEAD = 1
_HEAD = Base.metadata.tables[AuditHead.__tablename__]
_HELD = select(_HEAD.c.position, _HEAD.c.digest).where(_HEAD.c.id == HEAD).with_for_update()
_MOVED = (
    update(_HEAD).where(_HEAD.c.id == HEAD).values(position=bindparam("last_place"), digest=bindparam("last_digest"))
)
logger = logging.getLogger("anchor_portal")
_acting_from: ContextVar[str] = ContextVar("acting from", default="")


def act_from(address: str) -> None:
    """Say from where whatever this thread records from now on is done."""
    _acting_from.set(address)


@contextmanager
def acting_from(address: str) -> Iterator[None]:
    """Say so for a while."""
    before = _acting_from.set(address)
    try:
        yield
    finally:
        _acting_from.reset(before)


def record(session: Session, who: str, action: str, subject: str, detail: str = "") -> None:
    """Add an entry to the running transaction: kept only if the change itself is kept."""
    entry = _entry(who, action, subject, detail)
    session.add(entry)
    session.info.setdefault(PENDING, []).append(entry)


def record_now(database: Database, who: str, action: str, subject: str, detail: str = "") -> None:
    """Keep an entry whatever becomes of the request; not to be called while a writing transaction is open."""
    entry = _entry(who, action, subject, detail)
    with Session(database.writer) as session, session.begin():
        last = _place(entry, _hold_head(session))
        session.add(entry)
        _move_head(session, last)


def _entry(who: str, action: str, subject: str, detail: str) -> AuditEntry:
    who, subject, detail = map(clean_line, (who, subject, detail))
    return AuditEntry(at=now(), who=who, action=action, subject=subject, detail=detail, address=_acting_from.get())


@event.listens_for(Session, "before_commit")
def chain(session: Session) -> None:
    """Give the transaction's entries their places: whoever else does waits from now on until the commit."""
    if session.in_nested_transaction() or not session.info.get(PENDING):
        return
    session.flush()  # first all else, which may have to wait for rows that others hold
    entries = [entry for entry in session.info.pop(PENDING) if entry in session]  # not those of a savepoint undone
    if not entries:
        return
    last = _hold_head(session)
    for entry in entries:
        last = _place(entry, last)
    _move_head(session, last)


def _move_head(session: Session, last: Mark) -> None:
    session.flush()
    session.connection().execute(_MOVED, {"last_place": last.position, "last_digest": last.digest})
    session.info[SEALED] = last


def _hold_head(session: Session) -> Mark:
    """The last entry, held until the commit."""
    found = session.connection().execute(_HELD).one_or_none()
    if found is not None:
        return Mark(found.position, found.digest)
    # somebody removed the row; the chain goes on from what there is, and doctor has the marks in the log to compare
    last = session.execute(
        select(AuditEntry.position, AuditEntry.digest).where(
            AuditEntry.position == select(func.max(AuditEntry.position)).scalar_subquery()
        )
    ).one_or_none()
    session.execute(insert(AuditHead).values(id=HEAD, position=0, digest=""))
    return Mark(last.position or 0, last.digest) if last else NOTHING


def _place(entry: AuditEntry, last: Mark) -> Mark:
    entry.position, entry.previous = last.position + 1, last.digest
    entry.digest = digest_of(as_stored(entry))
    return Mark(entry.position, entry.digest)


def as_stored(entry: AuditEntry) -> Entry:
    """The entry as the chain sees it."""
    return Entry(
        entry.position or 0,
        entry.at,
        entry.who,
        entry.action,
        entry.subject,
        entry.detail,
        entry.address,
        entry.previous,
        entry.digest,
    )


@event.listens_for(Session, "after_commit")
def _note_in_log(session: Session) -> None:
    """The log lies elsewhere: with it a chain can be checked that was made anew, or cut off at its end."""
    if sealed := session.info.pop(SEALED, None):
        logger.info("audit", extra={"facts": {"mark": str(sealed)}})


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    """What was undone, be it all or a savepoint, is no longer to be chained."""
    session.info[PENDING] = [entry for entry in session.info.get(PENDING, ()) if entry in session]
    session.info.pop(SEALED, None)
