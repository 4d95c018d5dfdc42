"""The Assembly's queue: what waits for it, in the order in which to look; and decisions whose return changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.review.attention import Signals, Waiting, order_of
from anchor_portal.domain.review.deciding import Stand, changed_since
from anchor_portal.models import (
    Return,
    ReviewAssignment,
    ReviewDecision,
    ReviewOpinion,
    ReviewSignals,
    Round,
    Submission,
    User,
    Verdict,
)
from anchor_portal.queries.returns import visible_returns
from anchor_portal.queries.review import has_interest_in
from anchor_portal.queries.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who was asked to look at a return."""

    user_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Queued:
    """A return that waits for the Assembly: why to look at it, who was asked to, and how many opinions there are."""

    row: Return
    waiting: Waiting
    reviewers: Sequence[Reviewer] = ()
    opinions: int = 0
    gave_mine: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """An accepted return that changed after the decision: who decided, when, on which revision, and how it changed."""

    row: Return
    who: str
    at: datetime | None
    revision: int
    words: str


def load_queue(session: Session, viewer: Viewer) -> list[Queued]:
    """Submitted returns that wait for the Assembly, in the order in which to look, without those it must not decide.

    Two statements, however many there are.
    """
    counted = and_(ReviewSignals.return_id == Return.id, ReviewSignals.revision == Return.revision)
    signed = and_(Submission.return_id == Return.id, Submission.revision == Return.revision)
    query = (
        visible_returns(viewer)
        .add_columns(ReviewSignals, Submission.is_late, Submission.submitted_at)
        .join(Submission, signed)
        .outerjoin(ReviewSignals, counted)
        .where(Return.status == Status.SUBMITTED, Return.organisation_id.not_in(_not_theirs(viewer)))
    )
    found: Sequence[Any] = session.execute(query).all()
    people = _load_people(session) if found else {}
    queued = [
        _queued(row, signals, is_late, submitted_at, people.get(row.id, _People()), viewer.user_id)
        for row, signals, is_late, submitted_at in found
    ]
    return sorted(queued, key=lambda each: (order_of(each.waiting), each.row.round.code, each.row.organisation.name))


def _not_theirs(viewer: Viewer) -> frozenset[int]:
    return viewer.interests | viewer.organisation_ids


class _People:
    """Those who were asked to look at a return, and those who gave an opinion on a revision of it."""

    def __init__(self) -> None:
        self.reviewers: list[Reviewer] = []
        self.givers: set[tuple[int, int]] = set()


def _load_people(session: Session) -> Mapping[int, _People]:
    """Reviewers and givers of opinions of everything that waits, without those who have an interest by now."""
    asked = (
        select(literal("asked", String), Return.id, literal(0, Integer), User.id, User.name)
        .join(ReviewAssignment, ReviewAssignment.return_id == Return.id)
        .join(User, User.id == ReviewAssignment.user_id)
        .where(Return.status == Status.SUBMITTED, ~has_interest_in(User.id, Return.organisation_id))
    )
    gave = (
        select(literal("gave", String), Return.id, ReviewOpinion.revision, ReviewOpinion.user_id, ReviewOpinion.who)
        .join(ReviewOpinion, ReviewOpinion.return_id == Return.id)
        .where(Return.status == Status.SUBMITTED, ~has_interest_in(ReviewOpinion.user_id, Return.organisation_id))
    )
    people: dict[int, _People] = {}
    for what, return_id, revision, user_id, name in session.execute(union_all(asked, gave)):
        of_it = people.setdefault(return_id, _People())
        if what == "asked":
            of_it.reviewers.append(Reviewer(user_id, name))
        else:
            of_it.givers.add((revision, user_id))
    return people


def _queued(
    row: Return, signals: ReviewSignals | None, is_late: bool, submitted_at: datetime, people: _People, me: int
) -> Queued:
    kept = Signals(signals.unexplained, signals.explained, signals.is_first) if signals else None
    givers = {user_id for revision, user_id in people.givers if revision == row.revision}
    is_mine = any(each.user_id == me for each in people.reviewers) and me not in givers
    reviewers = sorted(people.reviewers, key=lambda each: each.name)
    waiting = Waiting(kept, is_late, row.revision, submitted_at, is_mine)
    return Queued(row, waiting, reviewers, len(givers), me in givers)


def load_changed(session: Session, viewer: Viewer) -> list[Changed]:
    """Accepted returns that changed after the decision, the latest change first. One statement."""
    newest = (
        select(func.max(ReviewDecision.id))
        .where(ReviewDecision.verdict == Verdict.ACCEPT)
        .group_by(ReviewDecision.return_id)
    )
    decided = and_(ReviewDecision.return_id == Return.id, ReviewDecision.id.in_(newest))
    about = and_(Submission.return_id == Return.id, Submission.revision == Return.accepted_revision)
    query = (
        visible_returns(viewer)
        .add_columns(ReviewDecision.who, ReviewDecision.at, ReviewDecision.digest, Submission.digest)
        .outerjoin(ReviewDecision, decided)
        .outerjoin(Submission, about)
        .where(
            Return.accepted_revision > 0,
            Return.organisation_id.not_in(_not_theirs(viewer)),
            or_(Return.status != Status.ACCEPTED, ReviewDecision.digest != Submission.digest),
        )
        .order_by(Return.changed_at.desc(), Round.code.desc(), Return.id)
    )
    return [
        Changed(
            row,
            who or "",
            at,
            row.accepted_revision,
            changed_since(row.accepted_revision, digest or "", Stand(Status(row.status), row.revision, now or "")),
        )
        for row, who, at, digest, now in session.execute(query)
    ]
