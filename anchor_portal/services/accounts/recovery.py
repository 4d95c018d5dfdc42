"""Helping somebody back in who lost what they sign in with: with a reason, a trace, and word to the person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.recovery import (
    LINK_LASTS_DAYS,
    Recovery,
    refuse_to_recover,
    say_taken,
)
from anchor_portal.models import Authenticator, Identity, Passkey, User
from anchor_portal.queries.viewer import Viewer
from anchor_portal.services.accounts.authenticators import remove_authenticator
from anchor_portal.services.accounts.closing import AccountRefused
from anchor_portal.services.accounts.identities import remove_identities
from anchor_portal.services.accounts.recovery_codes import remove_codes
from anchor_portal.services.accounts.sessions import end_sessions
from anchor_portal.services.audit import OPERATOR, record
from anchor_portal.services.messages.invitations import KIND, renew, void_links
from anchor_portal.services.messages.outbox import write_message

RECOVERED = "helped back in"
BY_OPERATOR = "Whoever runs the server"


@dataclass(frozen=True, slots=True)
class Lost:
    """What somebody has to sign in with, as whoever helps them chooses from it."""

    authenticator_since: datetime | None
    passkeys: int
    elsewhere: int
    has_password: bool


def load_lost(session: Session, user: User) -> Lost:
    """What somebody has to sign in with."""
    passkeys = select(func.count(Passkey.id)).where(Passkey.user_id == user.id).scalar_subquery()
    elsewhere = select(func.count(Identity.id)).where(Identity.user_id == user.id).scalar_subquery()
    since = select(Authenticator.added_at).where(Authenticator.user_id == user.id)
    counted = session.execute(select(passkeys, elsewhere)).one()
    return Lost(session.scalars(since).one_or_none(), *counted, user.password_hash is not None)


def recover(session: Session, user_id: int, by: Viewer | None, wanted: Recovery, reason: str) -> str:
    """Take away what was lost, end every session, and write to the person; gives the secret of their new link.

    `by` is None for the operator, who hands the link on by hand: theirs goes into no message. The secret is empty where
    no new password is wanted. Raises AccountRefused.
    """
    user = session.scalars(select(User).where(User.id == user_id).with_for_update()).one()
    session.refresh(user)
    refusal = refuse_to_recover(user.id, by.user_id if by else None, is_enabled=user.is_enabled)
    if refusal or wanted.is_nothing:
        raise AccountRefused(refusal or "Choose what they lost")
    _take_away(session, user, wanted)
    end_sessions(session, user.id, RECOVERED)
    token = _give_link(session, user, by) if wanted.new_password else ""
    taken = say_taken(wanted)
    record(session, by.email if by else OPERATOR, RECOVERED, user.email, f"{taken} taken away: {reason}")
    _tell(session, user, by, taken, with_link=bool(token) and by is not None)
    session.flush()
    return token


def _take_away(session: Session, user: User, wanted: Recovery) -> None:
    if wanted.authenticator:
        remove_authenticator(session, user.id)
        remove_codes(session, user.id)
    if wanted.passkeys:
        session.execute(delete(Passkey).where(Passkey.user_id == user.id))
    if wanted.elsewhere:
        remove_identities(session, user.id)


def _give_link(session: Session, user: User, by: Viewer | None) -> str:
    """The old password is void at once; a link lets the person choose another."""
    user.password_hash = None
    void_links(session, user)
    session.flush()
    return renew(session, user.id, by.name if by else BY_OPERATOR, LINK_LASTS_DAYS)


def _tell(session: Session, user: User, by: Viewer | None, taken: str, *, with_link: bool) -> None:
    who = f"{by.name} of the sustainability team" if by else BY_OPERATOR
    said = f"{who} helped you back into your account: {taken} no longer let anybody in, and every session was ended."
    how = (
        f"With the link below you choose a new password. It works once, for {LINK_LASTS_DAYS} days."
        if with_link
        else "You set up what was taken away the next time you sign in, on the page “Your sign-in”."
    )
    warning = "If you did not ask for this, tell the sustainability team at once."
    kind, link = (KIND, "") if with_link else ("recovered", "/account")
    body = f"{said}\n\n{how}\n\n{warning}"
    write_message(session, user.email, user.name, kind, "You were helped back in", body, link)
