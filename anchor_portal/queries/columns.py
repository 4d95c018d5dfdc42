"""The columns that pages about returns need, where the models of whole rows would cost more time."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, literal
from sqlalchemy.orm import InstrumentedAttribute

from anchor_portal.models import Organisation, Return, ReturnStep, ReviewQuery, Round, Submission


class ItsReturn(NamedTuple):
    """Where a return stands, for those who only change its answers."""

    id: int
    status: str
    revision: int
    accepted_revision: int


class ItsRound(NamedTuple):
    """What a return needs to know of its round."""

    id: int
    code: str
    title: str
    questionnaire_id: int
    stage: str
    opens_on: date
    closes_on: date
    period_from: date
    period_to: date


class ItsOrganisation(NamedTuple):
    """What a return needs to know of its organisation."""

    id: int
    slug: str
    name: str
    printed_name: str
    sector: str
    scale: str
    headcount: int | None


class ItsStep(NamedTuple):
    """A step in a return's life, to be read."""

    step: str
    after: str
    revision: int
    at: datetime
    who: str
    reason: str


class ItsSubmission(NamedTuple):
    """A revision of a return as it was signed, to be read."""

    return_id: int
    revision: int
    answers: str
    digest: str
    signed_name: str
    signed_role: str
    signed_on: date
    submitted_at: datetime
    is_late: bool
    sector: str | None
    scale: str | None


Signed = Submission | ItsSubmission
"""A signed revision, whole or to be read."""


class ItsQuery(NamedTuple):
    """A query of the Assembly, to be read."""

    revision: int
    question: str
    text: str
    asked_at: datetime
    answer_by: date
    answer: str
    answered_by: str
    answered_at: datetime | None


def among(column: ColumnElement[Any] | InstrumentedAttribute[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether the column has one of these values, in a statement that is kept for them.

    SQLAlchemy writes a list out anew each time that a statement runs, for it may be another one then.
    """
    return column.in_([literal(value) for value in values])


STEP = tuple(getattr(ReturnStep, name) for name in ItsStep._fields)
SUBMISSION = tuple(getattr(Submission, name) for name in ItsSubmission._fields)
QUERY = tuple(getattr(ReviewQuery, name) for name in ItsQuery._fields)
RETURN = tuple(getattr(Return, name) for name in ItsReturn._fields)
ROUND = tuple(getattr(Round, name) for name in ItsRound._fields)
ORGANISATION = tuple(getattr(Organisation, name) for name in ItsOrganisation._fields)
