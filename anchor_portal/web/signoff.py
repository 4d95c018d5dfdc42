"""Signing off: every answer once more, the signature of a senior person, and the steps that carry no answers."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.answers import read_answer
from anchor_portal.domain.completeness import left_blank
from anchor_portal.domain.lifecycle import EDITABLE, Status, Step, StepRefused, available_steps
from anchor_portal.domain.parts import Problem
from anchor_portal.domain.people import Role
from anchor_portal.domain.text import clean_text
from anchor_portal.extensions import db, viewer
from anchor_portal.outputs.rows import anchor_of, answer_rows
from anchor_portal.queries.returns import Found
from anchor_portal.services import returns as changes
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.forms.fields import Beside, gather
from anchor_portal.web.forms.section import lone_field
from anchor_portal.web.found import (
    ADDRESS,
    actor_for,
    address_of,
    can_sign,
    can_write,
    draft_of,
    last_of,
    read_draft,
    return_or_404,
    roles_in,
    section_address,
)

blueprint = Blueprint("signoff", __name__)


@blueprint.get(f"{ADDRESS}/check")
@open_to(*ORGANISATION)
def check(round_code: str, slug: str) -> str | Response:
    """Every answer with a link to change it, and what is left to do."""
    found = return_or_404(round_code, slug)
    if found.status not in EDITABLE | {Status.READY} or not roles_in(found):
        return redirect(address_of(found))
    return _show_check(found)


def _show_check(found: Found) -> str:
    last = last_of(found)
    reviewed = read_draft(found, draft_of(found), last, complete=True)
    rows = answer_rows(found.questionnaire, reviewed.answers, found.asking, problems=reviewed.problems)
    return render_template(
        "signoff/check.html",
        found=found,
        sections=rows,
        links=[{"text": problem.message, "href": _mend(found, problem)} for problem in reviewed.hard],
        blanks=[
            _blank(found, question.key, question.short)
            for question in left_blank(found.questionnaire, reviewed, found.asking)
        ],
        can_write=can_write(found),
        can_sign=can_sign(found),
        steps=available_steps(found.status, viewer().person_for(found.organisation.id)),
        box_of=anchor_of,
    )


def _blank(found: Found, key: str, short: str) -> dict[str, str]:
    section = found.questionnaire.section(found.questionnaire.question(key).section)
    return {"text": short, "href": section_address(found, section, _anchor=anchor_of(key))}


def _mend(found: Found, problem: Problem) -> str:
    section = found.questionnaire.section(found.questionnaire.question(problem.question).section)
    return section_address(found, section, check="yes", _anchor=anchor_of(problem.question, problem.part))


@blueprint.route(f"{ADDRESS}/sign", methods=["GET", "POST"])
@open_to(Role.SIGNATORY)
def sign(round_code: str, slug: str) -> str | Response | tuple[str, int]:
    """Put one's name to the return, and submit it."""
    found = return_or_404(round_code, slug, lock=request.method == "POST")
    if not can_sign(found):
        return redirect(address_of(found))
    if request.method == "GET":
        return _show_sign(found)
    question = found.questionnaire.signoff
    typed = gather(question, request.form, found.asking) | {"date": today().isoformat()}
    confirmed = request.form.get("confirm") == "yes"
    if request.form.get("digest") != _digest(found):
        flash("The answers were changed after you opened this page. Read them again, then sign.")
        return redirect(check_address(found))
    if not confirmed:
        problems = read_answer(question, typed, found.asking).problems
        return _show_sign(found, typed, problems, confirm_error="Confirm that the answers are true, to sign them"), 422
    try:
        changes.submit(db(), found, typed, actor_for(found))
    except changes.Incomplete as refusal:
        return _cannot_sign(found, typed, refusal.problems)
    except StepRefused as refusal:
        flash(str(refusal))
        return redirect(address_of(found))
    flash("The return is signed and submitted. The Anchor Assembly reads it next.", "success")
    return redirect(address_of(found))


def _digest(found: Found) -> str:
    """A mark of the draft as it is shown, so that nobody signs what they have not read."""
    return sha256(repr(sorted(draft_of(found).items())).encode()).hexdigest()[:16]


def _cannot_sign(found: Found, typed: Mapping[str, str], problems: Sequence[Problem]) -> Response | tuple[str, int]:
    mine = tuple(problem for problem in problems if problem.question == found.questionnaire.signoff.key)
    if len(mine) < len(problems):
        flash("Something has to be mended before the return can be signed.")
        return redirect(check_address(found))
    return _show_sign(found, typed, mine, confirmed=True), 422


def _show_sign(
    found: Found,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    *,
    confirmed: bool = False,
    confirm_error: str = "",
    reason: str = "",
    reason_error: str = "",
) -> str:
    question = found.questionnaire.signoff
    field = lone_field(question, found.asking, Beside(problems=tuple(problems)))
    field.data = typed or {"name": viewer().name}
    links = [{"text": problem.message, "href": f"#{field.id_of(problem.part)}"} for problem in problems]
    links += [{"text": confirm_error, "href": "#confirm"}] if confirm_error else []
    links += [{"text": reason_error, "href": "#reason"}] if reason_error else []
    return render_template(
        "signoff/sign.html",
        found=found,
        field=field,
        links=links,
        digest=_digest(found),
        confirmed=confirmed,
        confirm_error=confirm_error,
        reason=reason,
        reason_error=reason_error,
        today=today(),
        steps=available_steps(found.status, viewer().person_for(found.organisation.id)),
    )


@blueprint.post(f"{ADDRESS}/steps/<step>")
@open_to(Role.LEAD, Role.SIGNATORY)
def step(round_code: str, slug: str, step: str) -> Response | tuple[str, int]:
    """Ask for sign-off, send back, or another step that carries no answers."""
    found = return_or_404(round_code, slug, lock=True)
    wanted = {Step.ASK_TO_SIGN.value: Step.ASK_TO_SIGN, Step.SEND_BACK.value: Step.SEND_BACK}.get(step)
    if wanted is None:
        abort(404)
    reason = clean_text(request.form.get("reason", ""))
    try:
        changes.take(db(), found, wanted, actor_for(found), reason)
    except changes.Incomplete:
        flash("Something has to be mended before the return can be signed.")
        return redirect(check_address(found))
    except StepRefused as refusal:
        if wanted is Step.SEND_BACK and found.status is Status.READY and can_sign(found):
            return _show_sign(found, reason=reason, reason_error=str(refusal)), 422
        flash(str(refusal))
        return redirect(address_of(found))
    flash(
        {
            Step.ASK_TO_SIGN: "The signatory can now sign.",
            Step.SEND_BACK: "The return is back with its lead.",
        }[wanted],
        "success",
    )
    return redirect(address_of(found))


def check_address(found: Found) -> str:
    """The address of the page with every answer."""
    return url_for("signoff.check", round_code=found.round.code, slug=found.organisation.slug)
