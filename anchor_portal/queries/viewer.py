"""The person asking: who they are and what they may see, as every query about a return takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from anchor_portal.domain.lifecycle import Person
from anchor_portal.domain.people import OF_AN_ORGANISATION, Role
from anchor_portal.models import Grant, Interest, Organisation, SignIn, User
from anchor_portal.queries.storable import is_storable


@dataclass(frozen=True, slots=True)
class Held:
    """A role held, and for which organisation."""

    role: Role
    organisation_id: int | None
    slug: str
    organisation_name: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The session in which somebody asks: its number, and how and when they proved who they are."""

    id: int
    method: str
    second_factor: str
    began_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person with the roles that they hold at this moment."""

    user_id: int
    name: str
    email: str
    held: tuple[Held, ...]
    interests: frozenset[int]
    is_enabled: bool = True
    last_seen_at: datetime | None = None
    sign_in: SignedIn | None = None
    """The session that was found by its token; None where the person was found in another way."""

    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        """Whether the account may be used."""
        return self.is_enabled

    def get_id(self) -> str:
        """What names the person to Flask-Login; the cookie holds the token of the session in its place."""
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


_PERSON = (
    select(
        User.id,
        User.name,
        User.email,
        User.password_hash,
        User.last_seen_at,
        Grant.role,
        Grant.organisation_id,
        Organisation.slug,
        Organisation.name.label("organisation_name"),
        Interest.organisation_id.label("interest"),
    )
    .outerjoin(Grant, Grant.user_id == User.id)
    .outerjoin(Organisation, Organisation.id == Grant.organisation_id)
    .outerjoin(Interest, Interest.user_id == User.id)
    .where(User.is_enabled)
    .order_by(Organisation.name, Grant.role)
)
_BY_ID = _PERSON.where(User.id == bindparam("user_id"))
_BY_EMAIL = _PERSON.where(User.email == bindparam("email"))
_BY_SIGN_IN = (
    _PERSON.join(SignIn, SignIn.user_id == User.id)
    .add_columns(
        SignIn.id.label("sign_in_id"),
        SignIn.method,
        SignIn.second_factor,
        SignIn.began_at,
        SignIn.used_at,
    )
    .where(SignIn.digest == bindparam("digest"), SignIn.ended_at.is_(None))
)
_HELD = aliased(Organisation)
_BY_SIGN_IN_HOLDING = _BY_SIGN_IN.add_columns(
    select(_HELD.id)
    .where(_HELD.id == Grant.organisation_id, _HELD.slug == bindparam("slug"))  # nobody holds what is not theirs
    .with_for_update(key_share=True)
    .scalar_subquery()
    .label("held")
)
STILL_OPEN = (
    select(SignIn.id)
    .join(User, User.id == SignIn.user_id)
    .where(SignIn.id == bindparam("sign_in_id"), SignIn.ended_at.is_(None), User.is_enabled)
)
"""A session by its number, if it is open and its account enabled."""
TO_HOLD, HELD = "organisation to hold", "organisation held"
"""Of a session: the organisation whose return the request changes, and that it is held until the commit."""
KNOWN = "who asks is known"
"""Of a session that writes: nothing that was waited for since may have ended the session of the person who asks."""


def find_viewer(session: Session, user_id: int) -> Viewer | None:
    """The enabled person with this identifier."""
    rows = session.connection().execute(_BY_ID, {"user_id": user_id}).all()
    return _viewer(rows) if rows else None


def find_signed_in(session: Session, token: str) -> Viewer | None:
    """The enabled person whose session has this token, if nobody ended it; limits of time are for who asks.

    Where the request changes a return, its organisation is held with the same statement: one less to wait for.
    """
    slug = session.info.get(TO_HOLD)
    values = {"digest": digest_of(token), "slug": slug} if slug else {"digest": digest_of(token)}
    rows = session.connection().execute(_BY_SIGN_IN_HOLDING if slug else _BY_SIGN_IN, values).all()
    if not rows:
        return None
    if slug and any(row.held is not None for row in rows):
        session.info[HELD] = slug
    if session.connection().dialect.name == "sqlite":
        session.info[KNOWN] = True  # whoever writes there has the whole database for themselves
    row = rows[0]
    return _viewer(rows, SignedIn(row.sign_in_id, row.method, row.second_factor, row.began_at, row.used_at))


def is_still_signed_in(session: Session, sign_in: SignedIn) -> bool:
    """Whether their session is open and their account enabled, as it is by now."""
    return session.connection().execute(STILL_OPEN, {"sign_in_id": sign_in.id}).first() is not None


def digest_of(token: str) -> str:
    """How the token of a session is kept."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def find_credentials(session: Session, email: str) -> tuple[Viewer, str | None] | None:
    """The enabled person with this address, and the hash of their password."""
    if not is_storable(email):
        return None
    rows = session.connection().execute(_BY_EMAIL, {"email": email.strip().lower()}).all()
    return (_viewer(rows), rows[0].password_hash) if rows else None


def _viewer(rows: Sequence[Any], sign_in: SignedIn | None = None) -> Viewer:
    """A person from one row for each role and interest."""
    first = rows[0]
    held = {
        (row.role, row.organisation_id): Held(
            Role(row.role), row.organisation_id, row.slug or "", row.organisation_name or ""
        )
        for row in rows
        if row.role is not None
    }
    interests = frozenset(row.interest for row in rows if row.interest is not None)
    return Viewer(
        first.id,
        first.name,
        first.email,
        tuple(held.values()),
        interests,
        last_seen_at=first.last_seen_at,
        sign_in=sign_in,
    )
