"""The tables of one indicator as disclosure control takes them: cells, what they add up to, what was shown before."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import reduce
from typing import Literal, NamedTuple

from anchor_portal.domain.disclosure.rules import (
    FEWEST_RETURNS,
    SMALL_COUNTS,
    dominates,
    tells_ethnicity,
    why_nothing,
)
from anchor_portal.domain.figures.definitions import Definition
from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.indicators import BREAKDOWNS, Group, IndicatorView, RoundFigure, headline_group
from anchor_portal.domain.figures.proportions import NOTHING, Largest, Total

Column = Literal["numerator", "denominator"]
COLUMNS: tuple[Column, ...] = ("numerator", "denominator")


class Cell(NamedTuple):
    """A published number: of which unknown, and which of its two."""

    subject: int
    column: Column


@dataclass(frozen=True, slots=True)
class Subject:
    """The sums of some returns: one unknown to the attacker, in however many tables and publications it stands."""

    code: str
    total: Total
    largest: Largest | None
    is_known: bool = False
    """Known to everybody anyway, as a consenting organisation's own published figure is."""

    def has_no_figure(self, definition: Definition) -> bool:
        """Whether rule 5 hides it: the attacker knows that it does."""
        return why_nothing(definition, self.total, self.largest) is not None

    def may_be_shown(self, definition: Definition, column: Column) -> bool:
        """Whether a cell may be shown, as far as it tells something by itself."""
        if self.has_no_figure(definition):
            return False
        if not definition.by_ethnicity:
            return True
        if column == "numerator":
            return not tells_ethnicity(self.total)
        return self.total.denominator not in SMALL_COUNTS


@dataclass(frozen=True, slots=True)
class Sheet:
    """One publication: the unknown of everyone counted, and for each breakdown those that add up to it."""

    headline: int
    breakdowns: Mapping[str, tuple[int, ...]]

    def subjects(self) -> Iterator[int]:
        """Every unknown of it, the headline first."""
        yield self.headline
        for members in self.breakdowns.values():
            yield from members


@dataclass(frozen=True, slots=True)
class Published:
    """An earlier publication of the indicator: the figure that it was made from, and the view that was shown."""

    figure: RoundFigure
    view: IndicatorView


