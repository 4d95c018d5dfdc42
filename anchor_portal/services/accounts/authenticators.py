"""Authenticator apps (TOTP, RFC 6238): secrets encrypted where they lie, and no code taken twice."""

import base64
import binascii
import hmac
import logging
import os
from datetime import datetime

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.second_factors import STEP, steps_around
from anchor_portal.models import Authenticator

logger = logging.getLogger("anchor_portal")
NONCE = 12
"""Bytes that are never used twice with a key."""


class Unreadable(Exception):
    """What was encrypted cannot be read: made with another key, for somebody else, or damaged."""


def new_secret() -> str:
    """A secret of 160 bits, in base32 as authenticator apps take it."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, email: str, portal_name: str) -> str:
    """The address that an authenticator app reads from a QR code."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=portal_name))


def hide(secret_key: str, user_id: int, secret: str) -> str:
    """A secret encrypted for one person: in the row or cookie of somebody else it is worth nothing."""
    nonce = os.urandom(NONCE)
    sealed = AESGCM(_key(secret_key)).encrypt(nonce, secret.encode(), _owner(user_id))
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def reveal(secret_key: str, user_id: int, hidden: str) -> str:
    """The secret again. Raises Unreadable."""
    try:
        sealed = base64.urlsafe_b64decode(hidden.encode("ascii"))
        return AESGCM(_key(secret_key)).decrypt(sealed[:NONCE], sealed[NONCE:], _owner(user_id)).decode()
    except (InvalidTag, ValueError, binascii.Error) as error:
        raise Unreadable from error


def find_step(secret: str, code: str, at: datetime, last_step: int = 0) -> int | None:
    """The step of 30 seconds that a code belongs to, one early or late allowed; None for any other code.

    No step up to `last_step` counts: its code was used, or could be read over somebody's shoulder.
    """
    app = pyotp.TOTP(secret)
    step = int(at.timestamp()) // STEP
    fitting = [each for each in steps_around(step, last_step) if hmac.compare_digest(app.generate_otp(each), code)]
    return fitting[0] if fitting else None


def keep_authenticator(session: Session, secret_key: str, user_id: int, secret: str, step: int, at: datetime) -> bool:
    """Give a person this authenticator, in place of one that they had; False where they had none.

    `step` is that of the code with which it was confirmed, which is used up.
    """
    taken = session.execute(
        delete(Authenticator).where(Authenticator.user_id == user_id).returning(Authenticator.user_id)
    )
    had_one = taken.first() is not None
    hidden = hide(secret_key, user_id, secret)
    session.add(Authenticator(user_id=user_id, secret=hidden, added_at=at, last_step=step))
    session.flush()
    return had_one


def use_code(session: Session, secret_key: str, user_id: int, code: str, at: datetime) -> bool:
    """Whether a code of this person's app is right; it is used up by that, whoever else sends it at the same time."""
    kept = session.get(Authenticator, user_id)
    if kept is None:
        return False
    try:
        step = find_step(reveal(secret_key, user_id, kept.secret), code, at, kept.last_step)
    except Unreadable:  # a recovery code, or the team, helps the person; the operator has to know
        logger.error("an authenticator cannot be read: ANCHOR_SECRET_KEY is not the one that it was set up with")
        return False
    if step is None:
        return False
    unused = update(Authenticator).where(Authenticator.user_id == user_id, Authenticator.last_step < step)
    return session.execute(unused.values(last_step=step).returning(Authenticator.user_id)).first() is not None


def is_unreadable(session: Session, secret_key: str, user_id: int) -> bool:
    """Whether a person's app cannot be read with this key, so that no code of it is ever right here."""
    kept = session.get(Authenticator, user_id)
    if kept is None:
        return False
    try:
        reveal(secret_key, user_id, kept.secret)
    except Unreadable:
        return True
    return False


def remove_authenticator(session: Session, user_id: int) -> bool:
    """Take a person's authenticator away; False where they have none."""
    taken = delete(Authenticator).where(Authenticator.user_id == user_id).returning(Authenticator.user_id)
    return session.execute(taken).first() is not None


def _key(secret_key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"anchor portal: authenticators")
    return derived.derive(secret_key.encode())


def _owner(user_id: int) -> bytes:
    return f"user {user_id}".encode()
