"""Attempts counted in the database, so that the count holds across processes and restarts; each in a short transaction.

An attempt is counted before it is made and taken off again when it succeeds. So a hundred at once are a hundred, however
long a password takes to be checked. Names are kept as keyed digests: a copy of the table tells nobody's address.
"""

import hmac
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address, ip_network

from sqlalchemy import bindparam, case, delete, select, text, update
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.throttling import ADDRESS, Limit, Tally, count_one, find_bar, say_wait
from anchor_portal.engine import Database
from anchor_portal.models import Attempts
from anchor_portal.models.base import Moment

Limits = Mapping[str, Limit]
"""What an attempt is counted for, such as "account ada@x.example", and how many are free."""
IPV6_NETWORK = 64
"""A household or an office has a network of so many bits, and any address in it."""
_NEW = text(
    "INSERT INTO attempts (digest, number, last_at) VALUES (:digest, 0, :at) ON CONFLICT (digest) DO NOTHING"
).bindparams(bindparam("at", type_=Moment))


class Barred(Exception):
    """Nothing may be tried now; the text is a sentence that says when."""

    def __init__(self, until: datetime, at: datetime) -> None:
        super().__init__(f"There were too many attempts that failed. Wait {say_wait(until, at)}, then try again")
        self.until = until
        self.seconds = max(1, round((until - at).total_seconds()))


def say_network(address: str) -> str:
    """What the attempts of a network address are counted for: itself, or its network where it is of version 6."""
    if not address:
        return ""
    parsed = ip_address(address)
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ip_network((parsed.packed, IPV6_NETWORK), strict=False))


def attempt(database: Database, secret_key: str, limits: Limits, at: datetime) -> None:
    """Count an attempt. Raises Barred, counting nothing, where one of the names has to wait."""
    digests = {_digest(secret_key, name): limit for name, limit in limits.items()}
    with Session(database.writer) as session, session.begin():
        for digest in sorted(digests):  # always in one order, so that two never wait for each other
            session.execute(_NEW, {"digest": digest, "at": at})
        in_order = select(Attempts).where(Attempts.digest.in_(digests)).order_by(Attempts.digest).with_for_update()
        rows = session.scalars(in_order).all()
        bars = [find_bar(_tally(row), at, digests[row.digest]) for row in rows]
        if until := max(filter(None, bars), default=None):
            raise Barred(until, at)
        for row in rows:
            counted = count_one(_tally(row), at, digests[row.digest])
            row.number, row.last_at, row.barred_until = counted.number, counted.last_at, counted.barred_until


def forgive(database: Database, secret_key: str, limits: Limits) -> None:
    """After an attempt that succeeded: an account begins anew, an address is given back the one."""
    with Session(database.writer) as session, session.begin():
        for digest, limit in sorted((_digest(secret_key, name), limit) for name, limit in limits.items()):
            if limit is not ADDRESS:
                session.execute(delete(Attempts).where(Attempts.digest == digest))
                continue
            left = Attempts.number - 1
            bar = case((left >= limit.free, Attempts.barred_until))
            one_less = update(Attempts).where(Attempts.digest == digest, Attempts.number > 0)
            session.execute(one_less.values(number=left, barred_until=bar))


def forget_old_attempts(session: Session, before: datetime) -> int:
    """Remove counts whose last attempt was before a moment, when all of it has run off; how many."""
    old = delete(Attempts).where(Attempts.last_at < before).returning(Attempts.digest)
    return len(session.execute(old).all())


def _tally(row: Attempts) -> Tally:
    return Tally(row.number, row.last_at, row.barred_until)


def _digest(secret_key: str, name: str) -> str:
    key = hmac.digest(secret_key.encode(), b"attempts", "sha256")
    return hmac.digest(key, name.encode("utf-8", "surrogatepass"), "sha256").hex()
