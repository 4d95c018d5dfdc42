"""The Assembly's dashboard: a round in one screen, and an indicator with its raw figures."""

from math import ceil

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain import lifecycle
from anchor_portal.domain.indicators import IndicatorView
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.numbers import say_date
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import ANSWERING, say_deadline
from anchor_portal.extensions import db, settings, viewer
from anchor_portal.models import Round
from anchor_portal.queries.dashboard import PAGE_SIZE, GridRow, Listed, Outcome, load_grid, load_listed, load_trends
from anchor_portal.queries.published import of_number
from anchor_portal.queries.returns import REVIEWABLE
from anchor_portal.queries.rounds import count_statuses, status_of
from anchor_portal.web.access import open_to
from anchor_portal.web.indicator_pages import WORDS, Card, change_table, make_card, make_page
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("dashboards", __name__)

IN_ORDER = (
    Status.ACCEPTED,
    Status.CORRECTING,
    Status.SUBMITTED,
    Status.RETURNED,
    Status.NIL,
    Status.READY,
    Status.IN_PROGRESS,
    Status.WITHDRAWN,
    Status.NOT_STARTED,
)
"""Statuses in the order in which the dashboard counts them, the furthest first."""


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
    _note_raw_figures(f"dashboard of round {listed.round.code}")
    counts = count_statuses(db(), listed.round)
    expected = sum(counts.values())
    last_page = max(1, ceil(expected / PAGE_SIZE))
    page = min(max(request.args.get("page", 1, type=int), 1), last_page)
    return render_template(
        "dashboards/assembly.html",
        round=listed.round,
        rounds=[each.round for each in rounds],
        is_published=listed.frozen is not None,
        standing=_standing(listed),
        cards=_cards(rounds, listed.round),
        expected=expected,
        arrived=sum(counts.get(status, 0) for status in REVIEWABLE),
        statuses=[(lifecycle.NAMES[status], counts[status]) for status in IN_ORDER if counts.get(status)],
        grid=[_linked(row, listed.round) for row in load_grid(db(), listed.round, page)],
        outcomes=list(Outcome),
        page=page,
        last_page=last_page,
    )


@blueprint.get("/assembly/<round_code>/indicators/<int:number>")
@open_to(Role.MEMBER, Role.TEAM)
def indicator(round_code: str, number: int) -> str:
    """One indicator as the house sees it: not rounded, nothing hidden, by tier too."""
    if number not in WORDS:
        abort(404)
    rounds = load_listed(db())
    listed = _get(rounds, round_code)
    _note_raw_figures(f"indicator {number} of round {listed.round.code}")
    page = make_page([of_number(views, number) for views in _until(rounds, listed.round, listed.round.code)])
    matched = page.view.matched
    return render_template(
        "dashboards/indicator.html",
        round=listed.round,
        page=page,
        is_published=listed.frozen is not None,
        standing=_standing(listed),
        change_table=change_table(matched) if matched else None,
    )


def _get(rounds: list[Listed], code: str | None) -> Listed:
    """The round with this code, or the newest; a code that is not known ends in 404."""
    found = next((each for each in rounds if code in {None, each.round.code}), None)
    if found is None:
        abort(404)
    return found


def _standing(listed: Listed) -> str:
    """Where the round stands, in words."""
    round_ = listed.round
    if listed.frozen is not None and round_.published_at is not None:
        return f"Published on {say_date(round_.published_at.date())}. Its figures are frozen."
    status = status_of(round_, today())
    if status in ANSWERING:
        return f"The round is open. {say_deadline(round_.closes_on, today())}."
    return f"The round is {status}."


def _note_raw_figures(what: str) -> None:
    """Keep that the team looked at raw figures."""
    if Role.TEAM in viewer().roles:
        keep_entry(viewer().email, "raw figures seen", what)


def _until(rounds: list[Listed], round_: Round, *detailed: str) -> list[list[IndicatorView]]:
    """The indicators of every round up to this one, the earliest first."""
    wanted = [each for each in rounds if each.round.code <= round_.code]
    return list(load_trends(db(), wanted, settings().coverage_threshold, detailed).values())


def _cards(rounds: list[Listed], round_: Round) -> list[Card]:
    views = _until(rounds, round_)
    return [make_card([of_number(each, number) for each in views], f"spark-{number}") for number in WORDS]


def _linked(row: GridRow, round_: Round) -> tuple[GridRow, str, bool]:
    """A row of the grid, the address of its review where this person may read it, and whether they have an interest."""
    is_interested = viewer().person_for(row.organisation_id).is_interested
    if is_interested or row.status not in REVIEWABLE:
        return row, "", is_interested
    return row, url_for("reviews.review", round_code=round_.code, slug=row.slug), False
