"""What the Assembly's dashboard shows: indicators over the rounds, and a page of the grid of pledges."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.indicators import IndicatorView, inside
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.measures import PLEDGE
from anchor_portal.domain.pledges import NUMBERS
from anchor_portal.models import MeasureRow, Organisation, Publication, Return, Round
from anchor_portal.queries.figures import load_figures
from anchor_portal.queries.published import thaw
from anchor_portal.queries.rounds import _expected

PAGE_SIZE = 50
"""Organisations on a page of the grid: its cost does not grow with their number."""

PLEDGE_OF = {f"{PLEDGE}{number}": number for number in NUMBERS}


class Outcome(StrEnum):
    """How far a pledge is evidenced in an accepted return, in the words of the grid."""

    EVIDENCED = "Evidenced"
    PARTLY = "Partly"
    NOT_YET = "Not yet"
    NOT_ASKED = "Not asked"


@dataclass(frozen=True, slots=True)
class GridRow:
    """An organisation in the grid; it has outcomes once its return is accepted."""

    organisation_id: int
    slug: str
    name: str
    status: Status
    outcomes: dict[int, Outcome] = field(default_factory=dict)


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


def load_trends(session: Session, rounds: Iterable[Listed], threshold: int) -> dict[str, list[IndicatorView]]:
    """The indicators of rounds by round, the earliest first, unprotected: frozen, else computed now."""
    every = sorted(rounds, key=lambda listed: listed.round.code)
    unpublished = [listed.round for listed in every if listed.frozen is None]
    codes = [listed.round.code for listed in every]
    figures = load_figures(session, unpublished, codes, threshold) if unpublished else {}
    return {
        listed.round.code: [inside(figure, threshold) for figure in figures[listed.round.code]]
        if listed.frozen is None
        else thaw(listed.frozen)
        for listed in every
    }


def load_grid(session: Session, round_: Round, page: int) -> list[GridRow]:
    """A page of the organisations of a round by name, with what their accepted returns evidence: one statement."""
    wanted = (
        _expected(round_)
        .with_only_columns(Organisation.id, Organisation.slug, Organisation.name, Return.status)
        .order_by(func.lower(Organisation.name), Organisation.id)
        .limit(PAGE_SIZE)
        .offset((page - 1) * PAGE_SIZE)
        .subquery()
    )
    theirs = and_(
        MeasureRow.organisation_id == wanted.c.id,
        MeasureRow.round_id == round_.id,
        MeasureRow.measure.in_(PLEDGE_OF),
        MeasureRow.row == "",
    )
    query = (
        select(wanted, MeasureRow.measure, MeasureRow.numerator, MeasureRow.denominator)
        .outerjoin(MeasureRow, theirs)
        .order_by(func.lower(wanted.c.name), wanted.c.id)
    )
    rows: dict[int, GridRow] = {}
    for found in session.execute(query):
        status = Status(found.status or Status.NOT_STARTED)
        row = rows.setdefault(found.id, GridRow(found.id, found.slug, found.name, status))
        if found.measure is not None and status is Status.ACCEPTED:
            row.outcomes[PLEDGE_OF[found.measure]] = outcome_of(found.numerator, found.denominator)
    return list(rows.values())


def outcome_of(answered: float | None, asked: float | None) -> Outcome:
    """All that was asked is answered, some of it, none of it, or nothing was asked."""
    if not asked:
        return Outcome.NOT_ASKED
    if not answered:
        return Outcome.NOT_YET
    return Outcome.EVIDENCED if answered >= asked else Outcome.PARTLY
