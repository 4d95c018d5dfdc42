"""Accounts: whether somebody can sign in, when they were last seen, what may be closed, and handing everything over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from anchor_portal.domain.people import OF_AN_ORGANISATION, Role

SEEN_EVERY = timedelta(minutes=5)
"""That somebody was here is written down this often, not with every page."""


class AccountState(StrEnum):
    """Whether somebody can sign in."""

    ACTIVE = "active"
    INVITED = "invited"
    NO_LINK = "no_link"
    CLOSED = "closed"


STATE_WORDS = {
    AccountState.ACTIVE: "Can sign in",
    AccountState.INVITED: "Invited, not here yet",
    AccountState.NO_LINK: "Has no way in, and no link that works",
    AccountState.CLOSED: "Closed",
}


def state_of(now: datetime, invited_until: datetime | None, *, is_enabled: bool, has_way_in: bool) -> AccountState:
    """Where an account stands; `invited_until` is when an unused link ends, None where there is none.

    A way in is a password, a passkey or an account elsewhere.
    """
    if not is_enabled:
        return AccountState.CLOSED
    if has_way_in:
        return AccountState.ACTIVE
    return AccountState.INVITED if invited_until is not None and invited_until > now else AccountState.NO_LINK


def is_to_be_noted(last_seen_at: datetime | None, now: datetime) -> bool:
    """Whether it is long enough ago that somebody was noted as here."""
    return last_seen_at is None or now - last_seen_at >= SEEN_EVERY


LAST_OF_THE_TEAM = (
    "Nobody else of the sustainability team can sign in. Invite another person to the team first, and wait until they "
    "have chosen a password: else nobody could run the portal"
)


def refuse_to_leave_team(user_id: int, able: Collection[int]) -> str:
    """Why somebody cannot stop being of the team, as a sentence; empty where they can.

    `able` are the members of the team who can sign in now. Somebody else of them must remain.
    """
    return "" if set(able) - {user_id} else LAST_OF_THE_TEAM


def refuse_to_close(user_id: int, by: int, able: Collection[int]) -> str:
    """Why an account cannot be closed by somebody, as a sentence; empty where it can."""
    if user_id == by:
        return "You cannot close your own account: ask a colleague of the team"
    return refuse_to_leave_team(user_id, able) if user_id in able else ""


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role, for one organisation or (None) for the whole partnership."""

    role: Role
    organisation_id: int | None


@dataclass(frozen=True, slots=True)
class Assigned:
    """A return that somebody was asked to review: the return, and whose it is."""

    return_id: int
    organisation_id: int


@dataclass(frozen=True, slots=True)
class Handover:
    """What passes to a successor: roles that they did not hold, and reviews; and the reviews that cannot pass."""

    roles: tuple[HeldRole, ...]
    already_held: tuple[HeldRole, ...]
    reviews: tuple[Assigned, ...]
    barred: tuple[Assigned, ...]


def plan_handover(
    roles: Sequence[HeldRole], reviews: Sequence[Assigned], theirs: Collection[HeldRole], interests: Collection[int]
) -> Handover:
    """What a successor takes over who holds the roles `theirs` and declared an interest in the `interests`.

    Who has a role in an organisation, or takes one over now, reviews nothing of it.
    """
    own = {each.organisation_id for each in (*theirs, *roles) if each.role in OF_AN_ORGANISATION}
    barred = tuple(each for each in reviews if each.organisation_id in own or each.organisation_id in interests)
    return Handover(
        roles=tuple(each for each in roles if each not in theirs),
        already_held=tuple(each for each in roles if each in theirs),
        reviews=tuple(each for each in reviews if each not in barred),
        barred=barred,
    )
