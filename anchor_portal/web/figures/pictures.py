"""Indicators as pictures: figures become charts, and each chart HTML that holds it once wide and once narrow."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import ceil, floor
from typing import TypedDict

from markupsafe import Markup

from anchor_portal.domain.figures.figure import Figure, NotProvided, Shown, printed
from anchor_portal.domain.figures.indicators import IndicatorView, Row
from anchor_portal.domain.findings.certainty import spread_in_words
from anchor_portal.domain.findings.comparison import compare
from anchor_portal.domain.findings.distribution import Distribution
from anchor_portal.domain.findings.progress import Series
from anchor_portal.domain.findings.self_assessment import Standing
from anchor_portal.domain.findings.steps import Steps
from anchor_portal.domain.rounds import title_of
from anchor_portal.outputs.charts import door as charts
from anchor_portal.outputs.charts.answers import Answers, answers
from anchor_portal.outputs.charts.figures import Compared
from anchor_portal.outputs.charts.levels import levels
from anchor_portal.outputs.charts.scene import Scene
from anchor_portal.outputs.charts.svg import to_svg

NO_SECTOR = NotProvided("no figure of this round is published")
LEAST_TREND, LEAST_SPARK = 20, 10
"""Percentage points that a scale spans at least, so that a small change does not look like a large one."""


class Drawn(TypedDict):
    """What a chart takes of a figure."""

    value: float | None
    state: charts.State
    lower: float | None
    upper: float | None
    decimals: int


def trend_picture(views: Sequence[IndicatorView], title: str, ident: str) -> Markup:
    """The chart of an indicator over rounds, the earliest first; `ident` is unique on the page."""
    points = _points(views)
    limits = _limits(points, LEAST_TREND)
    return in_both_layouts(lambda layout: charts.trend(points, title=title, layout=layout, value_range=limits), ident)


def bars_picture(rows: Sequence[Row], everyone: Row, title: str, ident: str) -> Markup:
    """The chart of one breakdown, in the rows' own order: there are no league tables."""
    drawn = [
        charts.Row(row.name, compared=_compared(row, everyone), **_drawn(row.value, row.lower, row.upper))
        for row in rows
    ]
    total = charts.Row(everyone.name, **_drawn(everyone.value)) if isinstance(everyone.value, Shown) else None
    return in_both_layouts(lambda layout: charts.bars(drawn, title=title, layout=layout, aggregate=total), ident)


def _compared(row: Row, everyone: Row) -> Compared:
    outcome = compare(row, everyone).outcome
    return "" if outcome == "not_compared" else outcome


def rounds_picture(views: Sequence[IndicatorView], title: str, ident: str) -> Markup:
    """The same over rounds, the earliest first, with a gap where the definition changed."""
    before = [views[0].definition.code, *(view.definition.code for view in views)]
    drawn = [
        replace(
            _answers(title_of(view.round), view.numerator, view.denominator),
            definition_changed=code != view.definition.code,
        )
        for view, code in zip(views, before, strict=False)
    ]
    return in_both_layouts(lambda layout: answers(drawn, title=title, layout=layout), ident)


def answers_picture(rows: Iterable[tuple[str, Row]], title: str, ident: str) -> Markup:
    """The chart of a measure that counts organisations: n of N for each round or group, named beside its row."""
    drawn = [_answers(name, row.numerator, row.denominator) for name, row in rows]
    return in_both_layouts(lambda layout: answers(drawn, title=title, layout=layout), ident)


def _answers(name: str, yes: Figure, asked: Figure) -> Answers:
    if isinstance(yes, Shown) and isinstance(asked, Shown):
        return Answers(name, int(yes.value), int(asked.value))
    hidden = asked if isinstance(yes, Shown) else yes
    return Answers(name, state=charts.State(hidden.state))


def waterfall_picture(steps: Steps, title: str, ident: str) -> Markup:
    """The change between two rounds in its parts."""
    return in_both_layouts(lambda layout: charts.waterfall(steps, title=title, layout=layout), ident)


