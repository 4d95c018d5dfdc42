"""Review by the Assembly: the queue, the page of one return, and what is decided and said there."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import Status, Step, StepRefused, take_step
from anchor_portal.domain.people import Role
from anchor_portal.domain.pledges import NUMBERS
from anchor_portal.domain.review.attention import say_reasons
from anchor_portal.domain.review_queries import default_answer_by
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Round, Verdict
from anchor_portal.queries.returns import Found
from anchor_portal.queries.review_queue import load_changed, load_queue
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.review import deciding, remarks
from anchor_portal.web.access import open_to
from anchor_portal.web.addresses import feedback_address
from anchor_portal.web.assembly.review_page import Read, form_for, read_review, say_who_decided, show_review, why_wait
from anchor_portal.web.forms.review import ReviewForm
from anchor_portal.web.kept import show_kept
from anchor_portal.web.returns.found import actor_for, address_of, return_or_404
from anchor_portal.web.returns.pages import signed_page

blueprint = Blueprint("reviews", __name__)
ONE = "/reviews/<round_code>/<slug>"
AGAIN = "This return was submitted again meanwhile: read the new revision first."
INTERESTED = "You have an interest in this organisation, so somebody else must review its return."
Page = str | Response | tuple[str, int]


@blueprint.get("/reviews")
@open_to(Role.MEMBER, Role.TEAM)
def queue() -> str:
    """What to look at first."""
    queued = load_queue(db(), viewer())
    return render_template(
        "reviews/queue.html",
        mine=[each for each in queued if each.waiting.is_mine],
        others=[each for each in queued if not each.waiting.is_mine],
        reasons=say_reasons,
        changed=load_changed(db(), viewer()),
        is_team=Role.TEAM in viewer().roles,
        is_member=Role.MEMBER in viewer().roles,
        today=today(),
    )


@blueprint.get(ONE)
@open_to(Role.MEMBER, Role.TEAM)
def review(round_code: str, slug: str) -> Page:
    """What changed, what supports it, what to decide."""
    found = return_or_404(round_code, slug)
    if _is_outside(found):
        return redirect(address_of(found))
    if found.status is Status.NIL:
        return signed_page(found)
    read = read_review(found)
    return show_review(read, form_for(read))


def _is_outside(found: Found) -> bool:
    """Whether the person has an interest, and so sees nothing of the review, but may read the return itself."""
    return viewer().person_for(found.organisation.id).is_interested


def _read_to_change(round_code: str, slug: str) -> tuple[Read, ReviewForm]:
    """The review, held until the commit, and what was posted."""
    read = read_review(return_or_404(round_code, slug, lock=True))
    return read, ReviewForm(read.found.questionnaire)


def _why_not_now(read: Read, form: ReviewForm, step: Step) -> str:
    """Why a decision cannot be taken on what was read: somebody decided meanwhile, or it was signed again."""
    decided = say_who_decided(read)
    try:
        take_step(step, read.found.status, actor_for(read.found).person, "what is asked")
    except StepRefused as refusal:
        is_late = read.found.status is not Status.SUBMITTED and decided and not _is_outside(read.found)
        return f"{decided}. Nothing of yours was changed." if is_late else f"{refusal}."
    if form.revision.data != str(read.submission.revision):
        return f"{AGAIN} {decided}." if decided else AGAIN
    if not read.found.takes_decisions:
        return f"This round is {read.found.round_status}, so nothing can be decided now."
    waits = why_wait(read)
    return f"{waits}." if waits else ""


@blueprint.post(f"{ONE}/accept")
@open_to(Role.MEMBER)
def accept(round_code: str, slug: str) -> Page:
    """Accept the revision that was read, with an outcome for each pledge; what was asked beside it is not lost."""
    read, form = _read_to_change(round_code, slug)
    found = read.found
    hindrance = _why_not_now(read, form, Step.ACCEPT)
    if hindrance:
        return show_kept("This return was not accepted by you", hindrance, 409, can_resend=False)
    if not form.check_acceptance():
        return show_review(read, form), 422
    try:
        deciding.accept(db(), found, read.submission, actor_for(found), form.findings, address_of(found))
        remake_totals(db(), db().get_one(Round, found.round.id))
    except StepRefused as refusal:
        return show_kept("This return was not accepted", f"{refusal}.", 409, can_resend=False)
    flash(f"The return of {found.organisation.name} is accepted.", "success")
    return redirect(url_for("reviews.queue"))


@blueprint.post(f"{ONE}/return")
@open_to(Role.MEMBER)
def send_back(round_code: str, slug: str) -> Page:
    """Return it to the organisation, with what is asked."""
    read, form = _read_to_change(round_code, slug)
    found, queries = read.found, form.queries
    hindrance = _why_not_now(read, form, Step.RETURN)
    if hindrance:
        return show_kept("This return was not sent back by you", hindrance, 409, can_resend=False)
    if not form.check_return():
        return show_review(read, form), 422
    answer_by = form.answer_by.data or default_answer_by(today())
    try:
        deciding.return_with_queries(
            db(), found, read.submission, queries, answer_by, actor_for(found), form.findings, feedback_address(found)
        )
    except StepRefused as refusal:
        return show_kept("This return was not sent back", f"{refusal}.", 409, can_resend=False)
    asked = "1 query" if len(queries) == 1 else f"{len(queries)} queries"
    flash(f"The return of {found.organisation.name} went back with {asked}.", "success")
    return redirect(url_for("reviews.queue"))


@blueprint.post(f"{ONE}/comments/<int:pledge>")
@open_to(Role.MEMBER)
def comment(round_code: str, slug: str, pledge: int) -> Page:
    """Keep a remark among reviewers; the page comes back with everything else that was typed."""
    if pledge not in {0, *NUMBERS}:
        abort(404)
    read, form = _read_to_change(round_code, slug)
    if _is_outside(read.found):
        return show_kept("Your comment was not kept", INTERESTED, 409, can_resend=False)
    text, box = form.comment(pledge), f"comment-{pledge}"
    if not text:
        form.wrong[box] = "Write the comment first"
    if not text or not form.check_length(box, text, "A comment", remarks.MOST_SIGNS):
        return show_review(read, form), 422
    remarks.add_comment(db(), read.found, pledge, text, actor_for(read.found))
    return show_review(read_review(read.found), form, told=box)


@blueprint.post(f"{ONE}/opinion")
@open_to(Role.MEMBER)
def opinion(round_code: str, slug: str) -> Page:
    """Keep what a member would do with the revision that was read."""
    read, form = _read_to_change(round_code, slug)
    title = "Your opinion was not kept"
    if _is_outside(read.found):
        return show_kept(title, INTERESTED, 409, can_resend=False)
    if form.revision.data != str(read.submission.revision):
        return show_kept(title, AGAIN, 409, can_resend=False)
    if not form.opinion:
        form.wrong["opinion"] = "Choose what you would do with this return"
    if not form.check_length("opinion-text", form.opinion_text, "An opinion", remarks.MOST_SIGNS) or not form.opinion:
        return show_review(read, form), 422
    try:
        remarks.give_opinion(db(), read.found, Verdict(form.opinion), form.opinion_text, actor_for(read.found))
    except StepRefused as refusal:
        return show_kept(title, f"{refusal}.", 409, can_resend=False)
    return show_review(read_review(read.found), form, told="opinion")
