"""Turning reminders off and on again, by a link in each reminder that needs no sign-in, or when signed in.

The link carries the account's number and a signature made with the portal's secret key: nobody can make one for
somebody else, it works for ever, and it can do nothing but turn reminders off and on.
"""

import hmac
import re
from hashlib import sha256

from sqlalchemy.orm import Session

from anchor_portal.models import User
from anchor_portal.models.base import now
from anchor_portal.services.audit import record

ADDRESS = "/reminders/off/"
SIGNED_IN = "/messages"
"""Where somebody turns them off who is signed in: for messages that are sent without knowing the secret."""
_LENGTH = 32


def off_address(secret: str, user_id: int) -> str:
    """Where somebody turns reminders off."""
    return f"{ADDRESS}{token_of(secret, user_id)}" if secret else SIGNED_IN


def token_of(secret: str, user_id: int) -> str:
    """The end of the link of an account."""
    signature = hmac.new(sha256(f"reminders {secret}".encode()).digest(), str(user_id).encode(), "sha256")
    return f"{user_id}-{signature.hexdigest()[:_LENGTH]}"


def find_by_token(session: Session, secret: str, token: str) -> User | None:
    """Whose link it is; None for any other."""
    found = re.fullmatch(r"([1-9][0-9]{0,8})-[0-9a-f]{32}", token, re.ASCII)
    if found is None or not hmac.compare_digest(token_of(secret, int(found.group(1))), token):
        return None
    user = session.get(User, int(found.group(1)))
    return user if user is not None and user.is_enabled else None


def turn_reminders(session: Session, user: User, *, on: bool) -> bool:
    """Turn somebody's reminders on or off; False where they stand so already."""
    if (user.reminders_off_at is None) == on:
        return False
    user.reminders_off_at = None if on else now()
    record(session, user.email, "reminders turned on" if on else "reminders turned off", user.email)
    session.flush()
    return True
