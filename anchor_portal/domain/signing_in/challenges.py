"""Challenges for passkeys: random, made by this installation for one purpose and one person, good for a while.

A challenge carries its own proof, so nothing has to be stored until it is answered; that it is answered only once is
seen to by whoever takes the answer.
"""

import hmac
import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

LASTS = timedelta(hours=1)
"""So that a page which was open over lunch still works."""
RANDOM, UNTIL, PROOF = 16, 8, 32
"""Bytes of each part, in this order."""


def make_challenge(secret: str, purpose: str, at: datetime) -> bytes:
    """A new challenge; `purpose` says what for, and for whom where that is known."""
    begin = secrets.token_bytes(RANDOM) + int((at + LASTS).timestamp()).to_bytes(UNTIL, "big")
    return begin + _proof(secret, purpose, begin)


def find_end(secret: str, purpose: str, challenge: bytes, at: datetime) -> datetime | None:
    """Until when a challenge is good; None where it is not ours, is for another purpose, or is too old."""
    begin, proof = challenge[: RANDOM + UNTIL], challenge[RANDOM + UNTIL :]
    if len(challenge) != RANDOM + UNTIL + PROOF or not hmac.compare_digest(proof, _proof(secret, purpose, begin)):
        return None
    until = datetime.fromtimestamp(int.from_bytes(begin[RANDOM:], "big"), UTC)
    return until if at <= until <= at + LASTS else None


def _proof(secret: str, purpose: str, begin: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"anchor-portal challenge\0" + purpose.encode() + b"\0" + begin, sha256)
