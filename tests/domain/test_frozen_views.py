"""What is frozen of a figure is read again as it was, also where it was frozen before there was so much to say."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from anchor_portal.domain.disclosure.control import outside
from anchor_portal.domain.figures.definitions import DEFINED, Definition
from anchor_portal.domain.figures.figure import Shown, as_float
from anchor_portal.domain.figures.indicator_json import view_as_json, view_from_json
from anchor_portal.domain.figures.indicators import IndicatorView, RoundFigure, inside
from anchor_portal.domain.figures.proportions import NOTHING, Total
from anchor_portal.domain.findings.distribution import BY_ETHNICITY, TOO_FEW
from anchor_portal.domain.findings.trend import trend_of
from anchor_portal.services.figures.solver import solve

SHARES = [each for each in DEFINED if each.kind_of_number != "organisations"]


def figure_of(definition: Definition, organisations: int, carried: int = 0, code: str = "2026-07") -> RoundFigure:
    shares = tuple(Total(Decimal(3000 * n), Decimal(90_000), Decimal(10), 1) for n in range(1, organisations + 1))
    total = sum(shares, NOTHING)
    heads = Decimal(organisations)
    return RoundFigure(
        definition, code, "published", total, organisations, heads, heads, shares=shares, carried=Decimal(carried),
        not_compared="there is no earlier round",
    )  # fmt: skip


def read_again(view: IndicatorView) -> IndicatorView:
    return view_from_json(json.loads(json.dumps(view_as_json(view))))


def texts_of(view: IndicatorView) -> list[str]:
    distribution = view.distribution
    assert distribution is not None
    cells = (distribution.organisations, distribution.lower_quartile, distribution.median, distribution.upper_quartile)
    return [cell.text for cell in cells if isinstance(cell, Shown)]


@pytest.mark.parametrize("definition", SHARES, ids=lambda each: each.code)
def test_a_distribution_is_read_as_it_was_frozen(definition: Definition) -> None:
    figure = figure_of(definition, 12)
    raw, protected = inside(figure), outside(figure, solve=solve)
    assert raw.distribution is not None and protected.distribution is not None
    assert texts_of(read_again(raw)) == texts_of(raw)
    assert read_again(protected).distribution == protected.distribution
    assert as_float(raw.distribution.median) == pytest.approx(100 * 19_500 / 90_000)
    if definition.by_ethnicity:
        assert protected.distribution.median == BY_ETHNICITY
    else:
        assert isinstance(protected.distribution.median, Shown)
        assert protected.distribution.median.text == "22%"


def test_a_distribution_of_too_few_says_so_again() -> None:
    view = inside(figure_of(SHARES[0], 9))
    assert view.distribution is not None and view.distribution.median == TOO_FEW
    assert read_again(view).distribution == view.distribution


def test_where_the_headline_is_hidden_so_is_the_distribution() -> None:
    figure = replace(figure_of(SHARES[0], 12), headcount_counted=Decimal(1))
    distribution = outside(figure, solve=solve).distribution
    assert distribution is None or not isinstance(distribution.median, Shown)


def test_what_was_carried_forward_and_why_nothing_is_compared_are_kept() -> None:
    figure = figure_of(SHARES[1], 12, carried=999_999)
    for view in (inside(figure), outside(figure, solve=solve)):
        again = read_again(view)
        assert again.is_carried is view.is_carried is True
        assert again.not_compared == view.not_compared == "there is no earlier round"


def test_figures_that_were_frozen_before_are_still_read() -> None:
    frozen = view_as_json(inside(figure_of(SHARES[0], 12)))
    for name in ("distribution", "carried_forward", "not_compared"):
        del frozen[name]
    view = view_from_json(frozen)
    assert (view.distribution, view.is_carried, view.not_compared) == (None, False, None)


def test_outside_a_trend_is_tested_by_what_is_published() -> None:
    views = []
    for code, part in zip(
        ("2024-07", "2025-01", "2025-07", "2026-01", "2026-07"), (101, 132, 163, 189, 221), strict=True
    ):
        total = Total(Decimal(part), Decimal(2001), Decimal(0), 4)
        figure = RoundFigure(SHARES[1], code, "published", total, 4, Decimal(9), Decimal(9))
        views.append(outside(figure, solve=solve))
    assert [as_float(view.numerator) for view in views] == [100, 130, 165, 190, 220]
    assert trend_of(views).direction == "up"
