"""Every account, for the team: found by name, address, role, organisation and state; and all that one person has."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from anchor_portal.domain.accounts import AccountState, Assigned, HeldRole, state_of
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.meetings.actions import TaskState
from anchor_portal.domain.people import Role
from anchor_portal.models import (
    Action,
    Grant,
    Identity,
    Interest,
    Invitation,
    Organisation,
    Passkey,
    Return,
    ReviewAssignment,
    Round,
    SectionOwner,
    User,
)
from anchor_portal.models.base import Moment
from anchor_portal.queries.storable import is_storable

A_PAGE = 50
UNDECIDED = (Status.SUBMITTED, Status.RETURNED)


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """Which accounts are wanted; nothing given means all."""

    words: str = ""
    role: str = ""
    organisation: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role of an account, and for which organisation."""

    role: Role
    organisation_id: int | None
    slug: str
    organisation: str

    @property
    def held(self) -> HeldRole:
        """The role as rules know it."""
        return HeldRole(self.role, self.organisation_id)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with an account, and their roles."""

    user: User
    roles: tuple[RoleHeld, ...]
    invited_until: datetime | None
    state: AccountState


@dataclass(frozen=True, slots=True)
class AccountPage:
    """A page of accounts, of how many in all."""

    accounts: Sequence[Account]
    number: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-self.number // A_PAGE))


@dataclass(frozen=True, slots=True)
class Belongings:
    """What waits for somebody: returns by their roles, sections given to them, reviews, actions of the Assembly's log.

    Returns are in words, and pass with the role. Sections are listed as organisation, round and number; actions are
    those whose owner has exactly their name, where no other account has it.
    """

    returns: tuple[str, ...] = ()
    sections: tuple[tuple[str, str, int], ...] = ()
    reviews: tuple[tuple[Assigned, str], ...] = ()
    actions: tuple[Action, ...] = ()
    interests: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Nothing waits for them."""
        return not (self.returns or self.sections or self.reviews or self.actions)


_UNUSED = (
    select(func.max(Invitation.expires_at))
    .where(Invitation.user_id == User.id, Invitation.used_at.is_(None))
    .correlate(User)
    .scalar_subquery()
)
HAS_WAY_IN = or_(
    User.password_hash.is_not(None),
    select(Passkey.id).where(Passkey.user_id == User.id).correlate(User).exists(),
    select(Identity.id).where(Identity.user_id == User.id).correlate(User).exists(),
)
"""Whether somebody can prove who they are, by password, passkey or an account elsewhere."""
_USERS = select(User, type_coerce(_UNUSED, Moment), HAS_WAY_IN)
"""People, each with the end of the link that they did not use, and whether they have a way in."""


