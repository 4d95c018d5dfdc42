"""Review by the Assembly: a queue, and a page with each answer beside the last round's, where queries are asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, TextAreaField

from anchor_portal.clock import today
from anchor_portal.domain.answers.completeness import review as read_return
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.lifecycle import DONE, Status, Step, StepRefused, available_steps, take_step
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.review_queries import (
    MOST_WORDS,
    default_answer_by,
    next_round_of_queries,
    refuse_answer_by,
)
from anchor_portal.extensions import db, viewer
from anchor_portal.models import ReturnStep, ReviewQuery, Submission
from anchor_portal.outputs.differences import Difference, find_differences
from anchor_portal.outputs.rows import anchor_of, answer_rows
from anchor_portal.queries.returns import (
    Found,
    answers_of,
    find_last,
    find_submission,
    load_queue,
    load_steps,
)
from anchor_portal.queries.review_queries import load_queries
from anchor_portal.queries.revisions import load_submissions
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.returns import signing
from anchor_portal.services.returns.review_queries import Asked, return_with_queries
from anchor_portal.web.access import open_to
from anchor_portal.web.addresses import feedback_address, links_for
from anchor_portal.web.forms.days import DayField
from anchor_portal.web.kept import show_kept
from anchor_portal.web.returns.found import actor_for, return_or_404
from anchor_portal.web.returns.pages import signed_page, standing_revision

blueprint = Blueprint("reviews", __name__)
AGAIN = "This return was submitted again meanwhile: read the new revision first."
NOTHING_ASKED = "Ask something, beside an answer or about the whole return, so that the organisation knows what to do"
ASKED_AND_ACCEPTED = "You wrote queries: return the return with them, or clear their boxes to accept it without them"


class ReturnForm(FlaskForm):
    """What goes back to the organisation: queries beside answers, one about the whole return, a day to answer by."""

    revision = HiddenField()
    reason = TextAreaField(
        "About the return as a whole: what should the organisation change or explain?",
        filters=[lambda typed: clean_text(typed or "")],
    )
    answer_by = DayField("Answer by", "The day to answer by", "Enter the day to answer by")

    def __init__(self, questionnaire: Questionnaire, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        known = {question.key for question in questionnaire.questions}
        boxes = {name: clean_text(text) for name, text in request.form.items() if name.startswith("ask:")}
        self.asked = {name[4:]: text for name, text in boxes.items() if text and name[4:] in known}
        self.too_long: dict[str, str] = {}
        if request.method == "GET":
            self.answer_by.set_day(default_answer_by(today()))

    @property
    def queries(self) -> list[Asked]:
        """What is asked: about the whole return first."""
        whole = [Asked("", self.reason.data)] if self.reason.data else []
        return whole + [Asked(key, text) for key, text in self.asked.items()]

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether something is asked, in words that are not too many, by a day that can be."""
        is_sound = super().validate(extra_validators)
        self.too_long = {key: _too_long(text) for key, text in self.asked.items() if len(text) > MOST_WORDS}
        if len(self.reason.data or "") > MOST_WORDS:
            self.reason.errors = [_too_long(self.reason.data or "")]
        elif not self.queries:
            self.reason.errors = [NOTHING_ASKED]
        day = self.answer_by.data
        if day and (refusal := refuse_answer_by(day, today())):
            is_sound = self.answer_by.refuse(refusal)
        return is_sound and not self.reason.errors and not self.too_long


def _too_long(text: str) -> str:
    return f"A query can be at most {MOST_WORDS:,} characters long, and this has {len(text):,}"


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
    found, submission = _submitted(found)
    return _show(found, submission, ReturnForm(found.questionnaire, revision=str(submission.revision)))


