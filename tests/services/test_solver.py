"""The solver answers as the domain asks: whole numbers, gaps, and None where nothing fits."""

import random
from itertools import product

import pytest

from anchor_portal.domain.disclosure.solving import Line, Problem, Unknown
from anchor_portal.services.figures.solver import solve

UP_TO_NINE = Unknown(0, 9)
NONE_OR_MANY = Unknown(4, 9, or_zero=True)


def test_an_unknown_with_a_gap_is_nothing_or_many() -> None:
    asked = solve(Problem((NONE_OR_MANY, Unknown(0, 3)), (Line(((0, 1), (1, 1)), 3, 5),)))
    assert asked.find_between(0, 1, 3) is None
    assert asked.find_between(0, 0, 3) == (0, 3)
    found = asked.find_extreme(0, most=True)
    assert found is not None
    assert found[0] == 5


def test_what_cannot_be_is_none_and_the_next_question_is_answered_all_the_same() -> None:
    problem = Problem((UP_TO_NINE, UP_TO_NINE), (Line(((0, 2), (1, 2)), 7, 7),))
    asked = solve(problem)
    assert asked.find_between(0, 0, 9) is None, "twice a whole number is even"
    halves = solve(Problem(problem.unknowns, problem.lines, whole=False))
    assert halves.find_between(0, 3.5, 9) is not None
    assert halves.find_between(0, 20, 30) is None
    assert halves.find_between(0, 0, 1) is not None


@pytest.mark.parametrize("steps", [0, 1, 40])
def test_the_answers_are_those_of_going_through_every_table(steps: int) -> None:
    for seed in range(8):
        problem = some_problem(random.Random(seed))
        every = [table for table in product(range(10), repeat=4) if problem.fits(table)]
        asked = solve(problem, steps=steps)
        for index in range(4):
            values = {table[index] for table in every}
            for most, extreme in ((True, max(values, default=None)), (False, min(values, default=None))):
                found = asked.find_extreme(index, most=most)
                assert (found and found[index]) == extreme
                assert found is None or problem.fits(found)
            for value in range(10):
                found = asked.find_between(index, value, value)
                assert (found is not None) == (value in values)


def some_problem(chance: random.Random) -> Problem:
    unknowns = tuple(chance.choice([UP_TO_NINE, NONE_OR_MANY, NONE_OR_MANY, Unknown(1, 7)]) for _ in range(4))
    lines = [
        Line(tuple((index, chance.choice([1, 1, -1])) for index in chance.sample(range(4), 3)), low, low + 1)
        for low in (chance.randint(0, 9), chance.randint(-3, 9))
    ]
    return Problem(unknowns, tuple(lines))
