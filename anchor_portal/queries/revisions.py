"""The revisions of a return: each as it was signed, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Step
from anchor_portal.models import ReturnStep, Submission

DECIDING = (Step.RETURN, Step.ACCEPT, Step.WITHDRAW)
FATES = {Step.RETURN: "Returned by the Assembly", Step.ACCEPT: "Accepted", Step.WITHDRAW: "Withdrawn"}


@dataclass(frozen=True, slots=True)
class Revision:
    """One signed revision, without its answers: who signed it when, its SHA-256, and the step that decided it."""

    number: int
    signed_name: str
    signed_role: str
    signed_on: date
    submitted_at: datetime
    digest: str
    is_late: bool
    decided: ReturnStep | None = None

    @property
    def fate(self) -> str:
        """What became of it, in words."""
        return FATES[Step(self.decided.step)] if self.decided else "Waits for the Assembly"


def load_revisions(session: Session, return_id: int, steps: Sequence[ReturnStep]) -> list[Revision]:
    """Every signed revision of a return with these steps, the newest first."""
    query = (
        select(
            Submission.revision,
            Submission.signed_name,
            Submission.signed_role,
            Submission.signed_on,
            Submission.submitted_at,
            Submission.digest,
            Submission.is_late,
        )
        .where(Submission.return_id == return_id)
        .order_by(Submission.revision.desc())
    )
    return [Revision(*row, decided=find_decision(steps, row.revision)) for row in session.execute(query)]


def load_submissions(session: Session, return_id: int, numbers: Sequence[int]) -> dict[int, Submission]:
    """Some revisions as they were signed, by their number."""
    query = select(Submission).where(Submission.return_id == return_id, Submission.revision.in_(numbers))
    return {submission.revision: submission for submission in session.scalars(query)}


def find_decision(steps: Sequence[ReturnStep], revision: int) -> ReturnStep | None:
    """The step by which a revision was returned, accepted or withdrawn."""
    mine = (step for step in reversed(steps) if step.revision == revision and Step(step.step) in DECIDING)
    return next(mine, None)


def find_acceptance(steps: Sequence[ReturnStep], revision: int) -> ReturnStep | None:
    """The step by which a revision was accepted."""
    return next((step for step in steps if step.revision == revision and step.step == Step.ACCEPT), None)
