"""HiGHS as the solver behind disclosure control: models that are made once for each problem and asked again and again.

A problem is asked in outline first, without its whole numbers and gaps, which takes a fraction of a millisecond. Where
the answer lies in a gap or between two whole numbers, both sides are asked in turn (branch and bound). Only what takes
many steps so is given to HiGHS as the whole problem, whose own search costs more to begin with.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from math import ceil, floor
from typing import Any

from anchor_portal.domain.disclosure.solving import Line, Problem, Questions, Table

PRECISION = 1e-9
"""How far from a whole number HiGHS may leave an unknown: small enough to be rounded without doubt."""
NEARLY = 1e-6
"""What is nearer to a whole number than this is one."""
STEPS = 40
"""Steps of our own search before the whole problem is handed over."""

Sides = tuple[tuple[float, float], tuple[float, float]]


class _TooLong(Exception):
    """Our own search takes too many steps."""


def solve(problem: Problem, *, steps: int = STEPS) -> Questions:
    """The problem, ready for questions. HiGHS is imported with the first, so that nobody else waits for it.

    `steps` is how long a question is searched here before HiGHS is given all of it.
    """
    return _Answers(problem, steps)


class _Answers:
    """Answers questions about a problem, from its outline where that is enough."""

    def __init__(self, problem: Problem, most_steps: int) -> None:
        self._problem, self._most_steps = problem, most_steps
        self._steps = 0

    @cached_property
    def _outline(self) -> "_Model":
        return _Model(self._problem, is_outline=True)

    @cached_property
    def _all(self) -> "_Model":
        return _Model(self._problem, is_outline=False)

    def find_between(self, index: int, lower: float, upper: float) -> Table | None:
        """A table whose unknown at `index` lies between the two limits."""
        return self._ask(lambda model: model.find_between(index, lower, upper), lambda table: 0.0)

    def find_extreme(self, index: int, *, most: bool) -> Table | None:
        """A table whose unknown at `index` is as large, or as small, as it can be."""
        sign = 1 if most else -1
        return self._ask(lambda model: model.find_extreme(index, most=most), lambda table: sign * table[index])

    def _ask(self, question: Callable[["_Model"], Table | None], worth: Callable[[Table], float]) -> Table | None:
        self._steps = 0
        try:
            return self._search(lambda: question(self._outline), worth, None)
        except _TooLong:
            found = question(self._all)
            return None if found is None else self._rounded(found)

    def _search(
        self, ask: Callable[[], Table | None], worth: Callable[[Table], float], best: Table | None
    ) -> Table | None:
        """The best table on this side, or the best so far."""
        self._steps += 1
        if self._steps > self._most_steps:
            raise _TooLong
        found = ask()
        if found is None or (best is not None and worth(found) <= worth(best)):
            return best
        split = self._split(found)
        if split is None:
            return self._rounded(found)
        index, sides = split
        for low, high in sides:
            with self._outline.narrowed(index, low, high):
                best = self._search(ask, worth, best)
        return best

    def _split(self, table: Table) -> tuple[int, Sides] | None:
        """The first unknown that is in its gap or not whole, and what it may be on either side."""
        for index, (unknown, number) in enumerate(zip(self._problem.unknowns, table, strict=True)):
            if unknown.or_zero and NEARLY < number < unknown.lower - NEARLY:
                return index, ((0, 0), (unknown.lower, unknown.upper))
            if self._problem.whole and abs(number - round(number)) > NEARLY:
                return index, ((0, floor(number)), (ceil(number), unknown.upper))
        return None

    def _rounded(self, table: Table) -> Table:
        return tuple(float(round(each)) for each in table) if self._problem.whole else table


class _Model:
    """A problem as HiGHS has it. An unknown that may be 0 or more than so many has a yes-or-no beside it."""

    def __init__(self, problem: Problem, *, is_outline: bool) -> None:
        import highspy

        make: Any = highspy.Highs
        self._highs = make()
        self._optimal = highspy.HighsModelStatus.kOptimal
        self._whole = highspy.HighsVarType.kInteger
        self._limits = [(0.0 if each.or_zero else float(each.lower), float(each.upper)) for each in problem.unknowns]
        self._set_options()
        for lower, upper in self._limits:
            self._add_unknown(lower, upper, whole=problem.whole and not is_outline)
        for line in problem.lines:
            self._add_line(line)
        for index, unknown in enumerate(problem.unknowns):
            if unknown.or_zero and not is_outline:
                self._add_gap(index, unknown.lower, unknown.upper)

    def _set_options(self) -> None:
        for name, value in (
            ("output_flag", False),
            ("threads", 1),
            ("mip_feasibility_tolerance", PRECISION),
            ("primal_feasibility_tolerance", PRECISION),
        ):
            self._highs.setOptionValue(name, value)

    def _add_unknown(self, lower: float, upper: float, *, whole: bool) -> int:
        self._highs.addVar(lower, upper)
        index = int(self._highs.getNumCol()) - 1
        if whole:
            self._highs.changeColIntegrality(index, self._whole)
        return index

    def _add_line(self, line: Line) -> None:
        indices, factors = zip(*line.terms, strict=True)
        self._add_row(line.lower, line.upper, indices, factors)

    def _add_row(self, lower: float, upper: float, indices: Sequence[int], factors: Sequence[float]) -> None:
        import numpy

        self._highs.addRow(
            float(lower),
            float(upper),
            len(indices),
            numpy.array(indices, dtype=numpy.int32),
            numpy.array(factors, dtype=numpy.float64),
        )

    def _add_gap(self, index: int, lower: float, upper: float) -> None:
        """0 where the yes-or-no is 0, from `lower` to `upper` where it is 1."""
        is_some = self._add_unknown(0.0, 1.0, whole=True)
        self._add_row(0, float("inf"), (index, is_some), (1.0, -float(lower)))
        self._add_row(float("-inf"), 0, (index, is_some), (1.0, -float(upper)))

    @contextmanager
    def narrowed(self, index: int, lower: float, upper: float) -> Iterator[None]:
        """Within it an unknown lies between narrower limits; where there is nothing between them, nothing is found."""
        before = self._limits[index]
        self._limit(index, max(before[0], float(lower)), min(before[1], float(upper)))
        try:
            yield
        finally:
            self._limit(index, *before)

    def _limit(self, index: int, lower: float, upper: float) -> None:
        self._limits[index] = lower, upper
        self._highs.changeColBounds(index, lower, upper)

    def find_between(self, index: int, lower: float, upper: float) -> Table | None:
        with self.narrowed(index, lower, upper):
            return self._run()

    def find_extreme(self, index: int, *, most: bool) -> Table | None:
        self._highs.changeColCost(index, -1.0 if most else 1.0)
        found = self._run()
        self._highs.changeColCost(index, 0.0)
        return found

    def _run(self) -> Table | None:
        if any(lower > upper for lower, upper in self._limits):
            return None
        self._highs.run()
        if self._highs.getModelStatus() != self._optimal:
            return None
        return tuple(map(float, self._highs.getSolution().col_value[: len(self._limits)]))