def load_page(session: Session, wanted: AccountFilter, page: int, now: datetime) -> AccountPage:
    """A page of the accounts that are wanted, by name; beyond the last page, the last one."""
    if not is_storable(wanted.words + wanted.role + wanted.organisation):
        return AccountPage([], 0, 1)
    conditions = _wanted(wanted, now)
    number = session.scalars(select(func.count(User.id)).where(*conditions)).one()
    page = min(max(page, 1), max(1, -(-number // A_PAGE)))
    query = _USERS.where(*conditions).order_by(func.lower(User.name), User.email)
    found = session.execute(query.limit(A_PAGE).offset((page - 1) * A_PAGE)).all()
    return AccountPage(
        _with_roles(session, [(user, until, has_way) for user, until, has_way in found], now), number, page
    )


def _wanted(wanted: AccountFilter, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for word in wanted.words.lower().split():
        found.append(
            or_(func.lower(User.name).contains(word, autoescape=True), User.email.contains(word, autoescape=True))
        )
    if wanted.role or wanted.organisation:
        found.append(User.id.in_(_holders(wanted)))
    if wanted.state:
        found.append(_in_state(wanted.state, now))
    return found


def _holders(wanted: AccountFilter) -> Select[int]:
    query = select(Grant.user_id)
    if wanted.role:
        query = query.where(Grant.role == wanted.role)
    if wanted.organisation:
        query = query.join(Organisation).where(Organisation.slug == wanted.organisation)
    return query


def _in_state(state: str, now: datetime) -> ColumnElement[bool]:
    invited = select(Invitation.user_id).where(Invitation.used_at.is_(None), Invitation.expires_at > now)
    without = and_(User.is_enabled, ~HAS_WAY_IN)
    return {
        AccountState.CLOSED: ~User.is_enabled,
        AccountState.ACTIVE: and_(User.is_enabled, HAS_WAY_IN),
        AccountState.INVITED: and_(without, User.id.in_(invited)),
        AccountState.NO_LINK: and_(without, User.id.not_in(invited)),
    }[AccountState(state)]


def _with_roles(session: Session, found: Sequence[tuple[User, datetime | None, bool]], now: datetime) -> list[Account]:
    """The accounts of these people; with each comes the end of their unused link, and whether they have a way in."""
    roles = _load_roles(session, [user.id for user, *_ in found])
    return [
        Account(
            user,
            tuple(roles.get(user.id, ())),
            until,
            state_of(now, until, is_enabled=user.is_enabled, has_way_in=has_way),
        )
        for user, until, has_way in found
    ]


def _load_roles(session: Session, idents: Collection[int]) -> Mapping[int, list[RoleHeld]]:
    query = (
        select(Grant.user_id, Grant.role, Grant.organisation_id, Organisation.slug, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Grant.organisation_id)
        .where(Grant.user_id.in_(idents))
        .order_by(Organisation.name, Grant.role)
    )
    found: dict[int, list[RoleHeld]] = {}
    for user_id, role, organisation_id, slug, name in session.execute(query):
        found.setdefault(user_id, []).append(RoleHeld(Role(role), organisation_id, slug or "", name or ""))
    return found


def find_account(session: Session, user_id: int, now: datetime, *, to_change: bool = False) -> Account | None:
    """One account, held until the commit where it is to be changed."""
    query = _USERS.where(User.id == user_id)
    found = session.execute(query.with_for_update(of=User) if to_change else query).one_or_none()
    return _with_roles(session, [(found[0], found[1], found[2])], now)[0] if found else None


def load_belongings(session: Session, user: User) -> Belongings:
    """What waits for somebody, and the organisations in which they declared an interest."""
    reviews = (
        select(ReviewAssignment.return_id, Return.organisation_id, Organisation.name, Round.title)
        .join(Return, Return.id == ReviewAssignment.return_id)
        .join(Organisation, Organisation.id == Return.organisation_id)
        .join(Round, Round.id == Return.round_id)
        .where(ReviewAssignment.user_id == user.id, Return.status.in_(UNDECIDED))
        .order_by(Round.code.desc(), Organisation.name)
    )
    interests = select(Organisation.name).join(Interest).where(Interest.user_id == user.id).order_by(Organisation.name)
    return Belongings(
        returns=tuple(_load_waiting(session, user)),
        sections=tuple(_load_sections(session, user)),
        reviews=tuple(
            (Assigned(return_id, organisation_id), f"{name}, {title}")
            for return_id, organisation_id, name, title in session.execute(reviews)
        ),
        actions=tuple(session.scalars(own_actions(user))),
        interests=tuple(session.scalars(interests)),
    )


def _load_waiting(session: Session, user: User) -> list[str]:
    """Returns that wait for a signature or for replies, of the organisations for which this person signs or leads."""
    signs = and_(Grant.role == Role.SIGNATORY, Return.status == Status.READY)
    leads = and_(Grant.role == Role.LEAD, Return.status == Status.RETURNED)
    query = (
        select(Organisation.name, Round.title, Return.status)
        .join(Return, Return.organisation_id == Organisation.id)
        .join(Round, Round.id == Return.round_id)
        .join(Grant, Grant.organisation_id == Organisation.id)
        .where(Grant.user_id == user.id, or_(signs, leads))
        .order_by(Round.code.desc(), Organisation.name)
    )
    return [f"{_WAITS[Status(status)]} of {name}, {title}" for name, title, status in session.execute(query)]


_WAITS = {Status.READY: "the signature on the return", Status.RETURNED: "the Assembly’s queries about the return"}


def _load_sections(session: Session, user: User) -> list[tuple[str, str, int]]:
    query = (
        select(Organisation.name, Round.title, func.count())
        .select_from(SectionOwner)
        .join(Return, Return.id == SectionOwner.return_id)
        .join(Organisation, Organisation.id == Return.organisation_id)
        .join(Round, Round.id == Return.round_id)
        .where(SectionOwner.user_id == user.id)
        .group_by(Organisation.name, Round.title, Round.code)
        .order_by(Round.code.desc(), Organisation.name)
    )
    return [(name, title, number) for name, title, number in session.execute(query)]


def own_actions(user: User) -> Select[Action]:
    """The open actions whose owner has exactly this person's name, unless another account has it too."""
    namesakes = select(User.id).where(User.name == user.name, User.id != user.id).exists()
    return (
        select(Action).where(Action.owner == user.name, Action.state == TaskState.OPEN, ~namesakes).order_by(Action.id)
    )


def load_able_team(session: Session, *, to_change: bool = False) -> frozenset[int]:
    """Who of the sustainability team can sign in now; held until the commit where that is to be changed."""
    query = (
        select(User.id)
        .join(Grant, Grant.user_id == User.id)
        .where(Grant.role == Role.TEAM, User.is_enabled, User.password_hash.is_not(None))
        .order_by(User.id)
    )
    return frozenset(session.scalars(query.with_for_update() if to_change else query))
