"""Recovery codes: made ten at a time, shown once, each good for one time; only their digests are kept."""

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.second_factors import ALPHABET, CODES, GROUP, GROUPS
from anchor_portal.models import RecoveryCode


def make_codes(session: Session, user_id: int, at: datetime) -> list[str]:
    """Ten new codes in place of all that the person had. They are in no other place than what this gives."""
    remove_codes(session, user_id)
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(GROUP * GROUPS)) for _ in range(CODES)]
    session.add_all(RecoveryCode(digest=_digest(user_id, code), user_id=user_id, made_at=at) for code in codes)
    session.flush()
    return codes


def use_recovery_code(session: Session, user_id: int, code: str, at: datetime) -> bool:
    """Use a code up; False where it is none of this person's, or was used."""
    unused = (RecoveryCode.digest == _digest(user_id, code), RecoveryCode.used_at.is_(None))
    used = update(RecoveryCode).where(*unused).values(used_at=at).returning(RecoveryCode.digest)
    return session.execute(used).first() is not None


def count_codes(session: Session, user_id: int) -> int:
    """How many codes the person has left."""
    unused = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return session.scalars(unused).one()


def remove_codes(session: Session, user_id: int) -> None:
    """Make every code of a person void."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


def _digest(user_id: int, code: str) -> str:
    """Codes have 120 bits, so that nobody finds one from its digest by trying."""
    return sha256(f"{user_id}:{code}".encode()).hexdigest()
