"""The Assembly's queue: what waits for it, in the order in which to look; and decisions whose return changed since."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, String, and_, bindparam, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.review.attention import Signals, Waiting, order_of
from anchor_portal.domain.review.deciding import Stand, changed_since
from anchor_portal.models import (
    Organisation,
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
from anchor_portal.queries.columns import ORGANISATION, ROUND, ItsOrganisation, ItsRound
from anchor_portal.queries.review import has_interest_in
from anchor_portal.queries.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Reviewer:
    """Somebody who was asked to look at a return."""

    user_id: int
    name: str


class Sent(NamedTuple):
    """A return that the Assembly looks at, with its round and its organisation."""

    id: int
    status: str
    revision: int
    accepted_revision: int
    opinions_needed: int
    round: ItsRound
    organisation: ItsOrganisation


@dataclass(frozen=True, slots=True)
class Queued:
    """A return that waits for the Assembly: why to look at it, who was asked to, and how many opinions there are."""

    row: Sent
    waiting: Waiting
    reviewers: Sequence[Reviewer] = ()
    opinions: int = 0
    gave_mine: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """An accepted return that changed after the decision: who decided, when, on which revision, and how it changed."""

    row: Sent
    who: str
    at: datetime | None
    revision: int
    words: str


OWN = ("id", "status", "revision", "accepted_revision", "opinions_needed")
_LENGTHS = len(OWN), len(ROUND), len(ORGANISATION)
_SENT = (
    select(*(getattr(Return, name) for name in OWN), *ROUND, *ORGANISATION)
    .select_from(Return)
    .join(Round, Round.id == Return.round_id)
    .join(Organisation, Organisation.id == Return.organisation_id)
    .where(Return.organisation_id.not_in(bindparam("not_theirs", expanding=True)))
)
_QUEUE = (
    _SENT.add_columns(
        Submission.is_late,
        Submission.submitted_at,
        ReviewSignals.unexplained,
        ReviewSignals.explained,
        ReviewSignals.is_first,
    )
    .join(Submission, and_(Submission.return_id == Return.id, Submission.revision == Return.revision))
    .outerjoin(ReviewSignals, and_(ReviewSignals.return_id == Return.id, ReviewSignals.revision == Return.revision))
    .where(Return.status == Status.SUBMITTED)
)


def _load_sent(session: Session, viewer: Viewer, query: Any) -> list[tuple[Sent, Sequence[Any]]]:
    """Returns as a member or the team may see them, without those in which the person has an interest; what else was
    asked for comes beside each. Nothing for anybody else."""
    if not viewer.roles & {Role.MEMBER, Role.TEAM}:
        return []
    own, rounds, organisations = _LENGTHS
    first, second, third = own, own + rounds, own + rounds + organisations
    not_theirs = list(viewer.interests | viewer.organisation_ids)
    found: Sequence[Sequence[Any]] = session.connection().execute(query, {"not_theirs": not_theirs}).all()
    return [
        (
            Sent._make((*row[:first], ItsRound._make(row[first:second]), ItsOrganisation._make(row[second:third]))),
            row[third:],
        )
        for row in found
    ]


def load_queue(session: Session, viewer: Viewer) -> list[Queued]:
    """Submitted returns that wait for the Assembly, in the order in which to look, without those it must not decide.

    Two statements, however many there are.
    """
    found = _load_sent(session, viewer, _QUEUE)
    people = _load_people(session) if found else {}
    queued = [_queued(row, more, people.get(row.id, _People()), viewer.user_id) for row, more in found]
    return sorted(queued, key=lambda each: (order_of(each.waiting), each.row.round.code, each.row.organisation.name))


class _People:
    """Those who were asked to look at a return, and those who gave an opinion on a revision of it."""

    def __init__(self) -> None:
        self.reviewers: list[Reviewer] = []
        self.givers: set[tuple[int, int]] = set()


_ASKED = (
    select(literal("asked", String), Return.id, literal(0, Integer), User.id, User.name)
    .join(ReviewAssignment, ReviewAssignment.return_id == Return.id)
    .join(User, User.id == ReviewAssignment.user_id)
    .where(Return.status == Status.SUBMITTED, ~has_interest_in(User.id, Return.organisation_id))
)
_GAVE = (
    select(literal("gave", String), Return.id, ReviewOpinion.revision, ReviewOpinion.user_id, ReviewOpinion.who)
    .join(ReviewOpinion, ReviewOpinion.return_id == Return.id)
    .where(Return.status == Status.SUBMITTED, ~has_interest_in(ReviewOpinion.user_id, Return.organisation_id))
)
_PEOPLE = union_all(_ASKED, _GAVE)


def _load_people(session: Session) -> Mapping[int, _People]:
    """Reviewers and givers of opinions of everything that waits, without those who have an interest by now."""
    people: dict[int, _People] = {}
    for what, return_id, revision, user_id, name in session.connection().execute(_PEOPLE).all():
        of_it = people.setdefault(return_id, _People())
        if what == "asked":
            of_it.reviewers.append(Reviewer(user_id, name))
        else:
            of_it.givers.add((revision, user_id))
    return people


def _queued(row: Sent, more: Sequence[Any], people: _People, me: int) -> Queued:
    is_late, submitted_at, unexplained, explained, is_first = more
    kept = None if unexplained is None else Signals(unexplained, explained, is_first)
    givers = {user_id for revision, user_id in people.givers if revision == row.revision}
    is_mine = any(each.user_id == me for each in people.reviewers) and me not in givers
    reviewers = sorted(people.reviewers, key=lambda each: each.name)
    waiting = Waiting(kept, is_late, row.revision, submitted_at, is_mine)
    return Queued(row, waiting, reviewers, len(givers), me in givers)


_NEWEST = (
    select(func.max(ReviewDecision.id))
    .where(ReviewDecision.verdict == Verdict.ACCEPT)
    .group_by(ReviewDecision.return_id)
)
_CHANGED = (
    _SENT.add_columns(ReviewDecision.who, ReviewDecision.at, ReviewDecision.digest, Submission.digest)
    .outerjoin(ReviewDecision, and_(ReviewDecision.return_id == Return.id, ReviewDecision.id.in_(_NEWEST)))
    .outerjoin(Submission, and_(Submission.return_id == Return.id, Submission.revision == Return.accepted_revision))
    .where(
        Return.accepted_revision > 0,
        or_(Return.status != Status.ACCEPTED, ReviewDecision.digest != Submission.digest),
    )
    .order_by(Return.changed_at.desc(), Round.code.desc(), Return.id)
)


def load_changed(session: Session, viewer: Viewer) -> list[Changed]:
    """Accepted returns that changed after the decision, the latest change first. One statement."""
    return [
        Changed(
            row,
            who or "",
            at,
            row.accepted_revision,
            changed_since(row.accepted_revision, digest or "", Stand(Status(row.status), row.revision, now or "")),
        )
        for row, (who, at, digest, now) in _load_sent(session, viewer, _CHANGED)
    ]
