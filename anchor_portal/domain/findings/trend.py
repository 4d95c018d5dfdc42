"""Whether a share has been rising or falling over the rounds, tested as Fingertips tests its recent trends.

Source: Office for Health Improvement and Disparities, "Fingertips trend markers" (Public health technical guidance),
the method for proportions, on the five most recent comparable points: the chi-squared test for trend of P. Armitage,
"Tests for linear trends in proportions and frequencies" (Biometrics 11, 1955, 375-386), at 99.8 per cent; and the
slope of the log odds over time, which must keep its sign when any one point is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Literal

from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.figures.proportions import Z_99_8
from anchor_portal.domain.rounds import read_code, title_of

Direction = Literal["up", "down", "none", "too_few", "not_tested"]

ROUNDS_NEEDED = 5
"""Comparable rounds before any trend is claimed, and how many of the most recent ones the test looks at."""

_SYMBOLS: dict[Direction, str] = {"up": "↑", "down": "↓", "none": "→", "too_few": "", "not_tested": ""}
_LABELS: dict[Direction, str] = {
    "up": "Increasing",
    "down": "Decreasing",
    "none": "No significant change",
    "too_few": "Too early to say",
    "not_tested": "No trend claimed",
}
_NOT_PEOPLE = {
    "fte": "full-time equivalents are not counts of people",
    "gbp": "pounds are not counts of people",
    "contracts": "contracts are not counts of people",
    "organisations": "these are counts of organisations, not of people",
}


@dataclass(frozen=True, slots=True)
class Trend:
    """What may be said of a trend: its direction, in whole sentences, and the rounds that were compared.

    `rounds` are the codes of the comparable rounds, the earliest first: those tested where there was a test.
    """

    direction: Direction
    words: str
    rounds: tuple[str, ...] = ()

    @property
    def symbol(self) -> str:
        """An arrow, or nothing where no trend is claimed; never to be shown without `label`."""
        return _SYMBOLS[self.direction]

    @property
    def label(self) -> str:
        """The direction in a word or three, as Fingertips has them."""
        return _LABELS[self.direction]


@dataclass(frozen=True, slots=True)
class Point:
    """One round: its time in months, how many people belong to the part, and of how many it is known."""

    month: int
    part: Fraction
    whole: Fraction


def trend_of(views: Sequence[IndicatorView]) -> Trend:
    """The trend up to the last of these views of one indicator, the earliest first.

    Protected views are tested by their published counts, raw ones by exact counts.
    """
    if not views:
        return Trend("too_few", "There is no figure yet, so no trend is claimed.")
    definition = views[-1].definition
    compared = comparable(views)
    codes = tuple(view.round for view in compared)
    if definition.kind_of_number != "people":
        why = _NOT_PEOPLE[definition.kind_of_number]
        return Trend("not_tested", f"No trend is claimed, because {why}; the change is stated instead.", codes)
    if not isinstance(views[-1].value, Shown):
        return Trend(
            "too_few", f"No trend is claimed, because no figure is shown for {title_of(views[-1].round)}.", codes
        )
    if len(compared) < ROUNDS_NEEDED:
        return Trend("too_few", _say_too_few(len(compared)), codes)
    tested = compared[-ROUNDS_NEEDED:]
    direction = direction_of([_point(view) for view in tested])
    return Trend(direction, _say(direction, tested), codes[-ROUNDS_NEEDED:])


def comparable(views: Sequence[IndicatorView]) -> list[IndicatorView]:
    """The views that may stand in one series with the last: same definition without a break, a figure, new data.

    Figures of a financial year are only comparable in the same month. A round whose level tables were mostly carried
    forward is not a new round.
    """
    latest = views[-1]
    unbroken = []
    for view in reversed(views):
        if view.definition.code != latest.definition.code:
            break
        unbroken.append(view)
    return [view for view in reversed(unbroken) if _is_new_figure(view) and _is_same_month(view, latest)]


def _is_new_figure(view: IndicatorView) -> bool:
    cells = (view.value, view.numerator, view.denominator)
    return not view.is_carried and all(isinstance(cell, Shown) for cell in cells)


def _is_same_month(view: IndicatorView, latest: IndicatorView) -> bool:
    return not latest.definition.financial_year or read_code(view.round)[1] == read_code(latest.round)[1]


def _point(view: IndicatorView) -> Point:
    year, month = read_code(view.round)
    part, whole = (Fraction(cell.value) for cell in (view.numerator, view.denominator) if isinstance(cell, Shown))
    return Point(12 * year + month, part, whole)


def direction_of(points: Sequence[Point]) -> Literal["up", "down", "none"]:
    """Up or down where the test finds a trend that does not hang on any one point; else none."""
    slopes = [slope_of([*points[:left_out], *points[left_out + 1 :]]) for left_out in range(len(points))]
    slopes.append(slope_of(points))
    if chi_squared(points) <= Fraction(Z_99_8) ** 2:
        return "none"
    if all(slope > 0 for slope in slopes):
        return "up"
    return "down" if all(slope < 0 for slope in slopes) else "none"


def chi_squared(points: Sequence[Point]) -> Fraction:
    """Armitage's chi-squared for a linear trend, with one degree of freedom, exactly; 0 where nothing can vary.

    N (N Σrt - R Σnt)² / (R (N - R) (N Σnt² - (Σnt)²)), for r of n at time t, R = Σr, N = Σn.
    """
    parts, wholes = sum(point.part for point in points), sum(point.whole for point in points)
    by_time = sum(point.part * point.month for point in points)
    wholes_by_time = sum(point.whole * point.month for point in points)
    spread = wholes * sum(point.whole * point.month**2 for point in points) - wholes_by_time**2
    below = parts * (wholes - parts) * spread
    return Fraction(wholes * (wholes * by_time - parts * wholes_by_time) ** 2 / below) if below else Fraction(0)


def slope_of(points: Sequence[Point]) -> Decimal:
    """The slope of the log odds by time, by least squares and up to a positive factor, to some thirty digits.

    Where none or all belong to the part, half a person is added on both sides (Haldane's correction), since the odds
    have no logarithm there. A slope nearer to 0 than 1e-30 is 0: that is no more than rounding.
    """
    middle = Fraction(sum(point.month for point in points), len(points))
    with localcontext(prec=50):
        slope = sum((_decimal(point.month - middle) * _log_odds(point) for point in points), Decimal(0))
        return slope if abs(slope) > Decimal("1e-30") else Decimal(0)


def _log_odds(point: Point) -> Decimal:
    part, rest = point.part, point.whole - point.part
    if not part or not rest:
        part, rest = part + Fraction(1, 2), rest + Fraction(1, 2)
    return _decimal(part / rest).ln()


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def _say_too_few(number: int) -> str:
    have = {0: "there is none yet", 1: "there is one so far"}.get(number, f"there are {number} so far")
    return f"It is too early to speak of a trend: that takes five comparable rounds, and {have}."


def _say(direction: Direction, tested: Sequence[IndicatorView]) -> str:
    when = f"over the last five comparable rounds, {title_of(tested[0].round)} to {title_of(tested[-1].round)}"
    if direction == "none":
        return f"There is no clear trend {when}: the ups and downs are no more than chance or one unusual round."
    way = "rising" if direction == "up" else "falling"
    return (
        f"The share has been {way} {when}. Chance alone would hardly ever do that (chi-squared test for trend, 99.8%), "
        "and no single round makes the difference."
    )
