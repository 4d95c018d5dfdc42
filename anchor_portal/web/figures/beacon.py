"""The 22 Beacon indicators for everyone: all in one table, and a page for each that others publish."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from flask import Blueprint, abort, current_app, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from anchor_portal.clock import local
from anchor_portal.domain.beacon.table import (
    FEWEST_PLACES,
    Line,
    Reading,
    line_of_returns,
    make_line,
    make_lines,
    say_stands,
)
from anchor_portal.domain.beacon.words import FACTS, NO_LONGER_LOCAL, OURS, Facts
from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.remembering import remembered
from anchor_portal.domain.findings.sentences import absence_in_words, up_to_last_shown
from anchor_portal.extensions import db, reference
from anchor_portal.models import ActionKind, ActionState, BeaconAction, BeaconIndicator, Theme
from anchor_portal.outputs.charts.areas import Period, areas
from anchor_portal.queries import beacon as stored
from anchor_portal.web.access import open_to_all
from anchor_portal.web.figures.pictures import in_both_layouts

blueprint = Blueprint("beacon", __name__)
STATE_TAGS = {
    ActionState.PLANNED: ("Planned", "nhsuk-tag--grey"),
    ActionState.UNDER_WAY: ("Under way", "nhsuk-tag--blue"),
    ActionState.DONE: ("Done", "nhsuk-tag--white"),
}
"""How far a programme or milestone is, in words, and the colour beside them."""
NO_LONGER = "No longer available at local level"
"""What the table says of an indicator that has no local figures any more."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An indicator in the table: its lines, or in words why it has none; and where more about it stands.

    `newest` says why the newest published round has no figure of our own; empty where it has, or it is not our own.
    """

    number: int
    name: str
    facts: Facts
    lines: tuple[Line, ...]
    missing: str
    address: str
    is_ours: bool
    newest: str = ""

    @property
    def rows(self) -> Markup:
        """The rows of the table, drawn again only where anything of it changed."""
        return _draw_rows(self)


def _name(entry: Entry) -> int:
    return entry.number


@remembered(_name)
def _draw_rows(entry: Entry) -> Markup:
    template = current_app.jinja_env.get_template("beacon/_rows.html")
    return Markup(template.render(entry=entry, say_stands=say_stands))  # noqa: S704 - the template escapes


@dataclass(frozen=True, slots=True)
class ThemePart:
    """A theme of the table: what is done, and what is to be seen of it."""

    theme: Theme
    programmes: Sequence[BeaconAction]
    milestones: Sequence[BeaconAction]
    entries: Sequence[Entry]


@blueprint.get("/beacon")
@open_to_all
def table() -> str:
    """All 22: by theme, programmes and action, milestones and outcome indicators, area beside area."""
    places = _places()
    latest, own = stored.load_latest_readings(db()), stored.load_own_views(db())
    lines = {number: make_lines(FACTS[number], readings, places) for number, readings in latest.items()}
    lines |= {
        number: (line_of_returns(FACTS[number], up_to_last_shown(views)[-1], places),) for number, views in own.items()
    }
    newest = {number: absence_in_words(views[-1]) for number, views in own.items()}
    actions = stored.load_actions(db())
    parts = [_part(theme, indicators, lines, newest, actions) for theme, indicators in stored.load_themes(db())]
    heads = ["England", "Cheshire and Merseyside", *places.values()]
    return render_template("beacon/table.html", parts=parts, heads=heads, state_tags=STATE_TAGS)


def _places() -> dict[str, str]:
    """The nine places by code, in the order of their names."""
    return {place.code: place.label for place in reference().places}


def _part(
    theme: Theme,
    indicators: Sequence[BeaconIndicator],
    lines: Mapping[int, tuple[Line, ...]],
    newest: Mapping[int, str],
    actions: Sequence[BeaconAction],
) -> ThemePart:
    mine = [action for action in actions if action.theme_code == theme.code]
    programmes, milestones = ([each for each in mine if each.kind == kind] for kind in ActionKind)
    entries = [
        _entry(indicator, lines.get(indicator.number, ()), newest.get(indicator.number, "")) for indicator in indicators
    ]
    return ThemePart(theme, programmes, milestones, entries)


def _entry(indicator: BeaconIndicator, lines: tuple[Line, ...], newest: str) -> Entry:
    number = indicator.number
    is_ours = number in OURS
    missing = ""
    if number in NO_LONGER_LOCAL:
        missing = f"{NO_LONGER}."
        missing += f" Values up to {lines[-1].period} are on its own page." if lines else ""
    elif not lines:
        missing = "No round has been published yet." if is_ours else "Not yet uploaded."
    address = url_for("public.indicator" if is_ours else "beacon.indicator", number=number)
    return Entry(number, indicator.name, FACTS[number], () if missing else lines, missing, address, is_ours, newest)


@dataclass(frozen=True, slots=True)
class Sex:
    """An indicator over its periods, for one sex or for all: picture, and the lines, the latest first."""

    name: str
    picture: Markup
    lines: Sequence[Line]


@blueprint.get("/beacon/<int:number>")
@open_to_all
def indicator(number: int) -> str | Response:
    """One indicator over its periods, area by area; our own have a page already."""
    if number in OURS:
        return redirect(url_for("public.indicator", number=number))
    if number not in FACTS:
        abort(404)
    theme, found = next(
        (theme, each) for theme, every in stored.load_themes(db()) for each in every if each.number == number
    )
    readings = list(stored.load_readings(db(), [number])[number].values())
    return render_template(
        "beacon/indicator.html",
        indicator=found,
        theme=theme,
        facts=FACTS[number],
        sexes=list(_sexes(found, readings)),
        sources=stored.load_sources(db(), number),
        no_longer=NO_LONGER if number in NO_LONGER_LOCAL else "",
        say_stands=say_stands,
        local=local,
    )


def _sexes(found: BeaconIndicator, readings: Sequence[Reading]) -> Iterator[Sex]:
    facts, places = FACTS[found.number], _places()
    for sex in facts.sexes:
        mine = sorted((each for each in readings if each.sex == sex), key=_by_period)
        lines = [make_line(facts, list(group), places) for _, group in groupby(mine, _by_period)]
        if lines:
            name = sex if len(facts.sexes) > 1 else ""
            title = f"{found.name}{f', {name.lower()}' if name else ''}, {lines[0].period} to {lines[-1].period}"
            yield Sex(name, _picture(lines, facts, title, f"areas-{sex.lower()}"), lines[::-1])


def _by_period(reading: Reading) -> tuple[int, str]:
    return reading.sortable, reading.period


def _picture(lines: Sequence[Line], facts: Facts, title: str, ident: str) -> Markup:
    """The chart over periods, once for wide screens and paper and once for phones."""
    periods = [_period(line) for line in lines]
    return in_both_layouts(lambda layout: areas(periods, title=title, unit=facts.measured, layout=layout), ident)


def _period(line: Line) -> Period:
    region, england = line.region.value, line.england.value
    lower, upper = line.region.lower, line.region.upper
    places = [cell.value for cell in line.places if isinstance(cell.value, Shown)]
    ends = sorted(places, key=lambda each: each.value)
    is_apart = len(ends) >= FEWEST_PLACES
    return Period(
        line.period,
        region=float(region.value) if isinstance(region, Shown) else None,
        england=float(england.value) if isinstance(england, Shown) else None,
        limits=(float(lower.value), float(upper.value))
        if isinstance(lower, Shown) and isinstance(upper, Shown)
        else None,
        ends=(float(ends[0].value), float(ends[-1].value)) if is_apart else None,
        region_text=region.text if isinstance(region, Shown) else "",
        england_text=england.text if isinstance(england, Shown) else "",
        ends_text=f"from {ends[0].text} to {ends[-1].text}" if is_apart else "",
    )
