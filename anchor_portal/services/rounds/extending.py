"""More time for one organisation in one round, with its reason; it and its people are told."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import RoundRefused
from anchor_portal.domain.running.more_time import refuse_until
from anchor_portal.models import Extension, Organisation, Round
from anchor_portal.models.base import now
from anchor_portal.queries.chasing import load_contacts
from anchor_portal.queries.extensions import find_extension
from anchor_portal.services.audit import record
from anchor_portal.services.figures.totals import hold_rounds
from anchor_portal.services.messages.outbox import write_message

MOST_WORDS = 2_000
KIND = "more_time"


class ChangedMeanwhile(Exception):
    """Somebody else gave or took back the extension since the page was opened; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Giver:
    """Who of the team does it."""

    name: str
    email: str


def stamp_of(extension: Extension | None) -> str:
    """A short mark of an extension, by which a page that is out of date is recognised."""
    return f"{extension.until} {extension.given_at.isoformat()}" if extension else "none"


def give_more_time(
    session: Session,
    round_: Round,
    organisation: Organisation,
    until: date,
    reason: str,
    by: Giver,
    today: date,
    seen: str,
    at: datetime | None = None,
) -> None:
    """Give an organisation until a day, in place of what it was given before, and tell its leads and signatories.

    Raises RoundRefused with a sentence, ChangedMeanwhile where `seen` is not the stamp of what stands.
    """
    reason = clean_text(reason)
    standing = _hold(session, round_, organisation, seen)
    refusal = refuse_until(until, round_.closes_on, today) or _refuse_reason(reason)
    if refusal:
        raise RoundRefused(refusal)
    if standing is None:
        standing = Extension(round_id=round_.id, organisation_id=organisation.id)
        session.add(standing)
    standing.until, standing.reason, standing.given_by, standing.given_at = until, reason, by.name, at or now()
    session.flush()
    record(session, by.email, "more time given", f"{organisation.slug} {round_.code}", f"until {until}: {reason}")
    _tell(session, round_, organisation, f"has until {say_date(until)}", reason)


def take_back(session: Session, round_: Round, organisation: Organisation, by: Giver, seen: str) -> None:
    """End an extension: everybody's deadline counts again. Raises ChangedMeanwhile."""
    standing = _hold(session, round_, organisation, seen)
    if standing is None:
        raise ChangedMeanwhile
    session.delete(standing)
    session.flush()
    record(session, by.email, "more time taken back", f"{organisation.slug} {round_.code}", f"was {standing.until}")
    _tell(session, round_, organisation, f"has until {say_date(round_.closes_on)}, as everybody else", "")


def _hold(session: Session, round_: Round, organisation: Organisation, seen: str) -> Extension | None:
    """What stands now, held until the commit."""
    session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update(key_share=True))
    hold_rounds(session)
    standing = find_extension(session, round_.id, organisation.id)
    if standing is not None:
        session.refresh(standing)
    if seen != stamp_of(standing):
        raise ChangedMeanwhile
    return standing


def _refuse_reason(reason: str) -> str:
    if not reason:
        return "Write the reason: the organisation reads it, and so does whoever asks later"
    return f"The reason can be at most {MOST_WORDS:,} characters long" if len(reason) > MOST_WORDS else ""


def _tell(session: Session, round_: Round, organisation: Organisation, what: str, reason: str) -> None:
    contacts = load_contacts(session, [organisation.id]).get(organisation.id, [])
    people = {each.email: each for each in contacts if each.role in {Role.LEAD, Role.SIGNATORY}}
    why = f"\n\nThe reason that was noted:\n\n{reason}" if reason else ""
    body = f"For its return for {round_.title}, {organisation.name} {what}.{why}"
    for person in people.values():
        subject = f"Your deadline: {organisation.name}, {round_.title}"
        link = f"/returns/{round_.code}/{organisation.slug}"
        write_message(session, person.email, person.name, KIND, subject, body, link)
