"""Sharing out the sections of a return, and noting who has which open."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import EDITABLE, StepRefused
from anchor_portal.domain.numbers import say_date
from anchor_portal.engine import Database
from anchor_portal.models import Return, SectionOwner, SectionVisit, User
from anchor_portal.models.base import now
from anchor_portal.queries.returns import Found
from anchor_portal.queries.sharing import Owner, load_owners
from anchor_portal.services.messages import write_message
from anchor_portal.services.returns import Actor, start

NOTED_EVERY = timedelta(minutes=1)
"""Somebody who stays in a section is written down this often, not with every page."""
FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Share:
    """A section for one person, and the day by which it is due, if one is named."""

    user_id: int
    due_on: date | None


class SharedMeanwhile(Exception):
    """Somebody else gave out the sections since the page was opened; nothing was changed."""


def stamp_of_shares(owners: Mapping[str, Owner]) -> str:
    """A short mark of who has what, by which a page that is out of date is recognised."""
    return ",".join(f"{each.section}:{each.user_id}:{each.due_on or ''}" for _, each in sorted(owners.items()))


def share_out(
    session: Session, found: Found, shares: Mapping[str, Share], seen: str, actor: Actor, address: str
) -> list[str]:
    """Give out the sections of a return, all at once, and tell each person who is named anew, in one message each.

    `shares` names everyone who is to have a section; a section that is not in it is nobody's. `address` is the page
    to which messages lead. Begins the return where nobody has. Gives the names of those who were told. Raises
    StepRefused where the return is not open for changes, SharedMeanwhile where `seen` is not the stamp of what stands.
    """
    if found.status not in EDITABLE or not found.takes_answers:
        raise StepRefused("This return is no longer open for changes. Nothing was saved")
    owners = load_owners(session, found.row.id) if found.row else {}
    before = {section: Share(owner.user_id, owner.due_on) for section, owner in owners.items()}
    if shares == before:
        return []
    if seen != stamp_of_shares(owners):
        raise SharedMeanwhile
    row = found.row or start(session, found, actor)
    _write_shares(session, row, before, shares, actor)
    anew = {share.user_id for section, share in shares.items() if share.user_id != _holder(before, section)}
    return _tell(session, found, shares, [each for each in anew if each != actor.user_id], actor, address)


def _holder(shares: Mapping[str, Share], section: str) -> int | None:
    return shares[section].user_id if section in shares else None


def _write_shares(
    session: Session, row: Return, before: Mapping[str, Share], shares: Mapping[str, Share], actor: Actor
) -> None:
    outdated = [section for section, share in before.items() if shares.get(section) != share]
    session.execute(delete(SectionOwner).where(SectionOwner.return_id == row.id, SectionOwner.section.in_(outdated)))
    for section, share in shares.items():
        if before.get(section) != share:
            session.add(
                SectionOwner(
                    return_id=row.id,
                    section=section,
                    user_id=share.user_id,
                    due_on=share.due_on,
                    given_by=actor.name,
                    given_at=actor.at or now(),
                )
            )
    session.flush()


def _tell(
    session: Session, found: Found, shares: Mapping[str, Share], anew: Collection[int], actor: Actor, address: str
) -> list[str]:
    people = session.scalars(select(User).where(User.id.in_(anew)).order_by(User.name)).all()
    for person in people:
        lines = [
            f"- {section.title}{_by(shares[section.code].due_on)}"
            for section in found.questionnaire.form_sections
            if section.code in shares and shares[section.code].user_id == person.id
        ]
        body = (
            f"{actor.name} asks you to fill in {'this section' if len(lines) == 1 else 'these sections'} of the return "
            f"of {found.organisation.name} for {found.round.title}:\n\n" + "\n".join(lines) + "\n\n"
            f"The whole return is due on {say_date(found.round.closes_on)}. You need not do it in one go: "
            "what you have typed is kept as a draft."
        )
        subject = f"Your part of the return of {found.organisation.printed_name}, {found.round.title}"
        write_message(session, person.email, person.name, "given_sections", subject, body, address)
    return [person.name for person in people]


def _by(due_on: date | None) -> str:
    return f", by {say_date(due_on)}" if due_on else ""


def note_visit(database: Database, return_id: int, section: str, user_id: int, at: datetime | None = None) -> None:
    """Write down that somebody has a section open, in a transaction of its own.

    Not to be called while a writing transaction is open. Whoever was noted within the last minute is not written
    again, so that reading pages costs no writing. What is older than an hour is forgotten.
    """
    at = at or now()
    mine = (SectionVisit.return_id == return_id, SectionVisit.section == section, SectionVisit.user_id == user_id)
    with Session(database.reader) as session:
        seen_at = session.scalar(select(SectionVisit.seen_at).where(*mine))
    if seen_at is not None and at - seen_at < NOTED_EVERY:
        return
    try:
        with Session(database.writer) as session, session.begin():
            old = (SectionVisit.return_id == return_id, SectionVisit.seen_at < at - FORGOTTEN_AFTER)
            session.execute(delete(SectionVisit).where(*old))
            if not session.execute(update(SectionVisit).where(*mine).values(seen_at=at)).rowcount:  # type: ignore[attr-defined]
                session.add(SectionVisit(return_id=return_id, section=section, user_id=user_id, seen_at=at))
    except IntegrityError:
        return  # the same person, in another tab, at the same moment; or the return or the account is gone


def leave(database: Database, return_id: int, section: str, user_id: int) -> None:
    """Forget that somebody has a section open, in a transaction of its own."""
    mine = (SectionVisit.return_id == return_id, SectionVisit.section == section, SectionVisit.user_id == user_id)
    with Session(database.writer) as session, session.begin():
        session.execute(delete(SectionVisit).where(*mine))
