"""The person asking: who they are and what they may see, as every query about a return takes it."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from anchor_portal.domain.lifecycle import Person
from anchor_portal.domain.people import OF_AN_ORGANISATION, Role
from anchor_portal.models import Grant, User


@dataclass(frozen=True, slots=True)
class Held:
    """A role held, and for which organisation."""

    role: Role
    organisation_id: int | None
    slug: str
    organisation_name: str


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person with the roles that they hold at this moment."""

    user_id: int
    name: str
    email: str
    held: tuple[Held, ...]
    interests: frozenset[int]
    is_enabled: bool = True

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Whether the account may be used."""
        return self.is_enabled

    def get_id(self) -> str:
        """The identifier that the session keeps."""
        return str(self.user_id)

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held, for whatever organisation."""
        return frozenset(held.role for held in self.held)

    @property
    def organisation_ids(self) -> frozenset[int]:
        """The organisations for which some role is held."""
        return frozenset(held.organisation_id for held in self.held if held.organisation_id is not None)

    def roles_for(self, organisation_id: int) -> frozenset[Role]:
        """The roles that count for one organisation: those held for it, and those for the whole partnership."""
        return frozenset(held.role for held in self.held if held.organisation_id in {None, organisation_id})

    def own_roles_for(self, organisation_id: int) -> frozenset[Role]:
        """The roles held for one organisation alone."""
        return self.roles_for(organisation_id) & OF_AN_ORGANISATION

    def person_for(self, organisation_id: int) -> Person:
        """This person as the life of a return sees them; a role in the organisation is an interest."""
        is_interested = organisation_id in self.interests or organisation_id in self.organisation_ids
        return Person(self.roles_for(organisation_id), is_interested)


def find_viewer(session: Session, user_id: int) -> Viewer | None:
    """The enabled person with this identifier."""
    user = session.scalars(_with_roles().where(User.id == user_id, User.is_enabled)).unique().one_or_none()
    return None if user is None else _viewer(user)


def find_credentials(session: Session, email: str) -> tuple[Viewer, str | None] | None:
    """The enabled person with this address, and the hash of their password."""
    query = _with_roles().where(User.email == email.strip().lower(), User.is_enabled)
    user = session.scalars(query).unique().one_or_none()
    return None if user is None else (_viewer(user), user.password_hash)


def _with_roles() -> Select[User]:
    return select(User).options(joinedload(User.grants).joinedload(Grant.organisation), joinedload(User.interests))


def _viewer(user: User) -> Viewer:
    held = sorted((_held(grant) for grant in user.grants), key=lambda held: (held.organisation_name, held.role))
    interests = frozenset(interest.organisation_id for interest in user.interests)
    return Viewer(user.id, user.name, user.email, tuple(held), interests, user.is_enabled)


def _held(grant: Grant) -> Held:
    organisation = grant.organisation
    return Held(
        Role(grant.role),
        grant.organisation_id,
        organisation.slug if organisation else "",
        organisation.name if organisation else "",
    )
