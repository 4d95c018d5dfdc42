"""Figures of a round made from organisations, for the tests of disclosure control."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from hypothesis import strategies as st

from anchor_portal.domain.figures.change import Panel
from anchor_portal.domain.figures.definitions import DEFINITIONS, MEASURES, Definition
from anchor_portal.domain.figures.figure import Figure, Shown
from anchor_portal.domain.figures.indicators import Group, IndicatorView, Matched, RoundFigure, Row
from anchor_portal.domain.figures.proportions import NOTHING, Largest, Total

NAMES = {"sector": "abcd", "place": "vwxyz", "tier": "mn"}


@dataclass(frozen=True)
class Organisation:
    """One organisation's entry in the earlier and in the later round; None where it is not counted."""

    sector: str
    place: str
    before: Total | None
    after: Total | None


@st.composite
def entries(draw: st.DrawFn) -> Total:
    whole = draw(st.one_of(st.integers(0, 12), st.integers(0, 400), st.integers(0, 9000)))
    part, unknown = draw(st.integers(0, whole)), draw(st.integers(0, 40))
    return Total(Decimal(part), Decimal(whole), Decimal(unknown), 1)


organisations = st.lists(
    st.builds(
        Organisation,
        sector=st.sampled_from(NAMES["sector"]),
        place=st.sampled_from(NAMES["place"]),
        before=st.none() | entries(),
        after=st.none() | entries(),
    ),
    max_size=14,
)


def total_of(totals: list[Total]) -> Total | None:
    return sum(totals, NOTHING) if totals else None


def groups_of(counted: list[Organisation], breakdown: str) -> tuple[Group, ...]:
    groups = []
    for code in NAMES[breakdown]:
        mine = [each.after for each in counted if getattr(each, breakdown) == code and each.after]
        groups.append(Group(code, code.upper(), total_of(mine), Largest.among(mine)))
    return tuple(groups)


def tiers_of(totals: list[Total]) -> tuple[list[Total], list[Total]]:
    """A third of each organisation's staff in one tier, the others in the other."""
    lower = [replace(each, numerator=each.numerator // 3, denominator=each.denominator // 3) for each in totals]
    return lower, [replace(each - low, returns=1) for each, low in zip(totals, lower, strict=True)]


def panel_of(all_of_them: list[Organisation]) -> Panel:
    both = [(each.before, each.after) for each in all_of_them if each.before and each.after]
    before_all = [each.before for each in all_of_them if each.before]
    after_all = [each.after for each in all_of_them if each.after]
    return Panel(
        earlier="2025-07",
        organisations=len(both),
        joined=len(after_all) - len(both),
        left=len(before_all) - len(both),
        before=sum((before for before, _ in both), NOTHING),
        after=sum((after for _, after in both), NOTHING),
        before_all=sum(before_all, NOTHING),
        after_all=sum(after_all, NOTHING),
        earlier_shown=True,
    )


def figure_of(definition: Definition, all_of_them: list[Organisation], coverage: int = 90) -> RoundFigure:
    counted = [each for each in all_of_them if each.after]
    totals = [each.after for each in counted if each.after]
    tiers = tuple(Group(code, code, total_of(each)) for code, each in zip("mn", tiers_of(totals), strict=True))
    return RoundFigure(
        definition=definition,
        round="2026-07",
        status="published",
        total=total_of(totals),
        returns_expected=len(all_of_them),
        headcount_counted=Decimal(coverage * 123),
        headcount_expected=Decimal(12300),
        breakdowns={
            "sector": groups_of(counted, "sector"),
            "place": groups_of(counted, "place"),
            "tier": tiers if definition.by_ethnicity else (),
        },
        largest=Largest.among(totals),
        panel=panel_of(all_of_them),
    )


figures = st.builds(
    figure_of, st.sampled_from([*DEFINITIONS, *MEASURES]), organisations, st.sampled_from([20, 69, 70, 100])
)


def entry(numerator: int, denominator: int, sector: str = "a", place: str = "v") -> Organisation:
    total = Total(Decimal(numerator), Decimal(denominator), Decimal(0), 1)
    return Organisation(sector, place, total, total)


def rows_of(view: IndicatorView) -> Iterator[Row]:
    yield view.headline
    for rows in view.breakdowns.values():
        yield from rows


def cells_of(row: Row | Matched) -> list[Figure]:
    cells = (getattr(row, field.name) for field in fields(row))
    return [cell for cell in cells if not isinstance(cell, str)]


def number_in(cell: Figure) -> Decimal:
    assert isinstance(cell, Shown)
    assert isinstance(cell.value, Decimal), "what is published is rounded already"
    return cell.value
