"""The Assembly's review of returns: outcomes, opinions, comments, decisions, and who was asked to look."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    Text,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from anchor_portal.models import (
    Grant,
    Interest,
    PledgeOutcome,
    Return,
    ReviewAssignment,
    ReviewComment,
    ReviewDecision,
    ReviewOpinion,
    Round,
    User,
)


def load_outcomes(session: Session, return_ids: Collection[int]) -> Mapping[int, Mapping[int, PledgeOutcome]]:
    """By return, and by the number of the pledge: what the Assembly found last. One statement.

    Outcomes are written with each decision and before the meeting; `revision` says about which revision each one is.
    A return without any is not among the keys.
    """
    wanted = set(return_ids)
    if not wanted:
        return {}
    newest = (
        select(func.max(PledgeOutcome.id))
        .where(PledgeOutcome.return_id.in_(wanted))
        .group_by(PledgeOutcome.return_id, PledgeOutcome.pledge)
    )
    found: dict[int, dict[int, PledgeOutcome]] = {}
    for row in session.scalars(
        select(PledgeOutcome).where(PledgeOutcome.id.in_(newest)).order_by(PledgeOutcome.pledge)
    ):
        found.setdefault(row.return_id, {})[row.pledge] = row
    return found


def has_interest_in(user_id: Any, organisation_id: Any) -> ColumnElement[bool]:
    """Whether a person declared an interest in an organisation, or holds a role in it."""
    declared = select(Interest.user_id).where(Interest.user_id == user_id, Interest.organisation_id == organisation_id)
    holds = select(Grant.id).where(Grant.user_id == user_id, Grant.organisation_id == organisation_id)
    return declared.exists() | holds.exists()


@dataclass(frozen=True, slots=True)
class Note:
    """Something that was said, found or decided in a review; which fields are filled depends on what it is.

    `word` is a verdict or an outcome, `digest` the SHA-256 of the revision that a decision was about.
    """

    id: int
    pledge: int
    revision: int
    user_id: int | None
    who: str
    word: str
    text: str
    digest: str
    at: datetime


@dataclass
class ReviewNotes:
    """All that the Assembly said about one return, each kind with the first one first.

    `outcomes` are the newest of each pledge, `earlier` those of the round that the return is compared with.
    """

    comments: list[Note] = field(default_factory=list)
    opinions: list[Note] = field(default_factory=list)
    assigned: list[Note] = field(default_factory=list)
    decisions: list[Note] = field(default_factory=list)
    outcomes: dict[int, Note] = field(default_factory=dict)
    earlier: dict[int, Note] = field(default_factory=dict)

    def opinions_on(self, revision: int) -> list[Note]:
        """The opinions on one revision."""
        return [each for each in self.opinions if each.revision == revision]


def load_notes(session: Session, row: Return, earlier_round: str) -> ReviewNotes:
    """Everything of one return's review, and the outcomes of an earlier round. One statement.

    Whoever has an interest in the organisation by now is no reviewer: their opinions and assignments do not count.
    """
    notes = ReviewNotes()
    _fill(notes, session.connection().execute(_all_notes(row.id, row.organisation_id, earlier_round)).all())
    return notes


def _fill(notes: ReviewNotes, rows: Sequence[Any]) -> None:
    """Sort what was loaded into its kinds; the newest outcome of a pledge comes last, and stays."""
    for what, *fields in sorted(rows, key=lambda each: each.id):
        note = Note(*fields)
        if what == "outcome":
            notes.outcomes[note.pledge] = note
        elif what == "earlier":
            notes.earlier[note.pledge] = note
        else:
            getattr(notes, what).append(note)


def _outcomes_of(return_id: int) -> Select[Any]:
    of_it = _note("outcome", PledgeOutcome, PledgeOutcome.outcome, PledgeOutcome.note)
    return of_it.where(PledgeOutcome.return_id == return_id)


def _decisions_of(return_id: int) -> Select[Any]:
    of_it = _note("decisions", ReviewDecision, ReviewDecision.verdict, ReviewDecision.summary, ReviewDecision.digest)
    return of_it.where(ReviewDecision.return_id == return_id)


@lru_cache(maxsize=200)
def _all_notes(return_id: int, organisation_id: int, earlier_round: str) -> CompoundSelect[Any]:
    assigned_name = select(User.name).where(User.id == ReviewAssignment.user_id).scalar_subquery()
    impartial_opinion = ~has_interest_in(ReviewOpinion.user_id, organisation_id)
    impartial_reviewer = ~has_interest_in(ReviewAssignment.user_id, organisation_id)
    return union_all(
        _note("comments", ReviewComment, "", ReviewComment.text).where(ReviewComment.return_id == return_id),
        _note("opinions", ReviewOpinion, ReviewOpinion.verdict, ReviewOpinion.text).where(
            ReviewOpinion.return_id == return_id, impartial_opinion
        ),
        _outcomes_of(return_id),
        _note("earlier", PledgeOutcome, PledgeOutcome.outcome, PledgeOutcome.note)
        .join(Return, Return.id == PledgeOutcome.return_id)
        .join(Round, Round.id == Return.round_id)
        .where(Return.organisation_id == organisation_id, Round.code == earlier_round),
        _decisions_of(return_id),
        select(
            literal("assigned", String),
            ReviewAssignment.user_id,
            literal(0, Integer),
            literal(0, Integer),
            ReviewAssignment.user_id,
            assigned_name,
            literal("", String),
            cast(ReviewAssignment.assigned_by, Text),
            literal("", String),
            ReviewAssignment.assigned_at,
        ).where(ReviewAssignment.return_id == return_id, impartial_reviewer),
    )


def _note(what: str, model: Any, word: Any, text: Any, digest: Any = "") -> Select[Any]:
    """The columns of a note, for one kind of row."""
    return select(
        literal(what, String).label("what"),
        model.id.label("id"),
        getattr(model, "pledge", literal(0, Integer)),
        model.revision,
        model.user_id,
        model.who,
        literal("", String) if word == "" else cast(word, String),
        cast(text, Text),
        literal("", String) if isinstance(digest, str) else digest,
        model.at,
    )


@dataclass(frozen=True, slots=True)
class Findings:
    """What an organisation reads of a review: what was decided last on which revision, the summary, the outcomes."""

    decision: Note
    outcomes: Mapping[int, Note]


def find_findings(session: Session, row: Return | None) -> Findings | None:
    """What the Assembly decided last about a return, and found; None before its first decision. One statement.

    Outcomes of a later revision are left out: they are not decided on yet.
    """
    if row is None or not row.revision:
        return None
    rows: Sequence[Any] = session.execute(union_all(_decisions_of(row.id), _outcomes_of(row.id))).all()
    notes = [(what, Note(*fields)) for what, *fields in sorted(rows, key=lambda each: each.id)]
    decisions = [note for what, note in notes if what == "decisions"]
    if not decisions:
        return None
    last = decisions[-1]
    decided = (note for what, note in notes if what == "outcome" and note.revision <= last.revision)
    newest = {note.pledge: note for note in decided}
    return Findings(last, dict(sorted(newest.items())))
