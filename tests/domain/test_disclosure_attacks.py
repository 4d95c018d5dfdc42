"""Generated publications are attacked with everything that is published; nothing hidden may be placed too closely."""

import random
from dataclasses import replace
from typing import Any

import pytest

from anchor_portal.domain.disclosure.control import Published, outside, protect
from anchor_portal.domain.disclosure.protection import Protection
from anchor_portal.domain.disclosure.solving import Problem, Questions, Solve
from anchor_portal.domain.disclosure.tables import Cell, Tables, tables_of
from anchor_portal.domain.figures.definitions import DEFINITIONS, MEASURES, Definition, get_definition
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import IndicatorView, RoundFigure
from anchor_portal.domain.figures.proportions import to_nearest
from anchor_portal.services.figures.solver import solve
from tests.attacker import attack, breaches, is_given_away, leftovers
from tests.every_table import PLACES, puzzle_of
from tests.generated_tables import SHAPES, Member, changed, figure_of, ordinary
from tests.plain_way import hide_plainly

ETHNICITY = get_definition("20.v1")
OTHERS = [
    *(definition for definition in DEFINITIONS if not definition.by_ethnicity),
    *(each for each in MEASURES if each.measure in {"p1.rlw_staff", "p2.local_contracts", "p4.green_plan"}),
]
ROUNDS_OF_EACH = 15


def published_of(figure: RoundFigure) -> dict[str, Any]:
    return view_as_json(outside(figure, 0, solve=solve))


def figure_from(definition: Definition, shape: str, seed: int) -> RoundFigure:
    return figure_of(definition, SHAPES[shape](random.Random(seed)))


def unprotected(
    published: dict[str, Any], figure: RoundFigure, kept: frozenset[Cell], tables: Tables
) -> dict[str, Any]:
    """The publication with only these cells hidden."""
    rows = {
        name: [_row_with(row, tables.rows.get((name, row["code"])), kept, tables) for row in each]
        for name, each in published["breakdowns"].items()
    }
    return published | {"breakdowns": rows}


def _row_with(row: dict[str, Any], subject: int | None, kept: frozenset[Cell], tables: Tables) -> dict[str, Any]:
    if subject is None or row["returns_counted"] is None:
        return row
    total = tables.subjects[subject].total
    cells = {
        column: None if Cell(subject, column) in kept else str(to_nearest(getattr(total, column), 5))
        for column in ("numerator", "denominator")
    }
    return row | cells | {"value": None, "lower": None, "upper": None}


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_hidden_of_staff_by_ethnicity_can_be_placed(shape: str) -> None:
    for seed in range(ROUNDS_OF_EACH):
        figure = figure_from(ETHNICITY, shape, seed)
        published = published_of(figure)
        assert breaches(published, figure) == [], (shape, seed)
        assert leftovers(published, figure) == [], (shape, seed)


@pytest.mark.parametrize("definition", OTHERS, ids=lambda each: each.measure)
def test_nothing_of_a_group_without_a_figure_can_be_placed(definition: Definition) -> None:
    for shape in SHAPES:
        for seed in range(4):
            figure = figure_from(definition, shape, seed)
            published = published_of(figure)
            assert leftovers(published, figure) == [], (shape, seed)
            found = breaches(published, figure)
            assert all(is_given_away(each, published) for each in found), (shape, seed)


def test_the_attack_succeeds_where_only_what_is_small_itself_is_hidden() -> None:
    broken = 0
    for shape in SHAPES:
        figure = figure_from(ETHNICITY, shape, 2)
        published, tables = published_of(figure), tables_of(figure)
        protection = protect(tables, solve)
        if protection.complementary and not protection.headline:
            bare = unprotected(published, figure, tables.primary(), tables)
            assert breaches(bare, figure) or leftovers(bare, figure), shape
            broken += 1
    assert broken >= 4


@pytest.mark.parametrize("shape", SHAPES)
def test_no_cell_that_protects_another_could_be_shown_again(shape: str) -> None:
    for seed in range(2):
        figure = figure_from(ETHNICITY, shape, seed)
        published, tables = published_of(figure), tables_of(figure)
        protection = protect(tables, solve)
        for cell in () if protection.headline else protection.complementary:
            again = unprotected(published, figure, protection.hidden - {cell}, tables)
            assert breaches(again, figure) or leftovers(again, figure), (seed, cell)


def test_far_less_is_hidden_than_the_plain_way_hides() -> None:
    ours, plain = 0, 0
    for definition in (ETHNICITY, get_definition("p4.green_plan.v1")):
        for shape in ("ordinary", "many zeros", "one giant"):
            tables = tables_of(figure_from(definition, shape, 2))
            ours += len(protect(tables, solve).complementary)
            plain += len(hide_plainly(tables, solve))
    assert 0 < ours < plain


def test_a_solver_that_finds_nothing_hides_more_and_still_ends() -> None:
    class Nothing:
        def find_between(self, index: int, lower: float, upper: float) -> None:
            return None

        def find_extreme(self, index: int, *, most: bool) -> None:
            return None

    def ask(problem: Problem) -> Questions:
        return Nothing()

    shown, silent = count_hidden(solve), count_hidden(ask)
    assert silent > shown


