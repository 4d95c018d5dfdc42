"""Review by the Assembly: a queue, and a page with each answer beside the last round's."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from anchor_portal.clock import today
from anchor_portal.domain.completeness import review as read_return
from anchor_portal.domain.lifecycle import DONE, Status, Step, StepRefused, available_steps
from anchor_portal.domain.people import Role
from anchor_portal.domain.text import clean_text
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Submission
from anchor_portal.outputs.rows import answer_rows
from anchor_portal.queries.returns import (
    Found,
    answers_of,
    find_last,
    find_submission,
    load_queue,
    load_steps,
)
from anchor_portal.services import returns as changes
from anchor_portal.services.totals import remake_totals
from anchor_portal.web.access import open_to
from anchor_portal.web.found import actor_for, return_or_404
from anchor_portal.web.kept import show_kept
from anchor_portal.web.returns import signed_page

blueprint = Blueprint("reviews", __name__)
AGAIN = "This return was submitted again meanwhile: read the new revision first."


class ReturnForm(FlaskForm):
    """Why a return goes back."""

    revision = HiddenField()
    reason = TextAreaField(
        "What should the organisation change or explain?",
        [
            DataRequired("Write what the organisation should change or explain"),
            Length(max=5000, message="The reason can be at most 5,000 characters long"),
        ],
        filters=[lambda typed: clean_text(typed or "")],
    )


@blueprint.get("/reviews")
@open_to(Role.MEMBER)
def queue() -> str:
    """What to look at first."""
    return render_template("reviews/queue.html", rows=load_queue(db(), viewer()), today=today())


@blueprint.get("/reviews/<round_code>/<slug>")
@open_to(Role.MEMBER, Role.TEAM)
def review(round_code: str, slug: str) -> str:
    """What changed, what supports it, what to decide."""
    found = return_or_404(round_code, slug)
    if found.status is Status.NIL:
        return signed_page(found)
    found, submission = _submitted(round_code, slug)
    return _show(found, submission, ReturnForm(revision=str(submission.revision)))


def _submitted(round_code: str, slug: str, *, lock: bool = False) -> tuple[Found, Submission]:
    found = return_or_404(round_code, slug, lock=lock)
    submission = find_submission(db(), found.row.id, found.row.revision) if found.row else None
    if submission is None:
        abort(404)
    return found, submission


def _show(found: Found, submission: Submission, form: ReturnForm) -> str:
    last = find_last(db(), found.organisation.id, found.round.code)
    answers = answers_of(submission)
    warnings = read_return(
        found.questionnaire, answers, found.asking, complete=False, last=last[1] if last else None
    ).soft
    before = last[1].answers if last else None
    return render_template(
        "reviews/review.html",
        found=found,
        submission=submission,
        sections=answer_rows(found.questionnaire, answers, found.asking, problems=warnings, last=before),
        last_round=last[0] if last else "",
        form=form,
        steps=available_steps(found.status, viewer().person_for(found.organisation.id)),
        history=load_steps(db(), found.get_row().id),
        step_names=DONE,
    )


@blueprint.post("/reviews/<round_code>/<slug>/accept")
@open_to(Role.MEMBER)
def accept(round_code: str, slug: str) -> Response:
    """Accept the revision that was read."""
    found, submission = _submitted(round_code, slug, lock=True)
    if request.form.get("revision") != str(submission.revision):
        flash(AGAIN)
        return redirect(url_for("reviews.review", round_code=round_code, slug=slug))
    try:
        changes.accept(db(), found, submission, actor_for(found))
        remake_totals(db(), found.round)
    except StepRefused as refusal:
        flash(str(refusal))
        return redirect(url_for("reviews.review", round_code=round_code, slug=slug))
    flash(f"The return of {found.organisation.name} is accepted.", "success")
    return redirect(url_for("reviews.queue"))


@blueprint.post("/reviews/<round_code>/<slug>/return")
@open_to(Role.MEMBER)
def send_back(round_code: str, slug: str) -> Response | tuple[str, int]:
    """Return it to the organisation, with the reason."""
    found, submission = _submitted(round_code, slug, lock=True)
    form = ReturnForm()
    if form.revision.data != str(submission.revision):
        return show_kept("This return was not sent back", AGAIN, 409, can_resend=False)
    if not form.validate():
        return _show(found, submission, form), 422
    try:
        changes.take(db(), found, Step.RETURN, actor_for(found), form.reason.data or "")
    except StepRefused as refusal:
        return show_kept("This return was not sent back", f"{refusal}.", 409, can_resend=False)
    flash(f"The return of {found.organisation.name} went back with your reason.", "success")
    return redirect(url_for("reviews.queue"))
