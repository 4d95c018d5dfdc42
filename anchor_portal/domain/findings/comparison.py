"""A share beside a benchmark: similar, higher or lower, by the share's own confidence interval."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from anchor_portal.domain.figures.figure import Figure, Shown, reason_of
from anchor_portal.domain.figures.indicators import Row

Outcome = Literal["similar", "higher", "lower", "not_compared"]

_SYMBOLS: dict[Outcome, str] = {"similar": "≈", "higher": "▲", "lower": "▼", "not_compared": ""}
_LABELS: dict[Outcome, str] = {
    "similar": "Similar",
    "higher": "Higher",
    "lower": "Lower",
    "not_compared": "Not compared",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a share stands to a benchmark, and that in a whole sentence."""

    outcome: Outcome
    words: str

    @property
    def symbol(self) -> str:
        """A sign beside the label, never instead of it; empty where nothing is compared."""
        return _SYMBOLS[self.outcome]

    @property
    def label(self) -> str:
        """Similar, Higher, Lower or Not compared."""
        return _LABELS[self.outcome]


def compare(row: Row, benchmark: Row, name: str = "all signatories") -> Comparison:
    """A row beside a benchmark row, which the sentence calls `name`."""
    return compare_interval(row.value, row.lower, row.upper, benchmark.value, name)


def compare_interval(value: Figure, lower: Figure, upper: Figure, benchmark: Figure, name: str) -> Comparison:
    """A share with its 95 per cent limits beside another value, as Fingertips compares with a benchmark.

    Higher where the whole interval lies above the benchmark, lower where it lies below; similar where the benchmark
    is in the interval, its ends included. Without an interval nothing is compared.
    """
    if (
        isinstance(value, Shown)
        and isinstance(lower, Shown)
        and isinstance(upper, Shown)
        and isinstance(benchmark, Shown)
    ):
        return _compare(lower, upper, benchmark, name)
    reason = next(filter(None, map(reason_of, (value, lower, upper, benchmark))))
    return Comparison("not_compared", f"Not compared with {name}: {reason}.")


def _compare(lower: Shown, upper: Shown, benchmark: Shown, name: str) -> Comparison:
    limits, other = f"95% confidence interval {lower.text} to {upper.text}", f"{name} ({benchmark.text})"
    if Fraction(lower.value) > Fraction(benchmark.value):
        return Comparison("higher", f"Higher than {other}: {limits}.")
    if Fraction(upper.value) < Fraction(benchmark.value):
        return Comparison("lower", f"Lower than {other}: {limits}.")
    return Comparison("similar", f"Similar to {other}, within what chance can do: {limits}.")
