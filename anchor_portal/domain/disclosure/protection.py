"""Complementary suppression: which further cells are hidden, so that nobody can work out what may not be known.

Cells are hidden one by one, each time the cheapest that helps, until the attack fails; then each is tried without
again, until none of them could be shown on its own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from anchor_portal.domain.disclosure.attack import PLACE_OF, Attack, Demand
from anchor_portal.domain.disclosure.solving import Solve, Table
from anchor_portal.domain.disclosure.tables import Cell, Column, Tables

TRIED_AT_MOST = 24
"""Candidates tried for one step; if none of them helps, the cheapest is hidden and the search goes on."""


@dataclass(frozen=True, slots=True)
class Protection:
    """Which cells are hidden, and which of them only to protect others; `headline` where even everyone is hidden."""

    hidden: frozenset[Cell]
    complementary: frozenset[Cell]
    headline: bool = False


@dataclass(frozen=True, slots=True)
class Leftover:
    """What subtraction leaves in one column of a breakdown: the hidden cells together must be showable themselves."""

    breakdown: str
    column: Column


Fault = Demand | Leftover
"""What does not hold: too little uncertainty about a number, or too little left by subtraction."""


def protect(tables: Tables, solve: Solve) -> Protection:
    """Hide as little as makes everything safe. Ends in any case: at worst nothing is shown at all."""
    return _Search(tables, solve).protection()


def find_faults(
    tables: Tables, hidden: frozenset[Cell], solve: Solve, found: list[Table] | None = None
) -> frozenset[Fault]:
    """Everything that an attacker can work out too well with these cells hidden.

    `found` keeps tables for the next time that the same is asked with other cells hidden.
    """
    return frozenset(_Search(tables, solve, found).faults(hidden))


class _Search:
    """The search for what to hide; every table found to fit is kept, because it answers many questions."""

    def __init__(self, tables: Tables, solve: Solve, found: list[Table] | None = None) -> None:
        self.tables, self._solve = tables, solve
        self._found: list[Table] = [] if found is None else found
        self._given_away: frozenset[Fault] = frozenset()

    def protection(self) -> Protection:
        """What is hidden in the end."""
        primary = self.tables.primary()
        hidden, faults = primary, frozenset(self.faults(primary))
        while faults:
            hopeless = self._hopeless(faults)
            if self.tables.definition.by_ethnicity and not self._are_older(hopeless):
                return Protection(self.tables.cells(), self.tables.cells() - primary, headline=True)
            self._given_away |= hopeless
            hidden, faults = self._complement(primary)
        hidden = self._prune(primary, hidden)
        return Protection(hidden, hidden - primary)

    def _hopeless(self, faults: Iterable[Fault]) -> frozenset[Fault]:
        """What the headline alone, or what was published before, gives away: hiding every row would not help."""
        everything = self.tables.cells()
        attack, leftovers = self._attack(everything), frozenset(self._leftovers(everything))
        return frozenset(
            fault for fault in faults if fault in leftovers or (isinstance(fault, Demand) and not attack.holds(fault))
        )

    def faults(self, hidden: frozenset[Cell]) -> Iterator[Fault]:
        """What does not hold with these cells hidden, apart from what is given away in any case."""
        attack = self._attack(hidden)
        yield from self._leftovers(hidden)
        for demand in attack.demands():
            if demand not in self._given_away and not attack.holds(demand):
                yield demand

    def _attack(self, hidden: frozenset[Cell]) -> Attack:
        return Attack(self.tables, hidden, self._solve, self._found)

    def _are_older(self, faults: Iterable[Fault]) -> bool:
        """Whether earlier publications give all of this away by themselves."""
        attack = Attack(self.tables, frozenset(), self._solve, self._found, is_published=False)
        older = set(attack.demands())
        return all(fault in older and isinstance(fault, Demand) and not attack.holds(fault) for fault in faults)

    def _leftovers(self, hidden: frozenset[Cell]) -> Iterator[Leftover]:
        """Where a group without any figure is hidden and what is left by subtraction is not enough to be a row."""
        tables = self.tables
        for breakdown, members in tables.sheet.breakdowns.items():
            for column in tables.columns:
                rest = [each for each in members if Cell(each, column) in hidden]
                is_needed = any(tables.subjects[each].has_no_figure(tables.definition) for each in rest)
                # all of them together are everyone counted, whose figure is shown
                is_enough = len(rest) == len(members) or tables.rest_may_be_known(
                    rest, column, is_crossed=breakdown == "tier"
                )
                leftover = Leftover(breakdown, column)
                if is_needed and not is_enough and leftover not in self._given_away:
                    yield leftover

    def _complement(self, primary: frozenset[Cell]) -> tuple[frozenset[Cell], frozenset[Fault]]:
        """Hide cells until nothing is at fault; or every cell, with the faults that even then remain."""
        hidden, faults = primary, frozenset(self.faults(primary))
        while faults:
            candidates = _candidates(self.tables, hidden, faults)
            if not candidates:
                break
            hidden, faults = self._step(hidden, faults, candidates)
        return hidden, faults

    def _step(
        self, hidden: frozenset[Cell], faults: frozenset[Fault], candidates: Sequence[Cell]
    ) -> tuple[frozenset[Cell], frozenset[Fault]]:
        """Hide the first candidate that mends half of what is at fault, else the one that leaves the fewest faults."""
        best: tuple[frozenset[Cell], frozenset[Fault]] | None = None
        for cell in candidates[:TRIED_AT_MOST]:
            left = self._faults_left(hidden | {cell}, faults, cell)
            if best is None or len(left) < len(best[1]):
                best = hidden | {cell}, left
            if 2 * len(left) <= len(faults):
                break
        return best or (hidden, faults)

    def _faults_left(self, hidden: frozenset[Cell], faults: frozenset[Fault], cell: Cell) -> frozenset[Fault]:
        """The faults that remain with one more cell hidden: of those before, and of the cell itself.

        What held goes on to hold, because hiding a cell never makes fewer tables fit.
        """
        attack = self._attack(hidden)
        asked = {fault for fault in faults if isinstance(fault, Demand)}
        asked |= {demand for demand in attack.demands() if demand.subject == cell.subject}
        demands = (demand for demand in sorted(asked - self._given_away, key=_order) if not attack.holds(demand))
        return frozenset([*demands, *self._leftovers(hidden)])

    def _prune(self, primary: frozenset[Cell], hidden: frozenset[Cell]) -> frozenset[Cell]:
        """Show again, one by one and the dearest first, whatever can be shown without a fault."""
        has_changed = True
        while has_changed:
            has_changed = False
            for cell in sorted(hidden - primary, key=lambda each: _cost(self.tables, hidden, each), reverse=True):
                if not any(self.faults(hidden - {cell})):
                    hidden, has_changed = hidden - {cell}, True
        return hidden


def _order(demand: Demand) -> tuple[int, int]:
    return demand.subject, demand.place


def _candidates(tables: Tables, hidden: frozenset[Cell], faults: frozenset[Fault]) -> list[Cell]:
    """The cells that are still shown, in the order in which they are tried: near a fault first, then the cheapest."""
    near = {place for fault in faults for place in _lines_of(tables, fault)}
    lines: dict[Cell, bool] = {}
    for breakdown, members in tables.sheet.breakdowns.items():
        for cell in tables.cells():
            if cell.subject in members and cell not in hidden:
                lines[cell] = lines.get(cell, False) or (breakdown, cell.column) in near
    return sorted(lines, key=lambda cell: (not lines[cell], *_cost(tables, hidden, cell)))


def _lines_of(tables: Tables, fault: Fault) -> Iterator[tuple[str, Column]]:
    if isinstance(fault, Leftover):
        yield fault.breakdown, fault.column
        return
    columns: tuple[Column, ...] = (
        tuple(column for column, place in PLACE_OF.items() if place == fault.place) or tables.columns
    )
    for breakdown, members in tables.sheet.breakdowns.items():
        if fault.subject in members:
            yield from ((breakdown, column) for column in columns)


def _cost(tables: Tables, hidden: frozenset[Cell], cell: Cell) -> tuple[bool, bool, bool, float, str, str]:
    """What is lost: least where a row's value is gone already or was never shown, then by the size of the group."""
    subject = tables.subjects[cell.subject]
    other: Column = "numerator" if cell.column == "denominator" else "denominator"
    return (
        not getattr(subject.total, cell.column),
        Cell(cell.subject, other) not in hidden,
        cell not in tables.hidden_before,
        float(subject.total.denominator),
        subject.code,
        cell.column,
    )
