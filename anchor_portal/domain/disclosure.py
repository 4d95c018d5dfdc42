"""Disclosure control: the only way from a round's figures to what anyone outside may see.

Interim: rounding, small counts, small groups and dominance follow the method; nothing is shown by tier, and
subtraction is prevented the plain way, by hiding the smallest rows until the hidden may be known together.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import reduce

from anchor_portal.domain.change import Panel, split_change
from anchor_portal.domain.definitions import Definition
from anchor_portal.domain.figures import (
    Absent,
    Figure,
    Suppressed,
    Withheld,
    shown_count,
    shown_percent,
    shown_points,
)
from anchor_portal.domain.indicators import (
    DEFAULT_THRESHOLD,
    NO_DATA,
    NO_HEADCOUNT,
    NO_INTERVAL,
    NO_WHOLE,
    Group,
    IndicatorView,
    Matched,
    RoundFigure,
    Row,
    empty_row,
    headline_group,
    sensitivity_of,
    withheld_reason,
    withheld_sentence,
)
from anchor_portal.domain.proportions import (
    NOTHING,
    Largest,
    NumberKind,
    Total,
    rounded,
    to_nearest,
    wilson_limits,
)

BASES: dict[NumberKind, int] = {"people": 5, "fte": 5, "contracts": 5, "gbp": 1000, "organisations": 1}
"""What published counts are rounded to; numbers of organisations are no secret."""
FEWEST_RETURNS = 3
SMALLEST_BASE = 20
ONE_DECIMAL_FROM = 4000
SMALL_COUNTS = range(1, 8)
FEW_MOVED = (1, 2)

FEW_RETURNS = Suppressed("fewer than three returns are counted")
PROTECTED = Suppressed("small or revealing numbers could be worked out, here or in another row")
SMALL_BASE = Suppressed("a percentage of fewer than 20 is not shown")
FEW_MATCHED = Suppressed("fewer than three organisations are counted in both rounds")
NO_TIERS = Withheld("not published until disclosure control by tier exists")
NO_SPLIT = Withheld("one or two organisations joined or left, so only the total change is published")
EARLIER_HIDDEN = Withheld("the figure of the earlier round is not published")


def outside(figure: RoundFigure, threshold: int | Decimal = DEFAULT_THRESHOLD) -> IndicatorView:
    """The view for everyone, made from protected counts only.

    `threshold` is the coverage in per cent below which headline, breakdowns and change are withheld.
    """
    definition, reason = figure.definition, withheld_reason(figure, threshold)
    why = _why_no_headline(figure, reason)
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
        breakdowns=_breakdowns(figure, why),
        matched=_matched(definition, figure.panel, why),
    )


def round_total(total: Total, kind: NumberKind) -> Total:
    """The total with its amounts rounded as they are published."""
    numerator, denominator, unknown = (
        to_nearest(amount, BASES[kind]) for amount in (total.numerator, total.denominator, total.unknown)
    )
    return Total(numerator, denominator, unknown, total.returns)


def why_sensitive(definition: Definition, total: Total, largest: Largest | None) -> Suppressed | None:
    """Why a group may not be known outside, whether shown or worked out; None where it may."""
    if total.returns < FEWEST_RETURNS:
        return FEW_RETURNS
    if definition.by_ethnicity and _tells_ethnicity(total):
        return PROTECTED
    if definition.kind_of_number == "gbp" and largest and _is_dominated(total, largest):
        return PROTECTED
    return None


def _tells_ethnicity(total: Total) -> bool:
    """Whether a cell is 1 to 7, or everybody of known ethnicity is in one group."""
    cells = (total.numerator, total.denominator - total.numerator)
    return any(cell in SMALL_COUNTS for cell in cells) or (0 in cells and total.denominator > 0)


def _is_dominated(total: Total, largest: Largest) -> bool:
    sums = ((total.numerator, largest.numerators), (total.denominator, largest.denominators))
    return any(_dominates(Fraction(amount), *map(Fraction, two)) for amount, two in sums)


def _dominates(amount: Fraction, first: Fraction, second: Fraction) -> bool:
    """Over 70 per cent of the sum, or placed within 10 per cent by the second largest."""
    return amount > 0 and (10 * first > 7 * amount or 10 * (amount - first - second) < first)


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


def _row(definition: Definition, group: Group, why: Absent | None, returns_counted: Figure) -> Row:
    if why or group.total is None:
        return empty_row(group, why or NO_DATA, returns_counted)
    total = round_total(group.total, definition.kind_of_number)
    value, lower, upper = _percentages(definition, total)
    return Row(
        code=group.code,
        name=group.name,
        value=value,
        lower=lower,
        upper=upper,
        numerator=shown_count(total.numerator, definition.kind_of_number),
        denominator=shown_count(total.denominator, definition.kind_of_number),
        returns_counted=returns_counted,
    )


def _percentages(definition: Definition, total: Total) -> tuple[Figure, Figure, Figure]:
    """Value and limits from rounded counts; why there are none where the rounded whole is 0 or too small."""
    value = _percent_of(total)
    if value is None:
        why = SMALL_BASE if total.denominator else NO_WHOLE
        return why, why, why
    if not definition.has_interval:
        return shown_percent(value), NO_INTERVAL, NO_INTERVAL
    lower, upper = (
        _to_places(100 * Fraction(limit), total) for limit in wilson_limits(total.numerator, total.denominator)
    )
    return shown_percent(value), shown_percent(lower), shown_percent(upper)


def _percent_of(total: Total) -> Decimal | None:
    share = total.share()
    if share is None or total.denominator < SMALLEST_BASE:
        return None
    return _to_places(100 * share, total)


def _to_places(percent: Fraction, total: Total) -> Decimal:
    """A whole number, or one decimal from a rounded denominator of 4,000 on."""
    return rounded(percent, 1 if total.denominator >= ONE_DECIMAL_FROM else 0)


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
    return shown_percent(_to_places(least, whole)), shown_percent(_to_places(most, whole))


def _breakdowns(figure: RoundFigure, why: Absent | None) -> Mapping[str, tuple[Row, ...]]:
    rows = {name: _protected_rows(figure.definition, figure.groups(name), why) for name in ("sector", "place")}
    tiers = tuple(empty_row(group, NO_TIERS, NO_TIERS) for group in figure.groups("tier"))
    return {**rows, "tier": tiers}


def _protected_rows(definition: Definition, groups: Sequence[Group], why: Absent | None) -> tuple[Row, ...]:
    given = {group.code: group.total for group in groups if group.total and group.total.returns}
    hidden = dict.fromkeys(given, why) if why else _hidden(definition, [each for each in groups if each.code in given])
    rows = []
    for group in groups:
        reason = hidden.get(group.code) if group.code in given else NO_DATA
        returns = given[group.code].returns if group.code in given else 0
        shown = shown_count(Decimal(returns), "organisations")
        rows.append(_row(definition, group, reason, reason if reason and returns else shown))
    return tuple(rows)


def _hidden(definition: Definition, groups: Sequence[Group]) -> dict[str, Suppressed]:
    """Which groups are hidden and why: the sensitive, then the smallest until subtraction tells nothing."""
    hidden: dict[str, Suppressed] = {}
    for group in groups:
        if why := why_sensitive(definition, group.total or NOTHING, group.largest):
            hidden[group.code] = why
    for smallest in sorted((each for each in groups if each.code not in hidden), key=_size):
        if _is_safe_together(definition, [each for each in groups if each.code in hidden]):
            break
        hidden[smallest.code] = PROTECTED
    return hidden


def _size(group: Group) -> tuple[int, Decimal, str]:
    total = group.total or NOTHING
    return total.returns, total.denominator, group.code


def _is_safe_together(definition: Definition, hidden: Sequence[Group]) -> bool:
    """Whether what subtraction gives, all hidden groups together, is no single group and may be known."""
    if not hidden:
        return True
    rest = sum((group.total or NOTHING for group in hidden), NOTHING)
    if any(rest.denominator == (group.total or NOTHING).denominator for group in hidden):
        return False
    given = [group.largest for group in hidden if group.largest]
    largest = reduce(Largest.joined_with, given) if len(given) == len(hidden) else None
    return why_sensitive(definition, rest, largest) is None


def _matched(definition: Definition, panel: Panel | None, why: Absent | None) -> Matched | None:
    if panel is None or split_change(panel) is None:
        return None
    totals = [round_total(each, definition.kind_of_number) for each in _four(panel)]
    percents = [percent for total in totals if (percent := _percent_of(total)) is not None]
    why = why or _why_no_change(definition, panel) or (SMALL_BASE if len(percents) < len(totals) else None)
    if why:
        return _matched_of(panel, [why] * 8)
    before, after, before_all, after_all = percents
    total = shown_points(after_all - before_all)
    if panel.joined in FEW_MOVED or panel.left in FEW_MOVED:
        return _matched_of(panel, [*[NO_SPLIT] * 7, total])
    joined, left = after_all - after, before - before_all
    parts = [shown_points(part) for part in (after - before, joined, left, joined + left)]
    organisations = shown_count(Decimal(panel.organisations), "organisations")
    return _matched_of(panel, [organisations, shown_percent(before), shown_percent(after), *parts, total])


def _four(panel: Panel) -> tuple[Total, Total, Total, Total]:
    return panel.before, panel.after, panel.before_all, panel.after_all


def _why_no_change(definition: Definition, panel: Panel) -> Absent | None:
    if panel.organisations < FEWEST_RETURNS:
        return FEW_MATCHED
    if not panel.earlier_shown:
        return EARLIER_HIDDEN
    largest = (panel.before_largest, panel.after_largest, None, None)
    reasons = (why_sensitive(definition, each, two) for each, two in zip(_four(panel), largest, strict=True))
    return next((reason for reason in reasons if reason), None)


def _matched_of(panel: Panel, cells: Sequence[Figure]) -> Matched:
    """In the order organisations, before, after, real, joined, left, composition, total."""
    return Matched(panel.earlier, *cells)
