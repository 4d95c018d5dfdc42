"""Sharing out the sections of a return, and noting who has which open."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.lifecycle import EDITABLE, StepRefused
from anchor_portal.engine import Database
from anchor_portal.models import Return, SectionOwner, SectionVisit, User
from anchor_portal.models.base import now
from anchor_portal.queries.colleagues import load_fillers
from anchor_portal.queries.returns import Found
from anchor_portal.queries.sharing import Owner, load_owners
from anchor_portal.services.messages.outbox import write_message
from anchor_portal.services.returns.steps import Actor, start

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
    StepRefused where the return is not open for changes, SharedMeanwhile where `seen` is not the stamp of what stands, or
    where somebody who is named has no role here any more.
    """
    if found.status not in EDITABLE or not found.takes_answers:
        raise StepRefused("This return is no longer open for changes. Nothing was saved")
    _hold_people(session, found, shares)
    owners = load_owners(session, found.row.id) if found.row else {}
    before = {section: Share(owner.user_id, owner.due_on) for section, owner in owners.items()}
    if shares == before:
        return []
    named = {share.user_id for section, share in shares.items() if share != before.get(section)}
    able = {user_id for user_id, _ in load_fillers(session, found.organisation.id)}
    if seen != stamp_of_shares(owners) or not named <= able:
        raise SharedMeanwhile
    row = found.find_row() or start(session, found, actor)
    _write_shares(session, row, before, shares, actor)
    anew = {share.user_id for section, share in shares.items() if share.user_id != _holder(before, section)}
    return _tell(session, found, shares, [each for each in anew if each != actor.user_id], actor, address)


def _hold_people(session: Session, found: Found, shares: Mapping[str, Share]) -> None:
    """Hold whoever has a section or is to have one: before their sections, as who hands over all that somebody has."""
    had = select(SectionOwner.user_id).where(SectionOwner.return_id == (found.row.id if found.row else None))
    theirs = or_(User.id.in_({share.user_id for share in shares.values()}), User.id.in_(had))
    session.execute(select(User.id).where(theirs).order_by(User.id).with_for_update(read=True, key_share=True))


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
            f"The whole return is due on {say_date(found.due_on)}. You need not do it in one go: "
            "what you have typed is kept as a draft."
        )
        subject = f"Your part of the return of {found.organisation.printed_name}, {found.round.title}"
        write_message(session, person.email, person.name, "given_sections", subject, body, address)
    return [person.name for person in people]


def _by(due_on: date | None) -> str:
    return f", by {say_date(due_on)}" if due_on else ""


def note_visit(database: Database, return_id: int, section: str, user_id: int, at: datetime | None = None) -> None:
    """Write down that somebody has a section open, in a transaction of its own.

    Not to be called while a writing transaction is open.
    """
    try:
        with Session(database.writer) as session, session.begin():
            write_visit(session, return_id, section, user_id, at)
    except IntegrityError:
        return  # the return or the account is gone


def write_visit(session: Session, return_id: int, section: str, user_id: int, at: datetime | None = None) -> None:
    """The same in the running transaction, in one statement."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    visit = insert(SectionVisit).values(return_id=return_id, section=section, user_id=user_id, seen_at=at or now())
    same = ["return_id", "section", "user_id"]
    session.execute(visit.on_conflict_do_update(index_elements=same, set_={"seen_at": visit.excluded.seen_at}))


def leave(database: Database, return_id: int, section: str, user_id: int) -> None:
    """Forget that somebody has a section open, and who had one open long ago, in a transaction of its own."""
    mine = and_(SectionVisit.section == section, SectionVisit.user_id == user_id)
    old = SectionVisit.seen_at < now() - FORGOTTEN_AFTER
    with Session(database.writer) as session, session.begin():
        session.execute(delete(SectionVisit).where(SectionVisit.return_id == return_id, or_(mine, old)))
