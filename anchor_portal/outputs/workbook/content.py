"""What a round's workbook is made from: the round, its returns as they stand, answers and indicators."""

from dataclasses import dataclass
from datetime import date

from anchor_portal.domain.answers.parts import Answers, Asking
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.outputs.tables import Cell


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed a revision, and when."""

    revision: int
    name: str
    role: str
    signed_on: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """An organisation of the round, where its return stands, and its answers.

    `answers` are the signed ones, else the draft's, and None where nobody has begun.
    """

    slug: str
    name: str
    sector: str
    place: str
    status: Status
    asking: Asking
    answers: Answers | None
    signed: Signed | None


@dataclass(frozen=True, slots=True)
class RoundContent:
    """A round with all that its workbook says; `cells` are the rows of its CSV, `views` the inside figures."""

    code: str
    title: str
    status: str
    opens_on: date
    closes_on: date
    period: tuple[date, date]
    questionnaire: Questionnaire
    returns: tuple[ReturnFacts, ...]
    cells: tuple[Cell, ...]
    views: tuple[IndicatorView, ...]
    partnership: str
    portal_name: str
    made_on: date
    demo: bool
