"""What an attacker can make of published tables, and whether it is too much.

The unknowns are, for each group, its numerator, the rest of its denominator (for staff by ethnicity: white) and its
denominator. The attacker knows every published number with its rounding, what adds up to what, which groups have no
figure of any kind, and of every hidden cell of staff by ethnicity whether it is 1 to 7 or not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from anchor_portal.domain.disclosure.moves import Moves, Standing
from anchor_portal.domain.disclosure.rules import BASES, SMALL_COUNTS
from anchor_portal.domain.disclosure.solving import Line, Problem, Questions, Solve, Table, Unknown
from anchor_portal.domain.disclosure.tables import COLUMNS, Cell, Column, Tables
from anchor_portal.domain.figures.proportions import NumberKind, to_nearest

PART, REST, WHOLE = range(3)
"""The places of a group's three unknowns: numerator, denominator less numerator, denominator."""
PLACE_OF: dict[Column, int] = {"numerator": PART, "denominator": WHOLE}

FEWEST_VALUES = 5
"""So many whole numbers must be possible for a hidden count; as many as a rounded one leaves."""
FEWEST_ORGANISATIONS = 2
"""A number of organisations is exact, and one organisation says yes or no: both must be possible."""
FIRST_LARGE = SMALL_COUNTS.stop
UNITS: dict[NumberKind, int] = {"people": 1, "contracts": 1, "organisations": 1, "fte": 1, "gbp": 1000}
"""What numbers are counted in here."""
CONTINUOUS: frozenset[NumberKind] = frozenset({"fte", "gbp"})
NEARNESS = Decimal("0.1")
"""A hidden figure may not be placed within so much of itself, as in rule 5's test of dominance."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What must stay uncertain: the unknown `place` of a subject, by so many values, and if `is_wide` by 10 per cent."""

    subject: int
    place: int
    values: int
    is_wide: bool = False

    @property
    def index(self) -> int:
        """The number of the unknown in the problem."""
        return 3 * self.subject + self.place


