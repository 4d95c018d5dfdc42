"""Inviting people to an organisation, and what they do with the link; taking a role away again.

The link's secret is never kept: it is made when the message is sent (or shown, in a demonstration), and only its
SHA-256 is stored. So neither the outbox nor a copy of the database lets anybody in.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import Delete, delete, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.people import NAMES, Role
from anchor_portal.models import Grant, Invitation, Message, Organisation, Return, SectionOwner, User
from anchor_portal.models.base import now
from anchor_portal.queries.viewer import Viewer
from anchor_portal.services.accounts.ways import load_ways
from anchor_portal.services.audit import record
from anchor_portal.services.messages.outbox import write_message
from anchor_portal.services.people import PersonRefused, add_role, hold_person

LASTS_DAYS = 14
KIND = "invitation"
"""Messages of this kind get their link when they are sent."""
ADDRESS = "/invitation/"


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who was given a role; `token` is the secret of their link, empty where they have a password."""

    user: User
    token: str


def invite(
    session: Session, organisation: Organisation | None, email: str, name: str, role: Role, by: Viewer
) -> Invited:
    """Give somebody a role, in an organisation or for the whole partnership, and write them a message.

    Who has no way in yet is sent a link with which to choose a password; a link that they were sent before is void. Who
    was here before and has none now, because the team helps them back in, gets a link from the team alone.
    Raises PersonRefused where the address is none, or where they have the role and a way in already.
    """
    user, is_new = add_role(session, email, role, organisation, name, by=by.email)
    if not user.is_enabled:
        raise PersonRefused("The account with this address is closed. Ask the sustainability team to open it again")
    # a passkey or an account elsewhere is a way in: a link would be a second one, for whoever gets to see it
    has_way_in = load_ways(session, user).number > 0
    is_settled = has_way_in or (user.last_seen_at is not None and Role.TEAM not in by.roles)
    if is_settled and not is_new:
        raise PersonRefused(f"{user.name} is {say_role(role, organisation)} already")
    record(
        session,
        by.email,
        "role given" if is_settled else "invited",
        user.email,
        f"{role} {organisation.slug}" if organisation else str(role),
    )
    if is_settled:
        _tell_of_role(session, user, organisation, role, by)
        return Invited(user, "")
    token = renew(session, user.id, by.name)
    session.execute(_waiting_invitations(user))
    _write_invitation(session, user, organisation, role, by)
    return Invited(user, token)


def renew(session: Session, user_id: int, invited_by: str, days: int = LASTS_DAYS) -> str:
    """Make a new link for somebody, in place of every unused one; gives its secret, which is not kept.

    It works for so many days. Holds the person, so that of two links that are made at once one is left.
    """
    hold_person(session, User.id == user_id)
    session.execute(delete(Invitation).where(Invitation.user_id == user_id, Invitation.used_at.is_(None)))
    token = secrets.token_urlsafe(32)
    at = now()
    session.add(
        Invitation(
            digest=_digest(token),
            user_id=user_id,
            invited_by=invited_by,
            invited_at=at,
            expires_at=at + timedelta(days=days),
        )
    )
    session.flush()
    return token


def renew_for_message(session: Session, to_email: str) -> str:
    """The address of a new link for the person to whom a message of this kind goes, who is held; empty where none is wanted."""
    found = session.execute(
        select(User.id, Invitation.invited_by, Invitation.invited_at, Invitation.expires_at)
        .join(Invitation, Invitation.user_id == User.id)
        .where(User.email == to_email, User.password_hash.is_(None), User.is_enabled, Invitation.used_at.is_(None))
    ).first()
    if found is None:
        return ""
    days = max(1, (found.expires_at - found.invited_at).days)
    return ADDRESS + renew(session, found.id, found.invited_by, days)


