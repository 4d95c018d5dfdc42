"""Whether a password is good enough (zxcvbn says how it would be guessed), and changing one's own."""

from collections.abc import Iterable
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.passwords import (
    Guess,
    familiar_words,
    refuse_familiar,
    refuse_guess,
    refuse_length,
)
from anchor_portal.models import User
from anchor_portal.services.audit import record
from anchor_portal.services.messages.outbox import write_message

JUDGED = 72
"""Characters that are judged: with each more it takes longer, and what begins well is good."""
PORTAL_WORDS = ("anchor", "portal", "framework", "assembly", "pledge", "signatory", "NHS")
_one_at_a_time = Lock()
"""zxcvbn keeps the words that are known of a person in one place for all threads."""


def refuse_password(password: str, known: Iterable[str] = ()) -> str:
    """Why a password cannot be taken, as a sentence; empty where it can.

    `known` are the person's name, their address and the like, which nobody's password may be made of.
    """
    known = (*known, *PORTAL_WORDS)
    return refuse_length(password) or refuse_familiar(password, known) or refuse_guess(_guess(password, known))


def _guess(password: str, known: Iterable[str]) -> Guess:
    from zxcvbn import zxcvbn  # its lists of words take a while to read, and few processes need them

    words = sorted(familiar_words(known))
    with _one_at_a_time:
        found = zxcvbn(password[:JUDGED], words, max_length=JUDGED)
    longest: dict[str, Any] = max(found["sequence"], key=lambda part: len(part["token"]), default={})
    return Guess(found["score"], longest.get("pattern", ""), longest.get("dictionary_name", ""))


def replace_password(session: Session, user_id: int, before: str | None, hashed: str) -> bool:
    """Give somebody another password; False where it is no longer the one that was checked before.

    Their other sessions end with it, and a message tells them.
    """
    user = session.scalars(select(User).where(User.id == user_id).with_for_update()).one()
    session.refresh(user)
    if user.password_hash != before:
        return False
    user.password_hash = hashed
    record(session, user.email, "password changed" if before else "password chosen", user.email)
    body = (
        "Your password was changed just now, and your other sessions were ended.\n\n"
        "If that was not you, ask the sustainability team at once: they can end every session and let you choose another."
    )
    write_message(session, user.email, user.name, "password_changed", "Your password was changed", body, "/account")
    session.flush()
    return True
