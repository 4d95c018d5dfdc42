"""What is asked of a solver: unknown numbers, lines that must add up, and questions about the tables that fit.

The domain says the problem; who solves it is passed in.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Table = tuple[float, ...]
"""One number for each unknown, in the order of the problem."""

SLACK = 1e-6
"""How far, relative to the numbers themselves, a table that is not whole may miss a line."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A number between two limits; with `or_zero` it may be 0 as well, and nothing between 0 and the lower limit."""

    lower: float
    upper: float
    or_zero: bool = False

    def allows(self, number: float, slack: float = 0.0) -> bool:
        """Whether it can be that number."""
        if self.lower - slack <= number <= self.upper + slack:
            return True
        return self.or_zero and abs(number) <= slack


@dataclass(frozen=True, slots=True)
class Line:
    """Unknowns, each with its factor, whose sum lies between two limits."""

    terms: tuple[tuple[int, int], ...]
    lower: float = 0.0
    upper: float = 0.0

    def allows(self, table: Sequence[float], slack: float = 0.0) -> bool:
        """Whether the table's sum lies between the limits."""
        amount = sum([factor * table[index] for index, factor in self.terms])
        return self.lower - slack <= amount <= self.upper + slack


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything that is known: tables that fit are whole-number tables where `whole`."""

    unknowns: tuple[Unknown, ...]
    lines: tuple[Line, ...]
    whole: bool = True

    def fits(self, table: Sequence[float]) -> bool:
        """Whether a table fits: to the unit where it is whole, else within a millionth of its largest number."""
        if self.whole and any(number != int(number) for number in table):
            return False
        slack = 0.0 if self.whole else SLACK * max(1.0, *map(abs, table))
        pairs = zip(self.unknowns, table, strict=True)
        if not all([unknown.allows(number, slack) for unknown, number in pairs]):
            return False
        return all([line.allows(table, slack) for line in self.lines])


class Questions(Protocol):
    """Asks about one problem again and again. An answer is a table that fits, or None where there is none."""

    def find_between(self, index: int, lower: float, upper: float) -> Table | None:
        """A table whose unknown at `index` lies between the two limits."""

    def find_extreme(self, index: int, *, most: bool) -> Table | None:
        """A table whose unknown at `index` is as large, or as small, as it can be."""


class Solve(Protocol):
    """Takes a problem and answers questions about it."""

    def __call__(self, problem: Problem) -> Questions:
        """Get ready to answer."""
