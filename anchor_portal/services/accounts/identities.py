"""Accounts elsewhere as they are kept: found, connected by their verified address, disconnected by their owner."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.providers import Provider, Vouched
from anchor_portal.domain.signing_in.ways import refuse_to_take_away
from anchor_portal.models import DisconnectedIdentity, Identity, User
from anchor_portal.queries.storable import is_storable
from anchor_portal.services.accounts.ways import load_ways, tell_of_ways
from anchor_portal.services.audit import record
from anchor_portal.services.messages.invitations import void_links

ASK = "Ask the lead of your organisation or the sustainability team"


class IdentityRefused(Exception):
    """An account elsewhere lets nobody in here, or cannot be connected; the text is a sentence."""


def find_or_connect(session: Session, provider: Provider, vouched: Vouched, at: datetime) -> int:
    """Whose account an account elsewhere is, as its number; connected now where its verified address says whose.

    No account is ever made by this, and one that was disconnected is connected again only by its owner, signed in.
    Raises IdentityRefused.
    """
    user = _hold_owner(session, vouched) or _get_user_of_address(session, provider, vouched)
    identity = _find(session, vouched)
    if not user.is_enabled or (identity is not None and identity.user_id != user.id):
        raise IdentityRefused(f"Nobody can sign in with this account of {provider.name}. {ASK}")
    if identity is None:
        if _was_disconnected(session, vouched):
            raise IdentityRefused(
                f"This account of {provider.name} was disconnected. Sign in in another way, and connect it again on the "
                "page “Your sign-in”"
            )
        identity = _connect(session, provider, vouched, user, at)
    identity.used_at = at
    session.flush()
    return identity.user_id


def connect(session: Session, provider: Provider, vouched: Vouched, user_id: int, at: datetime) -> Identity:
    """Connect an account elsewhere to that of somebody who is signed in: the same verified address, nobody else's.

    Raises IdentityRefused.
    """
    user = session.scalars(select(User).where(User.id == user_id).with_for_update()).one()
    identity = _find(session, vouched)
    if identity is not None and identity.user_id == user_id:
        return identity
    if identity is not None or _address(vouched) != user.email:
        raise IdentityRefused(
            f"That account of {provider.name} does not have your address {user.email} as one that was verified. "
            "Nothing was connected"
        )
    made = _connect(session, provider, vouched, user, at)
    session.execute(delete(DisconnectedIdentity).where(*_is_it(DisconnectedIdentity, vouched)))
    return made


def _hold_owner(session: Session, vouched: Vouched) -> User | None:
    """Whose it is, held before the account elsewhere is, as everywhere; None where it is nobody's."""
    if not is_storable(vouched.subject + vouched.issuer):
        return None
    its = select(Identity.user_id).where(*_is_it(Identity, vouched)).scalar_subquery()
    return session.scalars(select(User).where(User.id == its).with_for_update()).one_or_none()


def _find(session: Session, vouched: Vouched) -> Identity | None:
    if not is_storable(vouched.subject + vouched.issuer):
        return None
    return session.scalars(select(Identity).where(*_is_it(Identity, vouched)).with_for_update()).one_or_none()


def _was_disconnected(session: Session, vouched: Vouched) -> bool:
    return session.get(DisconnectedIdentity, (vouched.issuer, vouched.subject)) is not None


def _is_it(table: type[Identity] | type[DisconnectedIdentity], vouched: Vouched) -> tuple[ColumnElement[bool], ...]:
    return table.issuer == vouched.issuer, table.subject == vouched.subject


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
    void_links(session, user)  # who has a way in needs no other
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
    remove_identities(session, user.id, [identity])
    record(session, user.email, "account elsewhere disconnected", user.email, identity.provider)
    tell_of_ways(session, user, f"{name} was disconnected", f"Your account of {name} no longer signs you in here.")
    session.flush()


def remove_identities(session: Session, user_id: int, identities: Iterable[Identity] | None = None) -> None:
    """Take accounts elsewhere away from somebody, all of them where none is named; they do not come back by themselves."""
    if identities is None:
        identities = session.scalars(select(Identity).where(Identity.user_id == user_id)).all()
    for each in identities:
        session.merge(DisconnectedIdentity(issuer=each.issuer, subject=each.subject, user_id=user_id))
        session.delete(each)
    session.flush()
