"""Indicators of a round, read from its stored sums: as costly for a thousand organisations as for twenty."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Select, or_, select, type_coerce
from sqlalchemy.orm import Session

from anchor_portal.domain.disclosure.control import headline_is_shown
from anchor_portal.domain.figures.change import Panel
from anchor_portal.domain.figures.definitions import DEFINITIONS, Definition, earlier_round, in_force
from anchor_portal.domain.figures.indicators import Group, RoundFigure, Status
from anchor_portal.domain.figures.proportions import Largest
from anchor_portal.domain.figures.proportions import Total as Sums
from anchor_portal.domain.rounds import Stage, title_of
from anchor_portal.domain.sectors import SECTORS, SEVERAL_PLACES, TIERS
from anchor_portal.models import Place, Round, Total
from anchor_portal.models.base import Exact, from_hundredths
from anchor_portal.queries.columns import ItsRound, among

Key = tuple[str, str, str]
"""Measure, breakdown, code."""


WHOLE = ("all", "coverage", "panel_before", "panel_after")
"""The sums that a headline and its change are made of, without any breakdown."""


class Sum(NamedTuple):
    """A stored sum of a round, with the code of its round: the columns of the model `Total`."""

    round_code: str
    measure: str
    breakdown: str
    code: str
    numerator: Decimal
    denominator: Decimal
    unknown: Decimal
    returns: int
    percentage_only: int
    largest_numerator: Decimal
    second_numerator: Decimal
    largest_denominator: Decimal
    second_denominator: Decimal
    carried: Decimal
    note: str


_COLUMNS = [getattr(Total, name) for name in Sum._fields[1:]]
_EXACT = [place for place, column in enumerate(_COLUMNS, 1) if isinstance(column.type, Exact)]
"""The amounts among the columns: read as they are kept, in hundredths, and made into amounts when they are new."""
Row = tuple[Any, ...]


def _load_rows(
    session: Session, codes: Iterable[str], detailed: Iterable[str], measures: Iterable[str]
) -> tuple[Row, ...]:
    """The stored sums of some rounds, those of the `detailed` ones with their breakdowns."""
    query = _totals(tuple(sorted(codes)), tuple(sorted(detailed)), tuple(measures))
    return tuple(map(tuple, session.connection().execute(query).all()))


@lru_cache(maxsize=64)
def _totals(codes: tuple[str, ...], detailed: tuple[str, ...], measures: tuple[str, ...]) -> Select[*tuple[Any, ...]]:
    columns = [type_coerce(each, BigInteger) if isinstance(each.type, Exact) else each for each in _COLUMNS]
    return (
        select(Round.code, *columns)
        .join(Round, Round.id == Total.round_id)
        .where(among(Round.code, codes), among(Total.measure, measures))
        .where(or_(among(Total.breakdown, WHOLE), among(Round.code, detailed)))
        .order_by(Total.round_id, Total.measure, Total.breakdown, Total.code)  # so that the same is equal
    )


def _by_round(rows: Iterable[Row]) -> dict[str, dict[Key, Sum]]:
    found: dict[str, dict[Key, Sum]] = {}
    for row in rows:
        cells = list(row)
        for place in _EXACT:
            cells[place] = from_hundredths(cells[place])
        each = Sum._make(cells)
        found.setdefault(each.round_code, {})[each.measure, each.breakdown, each.code] = each
    return found


def load_figures(
    session: Session,
    rounds: Iterable[Round | ItsRound],
    codes: Iterable[str],
    threshold: int,
    definitions: Sequence[Definition] = DEFINITIONS,
    detailed: Iterable[str] | None = None,
) -> dict[str, list[RoundFigure]]:
    """The indicators of some rounds by round; `codes` are the codes of every round that there is.

    `threshold` is the coverage in per cent below which a headline is not shown outside. Only the `detailed` rounds,
    by default all that are asked for, come with their breakdowns. Of several versions of a definition each round has
    the one that is in force for it.
    """
    every = sorted(codes)
    wanted = list(rounds)
    needed = {round_.code for round_ in wanted}
    for round_ in wanted:
        earlier = (earlier_round(round_.code, definition, every) for definition in definitions)
        needed |= {code for code in earlier if code}
    broken_down = frozenset([round_.code for round_ in wanted] if detailed is None else detailed)
    rows = _load_rows(session, needed, broken_down, [definition.measure for definition in definitions])
    places = _load_places(session) if broken_down else ()
    asked = tuple((round_.code, round_.stage in {Stage.PUBLISHED, Stage.ARCHIVED}) for round_ in wanted)
    found = _make_figures(rows, places, asked, tuple(every), threshold, broken_down, tuple(definitions))
    return {code: list(figures) for code, figures in found}


@lru_cache(maxsize=32)
def _make_figures(
    rows: tuple[Row, ...],
    places: tuple[Row, ...],
    asked: tuple[tuple[str, bool], ...],
    codes: tuple[str, ...],
    threshold: int,
    detailed: frozenset[str],
    definitions: tuple[Definition, ...],
) -> tuple[tuple[str, tuple[RoundFigure, ...]], ...]:
    """The figures of some rounds, `asked` by code and whether they are published, and nothing but what is given.

    What was read for this very page is compared whole, so that a figure is never older than its sums.
    """
    stored = _Stored(_by_round(rows), _group_names(places), codes, threshold, detailed, definitions)
    return tuple(
        (code, tuple(stored.figure(code, definition, is_published) for definition in in_force(definitions, code)))
        for code, is_published in asked
    )


_PLACES = select(Place.gss_code, Place.name).order_by(Place.name)


def _load_places(session: Session) -> tuple[Row, ...]:
    return tuple(map(tuple, session.connection().execute(_PLACES)))


def _group_names(places: Iterable[Row]) -> dict[str, dict[str, str]]:
    return {
        "sector": SECTORS,
        "place": dict(places) | {SEVERAL_PLACES: "Several places"},
        "tier": TIERS,
    }


@dataclass(frozen=True, slots=True)
class _Stored:
    """Stored sums, and what is needed to make figures of them."""

    totals: Mapping[str, Mapping[Key, Sum]]
    groups: Mapping[str, Mapping[str, str]]
    codes: tuple[str, ...]
    threshold: int
    detailed: frozenset[str]
    definitions: tuple[Definition, ...]

    def figure(self, code: str, definition: Definition, is_published: bool) -> RoundFigure:
        """An indicator of a round, with the change since the earlier one."""
        bare = self._bare(code, definition, "published" if is_published else "provisional")
        mine = self.totals.get(code, {})
        groups = self.groups if code in self.detailed else {}
        breakdowns = {name: _groups(definition, name, names, mine) for name, names in groups.items()}
        panel = self._panel(code, definition)
        if isinstance(panel, str):
            return replace(bare, breakdowns=breakdowns, not_compared=panel)
        return replace(bare, breakdowns=breakdowns, panel=panel)

    def _bare(self, code: str, definition: Definition, status: Status) -> RoundFigure:
        mine = self.totals.get(code, {})
        everyone = mine.get((definition.measure, "all", "all"))
        coverage = mine.get((definition.measure, "coverage", "all"))
        return RoundFigure(
            definition=definition,
            round=code,
            status=status,
            total=_sums(everyone),
            returns_expected=coverage.returns if coverage else 0,
            headcount_counted=coverage.numerator if coverage else Decimal(0),
            headcount_expected=coverage.denominator if coverage else Decimal(0),
            without_headcount=tuple(json.loads(coverage.note)) if coverage and coverage.note else (),
            percentage_only=everyone.percentage_only if everyone else 0,
            largest=_largest(everyone),
            carried=everyone.carried if everyone else Decimal(0),
        )

    def _panel(self, code: str, definition: Definition) -> Panel | str:
        """What a change is made from, or why there is nothing to compare with, as the end of a sentence."""
        earlier = earlier_round(code, definition, self.codes)
        if earlier is None:
            is_yearly = definition.compares_with == "year_before"
            return f"there is no {'round of the same month a year before' if is_yearly else 'earlier round'}"
        if definition not in in_force(self.definitions, earlier):
            return f"the definition changed after {title_of(earlier)}, now it is {definition.code}"
        measure, mine = definition.measure, self.totals.get(code, {})
        sides = [mine.get((measure, side, earlier)) for side in ("panel_before", "panel_after")]
        before, after = map(_sums, sides)
        before_all = _sums(self.totals.get(earlier, {}).get((measure, "all", "all")))
        after_all = _sums(mine.get((measure, "all", "all")))
        if before is None or after is None or before_all is None or after_all is None:
            return f"no organisation is counted now and in {title_of(earlier)}"
        return Panel(
            earlier=earlier,
            organisations=after.returns,
            joined=after_all.returns - after.returns,
            left=before_all.returns - before.returns,
            before=before,
            after=after,
            before_all=before_all,
            after_all=after_all,
            earlier_shown=self._is_shown(earlier, definition),
            before_largest=_largest(sides[0]),
            after_largest=_largest(sides[1]),
        )

    def _is_shown(self, code: str, definition: Definition) -> bool:
        """Whether an earlier round's headline is shown outside, so that a change may be told."""
        return headline_is_shown(self._bare(code, definition, "published"), self.threshold)


def _sums(total: Sum | None) -> Sums | None:
    if total is None or not total.returns:
        return None
    return Sums(total.numerator, total.denominator, total.unknown, total.returns)


def _largest(total: Sum | None) -> Largest | None:
    if total is None:
        return None
    return Largest(
        (total.largest_numerator, total.second_numerator), (total.largest_denominator, total.second_denominator)
    )


def _groups(
    definition: Definition, breakdown: str, names: Mapping[str, str], totals: Mapping[Key, Sum]
) -> tuple[Group, ...]:
    if breakdown == "tier" and not definition.by_ethnicity:
        return ()
    found = {code: totals.get((definition.measure, breakdown, code)) for code in names}
    return tuple(Group(code, name, _sums(found[code]), _largest(found[code])) for code, name in names.items())
