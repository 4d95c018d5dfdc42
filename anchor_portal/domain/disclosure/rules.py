"""What may not be known outside by itself: small groups, small counts, dominance; and how published counts are rounded."""

from decimal import Decimal
from fractions import Fraction

from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.figure import Suppressed, Withheld
from anchor_portal.domain.figures.proportions import Largest, NumberKind, Total, to_nearest

BASES: dict[NumberKind, int] = {"people": 5, "fte": 5, "contracts": 5, "gbp": 1000, "organisations": 1}
"""What published counts are rounded to; numbers of organisations are no secret."""
FEWEST_RETURNS = 3
SMALLEST_BASE = 20
ONE_DECIMAL_FROM = 4000
SMALL_COUNTS = range(1, 8)

FEW_RETURNS = Suppressed("fewer than three returns are counted")
PROTECTED = Suppressed("small or revealing numbers could be worked out, here or in another row")
SMALL_BASE = Suppressed("a percentage of fewer than 20 is not shown")
NOT_A_TABLE = Withheld("the rows do not add up to the figure of everyone, so they are not published")


def round_total(total: Total, kind: NumberKind) -> Total:
    """The total with its amounts rounded as they are published."""
    numerator, denominator, unknown = (
        to_nearest(amount, BASES[kind]) for amount in (total.numerator, total.denominator, total.unknown)
    )
    return Total(numerator, denominator, unknown, total.returns)


def why_sensitive(definition: Definition, total: Total, largest: Largest | None) -> Suppressed | None:
    """Why everyone counted may not be known outside; None where they may."""
    if why := why_nothing(definition, total, largest):
        return why
    if definition.by_ethnicity and tells_ethnicity(total):
        return PROTECTED
    return None


def why_nothing(definition: Definition, total: Total, largest: Largest | None) -> Suppressed | None:
    """Why a group has no figure of any kind: under three returns, or pounds that one organisation dominates."""
    if total.returns < FEWEST_RETURNS:
        return FEW_RETURNS
    if definition.kind_of_number == "gbp" and largest and is_dominated(total, largest):
        return PROTECTED
    return None


def tells_ethnicity(total: Total) -> bool:
    """Whether a cell of staff by ethnicity is 1 to 7, or everybody of known ethnicity is in one group."""
    cells = (total.numerator, total.denominator - total.numerator)
    return any(cell in SMALL_COUNTS for cell in cells) or (0 in cells and total.denominator > 0)


def is_dominated(total: Total, largest: Largest) -> bool:
    """Whether one organisation dominates the part or the whole."""
    return dominates(total.numerator, largest.numerators) or dominates(total.denominator, largest.denominators)


def dominates(amount: Decimal, two: tuple[Decimal, Decimal]) -> bool:
    """Whether the first of the two largest is over 70 per cent of a sum, or the second could place it within 10."""
    whole, first, second = Fraction(amount), Fraction(two[0]), Fraction(two[1])
    return whole > 0 and (10 * first > 7 * whole or 10 * (whole - first - second) < first)
