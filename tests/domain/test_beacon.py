"""One line of the Beacon table: the gap between places, how a figure stands to England, and what is not there."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

import pytest

from anchor_portal.domain.beacon.fingertips import CHESHIRE_AND_MERSEYSIDE, ENGLAND
from anchor_portal.domain.beacon.table import (
    POOLED,
    Gap,
    Line,
    Reading,
    line_of_returns,
    make_line,
    make_lines,
    say_period,
    say_stands,
    show,
)
from anchor_portal.domain.beacon.words import FACTS, NO_LONGER_LOCAL, OURS
from anchor_portal.domain.figures.definitions import INDICATOR_20
from anchor_portal.domain.figures.figure import NotApplicable, NotProvided, Shown, Suppressed
from anchor_portal.domain.figures.indicators import Group, RoundFigure, inside
from anchor_portal.domain.figures.proportions import Total

PLACES = {"E06000006": "Halton", "E08000011": "Knowsley", "E08000012": "Liverpool"}
HALTON, KNOWSLEY, LIVERPOOL = PLACES
REGION = CHESHIRE_AND_MERSEYSIDE[0]


def reading(
    area: str, value: str | None, *limits: str, note: str = "", sex: str = "Persons", period: str = "2024"
) -> Reading:
    lower, upper = (Decimal(limit) for limit in limits) if limits else (None, None)
    sortable = int(period[:4]) * 10_000
    return Reading(area, sex, period, sortable, None if value is None else Decimal(value), lower, upper, note=note)


def line(number: int, *readings: Reading) -> Line:
    return make_line(FACTS[number], readings, PLACES)


def gap(number: int, values: Iterable[str | None]) -> Gap | None:
    return line(number, *(reading(code, value) for code, value in zip(PLACES, values, strict=True))).gap


def test_the_best_place_is_the_highest_where_high_is_good_and_the_lowest_where_low_is_good() -> None:
    high, low = gap(1, ["81.2", "79.5", "80.0"]), gap(16, ["12.5", "18.1", "15"])
    assert high and high.ends == (("Best", "Halton (81.2)"), ("Worst", "Knowsley (79.5)"))
    assert high.distance == ("Gap", "1.7 years")
    assert low and low.ends == (("Best", "Halton (12.5%)"), ("Worst", "Knowsley (18.1%)"))
    assert low.distance == ("Gap", "5.6 percentage points")


def test_nothing_is_called_best_where_nothing_is_judged() -> None:
    found = gap(11, ["83", "91.26", "85"])
    assert found and found.ends == (("Highest", "Knowsley (91.3%)"), ("Lowest", "Halton (83.0%)"))
    assert found.distance == ("Difference", "8.3 percentage points")


def test_a_gap_is_the_difference_of_the_two_figures_beside_it() -> None:
    found = gap(10, ["2.36", "5.14", "3"])
    assert found and found.distance == ("Gap", "2.7 percentage points"), "5.1 less 2.4, though 2.78 apart"
    below_zero = gap(5, ["-0.124", "0.126", "0.1"])
    assert below_zero and below_zero.distance[1].startswith("0.25 "), "0.13 less −0.12"
    rates = gap(7, ["1234.56", "987.64", "1000"])
    assert rates and rates.distance[1].startswith("247.0 "), "1,234.6 less 987.6, though 246.92 apart"


def test_places_that_print_alike_are_named_together() -> None:
    found = gap(22, ["14.66", "14.74", "22.2"])
    assert found and found.ends == (("Best", "Liverpool (22.2%)"), ("Worst", "Halton and Knowsley (14.7%)"))


@pytest.mark.parametrize("values", [[None, "5", None], [None, None, None], [None, "3", "5"], ["5", "5.0", "5.01"]])
def test_there_is_no_gap_without_three_figures_that_differ(values: list[str | None]) -> None:
    assert gap(10, values) is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([None, None, None], "Too few places to tell a gap: none of them has a figure."),
        ([None, "5", None], "Too few places to tell a gap: only one of them has a figure."),
        ([None, "3", "5"], "Too few places to tell a gap: only 2 of them have a figure."),
        (["5", "5.0", "5.01"], "There is no gap to tell: the 3 places that have a figure have the same."),
        (["1", "3", "5"], ""),
    ],
)
def test_a_sentence_says_why_no_gap_is_told(values: list[str | None], words: str) -> None:
    assert line(10, *(reading(code, value) for code, value in zip(PLACES, values, strict=True))).why_no_gap == words


def test_a_missing_figure_is_left_out_of_the_gap_and_never_zero() -> None:
    places = PLACES | {"E08000013": "St. Helens"}
    values = zip(places, [None, "3", "5", "4"], strict=True)
    found = make_line(FACTS[10], [reading(code, value) for code, value in values], places).gap
    assert found and found.places == 3 and "Halton" not in str(found.ends)


def test_england_and_the_region_are_no_ends_of_the_gap() -> None:
    every = [reading(ENGLAND[0], "1"), reading(REGION, "99"), reading(HALTON, "3"), reading(KNOWSLEY, "5")]
    found = line(10, *every, reading(LIVERPOOL, "4")).gap
    assert found and (found.low.text, found.high.text) == ("3.0%", "5.0%")


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (("78", "79.9"), "lower"),
        (("78", "80"), "similar"),
        (("80", "82"), "similar"),
        (("80.01", "82"), "higher"),
        ((), "not_compared"),
    ],
)
def test_a_figure_is_compared_with_england_by_its_interval(limits: tuple[str, ...], expected: str) -> None:
    value = limits[0] if limits else "79"
    assert line(3, reading(ENGLAND[0], "80"), reading(HALTON, value, *limits)).places[0].stands == expected


def test_nothing_is_compared_where_england_or_the_figure_is_missing() -> None:
    assert line(3, reading(HALTON, "79", "78", "80")).places[0].stands == "not_compared"
    assert line(3, reading(ENGLAND[0], "80"), reading(HALTON, None)).places[0].stands == "not_compared"
    assert line(3, reading(ENGLAND[0], None), reading(HALTON, "79", "78", "80")).places[0].stands == "not_compared"


def test_how_a_figure_stands_is_judged_only_where_a_direction_is_good() -> None:
    assert [say_stands("higher", polarity) for polarity in ("high", "low", "none")] == ["better", "worse", "higher"]
    assert [say_stands("lower", polarity) for polarity in ("high", "low", "none")] == ["worse", "better", "lower"]
    assert {say_stands("similar", polarity) for polarity in ("high", "low", "none")} == {"similar"}


def test_a_value_that_is_not_there_says_why_in_the_file_s_own_words() -> None:
    suppressed = "Value suppressed for disclosure control due to small count"
    found = line(7, reading(HALTON, None, note=suppressed), reading(KNOWSLEY, None, note="Not applicable"))
    assert found.places[0].value == Suppressed(suppressed)
    assert found.places[1].value == NotApplicable("Not applicable")
    assert isinstance(found.places[2].value, NotProvided) and isinstance(found.england.value, NotProvided)


def test_a_note_beside_a_value_is_told_once_with_its_places() -> None:
    note = "Interpret with caution"
    found = line(18, reading(HALTON, "60", note=note), reading(KNOWSLEY, "61", note=note), reading(LIVERPOOL, "62"))
    assert found.notes == ("Halton and Knowsley: Interpret with caution",)


def counted(area: str, count: str, denominator: str, value: str) -> Reading:
    return replace(reading(area, value), count=Decimal(count), denominator=Decimal(denominator))


def test_cheshire_and_merseyside_is_worked_out_from_counts_where_the_file_has_no_figure_for_it() -> None:
    places = [
        counted(HALTON, "10", "100", "10"),
        counted(KNOWSLEY, "30", "200", "15"),
        counted(LIVERPOOL, "2", "700", "0.3"),
    ]
    found = line(3, *places, reading(ENGLAND[0], "5"))
    assert isinstance(found.region.value, Shown) and found.region.value.text == "4.2%", "42 of 1,000, no mean of shares"
    assert found.region.stands == "not_compared" and found.region.lower is None
    assert found.notes == (f"Cheshire and Merseyside: {POOLED}",)
    assert line(3, *places, reading(REGION, "7")).region.value == show(Decimal(7), FACTS[3])


@pytest.mark.parametrize(
    "last",
    [
        None,
        reading(LIVERPOOL, "50"),
        reading(LIVERPOOL, None, note="suppressed"),
        counted(LIVERPOOL, "5", "10", "49"),
        counted(LIVERPOOL, "5", "0", "50"),
    ],
)
def test_it_is_not_worked_out_unless_every_place_has_counts_that_give_its_value(last: Reading | None) -> None:
    places = [counted(HALTON, "10", "100", "10"), counted(KNOWSLEY, "30", "200", "15"), *([last] if last else [])]
    assert isinstance(line(3, *places).region.value, NotProvided)


def test_no_rate_score_or_life_expectancy_is_worked_out_from_counts() -> None:
    places = [counted(code, "10", "100", "10") for code in PLACES]
    assert {isinstance(line(number, *places).region.value, NotProvided) for number in (1, 6, 7, 17)} == {True}


def test_each_sex_has_a_line_in_its_own_latest_period() -> None:
    readings = [
        reading(HALTON, "80", sex="Female", period="2019 - 21"),
        reading(HALTON, "81", sex="Female", period="2020 - 22"),
        reading(KNOWSLEY, "80", sex="Female", period="2019 - 21"),
        reading(HALTON, "77", sex="Male", period="2019 - 21"),
    ]
    female, male = make_lines(FACTS[1], readings, PLACES)
    assert (female.sex, female.period, male.sex, male.period) == ("Female", "2020 to 2022", "Male", "2019 to 2021")
    assert isinstance(female.places[1].value, NotProvided), "an older value is not put beside newer ones"
    assert make_lines(FACTS[1], [], PLACES) == ()


@pytest.mark.parametrize(
    ("number", "value", "text"),
    [(5, "-0.124", "−0.12"), (5, "-0.004", "0.00"), (7, "1234.56", "1,234.6"), (10, "0", "0.0%"), (1, "79.05", "79.1")],
)
def test_a_value_is_printed_in_its_unit(number: int, value: str, text: str) -> None:
    assert show(Decimal(value), FACTS[number]).text == text


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2018 - 20", "2018 to 2020"),
        ("1999 - 01", "1999 to 2001"),
        ("2017/18 - 19/20", "2017/18 to 2019/20"),
        ("2021/22", "2021/22"),
        ("2022 Q1 - 2022 Q4", "2022 Q1 to 2022 Q4"),
    ],
)
def test_a_period_is_said_as_people_say_it(period: str, said: str) -> None:
    assert say_period(period) == said


def test_our_own_indicator_has_a_line_without_england() -> None:
    figure = RoundFigure(
        definition=INDICATOR_20,
        round="2026-07",
        status="published",
        total=Total(Decimal(20), Decimal(100), Decimal(0), 3),
        returns_expected=3,
        headcount_counted=Decimal(100),
        headcount_expected=Decimal(100),
        breakdowns={"place": (Group(HALTON, "Halton", Total(Decimal(20), Decimal(100), Decimal(0), 3)),)},
    )
    found = line_of_returns(FACTS[20], inside(figure), PLACES)
    assert isinstance(found.england.value, NotApplicable)
    assert [cell.value.state for cell in found.places] == ["shown", "not_provided", "not_provided"]
    assert isinstance(found.region.value, Shown) and found.period == "round of July 2026"


def test_all_22_are_known_with_a_definition() -> None:
    assert sorted(FACTS) == list(range(1, 23))
    assert all(facts.definition.endswith(".") for facts in FACTS.values())
    assert (sorted(OURS), sorted(NO_LONGER_LOCAL)) == ([12, 20, 21], [15])
    assert {number for number, facts in FACTS.items() if len(facts.sexes) > 1} == {1, 2}
