"""The revisions of a return: each as it was signed, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Step
from anchor_portal.models import Submission
from anchor_portal.queries.columns import SUBMISSION, ItsStep, ItsSubmission

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
    decided: ItsStep | None = None

    @property
    def fate(self) -> str:
        """What became of it, in words."""
        return FATES[Step(self.decided.step)] if self.decided else "Waits for the Assembly"


def load_revisions(session: Session, return_id: int, steps: Sequence[ItsStep]) -> list[Revision]:
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


_TWO = select(*SUBMISSION).where(
    Submission.return_id == bindparam("return_id"),
    or_(Submission.revision == bindparam("one"), Submission.revision == bindparam("other")),
)


def load_submissions(session: Session, return_id: int, one: int, other: int) -> dict[int, ItsSubmission]:
    """Two revisions as they were signed, by their number; one that was never signed is not in it."""
    rows = session.connection().execute(_TWO, {"return_id": return_id, "one": one, "other": other})
    found = (ItsSubmission._make(row) for row in rows)
    return {submission.revision: submission for submission in found}


def find_decision(steps: Sequence[ItsStep], revision: int) -> ItsStep | None:
    """The step by which a revision was returned, accepted or withdrawn."""
    mine = (step for step in reversed(steps) if step.revision == revision and Step(step.step) in DECIDING)
    return next(mine, None)


def find_acceptance(steps: Sequence[ItsStep], revision: int) -> ItsStep | None:
    """The step by which a revision was accepted."""
    return next((step for step in steps if step.revision == revision and step.step == Step.ACCEPT), None)
