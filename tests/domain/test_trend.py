"""No trend before the fifth comparable round; from then on the test of Fingertips, and for people only."""

import math
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchor_portal.domain.figures.definitions import DEFINED, get_definition
from anchor_portal.domain.findings.trend import Point, chi_squared, direction_of, slope_of, trend_of
from tests.domain.views import ROUNDS, view_of, views_of

RISING = ((100, 2000), (130, 2000), (160, 2000), (190, 2000), (220, 2000))
FALLING = tuple(reversed(RISING))


def points_of(*counts: tuple[int, int]) -> list[Point]:
    return [Point(6 * place, Fraction(part), Fraction(whole)) for place, (part, whole) in enumerate(counts, start=1)]


def test_five_rounds_that_rise_steadily_are_a_trend_and_say_so_in_words() -> None:
    trend = trend_of(views_of(*RISING))
    assert (trend.direction, trend.symbol, trend.label) == ("up", "↑", "Increasing")
    assert trend.words.startswith(
        "The share has been rising over the last five comparable rounds, July 2024 to July 2026."
    )
    assert trend.rounds == ROUNDS[:5]
    assert trend_of(views_of(*FALLING)).direction == "down"


@pytest.mark.parametrize("rounds", range(5))
def test_there_is_no_arrow_before_the_fifth_comparable_round(rounds: int) -> None:
    trend = trend_of(views_of(*RISING[:rounds]))
    assert (trend.direction, trend.symbol) == ("too_few", "")


@pytest.mark.parametrize("definition", [each for each in DEFINED if each.kind_of_number != "people"])
def test_no_trend_is_claimed_for_what_are_no_counts_of_people(definition) -> None:  # type: ignore[no-untyped-def]
    yearly = [view_of(f"20{year}-07", part, whole, definition) for year, (part, whole) in enumerate(RISING, start=20)]
    trend = trend_of(yearly)
    assert trend.direction == "not_tested"
    assert trend.words.startswith("No trend is claimed, because ")


def test_ups_and_downs_within_chance_are_no_trend() -> None:
    trend = trend_of(views_of((100, 2000), (104, 2000), (99, 2000), (103, 2000), (106, 2000)))
    assert (trend.direction, trend.symbol) == ("none", "→")


def test_a_trend_that_hangs_on_one_round_is_none() -> None:
    """Significant, but without the last round the slope turns round."""
    counts = ((110, 2000), (108, 2000), (106, 2000), (104, 2000), (300, 2000))
    assert chi_squared(points_of(*counts)) > 50
    assert slope_of(points_of(*counts)) > 0 > slope_of(points_of(*counts[:4]))
    assert direction_of(points_of(*counts)) == "none"


def test_only_the_last_five_comparable_rounds_are_tested() -> None:
    assert trend_of(views_of((900, 2000), (800, 2000), *RISING)).direction == "up"
    assert trend_of(views_of((900, 2000), (800, 2000), *RISING)).rounds == ROUNDS[2:]


def test_a_round_that_mostly_repeats_old_tables_is_not_a_new_round() -> None:
    views = views_of(*RISING)
    repeated = view_of(ROUNDS[5], 220, 2000, carried=1001)
    assert trend_of([*views, repeated]).rounds == ROUNDS[:5]
    assert trend_of([*views[:4], replace(views[4], is_carried=True)]).direction == "too_few"
    half = view_of(ROUNDS[4], 220, 2000, carried=1000)
    assert trend_of([*views[:4], half]).direction == "up"


def test_a_round_without_a_figure_is_not_counted_and_shows_no_trend_of_its_own() -> None:
    views = views_of(*RISING[:3], (0, -1), *RISING[3:])
    assert trend_of(views).rounds == (*ROUNDS[:3], *ROUNDS[4:6])
    assert trend_of(views).direction == "up"
    missing = trend_of([*views, view_of(ROUNDS[6], 0, -1)])
    assert (missing.direction, missing.symbol) == ("too_few", "")
    assert "no figure is shown for July 2027" in missing.words


def test_a_new_version_of_the_definition_begins_a_new_series() -> None:
    second = replace(get_definition("20.v1"), code="20.v2", since=ROUNDS[3])
    views = [*views_of(*RISING[:3]), view_of(ROUNDS[3], 190, 2000, second), view_of(ROUNDS[4], 220, 2000, second)]
    assert trend_of(views).rounds == ROUNDS[3:5]
    assert trend_of(views).direction == "too_few"


def test_figures_of_a_financial_year_are_only_set_beside_the_same_month() -> None:
    yearly = replace(get_definition("20.v1"), financial_year=True)
    views = views_of(*RISING, definition=yearly)
    assert trend_of(views).rounds == ("2024-07", "2025-07", "2026-07")


def test_without_any_round_there_is_a_sentence() -> None:
    assert trend_of([]).words == "There is no figure yet, so no trend is claimed."


@pytest.mark.parametrize("counts", [(0, 2000), (2000, 2000), (0, 0)])
def test_where_nothing_varies_there_is_no_trend(counts: tuple[int, int]) -> None:
    assert chi_squared(points_of(*[counts] * 5)) == 0
    assert trend_of([replace(each, headline=views_of(*RISING)[0].headline) for each in views_of(*[counts] * 5)])


def test_rounds_with_none_of_the_part_can_be_tested() -> None:
    assert direction_of(points_of((0, 900), (0, 900), (20, 900), (40, 900), (70, 900))) == "up"
    assert direction_of(points_of((900, 900), (890, 900), (860, 900), (830, 900), (0, 900))) == "down"


def test_the_statistic_is_that_of_armitage() -> None:
    """Table 1 of Armitage (1955): carriers of Streptococcus pyogenes by size of the tonsils; its chi-squared is 7.19."""
    assert float(chi_squared(points_of((19, 516), (29, 589), (24, 293)))) == pytest.approx(7.19, abs=0.005)


counts = st.integers(20, 5000).flatmap(lambda whole: st.tuples(st.integers(1, whole - 1), st.just(whole)))


def _by_hand(given: list[tuple[int, int]]) -> str:
    """The method of Fingertips in floats and its own words: five points, times 1 to 5."""
    r, n, t = [r for r, _ in given], [n for _, n in given], range(1, 6)
    big = sum(n)
    cross = big * sum(a * b for a, b in zip(r, t, strict=True)) - sum(r) * sum(a * b for a, b in zip(n, t, strict=True))
    spread = (
        big * sum(a * b * b for a, b in zip(n, t, strict=True)) - sum(a * b for a, b in zip(n, t, strict=True)) ** 2
    )
    statistic = big * cross**2 / (sum(r) * (big - sum(r)) * spread)
    logits = [math.log(a / (b - a)) for a, b in given]
    slopes = [_least_squares([*t][:k] + [*t][k + 1 :], logits[:k] + logits[k + 1 :]) for k in range(5)]
    slopes.append(_least_squares([*t], logits))
    signs = {slope > 0 for slope in slopes}
    if statistic <= 9.54953570608324 or len(signs) > 1 or min(map(abs, slopes)) < 1e-12:
        return "none"
    return "up" if signs == {True} else "down"


def _least_squares(x: list[int], y: list[float]) -> float:
    middle = sum(x) / len(x)
    return sum((a - middle) * b for a, b in zip(x, y, strict=True)) / sum((a - middle) ** 2 for a in x)


@given(st.lists(counts, min_size=5, max_size=5))
@settings(deadline=None, max_examples=60)
def test_the_direction_is_that_of_fingertips_own_method(given_counts: list[tuple[int, int]]) -> None:
    assert direction_of(points_of(*given_counts)) == _by_hand(given_counts)
