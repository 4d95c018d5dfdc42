"""What the Assembly's dashboard shows: indicators over the rounds, and a page of the grid of pledges."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.indicators import IndicatorView, inside
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.measures import PLEDGE
from anchor_portal.domain.pledges import NUMBERS
from anchor_portal.models import MeasureRow, Organisation, Publication, Return, Round
from anchor_portal.queries.figures import load_figures
from anchor_portal.queries.published import thaw
from anchor_portal.queries.rounds import expected_organisations

PAGE_SIZE = 50
"""Organisations on a page of the grid: its cost does not grow with their number."""


class Outcome(StrEnum):
    """How far a pledge is evidenced in an accepted return, in the words of the grid."""

    EVIDENCED = "Evidenced"
    PARTLY = "Partly"
    NOT_YET = "Not yet"
    NOT_ASKED = "Not asked"


def _outcome(measure: str) -> ColumnElement[str]:
    """What the counts of a pledge mean: questions answered, of questions asked; one measure, so `max` is its own."""
    meaning = case(
        (MeasureRow.denominator == 0, Outcome.NOT_ASKED),
        (MeasureRow.numerator == 0, Outcome.NOT_YET),
        (MeasureRow.numerator < MeasureRow.denominator, Outcome.PARTLY),
        else_=Outcome.EVIDENCED,
    )
    return func.max(case((MeasureRow.measure == measure, meaning)))


PLEDGE_MEASURES = [f"{PLEDGE}{number}" for number in NUMBERS]
OUTCOMES = [_outcome(measure) for measure in PLEDGE_MEASURES]


@dataclass(frozen=True, slots=True)
class GridRow:
    """An organisation in the grid; once its return is accepted, it has an outcome for each pledge in turn."""

    organisation_id: int
    slug: str
    name: str
    status: Status
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A round, and what was frozen of it when it was published; None before."""

    round: Round
    frozen: str | None


def load_listed(session: Session) -> list[Listed]:
    """Every round, the newest first, with the newest revision of its frozen figures: one statement."""
    newest = (
        select(Publication.round_id, func.max(Publication.revision).label("revision"))
        .group_by(Publication.round_id)
        .subquery()
    )
    stands = and_(Publication.round_id == newest.c.round_id, Publication.revision == newest.c.revision)
    query = (
        select(Round, Publication.inside)
        .outerjoin(newest, newest.c.round_id == Round.id)
        .outerjoin(Publication, stands)
        .order_by(Round.code.desc())
    )
    return [Listed(round_, frozen) for round_, frozen in session.execute(query)]


def load_trends(
    session: Session, rounds: Iterable[Listed], threshold: int, detailed: Iterable[str] = ()
) -> dict[str, list[IndicatorView]]:
    """The indicators of rounds by round, the earliest first, unprotected: frozen, else computed now.

    Of the rounds computed now only the `detailed` ones come with their breakdowns.
    """
    every = sorted(rounds, key=lambda listed: listed.round.code)
    unpublished = [listed.round for listed in every if listed.frozen is None]
    codes = [listed.round.code for listed in every]
    figures = load_figures(session, unpublished, codes, threshold, detailed=detailed) if unpublished else {}
    return {
        listed.round.code: [inside(figure, threshold) for figure in figures[listed.round.code]]
        if listed.frozen is None
        else thaw(listed.frozen)
        for listed in every
    }


def load_grid(session: Session, round_: Round, page: int) -> list[GridRow]:
    """A page of the organisations of a round by name, with what their accepted returns evidence: one statement."""
    wanted = (
        expected_organisations(round_)
        .with_only_columns(
            Organisation.id, Organisation.slug, Organisation.name, Return.status, Return.accepted_revision
        )
        .order_by(func.lower(Organisation.name), Organisation.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
        .subquery()
    )
    theirs = and_(
        MeasureRow.organisation_id == wanted.c.id,
        MeasureRow.round_id == round_.id,
        MeasureRow.measure.in_(PLEDGE_MEASURES),
        MeasureRow.row == "",
    )
    query = (
        select(wanted, *OUTCOMES)
        .outerjoin(MeasureRow, theirs)
        .group_by(wanted.c.id, wanted.c.slug, wanted.c.name, wanted.c.status, wanted.c.accepted_revision)
        .order_by(func.lower(wanted.c.name), wanted.c.id)
    )
    return [_row(*found) for found in session.execute(query)]


def _row(
    organisation_id: int, slug: str, name: str, status: str | None, accepted: int | None, *outcomes: str | None
) -> GridRow:
    standing = Status(status or Status.NOT_STARTED)
    known = outcomes if accepted else ()
    return GridRow(organisation_id, slug, name, standing, tuple(Outcome(each or Outcome.NOT_ASKED) for each in known))
