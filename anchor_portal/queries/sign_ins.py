"""How somebody signs in: the sessions that are open, and the second factors they have."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.sessions import is_over
from anchor_portal.models import Authenticator, Identity, Passkey, RecoveryCode, SignIn, User
from anchor_portal.queries.storable import is_storable

MOST_ADDRESSES = 50


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody can confirm with: an authenticator app since when, how many passkeys and unused codes.

    `elsewhere` is how many accounts elsewhere sign them in.
    """

    password_hash: str | None
    authenticator_since: datetime | None
    passkeys: int
    recovery_codes: int
    elsewhere: int

    @property
    def is_any(self) -> bool:
        """Whether there is anything to confirm with; recovery codes alone only stand in for what was lost."""
        return self.authenticator_since is not None or self.passkeys > 0


def load_factors(session: Session, user_id: int, *, to_change: bool = False) -> Factors:
    """The second factors of a person, in one statement; an unknown person has none.

    `to_change` holds the person first: of two who take one away at once, the second one sees what the first one left.
    """
    if to_change:  # a statement of its own: counts in the one that waits would be those from before the wait
        session.execute(select(User.id).where(User.id == user_id).with_for_update())
    passkeys = select(func.count()).where(Passkey.user_id == user_id).scalar_subquery()
    codes = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    elsewhere = select(func.count()).where(Identity.user_id == user_id).scalar_subquery()
    query = (
        select(User.password_hash, Authenticator.added_at, passkeys, codes.scalar_subquery(), elsewhere)
        .outerjoin(Authenticator, Authenticator.user_id == User.id)
        .where(User.id == user_id)
    )
    row = session.execute(query).one_or_none()
    return Factors(*row) if row else Factors(None, None, 0, 0, 0)


def load_addresses(session: Session, email: str) -> Sequence[str]:
    """From which network addresses somebody was signed in of late, the last ones first; an unknown person from none."""
    if not is_storable(email):
        return []
    query = (
        select(SignIn.address)
        .join(User, User.id == SignIn.user_id)
        .where(User.email == email, SignIn.address != "")
        .group_by(SignIn.address)
        .order_by(func.max(SignIn.used_at).desc())
        .limit(MOST_ADDRESSES)
    )
    return session.scalars(query).all()


def load_open_sessions(
    session: Session, user_id: int, at: datetime, lasts: timedelta, idle: timedelta
) -> Sequence[SignIn]:
    """The sessions of a person in which they are signed in, the one used last first."""
    query = select(SignIn).where(SignIn.user_id == user_id, SignIn.ended_at.is_(None)).order_by(SignIn.used_at.desc())
    found = session.scalars(query)
    return [each for each in found if not is_over(each.began_at, each.used_at, at, lasts, idle)]
