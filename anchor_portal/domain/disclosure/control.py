"""Disclosure control: the only way from a round's figures to what anyone outside may see.

Page, chart, alt text, table and file take their values from the views that are made here. What tells too much by
itself is in `disclosure_rules`; what could be worked out, and what is hidden against it, in `disclosure_protection`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from anchor_portal.domain.disclosure.change import protect_change
from anchor_portal.domain.disclosure.percentages import percent_of, percentages, to_places
from anchor_portal.domain.disclosure.protection import protect
from anchor_portal.domain.disclosure.rules import (
    BASES,
    FEW_RETURNS,
    FEWEST_RETURNS,
    NOT_A_TABLE,
    PROTECTED,
    SMALL_BASE,
    SMALL_COUNTS,
    SMALLEST_BASE,
    round_total,
    why_nothing,
    why_sensitive,
)
from anchor_portal.domain.disclosure.solving import Solve
from anchor_portal.domain.disclosure.tables import COLUMNS, Cell, Published, adds_up, tables_of
from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.figure import Absent, Figure, Withheld, shown_count, shown_percent
from anchor_portal.domain.figures.indicators import (
    BREAKDOWNS,
    DEFAULT_THRESHOLD,
    NO_DATA,
    NO_HEADCOUNT,
    Group,
    IndicatorView,
    RoundFigure,
    Row,
    empty_row,
    headline_group,
    sensitivity_of,
    why_empty,
    withheld_reason,
    withheld_sentence,
)
from anchor_portal.domain.figures.proportions import NOTHING, Total, rounded, to_nearest
from anchor_portal.domain.findings.distribution import Distribution, hidden_spread, protected_spread

__all__ = ["BASES", "Published", "headline_is_shown", "outside", "protect"]


@dataclass(frozen=True, slots=True)
class _Hiding:
    """Why nothing at all is shown, or else which counts of which rows are not: breakdown, code, column."""

    why: Absent | None
    cells: frozenset[tuple[str, str, str]] = frozenset()

    def columns(self, breakdown: str, code: str) -> frozenset[str]:
        """The hidden counts of a row."""
        return frozenset(column for name, row, column in self.cells if (name, row) == (breakdown, code))


def headline_is_shown(figure: RoundFigure, threshold: int | Decimal = DEFAULT_THRESHOLD) -> bool:
    """Whether the headline's figure is shown outside; it does not depend on any breakdown, nor on a solver.

    Of organisations that is their number, which is shown even where its percentage is not.
    """
    if _why_no_headline(figure, withheld_reason(figure, threshold)):
        return False
    if figure.definition.kind_of_number == "organisations":
        return True
    return percent_of(round_total(figure.total or NOTHING, figure.definition.kind_of_number)) is not None


def outside(
    figure: RoundFigure,
    threshold: int | Decimal = DEFAULT_THRESHOLD,
    *,
    solve: Solve,
    published: Sequence[Published] = (),
) -> IndicatorView:
    """The view for everyone, made from protected counts only.

    `threshold` is the coverage in per cent below which headline, breakdowns and change are withheld. `published` has
    earlier publications of the indicator that the same returns may stand behind: what they hid stays hidden.
    """
    definition, reason = figure.definition, withheld_reason(figure, threshold)
    hiding = _protection(figure, _why_no_headline(figure, reason), solve, published)
    why = hiding.why
    headline = _row(definition, headline_group(figure), why, _returns(figure))
    return IndicatorView(
        definition=definition,
        round=figure.round,
        status=figure.status,
        protected=True,
        headline=headline,
        unknown=why or _unknown(definition, figure.total or NOTHING),
        sensitivity=_sensitivity(definition, figure.total or NOTHING, headline.value),
        returns_expected=figure.returns_expected,
        coverage=_coverage(figure),
        withheld=withheld_sentence(reason),
        without_headcount=figure.without_headcount,
        percentage_only=figure.percentage_only,
        breakdowns=_breakdowns(figure, hiding),
        matched=protect_change(definition, figure.panel, why),
        distribution=_distribution(figure, why),
        is_carried=figure.is_carried,
        not_compared=figure.not_compared,
    )


def _why_no_headline(figure: RoundFigure, reason: str | None) -> Absent | None:
    if figure.total is None or not figure.returns:
        return NO_DATA
    if reason:
        return Withheld(reason)
    return why_sensitive(figure.definition, figure.total, figure.largest)


def _returns(figure: RoundFigure) -> Figure:
    if 0 < figure.returns < FEWEST_RETURNS:
        return FEW_RETURNS
    return shown_count(Decimal(figure.returns), "organisations")


def _coverage(figure: RoundFigure) -> Figure:
    """From rounded headcounts, in whole per cent."""
    if 0 < figure.returns < FEWEST_RETURNS:
        return FEW_RETURNS
    if not figure.headcount_expected:
        return NO_HEADCOUNT
    counted, expected = (to_nearest(each, 5) for each in (figure.headcount_counted, figure.headcount_expected))
    if expected < SMALLEST_BASE:
        return SMALL_BASE
    return shown_percent(rounded(100 * Fraction(counted) / Fraction(expected), 0))


def _row(
    definition: Definition,
    group: Group,
    why: Absent | None,
    returns_counted: Figure,
    hidden: frozenset[str] = frozenset(),
) -> Row:
    """A row from rounded counts; `hidden` names those of its two counts that are not shown, nor what needs them."""
    if why or group.total is None:
        return empty_row(group, why or NO_DATA, returns_counted)
    total = round_total(group.total, definition.kind_of_number)
    value, lower, upper = (PROTECTED,) * 3 if hidden else percentages(definition, total)
    return Row(
        code=group.code,
        name=group.name,
        value=value,
        lower=lower,
        upper=upper,
        numerator=PROTECTED if "numerator" in hidden else shown_count(total.numerator, definition.kind_of_number),
        denominator=PROTECTED if "denominator" in hidden else shown_count(total.denominator, definition.kind_of_number),
        returns_counted=returns_counted,
    )


def _distribution(figure: RoundFigure, why: Absent | None) -> Distribution | None:
    found = protected_spread(figure.shares, figure.definition)
    return hidden_spread(why) if found and why else found


def _unknown(definition: Definition, total: Total) -> Figure:
    if definition.by_ethnicity and total.unknown in SMALL_COUNTS:
        return PROTECTED
    return shown_count(round_total(total, definition.kind_of_number).unknown, definition.kind_of_number)


def _sensitivity(definition: Definition, total: Total, value: Figure) -> tuple[Figure, Figure]:
    """From rounded counts; not shown where the value or the unknown is not."""
    for figure in (value, _unknown(definition, total)):
        if isinstance(figure, Absent):
            return figure, figure
    known = round_total(total, definition.kind_of_number)
    whole = Total(known.numerator, known.denominator + known.unknown, Decimal(0), known.returns)
    least, most = sensitivity_of(known) or (Fraction(0), Fraction(0))
    return shown_percent(to_places(least, whole)), shown_percent(to_places(most, whole))


def _protection(figure: RoundFigure, why: Absent | None, solve: Solve, published: Sequence[Published]) -> _Hiding:
    """What the breakdowns hide; they need none where the headline is not shown, because then they are not either."""
    if why is not None:
        return _Hiding(why)
    tables = tables_of(figure, published)
    protection = protect(tables, solve)
    hidden = frozenset(
        (name, code, column)
        for (name, code), subject in tables.rows.items()
        for column in COLUMNS
        if Cell(subject, column) in protection.hidden
    )
    return _Hiding(PROTECTED if protection.headline else None, hidden)


def _breakdowns(figure: RoundFigure, hiding: _Hiding) -> Mapping[str, tuple[Row, ...]]:
    return {name: _rows(figure, name, hiding) for name in BREAKDOWNS}


def _rows(figure: RoundFigure, name: str, hiding: _Hiding) -> tuple[Row, ...]:
    groups = figure.groups(name)
    has_data = any(group.total and group.total.returns for group in groups)
    why = hiding.why or (NOT_A_TABLE if has_data and not adds_up(figure, name) else None)
    return tuple(_group_row(figure.definition, group, why, hiding.columns(name, group.code)) for group in groups)


def _group_row(definition: Definition, group: Group, why: Absent | None, hidden: frozenset[str]) -> Row:
    total = group.total
    if total is None or not total.returns:
        return empty_row(group, why_empty(definition, group), shown_count(Decimal(0), "organisations"))
    reason = why or why_nothing(definition, total, group.largest)
    if reason:
        return empty_row(group, reason, reason)
    return _row(definition, group, None, shown_count(Decimal(total.returns), "organisations"), hidden)
