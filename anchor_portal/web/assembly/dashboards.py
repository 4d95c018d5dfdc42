"""The Assembly's dashboard: a round in one screen, and a measure as the house sees it.

The team sees raw figures, and that is kept; Assembly members see every aggregate protected.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.figures.definitions import DEFINED, DEFINITIONS, Definition
from anchor_portal.domain.figures.indicators import IndicatorView, RoundFigure, inside
from anchor_portal.domain.lifecycle import UNANSWERED
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import ANSWERING
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.queries.dashboard import Listed, load_listed, load_movers, load_trends
from anchor_portal.queries.grid import load_grid, load_missing
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.rounds import count_statuses, status_of
from anchor_portal.services.figures.house import protect_for_members
from anchor_portal.web.access import open_to
from anchor_portal.web.assembly.grid import SHAPES, WORDS, make_lines, read_filter, withheld_outcomes
from anchor_portal.web.assembly.overview import (
    Returns,
    make_moved,
    make_overview,
    pledge_anchors,
    returns_by_group,
    returns_by_round,
    say_standing,
)
from anchor_portal.web.figures.indicator_pages import make_page
from anchor_portal.web.figures.rounds import address_of
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("dashboards", __name__)


@blueprint.get("/assembly")
@blueprint.get("/assembly/<round_code>")
@open_to(Role.MEMBER, Role.TEAM)
def assembly(round_code: str | None = None) -> str | Response:
    """Are we keeping our promises? The newest round, or the one asked for."""
    if "round" in request.args:
        return redirect(url_for("dashboards.assembly", round_code=request.args["round"][:20] or None))
    rounds = load_listed(db())
    if not rounds and round_code is None:
        return render_template("dashboards/empty.html")
    listed = _get(rounds, round_code)
    round_ = listed.round
    _note_raw_figures(f"dashboard of round {round_.code}")
    returns = _count_returns(listed)
    choices = read_filter(request.args, reference().places)
    wanted = replace(choices.wanted, withheld=withheld_outcomes(viewer()))
    grid = load_grid(db(), round_, wanted, request.args.get("page", 1, type=int), returns.expected)
    questionnaire = get_questionnaire(db(), round_.questionnaire_id, listed.digest)
    unseen: Collection[int] = () if _sees_raw() else viewer().interests | viewer().organisation_ids
    movers = load_movers(db(), round_, unseen, listed.release[1] if listed.release else None)
    return render_template(
        "dashboards/assembly.html",
        round=round_,
        rounds=[each.round for each in rounds],
        is_published=listed.frozen is not None,
        is_raw=_sees_raw(),
        today=today(),
        onwards=_onwards(round_.code, is_published=listed.frozen is not None),
        standing=say_standing(listed),
        overview=make_overview(_load(rounds, listed)),
        movers=make_moved(movers, questionnaire, round_.code, [each.round.code for each in rounds]),
        returns=returns,
        choices=choices,
        shapes=SHAPES,
        words=WORDS,
        grid=grid,
        lines=make_lines(grid.rows, round_.code, viewer(), pledge_anchors(questionnaire)),
    )


@blueprint.get("/assembly/<round_code>/indicators/<int:number>")
@open_to(Role.MEMBER, Role.TEAM)
def indicator(round_code: str, number: int) -> str:
    """One indicator as the house sees it: by tier too, and shown whatever its coverage."""
    known = {definition.number: definition.measure for definition in DEFINITIONS}
    if number not in known:
        abort(404)
    return _show_measure(round_code, known[number], f"indicator {number}")


@blueprint.get("/assembly/<round_code>/measures/<key>")
@open_to(Role.MEMBER, Role.TEAM)
def measure(round_code: str, key: str) -> str | Response:
    """One pledge measure as the house sees it; an indicator has its page under its number."""
    numbers = {definition.measure: definition.number for definition in DEFINED}
    if key not in numbers:
        abort(404)
    if numbers[key] is not None:
        return redirect(url_for("dashboards.indicator", round_code=round_code, number=numbers[key]))
    return _show_measure(round_code, key, f"measure {key}")


def _show_measure(round_code: str, key: str, what: str) -> str:
    rounds = load_listed(db())
    listed = _get(rounds, round_code)
    _note_raw_figures(f"{what} of round {listed.round.code}")
    versions = [definition for definition in DEFINED if definition.measure == key]
    trends = _load(rounds, listed, versions, is_detailed=True)
    views = [view for each in trends.values() for view in each]
    if not trends[listed.round.code]:
        abort(404)
    page = make_page(views)
    return render_template(
        "dashboards/indicator.html",
        round=listed.round,
        page=page,
        is_raw=_sees_raw(),
        is_published=listed.frozen is not None,
        standing=say_standing(listed),
        returns_by_group=returns_by_group(page.view),
        returns_by_round=returns_by_round(views),
        public_address=address_of(page.view.definition, listed.round.code if listed.frozen else ""),
    )


def _get(rounds: list[Listed], code: str | None) -> Listed:
    """The round with this code, or the newest; a code that is not known ends in 404."""
    found = next((each for each in rounds if code in {None, each.round.code}), None)
    if found is None:
        abort(404)
    return found


def _sees_raw() -> bool:
    return Role.TEAM in viewer().roles


def _onwards(code: str, *, is_published: bool) -> Iterator[tuple[str, str]]:
    """Where this person goes from here: words and addresses."""
    if Role.MEMBER in viewer().roles:
        yield "Returns that wait for a review", url_for("reviews.queue")
    if _sees_raw():
        yield "Whom to ask, and how to close or publish the round", url_for("team.round", round_code=code)
    if is_published:
        yield "What was published, revision by revision", url_for("publications.index")
        yield "The same as open data", url_for("open_data.index")
    yield "How figures are made", url_for("public.method")


def _note_raw_figures(what: str) -> None:
    """Keep that the team looked at raw figures."""
    if _sees_raw():
        keep_entry(viewer().email, "raw figures seen", what)


def _show(figure: RoundFigure) -> IndicatorView:
    """A figure that is not frozen, as the person who is signed in sees it."""
    threshold = settings().coverage_threshold
    return inside(figure, threshold) if _sees_raw() else protect_for_members(figure, threshold)


def _load(
    rounds: list[Listed], latest: Listed, definitions: Sequence[Definition] = DEFINED, *, is_detailed: bool = False
) -> dict[str, list[IndicatorView]]:
    """The figures of every round up to this one by round, the earliest first."""
    wanted = [each for each in rounds if each.round.code <= latest.round.code]
    detailed = latest.round.code if is_detailed else ""
    return load_trends(db(), wanted, _show, is_raw=_sees_raw(), definitions=definitions, detailed=detailed)


def _count_returns(listed: Listed) -> Returns:
    counts = count_statuses(db(), listed.round)
    missing, names = load_missing(db(), listed.round) if UNANSWERED & {*counts} else (0, [])
    return Returns(
        counts=counts,
        missing=missing,
        first_missing=names,
        closes_on=listed.round.closes_on,
        is_answering=status_of(listed.round, today()) in ANSWERING,
    )
