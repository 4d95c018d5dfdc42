"""Rounds, for the sustainability team: where each stands, who has not answered, adding and closing one."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import ANSWERING, FROZEN, PUBLISHABLE, RoundRefused, RoundStatus, say_deadline
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.models import QuestionnaireVersion, Round
from anchor_portal.queries.chasing import count_by_round, count_unanswered, find_round_with_version, load_versions
from anchor_portal.queries.releases import count_corrected
from anchor_portal.queries.rounds import count_statuses, find_round, load_rounds, status_of
from anchor_portal.services.audit import record
from anchor_portal.services.rounds.life import add_round as add
from anchor_portal.services.rounds.life import close_round
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.round import RoundForm
from anchor_portal.web.team.chase import load_chase

blueprint = Blueprint("team", __name__)
STANDS = {
    RoundStatus.DRAFT: ("Not open yet", "nhsuk-tag--grey"),
    RoundStatus.OPEN: ("Open", "nhsuk-tag--green"),
    RoundStatus.SOFT_CLOSED: ("Open for late returns", "nhsuk-tag--orange"),
    RoundStatus.CLOSED: ("Closed", "nhsuk-tag--blue"),
    RoundStatus.UNDER_REVIEW: ("Under review", "nhsuk-tag--purple"),
    RoundStatus.PUBLISHED: ("Published", "nhsuk-tag--white"),
    RoundStatus.ARCHIVED: ("Archived", "nhsuk-tag--white"),
}
"""Where a round stands, in words, and the colour beside them."""


@blueprint.get("/rounds")
@open_to(Role.TEAM)
def rounds() -> str:
    """Every round, and where it stands."""
    counts, versions = count_by_round(db()), load_versions(db())
    lines = [
        {
            "round": round_,
            "stands": STANDS[status_of(round_, today())],
            "version": versions[round_.questionnaire_id].code,
            "counts": counts.get(round_.id, {}),
        }
        for round_ in load_rounds(db())
    ]
    return render_template("team/rounds.html", lines=lines, Status=Status)


@blueprint.get("/rounds/<round_code>", endpoint="round")
@open_to(Role.TEAM)
def show_round(round_code: str) -> str:
    """Who has not answered, and what to do about it."""
    found = find_round_with_version(db(), round_code)
    if found is None:
        abort(404)
    round_, version = found
    status = status_of(round_, today())
    return render_template(
        "team/round.html",
        round=round_,
        version=version,
        status=status,
        stands=STANDS[status],
        chase=load_chase(db(), round_, version, reference(), today(), request.args.get("page", 1, type=int)),
        deadline=say_deadline(round_.closes_on, today()),
        is_answering=status in ANSWERING,
        can_close=status not in FROZEN | PUBLISHABLE,
        can_publish=status in PUBLISHABLE,
        can_revise=status in FROZEN,
        corrected=count_corrected(db(), round_) if status in FROZEN else 0,
        Status=Status,
        status_names=NAMES,
    )


def _round_or_404(code: str) -> Round:
    round_ = find_round(db(), code)
    if round_ is None:
        abort(404)
    return round_


def _address(round_: Round) -> str:
    return url_for("team.round", round_code=round_.code)


@blueprint.route("/rounds/<round_code>/close", methods=["GET", "POST"])
@open_to(Role.TEAM)
def close(round_code: str) -> str | Response:
    """Ask whether the round is to be closed, and close it."""
    round_ = _round_or_404(round_code)
    status = status_of(round_, today())
    if status in FROZEN | PUBLISHABLE:
        flash(f"Round {round_.title} is {status} already.")
        return redirect(_address(round_))
    if request.method == "GET":
        return _ask_to_close(round_)
    try:
        close_round(db(), round_, today())
    except RoundRefused as refusal:
        return _refused(round_, refusal)
    record(db(), viewer().email, "round closed", round_.code)
    flash(f"Round {round_.title} is closed. Organisations can no longer change or submit anything.", "success")
    return redirect(_address(round_))


def _refused(round_: Round, refusal: RoundRefused) -> Response:
    """Back to the round, with the reason: somebody else was quicker."""
    flash(_sentence(refusal))
    return redirect(_address(round_))


def _sentence(refusal: RoundRefused) -> str:
    text = str(refusal)
    return f"{text[:1].upper()}{text[1:]}"


def _ask_to_close(round_: Round) -> str:
    counts = count_statuses(db(), round_)
    return render_template(
        "team/close.html",
        round=round_,
        deadline=say_deadline(round_.closes_on, today()),
        is_early=today() <= round_.closes_on,
        unanswered=count_unanswered(db(), round_, counts),
        returned=counts.get(Status.RETURNED, 0),
        submitted=counts.get(Status.SUBMITTED, 0),
    )


@blueprint.route("/rounds/add", methods=["GET", "POST"])
@open_to(Role.TEAM)
def add_round() -> str | Response | tuple[str, int]:
    """Add a round."""
    versions: list[QuestionnaireVersion] = list(load_versions(db()).values())
    form = RoundForm(versions)
    if request.method == "GET":
        return render_template("team/add_round.html", form=form)
    if not form.validate() or not _add(form):
        return render_template("team/add_round.html", form=form), 422
    code = form.code.data or ""
    record(db(), viewer().email, "round added", code, f"questionnaire {form.version.data}")
    flash(f"Round {code} is added.", "success")
    return redirect(url_for("team.round", round_code=code))


def _add(form: RoundForm) -> bool:
    """Add the round of a form that is sound in itself; False with a message where there is such a round."""
    opens_on, closes_on = form.opens_on.data, form.closes_on.data
    if opens_on is None or closes_on is None:
        return False
    try:
        add(db(), form.code.data or "", form.version.data or "", opens_on, closes_on, form.period)
    except RoundRefused as refusal:
        form.refuse_code(_sentence(refusal))
        return False
    return True
