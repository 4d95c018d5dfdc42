"""What works once only: a challenge that was answered, a way back from a provider that was used."""

from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from anchor_portal.models import UsedOnce
from anchor_portal.models.base import now

A_FEW = 100


def use(session: Session, what: bytes, until: datetime) -> bool:
    """Use something up; False where it was used before. It is remembered until then: later it is too old anyway."""
    _forget_old(session, now())
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {"digest": sha256(what).hexdigest(), "until": until}
    used = dialect.insert(UsedOnce).values(values).on_conflict_do_nothing().returning(UsedOnce.digest)
    return session.scalars(used).one_or_none() is not None


def _forget_old(session: Session, at: datetime) -> None:
    """Forget a few that are too old; those that another transaction is forgetting are left to it."""
    old = select(UsedOnce.digest).where(UsedOnce.until < at).limit(A_FEW).with_for_update(skip_locked=True)
    session.execute(delete(UsedOnce).where(UsedOnce.digest.in_(old)))
