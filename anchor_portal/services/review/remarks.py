"""What reviewers say among themselves: comments on a pledge, and opinions on a whole revision."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import NAMES, Status, StepRefused
from anchor_portal.domain.people import Role
from anchor_portal.models import ReviewComment, ReviewOpinion, Verdict
from anchor_portal.models.base import now
from anchor_portal.queries.returns import Found
from anchor_portal.services.returns.steps import Actor

MOST_SIGNS = 5000
"""Characters of a comment, and of an opinion."""


def add_comment(session: Session, found: Found, pledge: int, text: str, actor: Actor) -> bool:
    """Keep a remark among reviewers on a pledge, or on the whole return where it is 0.

    False where the same person said the same there already, as a page that is sent twice does. Raises StepRefused.
    """
    _refuse_others(actor)
    row = found.get_row()
    of_mine = select(ReviewComment.id).where(
        ReviewComment.return_id == row.id,
        ReviewComment.revision == row.revision,
        ReviewComment.pledge == pledge,
        ReviewComment.user_id == actor.user_id,
        ReviewComment.text == text,
    )
    if session.scalars(of_mine).first() is not None:
        return False
    session.add(
        ReviewComment(
            return_id=row.id,
            revision=row.revision,
            pledge=pledge,
            text=text,
            user_id=actor.user_id,
            who=actor.name,
            at=actor.at or now(),
        )
    )
    session.flush()
    return True


def give_opinion(session: Session, found: Found, verdict: Verdict, text: str, actor: Actor) -> None:
    """Keep what a member would do with the revision that waits; once for each revision. Raises StepRefused."""
    _refuse_others(actor)
    if found.status is not Status.SUBMITTED:
        raise StepRefused(f"This return is now “{NAMES[found.status]}”, so opinions on it are no longer asked for")
    if not found.takes_decisions:
        raise StepRefused(f"This round is {found.round_status}, so opinions on its returns are no longer asked for")
    row = found.get_row()
    mine = select(ReviewOpinion.id).where(
        ReviewOpinion.return_id == row.id,
        ReviewOpinion.revision == row.revision,
        ReviewOpinion.user_id == actor.user_id,
    )
    if session.scalars(mine).first() is not None:
        raise StepRefused("You gave your opinion on this revision already, and it stays as you gave it")
    session.add(
        ReviewOpinion(
            return_id=row.id,
            revision=row.revision,
            user_id=actor.user_id,
            who=actor.name,
            verdict=verdict,
            text=text,
            at=actor.at or now(),
        )
    )
    session.flush()


def _refuse_others(actor: Actor) -> None:
    if Role.MEMBER not in actor.person.roles:
        raise StepRefused("Reviews are for members of the Assembly")
    if actor.person.is_interested:
        raise StepRefused("You have an interest in this organisation, so somebody else must review its return")
