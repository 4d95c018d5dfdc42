"""Published figures worked out again from their kept inputs, in plain Python and exact arithmetic.

Nothing here comes from the database's own sums, so that the two can only agree by both being right.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import reduce
from itertools import groupby, zip_longest
from operator import add
from typing import Any

from anchor_portal.domain.disclosure.control import outside
from anchor_portal.domain.disclosure.solving import Solve
from anchor_portal.domain.figures.change import Panel
from anchor_portal.domain.figures.definitions import get_definition
from anchor_portal.domain.figures.house import within
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import BREAKDOWNS, Group, RoundFigure, Status, inside, withheld_reason
from anchor_portal.domain.figures.inputs import Entry, Frame, Member, Source
from anchor_portal.domain.figures.marks import Mark, inside_as_json, published_before
from anchor_portal.domain.figures.proportions import NOTHING, Largest, Total

NAMED_AT_MOST = 50
"""Organisations without a headcount that are named; beyond that their number says enough."""
LEVELS = "workforce.levels"
"""The measure whose table can be carried forward from a return to the next."""
MISSING = "nothing"
"""What stands for a value that is on one side only."""


def work_out(frame: Frame, entries: Iterable[Entry], solve: Solve) -> Iterator[tuple[Any, Any]]:
    """Each definition's views as they are frozen, for inside and for outside; one figure in memory at a time."""
    for figure in figures_of(frame, entries):
        yield freeze(frame, figure, solve)


def freeze(frame: Frame, figure: RoundFigure, solve: Solve) -> tuple[dict[str, Any], dict[str, Any]]:
    """A figure's views as they are frozen: for inside, with that for Assembly members in it, and for outside."""
    before = published_before(figure, frame.before)
    public = outside(figure, frame.threshold, solve=solve, published=before)
    theirs = _as_members_compare(frame, figure)
    if withheld_reason(figure, frame.threshold):
        inner = within(theirs, frame.threshold, solve=solve, published=before)
    else:
        # members read the public page too: other cells hidden for them than for everyone would give both away
        inner = replace(public, matched=within(replace(theirs, breakdowns=None), frame.threshold, solve=solve).matched)
    return inside_as_json(inside(figure, frame.threshold), inner, figure), view_as_json(public)


def freeze_outside(frame: Frame, figure: RoundFigure, solve: Solve) -> dict[str, Any]:
    """A figure as it becomes public."""
    before = published_before(figure, frame.before)
    return view_as_json(outside(figure, frame.threshold, solve=solve, published=before))


def _as_members_compare(frame: Frame, figure: RoundFigure) -> RoundFigure:
    """The figure with what members know of the earlier round, whose headline may be withheld outside."""
    source = next(each for each in frame.sources if each.definition == figure.definition.code)
    if figure.panel is None or source.shown_within == source.shown_outside:
        return figure
    return replace(figure, panel=replace(figure.panel, earlier_shown=source.shown_within))


def figures_of(frame: Frame, entries: Iterable[Entry], status: Status = "published") -> Iterator[RoundFigure]:
    """The figure of each source of the frame; entries come by measure, in the sources' order."""
    by_measure = groupby(entries, key=lambda entry: entry.measure)
    waiting = next(by_measure, None)
    for source in frame.sources:
        if waiting is not None and waiting[0] == source.measure:
            yield _figure(frame, source, waiting[1], status)
            waiting = next(by_measure, None)
        else:
            yield _figure(frame, source, (), status)


def _figure(frame: Frame, source: Source, entries: Iterable[Entry], status: Status) -> RoundFigure:
    counting = _Counting(frame, source)
    for entry in entries:
        counting.add(entry)
    return counting.figure(status)


@dataclass(slots=True)
class _Sum:
    """A sum that grows by one organisation's numbers after another."""

    numerator: Decimal = Decimal(0)
    denominator: Decimal = Decimal(0)
    unknown: Decimal = Decimal(0)
    organisations: set[str] = field(default_factory=set)
    mark: Mark = field(default_factory=Mark)

    def add(self, entry: Entry, part: Decimal, whole: Decimal) -> None:
        """One more entry that is counted."""
        self.numerator += part
        self.denominator += whole
        self.unknown += entry.unknown
        self.organisations.add(entry.organisation)
        self.mark.add(entry.organisation, entry.row, part, whole, entry.unknown)

    def total(self) -> Total:
        """The sum so far."""
        return Total(self.numerator, self.denominator, self.unknown, len(self.organisations))


