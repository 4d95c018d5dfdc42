"""Rounds, for the sustainability team: where each stands, who has not answered, adding and closing one."""

from collections.abc import Mapping, Sequence
from datetime import date

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from anchor_portal.clock import local, today
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import ANSWERING, FROZEN, PUBLISHABLE, RoundRefused, RoundStatus, say_deadline
from anchor_portal.domain.running.more_time import say_still_given
from anchor_portal.domain.running.steps import DONE, RoundAct, available_acts, stages_of
from anchor_portal.domain.sectors import SECTORS, SEVERAL_PLACES
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.models import QuestionnaireVersion, Round, RoundStep
from anchor_portal.outputs.tables import write_lines
from anchor_portal.queries.chase_list import load_round_steps
from anchor_portal.queries.chasing import count_by_round, count_unanswered, find_round_with_version, load_versions
from anchor_portal.queries.releases import count_corrected
from anchor_portal.queries.rounds import count_statuses, find_round, load_rounds, status_of
from anchor_portal.queries.waiting import load_lacking, still_given
from anchor_portal.services.audit import record
from anchor_portal.services.rounds.life import add_round as add
from anchor_portal.services.rounds.life import close_round
from anchor_portal.services.rounds.moving import MOST_WORDS
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.round import RoundForm
from anchor_portal.web.team.chase import UNANSWERED, Chased, load_chase, load_whole_chase, read_filter
from anchor_portal.web.transactions import keep_entry

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
WHO_CAN_STILL = (
    "Whoever has sent nothing can no longer do so; what the Assembly returns with queries can be answered until the "
    "round is published."
)


@blueprint.get("/rounds")
@open_to(Role.TEAM)
def rounds() -> str:
    """Every round, and where it stands; what is archived comes after the rest."""
    counts, versions = count_by_round(db()), load_versions(db())
    lines = [
        {
            "round": round_,
            "stands": STANDS[status_of(round_, today())],
            "version": versions[round_.questionnaire_id].code,
            "counts": counts.get(round_.id, {}),
            "is_archived": status_of(round_, today()) is RoundStatus.ARCHIVED,
        }
        for round_ in load_rounds(db())
    ]
    lines.sort(key=lambda line: bool(line["is_archived"]))
    return render_template("team/rounds.html", lines=lines, Status=Status)


@blueprint.get("/rounds/<round_code>", endpoint="round")
@open_to(Role.TEAM)
def show_round(round_code: str) -> str:
    """Who has not answered, and what to do about it."""
    round_, version = _found_or_404(round_code)
    status = status_of(round_, today())
    narrowed = read_filter(request.args, reference())
    page = request.args.get("page", 1, type=int)
    acts = available_acts(status)
    steps = load_round_steps(db(), round_)
    return render_template(
        "team/round.html",
        round=round_,
        version=version,
        status=status,
        stands=STANDS[status],
        chase=load_chase(db(), round_, version, reference(), today(), page, narrowed),
        narrowed=narrowed,
        choices=_choices(),
        deadline=say_deadline(round_.closes_on, today()),
        is_answering=status in ANSWERING,
        can_give_time=status in ANSWERING | PUBLISHABLE,
        stages=list(stages_of(status, round_.opens_on, round_.closes_on, _closed_on(steps))),
        steps=[(DONE[RoundAct(step.step)], step) for step in steps],
        acts=acts,
        RoundAct=RoundAct,
        can_revise=status in FROZEN,
        corrected=count_corrected(db(), round_) if status in FROZEN else 0,
        Status=Status,
        status_names=NAMES,
    )


def _closed_on(steps: Sequence[RoundStep]) -> date | None:
    """The day on which the round was closed; None where it was not, or before steps were noted."""
    return next((local(step.at).date() for step in steps if step.step == RoundAct.CLOSE), None)


def _choices() -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """The lists by which the chase list is narrowed: name, label, and what can be chosen."""
    places = {place.code: place.label for place in reference().places} | {SEVERAL_PLACES: "Several places"}
    statuses = {UNANSWERED: "Not answered yet", **{str(status): name for status, name in NAMES.items()}}
    return {
        "sector": ("Kind of organisation", SECTORS),
        "place": ("Main place", places),
        "status": ("Where the return stands", statuses),
    }


BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""
CSV_HEADER = (
    *("round", "organisation", "kind", "main place", "status", "answered", "progress"),
    *("last step", "by", "on", "deadline", "more time because", "leads", "signatories", "ask"),
    *("last reminder", "reminders", "last round", "status then"),
)


@blueprint.get("/rounds/<round_code>/chase.csv")
@open_to(Role.TEAM)
def chase_csv(round_code: str) -> Response:
    """The chase list as a file, narrowed as on the page."""
    round_, version = _found_or_404(round_code)
    narrowed = read_filter(request.args, reference())
    lines = load_whole_chase(db(), round_, version, reference(), today(), narrowed)
    name = f"anchor-round-{round_.code}-chase-list.csv"
    keep_entry(viewer().email, "exported", name, f"{len(lines)} organisations")
    content = BYTE_ORDER_MARK + "".join(write_lines(CSV_HEADER, (_cells(round_, line) for line in lines)))
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content.encode(), content_type="text/csv; charset=utf-8", headers=headers)


