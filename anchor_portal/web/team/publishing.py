"""Publishing, for the sustainability team: exactly what becomes public, before it does; and again after a correction."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.indicator_json import view_from_json
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.figures.view_cells import of_measure
from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import FROZEN, PUBLISHABLE, RoundRefused, title_of
from anchor_portal.domain.running.more_time import say_still_given
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.models import Publication, Round
from anchor_portal.queries.rounds import load_rounds, status_of
from anchor_portal.queries.waiting import load_lacking, still_given
from anchor_portal.services.audit import record
from anchor_portal.services.figures.publication import (
    Draft,
    correct_figures,
    find_stale,
    preview,
    publish_round,
    why_not_again,
)
from anchor_portal.services.figures.subtracting import find_told
from anchor_portal.web.access import open_to
from anchor_portal.web.team.release_sheets import Sheet, make_sheets, say

blueprint = Blueprint("publishing", __name__)
Kept = Mapping[str, Any]


@blueprint.route("/rounds/<round_code>/publish", methods=["GET", "POST"])
@open_to(Role.TEAM)
def publish(round_code: str) -> str | Response | tuple[str, int]:
    """Show exactly what becomes public, and publish what was shown."""
    rounds = load_rounds(db())
    round_ = _find_or_404(rounds, round_code)
    status = status_of(round_, today())
    if status not in PUBLISHABLE:
        already = f"Round {round_.title} is {status} already."
        flash(already if status in FROZEN else f"Close round {round_.title} before you publish it.")
        return redirect(_address(round_))
    if request.method == "GET":
        return _show(round_, rounds, _draft(round_, rounds))
    try:
        made = publish_round(db(), round_, today(), settings().coverage_threshold, by=viewer().name)
    except RoundRefused as refusal:
        return _refused(round_, refusal)
    if _mark(json.loads(made.outside)) != request.form.get("seen"):
        db().rollback()
        return _show(round_, rounds, _draft(round_, rounds), has_changed=True), 409
    record(db(), viewer().email, "round published", round_.code, f"digest {made.digest}")
    flash(f"Round {round_.title} is published. Its figures are frozen and public.", "success")
    return redirect(_address(round_))


@blueprint.route("/rounds/<round_code>/revise", methods=["GET", "POST"])
@open_to(Role.TEAM)
def revise(round_code: str) -> str | Response | tuple[str, int]:
    """Show what a new revision would change, figure by figure, and publish it with its reason."""
    rounds = load_rounds(db())
    round_ = _find_or_404(rounds, round_code)
    if status_of(round_, today()) not in FROZEN:
        flash(f"Round {round_.title} is not published yet, so there is nothing to publish again.")
        return redirect(_address(round_))
    if request.method == "GET":
        return _show_revision(round_, rounds)
    reason = clean_text(request.form.get("reason", ""))
    error = why_not_again(round_, today(), reason)
    if error:
        return _show_revision(round_, rounds, reason, f"{error[:1].upper()}{error[1:]}"), 422
    try:
        made = correct_figures(db(), round_, today(), settings().coverage_threshold, reason, by=viewer().name)
    except RoundRefused as refusal:
        return _refused(round_, refusal)
    if _mark(json.loads(made.outside)) != request.form.get("seen"):
        db().rollback()
        return _show_revision(round_, rounds, reason, has_changed=True), 409
    return _revised(round_, made)


def _revised(round_: Round, made: Publication) -> Response:
    what = f"revision {made.revision}, digest {made.digest}: {made.reason}"
    record(db(), viewer().email, "figures published again", round_.code, what)
    flash(
        f"Revision {made.revision} of round {round_.title} is published. The earlier one can still be read.", "success"
    )
    return redirect(url_for("publications.show", round_code=round_.code, revision=made.revision))


def _find_or_404(rounds: Sequence[Round], code: str) -> Round:
    found = next((each for each in rounds if each.code == code), None)
    if found is None:
        abort(404)
    return found


def _address(round_: Round) -> str:
    return url_for("team.round", round_code=round_.code)


def _refused(round_: Round, refusal: RoundRefused) -> Response:
    """Back to the round, with the reason: somebody else was quicker, or nothing changed."""
    text = str(refusal)
    flash(f"{text[:1].upper()}{text[1:]}.")
    return redirect(_address(round_))


def _draft(round_: Round, rounds: Sequence[Round]) -> Draft:
    return preview(db(), round_, rounds, settings().coverage_threshold, reference())


def _mark(outside: Sequence[Kept]) -> str:
    """A mark of figures as they become public, so that nobody publishes what they have not seen."""
    return sha256(json.dumps(outside, sort_keys=True).encode()).hexdigest()[:16]


def _show(round_: Round, rounds: Sequence[Round], draft: Draft, *, has_changed: bool = False) -> str:
    lacking, number, expected = load_lacking(db(), round_)
    views = draft.views
    last = max((each.code for each in rounds if each.code < round_.code and draft.published_of(each.code)), default="")
    sheets = make_sheets(views)
    return render_template(
        "publishing/publish.html",
        round=round_,
        stale=_find_stale(round_, rounds),
        sheets=sheets,
        hidden_count=sum(len(names) for sheet in sheets for _, _, names in sheet.hidden),
        carried=[sheet for sheet in sheets if sheet.view.is_carried],
        mark=_mark(draft.outside),
        has_changed=has_changed,
        threshold=settings().coverage_threshold,
        lacking=lacking,
        lacking_count=number,
        expected=expected or views[0].returns_expected,
        still_given=say_still_given(still_given(lacking, today())),
        correcting=[each for each in lacking if each.accepted_revision],
        status_names=NAMES,
        Status=Status,
        last=last and title_of(last),
        beside=_beside(sheets, draft.published_of(last)) if last else [],
    )


def _beside(sheets: Sequence[Sheet], earlier: Sequence[Kept]) -> list[tuple[Sheet, str, str]]:
    """Each headline beside that of the round that was published last."""
    before = [view_from_json(each) for each in earlier]
    found = ((sheet, of_measure(before, sheet.definition.measure)) for sheet in sheets)
    return [(sheet, _headline(view) if view else "Not published", _headline(sheet.view)) for sheet, view in found]


def _headline(view: IndicatorView) -> str:
    if view.definition.kind_of_number == "organisations" and isinstance(view.numerator, Shown):
        return f"{say(view.numerator)} of {say(view.denominator)}"
    return say(view.value)


def _find_stale(round_: Round, rounds: Sequence[Round]) -> Round | None:
    return find_stale(db(), round_, rounds, settings().coverage_threshold, reference())


def _show_revision(
    round_: Round, rounds: Sequence[Round], reason: str = "", error: str = "", *, has_changed: bool = False
) -> str:
    draft = _draft(round_, rounds)
    before = [view_from_json(each) for each in draft.published_of(round_.code)]
    sheets = make_sheets(draft.views, before)
    changes_nothing = draft.changes_nothing(round_.code)
    told = find_told(db(), round_, rounds, draft)
    return render_template(
        "publishing/revise.html",
        round=round_,
        stale=_find_stale(round_, rounds),
        told=[(sheet, told[sheet.definition.measure]) for sheet in sheets if sheet.definition.measure in told],
        changed=[sheet for sheet in sheets if sheet.changes],
        sheets=sheets,
        changes_nothing=changes_nothing,
        mark=_mark(draft.outside),
        reason=reason,
        error=error,
        has_changed=has_changed,
    )
