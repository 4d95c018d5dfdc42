"""Every figure of a view with where it stands: to say what is hidden and why, and what changed between two revisions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from anchor_portal.domain.figures.figure import Absent, Figure, Shown, reason_of
from anchor_portal.domain.figures.indicators import BREAKDOWNS, IndicatorView, Row
from anchor_portal.domain.findings.page_words import words_of
from anchor_portal.domain.rounds import title_of

STATES = {
    "suppressed": "Not shown",
    "withheld": "Withheld",
    "not_provided": "No data",
    "not_applicable": "Not applicable",
}
"""What stands in the place of a figure."""
EVERYONE = "All signatories"
MATCHED = {
    "organisations": "Organisations counted in both rounds",
    "before": "Their share in the earlier round",
    "after": "Their share now",
    "real_change": "Real change",
    "joined_change": "Effect of those that joined",
    "left_change": "Effect of those that left",
    "composition_change": "Joined and left together",
    "total_change": "Change for everyone counted",
}
SPREAD = {
    "organisations": "Organisations",
    "lower_quartile": "Lower quartile",
    "median": "Median",
    "upper_quartile": "Upper quartile",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure: in which row it stands, what it is, and the figure, or plain text that stands like one."""

    where: str
    what: str
    figure: Figure | str

    @property
    def text(self) -> str:
        """As it is printed, with the reason where it is not shown."""
        if isinstance(self.figure, str):
            return self.figure
        if isinstance(self.figure, Shown):
            return self.figure.text
        return f"{STATES[self.figure.state]}: {reason_of(self.figure)}"


@dataclass(frozen=True, slots=True)
class CellChange:
    """One figure before and after; empty text where there was none."""

    where: str
    what: str
    before: str
    after: str


def cells_of(view: IndicatorView) -> Iterator[Cell]:
    """Every figure of a view in its order: everyone, each group, the change, the spread."""
    yield from _row_cells(view, view.headline, EVERYONE)
    yield Cell(EVERYONE, "Not known", view.unknown)
    yield Cell(EVERYONE, "Share if none of the unknown belonged to it", view.sensitivity[0])
    yield Cell(EVERYONE, "Share if all of the unknown belonged to it", view.sensitivity[1])
    yield Cell(EVERYONE, "Signatories expected", f"{view.returns_expected:,}")
    yield Cell(EVERYONE, "Part of the known workforce", view.coverage)
    yield Cell(EVERYONE, "Signatories that gave only a percentage", f"{view.percentage_only:,}")
    yield Cell(EVERYONE, "Signatories without a known headcount", ", ".join(view.without_headcount) or "none")
    for name in BREAKDOWNS:
        for row in view.breakdowns[name]:
            yield from _row_cells(view, row, row.name)
    if view.matched:
        where = f"Change on {title_of(view.matched.round)}"
        yield from (Cell(where, what, getattr(view.matched, name)) for name, what in MATCHED.items())
    if view.distribution:
        spread = view.distribution
        yield from (Cell("Spread over organisations", what, getattr(spread, name)) for name, what in SPREAD.items())


def _row_cells(view: IndicatorView, row: Row, where: str) -> Iterator[Cell]:
    words = words_of(view.definition)
    yield Cell(where, "Share", row.value)
    if view.definition.has_interval:
        yield Cell(where, "Lower limit of the 95% confidence interval", row.lower)
        yield Cell(where, "Upper limit of the 95% confidence interval", row.upper)
    yield Cell(where, words.numerator, row.numerator)
    yield Cell(where, words.denominator, row.denominator)
    yield Cell(where, "Signatories counted", row.returns_counted)


def changes_between(before: IndicatorView | None, after: IndicatorView | None) -> list[CellChange]:
    """Each figure whose printed form or reason differs, in the order of the later view."""
    one, other = _by_place(before), _by_place(after)
    places = [*other, *(place for place in one if place not in other)]
    found = [CellChange(*place, one.get(place, ""), other.get(place, "")) for place in places]
    return [each for each in found if each.before != each.after]


def _by_place(view: IndicatorView | None) -> Mapping[tuple[str, str], str]:
    return {(cell.where, cell.what): cell.text for cell in cells_of(view)} if view else {}


def hidden_in(view: IndicatorView) -> dict[Absent, list[str]]:
    """The shares that are not there, of everyone and of each group: names under state and reason."""
    rows = [view.headline, *(row for name in BREAKDOWNS for row in view.breakdowns[name])]
    hidden: dict[Absent, list[str]] = {}
    for row in rows:
        if not isinstance(row.value, Shown):
            hidden.setdefault(row.value, []).append(row.name)
    return dict(sorted(hidden.items(), key=lambda each: list(STATES).index(each[0].state)))


def of_measure(views: Sequence[IndicatorView], measure: str) -> IndicatorView | None:
    """The view of one measure; None where it was not published."""
    return next((view for view in views if view.definition.measure == measure), None)
