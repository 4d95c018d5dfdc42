"""Sums, shares, rounding, and the Wilson interval against the cases of PHEindicatormethods."""

import csv
import math
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchor_portal.domain.figures.proportions import (
    Z_95,
    Z_99_8,
    Largest,
    Total,
    rounded,
    share_of,
    to_nearest,
    wilson,
    wilson_limits,
)

PUBLISHED = Path(__file__).parents[1] / "data" / "phe_proportion_cases.csv"
CASES = list(csv.DictReader(PUBLISHED.read_text(encoding="utf-8").splitlines()))
amounts = st.decimals(0, 10**11, places=2, allow_nan=False)


def is_near(found: float, expected: str, multiplier: str) -> bool:
    return math.isclose(found * int(multiplier), float(expected), rel_tol=1e-9, abs_tol=0)


def test_all_twenty_published_cases_are_there() -> None:
    assert len(CASES) == 20
    assert sum(1 for case in CASES if case["lower_99_8"]) == 18


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"case {case['case']}")
def test_a_published_case_is_met(case: dict[str, str]) -> None:
    numerator, denominator, multiplier = (
        Decimal(case["numerator"]),
        Decimal(case["denominator"]),
        case["multiplier"],
    )
    share = share_of(numerator, denominator)
    assert share is not None and is_near(float(share), case["value"], multiplier)
    lower, upper = wilson(numerator, denominator)
    assert is_near(lower, case["lower_95"], multiplier)
    assert is_near(upper, case["upper_95"], multiplier)
    if case["lower_99_8"]:
        lower, upper = wilson(numerator, denominator, Z_99_8)
        assert is_near(lower, case["lower_99_8"], multiplier)
        assert is_near(upper, case["upper_99_8"], multiplier)


@given(st.integers(1, 10**15), st.data())
@settings(deadline=None)
def test_the_limits_solve_the_equation_that_defines_them(denominator: int, data: st.DataObject) -> None:
    """|p - L| = z √(L(1 - L)/n): the definition of the score interval, not the formula that computes it."""
    numerator = data.draw(st.integers(0, denominator))
    share = Fraction(numerator, denominator)
    for limit in wilson_limits(Decimal(numerator), Decimal(denominator)):
        exact = Fraction(limit)
        assert 0 <= exact <= 1
        left = (share - exact) ** 2
        right = Fraction(Z_95) ** 2 * exact * (1 - exact) / denominator
        assert abs(left - right) < Fraction(1, 10**40)


@given(st.integers(1, 10**12), st.data())
@settings(deadline=None)
def test_the_interval_holds_the_share(denominator: int, data: st.DataObject) -> None:
    numerator = data.draw(st.integers(0, denominator))
    lower, upper = wilson_limits(Decimal(numerator), Decimal(denominator))
    assert lower <= share_of(Decimal(numerator), Decimal(denominator)) <= upper  # type: ignore[operator]


def test_none_of_any_has_a_lower_limit_of_exactly_zero_and_all_an_upper_one_of_exactly_one() -> None:
    for denominator in (1, 7, 10**9, 10**30):
        assert wilson(0, denominator)[0] == 0.0
        assert wilson(denominator, denominator)[1] == 1.0


def test_one_of_a_thousand_million_million_keeps_its_precision() -> None:
    lower, upper = wilson(1, 10**15)
    assert lower == pytest.approx(1.765e-16, rel=1e-3)
    assert upper == pytest.approx(5.665e-15, rel=1e-3)


@pytest.mark.parametrize(("numerator", "denominator"), [(2, 1), (-1, 5), (0, 0), (1, -1)])
def test_what_is_not_a_proportion_has_no_interval(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="not a proportion"):
        wilson(numerator, denominator)


@given(st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=8))
@settings(deadline=None)
def test_totals_add_up_exactly_and_subtraction_undoes_it(
    entries: list[tuple[Decimal, Decimal, Decimal]],
) -> None:
    totals = [Total(*entry, 1) for entry in entries]
    total = sum(totals[1:], totals[0])
    assert Fraction(total.numerator) == sum((Fraction(entry[0]) for entry in entries), Fraction(0))
    assert Fraction(total.unknown) == sum((Fraction(entry[2]) for entry in entries), Fraction(0))
    assert total.returns == len(entries)
    assert total - totals[0] + totals[0] == total


def test_a_share_without_a_whole_is_none_and_not_zero() -> None:
    assert Total(Decimal(0), Decimal(0), Decimal(3), 2).share() is None


def test_a_share_is_a_ratio_of_sums_and_not_a_mean_of_percentages() -> None:
    large, small = (
        Total(Decimal(900), Decimal(1000), Decimal(0), 1),
        Total(Decimal(0), Decimal(10), Decimal(0), 1),
    )
    assert (large + small).share() == Fraction(900, 1010)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("1/2", 0, "1"),
        ("3/2", 0, "2"),
        ("5/2", 0, "3"),
        ("-1/2", 0, "-1"),
        ("6325/100", 1, "63.3"),
        ("63", 1, "63.0"),
    ],
)
def test_halves_are_rounded_away_from_zero(value: str, places: int, expected: str) -> None:
    assert str(rounded(Fraction(value), places)) == expected


@given(amounts, st.sampled_from([1, 5, 1000]))
@settings(deadline=None)
def test_the_nearest_multiple_is_at_most_half_a_base_away(amount: Decimal, base: int) -> None:
    nearest = to_nearest(amount, base)
    assert nearest % base == 0
    assert abs(nearest - amount) * 2 <= base


def test_the_two_largest_of_a_sum_survive_joining_groups() -> None:
    def entry(numerator: int, denominator: int) -> Total:
        return Total(Decimal(numerator), Decimal(denominator), Decimal(0), 1)

    left, right = [entry(5, 10), entry(1, 90)], [entry(7, 20), entry(6, 80), entry(2, 3)]
    joined = Largest.among(left).joined_with(Largest.among(right))
    assert joined == Largest.among([*left, *right])
    assert joined == Largest((Decimal(7), Decimal(6)), (Decimal(90), Decimal(80)))
    assert Largest.among([entry(4, 5)]).numerators == (Decimal(4), Decimal(0))
