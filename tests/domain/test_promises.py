"""What the dashboard says of a round's measures in a few words, and what Assembly members see of an aggregate."""

from dataclasses import replace
from decimal import Decimal

import pytest

from anchor_portal.domain.disclosure.control import outside
from anchor_portal.domain.disclosure.solving import Problem, Questions
from anchor_portal.domain.figures.change import Panel
from anchor_portal.domain.figures.definitions import Definition, get_definition
from anchor_portal.domain.figures.house import within
from anchor_portal.domain.figures.indicators import IndicatorView, RoundFigure, inside
from anchor_portal.domain.figures.proportions import Total
from anchor_portal.domain.findings.promises import (
    NOT_THE_SAME,
    find_most_moved,
    say_all,
    say_movement,
    say_points,
    why_nothing,
)
from anchor_portal.services.figures.house import protect_for_members
from tests.domain.round_figures import entry, figure_of

FTE, RLW, GREEN = get_definition("12.v1"), get_definition("p1.rlw_staff.v1"), get_definition("p4.green_plan.v1")


def ask_nobody(problem: Problem) -> Questions:
    """A solver that must not be asked."""
    raise AssertionError("nothing is left to be solved")


def total(numerator: int, denominator: int = 1000, returns: int = 5) -> Total:
    return Total(Decimal(numerator), Decimal(denominator), Decimal(0), returns)


def figure(definition: Definition, before: int | None, after: int | None, code: str = "2026-07") -> RoundFigure:
    """Five organisations, counted in both rounds; None where nobody is counted."""
    now = None if after is None else total(after)
    panel = None
    if before is not None and now is not None:
        panel = Panel("2026-01", 5, 0, 0, total(before), now, total(before), now, earlier_shown=True)
    return replace(
        figure_of(definition, []), total=now, panel=panel, breakdowns={}, returns_expected=6, largest=None, round=code
    )


def view(definition: Definition, before: int | None, after: int | None, code: str = "2026-07") -> IndicatorView:
    return inside(figure(definition, before, after, code))


@pytest.mark.parametrize(
    ("points", "words"),
    [("2.3", "up 2.3 points"), ("-1", "down 1 point"), ("1", "up 1 point"), ("0.0", "the same"), ("-0.0", "the same")],
)
def test_points_are_said_in_words(points: str, words: str) -> None:
    assert say_points(Decimal(points)) == words


def test_a_measure_moved_since_its_earlier_round_among_those_counted_in_both() -> None:
    assert say_movement([view(RLW, 900, 923)]) == "Up 2.3 points since January 2026, among the 5 counted in both"
    assert say_movement([view(RLW, 900, 900)]) == "The same since January 2026, among the 5 counted in both"


def test_where_the_split_is_withheld_the_total_is_said_of_everyone() -> None:
    panel = Panel("2026-01", 4, 1, 0, total(700, returns=4), total(800, returns=4), total(700), total(850), True)
    protected = within(replace(figure(FTE, 700, 850), panel=panel), 70, solve=ask_nobody)
    assert say_movement([protected]) == "Up 15 points since January 2026, among everyone counted in each"


def test_without_a_panel_the_reason_is_said() -> None:
    assert say_movement([view(RLW, None, 900)]).startswith("Not compared: no organisation is counted now and")


def test_answers_are_set_beside_those_of_the_last_round_that_has_some() -> None:
    views = [view(GREEN, None, 600, "2025-07"), view(GREEN, None, None, "2026-01"), view(GREEN, None, 700)]
    assert say_movement(views) == "After 600 of 1,000 in July 2025"
    assert say_movement(views[-1:]).startswith("Not compared: ")
    assert say_movement(views[:2]) == ""


def test_one_sentence_counts_what_rose_and_fell_and_leaves_out_what_is_not_compared() -> None:
    views = [view(RLW, 900, 923), view(FTE, 700, 650), view(FTE, 700, 700), view(RLW, None, 900), view(RLW, 5, None)]
    assert say_all([each] for each in views) == (
        "Of the 3 measures that can be compared with an earlier round, 1 rose, 1 fell and 1 stayed the same."
    )
    assert say_all([each] for each in views[3:]) == "No measure can be compared with an earlier round yet."
    assert (
        say_all([each] for each in views[4:])
        == "No figure of this round can be shown yet: no accepted return has these figures."
    )
    assert say_all([]) == "No figure of this round can be shown yet: no round has figures."
    assert why_nothing(views) == ""


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        ((12, 16), (14, 18), "1 rose"),
        ((12, 16), (9, 12), "1 stayed the same"),
        ((18, 18), (18, 19), "1 fell"),
        ((0, 18), (0, 19), "1 stayed the same"),
    ],
)
def test_answers_of_organisations_are_counted_for_every_audience_by_what_is_shown(
    before: tuple[int, int], now: tuple[int, int], words: str
) -> None:
    figures = [replace(figure(GREEN, None, 0, "2026-01"), total=total(*before, 18)), figure(GREEN, None, 0)]
    figures[1] = replace(figures[1], total=total(*now, 18))
    said = f"Of the one measure that can be compared with an earlier round, {words}.{NOT_THE_SAME}"
    for show in (inside, lambda each: within(each, 70, solve=ask_nobody)):
        assert say_all([[show(each) for each in figures]]) == said


def test_answers_are_not_compared_where_nobody_was_asked_or_nothing_came_before() -> None:
    nobody, now = replace(figure(GREEN, None, 0, "2026-01"), total=total(0, 0, 18)), figure(GREEN, None, 700)
    for views in ([inside(nobody), inside(now)], [inside(now)]):
        assert say_all([views]) == "No measure can be compared with an earlier round yet."


def test_answers_of_organisations_do_not_move_by_points() -> None:
    assert find_most_moved([view(GREEN, 600, 900)]) == []


def test_what_moved_furthest_up_or_down_stands_first_and_what_did_not_move_is_left_out() -> None:
    small, fall, rise, still = view(RLW, 900, 901), view(FTE, 700, 600), view(FTE, 700, 750), view(FTE, 700, 700)
    assert find_most_moved([small, still, rise, fall]) == [fall, rise, small]
    assert find_most_moved([small, still, rise, fall], number=1) == [fall]


# The members' view


def test_members_see_what_is_withheld_outside_rounded_and_why_it_is_withheld() -> None:
    low = replace(figure(RLW, None, 901), headcount_counted=Decimal(64), headcount_expected=Decimal(100))
    public, members = outside(low, 70, solve=ask_nobody), within(low, 70, solve=ask_nobody)
    assert public.state == "withheld"
    assert (members.state, members.value, members.protected) == ("shown", outside(low, 0, solve=ask_nobody).value, True)
    assert members.withheld == public.withheld
    assert members.numerator != inside(low).numerator


def test_where_nothing_is_withheld_members_see_what_the_public_sees() -> None:
    shown = figure(RLW, 900, 923)
    assert within(shown, 70, solve=ask_nobody) == outside(shown, 70, solve=ask_nobody)


def test_before_publication_members_see_no_groups_that_two_looks_could_be_subtracted_from() -> None:
    staff = get_definition("20.v1")
    rows = [entry(100, 900, "a")] * 3 + [entry(70, 400, "c"), entry(50, 300, "c"), entry(30, 300, "c")]
    view = protect_for_members(figure_of(staff, rows), 70)
    assert view.headline.state == "shown"
    assert not any(view.breakdowns.values())
