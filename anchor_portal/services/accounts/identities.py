"""Accounts elsewhere as they are kept: found, connected by their verified address, disconnected by their owner."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.providers import Provider, Vouched
from anchor_portal.domain.signing_in.ways import refuse_to_take_away
from anchor_portal.models import Identity, User
from anchor_portal.queries.storable import is_storable
from anchor_portal.services.accounts.ways import load_ways, tell_of_ways
from anchor_portal.services.audit import record

ASK = "Ask the lead of your organisation or the sustainability team"


class IdentityRefused(Exception):
    """An account elsewhere lets nobody in here, or cannot be connected; the text is a sentence."""


def find_or_connect(session: Session, provider: Provider, vouched: Vouched, at: datetime) -> int:
    """Whose account an account elsewhere is, as its number; connected now where its verified address says whose.

    No account is ever made by this. Raises IdentityRefused.
    """
    identity = _find(session, vouched)
    if identity is None:
        user = _get_user_of_address(session, provider, vouched)
        identity = _connect(session, provider, vouched, user, at)
    elif not session.get_one(User, identity.user_id).is_enabled:
        raise IdentityRefused(f"Nobody can sign in with this account of {provider.name}. {ASK}")
    identity.used_at = at
    session.flush()
    return identity.user_id


def connect(session: Session, provider: Provider, vouched: Vouched, user_id: int, at: datetime) -> Identity:
    """Connect an account elsewhere to that of somebody who is signed in: the same verified address, nobody else's.

    Raises IdentityRefused.
    """
    identity = _find(session, vouched)
    if identity is not None and identity.user_id == user_id:
        return identity
    user = session.get_one(User, user_id)
    if identity is not None or _address(vouched) != user.email:
        raise IdentityRefused(
            f"That account of {provider.name} does not have your address {user.email} as one that was verified. "
            "Nothing was connected"
        )
    return _connect(session, provider, vouched, user, at)


def _find(session: Session, vouched: Vouched) -> Identity | None:
    if not is_storable(vouched.subject + vouched.issuer):
        return None
    query = select(Identity).where(Identity.issuer == vouched.issuer, Identity.subject == vouched.subject)
    return session.scalars(query.with_for_update()).one_or_none()


def _address(vouched: Vouched) -> str:
    return vouched.email.strip().lower()


def _get_user_of_address(session: Session, provider: Provider, vouched: Vouched) -> User:
    email = _address(vouched)
    if not email or not is_storable(email):
        raise IdentityRefused(
            f"{provider.name} did not say that your address was verified, so nobody was signed in. Sign in in another way"
        )
    user = session.scalars(select(User).where(User.email == email, User.is_enabled).with_for_update()).one_or_none()
    if user is None:
        raise IdentityRefused(f"Nobody with the address {email} can sign in here. {ASK}")
    return user


def _connect(session: Session, provider: Provider, vouched: Vouched, user: User, at: datetime) -> Identity:
    """Connect; one account of each provider, so that an address that was given to somebody else opens nothing."""
    query = select(Identity.id).where(Identity.user_id == user.id, Identity.issuer == vouched.issuer)
    if session.scalars(query).first() is not None:
        raise IdentityRefused(
            f"Another account of {provider.name} is connected to {user.email} already. Sign in in another way, "
            "and disconnect that one first"
        )
    identity = Identity(
        user_id=user.id,
        provider=provider.code,
        issuer=vouched.issuer,
        subject=vouched.subject,
        email=_address(vouched) or user.email,
        linked_at=at,
    )
    session.add(identity)
    record(session, user.email, "account elsewhere connected", user.email, provider.code)
    said = f"You can now sign in with your account of {provider.name}, which has the same address."
    tell_of_ways(session, user, f"{provider.name} was connected", said)
    session.flush()
    return identity


def disconnect(session: Session, identity: Identity, name: str) -> None:
    """Disconnect an account elsewhere. Raises IdentityRefused where its owner could no longer sign in."""
    user = session.scalars(select(User).where(User.id == identity.user_id).with_for_update()).one()
    if refusal := refuse_to_take_away(load_ways(session, user)):
        raise IdentityRefused(refusal)
    session.delete(identity)
    record(session, user.email, "account elsewhere disconnected", user.email, identity.provider)
    tell_of_ways(session, user, f"{name} was disconnected", f"Your account of {name} no longer signs you in here.")
    session.flush()
