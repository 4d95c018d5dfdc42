"""The sums of a round, made again from the numbers of its accepted returns in the same transaction.

Dashboards and indicator pages read the sums, so that their cost does not grow with the number of organisations.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import Delete, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.definitions import DEFINED
from anchor_portal.models import Base, Round, Total
from anchor_portal.queries.shares import LEVELS
from anchor_portal.services.figures.coverage import coverage_of
from anchor_portal.services.figures.sums import Sums, sum_carried, sums_of_groups, sums_of_panels, sums_of_tiers

__all__ = ["DEFINED", "hold_rounds", "remake_all_totals", "remake_totals", "totals_of"]

FROM_EARLIER_ROUNDS = ("coverage", "panel_before", "panel_after")
"""Breakdowns that change when something is accepted in an earlier round, or a round is added before."""

TABLE = Base.metadata.tables[Total.__tablename__]
_OF_ROUND = TABLE.c.round_id == bindparam("of_round")
_ALL = delete(TABLE).where(_OF_ROUND)
_FOLLOWING = _ALL.where(TABLE.c.breakdown.in_(FROM_EARLIER_ROUNDS))
_ADD = insert(TABLE)
_CARRY = (
    update(TABLE)
    .where(_OF_ROUND, TABLE.c.measure == LEVELS, TABLE.c.breakdown == "all")
    .values(carried=bindparam("is_carried"))
)
_EVERY_ROUND = (
    select(Round).order_by(Round.id).with_for_update(key_share=True).execution_options(populate_existing=True)
)
_LATER_ROUNDS = select(Round).where(Round.code > bindparam("code")).order_by(Round.code)

AMOUNTS = ("unknown", "largest_numerator", "second_numerator", "largest_denominator", "second_denominator", "carried")


def hold_rounds(session: Session) -> None:
    """Take turns, until the commit, with whoever else changes figures, and see where every round stands now.

    Without it two returns accepted at the same time would each make totals that lack the other.
    """
    session.scalars(_EVERY_ROUND).all()


def remake_totals(session: Session, round_: Round) -> None:
    """Make the round's sums again, and what later rounds take from it."""
    hold_rounds(session)
    _replace(session, round_, totals_of(session, round_), _ALL)
    for later in session.scalars(_LATER_ROUNDS, {"code": round_.code}).all():
        _remake_what_follows(session, later)


def remake_all_totals(session: Session) -> None:
    """Make the sums of every round again, each once: what later rounds take from earlier ones does not lie in sums."""
    hold_rounds(session)
    for round_ in session.scalars(select(Round).order_by(Round.code)).all():
        _replace(session, round_, totals_of(session, round_), _ALL)


def _remake_what_follows(session: Session, round_: Round) -> None:
    """What a round takes from earlier ones: headcounts, the panels that it is compared with, tables carried forward."""
    rows = [_total(round_, row) for row in (*coverage_of(session, round_), *sums_of_panels(session, round_))]
    _replace(session, round_, rows, _FOLLOWING)
    session.connection().execute(_CARRY, {"of_round": round_.id, "is_carried": sum_carried(session, round_)})


def _replace(session: Session, round_: Round, rows: list[dict[str, Any]], stale: Delete) -> None:
    connection = session.connection()
    connection.execute(stale, {"of_round": round_.id})
    if rows:
        connection.execute(_ADD, rows)


def totals_of(session: Session, round_: Round) -> list[dict[str, Any]]:
    """The sums of a round, computed from its measures: what `remake_totals` stores and `doctor` compares."""
    session.flush()
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
