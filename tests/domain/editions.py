"""Editions of a round made from figures of organisations, for the tests of open data."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

from anchor_portal.domain.disclosure.control import outside
from anchor_portal.domain.figures.definitions import DEFINITIONS, MEASURES, Definition
from anchor_portal.domain.figures.indicators import IndicatorView, RoundFigure
from anchor_portal.domain.figures.proportions import Total
from anchor_portal.domain.open_data.rows import Edition, Publisher
from anchor_portal.domain.rounds import period_of, title_of
from anchor_portal.services.figures.solver import solve
from tests.domain.round_figures import Organisation, entry, figure_of

PUBLISHER = Publisher(
    "Cheshire and Merseyside",
    "https://portal.example",
    "Open Government Licence v3.0",
    "https://licence.example/v3",
)
EVERY_DEFINITION = (*DEFINITIONS, *MEASURES)
PLACES = {
    "v": ("E06000049", "Cheshire East"),
    "w": ("E08000012", "Liverpool"),
    "x": ("E08000015", "Wirral"),
    "y": ("E08000013", "St Helens"),
    "z": ("several", "Several places"),
}
"""What the places of `round_figures` are called in the register."""


def edition_of(
    *views: IndicatorView, code: str = "2026-07", revision: int = 1, at: datetime | None = None, reason: str = ""
) -> Edition:
    """A revision of a round, published on 14 September of its year unless `at` says otherwise."""
    moment = at or datetime(int(code[:4]), 9, 14, 11, 20, revision, tzinfo=UTC)
    digest = f"{int(code.replace('-', ''))}{revision}".rjust(64, "0")
    return Edition(
        code, title_of(code), revision, moment, moment.date(), reason, digest, digest, period_of(code), tuple(views)
    )


def mixed() -> list[Organisation]:
    """Organisations of which some groups are shown, some too few, some small, one zero, and some give nothing."""
    shown = [entry(60 + number, 120, "a", "v") for number in range(4)]
    zero = [entry(0, 400, "b", "w")] * 3
    few = [entry(30, 90, "c", "x")] * 2
    return [*shown, *zero, *few, Organisation("d", "y", None, None)]


def public_view(
    definition: Definition, *organisations: Organisation, coverage: int = 90, code: str = "2026-07"
) -> IndicatorView:
    """What anyone outside may see of an indicator over these organisations (`mixed` by default)."""
    return replace(_protected(definition, organisations or tuple(mixed()), coverage), round=code)


@cache
def _protected(definition: Definition, organisations: tuple[Organisation, ...], coverage: int) -> IndicatorView:
    """Protected once for all tests, since a solver takes its time."""
    return _publish(figure_of(definition, [*organisations], coverage))


def _publish(figure: RoundFigure) -> IndicatorView:
    view = outside(figure, solve=solve)
    places = tuple(replace(row, code=PLACES[row.code][0], name=PLACES[row.code][1]) for row in view.breakdowns["place"])
    return replace(view, breakdowns={**view.breakdowns, "place": places})


def silent_view(definition: Definition) -> IndicatorView:
    """Of a round in which nobody gave the figures."""
    return public_view(definition, Organisation("a", "v", None, None))


def empty_view(definition: Definition) -> IndicatorView:
    """Of organisations that have nothing to take a share of."""
    return public_view(definition, *[entry(0, 0)] * 4)


def headless_view(definition: Definition) -> IndicatorView:
    """Of organisations of which no headcount is known."""
    figure = replace(figure_of(definition, mixed()), headcount_counted=Decimal(0), headcount_expected=Decimal(0))
    return _publish(figure)


def spread_view(definition: Definition) -> IndicatorView:
    """Of twelve organisations, with their distribution."""
    twelve = [entry(60 + number, 120) for number in range(12)]
    shares = tuple(Total(Decimal(60 + number), Decimal(120), Decimal(0), 1) for number in range(12))
    return _publish(replace(figure_of(definition, twelve), shares=shares))


@cache
def every_kind_of_view() -> tuple[IndicatorView, ...]:
    """One of each unit as it mostly is, and one in every state that a headline can be in."""
    fte, ethnicity, spend = DEFINITIONS
    others = (MEASURES[0], MEASURES[3])
    return (
        *(public_view(definition) for definition in (*DEFINITIONS, *others)),
        public_view(ethnicity, coverage=20),
        public_view(ethnicity, *[entry(3, 900)] * 2),
        silent_view(spend),
        empty_view(fte),
        headless_view(fte),
        spread_view(fte),
        spread_view(ethnicity),
    )