class Attack:
    """The attack on the tables with some cells hidden: one problem, and every table that was found to fit it.

    `found` has tables that were found for other attacks on the same tables, many of which will fit here too, and takes
    what is found here.
    """

    def __init__(
        self,
        tables: Tables,
        hidden: frozenset[Cell],
        solve: Solve,
        found: list[Table] | None = None,
        *,
        is_published: bool = True,
    ) -> None:
        self.tables, self.hidden, self._solve = tables, hidden, solve
        self._found = [] if found is None else found
        self._sheets = (tables.sheet, *tables.earlier) if is_published else tables.earlier
        self._shown = tables.shown_before | (tables.cells() - hidden if is_published else frozenset())
        self._is_published = is_published
        self.kind = tables.definition.kind_of_number
        self.is_whole = self.kind not in CONTINUOUS
        self.truth = tuple(number for each in range(len(tables.subjects)) for number in self._truth(each))

    @cached_property
    def _fitting(self) -> list[Table]:
        """The truth, and tables found before that fit."""
        return [self.truth, *filter(self.problem.fits, self._found)]

    def demands(self) -> Iterator[Demand]:
        """What must stay uncertain about every hidden cell, of this publication and of earlier ones."""
        hidden = {*self.hidden, *self.tables.hidden_before} if self._is_published else self.tables.hidden_before
        for subject in sorted({cell.subject for cell in hidden}):
            columns = {cell.column for cell in hidden if cell.subject == subject} & set(self.tables.columns)
            yield from self._demands_on(subject, columns - self._columns_shown(subject))

    def _columns_shown(self, subject: int) -> set[Column]:
        """Nothing can be asked of what a headline or an earlier publication has shown."""
        if subject in {sheet.headline for sheet in self._sheets}:
            return set(COLUMNS)
        return {column for column in COLUMNS if Cell(subject, column) in self.tables.shown_before}

    def _demands_on(self, subject: int, columns: set[Column]) -> Iterator[Demand]:
        one = self.tables.subjects[subject]
        if one.is_known or not columns:
            return
        is_wide = one.has_no_figure(self.tables.definition)
        if self.kind == "organisations":
            if one.total.denominator:
                yield Demand(subject, PART, FEWEST_ORGANISATIONS)
            return
        for column in sorted(columns):
            yield Demand(subject, PLACE_OF[column], FEWEST_VALUES, is_wide)
        if self.tables.definition.by_ethnicity:
            yield Demand(subject, REST, FEWEST_VALUES)

    def holds(self, demand: Demand) -> bool:
        """Whether so much stays uncertain."""
        return (
            self._moves.reach(demand.subject, demand.place, self._width(demand), self._margin(demand))
            or self._is_seen(demand)
            or self._is_found(demand)
        )

    def _margin(self, demand: Demand) -> float:
        """How far from the truth some table must lie."""
        return float(NEARNESS) * abs(self.truth[demand.index]) if demand.is_wide else 0.0

    def _is_seen(self, demand: Demand) -> bool:
        """Whether tables found for other questions settle this one."""
        seen = {table[demand.index] for table in self._fitting}
        return self._is_varied(seen, demand) and self._is_far(seen, demand)

    def _is_varied(self, seen: set[float], demand: Demand) -> bool:
        if self.is_whole:
            return len(seen) >= demand.values
        return max(seen) - min(seen) >= self._width(demand)

    def _is_far(self, seen: set[float], demand: Demand) -> bool:
        true = self.truth[demand.index]
        return not demand.is_wide or any(abs(each - true) > self._margin(demand) for each in seen)

    def _width(self, demand: Demand) -> float:
        """How far apart two possible numbers must be; where they are not whole, as far as those of a rounded one."""
        return demand.values - 1 if self.is_whole else BASES[self.kind] / UNITS[self.kind]

    def _is_found(self, demand: Demand) -> bool:
        """The exact check: tables are asked for until there are enough, or no more."""
        for most in (False, True):
            self._add(self._questions.find_extreme(demand.index, most=most))
            if self._is_seen(demand):
                return True
        if not self._is_far({table[demand.index] for table in self._fitting}, demand):
            return False
        gaps = self._gaps(demand) if self.is_whole else []
        while gaps and not self._is_seen(demand):
            lower, upper = gaps.pop()
            found = self._add(self._questions.find_between(demand.index, lower, upper))
            if found is not None:
                number = found[demand.index]
                gaps += [each for each in ((lower, number - 1), (number + 1, upper)) if each[0] <= each[1]]
        return self._is_seen(demand)

    def _gaps(self, demand: Demand) -> list[tuple[float, float]]:
        """Between the values that are known to be possible, the smallest and the largest of all among them."""
        seen = sorted({table[demand.index] for table in self._fitting})
        return [(one + 1, other - 1) for one, other in zip(seen, seen[1:], strict=False) if other - one > 1]

    def _add(self, table: Table | None) -> Table | None:
        """Keep a table, if it fits: an answer is believed when it has been checked."""
        if table is None or not self.problem.fits(table):
            return None
        self._fitting.append(table)
        self._found.append(table)
        return table

    @cached_property
    def _questions(self) -> Questions:
        return self._solve(self.problem)

    @cached_property
    def _moves(self) -> Moves:
        return Moves(self.problem.unknowns, self.truth, self.tables.sheet, self._standing)

    @cached_property
    def _standing(self) -> dict[int, Standing]:
        """Where each unknown stands, the new publication being 0 and earlier ones counted from 1."""
        found: dict[int, set[tuple[int, str]]] = {}
        for number, sheet in enumerate(self._sheets, 0 if self._is_published else 1):
            for name, members in (("all", (sheet.headline,)), *sheet.breakdowns.items()):
                for each in members:
                    found.setdefault(each, set()).add((number, name))
        return {each: frozenset(places) for each, places in found.items()}

    @cached_property
    def problem(self) -> Problem:
        """Everything that the attacker knows."""
        unknowns = [each for subject in range(len(self.tables.subjects)) for each in self._unknowns(subject)]
        return Problem(tuple(unknowns), tuple(self._lines()), self.is_whole)

    def _lines(self) -> Iterator[Line]:
        for subject in range(len(self.tables.subjects)):
            yield Line(((3 * subject + WHOLE, 1), (3 * subject + PART, -1), (3 * subject + REST, -1)))
        for sheet in self._sheets:
            for members in sheet.breakdowns.values():
                yield from _adding_up(sheet.headline, members)

    def _truth(self, subject: int) -> tuple[float, float, float]:
        total, unit = self.tables.subjects[subject].total, UNITS[self.kind]
        numbers = (total.numerator, total.denominator - total.numerator, total.denominator)
        part, rest, whole = (int(each) if self.is_whole else float(each / unit) for each in numbers)
        return part, rest, whole

    def _unknowns(self, subject: int) -> tuple[Unknown, Unknown, Unknown]:
        """What the attacker knows of a group's numerator, rest and denominator, each by itself."""
        if self.tables.subjects[subject].is_known:
            part, rest, whole = (Unknown(each, each) for each in self._truth(subject))
            return part, rest, whole
        is_headline = subject in {sheet.headline for sheet in self._sheets}
        part, whole = (
            self._shown_unknown(subject, column)
            if is_headline or Cell(subject, column) in self._shown
            else self._hidden_unknown(subject, PLACE_OF[column])
            for column in COLUMNS
        )
        return part, self._hidden_unknown(subject, REST), whole

    def _shown_unknown(self, subject: int, column: Column) -> Unknown:
        """Within the rounding of the number that is shown; of staff by ethnicity a shown 0 is 0, nothing else small."""
        base, unit = BASES[self.kind], UNITS[self.kind]
        amount: Decimal = getattr(self.tables.subjects[subject].total, column)
        middle = float(to_nearest(amount, base)) / unit
        half = (base - 1) // 2 if self.is_whole else base / unit / 2
        lower, upper = max(0.0, middle - half), middle + half
        if not self.tables.definition.by_ethnicity:
            return Unknown(lower, upper)
        return Unknown(max(lower, FIRST_LARGE), upper) if middle else Unknown(0, 0)

    def _hidden_unknown(self, subject: int, place: int) -> Unknown:
        if self.kind == "organisations" and place == WHOLE:
            whole = self._truth(subject)[WHOLE]
            return Unknown(whole, whole)
        if not self.tables.definition.by_ethnicity:
            return Unknown(0, self._largest)
        if self._truth(subject)[place] in SMALL_COUNTS:
            return Unknown(SMALL_COUNTS.start, FIRST_LARGE - 1)
        if place == REST and self._is_numerator_shown(subject):
            return self._rest_beside_a_shown_numerator(subject)
        return Unknown(FIRST_LARGE, self._largest, or_zero=True)

    def _is_numerator_shown(self, subject: int) -> bool:
        return Cell(subject, "numerator") in self._shown or subject in {each.headline for each in self._sheets}

    def _rest_beside_a_shown_numerator(self, subject: int) -> Unknown:
        """The numerator would be hidden if the rest were small, or if everybody were in one group."""
        return Unknown(FIRST_LARGE, self._largest) if self._truth(subject)[PART] else Unknown(0, 0)

    @cached_property
    def _largest(self) -> float:
        """No group is larger than everyone."""
        sheets = (self.tables.sheet, *self.tables.earlier)
        return max(self._shown_unknown(sheet.headline, "denominator").upper for sheet in sheets)


def _adding_up(headline: int, members: tuple[int, ...]) -> Iterator[Line]:
    """The members are the headline in parts; where it is a member itself, the others are nothing."""
    others = tuple(each for each in members if each != headline)
    whole = () if headline in members else ((headline, -1),)
    for place in (PART, REST):
        terms = tuple((3 * each + place, factor) for each, factor in (*((each, 1) for each in others), *whole))
        if terms:
            yield Line(terms)
