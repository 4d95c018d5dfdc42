"""Marks of the returns behind a sum: publications in which the same returns stand behind a figure are one unknown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from anchor_portal.domain.disclosure.control import Published
from anchor_portal.domain.figures.figure import Figure, Shown
from anchor_portal.domain.figures.indicator_json import view_as_json, view_from_json
from anchor_portal.domain.figures.indicators import BREAKDOWNS, Group, IndicatorView, RoundFigure, Row, headline_group
from anchor_portal.domain.figures.proportions import NOTHING, Largest, Total

_SIZE = 2**128
Kept = Mapping[str, Any]
"""One publication of one definition, as JSON: `inside` with marks and the view `within` for members, and `outside`."""


class Mark:
    """A mark that grows by one entry after another, in whatever order; equal for the same entries only."""

    def __init__(self) -> None:
        self._sum = 0

    def add(self, organisation: str, row: str, *amounts: Decimal) -> None:
        """One more entry: the organisation, the row of its table, and its very numbers."""
        text = "|".join((organisation, row, *(str(amount.normalize()) for amount in amounts)))
        self._sum = (self._sum + int.from_bytes(sha256(text.encode()).digest()[:16])) % _SIZE

    def __str__(self) -> str:
        return f"{self._sum:032x}" if self._sum else ""


def inside_as_json(view: IndicatorView, within: IndicatorView, figure: RoundFigure) -> dict[str, Any]:
    """The view for inside as it is frozen: with that for Assembly members, and the mark of each sum."""
    return view_as_json(view) | {"within": view_as_json(within), "behind": marks_of(figure)}


def marks_of(figure: RoundFigure) -> dict[str, dict[str, list[str]]]:
    """For everyone counted and each row of each breakdown its mark, and the two largest numerators and denominators.

    Where nobody is counted there is none.
    """
    everyone = replace(headline_group(figure), behind=figure.behind)
    groups = {"all": (everyone,)} | {name: figure.groups(name) for name in BREAKDOWNS}
    return {name: {each.code: _behind(each) for each in rows if each.behind} for name, rows in groups.items()}


def _behind(group: Group) -> list[str]:
    two = group.largest
    return [group.behind, *(f"{each:f}" for each in (*two.numerators, *two.denominators))] if two else [group.behind]


def sharing(figure: RoundFigure, kept: Iterable[Kept]) -> Iterator[Kept]:
    """The publications of the same definition in which some sum is made from the very returns of a sum of this one.

    Another round has returns of its own, but for tables by ethnicity, which can be carried forward from one to the next.
    """
    mine = set(_flat(marks_of(figure)))
    for each in kept:
        is_same = each["inside"]["definition"] == figure.definition.code
        may_be = figure.definition.by_ethnicity or each["inside"]["round"] == figure.round
        if is_same and may_be and not mine.isdisjoint(_flat(each["inside"].get("behind", {}))):
            yield each


def _flat(marks: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[str]:
    return (behind[0] for groups in marks.values() for behind in groups.values())


def published_before(figure: RoundFigure, kept: Iterable[Kept]) -> Sequence[Published]:
    """What disclosure control takes: each such publication with the sums behind it, as everyone saw it and as members did.

    Members read both, and what they saw of one revision may become public with the next.
    """
    return [_published(each, view) for each in sharing(figure, kept) for view in _seen(each)]


def _seen(kept: Kept) -> Sequence[Mapping[str, Any]]:
    public, members = kept["outside"], kept["inside"]["within"]
    return [public] if public == members else [public, members]


def _published(kept: Kept, seen: Mapping[str, Any]) -> Published:
    raw, marks = view_from_json(kept["inside"]), kept["inside"]["behind"]
    breakdowns = {
        name: tuple(_group(row, marks[name].get(row.code, [])) for row in rows) for name, rows in raw.breakdowns.items()
    }
    everyone = _group(raw.headline, marks["all"].get("all", []))
    figure = RoundFigure(
        definition=raw.definition,
        round=raw.round,
        status=raw.status,
        total=_total(raw.headline, _amount(raw.unknown)),
        returns_expected=raw.returns_expected,
        headcount_counted=Decimal(0),
        headcount_expected=Decimal(0),
        percentage_only=raw.percentage_only,
        breakdowns=breakdowns,
        largest=everyone.largest,
        behind=everyone.behind,
    )
    return Published(figure, view_from_json(seen))


def _group(row: Row, behind: Sequence[str]) -> Group:
    mark, *largest = behind or [""]
    amounts = [Decimal(each) for each in largest]
    two = Largest((amounts[0], amounts[1]), (amounts[2], amounts[3])) if amounts else None
    return Group(row.code, row.name, _total(row), two, mark)


def _total(row: Row, unknown: Decimal = NOTHING.unknown) -> Total | None:
    """The sums behind a row; how much is not known is kept of everyone counted only."""
    returns = int(_amount(row.returns_counted))
    return Total(_amount(row.numerator), _amount(row.denominator), unknown, returns) if returns else None


def _amount(figure: Figure) -> Decimal:
    return Decimal(figure.value) if isinstance(figure, Shown) and isinstance(figure.value, Decimal) else Decimal(0)