def _digest(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def void_links(session: Session, user: User) -> None:
    """Make every unused link of somebody void, and drop the message that would bring one."""
    session.execute(delete(Invitation).where(Invitation.user_id == user.id, Invitation.used_at.is_(None)))
    session.execute(_waiting_invitations(user))


def _waiting_invitations(user: User) -> Delete:
    return delete(Message).where(Message.to_email == user.email, Message.kind == KIND, Message.sent_at.is_(None))


def say_role(role: Role, organisation: Organisation | None) -> str:
    """A role with what it is held for: "lead of Sefton Council", "a member of the Anchor Assembly"."""
    if organisation is not None:
        return f"{NAMES[role]} of {organisation.name}"
    return "a member of the Anchor Assembly" if role is Role.MEMBER else "one of the sustainability team"


def _say_invited_to(role: Role, organisation: Organisation | None) -> str:
    if organisation is None:
        return say_role(role, None)
    return f"{NAMES[role]} for the anchor return of {organisation.name}"


def _subject(role: Role, organisation: Organisation | None) -> str:
    if organisation is not None:
        return f"the return of {organisation.printed_name}"
    return "the Anchor Assembly" if role is Role.MEMBER else "the sustainability team"


def _write_invitation(session: Session, user: User, organisation: Organisation | None, role: Role, by: Viewer) -> None:
    body = (
        f"{by.name} invites you to be {_say_invited_to(role, organisation)}.\n\n"
        "With the link below you choose a password, and then see what waits for you. "
        f"The link works once, for {LASTS_DAYS} days.\n\n"
        "If you did not expect this, do nothing: without the link nobody can use the account."
    )
    subject = f"{by.name} invites you: {_subject(role, organisation)}"
    write_message(session, user.email, user.name, KIND, subject, body)


def _tell_of_role(session: Session, user: User, organisation: Organisation | None, role: Role, by: Viewer) -> None:
    body = (
        f"{by.name} made you {_say_invited_to(role, organisation)}. "
        "You sign in as before; what waits for you stands in My work."
    )
    named = f"{NAMES[role]} for {organisation.printed_name}" if organisation else say_role(role, None)
    write_message(session, user.email, user.name, "role_given", f"You are now {named}", body, "/work")


def find_invited(session: Session, token: str, at: datetime) -> User | None:
    """Whose link this is, if it can still be used."""
    query = (
        select(User)
        .join(Invitation, Invitation.user_id == User.id)
        .where(
            Invitation.digest == _digest(token),
            Invitation.used_at.is_(None),
            Invitation.expires_at > at,
            User.password_hash.is_(None),
            User.is_enabled,
        )
    )
    return session.scalars(query).one_or_none()


def accept(session: Session, token: str, password_hash: str, at: datetime) -> User | None:
    """Use a link: the account gets its password. None where the link is unknown, used or expired; it works once."""
    its = select(Invitation.user_id).where(Invitation.digest == _digest(token)).scalar_subquery()
    hold_person(session, User.id == its)
    user = find_invited(session, token, at)
    if user is None or not _use(session, token, at):
        return None
    user.password_hash = password_hash
    session.execute(delete(Invitation).where(Invitation.user_id == user.id, Invitation.used_at.is_(None)))
    session.execute(_waiting_invitations(user))
    record(session, user.email, "invitation used", user.email)
    session.flush()
    return user


def _use(session: Session, token: str, at: datetime) -> bool:
    """Mark the link as used; False where somebody was quicker with it."""
    unused = (Invitation.digest == _digest(token), Invitation.used_at.is_(None))
    used = session.execute(update(Invitation).where(*unused).values(used_at=at).returning(Invitation.digest))
    return used.first() is not None


def take_role_away(session: Session, organisation: Organisation, user_id: int, role: Role, by: Viewer) -> User | None:
    """Take a role in an organisation from somebody, and with their last one the sections that they were given there.

    Gives whom it was taken from; None where they did not hold it. An unused link of somebody who is left without any
    role becomes void.
    """
    hold_person(session, User.id == user_id)
    held = select(Grant).where(Grant.user_id == user_id, Grant.role == role, Grant.organisation_id == organisation.id)
    grant = session.scalars(held).one_or_none()
    if grant is None:
        return None
    user = session.get_one(User, user_id)
    session.delete(grant)
    session.flush()
    _tidy_up(session, organisation, user)
    record(session, by.email, "role taken away", user.email, f"{role} {organisation.slug}")
    return user


def _tidy_up(session: Session, organisation: Organisation, user: User) -> None:
    left = session.execute(select(Grant.role, Grant.organisation_id).where(Grant.user_id == user.id)).all()
    if not any(
        organisation_id == organisation.id and role in {Role.LEAD, Role.CONTRIBUTOR} for role, organisation_id in left
    ):
        theirs = select(Return.id).where(Return.organisation_id == organisation.id)
        session.execute(delete(SectionOwner).where(SectionOwner.user_id == user.id, SectionOwner.return_id.in_(theirs)))
    if not left:
        void_links(session, user)
