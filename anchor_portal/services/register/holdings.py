"""What organisations signed, earned or take part in: noted, changed, removed, and taken from accepted returns."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import Unreadable, read_date, say_date
from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.register.holdings import HOLDINGS, Standing, standing_on
from anchor_portal.domain.rounds import title_of
from anchor_portal.models import Holding, Organisation
from anchor_portal.models.base import now
from anchor_portal.services.audit import record
from anchor_portal.services.register.organisations import ChangedMeanwhile, RegisterRefused

IN_RETURNS = {
    "social_value_charter": ("p5.charter_signed", "p5.charter_date"),
    "social_value_award": ("p5.award_achieved", "p5.award_date"),
    "prevention_pledge": ("p6.prevention_pledge", "p6.prevention_pledge_date"),
}
"""The questions of a return that say that something is held, and since when."""


SOON = timedelta(days=366)
"""Two dates for one thing, as two people remember it, lie no further apart."""


@dataclass(frozen=True, slots=True)
class HeldWords:
    """What is said of a holding."""

    since: date
    until: date | None = None
    level: str = ""
    evidence: str = ""

    @classmethod
    def of(cls, holding: Holding) -> "HeldWords":
        """What is said of it now."""
        return cls(holding.since, holding.until, holding.level, holding.evidence)


def add_holding(session: Session, organisation: Organisation, kind: str, words: HeldWords, who: str) -> Holding:
    """Note something that an organisation holds. Raises RegisterRefused where it is noted for that day already."""
    holding = Holding(
        organisation_id=organisation.id,
        kind=kind,
        since=words.since,
        until=words.until,
        level=words.level,
        evidence=words.evidence,
        noted_by=who,
    )
    _keep(session, holding, organisation)
    record(session, who, "holding added", organisation.slug, f"{HOLDINGS[kind].title}, {words.since.isoformat()}")
    return holding


def _keep(session: Session, holding: Holding, organisation: Organisation) -> None:
    what = f"The {HOLDINGS[holding.kind].title} of {organisation.name} since {say_date(holding.since)}"
    try:
        with session.begin_nested():
            session.add(holding)
            session.flush()
    except IntegrityError:
        raise RegisterRefused(f"{what} is in the register already") from None


def change_holding(
    session: Session, organisation: Organisation, holding: Holding, words: HeldWords, seen: int, who: str
) -> bool:
    """Change what is said of a holding; False where it says that already.

    Raises ChangedMeanwhile where `seen` is not its version, and RegisterRefused where another has the same first day.
    """
    if HeldWords.of(holding) == words:
        return False
    if holding.version != seen:
        raise ChangedMeanwhile
    twin = select(Holding.id).where(
        Holding.organisation_id == organisation.id,
        Holding.kind == holding.kind,
        Holding.since == words.since,
        Holding.id != holding.id,
    )
    if session.scalar(twin):
        what = f"The {HOLDINGS[holding.kind].title} of {organisation.name} since {say_date(words.since)}"
        raise RegisterRefused(f"{what} is in the register already")
    holding.since, holding.until = words.since, words.until
    holding.level, holding.evidence = words.level, words.evidence
    holding.version, holding.noted_by, holding.noted_at = holding.version + 1, who, now()
    session.flush()
    record(
        session, who, "holding changed", organisation.slug, f"{HOLDINGS[holding.kind].title}, {words.since.isoformat()}"
    )
    return True


def remove_holding(session: Session, organisation: Organisation, holding: Holding, who: str) -> None:
    """Remove a holding that was noted by mistake; the record keeps what it was."""
    title = f"{HOLDINGS[holding.kind].title}, {holding.since.isoformat()}"
    record(session, who, "holding removed", organisation.slug, title)
    session.delete(holding)
    session.flush()


def note_from_return(session: Session, organisation_id: int, round_code: str, answers: Answers, who: str) -> int:
    """Note what an accepted return says with a date, unless the organisation has it already; how many were noted."""
    said = {kind: day for kind, keys in IN_RETURNS.items() if (day := _said(answers, *keys))}
    if not said:
        return 0
    query = select(Holding).where(Holding.organisation_id == organisation_id, Holding.kind.in_(said))
    known = session.scalars(query).all()
    new = [
        Holding(
            organisation_id=organisation_id,
            kind=kind,
            since=since,
            evidence=f"Accepted return of {title_of(round_code)}",
            from_round=round_code,
            noted_by=who,
        )
        for kind, since in said.items()
        if not any(each.kind == kind and _covers(each, since) for each in known)
    ]
    session.add_all(new)
    session.flush()
    return len(new)


def _said(answers: Answers, key: str, date_key: str) -> date | None:
    if answers.get(key, {}).get("") != "yes" or not answers.get(date_key, {}).get(""):
        return None
    try:
        return read_date(answers[date_key][""])
    except Unreadable:
        return None


def _covers(holding: Holding, day: date) -> bool:
    """Whether a holding is the one that began on a day, as far as can be told: it held then, or began soon after."""
    held = standing_on(day, holding.kind, holding.since, holding.until) is Standing.HELD
    return held or day <= holding.since <= day + SOON
