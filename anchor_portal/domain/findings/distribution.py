"""How the shares of the organisations counted are spread: median and quartiles, each organisation counting the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.figure import Absent, Figure, NotApplicable, Suppressed, shown_count, shown_percent
from anchor_portal.domain.figures.proportions import NumberKind, Total, rounded, to_nearest

FEWEST = 10
"""Organisations from which on median and quartiles are given."""

SMALLEST_BASE = 20
"""Outside, an organisation whose rounded whole is smaller has no percentage, and is left out of the spread."""

BASES: dict[NumberKind, int] = {"people": 5, "fte": 5, "contracts": 5, "gbp": 1000}
"""What counts are rounded to before a percentage is made from them, outside."""

TOO_FEW = NotApplicable("median and quartiles are given where ten or more organisations are counted")
BY_ETHNICITY = Suppressed(
    "levels by ethnicity are never published for one organisation, and a median can be one organisation’s own figure"
)


@dataclass(frozen=True, slots=True)
class Distribution:
    """Of so many organisations a quarter are at or below the lower quartile, half at or below the median.

    Percentages 0 to 100. `organisations` are those with a share: a whole of zero has none.
    """

    organisations: Figure
    lower_quartile: Figure
    median: Figure
    upper_quartile: Figure


def spread(shares: Iterable[Total], definition: Definition) -> Distribution | None:
    """The exact distribution over organisations, for inside; `shares` has one total for each of them.

    None where no shares were given, and for measures that count organisations: yes or no has no median.
    """
    entries = tuple(shares)
    if not entries or definition.kind_of_number == "organisations":
        return None
    known = [100 * share for entry in entries if (share := entry.share()) is not None]
    return _among(known) if len(known) >= FEWEST else hidden_spread(TOO_FEW)


def protected_spread(shares: Iterable[Total], definition: Definition) -> Distribution | None:
    """The distribution for outside: whole percentages, made from each organisation's rounded counts.

    Never for counts by ethnicity. None as `spread` has it.
    """
    entries = tuple(shares)
    if not entries or definition.kind_of_number == "organisations":
        return None
    if definition.by_ethnicity:
        return hidden_spread(BY_ETHNICITY)
    base = BASES[definition.kind_of_number]
    amounts = [(to_nearest(entry.numerator, base), to_nearest(entry.denominator, base)) for entry in entries]
    known = [100 * Fraction(part) / Fraction(whole) for part, whole in amounts if whole >= SMALLEST_BASE]
    return _whole(_quartiles(known), len(known)) if len(known) >= FEWEST else hidden_spread(TOO_FEW)


def hidden_spread(why: Absent) -> Distribution:
    """A distribution of which nothing is shown."""
    return Distribution(why, why, why, why)


def quantile(ordered: Sequence[Fraction], part: Fraction) -> Fraction:
    """The value below which `part` (0 to 1) of some values in ascending order lies, between two of them in proportion.

    Definition 7 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages" (American Statistician 50,
    1996, 361-365): what `quantile` of R and `QUARTILE.INC` of spreadsheets give. Raises IndexError without values.
    """
    place = part * (len(ordered) - 1)
    below = int(place)
    rest = place - below
    return ordered[below] if not rest else ordered[below] + rest * (ordered[below + 1] - ordered[below])


def _quartiles(values: Iterable[Fraction]) -> tuple[Fraction, Fraction, Fraction]:
    ordered = sorted(values)
    lower, median, upper = (quantile(ordered, Fraction(quarter, 4)) for quarter in (1, 2, 3))
    return lower, median, upper


def _among(values: Sequence[Fraction]) -> Distribution:
    lower, median, upper = map(shown_percent, _quartiles(values))
    return Distribution(_organisations(len(values)), lower, median, upper)


def _whole(quartiles: tuple[Fraction, Fraction, Fraction], organisations: int) -> Distribution:
    lower, median, upper = (shown_percent(rounded(each, 0)) for each in quartiles)
    return Distribution(_organisations(organisations), lower, median, upper)


def _organisations(number: int) -> Figure:
    return shown_count(Decimal(number), "organisations")
