"""The split of a change, against a naive computation from the organisations themselves."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchor_portal.domain.figures.change import Panel, split_change
from anchor_portal.domain.figures.definitions import DEFINITIONS, MEASURES, earlier_round, get_definition
from anchor_portal.domain.figures.figure import shown_composition, shown_points
from anchor_portal.domain.figures.proportions import NOTHING, Total
from anchor_portal.domain.rounds import RoundRefused

Entries = dict[str, tuple[int, int]]
shares = st.integers(1, 40_000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
rounds = st.dictionaries(st.sampled_from("abcdefgh"), shares, min_size=1)


def total_of(entries: Entries, names: set[str]) -> Total:
    each = [Total(Decimal(entries[name][0]), Decimal(entries[name][1]), Decimal(0), 1) for name in sorted(names)]
    return sum(each, NOTHING)


def panel_of(before: Entries, after: Entries) -> Panel:
    both = set(before) & set(after)
    return Panel(
        earlier="2025-07",
        organisations=len(both),
        joined=len(set(after) - both),
        left=len(set(before) - both),
        before=total_of(before, both),
        after=total_of(after, both),
        before_all=total_of(before, set(before)),
        after_all=total_of(after, set(after)),
        earlier_shown=True,
    )


def naive_share(entries: Entries, names: set[str]) -> Fraction:
    return Fraction(100 * sum(entries[name][0] for name in names), sum(entries[name][1] for name in names))


def naive_weight(entries: Entries, names: set[str]) -> Fraction:
    return Fraction(sum(entries[name][1] for name in names), sum(whole for _, whole in entries.values()))


def naive_effect(entries: Entries, panel: set[str]) -> Fraction:
    """D(X)/D(all) x (R(X) - R(M)), for the organisations X outside the panel; nothing if there are none."""
    others = set(entries) - panel
    if not others:
        return Fraction(0)
    return naive_weight(entries, others) * (naive_share(entries, others) - naive_share(entries, panel))


@given(rounds, rounds)
@settings(deadline=None)
def test_the_parts_are_those_of_the_method_and_add_up_exactly(before: Entries, after: Entries) -> None:
    both = set(before) & set(after)
    change = split_change(panel_of(before, after))
    if not both:
        assert change is None
        return
    assert change is not None
    assert change.real == naive_share(after, both) - naive_share(before, both)
    assert change.joined == naive_effect(after, both)
    assert change.left == -naive_effect(before, both)
    assert change.composition == change.joined + change.left
    assert change.total == naive_share(after, set(after)) - naive_share(before, set(before))
    assert change.real + change.composition == change.total
    assert change.before + change.real == change.after


@given(rounds, rounds)
@settings(deadline=None, max_examples=40)
def test_the_parts_add_up_as_they_are_printed(before: Entries, after: Entries) -> None:
    change = split_change(panel_of(before, after))
    if change is None:
        return
    composition = shown_composition(change.composition, change.real, change.total)
    parts = [Decimal(cell.text.replace("\u2212", "-")) for cell in (shown_points(change.real), composition)]
    assert sum(parts) == Decimal(shown_points(change.total).text.replace("\u2212", "-"))


def test_the_same_organisations_in_both_rounds_leave_no_change_of_composition() -> None:
    change = split_change(panel_of({"a": (1, 2), "b": (5, 9)}, {"a": (2, 2), "b": (4, 9)}))
    assert change is not None
    assert change.joined == change.left == change.composition == 0


def test_a_shift_of_size_within_the_panel_is_real_change() -> None:
    change = split_change(panel_of({"a": (10, 10), "b": (0, 10)}, {"a": (30, 30), "b": (0, 10)}))
    assert change is not None
    assert change.real == 25


def test_without_a_panel_there_is_no_split() -> None:
    assert split_change(panel_of({"a": (1, 2)}, {"b": (1, 2)})) is None


WHOLE = Total(Decimal(1), Decimal(2), Decimal(0), 3)
PANEL = Panel("2025-07", 3, 0, 0, WHOLE, WHOLE, WHOLE, WHOLE, earlier_shown=True)


@pytest.mark.parametrize(
    "panel",
    [
        replace(PANEL, before=NOTHING),
        replace(PANEL, after=NOTHING),
        replace(PANEL, before_all=NOTHING),
        replace(PANEL, after_all=NOTHING),
    ],
)
def test_a_denominator_of_zero_leaves_no_split(panel: Panel) -> None:
    assert split_change(PANEL) is not None
    assert split_change(panel) is None


CODES = ["2025-01", "2024-07", "2026-01", "2025-07", "2026-07"]


def test_a_measure_is_compared_with_the_round_before() -> None:
    assert earlier_round("2026-07", get_definition("12.v1"), CODES) == "2026-01"
    assert earlier_round("2026-01", get_definition("20.v1"), CODES) == "2025-07"
    assert earlier_round("2024-07", get_definition("12.v1"), CODES) is None


@pytest.mark.parametrize("code", ["21.v1", "p2.local_contracts.v1"])
def test_a_financial_years_figure_is_compared_with_the_same_month_a_year_before(code: str) -> None:
    definition = get_definition(code)
    assert earlier_round("2026-01", definition, CODES) == "2025-01"
    assert earlier_round("2025-01", definition, CODES) is None
    assert earlier_round("2026-07", definition, ["2025-06", "2025-08", "2026-01"]) is None


def test_only_cumulative_figures_look_a_year_back() -> None:
    for definition in (*DEFINITIONS, *MEASURES):
        assert (definition.compares_with == "year_before") == definition.financial_year
    assert {each.measure for each in (*DEFINITIONS, *MEASURES) if each.financial_year} == {
        "p2.local_spend",
        "p2.local_contracts",
    }


def test_a_round_without_a_proper_code_has_no_year_before() -> None:
    with pytest.raises(RoundRefused):
        earlier_round("July", get_definition("21.v1"), CODES)