class _Counting:
    """Counts the entries of one measure: a return that lacks one of the two counts leaves both sums."""

    def __init__(self, frame: Frame, source: Source) -> None:
        self.frame, self.source = frame, source
        self.definition = get_definition(source.definition)
        self.here: dict[str, Total] = {}
        self.before: dict[str, Total] = {}
        self.tiers: dict[str, _Sum] = {}
        self.mark, self.percentage_only = Mark(), 0

    def add(self, entry: Entry) -> None:
        """One more entry, of the round or of the earlier one."""
        if entry.round == self.frame.round and entry.percent is not None:
            self.percentage_only += 1
        part, whole = entry.numerator, entry.denominator
        if part is None or whole is None:
            return
        if entry.round != self.frame.round:
            if entry.row == "":
                self.before[entry.organisation] = Total(part, whole, entry.unknown, 1)
        elif entry.row == "":
            self.here[entry.organisation] = Total(part, whole, entry.unknown, 1)
        else:
            self._add_to_tier(entry, part, whole)

    def _add_to_tier(self, entry: Entry, part: Decimal, whole: Decimal) -> None:
        scale = self.frame.members[entry.organisation].scale
        tier = self.frame.tiers.get(scale, {}).get(entry.row)
        if tier is not None:
            self.tiers.setdefault(tier, _Sum()).add(entry, part, whole)

    def figure(self, status: Status) -> RoundFigure:
        """What was counted, as a figure."""
        expected = [member for member in self.frame.members.values() if member.is_expected]
        known = {each.slug: each.headcount for each in expected if each.headcount is not None}
        return RoundFigure(
            definition=self.definition,
            round=self.frame.round,
            status=status,
            total=_sum(self.here.values()) if self.here else None,
            returns_expected=len(expected),
            headcount_counted=sum((known[slug] for slug in self.here if slug in known), Decimal(0)),
            headcount_expected=sum(known.values(), Decimal(0)),
            without_headcount=_names(expected),
            breakdowns=self._breakdowns(),
            percentage_only=self.percentage_only,
            largest=Largest.among(self.here.values()) if self.here else None,
            panel=self._panel(),
            shares=tuple(self.here.values()),
            behind=_mark(self.here),
            carried=self._carried(),
            not_compared=self.source.not_compared,
        )

    def _carried(self) -> Decimal:
        """The part of the denominator whose level tables were only carried forward."""
        members = self.frame.members if self.source.measure == LEVELS else {}
        return sum(
            (total.denominator for slug, total in self.here.items() if slug in members and members[slug].is_carried),
            Decimal(0),
        )

    def _breakdowns(self) -> Mapping[str, tuple[Group, ...]]:
        members = self.frame.members
        ways = {"sector": lambda slug: members[slug].sector, "place": lambda slug: members[slug].place}
        found = {name: _groups(self.frame.groups[name], self.here, way) for name, way in ways.items()}
        tiers = self.frame.groups["tier"] if self.definition.by_ethnicity else {}
        return found | {"tier": tuple(_tier(code, name, self.tiers.get(code)) for code, name in tiers.items())}

    def _panel(self) -> Panel | None:
        """The organisations counted in both rounds; None where there is none, or no earlier round."""
        both = self.here.keys() & self.before.keys()
        before = [self.before[slug] for slug in both]
        after = [self.here[slug] for slug in both]
        if not self.source.earlier or not both:
            return None
        return Panel(
            earlier=self.source.earlier,
            organisations=len(both),
            joined=len(self.here) - len(both),
            left=len(self.before) - len(both),
            before=_sum(before),
            after=_sum(after),
            before_all=_sum(self.before.values()),
            after_all=_sum(self.here.values()),
            earlier_shown=self.source.shown_outside,
            before_largest=Largest.among(before),
            after_largest=Largest.among(after),
            in_like_places=self.frame.in_like_places,
        )