def _submitted(found: Found) -> tuple[Found, Submission]:
    submission = find_submission(db(), found.row.id, found.row.revision) if found.row else None
    if submission is None:
        abort(404)
    return found, submission


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a revision follows: the one before it, what changed since, and the queries so far by question."""

    revision: int = 0
    differences: Mapping[str, Difference] = field(default_factory=dict)
    queries: Mapping[str, list[ReviewQuery]] = field(default_factory=dict)


def _earlier(found: Found, submission: Submission) -> Earlier:
    if submission.revision == 1 and found.status is not Status.RETURNED:
        return Earlier()
    row = found.get_row()
    queries: dict[str, list[ReviewQuery]] = {}
    for query in load_queries(db(), row.id):
        queries.setdefault(query.question, []).append(query)
    before = load_submissions(db(), row.id, [submission.revision - 1]).get(submission.revision - 1)
    differences = (
        find_differences(found.questionnaire, answers_of(before), answers_of(submission), found.asking)
        if before
        else ()
    )
    return Earlier(before.revision if before else 0, {each.key: each for each in differences}, queries)


def _show(found: Found, submission: Submission, form: ReturnForm, error: str = "") -> str:
    last = find_last(db(), found.organisation.id, found.round.code)
    answers = answers_of(submission)
    warnings = read_return(
        found.questionnaire, answers, found.asking, complete=False, last=last[1] if last else None
    ).soft
    before = last[1].answers if last else None
    history = load_steps(db(), found.get_row().id)
    return render_template(
        "reviews/review.html",
        found=found,
        submission=submission,
        sections=answer_rows(found.questionnaire, answers, found.asking, problems=warnings, last=before),
        last_round=last[0] if last else "",
        form=form,
        links=_error_links(form, error),
        accept_error=error,
        steps=available_steps(found.status, viewer().person_for(found.organisation.id)),
        no_more_queries=_no_more(history),
        earlier=_earlier(found, submission),
        standing=standing_revision(found, history),
        shows_replies=found.status is not Status.RETURNED,
        history=history,
        step_names=DONE,
        box_of=anchor_of,
    )


def _error_links(form: ReturnForm, error: str) -> list[dict[str, str]]:
    links = [{"text": text, "href": f"#ask-{anchor_of(key)}"} for key, text in form.too_long.items()]
    links += [{"text": form.reason.errors[0], "href": "#reason"}] if form.reason.errors else []
    links += (
        [{"text": form.answer_by.errors[0], "href": f"#{form.answer_by.focus_id}"}] if form.answer_by.errors else []
    )
    return links + ([{"text": error, "href": "#accept"}] if error else [])


def _no_more(history: list[ReturnStep]) -> str:
    """Why no further round of queries is possible; empty where one is."""
    try:
        next_round_of_queries([Step(step.step) for step in history])
    except StepRefused as refusal:
        return str(refusal)
    return ""


@blueprint.post("/reviews/<round_code>/<slug>/accept")
@open_to(Role.MEMBER)
def accept(round_code: str, slug: str) -> str | Response | tuple[str, int]:
    """Accept the revision that was read; what was asked beside it is not lost by it."""
    found, submission = _submitted(return_or_404(round_code, slug, lock=True))
    here = url_for("reviews.review", round_code=round_code, slug=slug)
    if request.form.get("revision") != str(submission.revision):
        flash(AGAIN)
        return redirect(here)
    form = ReturnForm(found.questionnaire)
    if form.queries and Step.ACCEPT in available_steps(found.status, viewer().person_for(found.organisation.id)):
        return _show(found, submission, form, ASKED_AND_ACCEPTED), 422
    try:
        signing.accept(db(), found, submission, actor_for(found), links_for(found))
        remake_totals(db(), found.round)
    except StepRefused as refusal:
        flash(str(refusal))
        return redirect(here)
    flash(f"The return of {found.organisation.name} is accepted.", "success")
    return redirect(url_for("reviews.queue"))


@blueprint.post("/reviews/<round_code>/<slug>/return")
@open_to(Role.MEMBER)
def send_back(round_code: str, slug: str) -> Response | tuple[str, int]:
    """Return it to the organisation, with what is asked."""
    found, submission = _submitted(return_or_404(round_code, slug, lock=True))
    form = ReturnForm(found.questionnaire)
    if form.revision.data != str(submission.revision):
        return show_kept("This return was not sent back", AGAIN, 409, can_resend=False)
    try:
        take_step(Step.RETURN, found.status, actor_for(found).person, "what is asked")
        if not form.validate():
            return _show(found, submission, form), 422
        answer_by = form.answer_by.data or default_answer_by(today())
        return_with_queries(db(), found, form.queries, answer_by, actor_for(found), feedback_address(found))
    except StepRefused as refusal:
        return show_kept("This return was not sent back", f"{refusal}.", 409, can_resend=False)
    asked = "1 query" if len(form.queries) == 1 else f"{len(form.queries)} queries"
    flash(f"The return of {found.organisation.name} went back with {asked}.", "success")
    return redirect(url_for("reviews.queue"))
