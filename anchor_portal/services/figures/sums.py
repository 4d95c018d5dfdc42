"""A round's numbers added up in the database: by sector and place in one pass, by tier, and beside an earlier round.

Sector and place are added up from the finest groups (sector and place together), and so is everyone: each row is read
once. The two largest parts of a sum are only kept for pounds, the only sums that one organisation can dominate. Each
statement is made once, because that takes longer than asking.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Executable,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from anchor_portal.domain.figures.definitions import DEFINED, earlier_round
from anchor_portal.models import LevelRow, MeasureRow, Organisation, Round, RoundMember
from anchor_portal.models.round_members import PLACE, SECTOR, as_published
from anchor_portal.queries.reference import LEVELS_VERSION
from anchor_portal.queries.shares import carried_in, carried_tables

Sums = dict[str, Any]
"""A row of the totals as it is stored, without its round."""

Key = tuple[str, str, str]
"""Measure, breakdown, code."""

AMOUNTS = ("numerator", "denominator", "unknown")
LARGEST = ("largest_numerator", "second_numerator", "largest_denominator", "second_denominator")
IN_POUNDS = tuple(definition.measure for definition in DEFINED if definition.kind_of_number == "gbp")
NOTHING = Decimal(0)


def sums_of_groups(session: Session, round_: Round) -> list[Sums]:
    """Every measure in all, by sector and by place, and how many returns gave a percentage only."""
    of_round = {"round_id": round_.id}
    pounds = _mappings(session, _in_pounds(), of_round)
    largest = {(row["measure"], row["sector"], row["place"]): row for row in pounds}
    groups: dict[Key, Sums] = {}
    for row in _mappings(session, _finest(), of_round):
        finest = row | largest.get((row["measure"], row["sector"], row["place"]), {})
        for breakdown, code in (("all", "all"), ("sector", row["sector"]), ("place", row["place"])):
            key = (row["measure"], breakdown, code)
            groups[key] = _joined(groups.get(key) or _empty(*key), finest)
    for row in _mappings(session, _percentages(), of_round):
        key = (row["measure"], "all", "all")
        groups[key] = (groups.get(key) or _empty(*key)) | {"percentage_only": row["number"]}
    return list(groups.values())


def _empty(measure: str, breakdown: str, code: str) -> Sums:
    return {"measure": measure, "breakdown": breakdown, "code": code, "returns": 0} | dict.fromkeys(AMOUNTS, NOTHING)


def _joined(one: Sums, other: Sums) -> Sums:
    """Two groups without a common organisation taken together."""
    joined = one | {name: one[name] + other[name] for name in (*AMOUNTS, "returns")}
    return joined | dict(_largest_of(one, other)) if LARGEST[0] in other else joined


def _largest_of(one: Sums, other: Sums) -> Iterator[tuple[str, Decimal]]:
    for names in (LARGEST[:2], LARGEST[2:]):
        amounts = sorted((each.get(name, NOTHING) for each in (one, other) for name in names), reverse=True)
        yield from zip(names, amounts[:2], strict=True)


def _mappings(session: Session, query: Executable, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (dict(row) for row in session.connection().execute(query, asked).mappings())


def is_counted(side: Any, round_id: str = "round_id") -> ColumnElement[bool]:
    """Both counts are there, in the round of that parameter: a return that lacks one leaves both sums."""
    return and_(side.round_id == bindparam(round_id), side.numerator.is_not(None), side.denominator.is_not(None))


@cache
def _finest() -> Select[Any]:
    """Sums by measure, sector and place, over the rows that are not of a level."""
    return (
        select(
            MeasureRow.measure,
            SECTOR.label("sector"),
            PLACE.label("place"),
            *(func.sum(getattr(MeasureRow, name)).label(name) for name in AMOUNTS),
            func.count().label("returns"),
        )
        .join(Organisation, Organisation.id == MeasureRow.organisation_id)
        .outerjoin(RoundMember, as_published(MeasureRow.round_id))
        .where(is_counted(MeasureRow), MeasureRow.row == "")
        .group_by(MeasureRow.measure, SECTOR, PLACE)
    )


@cache
def _percentages() -> Select[str, int]:
    """How many returns gave a percentage only, by measure."""
    return (
        select(MeasureRow.measure, func.count().label("number"))
        .where(MeasureRow.round_id == bindparam("round_id"), MeasureRow.percent.is_not(None))
        .group_by(MeasureRow.measure)
    )


@cache
def _in_pounds() -> Select[Any]:
    """The two largest parts of each of the finest groups of pounds."""
    entries = (
        select(MeasureRow.measure, SECTOR.label("sector"), PLACE.label("place"), *_amounts(MeasureRow))
        .join(Organisation, Organisation.id == MeasureRow.organisation_id)
        .outerjoin(RoundMember, as_published(MeasureRow.round_id))
        .where(is_counted(MeasureRow), MeasureRow.row == "", MeasureRow.measure.in_(IN_POUNDS))
    )
    return _two_largest(entries, ["measure", "sector", "place"])


def _amounts(side: Any) -> Iterator[Any]:
    return (getattr(side, name).label(name) for name in AMOUNTS)


def _two_largest(entries: Select[Any], group: Sequence[str], *prefixes: str) -> Select[Any]:
    """The largest and the second numerator and denominator of each group of entries; 0 where there is no second.

    The amounts have names like `numerator`, or with each of the prefixes.
    """
    each = entries.subquery()
    by = [each.c[name] for name in group]
    parts = [(prefix, part) for prefix in prefixes or ("",) for part in AMOUNTS[:2]]
    ranks = [
        func.row_number().over(partition_by=by, order_by=each.c[f"{prefix}{part}"].desc()).label(f"by_{prefix}{part}")
        for prefix, part in parts
    ]
    ranked = select(each, *ranks).subquery()
    keys = [ranked.c[name] for name in group]
    largest = [
        _ranked(ranked.c[f"by_{prefix}{part}"] == rank, ranked.c[f"{prefix}{part}"]).label(f"{prefix}{name}_{part}")
        for prefix, part in parts
        for rank, name in ((1, "largest"), (2, "second"))
    ]
    leading = or_(*(ranked.c[f"by_{prefix}{part}"] <= 2 for prefix, part in parts))
    return select(*keys, *largest).where(leading).group_by(*keys)


def _ranked(is_placed: ColumnElement[bool], amount: ColumnElement[Any]) -> ColumnElement[Any]:
    """The one amount that has the place; 0 where there is none."""
    return func.coalesce(func.max(case((is_placed, amount))), literal(0, amount.type))


def sums_of_tiers(session: Session, round_: Round) -> list[Sums]:
    """Sums by tier: rows of the levels table as they were signed, whatever scale the register has since.

    No two scales have a level in common.
    """
    return list(_mappings(session, _by_tier(), {"round_id": round_.id}))


@cache
def _by_tier() -> Select[Any]:
    on_level = and_(LevelRow.version == LEVELS_VERSION, LevelRow.code == MeasureRow.row)
    return (
        select(
            MeasureRow.measure,
            literal("tier").label("breakdown"),
            LevelRow.tier.label("code"),
            *(func.sum(getattr(MeasureRow, name)).label(name) for name in AMOUNTS),
            func.count(MeasureRow.organisation_id.distinct()).label("returns"),
        )
        .join(LevelRow, on_level)
        .where(is_counted(MeasureRow), MeasureRow.row != "")
        .group_by(MeasureRow.measure, LevelRow.tier)
    )


def sums_of_panels(session: Session, round_: Round) -> list[Sums]:
    """The sums of the organisations counted in this round and in the one that it is compared with."""
    rounds = {row.code: row.id for row in session.execute(select(Round.code, Round.id))}
    wanted: dict[str, set[str]] = {}
    for definition in DEFINED:
        earlier = earlier_round(round_.code, definition, rounds)
        if earlier:
            wanted.setdefault(earlier, set()).add(definition.measure)
    return [
        row
        for earlier, measures in wanted.items()
        for row in _panel(session, round_, (earlier, rounds[earlier]), sorted(measures))
    ]


def _panel(session: Session, round_: Round, earlier: tuple[str, int], measures: Sequence[str]) -> Iterator[Sums]:
    """Both sides of the panel of each measure."""
    asked = {"round_id": round_.id, "earlier_id": earlier[1], "measures": measures}
    sums = {row["measure"]: row for row in _mappings(session, _both_sides(), asked)}
    pounds = sorted(set(IN_POUNDS) & set(measures))
    largest = list(_mappings(session, _both_largest(), asked | {"measures": pounds})) if pounds else []
    for row in largest:
        sums[row["measure"]] |= row
    for measure, row in sums.items():
        for side in ("before", "after"):
            key = {"measure": measure, "breakdown": f"panel_{side}", "code": earlier[0], "returns": row["returns"]}
            yield key | {name: row[f"{side}_{name}"] for name in (*AMOUNTS, *LARGEST) if f"{side}_{name}" in row}


def _matched() -> Select[Any]:
    """The rows of the organisations counted in both rounds, side by side."""
    measures: BindParameter[Any] = bindparam("measures", expanding=True)
    after, before = aliased(MeasureRow), aliased(MeasureRow)
    amounts = [
        getattr(table, name).label(f"{side}_{name}")
        for side, table in (("before", before), ("after", after))
        for name in AMOUNTS
    ]
    wanted = [(table.row == "", table.measure.in_(measures)) for table in (before, after)]
    same = and_(before.organisation_id == after.organisation_id, before.measure == after.measure)
    query = select(after.measure, *amounts).join(before, same)
    return query.where(is_counted(after), is_counted(before, "earlier_id"), *chain(*wanted))


@cache
def _both_sides() -> Select[Any]:
    each = _matched().subquery()
    sums = [func.sum(column).label(column.name) for column in each.c if column.name != "measure"]
    return select(each.c.measure, func.count().label("returns"), *sums).group_by(each.c.measure)


@cache
def _both_largest() -> Select[Any]:
    return _two_largest(_matched(), ["measure"], "before_", "after_")


def sum_carried(session: Session, round_: Round) -> Decimal:
    """How much of the denominator by ethnicity stands in level tables that are only carried forward."""
    return session.connection().scalar(_carried(), carried_in(session, round_)) or NOTHING


@cache
def _carried() -> Select[Decimal | None]:
    return select(func.sum(carried_tables().subquery().c.denominator))
