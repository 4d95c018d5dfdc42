"""The Assembly's review in the demonstration: outcomes of two rounds, reviewers, an opinion, remarks, an interest."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.parts import Answers, is_state
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.pledges import NUMBERS, Outcome
from anchor_portal.models import (
    Organisation,
    PledgeOutcome,
    Return,
    ReviewAssignment,
    ReviewComment,
    ReviewDecision,
    ReviewOpinion,
    Round,
    Submission,
    User,
    Verdict,
)
from anchor_portal.models.base import now
from anchor_portal.services.people import declare_interest

ROUNDS = ("2026-07", "2027-01")
"""Rounds in which the Assembly recorded an outcome of each pledge."""
FOUND = {"4": Outcome.MET, "3": Outcome.MET, "2": Outcome.MAKING_PROGRESS, "1": Outcome.NOT_YET_EVIDENCED}
"""What it found, by the level that the organisation gave itself: in the demonstration the two agree."""
BUILDINGS = 3
"""The pledge that does not apply to whoever has no buildings for the public."""
SUMMARY = (
    "Thank you for a clear return. We read the evidence on every pledge, and look forward to hearing in the next round "
    "what came of the steps that you name."
)
CHAIR, COLLEAGUE = "member@assembly.example", "leopold.quarrington@assembly.example"
WAITING, WANTS_TWO, INTEREST = "st-helens-borough-council", "nhs-cheshire-and-merseyside", "torus"
COMMENT = "The spend with local suppliers moved with the school meals contract. Worth asking what remains without it."
OPINION = (
    "The figures are sound and the steps are named. I would accept it and ask next time for the evidence on pledge 3."
)


def summary_of(round_code: str) -> str:
    """What the Assembly wrote when it accepted a return of a round."""
    return SUMMARY if round_code in ROUNDS else ""


def lacking_of(round_code: str, answers: Answers) -> frozenset[int]:
    """The pledges that the Assembly found not evidenced yet when it accepted a return of a round."""
    if round_code not in ROUNDS:
        return frozenset()
    return frozenset(number for number in NUMBERS if _outcome(number, answers) is Outcome.NOT_YET_EVIDENCED)


def load_review_demo(session: Session) -> None:
    """Load all of it; the returns are there already."""
    people = {user.email: user for user in session.scalars(select(User).where(User.email.in_((CHAIR, COLLEAGUE))))}
    _find_outcomes(session)
    chair, colleague = people[CHAIR], people[COLLEAGUE]
    row = _get_return(session, WAITING)
    session.add_all(
        ReviewAssignment(return_id=row.id, user_id=each.id, assigned_by="team@team.example") for each in people.values()
    )
    session.add(
        ReviewComment(
            return_id=row.id,
            revision=1,
            pledge=2,
            text=COMMENT,
            user_id=colleague.id,
            who=colleague.name,
            at=_yesterday(),
        )
    )
    both = _get_return(session, WANTS_TWO)
    both.opinions_needed = 2
    session.add(ReviewAssignment(return_id=both.id, user_id=chair.id, assigned_by="team@team.example"))
    session.add(
        ReviewOpinion(
            return_id=both.id,
            revision=1,
            user_id=colleague.id,
            who=colleague.name,
            verdict=Verdict.ACCEPT,
            text=OPINION,
            at=_yesterday(),
        )
    )
    declare_interest(session, colleague, session.scalars(select(Organisation).filter_by(slug=INTEREST)).one())


def _yesterday() -> datetime:
    return now() - timedelta(days=1)


def _get_return(session: Session, slug: str) -> Return:
    query = select(Return).join(Return.round).join(Return.organisation)
    return session.scalars(query.where(Round.code == ROUNDS[-1], Organisation.slug == slug)).one()


def _find_outcomes(session: Session) -> None:
    """An outcome of each pledge for every accepted return, with the decision."""
    query = (
        select(Return.id, Submission.revision, Submission.answers, ReviewDecision.who, ReviewDecision.at)
        .join(Return.round)
        .join(Submission, (Submission.return_id == Return.id) & (Submission.revision == Return.accepted_revision))
        .join(ReviewDecision, ReviewDecision.return_id == Return.id)
        .where(Round.code.in_(ROUNDS), Return.status == Status.ACCEPTED)
        .order_by(Return.id)
    )
    rows = [
        {
            "return_id": return_id,
            "revision": revision,
            "pledge": number,
            "outcome": outcome,
            "note": "",
            "who": who,
            "at": at,
        }
        for return_id, revision, answers, who, at in session.execute(query)
        for number, outcome in _outcomes(answers)
    ]
    session.execute(insert(PledgeOutcome), rows)


def _outcomes(answers: str) -> list[tuple[int, Outcome]]:
    given = json.loads(answers)
    return [(number, _outcome(number, given)) for number in NUMBERS]


def _outcome(number: int, given: Mapping[str, Mapping[str, str]]) -> Outcome:
    if number == BUILDINGS and is_state(given.get("p3.free_use", {})):
        return Outcome.NOT_APPLICABLE
    return FOUND.get(given.get(f"p{number}.level_now", {}).get("", ""), Outcome.MAKING_PROGRESS)
