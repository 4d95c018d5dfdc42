"""Closing an account and opening it again, and taking roles away; the team can never lock itself out."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anchor_portal.domain.accounts import HeldRole, refuse_to_close, refuse_to_leave_team
from anchor_portal.domain.people import Role
from anchor_portal.models import Grant, Organisation, Return, ReviewAssignment, User
from anchor_portal.queries.accounts import UNDECIDED, load_able_team
from anchor_portal.queries.viewer import Viewer
from anchor_portal.services.audit import record
from anchor_portal.services.messages.invitations import take_role_away, void_links


class AccountRefused(Exception):
    """What was asked of an account cannot be done; the text is a sentence."""


def close_account(session: Session, user: User, by: Viewer) -> bool:
    """Close an account: nobody can sign in with it any more, its links are void. False where it was closed already.

    Its roles and what waits for it stay, so that it can be opened again. Raises AccountRefused.
    """
    refusal = refuse_to_close(user.id, by.user_id, load_able_team(session, to_change=True))
    if refusal:
        raise AccountRefused(refusal)
    session.refresh(user, with_for_update=True)
    if not user.is_enabled:
        return False
    user.is_enabled = False
    void_links(session, user)
    record(session, by.email, "account closed", user.email)
    session.flush()
    return True


def open_again(session: Session, user: User, by: Viewer) -> bool:
    """Open a closed account again, with the roles that it has; False where it is open."""
    if user.is_enabled:
        return False
    user.is_enabled = True
    record(session, by.email, "account opened again", user.email)
    session.flush()
    return True


def take_away(session: Session, user: User, held: HeldRole, by: Viewer) -> bool:
    """Take any role away; False where it is not held. Raises AccountRefused for the last of the team."""
    if held.organisation_id is not None:
        organisation = session.get_one(Organisation, held.organisation_id)
        return take_role_away(session, organisation, user.id, held.role, by) is not None
    if held.role is Role.TEAM:
        able = load_able_team(session, to_change=True)
        if user.id in able and (refusal := refuse_to_leave_team(user.id, able)):
            raise AccountRefused(refusal)
    grant = _find_grant(session, user, held.role)
    if grant is None:
        return False
    session.delete(grant)
    session.flush()
    if held.role is Role.MEMBER:
        forget_reviews(session, user)
    if session.scalars(select(Grant.id).where(Grant.user_id == user.id)).first() is None:
        void_links(session, user)
    record(session, by.email, "role taken away", user.email, str(held.role))
    return True


def _find_grant(session: Session, user: User, role: Role) -> Grant | None:
    query = select(Grant).where(Grant.user_id == user.id, Grant.role == role, Grant.organisation_id.is_(None))
    return session.scalars(query).one_or_none()


def forget_reviews(session: Session, user: User) -> None:
    """Ask somebody no longer for the reviews that are not decided."""
    undecided = select(Return.id).where(Return.status.in_(UNDECIDED))
    session.execute(
        delete(ReviewAssignment).where(ReviewAssignment.user_id == user.id, ReviewAssignment.return_id.in_(undecided))
    )
