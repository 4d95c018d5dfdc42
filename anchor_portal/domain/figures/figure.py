"""A figure as it leaves the domain: shown, or not shown in one of four ways, so that no number slips out."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from anchor_portal.domain.figures.proportions import NumberKind, rounded

Number = Fraction | Decimal
"""Exact: a Fraction is not rounded yet, a Decimal has the places with which it is printed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure to print: its exact value (for charts, sorting and files) and its text."""

    state: ClassVar[str] = "shown"
    value: Number
    text: str


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Known, and not shown, so that nobody can be told apart; the reason in words."""

    state: ClassVar[str] = "suppressed"
    reason: str


@dataclass(frozen=True, slots=True)
class NotProvided:
    """Nobody gave it; the reason in words."""

    state: ClassVar[str] = "not_provided"
    reason: str


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """There can be no such figure; the reason in words."""

    state: ClassVar[str] = "not_applicable"
    reason: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """Known, and not published for now, for the reason in words."""

    state: ClassVar[str] = "withheld"
    reason: str


Absent = Suppressed | NotProvided | NotApplicable | Withheld
Figure = Shown | Absent

_ABSENT: dict[str, type[Suppressed] | type[NotProvided] | type[NotApplicable] | type[Withheld]] = {
    kind.state: kind for kind in (Suppressed, NotProvided, NotApplicable, Withheld)
}
_PLACES: dict[NumberKind, int] = {"fte": 2, "gbp": 2}


def state_of(figure: Figure) -> str:
    """shown, suppressed, not_provided, not_applicable or withheld."""
    return figure.state


def reason_of(figure: Figure) -> str | None:
    """Why a figure is not shown, in words; None where it is shown."""
    return None if isinstance(figure, Shown) else figure.reason


def absent(state: str, reason: str) -> Absent:
    """The figure that is not shown in that state. Raises KeyError for another state."""
    return _ABSENT[state](reason)


def as_float(figure: Figure) -> float | None:
    """The value for a chart or a file; None where the figure is not shown."""
    return float(figure.value) if isinstance(figure, Shown) else None


def printed(value: Number) -> Decimal:
    """A value with the places that it is printed with: one where it is not rounded yet, else its own."""
    return value if isinstance(value, Decimal) else rounded(value, 1)


def shown_percent(value: Number) -> Shown:
    """A percentage, 0 to 100: "63.2%"."""
    return Shown(value, f"{printed(value):f}%")


def shown_points(value: Number, as_printed: Decimal | None = None) -> Shown:
    """A change in percentage points, signed: "+1.3", "−1.3"; `as_printed` where it is rounded already."""
    return Shown(value, say_points(printed(value) if as_printed is None else as_printed))


def say_points(points: Decimal) -> str:
    """Percentage points with their sign, and none for 0: "+1.3", "−1.3", "0.0"."""
    sign = "+" if points > 0 else "\u2212" if points < 0 else ""
    return f"{sign}{abs(points):f}"


def shown_composition(composition: Number, real: Number, total: Number) -> Shown:
    """The change of composition, printed as rounded total less rounded real: the printed parts add up."""
    return shown_points(composition, printed(total) - printed(real))


def shown_count(amount: Decimal, kind: NumberKind) -> Shown:
    """An amount as it is, printed in its unit: "5,921", "812.50", "£1,234,567.89"."""
    return Shown(amount, f"{'£' if kind == 'gbp' else ''}{amount:,f}")


def exact_count(amount: Decimal, kind: NumberKind) -> Decimal:
    """The amount with the places of its unit, two for FTE and pounds, none for others; never rounded."""
    whole, *decimals = f"{amount:f}".split(".")
    digits = (decimals[0] if decimals else "").rstrip("0").ljust(_PLACES.get(kind, 0), "0")
    return Decimal(f"{whole}.{digits}" if digits else whole)
