"""How the work on a return is shared: who has which section, and who has it open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, bindparam, case, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from anchor_portal.domain.sharing import NOTED_EVERY, SEEN_FOR
from anchor_portal.models import SectionOwner, SectionVisit, User


@dataclass(frozen=True, slots=True)
class Owner:
    """The person to whom a section was given, and the day by which it is due, if one was named."""

    section: str
    user_id: int
    name: str
    due_on: date | None


def load_owners(session: Session, return_id: int) -> dict[str, Owner]:
    """The owners of a return's sections, by the code of the section; a section that nobody was given is not in it."""
    query = (
        select(SectionOwner.section, SectionOwner.user_id, User.name, SectionOwner.due_on)
        .join(User, User.id == SectionOwner.user_id)
        .where(SectionOwner.return_id == return_id)
    )
    return {row.section: Owner(*row) for row in session.connection().execute(query).all()}


@dataclass(frozen=True, slots=True)
class Hands:
    """Who has which section of a return, and the names of the others who have it open now, by its code.

    `noted` are the sections in which oneself was written down within the last minute.
    """

    owners: Mapping[str, Owner]
    visitors: Mapping[str, list[str]]
    noted: frozenset[str] = frozenset()


_GIVEN = (
    select(
        SectionOwner.section,
        SectionOwner.user_id,
        User.name.label("name"),
        SectionOwner.due_on,
        literal(0).label("visit"),
    )
    .join(User, User.id == SectionOwner.user_id)
    .where(SectionOwner.return_id == bindparam("return_id"))
)
_VISITED = (
    select(
        SectionVisit.section,
        SectionVisit.user_id,
        User.name,
        cast(null(), Date),
        case((SectionVisit.seen_at > bindparam("noted_since"), 2), else_=1),
    )
    .join(User, User.id == SectionVisit.user_id)
    .where(SectionVisit.return_id == bindparam("return_id"), SectionVisit.seen_at > bindparam("seen_since"))
)
_HANDS = union_all(_GIVEN, _VISITED).order_by("name")


def load_hands(session: Session, return_id: int, user_id: int, now: datetime) -> Hands:
    """Owners and visitors of a return's sections, without oneself among the visitors; in one statement."""
    values = {"return_id": return_id, "noted_since": now - NOTED_EVERY, "seen_since": now - SEEN_FOR}
    owners: dict[str, Owner] = {}
    visitors: dict[str, list[str]] = {}
    rows: Sequence[Any] = session.connection().execute(_HANDS, values).all()
    noted = set()
    for section, who, name, due_on, visit in rows:
        if not visit:
            owners[section] = Owner(section, who, name, due_on)
        elif who != user_id:
            visitors.setdefault(section, []).append(name)
        elif visit == 2:
            noted.add(section)
    return Hands(owners, visitors, frozenset(noted))
