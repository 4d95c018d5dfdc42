"""An attacker on published tables, who shares nothing with disclosure control: no solver, and none of its code.

What is possible for a group is a set of points (part, rest), where part and rest add up to the whole. Each such set is
a union of regions with limits on part, rest and whole. Regions whose limits are tight add up limit by limit, without
losing or gaining a whole number (integral generalised polymatroids: A. Frank and E. Tardos, "Generalized polymatroids
and submodular flows", Mathematical Programming 42, 1988, 489-563), so that everything that can be worked out follows
from sums of limits. `tests/domain/test_attacker.py` compares it with going through every table there is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from anchor_portal.domain.figures.definitions import get_definition
from anchor_portal.domain.figures.indicators import Group, RoundFigure
from anchor_portal.domain.figures.proportions import Total

Number = int | Fraction
Limits = tuple[Number, Number]
ROUNDED_TO = {"people": 5, "contracts": 5, "fte": 5, "gbp": 1000, "organisations": 1}
FEWEST = 5


class Region(NamedTuple):
    """Limits on part, rest and whole."""

    part: Limits
    rest: Limits
    whole: Limits


def tight(region: Region) -> Region | None:
    """The same points with limits that are all reached; None where there is no point."""
    (a, b), (c, d), (e, f) = region
    for _ in range(2):
        a, b = max(a, e - d), min(b, f - c)
        c, d = max(c, e - b), min(d, f - a)
        e, f = max(e, a + c), min(f, b + d)
    return Region((a, b), (c, d), (e, f)) if a <= b and c <= d and e <= f else None


def plus(one: Region, other: Region) -> Region:
    return Region(*((a[0] + b[0], a[1] + b[1]) for a, b in zip(one, other, strict=True)))


def minus(one: Region, other: Region) -> Region:
    return Region(*((a[0] - b[1], a[1] - b[0]) for a, b in zip(one, other, strict=True)))


def meet(one: Region, other: Region) -> Region | None:
    return tight(Region(*((max(a[0], b[0]), min(a[1], b[1])) for a, b in zip(one, other, strict=True))))


def contains(one: Region, other: Region) -> bool:
    return all(a[0] <= b[0] and b[1] <= a[1] for a, b in zip(one, other, strict=True))


def unite(regions: Iterable[Region | None]) -> list[Region]:
    """The regions that are in no other."""
    kept: list[Region] = []
    for region in {each for each in regions if each is not None}:
        if not any(contains(other, region) for other in kept):
            kept = [other for other in kept if not contains(region, other)] + [region]
    return kept


def add(one: list[Region], other: list[Region], cap: Number) -> list[Region]:
    return unite(cut(plus(a, b), cap) for a in one for b in other)


def cut(region: Region, cap: Number) -> Region | None:
    """Nobody is larger than everyone."""
    return meet(region, Region((0, cap), (0, cap), (0, cap)))


@dataclass(frozen=True)
class Finding:
    """What the attacker knows about a hidden number: the intervals that it may lie in."""

    table: str
    code: str
    place: str
    true: Number
    intervals: tuple[Limits, ...]
    has_no_figure: bool

    @property
    def values(self) -> int:
        """How many whole numbers are possible."""
        found: set[int] = set()
        for low, high in self.intervals:
            first = -(-low // 1)
            found.update(range(int(first), min(int(high // 1), int(first) + 2 * FEWEST) + 1))
        return len(found)

    @property
    def is_near(self) -> bool:
        """Whether it is placed within 10 per cent."""
        margin = Fraction(abs(self.true)) / 10
        return all(self.true - margin <= low and high <= self.true + margin for low, high in self.intervals)


@dataclass(frozen=True)
class Row:
    """A published row as the attacker reads it, beside what only the tests know: the truth."""

    table: str
    code: str
    shown: Mapping[str, Number | None]
    truth: Total
    has_no_figure: bool


def attack(published: Mapping[str, Any], figure: RoundFigure) -> list[Finding]:
    """Everything that a publication tells about its hidden numbers, where the headline is published.

    From the figure come only what is granted to the attacker: which hidden counts by ethnicity are 1 to 7, and which
    groups have no figure of any kind.
    """
    if published["numerator"] is None:
        return []
    attacker = _Attacker(published, figure)
    return [finding for table in attacker.tables for finding in attacker.findings(table)]


def breaches(published: Mapping[str, Any], figure: RoundFigure) -> list[Finding]:
    """The findings that tell too much."""
    kind = figure.definition.kind_of_number
    return [each for each in attack(published, figure) if tells_too_much(each, kind)]


def tells_too_much(finding: Finding, kind: str) -> bool:
    if kind == "organisations":
        return finding.place == "part" and finding.values < 2
    if finding.values < FEWEST:
        return True
    return finding.has_no_figure and finding.place != "rest" and finding.is_near


def leftovers(published: Mapping[str, Any], figure: RoundFigure) -> list[tuple[str, str]]:
    """Breakdowns and columns in which subtraction leaves a group that would have no figure itself."""
    found = []
    for name, rows in published["breakdowns"].items():
        totals = {group.code: group for group in figure.groups(name) if group.total and group.total.returns}
        given = [row for row in rows if row["code"] in totals]
        for column in ("numerator", "denominator"):
            rest = [totals[row["code"]] for row in given if row[column] is None]
            # where all are hidden, nothing is left but the headline
            has_silent = any(_is_silent(row) for row in given) and len(rest) < len(given)
            if published["numerator"] is not None and has_silent and _is_too_little(rest, column, figure, name):
                found.append((name, column))
    return found


def _is_too_little(rest: list[Group], column: str, figure: RoundFigure, name: str) -> bool:
    kind = figure.definition.kind_of_number
    if kind == "organisations" and column == "denominator":
        return False
    returns = [group.total.returns for group in rest if group.total]
    if (max(returns) if name == "tier" else sum(returns)) < 3:
        return True
    if kind != "gbp":
        return False
    amounts = sorted(
        (each for group in rest if group.largest for each in getattr(group.largest, f"{column}s")), reverse=True
    )
    whole = sum(getattr(group.total, column) for group in rest if group.total)
    return bool(whole) and (10 * amounts[0] > 7 * whole or 10 * (whole - amounts[0] - amounts[1]) < amounts[0])


class _Attacker:
    def __init__(self, published: Mapping[str, Any], figure: RoundFigure) -> None:
        self.definition = get_definition(published["definition"])
        self.kind = self.definition.kind_of_number
        self.cap = self._limits(_number(published["denominator"]), None, is_small=False)[1]
        truth = {name: {group.code: group for group in figure.groups(name)} for name in published["breakdowns"]}
        self.tables = {
            name: [
                self._row(name, row, truth[name][row["code"]].total)
                for row in rows
                if truth[name][row["code"]].total and truth[name][row["code"]].total.returns
            ]
            for name, rows in published["breakdowns"].items()
        }
        self.tables = {name: rows for name, rows in self.tables.items() if rows}
        assert figure.total is not None
        headline = Row("all", "all", _shown(published), figure.total, has_no_figure=False)
        self.sums = {name: self._sum(rows) for name, rows in self.tables.items()}
        self.everyone = self._regions(headline)
        for regions in self.sums.values():
            self.everyone = unite(meet(one, other) for one in self.everyone for other in regions)

    def _row(self, table: str, row: Mapping[str, Any], truth: Total) -> Row:
        shown = _shown(row)
        is_hidden = shown["part"] is None or shown["whole"] is None
        assert not (is_hidden and any(row[name] is not None for name in ("value", "lower", "upper"))), row
        return Row(
            table, row["code"], shown, truth, row["reason"] is not None and shown == _NOTHING and _is_silent(row)
        )

    def _sum(self, rows: Iterable[Row]) -> list[Region]:
        nothing = (0, 0)
        total = [Region(nothing, nothing, nothing)]
        for row in rows:
            total = add(total, self._regions(row), self.cap)
        return total

    def findings(self, table: str) -> Iterable[Finding]:
        """What is known about each hidden number of a breakdown."""
        for row in self.tables[table]:
            if None not in row.shown.values():
                continue
            others = self._sum(each for each in self.tables[table] if each is not row)
            possible = unite(
                meet(mine, minus(whole, rest))
                for mine in self._regions(row)
                for whole in self.everyone
                for rest in others
            )
            for place in ("part", "whole", *(["rest"] if self.definition.by_ethnicity else [])):
                if row.shown.get(place) is None:
                    intervals = tuple(getattr(region, place) for region in possible)
                    yield Finding(table, row.code, place, _true(row.truth, place), intervals, row.has_no_figure)

    def _regions(self, row: Row) -> list[Region]:
        """What is known about a row by itself: each number either shown, or small, or 0 or large."""
        choices = [self._choices(row, place) for place in ("part", "rest", "whole")]
        return unite(
            cut(Region(part, rest, whole), self.cap) if row.code != "all" else tight(Region(part, rest, whole))
            for part in choices[0]
            for rest in choices[1]
            for whole in choices[2]
        )

    def _choices(self, row: Row, place: str) -> list[Limits]:
        cap = getattr(self, "cap", 10**15)
        shown, true = row.shown.get(place), _true(row.truth, place)
        if self.kind == "organisations" and place == "whole":
            return [(true, true)]
        if shown is not None:
            return [self._limits(shown, row, is_small=False)]
        if not self.definition.by_ethnicity:
            return [(0, cap)]
        if 1 <= true <= 7:
            return [(1, 7)]
        if place == "rest" and row.shown["part"] is not None:
            # a numerator is shown only where the rest is large too, or where there is nobody
            return [(8, cap)] if row.shown["part"] else [(0, 0)]
        return [(0, 0), (8, cap)]

    def _limits(self, shown: Number | None, row: Row | None, *, is_small: bool) -> Limits:
        assert shown is not None
        base = ROUNDED_TO[self.kind]
        half = Fraction(base, 2) if self.kind in {"fte", "gbp"} else (base - 1) // 2
        if self.definition.by_ethnicity:
            return (max(8, shown - half), shown + half) if shown else (0, 0)
        return max(0, shown - half), shown + half


_NOTHING = {"part": None, "whole": None}


def _is_silent(row: Mapping[str, Any]) -> bool:
    return row["returns_counted"] is None


def _number(text: str | None) -> Number | None:
    return None if text is None else _exact(Decimal(text))


def _exact(amount: Decimal) -> Number:
    """Whole numbers as such: they are quicker."""
    return int(amount) if amount == int(amount) else Fraction(amount)


def _shown(row: Mapping[str, Any]) -> dict[str, Number | None]:
    return {"part": _number(row["numerator"]), "whole": _number(row["denominator"])}


def _true(total: Total, place: str) -> Number:
    part, whole = _exact(total.numerator), _exact(total.denominator)
    return {"part": part, "whole": whole, "rest": whole - part}[place]


def is_given_away(finding: Finding, published: Mapping[str, Any]) -> bool:
    """Whether the headline tells as much by itself: all or none said yes, or the sum is next to nothing."""
    part, whole = _number(published["numerator"]), _number(published["denominator"])
    assert part is not None
    assert whole is not None
    kind = get_definition(published["definition"]).kind_of_number
    return part in {0, whole} if kind in {"organisations", "fte", "people", "contracts"} else False
