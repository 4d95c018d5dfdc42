"""What leaves the house: rounded, without small groups or small counts, and safe against subtraction."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from anchor_portal.domain.disclosure.change import NO_SPLIT, SPLIT_TELLS
from anchor_portal.domain.disclosure.control import headline_is_shown, outside
from anchor_portal.domain.disclosure.rules import NOT_A_TABLE, PROTECTED, SMALL_BASE
from anchor_portal.domain.figures.change import Panel
from anchor_portal.domain.figures.definitions import get_definition
from anchor_portal.domain.figures.figure import Shown, Suppressed, state_of
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import IndicatorView, Matched
from anchor_portal.domain.figures.proportions import Largest, Total
from anchor_portal.domain.findings.sentences import change_in_words, coverage_in_words, in_words
from anchor_portal.services.figures.solver import solve
from tests.domain.round_figures import cells_of, entry, figure_of, number_in, rows_of

ETHNICITY, SPEND, FTE = get_definition("20.v1"), get_definition("21.v1"), get_definition("12.v1")


def sectors_of(view: IndicatorView) -> dict[str, str]:
    return {row.code: row.state for row in view.breakdowns["sector"] if row.state != "not_provided"}


@pytest.mark.parametrize("numerator", [*range(1, 8), *range(293, 300), 0, 300])
def test_a_count_of_one_to_seven_or_of_everybody_is_suppressed(numerator: int) -> None:
    view = outside(figure_of(ETHNICITY, [entry(numerator, 300), entry(0, 0), entry(0, 0)]), solve=solve)
    assert view.state == "suppressed"
    assert not isinstance(view.numerator, Shown)
    assert isinstance(view.matched, Matched)
    assert not any(isinstance(cell, Shown) for cell in cells_of(view.matched))


@pytest.mark.parametrize(("numerator", "published"), [(8, 10), (292, 290)])
def test_a_count_of_eight_is_published_rounded(numerator: int, published: int) -> None:
    view = outside(figure_of(ETHNICITY, [entry(numerator, 300), entry(0, 0), entry(0, 0)]), solve=solve)
    assert view.state == "shown"
    assert number_in(view.numerator) == published


def test_other_counts_of_staff_may_be_small() -> None:
    view = outside(figure_of(FTE, [entry(3, 300), entry(0, 0), entry(0, 0)]), solve=solve)
    assert [number_in(view.numerator), number_in(view.value)] == [5, 2]


def test_a_small_count_among_other_rows_is_protected_by_their_rounding() -> None:
    trusts = [entry(100, 900, "a")] * 3
    councils = [entry(50, 700, "b")] * 3
    charities = [entry(2, 400, "c"), entry(0, 300, "c"), entry(0, 300, "c")]
    view = outside(figure_of(ETHNICITY, [*trusts, *councils, *charities]), solve=solve)
    assert sectors_of(view) == {"a": "shown", "b": "shown", "c": "suppressed"}


def test_a_small_count_beside_one_other_row_takes_that_with_it() -> None:
    trusts = [entry(101, 900, "a")] * 3
    charities = [entry(4, 400, "c"), entry(0, 300, "c"), entry(0, 300, "c")]
    view = outside(figure_of(ETHNICITY, [*trusts, *charities]), solve=solve)
    assert sectors_of(view) == {"a": "suppressed", "c": "suppressed"}
    rows = {row.code: row for row in view.breakdowns["sector"] if row.state == "suppressed"}
    assert {row.reason for row in rows.values()} == {PROTECTED.reason}, "which is small is not said"
    assert [state_of(row.numerator) for row in rows.values()] == ["suppressed"] * 2
    assert [number_in(row.denominator) for row in rows.values()] == [2700, 1000]


def test_three_single_organisations_hide_each_other_and_nothing_more() -> None:
    singles = [entry(40, 100, code) for code in "bcd"]
    view = outside(figure_of(FTE, [*[entry(60, 100, "a")] * 3, *singles]), solve=solve)
    assert sectors_of(view) == {"a": "shown", "b": "suppressed", "c": "suppressed", "d": "suppressed"}


def test_one_single_organisation_is_not_found_by_subtraction() -> None:
    view = outside(
        figure_of(FTE, [*[entry(60, 100, "a")] * 3, *[entry(60, 100, "b")] * 4, entry(1, 2, "d")]), solve=solve
    )
    assert sectors_of(view) == {"a": "suppressed", "b": "shown", "d": "suppressed"}
    row = view.breakdowns["sector"][3]
    assert (row.returns_counted, row.reason) == (row.value, "fewer than three returns are counted")


def test_the_smallest_group_is_hidden_for_the_sake_of_another() -> None:
    large, small = [entry(600, 900, "a")] * 3, [entry(6, 10, "b")] * 5
    view = outside(figure_of(FTE, [*large, *small, entry(1, 2, "d")]), solve=solve)
    assert sectors_of(view) == {"a": "shown", "b": "suppressed", "d": "suppressed"}


def test_a_group_of_zeros_protects_nobody() -> None:
    nobody = [entry(0, 0, "c")] * 3
    view = outside(
        figure_of(FTE, [entry(30, 40, "d"), *nobody, *[entry(60, 100, "a")] * 3, *[entry(6, 90, "b")] * 4]), solve=solve
    )
    assert sectors_of(view)["d"] == sectors_of(view)["a"] == "suppressed"


@pytest.mark.parametrize(
    ("amounts", "state"),
    [
        ((701, 200, 99), "suppressed"),
        ((700, 200, 100), "shown"),
        ((450, 506, 44), "suppressed"),
        ((450, 500, 50), "shown"),
        ((500, 500, 0), "suppressed"),
    ],
)
def test_pounds_are_hidden_where_one_organisation_makes_up_most_or_two_can_tell_each_other(
    amounts: tuple[int, ...], state: str
) -> None:
    spend = [entry(30_000 * amount, 100_000 * amount) for amount in amounts]
    assert outside(figure_of(SPEND, spend), solve=solve).state == state
    assert outside(figure_of(FTE, spend), solve=solve).state == "shown"


def test_pounds_are_hidden_where_only_the_local_part_is_dominated() -> None:
    spend = [entry(90_000, 1_000_000), entry(1000, 1_000_000), entry(1000, 1_000_000)]
    assert outside(figure_of(SPEND, spend), solve=solve).state == "suppressed"


def test_hidden_pounds_are_not_dominated_when_taken_together() -> None:
    giant = [entry(9_000_000, 10_000_000, "d")]
    small = [entry(50_000, 100_000, code) for code in "ccc"]
    large = [entry(5_000_000, 10_000_000, code) for code in "aaabbb"]
    assert sectors_of(outside(figure_of(SPEND, [*giant, *small, *large]), solve=solve)) == {
        "a": "suppressed",
        "b": "shown",
        "c": "shown",
        "d": "suppressed",
    }, "the small group would be smaller, and of no use beside the giant"


def test_the_change_of_a_dominated_panel_is_hidden() -> None:
    figure = figure_of(SPEND, [entry(50_000, 100_000)] * 9)
    assert figure.panel
    amounts = (Decimal(440_000), Decimal(5_000))
    dominated = replace(figure.panel, after_largest=Largest(amounts, amounts))
    matched, open_one = (
        outside(replace(figure, panel=each), solve=solve).matched for each in (dominated, figure.panel)
    )
    assert matched and open_one
    assert (state_of(open_one.real_change), state_of(matched.real_change)) == ("shown", "suppressed")
    assert state_of(matched.total_change) == "suppressed"


def test_pounds_are_rounded_to_thousands() -> None:
    view = outside(figure_of(SPEND, [entry(4_123_456, 9_876_543)] * 4), solve=solve)
    assert (view.numerator, view.denominator) == (
        Shown(Decimal(16_494_000), "£16,494,000"),
        Shown(Decimal(39_506_000), "£39,506,000"),
    )
    assert view.value == Shown(Decimal("41.8"), "41.8%")
    assert view_as_json(view)["numerator"] == "16494000"


@pytest.mark.parametrize(("denominator", "text"), [(1331, "50%"), (1333, "50.0%")])
def test_a_decimal_is_shown_from_a_rounded_denominator_of_four_thousand(denominator: int, text: str) -> None:
    value = outside(figure_of(FTE, [entry(denominator // 2, denominator)] * 3), solve=solve).value
    assert isinstance(value, Shown)
    assert value.text == text


def test_a_percentage_of_fewer_than_twenty_is_not_shown_and_its_counts_are() -> None:
    view = outside(figure_of(FTE, [entry(3, 5)] * 3), solve=solve)
    assert (view.state, view.reason) == ("suppressed", "a percentage of fewer than 20 is not shown")
    assert [number_in(view.numerator), number_in(view.denominator)] == [10, 15]
    assert in_words(view) == "This figure is not shown: a percentage of fewer than 20 is not shown."


@pytest.mark.parametrize("whole", [0, 2])
def test_whether_a_whole_of_zero_is_rounded_is_not_said(whole: int) -> None:
    view = outside(figure_of(FTE, [entry(0, whole), entry(0, 0), entry(0, 0)]), solve=solve)
    assert (view.state, view.denominator) == ("not_applicable", Shown(Decimal(0), "0"))


def test_without_any_headcount_the_headline_is_withheld() -> None:
    figure = figure_of(FTE, [entry(60, 100)] * 3)
    view = outside(replace(figure, headcount_counted=Decimal(0), headcount_expected=Decimal(0)), solve=solve)
    assert (view.state, state_of(view.coverage)) == ("withheld", "not_provided")
    assert coverage_in_words(view) == "3 of 3 signatories."


def test_organisations_are_counted_as_they_are() -> None:
    figure = figure_of(get_definition("p4.green_plan.v1"), [*[entry(1, 1)] * 11, *[entry(0, 1)] * 2])
    assert (
        in_words(outside(figure, solve=solve))
        == "11 of the 13 signatories asked and answering have a net zero or green plan."
    )


def test_a_percentage_of_twenty_is_shown() -> None:
    view = outside(figure_of(FTE, [entry(5, 10), entry(5, 5), entry(0, 5)]), solve=solve)
    assert view.value == Shown(Decimal(50), "50%")


def test_tiers_are_published_with_what_is_small_hidden_in_them() -> None:
    view = outside(figure_of(ETHNICITY, [entry(100, 900)] * 9), solve=solve)
    assert {row.code: (row.state, row.numerator) for row in view.breakdowns["tier"]} == {
        "m": ("shown", Shown(Decimal(295), "295")),
        "n": ("shown", Shown(Decimal(605), "605")),
    }
    small = outside(figure_of(ETHNICITY, [entry(12, 900), *[entry(2, 900)] * 8]), solve=solve)
    assert {row.code: row.state for row in small.breakdowns["tier"]} == {"m": "suppressed", "n": "shown"}


def test_rows_that_do_not_add_up_are_not_published() -> None:
    figure = figure_of(ETHNICITY, [entry(100, 900)] * 9)
    assert figure.breakdowns
    twice = {**figure.breakdowns, "tier": (figure.breakdowns["tier"][0],) * 2}
    view = outside(replace(figure, breakdowns=twice), solve=solve)
    assert {cell for row in view.breakdowns["tier"] for cell in cells_of(row)} == {NOT_A_TABLE}
    assert {row.state for row in view.breakdowns["place"]} == {"shown", "not_provided"}


def test_where_everybody_of_a_row_is_in_one_group_neither_is_told() -> None:
    groups = [*[entry(0, 300, "a")] * 3, *[entry(100, 300, "b")] * 3, *[entry(90, 300, "c")] * 3]
    view = outside(figure_of(ETHNICITY, groups), solve=solve)
    row = view.breakdowns["sector"][0]
    assert (state_of(row.numerator), row.denominator, row.state) == (
        "suppressed",
        Shown(Decimal(900), "900"),
        "suppressed",
    )
    assert sectors_of(view) == {"a": "suppressed", "b": "suppressed", "c": "shown"}


def test_a_row_of_nobody_is_shown_as_nobody() -> None:
    groups = [*[entry(0, 0, "a")] * 3, *[entry(100, 300, "b")] * 3]
    row = outside(figure_of(ETHNICITY, groups), solve=solve).breakdowns["sector"][0]
    assert (row.numerator, row.denominator, row.state) == (
        Shown(Decimal(0), "0"),
        Shown(Decimal(0), "0"),
        "not_applicable",
    )


def test_a_row_keeps_its_number_of_returns_where_a_count_is_hidden_to_protect_another() -> None:
    view = outside(figure_of(FTE, [*[entry(60, 100, "a")] * 3, entry(1, 2, "d")]), solve=solve)
    rows = {row.code: row for row in view.breakdowns["sector"]}
    assert number_in(rows["a"].returns_counted) == 3
    assert state_of(rows["d"].returns_counted) == "suppressed"


def test_where_even_the_total_tells_too_much_nothing_is_published() -> None:
    """Three groups of seven: the total, 20, leaves each at least four."""
    groups = [entry(each, 300, code) for code in "abc" for each in (7, 0, 0)]
    view = outside(figure_of(ETHNICITY, groups), solve=solve)
    assert (view.state, view.reason) == ("suppressed", PROTECTED.reason)
    counts = [(row.numerator, row.denominator) for row in rows_of(view) if row.state != "not_provided"]
    assert set(counts) == {(PROTECTED, PROTECTED)}
    assert headline_is_shown(figure_of(ETHNICITY, groups)), "which cannot be known without a solver"


def test_the_split_of_a_change_is_withheld_where_few_of_one_group_joined() -> None:
    newcomers = [replace(entry(1, 100), before=None)] * 3
    leavers = [replace(entry(30, 100), after=None)] * 3
    matched = outside(figure_of(ETHNICITY, [*[entry(60, 100)] * 9, *newcomers, *leavers]), solve=solve).matched
    assert matched is not None
    assert [cell for cell in cells_of(matched) if cell != SPLIT_TELLS] == [matched.total_change]


def test_the_spread_over_organisations_is_hidden_with_the_headline() -> None:
    figure = replace(figure_of(FTE, [entry(60, 100)] * 12, coverage=50), shares=(entry(60, 100).after,) * 12)
    assert {state_of(cell) for cell in cells_of(outside(figure, solve=solve).distribution)} == {"withheld"}


def test_below_the_threshold_headline_breakdowns_and_change_are_withheld_and_coverage_is_not() -> None:
    figure = figure_of(FTE, [entry(60, 100, "a")] * 5, coverage=69)
    view = outside(figure, solve=solve)
    sentence = "Not published: the signatories counted employ less than 70 per cent of the known workforce."
    assert (view.withheld, view.state, in_words(view)) == (sentence, "withheld", sentence)
    assert (view.coverage, view.returns_counted) == (Shown(Decimal(69), "69%"), Shown(Decimal(5), "5"))
    assert sectors_of(view) == {"a": "withheld"}
    assert view.matched is not None
    assert {state_of(cell) for cell in cells_of(view.matched)} == {"withheld"}
    assert outside(figure, 60, solve=solve).state == "shown"
    values = view_as_json(view)
    assert (values["value"], values["numerator"], values["unknown"]) == (None, None, None)
    assert (values["coverage_percent"], values["returns_counted"]) == (69, 5)


@pytest.mark.parametrize(("joined", "left"), [(1, 0), (2, 0), (0, 1), (3, 2), (2, 9)])
def test_where_one_or_two_moved_only_the_total_change_is_published(joined: int, left: int) -> None:
    figure = figure_of(FTE, [entry(60, 100)] * 9)
    assert figure.panel
    matched = outside(replace(figure, panel=replace(figure.panel, joined=joined, left=left)), solve=solve).matched
    assert matched is not None
    assert [cell for cell in cells_of(matched) if cell != NO_SPLIT] == [matched.total_change]
    assert number_in(matched.total_change) == 0


def test_three_that_joined_leave_the_split_published() -> None:
    newcomers = [replace(entry(10, 100), before=None)] * 3
    view = outside(figure_of(FTE, [*[entry(60, 100)] * 9, *newcomers]), solve=solve)
    assert view.matched is not None
    assert [cell.text for cell in cells_of(view.matched) if isinstance(cell, Shown)] == [
        "9",
        "60%",
        "60%",
        "0",
        "\u221212",
        "0",
        "\u221212",
        "\u221212",
    ]


def test_nothing_of_a_panel_of_two_is_published() -> None:
    newcomers = [replace(entry(10, 100), before=None)] * 3
    leavers = [replace(entry(10, 100), after=None)] * 3
    matched = outside(figure_of(FTE, [*[entry(60, 100)] * 2, *newcomers, *leavers]), solve=solve).matched
    assert matched is not None
    assert {type(cell) for cell in cells_of(matched)} == {Suppressed}


def test_a_change_does_not_give_away_an_earlier_headline_that_is_not_published() -> None:
    figure = figure_of(FTE, [entry(60, 100)] * 9)
    assert figure.panel
    view = outside(replace(figure, panel=replace(figure.panel, earlier_shown=False)), solve=solve)
    assert view.matched is not None
    assert {state_of(cell) for cell in cells_of(view.matched)} == {"withheld"}
    assert change_in_words(view) == (
        "The change on July 2025 is not shown: the figure of the earlier round is not published."
    )


def test_a_total_change_alone_is_said_with_its_reason() -> None:
    figure = figure_of(FTE, [*[entry(60, 100)] * 9, replace(entry(0, 100), before=None)])
    assert change_in_words(outside(figure, solve=solve)) == (
        "Down 6 percentage points on July 2025, from 60% to 54%, among everyone counted in each round; "
        "one or two organisations joined or left, so only the total change is published."
    )


@pytest.mark.parametrize(("unknown", "state"), [(0, "shown"), (1, "suppressed"), (7, "suppressed"), (8, "shown")])
def test_a_small_number_of_unknown_ethnicity_is_suppressed_and_so_is_the_sensitivity(unknown: int, state: str) -> None:
    figure = figure_of(ETHNICITY, [entry(50, 300)] * 3)
    assert figure.total
    view = outside(replace(figure, total=replace(figure.total, unknown=Decimal(unknown))), solve=solve)
    assert [state_of(each) for each in (view.unknown, *view.sensitivity)] == [state] * 3
    assert view.state == "shown"


def test_sensitivity_comes_from_rounded_counts() -> None:
    figure = figure_of(FTE, [entry(101, 301)] * 3)
    assert figure.total
    view = outside(replace(figure, total=replace(figure.total, unknown=Decimal(98))), solve=solve)
    lowest, highest = map(number_in, view.sensitivity)
    assert [lowest, highest] == [round(Fraction(30500, 1005)), round(Fraction(40500, 1005))]


def test_coverage_comes_from_rounded_headcounts() -> None:
    figure = replace(
        figure_of(FTE, [entry(60, 100)] * 3), headcount_counted=Decimal(17), headcount_expected=Decimal(22)
    )
    assert outside(figure, solve=solve).coverage == Shown(Decimal(75), "75%")
    tiny = replace(figure, headcount_counted=Decimal(16), headcount_expected=Decimal(17))
    assert state_of(outside(tiny, solve=solve).coverage) == "suppressed"


def test_two_returns_do_not_even_say_how_many_they_are() -> None:
    view = outside(figure_of(FTE, [entry(60, 100)] * 2), solve=solve)
    assert not any(
        isinstance(cell, Shown) for row in rows_of(view) for cell in cells_of(row) if row.state == "suppressed"
    )
    assert state_of(view.coverage) == state_of(view.returns_counted) == "suppressed"
    assert coverage_in_words(view) == "Fewer than three of 2 signatories."


def test_the_change_of_a_number_of_organisations_never_says_that_the_earlier_one_is_not_published() -> None:
    figure = figure_of(get_definition("p5.charter_signed.v1"), [entry(1, 1, "a")] * 8)
    assert headline_is_shown(figure) and outside(figure, solve=solve).value == SMALL_BASE


@pytest.mark.parametrize(("before", "after"), [((1460, 3900), (1520, 4100)), ((1465, 3900), (1540, 4100))])
def test_between_a_whole_percentage_and_one_with_a_decimal_nothing_is_said_that_the_counts_do_not_say(
    before: tuple[int, int], after: tuple[int, int]
) -> None:
    one, two = (Total(Decimal(part), Decimal(whole), Decimal(0), 10) for part, whole in (before, after))
    panel = Panel("2026-01", 10, 0, 0, one, two, one, two, earlier_shown=True)
    figure = replace(figure_of(FTE, [entry(60, 100)] * 10), total=two, panel=panel)
    view = outside(figure, solve=solve)
    assert change_in_words(view).startswith("Unchanged on January 2026, at ")


def test_a_publication_from_before_this_rule_keeps_the_places_that_it_had() -> None:
    one, two = (Total(Decimal(part), Decimal(whole), Decimal(0), 10) for part, whole in ((1465, 3900), (1540, 4100)))
    panel = Panel("2026-01", 10, 0, 0, one, two, one, two, earlier_shown=True, in_like_places=False)
    view = outside(replace(figure_of(FTE, [entry(60, 100)] * 10), total=two, panel=panel), solve=solve)
    assert view.matched is not None
    assert [getattr(view.matched, each).text for each in ("before", "after", "total_change")] == [
        "38%",
        "37.6%",
        "−0.4",
    ]
