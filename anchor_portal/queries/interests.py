"""Interests of Assembly members: declared, or by a role in an organisation; and who could review a return."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import String, literal, select, union_all
from sqlalchemy.orm import Session

from anchor_portal.domain.people import NAMES, Role
from anchor_portal.models import Grant, Interest, Organisation, User


@dataclass(frozen=True, slots=True)
class Held:
    """An interest: in which organisation, and how it came about; only a declared one can be ended."""

    organisation_id: int
    name: str
    role: str = ""

    @property
    def is_declared(self) -> bool:
        """Whether it was declared, and is not a role held in the organisation."""
        return not self.role

    @property
    def why(self) -> str:
        """How it came about, in words."""
        return "Declared" if self.is_declared else f"Is {NAMES[Role(self.role)]} there"


@dataclass
class Member:
    """An Assembly member with their interests, by the name of the organisation."""

    user_id: int
    name: str
    email: str
    interests: list[Held] = field(default_factory=list)

    @property
    def organisation_ids(self) -> frozenset[int]:
        """The organisations about which they decide nothing."""
        return frozenset(each.organisation_id for each in self.interests)


def load_members(session: Session) -> list[Member]:
    """Every Assembly member who can sign in, by name, with all their interests. One statement."""
    members = select(Grant.user_id).where(Grant.role == Role.MEMBER)
    person = (User.id, User.name, User.email)
    nothing = select(*person, literal(0), literal("", String), literal("", String)).where(User.id.in_(members))
    declared = (
        select(*person, Organisation.id, Organisation.name, literal("", String))
        .join(Interest, Interest.user_id == User.id)
        .join(Organisation, Organisation.id == Interest.organisation_id)
    )
    held = (
        select(*person, Organisation.id, Organisation.name, Grant.role)
        .join(Grant, Grant.user_id == User.id)
        .join(Organisation, Organisation.id == Grant.organisation_id)
    )
    parts = (each.where(User.is_enabled, User.id.in_(members)) for each in (nothing, declared, held))
    found: dict[int, Member] = {}
    rows = session.execute(union_all(*parts)).all()
    for user_id, name, email, organisation_id, organisation, role in sorted(rows, key=lambda row: (row[1], row[4])):
        member = found.setdefault(user_id, Member(user_id, name, email))
        if organisation_id:
            member.interests.append(Held(organisation_id, organisation, role))
    return list(found.values())


def load_organisation_names(session: Session) -> Sequence[tuple[int, str]]:
    """Every organisation by name: identifier and name."""
    query = select(Organisation.id, Organisation.name).order_by(Organisation.sort_name, Organisation.id)
    return [(number, name) for number, name in session.execute(query)]
