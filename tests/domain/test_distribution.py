"""Median and quartiles over organisations: from ten on, exact inside, whole percentages from rounded counts outside."""

import statistics
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchor_portal.domain.figures.definitions import DEFINED, DEFINITIONS, Definition, get_definition
from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.proportions import Total
from anchor_portal.domain.findings.distribution import (
    BASES,
    BY_ETHNICITY,
    TOO_FEW,
    Distribution,
    hidden_spread,
    protected_spread,
    quantile,
    spread,
)

FTE, PEOPLE, POUNDS = (get_definition(code) for code in ("12.v1", "p2.local_staff.v1", "21.v1"))
SHARES = [each for each in DEFINED if each.kind_of_number != "organisations"]


def totals_of(*counts: tuple[int, int]) -> list[Total]:
    return [Total(Decimal(part), Decimal(whole), Decimal(0), 1) for part, whole in counts]


def values_of(found: Distribution | None) -> list[Fraction]:
    assert found is not None
    cells = (found.lower_quartile, found.median, found.upper_quartile)
    return [Fraction(cell.value) for cell in cells if isinstance(cell, Shown)]


ELEVEN = totals_of(*((10 * place, 200) for place in range(11)))


def test_inside_it_is_exact() -> None:
    found = spread(ELEVEN, FTE)
    assert values_of(found) == [Fraction(25, 2), 25, Fraction(75, 2)]
    assert found and found.organisations.text == "11"  # type: ignore[union-attr]


def test_an_even_number_of_organisations_has_its_median_between_the_two_in_the_middle() -> None:
    assert values_of(spread(ELEVEN[:10], FTE))[1] == Fraction(45, 2)


@pytest.mark.parametrize("make", [spread, protected_spread])
def test_there_is_none_for_fewer_than_ten_organisations(make) -> None:  # type: ignore[no-untyped-def]
    assert make(ELEVEN[:9], FTE) == hidden_spread(TOO_FEW)
    nine_and_an_empty_one = [*ELEVEN[:9], *totals_of((0, 0))]
    assert make(nine_and_an_empty_one, FTE) == hidden_spread(TOO_FEW)


@pytest.mark.parametrize("make", [spread, protected_spread])
def test_there_is_none_where_nobody_asked_nor_for_yes_or_no(make) -> None:  # type: ignore[no-untyped-def]
    assert make([], FTE) is None
    assert make(ELEVEN, get_definition("p3.free_use.v1")) is None


def test_outside_it_is_never_made_from_counts_by_ethnicity() -> None:
    by_ethnicity = [each for each in DEFINITIONS if each.by_ethnicity]
    assert [each.number for each in by_ethnicity] == [20]
    assert protected_spread(ELEVEN, by_ethnicity[0]) == hidden_spread(BY_ETHNICITY)
    assert "never published for one organisation" in BY_ETHNICITY.reason


def test_outside_percentages_are_whole_and_come_from_rounded_counts() -> None:
    """Two of 23 is 8.7 per cent; rounded first it is none of 25."""
    found = protected_spread(totals_of(*[(2, 23)] * 10), PEOPLE)
    assert found and [each.text for each in (found.lower_quartile, found.median)] == ["0%", "0%"]  # type: ignore[union-attr]
    assert values_of(spread(totals_of(*[(2, 23)] * 10), PEOPLE)) == [Fraction(200, 23)] * 3


def test_outside_an_organisation_of_fewer_than_twenty_has_no_percentage_and_is_left_out() -> None:
    tiny = totals_of(*[(9, 17)] * 30)
    found = protected_spread([*tiny, *totals_of(*[(40, 100)] * 10)], PEOPLE)
    assert values_of(found) == [40, 40, 40]
    assert found and found.organisations.text == "10"  # type: ignore[union-attr]
    assert protected_spread(tiny, PEOPLE) == hidden_spread(TOO_FEW)


@pytest.mark.parametrize("definition", [each for each in SHARES if not each.by_ethnicity])
def test_outside_each_kind_of_number_is_rounded_to_its_base(definition: Definition) -> None:
    base = 1000 if definition.kind_of_number == "gbp" else 5
    assert BASES[definition.kind_of_number] == base
    found = protected_spread(totals_of(*[(base * 3 // 5, base * 40)] * 10), definition)
    assert values_of(found) == [3] * 3, "one of forty, not three fifths of one"


fractions = st.fractions(0, 1, max_denominator=500)


@given(st.lists(fractions, min_size=10, max_size=40))
@settings(deadline=None, max_examples=60)
def test_quartiles_are_those_of_the_standard_librarys_inclusive_method(values: list[Fraction]) -> None:
    ordered = sorted(values)
    expected = statistics.quantiles(ordered, n=4, method="inclusive")
    assert [quantile(ordered, Fraction(part, 4)) for part in (1, 2, 3)] == expected
