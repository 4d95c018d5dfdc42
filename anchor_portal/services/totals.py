"""The numbers of accepted returns, and the sums of a round made again from them in the same transaction.

Dashboards and indicator pages read the sums, so that their cost does not grow with the number of organisations.
"""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    SQLColumnExpression,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from anchor_portal.domain.checks import HEADCOUNT
from anchor_portal.domain.definitions import DEFINITIONS, MEASURES, earlier_round
from anchor_portal.domain.measures import measures_of
from anchor_portal.domain.parts import Answers
from anchor_portal.domain.sectors import SEVERAL_PLACES
from anchor_portal.models import LevelRow, MeasureRow, Organisation, Round, Total
from anchor_portal.queries.reference import LEVELS_VERSION
from anchor_portal.queries.returns import Found

DEFINED = (*DEFINITIONS, *MEASURES)
NAMED_AT_MOST = 50
"""Organisations without a headcount that are named; beyond that their number says enough."""

FROM_EARLIER_ROUNDS = ("coverage", "panel_before", "panel_after")
"""Breakdowns that change when something is accepted in an earlier round, or a round is added before."""

PLACE = func.coalesce(Organisation.main_place_code, SEVERAL_PLACES)
EVERYONE = literal("all")


def write_measures(session: Session, found: Found, answers: Answers) -> None:
    """Write the numbers of a return that was accepted, in place of those of an earlier revision."""
    delete_measures(session, found.round.id, found.organisation.id)
    rows = [
        {
            "organisation_id": found.organisation.id,
            "round_id": found.round.id,
            "measure": measure.key,
            "row": measure.row,
            "numerator": measure.numerator,
            "denominator": measure.denominator,
            "unknown": measure.unknown,
            "percent": measure.percent,
            "revision": found.get_row().revision,
        }
        for measure in measures_of(found.questionnaire, answers, found.asking)
    ]
    if rows:
        session.execute(insert(MeasureRow), rows)


def delete_measures(session: Session, round_id: int, organisation_id: int) -> None:
    """Take an organisation's numbers out of a round."""
    mine = and_(MeasureRow.round_id == round_id, MeasureRow.organisation_id == organisation_id)
    session.execute(delete(MeasureRow).where(mine))


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


def _remake_what_follows(session: Session, round_: Round) -> None:
    """What a round takes from earlier ones: headcounts for its coverage, and the panels that it is compared with."""
    rows = [_total(round_, row) for row in (*_coverage(session, round_), *_panels(session, round_))]
    stale = and_(Total.round_id == round_.id, Total.breakdown.in_(FROM_EARLIER_ROUNDS))
    _replace(session, rows, stale)


def _replace(session: Session, rows: list[dict[str, Any]], stale: ColumnElement[bool]) -> None:
    session.execute(delete(Total).where(stale))
    if rows:
        session.execute(insert(Total), rows)


def totals_of(session: Session, round_: Round) -> list[dict[str, Any]]:
    """The sums of a round, computed from its measures: what `remake_totals` stores and `doctor` compares."""
    rows = [
        *_everyone(session, round_),
        *_sums(session, round_, "sector", Organisation.sector),
        *_sums(session, round_, "place", PLACE),
        *_tiers(session, round_),
        *_coverage(session, round_),
        *_panels(session, round_),
    ]
    return [_total(round_, row) for row in rows]


def _total(round_: Round, row: dict[str, Any]) -> dict[str, Any]:
    nothing = dict.fromkeys(
        ("unknown", "largest_numerator", "second_numerator", "largest_denominator", "second_denominator"), 0
    )
    return {"round_id": round_.id, "percentage_only": 0, "note": ""} | nothing | row


def _counted(round_: Round) -> ColumnElement[bool]:
    """Both counts are there: a return that lacks one leaves both sums."""
    return and_(
        MeasureRow.round_id == round_.id, MeasureRow.numerator.is_not(None), MeasureRow.denominator.is_not(None)
    )


def _mappings(session: Session, query: Executable) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(query).mappings()]


def _sums(session: Session, round_: Round, breakdown: str, code: SQLColumnExpression[str]) -> list[dict[str, Any]]:
    """Sums by measure and group of one breakdown."""
    entries = (
        select(MeasureRow.measure, code.label("code"), *_amounts(MeasureRow))
        .join(Organisation, Organisation.id == MeasureRow.organisation_id)
        .where(_counted(round_), MeasureRow.row == "")
    )
    return [row | {"breakdown": breakdown} for row in _mappings(session, _grouped(entries))]


def _amounts(side: Any) -> tuple[Any, Any, Any]:
    return side.numerator.label("numerator"), side.denominator.label("denominator"), side.unknown.label("unknown")


def _grouped(entries: Select[Any]) -> Select[Any]:
    """Sums of entries by measure and code, with the two largest parts of each sum."""
    each = entries.subquery()
    group = (each.c.measure, each.c.code)
    ranked = select(
        each,
        func.row_number().over(partition_by=group, order_by=each.c.numerator.desc()).label("by_part"),
        func.row_number().over(partition_by=group, order_by=each.c.denominator.desc()).label("by_whole"),
    ).subquery()
    return select(
        ranked.c.measure,
        ranked.c.code,
        *(func.sum(ranked.c[name]).label(name) for name in ("numerator", "denominator", "unknown")),
        func.count().label("returns"),
        *(
            _ranked(ranked.c[rank] == place, ranked.c[amount]).label(f"{name}_{amount}")
            for rank, amount in (("by_part", "numerator"), ("by_whole", "denominator"))
            for place, name in ((1, "largest"), (2, "second"))
        ),
    ).group_by(ranked.c.measure, ranked.c.code)


