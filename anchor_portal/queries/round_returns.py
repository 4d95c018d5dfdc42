"""The returns of a whole round, read as they are used: ten thousand take as much memory as twenty."""

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.lifecycle import UNANSWERED, Status
from anchor_portal.domain.pledges import Outcome
from anchor_portal.models import Answer, Organisation, PledgeOutcome, Return, Round, Submission
from anchor_portal.queries.chasing import Signature
from anchor_portal.queries.reference import Asked
from anchor_portal.queries.rounds import WAS_WITHDRAWN, expected_organisations, is_counted_in

BATCH = 50
"""Rows fetched at a time."""
BY_NAME = (Organisation.sort_name, Organisation.id)
BY_SLUG = (Organisation.slug,)
STANDS = case(
    (and_(Return.status.in_(UNANSWERED), Return.revision > 0, WAS_WITHDRAWN), Return.accepted_revision),
    else_=Return.revision,
)
"""The revision that was submitted last and not withdrawn, else the one accepted last; 0 where there is none."""
SIGNED = and_(Submission.return_id == Return.id, Submission.revision == STANDS)
ASKED = (
    Organisation.slug,
    func.coalesce(Submission.sector, Organisation.sector),
    func.coalesce(Submission.scale, Organisation.scale),
    Organisation.headcount,
)
"""What an organisation is asked as: where it signed as the kind that it was then, and with a draft as the one that it is."""


class FoundOutcome(NamedTuple):
    """What the Assembly found last about one pledge, and of which revision."""

    pledge: int
    outcome: Outcome
    revision: int


class StoredReturn(NamedTuple):
    """An organisation of a round with what is stored of its return.

    `answers` are those signed last and not withdrawn, else those of the draft; None where nobody has begun, as `row` is.
    """

    organisation: Organisation
    row: Return | None
    answers: Answers | None
    signature: Signature | None
    asked: Asked
    outcomes: tuple[FoundOutcome, ...] = ()

    @property
    def status(self) -> Status:
        """Where the return stands."""
        return Status(self.row.status) if self.row else Status.NOT_STARTED


def read_round_returns(session: Session, round_: Round) -> Iterator[StoredReturn]:
    """Every organisation that is expected or sent a return, by name: three statements, read side by side."""
    outcomes = _Alongside(_stream(session, _outcomes(round_).order_by(*BY_NAME, PledgeOutcome.pledge)))
    for each in _read(session, round_):
        found = outcomes.take(each.row.id) if each.row else []
        yield each._replace(
            outcomes=tuple(FoundOutcome(row.pledge, Outcome(row.outcome), row.revision) for row in found)
        )


class LatestAnswers(NamedTuple):
    """An organisation's latest signed answers, else those of its draft."""

    organisation: Asked
    answers: Answers
    is_signed: bool


def load_latest(session: Session, round_: Round, slug: str | None = None) -> Iterator[LatestAnswers]:
    """Each return's latest signed answers, else its draft, by the organisation's slug: two statements."""
    only = () if slug is None else (Organisation.slug == slug,)
    drafts = _Alongside(_stream(session, _drafts(round_).where(*only).order_by(*BY_SLUG)))
    query = (
        select(*ASKED, Return.id, Submission.answers)
        .join(Return, Return.organisation_id == Organisation.id)
        .outerjoin(Submission, SIGNED)
        .where(Return.round_id == round_.id, *only)
        .order_by(*BY_SLUG)
    )
    for *organisation, return_id, text in _stream(session, query):
        answers = drafts.answers(return_id) if text is None else json.loads(text)
        yield LatestAnswers(Asked(*organisation), answers, text is not None)


def _read(session: Session, round_: Round) -> Iterator[StoredReturn]:
    columns = (
        Submission.revision,
        Submission.signed_name,
        Submission.signed_role,
        Submission.signed_on,
        Submission.is_late,
    )
    query = (
        expected_organisations(round_).outerjoin(Submission, SIGNED).add_columns(*ASKED, Submission.answers, *columns)
    )
    drafts = _Alongside(_stream(session, _drafts(round_).where(is_counted_in(round_)).order_by(*BY_NAME)))
    for organisation, row, *columns_of in _stream(session, query.order_by(*BY_NAME)):
        asked, (text, *signature) = Asked(*columns_of[: len(ASKED)]), columns_of[len(ASKED) :]
        if row is None:
            yield StoredReturn(organisation, None, None, None, asked)
        elif text is None:
            yield StoredReturn(organisation, row, drafts.answers(row.id), None, asked)
        else:
            yield StoredReturn(organisation, row, json.loads(text), Signature(*signature), asked)


def _drafts(round_: Round) -> Select[*tuple[Any, ...]]:
    """The answers of returns of which no signed revision stands."""
    return (
        select(Answer.return_id, Answer.question, Answer.parts)
        .join(Return, Return.id == Answer.return_id)
        .join(Organisation, Organisation.id == Return.organisation_id)
        .where(Return.round_id == round_.id, STANDS == 0)
    )


def _outcomes(round_: Round) -> Select[*tuple[Any, ...]]:
    """The newest row of each pledge of each return."""
    mine = select(Return.id).where(Return.round_id == round_.id)
    newest = (
        select(func.max(PledgeOutcome.id))
        .where(PledgeOutcome.return_id.in_(mine))
        .group_by(PledgeOutcome.return_id, PledgeOutcome.pledge)
    )
    return (
        select(PledgeOutcome.return_id, PledgeOutcome.pledge, PledgeOutcome.outcome, PledgeOutcome.revision)
        .join(Return, Return.id == PledgeOutcome.return_id)
        .join(Organisation, Organisation.id == Return.organisation_id)
        .where(PledgeOutcome.id.in_(newest))
    )


def count_outcomes(session: Session, round_: Round) -> dict[tuple[int, Outcome], int]:
    """How many organisations have which outcome, by the number of the pledge: one statement."""
    newest = _outcomes(round_).subquery()
    query = select(newest.c.pledge, newest.c.outcome, func.count()).group_by(newest.c.pledge, newest.c.outcome)
    return {(pledge, Outcome(outcome)): number for pledge, outcome, number in session.execute(query)}


def _stream(session: Session, query: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    """The rows a batch at a time, on PostgreSQL from a cursor of the server."""
    yield from session.execute(query.execution_options(yield_per=BATCH))


class _Alongside:
    """Rows in the order of the returns that they belong to, handed out return by return."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._groups = groupby(rows, key=lambda row: row.return_id)
        self._next = next(self._groups, None)

    def take(self, return_id: int) -> list[Any]:
        """The rows of a return, which must not come before one that was asked for earlier."""
        if self._next is None or self._next[0] != return_id:
            return []
        found = list(self._next[1])
        self._next = next(self._groups, None)
        return found

    def answers(self, return_id: int) -> dict[str, dict[str, str]]:
        """The rows of a return where they are answers."""
        return {each.question: each.parts for each in self.take(return_id)}