def _cells(round_: Round, line: Chased) -> tuple[str, ...]:
    row = line.row
    places = {place.code: place.label for place in reference().places}
    step = (line.last_words, row.step.who, f"{local(row.step.at):%Y-%m-%d}") if row.step else ("", "", "")
    extension = row.extension.reason if row.extension else ""
    people = [
        "; ".join(f"{each.name} <{each.email}>" for each in line.everyone if each.role is role)
        for role in (Role.LEAD, Role.SIGNATORY)
    ]
    return (
        *(round_.code, line.organisation.name, SECTORS.get(row.sector, row.sector), places.get(row.place, "")),
        *(line.status_name, "no" if line.is_unanswered else "yes", line.progress, *step),
        *(row.due_on.isoformat(), extension, *people, "; ".join(each.email for each in line.contacts)),
        *(f"{local(row.reminded_at):%Y-%m-%d}" if row.reminded_at else "", str(row.reminders)),
        *(row.last_round.code if row.last_round else "", line.last_time),
    )


def _found_or_404(code: str) -> tuple[Round, QuestionnaireVersion]:
    found = find_round_with_version(db(), code)
    if found is None:
        abort(404)
    return found


def round_or_404(code: str) -> Round:
    """The round of an address, for every page about one."""
    round_ = find_round(db(), code)
    if round_ is None:
        abort(404)
    return round_


def address_of(round_: Round) -> str:
    """The page of a round."""
    return url_for("team.round", round_code=round_.code)


@blueprint.route("/rounds/<round_code>/close", methods=["GET", "POST"])
@open_to(Role.TEAM)
def close(round_code: str) -> str | BaseResponse | tuple[str, int]:
    """Ask whether the round is to be closed, and close it."""
    round_ = round_or_404(round_code)
    status = status_of(round_, today())
    if status in FROZEN | PUBLISHABLE:
        flash(f"Round {round_.title} is {status} already.")
        return redirect(address_of(round_))
    if request.method == "GET":
        return _ask_to_close(round_)
    reason = clean_text(request.form.get("reason", ""))
    if len(reason) > MOST_WORDS:
        return _ask_to_close(round_, reason, f"The reason can be at most {MOST_WORDS:,} characters long"), 422
    try:
        close_round(db(), round_, today(), by=viewer().name, reason=reason)
    except RoundRefused as refusal:
        return refused(round_, refusal)
    record(db(), viewer().email, "round closed", round_.code, reason)
    but = f" But {given}." if (given := _say_still_given(round_)) else ""
    flash(f"Round {round_.title} is closed. {WHO_CAN_STILL}{but}", "success")
    return redirect(address_of(round_))


def refused(round_: Round, refusal: RoundRefused) -> BaseResponse:
    """Back to the round, with the reason: somebody else was quicker."""
    flash(sentence(refusal))
    return redirect(address_of(round_))


def sentence(refusal: Exception) -> str:
    """A refusal as it stands on a page."""
    text = str(refusal)
    return f"{text[:1].upper()}{text[1:]}"


def _say_still_given(round_: Round) -> str:
    lacking, _, _ = load_lacking(db(), round_)
    return say_still_given(still_given(lacking, today()))


def _ask_to_close(round_: Round, reason: str = "", error: str = "") -> str:
    counts = count_statuses(db(), round_)
    return render_template(
        "team/close.html",
        round=round_,
        deadline=say_deadline(round_.closes_on, today()),
        is_early=today() <= round_.closes_on,
        unanswered=count_unanswered(db(), round_, counts),
        returned=counts.get(Status.RETURNED, 0),
        submitted=counts.get(Status.SUBMITTED, 0),
        still_given=_say_still_given(round_),
        reason=reason,
        error=error,
    )


@blueprint.route("/rounds/add", methods=["GET", "POST"])
@open_to(Role.TEAM)
def add_round() -> str | BaseResponse | tuple[str, int]:
    """Add a round."""
    versions: list[QuestionnaireVersion] = list(load_versions(db()).values())
    form = RoundForm(versions)
    if request.method == "GET":
        return render_template("team/add_round.html", form=form)
    if not form.validate() or not _add(form):
        return render_template("team/add_round.html", form=form), 422
    code = form.code.data or ""
    record(db(), viewer().email, "round added", code, f"questionnaire {form.version.data}")
    flash(f"Round {code} is added. Its reminders come next: nobody is reminded until you turn them on.", "success")
    return redirect(url_for("team.round", round_code=code))


def _add(form: RoundForm) -> bool:
    """Add the round of a form that is sound in itself; False with a message where there is such a round."""
    opens_on, closes_on = form.opens_on.data, form.closes_on.data
    if opens_on is None or closes_on is None:
        return False
    try:
        add(db(), form.code.data or "", form.version.data or "", opens_on, closes_on, form.period, by=viewer().name)
    except RoundRefused as refusal:
        form.refuse_code(sentence(refusal))
        return False
    return True
