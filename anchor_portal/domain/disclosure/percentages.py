"""Percentages and limits as they are published: made from rounded counts."""

from decimal import Decimal
from fractions import Fraction

from anchor_portal.domain.disclosure.rules import ONE_DECIMAL_FROM, SMALL_BASE, SMALLEST_BASE
from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.figure import Figure, shown_percent
from anchor_portal.domain.figures.indicators import NO_INTERVAL, NO_WHOLE
from anchor_portal.domain.figures.proportions import Total, rounded, wilson_limits


def percentages(definition: Definition, total: Total) -> tuple[Figure, Figure, Figure]:
    """Value and limits from rounded counts; why there are none where the rounded whole is 0 or too small."""
    value = percent_of(total)
    if value is None:
        why = SMALL_BASE if total.denominator else NO_WHOLE
        return why, why, why
    if not definition.has_interval:
        return shown_percent(value), NO_INTERVAL, NO_INTERVAL
    lower, upper = (
        to_places(100 * Fraction(limit), total) for limit in wilson_limits(total.numerator, total.denominator)
    )
    return shown_percent(value), shown_percent(lower), shown_percent(upper)


def percent_of(total: Total, *others: Total) -> Decimal | None:
    """The percentage of a rounded total as it is printed, beside others of the same places where it is compared.

    None where its whole is below 20.
    """
    share = total.share()
    if share is None or total.denominator < SMALLEST_BASE:
        return None
    return to_places(100 * share, total, *others)


def to_places(percent: Fraction, *totals: Total) -> Decimal:
    """A whole number, or one decimal from a rounded denominator of 4,000 on; of several all have to be so large."""
    return rounded(percent, 1 if all(total.denominator >= ONE_DECIMAL_FROM for total in totals) else 0)
