"""Declaring an interest in an organisation, and ending it: each time with an entry in the audit."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.models import Grant, Interest, Organisation, User
from anchor_portal.services.audit import record
from anchor_portal.services.people import declare_interest, follow_mergers


class InterestRefused(Exception):
    """An interest cannot be declared or ended as asked; the text is a sentence."""


def declare(session: Session, user_id: int, organisation_id: int, by: str) -> tuple[User, Organisation, bool]:
    """Declare an interest of a member; False where it was declared already. Raises InterestRefused.

    It counts for whatever the organisation became part of, and what became part of it, too. One that was declared already
    changes nothing: where the team ended what followed from it, that stays ended.
    """
    user, organisation = _find_member(session, user_id), session.get(Organisation, organisation_id)
    if user is None:
        raise InterestRefused("Choose a member of the Assembly")
    if organisation is None:
        raise InterestRefused("Choose an organisation from the list")
    is_new = session.get(Interest, (user.id, organisation.id)) is None
    if is_new:
        declare_interest(session, user, organisation)
        record(session, by, "interest declared", user.email, organisation.slug)
        follow_mergers(session, user, organisation, by)
    return user, organisation, is_new


def end(session: Session, user_id: int, organisation_id: int, reason: str, by: str) -> tuple[User, Organisation]:
    """Take a declared interest away, for a reason. Raises InterestRefused where there is none."""
    interest = session.get(Interest, (user_id, organisation_id))
    if interest is None:
        raise InterestRefused("This interest was ended already. Nothing was changed")
    user, organisation = session.get_one(User, user_id), session.get_one(Organisation, organisation_id)
    session.delete(interest)
    session.flush()
    record(session, by, "interest ended", user.email, f"{organisation.slug}: {reason}")
    return user, organisation


def _find_member(session: Session, user_id: int) -> User | None:
    query = (
        select(User)
        .join(Grant, Grant.user_id == User.id)
        .where(User.id == user_id, User.is_enabled, Grant.role == Role.MEMBER)
        .with_for_update(of=User)
    )
    return session.scalars(query).first()