def spread_picture(spread: Distribution, pooled: Figure, title: str, ident: str) -> Markup:
    """The spread over the organisations beside the share of all together; nothing where any of it is not shown."""
    cells = (spread.lower_quartile, spread.median, spread.upper_quartile)
    shown = [cell for cell in cells if isinstance(cell, Shown)]
    if len(shown) < len(cells):
        return Markup()
    (lower, median, upper), words = (float(printed(cell.value)) for cell in shown), [cell.text for cell in shown]
    line = charts.Spread(
        lower,
        median,
        upper,
        (words[0], words[1], words[2]),
        _number(pooled),
        pooled.text if isinstance(pooled, Shown) else "",
    )
    description = f"Spread of the organisations’ own shares. {spread_in_words(spread)}"
    return in_both_layouts(
        lambda layout: charts.spread_line(line, title=title, description=description, layout=layout), ident
    )


def spark_picture(views: Sequence[IndicatorView], title: str, ident: str) -> Markup:
    """The small trend of a card."""
    points = _points(views)
    return _svg(charts.sparkline(points, title=title, value_range=_limits(points, LEAST_SPARK)), ident)


def progress_picture(series: Series, sector: Mapping[str, Figure], sector_name: str, title: str, ident: str) -> Markup:
    """An organisation's own measure over the rounds, with its sector's where any of that is shown."""
    points = [
        charts.Point(title_of(each.code), definition_changed=each.is_new, **_drawn(each.value))
        for each in series.figures
    ]
    others = [charts.Point(title_of(each.code), **_drawn(sector.get(each.code, NO_SECTOR))) for each in series.figures]
    has_sector = any(point.value is not None for point in others)
    beside = charts.Beside(others, sector_name, "Our organisation") if has_sector else None
    limits = _limits([*points, *others], LEAST_TREND)

    def draw(layout: charts.Layout) -> Scene:
        return charts.trend(points, title=title, layout=layout, value_range=limits, beside=beside)

    return in_both_layouts(draw, ident)


def levels_picture(standings: Sequence[Standing], earlier_round: str, title: str, ident: str) -> Markup:
    """The picture of a self-assessment; `earlier_round` is the round in words whose aims are marked."""
    return in_both_layouts(
        lambda layout: levels(standings, title=title, earlier_round=earlier_round, layout=layout), ident
    )


def in_both_layouts(draw: Callable[[charts.Layout], Scene], ident: str) -> Markup:
    """One picture for wide screens and paper, one for phones: the style sheet shows one of them.

    The words that stand for it are in the page once: they name a picture also where the other one is not displayed.
    """
    wide, narrow = _svg(draw("wide"), f"{ident}-wide"), _svg(draw("narrow"), f"{ident}-narrow", f"{ident}-wide")
    return Markup('<div class="app-wide">{}</div><div class="app-narrow">{}</div>').format(wide, narrow)


def _svg(scene: Scene, ident: str, named_by: str = "") -> Markup:
    return Markup(to_svg(scene, ident, named_by=named_by))  # noqa: S704 - it escapes every text


def _points(views: Sequence[IndicatorView]) -> list[charts.Point]:
    before = [None, *(view.definition.code for view in views)]
    return [
        charts.Point(
            title_of(view.round),
            provisional=isinstance(view.value, Shown) and view.status == "provisional",
            definition_changed=code not in {None, view.definition.code},
            **_drawn(view.value, view.lower, view.upper),
        )
        for view, code in zip(views, before, strict=False)
    ]


def _drawn(value: Figure, lower: Figure | None = None, upper: Figure | None = None) -> Drawn:
    """As it is printed, so that picture, sentence and table say the same."""
    shown = _number(value)
    limits = (None, None) if shown is None else (_number(lower), _number(upper))
    decimals = len(value.text.strip("%").partition(".")[2]) if isinstance(value, Shown) else 1
    state = charts.State(value.state)
    return Drawn(value=shown, state=state, lower=limits[0], upper=limits[1], decimals=decimals)


def _number(figure: Figure | None) -> float | None:
    return float(printed(figure.value)) if isinstance(figure, Shown) else None


def _limits(points: Iterable[charts.Point], least: int) -> tuple[float, float] | None:
    """From where to where a scale runs whose figures are all far from 0; None for one that starts at 0."""
    values = [value for point in points for value in (point.value, point.lower, point.upper) if value is not None]
    if not values or min(values) < LEAST_TREND:
        return None
    middle = (min(values) + max(values)) / 2
    low, high = min(min(values), middle - least / 2), max(max(values), middle + least / 2)
    return max(0.0, floor(low / 5) * 5.0), min(100.0, ceil(high / 5) * 5.0)
