"""The sums of a round, made again from the numbers of its accepted returns in the same transaction.

Dashboards and indicator pages read the sums, so that their cost does not grow with the number of organisations.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.definitions import DEFINED
from anchor_portal.models import Base, Round, Total
from anchor_portal.queries.shares import LEVELS
from anchor_portal.services.figures.coverage import coverage_of
from anchor_portal.services.figures.sums import Sums, sum_carried, sums_of_groups, sums_of_panels, sums_of_tiers

__all__ = ["DEFINED", "hold_rounds", "remake_all_totals", "remake_totals", "totals_of"]

FROM_EARLIER_ROUNDS = ("coverage", "panel_before", "panel_after")
"""Breakdowns that change when something is accepted in an earlier round, or a round is added before."""

AMOUNTS = ("unknown", "largest_numerator", "second_numerator", "largest_denominator", "second_denominator", "carried")


def hold_rounds(session: Session) -> None:
    """Take turns, until the commit, with whoever else changes figures, and see where every round stands now.

    Without it two returns accepted at the same time would each make totals that lack the other.
    """
    query = select(Round).order_by(Round.id).with_for_update(key_share=True)
    session.scalars(query.execution_options(populate_existing=True)).all()


def remake_totals(session: Session, round_: Round) -> None:
    """Make the round's sums again, and what later rounds take from it."""
    hold_rounds(session)
    _replace(session, totals_of(session, round_), Total.round_id == round_.id)
    for later in session.scalars(select(Round).where(Round.code > round_.code).order_by(Round.code)).all():
        _remake_what_follows(session, later)


def remake_all_totals(session: Session) -> None:
    """Make the sums of every round again, each once: what later rounds take from earlier ones does not lie in sums."""
    hold_rounds(session)
    for round_ in session.scalars(select(Round).order_by(Round.code)).all():
        _replace(session, totals_of(session, round_), Total.round_id == round_.id)


def _remake_what_follows(session: Session, round_: Round) -> None:
    """What a round takes from earlier ones: headcounts, the panels that it is compared with, tables carried forward."""
    rows = [_total(round_, row) for row in (*coverage_of(session, round_), *sums_of_panels(session, round_))]
    stale = and_(Total.round_id == round_.id, Total.breakdown.in_(FROM_EARLIER_ROUNDS))
    _replace(session, rows, stale)
    by_level = and_(Total.round_id == round_.id, Total.measure == LEVELS, Total.breakdown == "all")
    session.execute(update(Total).where(by_level).values(carried=sum_carried(session, round_)))


def _replace(session: Session, rows: list[dict[str, Any]], stale: ColumnElement[bool]) -> None:
    session.execute(delete(Total).where(stale))
    if rows:
        session.connection().execute(insert(Base.metadata.tables[Total.__tablename__]), rows)


def totals_of(session: Session, round_: Round) -> list[dict[str, Any]]:
    """The sums of a round, computed from its measures: what `remake_totals` stores and `doctor` compares."""
    rows = [
        *(_with_carried(session, round_, row) for row in sums_of_groups(session, round_)),
        *sums_of_tiers(session, round_),
        *coverage_of(session, round_),
        *sums_of_panels(session, round_),
    ]
    return [_total(round_, row) for row in rows]


def _with_carried(session: Session, round_: Round, row: Sums) -> Sums:
    is_whole = row["measure"] == LEVELS and row["breakdown"] == "all"
    return row | {"carried": sum_carried(session, round_)} if is_whole else row


def _total(round_: Round, row: Sums) -> dict[str, Any]:
    return {"round_id": round_.id, "percentage_only": 0, "note": ""} | dict.fromkeys(AMOUNTS, Decimal(0)) | row