@dataclass(frozen=True, slots=True)
class Tables:
    """What is to be published, beside what was published before; `rows` finds the unknown of a row of the new sheet."""

    definition: Definition
    subjects: tuple[Subject, ...]
    sheet: Sheet
    rows: Mapping[tuple[str, str], int]
    earlier: tuple[Sheet, ...] = ()
    shown_before: frozenset[Cell] = frozenset()
    hidden_before: frozenset[Cell] = frozenset()

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that are protected: how many organisations were asked is no secret, only what they said."""
        return COLUMNS[:1] if self.definition.kind_of_number == "organisations" else COLUMNS

    def cells(self) -> frozenset[Cell]:
        """Every cell of the new breakdowns that can be hidden; who is everyone counted is shown with the headline."""
        members = {each for each in self.sheet.subjects() if each != self.sheet.headline}
        return frozenset(Cell(each, column) for each in members for column in self.columns)

    def primary(self) -> frozenset[Cell]:
        """The cells that tell too much by themselves."""
        return frozenset(
            cell for cell in self.cells() if not self.subjects[cell.subject].may_be_shown(self.definition, cell.column)
        )

    def rest_may_be_known(self, members: Iterable[int], column: Column, *, is_crossed: bool) -> bool:
        """Whether what subtraction leaves, all these together, could itself be a row; `is_crossed`: the same returns
        stand in several of the members, so that the most that one has is all that is certain."""
        hidden = [self.subjects[each] for each in members]
        counts = [each.total.returns for each in hidden]
        if (max(counts, default=0) if is_crossed else sum(counts)) < FEWEST_RETURNS:
            return False
        if self.definition.kind_of_number != "gbp":
            return True
        return not _is_dominated_together(hidden, column)


def _is_dominated_together(hidden: Sequence[Subject], column: Column) -> bool:
    given = [each.largest for each in hidden if each.largest]
    if len(given) < len(hidden):
        return True
    amount: Decimal = sum((getattr(each.total, column) for each in hidden), Decimal(0))
    two: tuple[Decimal, Decimal] = getattr(reduce(Largest.joined_with, given), f"{column}s")
    return dominates(amount, two)


def tables_of(
    figure: RoundFigure, published: Sequence[Published] = (), own: Mapping[str, Total] | None = None
) -> Tables:
    """The tables of a figure whose headline is shown, beside earlier publications of the same indicator.

    `own` has, by the mark of the returns behind, the figures that organisations published themselves. Breakdowns
    that do not add up to the headline are left out: there is nothing to subtract.
    """
    registry = _Registry(own or {})
    sheet, rows = registry.sheet(figure)
    earlier: list[Sheet] = []
    shown: set[Cell] = set()
    hidden: set[Cell] = set()
    for each in published:
        if isinstance(each.view.numerator, Shown):
            before, its_rows = registry.sheet(each.figure)
            earlier.append(before)
            for cell, is_shown in _as_published(each.view, its_rows):
                (shown if is_shown else hidden).add(cell)
    return Tables(
        definition=figure.definition,
        subjects=tuple(registry.subjects),
        sheet=sheet,
        rows=rows,
        earlier=tuple(earlier),
        shown_before=frozenset(shown),
        hidden_before=frozenset(hidden),
    )


def adds_up(figure: RoundFigure, breakdown: str) -> bool:
    """Whether the groups of a breakdown add up to everyone counted."""
    given = [group.total for group in figure.groups(breakdown) if group.total and group.total.returns]
    whole, total = sum(given, NOTHING), figure.total or NOTHING
    return (whole.numerator, whole.denominator) == (total.numerator, total.denominator)


def _as_published(view: IndicatorView, rows: Mapping[tuple[str, str], int]) -> Iterator[tuple[Cell, bool]]:
    """Each cell of an earlier publication, and whether it was shown."""
    lines = [("all", view.headline), *((name, row) for name in view.breakdowns for row in view.breakdowns[name])]
    for name, row in lines:
        subject = rows.get((name, row.code))
        if subject is not None:
            for column in COLUMNS:
                yield Cell(subject, column), isinstance(getattr(row, column), Shown)


@dataclass(slots=True)
class _Registry:
    """Gives every group its unknown: the same one where the same returns stand behind."""

    own: Mapping[str, Total]
    subjects: list[Subject] = field(default_factory=list)
    marked: dict[tuple[str, Decimal, Decimal], int] = field(default_factory=dict)

    def sheet(self, figure: RoundFigure) -> tuple[Sheet, dict[tuple[str, str], int]]:
        everyone = self.subject_of(headline_group(figure), figure.behind and f"{figure.behind} ")
        rows = {("all", "all"): everyone}
        breakdowns: dict[str, tuple[int, ...]] = {}
        for name in BREAKDOWNS:
            groups = [group for group in figure.groups(name) if group.total and group.total.returns]
            if groups and adds_up(figure, name):
                # the same returns stand behind several tiers: there the tier tells which of their numbers are meant
                marks = (group.behind and f"{group.behind} {group.code if name == 'tier' else ''}" for group in groups)
                breakdowns[name] = tuple(map(self.subject_of, groups, marks))
                rows |= {(name, group.code): each for group, each in zip(groups, breakdowns[name], strict=True)}
        return Sheet(everyone, breakdowns), rows

    def subject_of(self, group: Group, mark: str) -> int:
        total = group.total or NOTHING
        key = (mark, total.numerator, total.denominator)
        if mark and key in self.marked:
            return self.marked[key]
        is_known = bool(mark) and mark.strip() in self.own
        self.subjects.append(Subject(group.code, total, group.largest, is_known))
        if mark:
            self.marked[key] = len(self.subjects) - 1
        return len(self.subjects) - 1
