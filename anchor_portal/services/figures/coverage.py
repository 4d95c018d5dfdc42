"""Who is expected in a round, and how much of the known workforce those counted employ."""

import json
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from anchor_portal.domain.answers.checks import HEADCOUNT
from anchor_portal.domain.figures.definitions import DEFINED
from anchor_portal.models import MeasureRow, Organisation, Round, RoundMember
from anchor_portal.models.round_members import as_published, is_expected_in
from anchor_portal.services.figures.sums import NOTHING, Sums, is_counted

NAMED_AT_MOST = 50
"""Organisations without a headcount that are named; beyond that their number says enough."""

MEASURED = tuple(dict.fromkeys(definition.measure for definition in DEFINED))
ALL = "all"


def is_expected(round_: Round) -> ColumnElement[bool]:
    """Signatory organisations on the closing date, or those that were when the round was published."""
    return is_expected_in(round_.id, round_.closes_on)


def _headcounts() -> Select[int, str, Decimal | None]:
    """Each expected organisation with its headcount: this round's, else as published, else the last accepted, else the
    register's.
    """
    own = aliased(MeasureRow)
    mine = and_(
        own.organisation_id == Organisation.id,
        own.round_id == bindparam("round_id"),
        own.measure == HEADCOUNT,
        own.row == "",
    )
    last = (
        select(MeasureRow.numerator)
        .join(Round, Round.id == MeasureRow.round_id)
        .where(MeasureRow.organisation_id == Organisation.id, MeasureRow.measure == HEADCOUNT, MeasureRow.row == "")
        .where(Round.code < bindparam("round_code"))
        .order_by(Round.code.desc())
        .limit(1)
        .correlate(Organisation)
        .scalar_subquery()
    )
    headcount = func.coalesce(own.numerator, RoundMember.headcount, last, Organisation.headcount * 100).label(
        "headcount"
    )
    in_round = bindparam("round_id", type_=Integer)
    return (
        select(Organisation.id, Organisation.name, headcount)
        .outerjoin(own, mine)
        .outerjoin(RoundMember, as_published(in_round))
        .where(is_expected_in(in_round, bindparam("closes_on", type_=Date)))
    )


def coverage_of(session: Session, round_: Round) -> list[Sums]:
    """For each measure the headcount of those counted, over that of all expected; `returns` are those expected."""
    asked = {"round_id": round_.id, "round_code": round_.code, "closes_on": round_.closes_on}
    found = {row.measure: row for row in session.connection().execute(_covered(), asked).all()}
    note = _names(session, asked) if found[ALL].nameless else ""
    return [
        {
            "measure": measure,
            "breakdown": "coverage",
            "code": "all",
            "numerator": (measure in found and found[measure].headcount) or NOTHING,
            "denominator": found[ALL].headcount or NOTHING,
            "returns": found[ALL].expected,
            "note": note,
        }
        for measure in MEASURED
    ]


@cache
def _covered() -> CompoundSelect[*tuple[Any, ...]]:
    """By measure the headcount of those counted, and of all expected; made once, because that takes longer than asking."""
    everyone = _headcounts().cte("headcounts")
    counted = (
        select(MeasureRow.measure.label("measure"), func.sum(everyone.c.headcount).label("headcount"))
        .add_columns(literal(0).label("expected"), literal(0).label("nameless"))
        .join(everyone, everyone.c.id == MeasureRow.organisation_id)
        .where(is_counted(MeasureRow), MeasureRow.row == "", MeasureRow.measure.in_(MEASURED))
        .group_by(MeasureRow.measure)
    )
    nameless = func.count().filter(everyone.c.headcount.is_(None))
    whole = select(literal(ALL), func.sum(everyone.c.headcount), func.count(), nameless).select_from(everyone)
    return union_all(counted, whole)


def _names(session: Session, asked: dict[str, Any]) -> str:
    """The organisations without a headcount, as JSON."""
    return json.dumps(list(session.connection().scalars(_nameless(), asked)), ensure_ascii=False)


@cache
def _nameless() -> Select[str]:
    everyone = _headcounts().subquery()
    nameless = select(everyone.c.name).where(everyone.c.headcount.is_(None)).order_by(everyone.c.name)
    return nameless.limit(NAMED_AT_MOST)
