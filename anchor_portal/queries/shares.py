"""What each organisation counted in a round has on its own: for distributions, and level tables carried forward."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.proportions import Total
from anchor_portal.models import MeasureRow, Round

LEVELS = "workforce.levels"
"""The measure whose table NHS bodies hold once a year, so that January may repeat July's."""


def load_shares(session: Session, round_: Round, definitions: Iterable[Definition]) -> dict[str, tuple[Total, ...]]:
    """By measure one total for each organisation counted, in a fixed order: one statement."""
    measures = [definition.measure for definition in definitions]
    found: dict[str, list[Total]] = {measure: [] for measure in measures}
    query = (
        select(MeasureRow.measure, MeasureRow.numerator, MeasureRow.denominator, MeasureRow.unknown)
        .where(MeasureRow.round_id == round_.id, MeasureRow.row == "", MeasureRow.measure.in_(measures))
        .order_by(MeasureRow.measure, MeasureRow.organisation_id)
    )
    for measure, numerator, denominator, unknown in session.execute(query):
        if numerator is not None and denominator is not None:
            found[measure].append(Total(numerator, denominator, unknown, 1))
    return {measure: tuple(totals) for measure, totals in found.items()}


def carried_in(session: Session, round_: Round, rounds: Sequence[Round] | None = None) -> dict[str, Any]:
    """What `carried_tables` is asked with, for a round; `rounds` are all that there are, where they are at hand."""
    if rounds is None:
        earlier = session.scalars(select(Round.id).where(Round.code < round_.code)).all()
    else:
        earlier = [each.id for each in rounds if each.code < round_.code]
    return {"carrying_id": round_.id, "carrying_code": round_.code, "earlier_ids": earlier}


@cache
def carried_tables() -> Select[int, Decimal | None]:
    """The organisations whose level table equals their last accepted one in all its rows, with its denominator.

    The last accepted table is that of the latest earlier round in which the organisation has one. Where its sums are
    others nothing more need be compared; else every row must have its equal, on both sides. The statement is made once,
    because that takes longer than asking.
    """
    alike = _with_the_same_sums().c
    here, there = aliased(MeasureRow), aliased(MeasureRow)
    own_row = and_(_of(here, alike), here.round_id == bindparam("carrying_id"))
    same_row = and_(_of(there, alike, here.row), there.round_id == alike.last_id, *_equal(there, here))
    return (
        select(alike.organisation_id, alike.denominator)
        .join(here, own_row)
        .outerjoin(there, same_row)
        .where(~_nearer(alike))
        .group_by(alike.organisation_id, alike.denominator, alike.last_id)
        .having(func.count() == func.count(there.row), func.count() == _rows_of(alike))
    )


def _with_the_same_sums() -> CTE:
    """Tables that have the sums of an earlier one of their organisation: few, so that they are found first."""
    mine, last, dated = aliased(MeasureRow), aliased(MeasureRow), aliased(Round)
    earlier = last.round_id.in_(bindparam("earlier_ids", expanding=True))
    found = (
        select(mine.organisation_id, mine.denominator, last.round_id.label("last_id"), dated.code.label("last_code"))
        .select_from(mine)
        .join(last, and_(_of(last, mine, ""), earlier, *_equal(last, mine)))
        .join(dated, dated.id == last.round_id)
        .where(mine.round_id == bindparam("carrying_id"), mine.measure == LEVELS, mine.row == "")
    )
    return found.cte("alike").prefix_with("MATERIALIZED")


def _of(one: Any, mine: Any, row: Any = None) -> ColumnElement[bool]:
    """A row of the same organisation's table: the named one, or any but the sums."""
    return and_(
        one.organisation_id == mine.organisation_id,
        one.measure == LEVELS,
        one.row != "" if row is None else one.row == row,
    )


def _nearer(alike: Any) -> ColumnElement[bool]:
    """Whether the organisation has a table in a round between that one and this."""
    other, between = aliased(MeasureRow), aliased(Round)
    return exists().where(
        _of(other, alike, ""),
        between.id == other.round_id,
        between.code > alike.last_code,
        between.code < bindparam("carrying_code"),
    )


def _rows_of(alike: Any) -> ColumnElement[int]:
    other = aliased(MeasureRow)
    return select(func.count()).where(_of(other, alike), other.round_id == alike.last_id).scalar_subquery()


def _equal(one: Any, other: Any) -> Iterator[ColumnElement[bool]]:
    return (getattr(one, name) == getattr(other, name) for name in ("numerator", "denominator", "unknown"))
