"""Passkeys as they are kept: added, called something else, removed, and checked when somebody signs in with one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.challenges import find_end, make_challenge
from anchor_portal.domain.signing_in.passkeys import MOST, PasskeyRefused, RelyingParty, choose_name
from anchor_portal.domain.signing_in.ways import refuse_to_take_away
from anchor_portal.models import Passkey, User
from anchor_portal.services.accounts.used_once import use
from anchor_portal.services.accounts.ways import load_ways, tell_of_ways
from anchor_portal.services.audit import record
from anchor_portal.services.messages.invitations import void_links
from anchor_portal.services.people import hold_person

TO_REGISTER, TO_SIGN_IN, TO_CONFIRM = "register", "sign in", "confirm"
TOO_OLD = "That took too long, or was sent twice. Try again"


@dataclass(frozen=True, slots=True)
class House:
    """For whom passkeys are made here, and the secret that challenges are made with."""

    party: RelyingParty
    secret: str = ""


def options_to_register(session: Session, house: House, user: User, at: datetime) -> str:
    """What a browser is asked for to make a passkey for somebody, as JSON."""
    from anchor_portal.services.accounts import ceremonies  # late: importing it takes half a second

    challenge = make_challenge(house.secret, f"{TO_REGISTER} {user.id}", at)
    # authenticators file a passkey under this: nothing that tells who somebody is
    handle = b"account %d" % user.id
    known = _known(session, user.id)
    return ceremonies.ask_to_register(house.party, challenge, handle, user.email, user.name, known)


def options_to_sign_in(house: House, at: datetime) -> str:
    """What a browser is asked for to sign in with whatever passkey it has for this portal, as JSON."""
    from anchor_portal.services.accounts import ceremonies  # late: importing it takes half a second

    return ceremonies.ask_to_sign(house.party, make_challenge(house.secret, TO_SIGN_IN, at))


def options_to_confirm(session: Session, house: House, user_id: int, at: datetime) -> str:
    """What a browser is asked for as a second factor of one person, as JSON; empty where they have no passkey."""
    from anchor_portal.services.accounts import ceremonies  # late: importing it takes half a second

    known = _known(session, user_id)
    challenge = make_challenge(house.secret, f"{TO_CONFIRM} {user_id}", at)
    return ceremonies.ask_to_sign(house.party, challenge, known) if known else ""


def _known(session: Session, user_id: int) -> list[tuple[str, list[str]]]:
    theirs = select(Passkey.credential, Passkey.transports).where(Passkey.user_id == user_id)
    return [(credential, transports) for credential, transports in session.execute(theirs)]


def add_passkey(
    session: Session, house: House, user_id: int, sent: str, name: str, device: str, at: datetime
) -> Passkey:
    """Keep the passkey that a browser made for somebody. Raises PasskeyRefused.

    `name` is what they call it, `device` what it is called where they say nothing. A message tells them.
    """
    from anchor_portal.services.accounts import ceremonies  # late: importing it takes half a second

    user = session.scalars(select(User).where(User.id == user_id).with_for_update()).one()
    taken = session.scalars(select(Passkey.name).where(Passkey.user_id == user_id)).all()
    if len(taken) >= MOST:
        raise PasskeyRefused(f"You have {MOST} passkeys. Remove one that you do not use")
    challenge, until = _read_challenge(house, f"{TO_REGISTER} {user_id}", sent, at)
    made = ceremonies.check_made(house.party, challenge, sent)
    _use(session, challenge, until)
    if session.scalars(select(Passkey.id).where(Passkey.credential == made.credential)).first() is not None:
        raise PasskeyRefused("That passkey is kept here already")
    passkey = Passkey(
        user_id=user_id,
        credential=made.credential,
        public_key=made.public_key,
        sign_count=made.sign_count,
        transports=made.transports,
        name=choose_name(name, device, taken),
        added_at=at,
    )
    session.add(passkey)
    void_links(session, user)  # who has a way in needs no other
    record(session, user.email, "passkey added", user.email, passkey.name)
    tell_of_ways(session, user, "A passkey was added", f"The passkey “{passkey.name}” was added to your account.")
    session.flush()
    return passkey


def check_passkey(session: Session, house: House, sent: str, at: datetime, whose: int | None = None) -> int:
    """Whose passkey answered, as an account's number. Raises PasskeyRefused.

    Without `whose` it is anybody's, and finger or PIN are asked for; with it only one of that person is taken.
    """
    from anchor_portal.services.accounts import ceremonies  # late: importing it takes half a second

    challenge, until = _read_challenge(house, TO_SIGN_IN if whose is None else f"{TO_CONFIRM} {whose}", sent, at)
    named = Passkey.credential == ceremonies.read_credential(sent)
    its = select(Passkey.user_id).where(named).scalar_subquery()
    hold_person(session, User.id == its)
    passkey = session.scalars(select(Passkey).where(named).with_for_update()).one_or_none()
    if passkey is None or whose not in {None, passkey.user_id}:
        raise PasskeyRefused("That passkey is not kept here any longer. Sign in in another way")
    key = (passkey.public_key, passkey.sign_count)
    count = ceremonies.check_signed(house.party, challenge, sent, *key, is_verified=whose is None)
    _use(session, challenge, until)
    passkey.sign_count, passkey.used_at = count, at
    session.flush()
    return passkey.user_id


def _read_challenge(house: House, purpose: str, sent: str, at: datetime) -> tuple[bytes, datetime]:
    """The challenge that is answered, if we made it for this and not too long ago; and until when it is good."""
    from anchor_portal.services.accounts import ceremonies  # late: importing it takes half a second

    challenge = ceremonies.read_challenge(sent)
    until = find_end(house.secret, purpose, challenge, at)
    if until is None:
        raise PasskeyRefused(TOO_OLD)
    return challenge, until


def _use(session: Session, challenge: bytes, until: datetime) -> None:
    if not use(session, challenge, until):
        raise PasskeyRefused(TOO_OLD)


def rename(session: Session, passkey: Passkey, name: str) -> None:
    """Call a passkey something else."""
    others = select(Passkey.name).where(Passkey.user_id == passkey.user_id, Passkey.id != passkey.id)
    passkey.name = choose_name(name, passkey.name, session.scalars(others).all())
    session.flush()


def remove(session: Session, passkey: Passkey) -> None:
    """Forget a passkey; a message tells its owner. Raises PasskeyRefused where they could no longer sign in."""
    user = session.scalars(select(User).where(User.id == passkey.user_id).with_for_update()).one()
    if refusal := refuse_to_take_away(load_ways(session, user)):
        raise PasskeyRefused(refusal)
    session.delete(passkey)
    record(session, user.email, "passkey removed", user.email, passkey.name)
    tell_of_ways(session, user, "A passkey was removed", f"The passkey “{passkey.name}” was removed from your account.")
    session.flush()
