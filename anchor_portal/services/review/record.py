"""What a review leaves behind for good: signals at the signature, decisions with their revision, outcomes."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from anchor_portal.domain.review.attention import Signals
from anchor_portal.domain.review.outcomes import Found
from anchor_portal.models import PledgeOutcome, Return, ReviewDecision, ReviewSignals, Verdict
from anchor_portal.models.base import now
from anchor_portal.queries.columns import Signed


def keep_signals(session: Session, row: Return, signals: Signals) -> None:
    """Keep what was unusual about the revision that was just signed."""
    session.add(
        ReviewSignals(
            return_id=row.id,
            revision=row.revision,
            unexplained=signals.unexplained,
            explained=signals.explained,
            is_first=signals.is_first,
        )
    )


def record_decision(
    session: Session,
    submission: Signed,
    verdict: Verdict,
    who: str,
    user_id: int | None,
    at: datetime | None,
    summary: str = "",
) -> None:
    """Write down who decided, when, and on exactly which revision."""
    session.add(
        ReviewDecision(
            return_id=submission.return_id,
            revision=submission.revision,
            digest=submission.digest,
            verdict=verdict,
            summary=summary,
            user_id=user_id,
            who=who,
            at=at or now(),
        )
    )


def record_outcomes(
    session: Session, row: Return, outcomes: Mapping[int, Found], who: str, user_id: int | None, at: datetime | None
) -> list[PledgeOutcome]:
    """Write down what was found about these pledges of the revision that stands, and give the rows."""
    made = [
        PledgeOutcome(
            return_id=row.id,
            revision=row.revision,
            pledge=number,
            outcome=found.outcome,
            note=found.note,
            user_id=user_id,
            who=who,
            at=at or now(),
        )
        for number, found in sorted(outcomes.items())
    ]
    session.add_all(made)
    session.flush()
    return made
