"""The attacker of the other tests finds exactly what going through every table finds."""

import random
from dataclasses import replace
from typing import Any

import pytest

from anchor_portal.domain.disclosure.control import outside
from anchor_portal.domain.figures.definitions import get_definition
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import RoundFigure
from anchor_portal.services.figures.solver import solve
from tests.attacker import attack
from tests.every_table import PLACES, puzzle_of
from tests.generated_tables import Member, figure_of

ETHNICITY = get_definition("20.v1")


def little_round(seed: int) -> RoundFigure:
    """Four to six organisations of a few people, without tiers, and no mark behind any row."""
    chance = random.Random(seed)
    members = [
        Member(
            f"o{number}",
            f"s{chance.randrange(2)}",
            f"p{number % 2}",
            {"lower": (chance.randint(1, 6), chance.randint(1, 7))},
        )
        for number in range(chance.randint(4, 6))
    ]
    return unmarked(figure_of(ETHNICITY, members))


def unmarked(figure: RoundFigure) -> RoundFigure:
    breakdowns = {
        name: tuple(replace(group, behind="") for group in figure.groups(name)) for name in ("sector", "place", "tier")
    }
    return replace(figure, behind="", breakdowns=breakdowns)


def as_published(figure: RoundFigure) -> dict[str, Any]:
    return view_as_json(outside(figure, 0, solve=solve))


@pytest.mark.parametrize("seed", [0, 1, 2, 5])
def test_the_attacker_finds_what_is_in_every_table_and_nothing_else(seed: int) -> None:
    figure = little_round(seed)
    published = as_published(figure)
    puzzle, rows = puzzle_of([(published, figure)])
    findings = attack(published, figure)
    assert findings
    for each in findings:
        index = rows[0, each.table, each.code] + PLACES.index(each.place)
        found = {number for low, high in each.intervals for number in range(int(low), int(high) + 1)}
        assert found == puzzle.possible(index), each
