"""Sums that a share is made from, and the interval around a share of people."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, localcontext
from fractions import Fraction
from typing import Literal, Self

NumberKind = Literal["people", "fte", "gbp", "contracts", "organisations"]
"""What a numerator and a denominator count."""

Z_95 = Decimal("1.95996398454005")
Z_99_8 = Decimal("3.09023230616781")
"""Normal deviates of the two-sided 95 and 99.8 per cent intervals, as PHEindicatormethods has them."""

_EXACT = Context(prec=60, traps=[Inexact])


@dataclass(frozen=True, slots=True)
class Total:
    """Sums over the returns that are counted: of the part, of the whole that is known, of what is not known.

    All in the unit of the measure, exact, not below zero; `numerator` is at most `denominator`.
    """

    numerator: Decimal
    denominator: Decimal
    unknown: Decimal
    returns: int

    def __add__(self, other: "Total") -> "Total":
        return Total(
            _EXACT.add(self.numerator, other.numerator),
            _EXACT.add(self.denominator, other.denominator),
            _EXACT.add(self.unknown, other.unknown),
            self.returns + other.returns,
        )

    def __sub__(self, other: "Total") -> "Total":
        return Total(
            _EXACT.subtract(self.numerator, other.numerator),
            _EXACT.subtract(self.denominator, other.denominator),
            _EXACT.subtract(self.unknown, other.unknown),
            self.returns - other.returns,
        )

    def share(self) -> Fraction | None:
        """The exact share, 0 to 1; None where the denominator is 0."""
        return share_of(self.numerator, self.denominator)


NOTHING = Total(Decimal(0), Decimal(0), Decimal(0), 0)


@dataclass(frozen=True, slots=True)
class Largest:
    """The two largest organisations' parts of each sum, largest first, 0 where there is no second."""

    numerators: tuple[Decimal, Decimal]
    denominators: tuple[Decimal, Decimal]

    @classmethod
    def among(cls, entries: Iterable[Total]) -> Self:
        """Of one total for each organisation."""
        each = tuple(entries)
        return cls(_top_two(one.numerator for one in each), _top_two(one.denominator for one in each))

    def joined_with(self, other: "Largest") -> "Largest":
        """Of two groups taken together that share no organisation."""
        return Largest(
            _top_two((*self.numerators, *other.numerators)),
            _top_two((*self.denominators, *other.denominators)),
        )


def _top_two(amounts: Iterable[Decimal]) -> tuple[Decimal, Decimal]:
    first, second = (*sorted(amounts, reverse=True), Decimal(0), Decimal(0))[:2]
    return first, second


def share_of(part: Decimal, whole: Decimal) -> Fraction | None:
    """part / whole, exactly; None where the whole is 0."""
    return Fraction(part) / Fraction(whole) if whole else None


def rounded(value: Fraction, places: int) -> Decimal:
    """An exact value to so many decimals, halves away from zero; it keeps its places (63.0 stays 63.0)."""
    scaled = int(abs(value) * 10**places + Fraction(1, 2))
    return Decimal(scaled if value >= 0 else -scaled).scaleb(-places, _EXACT)


def to_nearest(amount: Decimal, base: int) -> Decimal:
    """The multiple of `base` that is nearest to an amount of 0 or more, halves upwards, as a whole number."""
    return Decimal(int(Fraction(amount) / base + Fraction(1, 2)) * base)


def wilson(numerator: Decimal | int, denominator: Decimal | int, z: Decimal = Z_95) -> tuple[float, float]:
    """The Wilson score interval of a proportion, lower and upper limit, each 0 to 1.

    Raises ValueError unless 0 <= numerator <= denominator and denominator > 0.
    """
    lower, upper = wilson_limits(Decimal(numerator), Decimal(denominator), z)
    return float(lower), float(upper)


def wilson_limits(numerator: Decimal, denominator: Decimal, z: Decimal = Z_95) -> tuple[Decimal, Decimal]:
    """The same limits before they become floats, to some fifty digits.

    Source: E. B. Wilson, JASA 22 (1927) 209-212, in the form of R. G. Newcombe and D. G. Altman, "Proportions
    and their differences" (Statistics with Confidence, 2nd edition, 2000), which PHEindicatormethods uses:
    (2x + z² ± z √(z² + 4x(1 - x/n))) / 2(n + z²), for x of n.
    """
    if not 0 <= numerator <= denominator or not denominator:
        raise ValueError(f"{numerator} of {denominator} is not a proportion")
    with localcontext(prec=60):
        square = z * z
        arm = z * (square + 4 * numerator * (1 - numerator / denominator)).sqrt()
        middle, width = 2 * numerator + square, 2 * (denominator + square)
        lower, upper = (middle - arm) / width, (middle + arm) / width
    return max(lower, Decimal(0)), min(upper, Decimal(1))