def _groups(names: Mapping[str, str], counted: Mapping[str, Total], way: Callable[[str], str]) -> tuple[Group, ...]:
    """Everyone counted, by the group that the way gives for an organisation."""
    by_code: dict[str, dict[str, Total]] = {}
    for slug, total in counted.items():
        by_code.setdefault(way(slug), {})[slug] = total
    return tuple(_group(code, name, by_code.get(code, {})) for code, name in names.items())


def _group(code: str, name: str, counted: Mapping[str, Total]) -> Group:
    largest = Largest.among(counted.values()) if counted else None
    return Group(code, name, _sum(counted.values()) if counted else None, largest, _mark(counted))


def _tier(code: str, name: str, found: _Sum | None) -> Group:
    return Group(code, name, found.total() if found else None, behind=str(found.mark) if found else "")


def _sum(totals: Iterable[Total]) -> Total:
    return reduce(add, totals, NOTHING)


def _mark(counted: Mapping[str, Total]) -> str:
    mark = Mark()
    for slug, total in counted.items():
        mark.add(slug, "", total.numerator, total.denominator, total.unknown)
    return str(mark)


def _names(expected: Iterable[Member]) -> tuple[str, ...]:
    """Those without a headcount, by name; beyond fifty their number says enough."""
    nameless = sorted(member.name for member in expected if member.headcount is None)
    return tuple(nameless[:NAMED_AT_MOST])


def sums_of(figure: RoundFigure) -> tuple[Any, ...]:
    """Every sum that a figure is made from, to be compared with those of the database."""
    is_pounds = figure.definition.kind_of_number == "gbp"
    groups = [(name, each.code, each.total) for name in BREAKDOWNS for each in figure.groups(name)]
    largest = [each.largest for name in BREAKDOWNS for each in figure.groups(name)]
    panel = figure.panel
    return (
        figure.total,
        figure.returns_expected,
        (figure.headcount_counted, figure.headcount_expected, len(figure.without_headcount)),
        (figure.percentage_only, figure.carried),
        groups,
        (figure.largest, largest) if is_pounds and figure.total else (),
        panel and (panel.earlier, panel.before, panel.after, panel.before_all, panel.after_all),
        panel and (panel.organisations, panel.joined, panel.left),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """Where frozen figures and those worked out again part: the definition, the path inside its view, both values."""

    side: str
    definition: str
    path: str
    frozen: object
    again: object

    def __str__(self) -> str:
        frozen, again = (json.dumps(value, ensure_ascii=False) for value in (self.frozen, self.again))
        return f"{self.definition}, {self.side}, {self.path}: published {frozen}, worked out again {again}"


def first_difference(
    side: str, frozen: Sequence[Mapping[str, Any]], again: Sequence[Mapping[str, Any]]
) -> Difference | None:
    """The first difference between the frozen views of one side and those worked out again; None where there is none."""
    nothing: Mapping[str, Any] = {}
    for one, other in zip_longest(frozen, again, fillvalue=nothing):
        found = next(_differences("", one, json.loads(json.dumps(other))), None)
        if found:
            return Difference(side, str((other or one).get("definition", "")), *found)
    return None


def _differences(path: str, one: Any, other: Any) -> Iterator[tuple[str, object, object]]:
    """Every place at which two JSON values differ, as a path like breakdowns.sector.council.numerator."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for name in (*one, *(name for name in other if name not in one)):
            yield from _differences(f"{path}.{name}".lstrip("."), one.get(name, MISSING), other.get(name, MISSING))
    elif isinstance(one, list) and isinstance(other, list):
        for number, (mine, its) in enumerate(zip_longest(one, other, fillvalue=MISSING)):
            yield from _differences(f"{path}.{_name_of(mine, its, number)}", mine, its)
    elif one != other or type(one) is not type(other):
        yield path, one, other


def _name_of(mine: Any, its: Any, number: int) -> str:
    """A row by its code, anything else by its place."""
    codes = [each["code"] for each in (mine, its) if isinstance(each, Mapping) and "code" in each]
    return codes[0] if codes else str(number + 1)
