"""The figures of a published round as rows of a file: from what was frozen for the outside, and nothing else."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from anchor_portal.domain.beacon.fingertips import CHESHIRE_AND_MERSEYSIDE, ENGLAND
from anchor_portal.domain.disclosure.rules import BASES
from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.figure import Figure, Shown, reason_of
from anchor_portal.domain.figures.indicators import BREAKDOWNS, IndicatorView, Row
from anchor_portal.domain.findings.comparison import compare
from anchor_portal.domain.findings.trend import Trend, trend_of
from anchor_portal.domain.open_data.columns import (
    ALL_AGES,
    DEMONSTRATION,
    FIGURES,
    NO_AREA,
    NO_TREND,
    NOT_COMPARED,
    NOT_PEOPLE,
    PERSONS,
    PLACE_AREA,
    PUBLISHED,
    SECTOR,
    TIER,
    WHOLE_AREA,
)
from anchor_portal.domain.rounds import Period
from anchor_portal.domain.sectors import SEVERAL_PLACES

HERE = (CHESHIRE_AND_MERSEYSIDE[0], "Cheshire and Merseyside")
"""Code and name of the area of all organisations; not the board's own name, since the board is one of them."""

NOTES = {
    "suppressed": "Value suppressed",
    "not_provided": "Value not provided",
    "not_applicable": "Value not applicable",
    "withheld": "Value withheld",
}
"""How a value note begins where there is no value."""

_CATEGORIES = {"sector": SECTOR, "tier": TIER}
_FINANCIAL_YEAR_BEGINS = 4


@dataclass(frozen=True, slots=True)
class Publisher:
    """Who publishes the files, where they lie (`base_url`, without a slash at its end) and under which licence."""

    partnership: str
    base_url: str
    licence: str
    licence_url: str
    is_demo: bool = False

    @property
    def name(self) -> str:
        """Whose figures they are."""
        return f"Anchor Framework of {self.partnership}"


@dataclass(frozen=True, slots=True)
class Edition:
    """One revision of a round's figures, protected, as it was frozen; `views` has all definitions.

    `reason` says why it was revised, empty where it was not; `published_at` is UTC, `published_on` the day here;
    `fingerprint` is a digest of the views alone, by which a file that was made from them is known again.
    """

    round: str
    title: str
    revision: int
    published_at: datetime
    published_on: date
    reason: str
    digest: str
    fingerprint: str
    period: Period
    views: tuple[IndicatorView, ...]


def known_with(edition: Edition, every: Iterable[Edition]) -> list[Edition]:
    """What had been published of the earlier rounds when this edition was, the earliest round first.

    So a file of one revision never changes, whatever is corrected later.
    """
    newest: dict[str, Edition] = {}
    for each in every:
        if each.round < edition.round and each.published_at <= edition.published_at:
            known = newest.get(each.round)
            newest[each.round] = max(known, each, key=lambda one: one.revision) if known else each
    return [newest[code] for code in sorted(newest)]


def revisions_until(edition: Edition, every: Iterable[Edition]) -> list[Edition]:
    """This edition and the round's earlier revisions, the first of them first."""
    of_round = [each for each in every if each.round == edition.round and each.revision <= edition.revision]
    return sorted(of_round, key=lambda each: each.revision)


def trends_of(edition: Edition, every: Iterable[Edition]) -> dict[str, Trend]:
    """The trend of each measure up to this edition."""
    earlier = known_with(edition, every)
    return {view.definition.measure: trend_of([*_of_measure(earlier, view.definition), view]) for view in edition.views}


def _of_measure(editions: Sequence[Edition], definition: Definition) -> Iterator[IndicatorView]:
    for edition in editions:
        yield from (view for view in edition.views if view.definition.measure == definition.measure)


def rows_of(edition: Edition, trends: Mapping[str, Trend], *, is_demo: bool) -> Iterator[tuple[str, ...]]:
    """One row for each headline, and for each row of each breakdown, in the order of the columns."""
    for view in edition.views:
        about = _of_indicator(view, edition, is_demo=is_demo)
        trend = say_trend(trends[view.definition.measure], view.definition)
        yield _in_order(about | _of_row(view, "all", view.headline) | {"Recent Trend": trend})
        for breakdown in BREAKDOWNS:
            for row in view.breakdowns[breakdown]:
                yield _in_order(about | _of_row(view, breakdown, row))


