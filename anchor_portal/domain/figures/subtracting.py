"""Which rows of a new revision tell single returns to whoever subtracts an earlier revision, which stays public."""

from collections.abc import Collection, Iterable, Iterator, Mapping

from anchor_portal.domain.disclosure.rules import FEWEST_RETURNS
from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.indicators import BREAKDOWNS, IndicatorView, Row
from anchor_portal.domain.figures.inputs import Entry, Frame

FEW = range(1, FEWEST_RETURNS)
Place = tuple[str, str, str]
"""A row: measure, breakdown and code; the last two are empty for everyone counted."""
Counted = Mapping[Place, frozenset[str]]
"""By row the organisations whose returns stand behind it."""


def counted_in(frame: Frame, entries: Iterable[Entry], among: Collection[str]) -> Counted:
    """Behind which rows of the frame's round each of some organisations stands."""
    found: dict[Place, set[str]] = {}
    for entry in entries:
        is_counted = entry.numerator is not None and entry.denominator is not None
        if is_counted and entry.round == frame.round and entry.organisation in among:
            for place in _places_of(frame, entry):
                found.setdefault(place, set()).add(entry.organisation)
    return {place: frozenset(slugs) for place, slugs in found.items()}


def _places_of(frame: Frame, entry: Entry) -> Iterator[Place]:
    member = frame.members[entry.organisation]
    if entry.row == "":
        yield from (
            (entry.measure, "", ""),
            (entry.measure, "sector", member.sector),
            (entry.measure, "place", member.place),
        )
    elif tier := frame.tiers.get(member.scale, {}).get(entry.row):
        yield entry.measure, "tier", tier


def told_by_subtracting(
    before: Counted, after: Counted, earlier: IndicatorView | None, view: IndicatorView
) -> Iterator[str]:
    """The names of the rows with sums in both revisions behind which one or two organisations differ.

    One that came and one that went in its place are two. Organisations behind the row in both need not be given.
    """
    known = {} if earlier is None else dict(_rows(earlier))
    nobody: frozenset[str] = frozenset()
    for (breakdown, code), row in _rows(view):
        place = (view.definition.measure, breakdown, code)
        other = known.get((breakdown, code))
        moved = before.get(place, nobody) ^ after.get(place, nobody)
        if other is not None and len(moved) in FEW and _has_sums(row, other):
            yield row.name


def _rows(view: IndicatorView) -> Iterator[tuple[tuple[str, str], Row]]:
    yield ("", ""), view.headline
    for name in BREAKDOWNS:
        yield from (((name, row.code), row) for row in view.breakdowns[name])


def _has_sums(one: Row, other: Row) -> bool:
    sums = ((one.numerator, other.numerator), (one.denominator, other.denominator))
    return any(isinstance(mine, Shown) and isinstance(its, Shown) for mine, its in sums)
