"""What waits for a person, over all their organisations and roles, in few statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Integer, String, cast, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from anchor_portal.models import Grant, Invitation, QuestionnaireVersion, ReviewQuery, Round, User
from anchor_portal.models.base import Moment


@dataclass
class Pending:
    """Queries that were not answered, by return, with the day to answer by; links not used yet, by organisation."""

    queries: dict[int, tuple[int, date]] = field(default_factory=dict)
    invitations: dict[int, tuple[int, datetime]] = field(default_factory=dict)


def load_rounds_with_digests(session: Session) -> list[tuple[Round, str]]:
    """Every round, the newest first, with the digest of the questionnaire that it is bound to."""
    query = (
        select(Round, QuestionnaireVersion.digest)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Round.questionnaire_id)
        .order_by(Round.code.desc())
    )
    return [(round_, digest) for round_, digest in session.execute(query)]


def load_pending(
    session: Session, return_ids: Collection[int], organisation_ids: Collection[int], now: datetime
) -> Pending:
    """Unanswered queries about these returns, and people of these organisations who did not use their link yet."""
    queries = (
        select(
            literal("query", String).label("what"),
            ReviewQuery.return_id.label("about"),
            cast(func.count(), Integer).label("number"),
            func.min(ReviewQuery.answer_by).label("due_on"),
            cast(null(), Moment).label("until"),
        )
        .where(ReviewQuery.return_id.in_(return_ids), ReviewQuery.answered_at.is_(None))
        .group_by(ReviewQuery.return_id)
    )
    invited = (
        select(
            literal("invitation", String),
            Grant.organisation_id,
            cast(func.count(User.id.distinct()), Integer),
            cast(null(), Date),
            func.min(Invitation.expires_at),
        )
        .join(User, User.id == Grant.user_id)
        .join(Invitation, Invitation.user_id == User.id)
        .where(
            Grant.organisation_id.in_(organisation_ids),
            User.password_hash.is_(None),
            User.is_enabled,
            Invitation.used_at.is_(None),
            Invitation.expires_at > now,
        )
        .group_by(Grant.organisation_id)
    )
    pending = Pending()
    rows: Sequence[Any] = session.execute(union_all(queries, invited)).all()
    for what, about, number, due_on, until in rows:
        if what == "query":
            pending.queries[about] = (number, due_on)
        else:
            pending.invitations[about] = (number, until)
    return pending