def _in_order(cells: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(cells.get(column.name, "") for column in FIGURES)


def indicator_id(definition: Definition) -> str:
    """The number of an indicator, or the key of a pledge measure."""
    return str(definition.number) if definition.number is not None else definition.measure


def _of_indicator(view: IndicatorView, edition: Edition, *, is_demo: bool) -> dict[str, str]:
    """What stands in every row of an indicator."""
    definition, last = view.definition, edition.period.last
    is_people = definition.kind_of_number in {"people", "fte"}
    return {
        "Indicator ID": indicator_id(definition),
        "Indicator Name": definition.name,
        "Sex": PERSONS if is_people else NOT_PEOPLE,
        "Age": ALL_AGES if is_people else NOT_PEOPLE,
        "Time period": say_period(definition, edition.period),
        "Recent Trend": NO_TREND,
        "Compared to England value or percentiles": NOT_COMPARED,
        "Compared to percentiles": NOT_COMPARED,
        "Time period Sortable": f"{last:%Y%m}00",
        "Time period range": f"{_months(_first_day(definition, edition.period), last)}m",
        "Count unit": definition.kind_of_number,
        "Rounded to": str(BASES[definition.kind_of_number]),
        "Signatories expected in all": str(view.returns_expected),
        "Coverage %": _number(view.coverage),
        "Coverage note": _note("Coverage", view.coverage),
        "Definition version": definition.code,
        "Round": edition.round,
        "Revision": str(edition.revision),
        "Published on": edition.published_on.isoformat(),
        "Status": DEMONSTRATION if is_demo else PUBLISHED,
    }


def _of_row(view: IndicatorView, breakdown: str, row: Row) -> dict[str, str]:
    """What is one row's own."""
    is_headline = breakdown == "all"
    return _area(breakdown, row) | {
        "Category Type": _CATEGORIES.get(breakdown, ""),
        "Category": row.name if breakdown in _CATEGORIES else "",
        "Value": _number(row.value),
        "Lower CI 95.0 limit": _number(row.lower),
        "Upper CI 95.0 limit": _number(row.upper),
        "Count": _number(row.numerator),
        "Denominator": _number(row.denominator),
        "Value note": _note("Value", row.value),
        "State": row.state,
        "Reason": row.reason or "",
        "Breakdown": breakdown,
        "Breakdown code": row.code,
        "Compared to all signatories": NOT_COMPARED if is_headline else compare(row, view.headline).label,
        "Signatories counted": _number(row.returns_counted),
    }


def _area(breakdown: str, row: Row) -> dict[str, str]:
    if breakdown != "place":
        return _named(ENGLAND, HERE, WHOLE_AREA)
    return _named(HERE, (row.code, row.name), NO_AREA if row.code == SEVERAL_PLACES else PLACE_AREA)


def _named(parent: tuple[str, str], area: tuple[str, str], kind: str) -> dict[str, str]:
    return {
        "Parent Code": parent[0],
        "Parent Name": parent[1],
        "Area Code": area[0],
        "Area Name": area[1],
        "Area Type": kind,
    }


def _number(figure: Figure) -> str:
    """The number as it is printed, without a sign for its unit; empty where it is not shown."""
    if not isinstance(figure, Shown):
        return ""
    value = figure.value
    return f"{value:f}" if isinstance(value, Decimal) else str(float(value))


def _note(what: str, figure: Figure) -> str:
    if isinstance(figure, Shown):
        return ""
    return f"{NOTES[figure.state].replace('Value', what)}: {reason_of(figure)}"


def say_trend(trend: Trend, definition: Definition) -> str:
    """The trend in Fingertips' words, with a judgement only where high is good."""
    if trend.direction == "none":
        return "No significant change"
    if trend.direction not in {"up", "down"}:
        return NO_TREND
    words, judgement = ("Increasing", "better") if trend.direction == "up" else ("Decreasing", "worse")
    return f"{words} and getting {judgement}" if definition.polarity == "High is good" else words


def say_period(definition: Definition, period: Period) -> str:
    """The time that a figure is about: "January to June 2026", or of a financial year "2026/27 to June 2026"."""
    first, last = period.first, period.last
    if definition.financial_year:
        year = _first_day(definition, period).year
        return f"{year}/{(year + 1) % 100:02} to {last:%B %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{last:%B %Y}"
    begins = f"{first:%B}" if first.year == last.year else f"{first:%B %Y}"
    return f"{begins} to {last:%B %Y}"


def _first_day(definition: Definition, period: Period) -> date:
    """The day from which a figure counts: of the period, or of the financial year in which it ends."""
    if not definition.financial_year:
        return period.first
    year = period.last.year if period.last.month >= _FINANCIAL_YEAR_BEGINS else period.last.year - 1
    return date(year, _FINANCIAL_YEAR_BEGINS, 1)


def _months(first: date, last: date) -> int:
    return 12 * (last.year - first.year) + last.month - first.month + 1
