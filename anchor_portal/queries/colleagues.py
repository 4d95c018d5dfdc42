"""The people of an organisation: their roles there, and whether they have taken up their invitation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from anchor_portal.domain.people import OF_AN_ORGANISATION, Role
from anchor_portal.models import Grant, Invitation, User
from anchor_portal.queries.accounts import HAS_WAY_IN


@dataclass(frozen=True, slots=True)
class Colleague:
    """One role that somebody holds; `invited_until` is when their unused link ends, None where there is none."""

    user_id: int
    name: str
    email: str
    role: Role
    has_way_in: bool
    invited_until: datetime | None


def load_colleagues(session: Session, organisation_id: int) -> Sequence[Colleague]:
    """Everyone with a role in the organisation and an account that is not closed, by name; once for each role."""
    unused = and_(Invitation.user_id == User.id, Invitation.used_at.is_(None))
    query = (
        select(User.id, User.name, User.email, Grant.role, HAS_WAY_IN, Invitation.expires_at)
        .join(Grant, Grant.user_id == User.id)
        .outerjoin(Invitation, unused)
        .where(Grant.organisation_id == organisation_id, Grant.role.in_(OF_AN_ORGANISATION), User.is_enabled)
        .order_by(User.name, User.email, Grant.role)
    )
    return [
        Colleague(user_id, name, email, Role(role), bool(has_way_in), until)
        for user_id, name, email, role, has_way_in, until in session.execute(query)
    ]


def load_fillers(session: Session, organisation_id: int) -> list[tuple[int, str]]:
    """Everyone to whom a section can be given: identifier and name of its leads and contributors, by name."""
    found = load_colleagues(session, organisation_id)
    fillers = {each.user_id: each.name for each in found if each.role in {Role.LEAD, Role.CONTRIBUTOR}}
    names = list(fillers.values())
    emails = {each.user_id: each.email for each in found}
    return [
        (user_id, f"{name} ({emails[user_id]})" if names.count(name) > 1 else name) for user_id, name in fillers.items()
    ]
