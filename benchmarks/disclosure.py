"""Disclosure control: how much it hides, whether an attacker gets through, and how it grows."""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from functools import cache

from anchor_portal.domain.disclosure.control import Published, outside, protect
from anchor_portal.domain.disclosure.tables import tables_of
from anchor_portal.domain.figures.definitions import DEFINITIONS, MEASURES, Definition, get_definition
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import RoundFigure
from anchor_portal.services.figures.solver import solve
from benchmarks import Result
from tests.attacker import breaches, is_given_away, leftovers
from tests.generated_tables import SHAPES, Member, changed, figure_of, ordinary
from tests.plain_way import hide_plainly

EVERY = (*DEFINITIONS, *MEASURES)
ETHNICITY = get_definition("20.v1")
ATTACKED = 2000
"""Publications that are made up and attacked."""
COMPARED = 160
SMALL, LARGE = 21, 1000
REPEATED = 3


def measure_breaches() -> Result:
    """Hidden numbers that the attacker of the tests places too closely, over thousands of publications; must be 0."""
    found, attacked = 0, 0
    for definition, shape, seed in _cases(ATTACKED):
        figure = figure_of(definition, SHAPES[shape](random.Random(seed)))
        published = view_as_json(outside(figure, 0, solve=solve))
        attacked += 1
        found += len([each for each in breaches(published, figure) if not is_given_away(each, published)])
        found += len(leftovers(published, figure))
    return Result("hidden numbers that are placed", float(found), f"{attacked:,} publications attacked", "exactly 0")


def _cases(number: int) -> Iterator[tuple[Definition, str, int]]:
    """Half of them staff by ethnicity, the others every definition in turn."""
    shapes = list(SHAPES)
    for seed in range(number):
        definition = ETHNICITY if seed % 2 else EVERY[seed // 2 % len(EVERY)]
        yield definition, shapes[seed // 2 % len(shapes)], seed


def measure_hidden() -> Result:
    """Cells hidden to protect others, beside the plain way: the smallest shown cell of the line until it holds."""
    ours, plain = 0, 0
    for definition, shape, seed in _cases(COMPARED):
        tables = tables_of(figure_of(definition, SHAPES[shape](random.Random(seed))))
        protection = protect(tables, solve)
        if not protection.headline:
            ours += len(protection.complementary)
            plain += len(hide_plainly(tables, solve))
    return Result("cells hidden to protect others", ours / plain, f"the plain way, {ours} of {plain}", "about 0.2")


def measure_growth() -> Result:
    """Protecting everything of a round of 1,000 organisations in nine places, over a round of 21."""
    return _growth(f"protecting a round of {LARGE:,}", _everything(SMALL, 9), _everything(LARGE, 9), "seconds")


def measure_areas() -> Result:
    """The same with 1,000 organisations in 150 areas, over 40 areas."""
    return _growth("protecting 150 areas", _everything(LARGE, 40), _everything(LARGE, 150), "seconds")


def measure_revision() -> Result:
    """A second revision of ethnicity in 150 areas, which must be safe beside the first, over one of 21 organisations in nine."""
    return _growth("protecting a revision of 150 areas", _revision(SMALL, 9), _revision(300, 150), "seconds")


def _growth(name: str, small: Callable[[], None], large: Callable[[], None], target: str) -> Result:
    pairs = [(_timed(small), _timed(large)) for _ in range(REPEATED)]
    one, other = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    return Result(name, other / one, f"{one:.2f} s; it takes {other:.2f} s", f"{target}, growth shown")


def _timed(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


@cache
def _members(size: int, places: int) -> list[Member]:
    return ordinary(random.Random(size), 8, places, size)


def _everything(size: int, places: int) -> Callable[[], None]:
    """Every definition of such a round; the figures are made before."""
    figures: list[RoundFigure] = [figure_of(definition, _members(size, places)) for definition in EVERY]

    def run() -> None:
        for figure in figures:
            outside(figure, 0, solve=solve)

    return run


def _revision(size: int, places: int) -> Callable[[], None]:
    members = _members(size, places)
    before, after = (figure_of(ETHNICITY, each) for each in (members, changed(random.Random(1), members)))
    first = Published(before, outside(before, 0, solve=solve))

    def run() -> None:
        outside(after, 0, solve=solve, published=[first])

    return run


MEASURES = (measure_breaches, measure_hidden, measure_growth, measure_areas, measure_revision)
