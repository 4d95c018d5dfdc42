"""What the Assembly asks in the demonstration about the return that it sent back."""

from datetime import date

from sqlalchemy.orm import Session

from anchor_portal.domain.review_queries import default_answer_by
from anchor_portal.models import ReviewQuery, Verdict
from anchor_portal.models.base import now
from anchor_portal.queries.returns import Found, get_submission
from anchor_portal.services.demo.words import queries
from anchor_portal.services.returns.steps import Actor
from anchor_portal.services.review.record import record_decision


def ask_in_demo(session: Session, found: Found, reason: str, reviewer: Actor, today: date) -> None:
    """Write the queries of a return that went back: the reason as one about all of it, then those about answers."""
    row = found.get_row()
    record_decision(session, get_submission(session, row), Verdict.RETURN, reviewer.name, None, reviewer.at)
    asked = {"": reason, **queries(found.round.code, found.organisation.slug)}
    session.add_all(
        ReviewQuery(
            return_id=row.id,
            round_of_queries=1,
            revision=row.revision,
            question=question,
            text=text,
            asked_by=reviewer.name,
            asked_at=reviewer.at or now(),
            answer_by=default_answer_by(today),
        )
        for question, text in asked.items()
    )
    session.flush()