def count_hidden(asked: Solve) -> int:
    protections: list[Protection] = [
        protect(tables_of(figure_from(ETHNICITY, shape, 1)), asked) for shape in ("tiny", "all alike", "two groups")
    ]
    return sum(len(each.hidden) for each in protections)


def test_the_same_figure_is_protected_the_same_way_every_time() -> None:
    figure = figure_from(ETHNICITY, "tiny", 4)
    assert published_of(figure) == published_of(figure)


def test_the_order_of_the_rows_does_not_matter_for_what_is_hidden() -> None:
    figure = figure_from(ETHNICITY, "one giant", 3)
    turned = {name: tuple(reversed(figure.groups(name))) for name in ("sector", "place", "tier")}
    one, other = published_of(figure), published_of(replace(figure, breakdowns=turned))
    for name in turned:
        assert sorted(map(str, one["breakdowns"][name])) == sorted(map(str, other["breakdowns"][name]))


def small_round(seed: int) -> list[Member]:
    chance = random.Random(seed)
    return [
        Member(f"o{n}", f"s{n % 3}", f"p{chance.randrange(2)}", {"lower": (chance.randint(0, 5), chance.randint(3, 9))})
        for n in range(9)
    ]


@pytest.mark.parametrize("seed", [5, 9])
def test_two_revisions_together_tell_no_more_than_may_be_known(seed: int) -> None:
    """One return is corrected; all other rows have the same returns behind them as before."""
    members = small_round(seed)
    before, after = (figure_of(ETHNICITY, each) for each in (members, changed(random.Random(seed), members)))
    first = outside(before, 0, solve=solve)
    careless = outside(after, 0, solve=solve)
    careful = outside(after, 0, solve=solve, published=[Published(before, first)])
    assert told_by((first, before), (careless, after)), "a revision made without looking back does tell"
    assert told_by((first, before), (careful, after)) == []


def told_by(*publications: tuple[IndicatorView, RoundFigure]) -> list[tuple[int, str, str]]:
    """The hidden cells that have fewer than five possible values, going through every table."""
    published = [(view_as_json(view), figure) for view, figure in publications]
    puzzle, rows = puzzle_of(published)
    told = []
    for (number, breakdown, code), index in rows.items():
        row = next((row for row in published[number][0]["breakdowns"].get(breakdown, []) if row["code"] == code), {})
        for column, place in (("numerator", "part"), ("denominator", "whole")):
            if row.get(column, "") is None and len(puzzle.possible(index + PLACES.index(place), 5)) < 5:
                told.append((number, breakdown, code))
    return told


def test_what_protected_another_goes_on_to_be_hidden_in_a_revision() -> None:
    """The second revision must not show, of the same returns, what the first hid to protect one organisation."""
    members = ordinary(random.Random(4), 3, 4, 14)
    members = [replace(members[0], sector="alone"), *members[1:]]
    figure = figure_of(ETHNICITY, members)
    first = outside(figure, 0, solve=solve)
    hidden = {row.code for row in first.breakdowns["sector"] if row.numerator.state == "suppressed"}
    assert len(hidden) == 2
    grown = [*members, replace(members[-1], name="late", sector="s9", counts={"lower": (1, 4)})]
    figure_again = figure_of(ETHNICITY, grown)
    second = outside(figure_again, 0, solve=solve, published=[Published(figure, first)])
    again = {row.code for row in second.breakdowns["sector"] if row.numerator.state == "suppressed"}
    assert hidden <= again


def test_the_same_returns_behind_two_rows_are_hidden_in_both() -> None:
    for seed in range(6):
        figure = figure_from(ETHNICITY, "one alone", seed)
        published = published_of(figure)
        rows = [row for name in ("sector", "place") for row in published["breakdowns"][name] if row["code"] == "alone"]
        assert [row["state"] for row in rows] == ["suppressed"] * 2
        assert [each for each in attack(published, figure) if each.code == "alone" and each.is_near] == []


def test_what_an_organisation_has_published_itself_is_no_secret_any_more() -> None:
    members = [replace(each, sector="alone") if each.name == "o0" else each for each in ordinary(random.Random(7))]
    figure = figure_of(get_definition("p1.rlw_staff.v1"), members)
    alone = next(group for group in figure.groups("sector") if group.code == "alone")
    assert alone.total
    known = tables_of(figure, own={alone.behind: alone.total})
    subject = known.rows["sector", "alone"]
    assert known.subjects[subject].is_known
    assert protect(known, solve).hidden >= {Cell(subject, "numerator"), Cell(subject, "denominator")}


def test_tiers_that_have_two_returns_each_are_all_hidden_and_the_search_ends() -> None:
    """Four organisations fill in two tiers each: no tier has three returns, and all together have four."""
    tiers = [("lower", "middle"), ("lower", "middle"), ("upper", "board"), ("upper", "board")]
    members = [
        Member(f"o{number}", "s0", "p0", {tier: (40 + number, 300) for tier in mine})
        for number, mine in enumerate(tiers)
    ]
    published = published_of(figure_of(ETHNICITY, members))
    assert published["state"] == "shown"
    assert {row["state"] for row in published["breakdowns"]["tier"]} == {"suppressed"}