def _ranked(is_placed: ColumnElement[bool], amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """The one amount that has the place; 0 where there is none."""
    return func.coalesce(func.max(case((is_placed, amount))), literal(0, amount.type))


def _everyone(session: Session, round_: Round) -> list[dict[str, Any]]:
    """The sums over all, each with how many returns gave a percentage only."""
    rows = {row["measure"]: row for row in _sums(session, round_, "all", EVERYONE)}
    query = (
        select(MeasureRow.measure, func.count().label("number"))
        .where(MeasureRow.round_id == round_.id, MeasureRow.percent.is_not(None))
        .group_by(MeasureRow.measure)
    )
    for found in session.execute(query):
        empty = {
            "measure": found.measure,
            "breakdown": "all",
            "code": "all",
            "numerator": 0,
            "denominator": 0,
            "returns": 0,
        }
        rows[found.measure] = rows.get(found.measure, empty) | {"percentage_only": found.number}
    return list(rows.values())


def _tiers(session: Session, round_: Round) -> list[dict[str, Any]]:
    """Sums by tier: rows of the levels table mapped by the scale of their organisation."""
    on_level = and_(
        LevelRow.version == LEVELS_VERSION, LevelRow.scale == Organisation.scale, LevelRow.code == MeasureRow.row
    )
    query = (
        select(
            MeasureRow.measure,
            literal("tier").label("breakdown"),
            LevelRow.tier.label("code"),
            func.sum(MeasureRow.numerator).label("numerator"),
            func.sum(MeasureRow.denominator).label("denominator"),
            func.sum(MeasureRow.unknown).label("unknown"),
            func.count(MeasureRow.organisation_id.distinct()).label("returns"),
        )
        .join(Organisation, Organisation.id == MeasureRow.organisation_id)
        .join(LevelRow, on_level)
        .where(_counted(round_), MeasureRow.row != "")
        .group_by(MeasureRow.measure, LevelRow.tier)
    )
    return _mappings(session, query)


def _is_expected(round_: Round) -> ColumnElement[bool]:
    """Signatory organisations on the closing date."""
    joined = or_(Organisation.joined_on.is_(None), Organisation.joined_on <= round_.closes_on)
    return and_(joined, or_(Organisation.left_on.is_(None), Organisation.left_on > round_.closes_on))


def _headcounts(round_: Round) -> Select[int, str, Decimal | None]:
    """Each expected organisation with its headcount: this round's, else the last accepted, else the register's."""
    returned = (
        select(MeasureRow.numerator)
        .join(Round, Round.id == MeasureRow.round_id)
        .where(
            MeasureRow.organisation_id == Organisation.id,
            MeasureRow.measure == HEADCOUNT,
            MeasureRow.row == "",
            Round.code <= round_.code,
        )
        .order_by(Round.code.desc())
        .limit(1)
        .scalar_subquery()
    )
    headcount = func.coalesce(returned, Organisation.headcount * 100).label("headcount")
    return select(Organisation.id, Organisation.name, headcount).where(_is_expected(round_))


def _coverage(session: Session, round_: Round) -> list[dict[str, Any]]:
    """For each measure the headcount of those counted, over that of all expected; `returns` are those expected."""
    everyone = _headcounts(round_).cte("headcounts")
    total, expected = session.execute(select(func.sum(everyone.c.headcount), func.count(everyone.c.id))).one()
    nameless = session.scalars(
        select(everyone.c.name).where(everyone.c.headcount.is_(None)).order_by(everyone.c.name).limit(NAMED_AT_MOST)
    ).all()
    counted = (
        select(MeasureRow.measure, func.sum(everyone.c.headcount).label("headcount"))
        .join(everyone, everyone.c.id == MeasureRow.organisation_id)
        .where(_counted(round_), MeasureRow.row == "")
        .group_by(MeasureRow.measure)
    )
    found = {row.measure: row.headcount for row in session.execute(counted)}
    return [
        {
            "measure": definition.measure,
            "breakdown": "coverage",
            "code": "all",
            "numerator": found.get(definition.measure) or 0,
            "denominator": total or 0,
            "returns": expected,
            "note": json.dumps(list(nameless), ensure_ascii=False) if nameless else "",
        }
        for definition in DEFINED
    ]


def _panels(session: Session, round_: Round) -> list[dict[str, Any]]:
    """The sums of the organisations counted in this round and in the one that it is compared with."""
    rounds = {row.code: row.id for row in session.execute(select(Round.code, Round.id))}
    wanted: dict[str, list[str]] = {}
    for definition in DEFINED:
        earlier = earlier_round(round_.code, definition, rounds)
        if earlier:
            wanted.setdefault(earlier, []).append(definition.measure)
    rows: list[dict[str, Any]] = []
    for earlier, measures in wanted.items():
        rows += _panel(session, round_, earlier, rounds[earlier], measures)
    return rows


def _panel(
    session: Session, round_: Round, earlier: str, earlier_id: int, measures: Iterable[str]
) -> list[dict[str, Any]]:
    later, before = aliased(MeasureRow), aliased(MeasureRow)
    same = and_(
        before.organisation_id == later.organisation_id,
        before.measure == later.measure,
        before.row == "",
        before.round_id == earlier_id,
        before.numerator.is_not(None),
        before.denominator.is_not(None),
    )
    here = and_(
        later.round_id == round_.id,
        later.row == "",
        later.measure.in_(list(measures)),
        later.numerator.is_not(None),
        later.denominator.is_not(None),
    )
    rows: list[dict[str, Any]] = []
    for breakdown, side in (("panel_before", before), ("panel_after", later)):
        entries = select(later.measure, literal(earlier).label("code"), *_amounts(side)).join(before, same).where(here)
        rows += [row | {"breakdown": breakdown} for row in _mappings(session, _grouped(entries))]
    return rows
