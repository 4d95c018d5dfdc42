"""Complementary suppression the plain way, to compare with: the smallest shown cell of the line until it holds."""

from anchor_portal.domain.disclosure.attack import REST, Demand
from anchor_portal.domain.disclosure.protection import Fault, find_faults
from anchor_portal.domain.disclosure.solving import Solve
from anchor_portal.domain.disclosure.tables import Cell, Tables

COLUMN_OF = {0: "numerator", 2: "denominator"}


def hide_plainly(tables: Tables, solve: Solve) -> frozenset[Cell]:
    """The cells hidden to protect others: nothing is shown again that turns out not to have been needed."""
    primary = tables.primary()
    hidden, kept = primary, []
    while True:
        faults = find_faults(tables, hidden, solve, kept)
        found = [cell for fault in sorted(faults, key=str) if (cell := _smallest(tables, hidden, fault)) is not None]
        if not found:
            return hidden - primary
        hidden |= {found[0]}


def _smallest(tables: Tables, hidden: frozenset[Cell], fault: Fault) -> Cell | None:
    """The smallest shown cell of the first line of a fault that has one."""
    for breakdown, members in tables.sheet.breakdowns.items():
        for column in tables.columns:
            if _is_in(fault, breakdown, members, column):
                line = [cell for each in members if (cell := Cell(each, column)) in tables.cells() - hidden]
                if line:
                    return min(line, key=lambda cell: getattr(tables.subjects[cell.subject].total, cell.column))
    return None


def _is_in(fault: Fault, breakdown: str, members: tuple[int, ...], column: str) -> bool:
    if isinstance(fault, Demand):
        return fault.subject in members and (fault.place == REST or COLUMN_OF[fault.place] == column)
    return (fault.breakdown, fault.column) == (breakdown, column)
