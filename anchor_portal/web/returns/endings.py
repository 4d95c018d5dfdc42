"""Steps that are seldom taken: withdrawing, declaring a nil return, correcting; each asks for a reason and a yes."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.lifecycle import Step, StepRefused, available_steps
from anchor_portal.domain.people import Role
from anchor_portal.domain.review_queries import MOST_WORDS
from anchor_portal.domain.rounds import FROZEN
from anchor_portal.extensions import db, viewer
from anchor_portal.queries.returns import Found
from anchor_portal.services.returns import signing
from anchor_portal.web.access import open_to
from anchor_portal.web.addresses import links_for
from anchor_portal.web.returns.found import ADDRESS, actor_for, address_of, return_or_404

blueprint = Blueprint("endings", __name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """What a page of its own says about a step: the step, its link, heading, what it means, button and thanks."""

    code: str
    step: Step
    link: str
    heading: str
    meaning: tuple[str, ...]
    label: str
    button: str
    done: str


ENDINGS = {
    ending.code: ending
    for ending in (
        Ending(
            "withdraw",
            Step.WITHDRAW,
            "Withdraw this return, to change it before the Assembly reviews it",
            "Withdraw this return?",
            (
                "The Assembly stops reading it, and its answers can be changed again.",
                "What was signed is kept as a revision that everybody who could read it still can.",
                "It counts as sent only when a signatory signs it again.",
            ),
            "Why do you withdraw it?",
            "Withdraw the return",
            "The return is withdrawn. Its answers can be changed again.",
        ),
        Ending(
            "nil",
            Step.DECLARE_NIL,
            "Declare a nil return, if your organisation has nothing to return this time",
            "Declare a nil return?",
            (
                "It says that your organisation returns nothing for this round, and why: for example because it joined "
                "a few weeks ago, or is being merged into another.",
                "The Assembly reads the reason. No figures are taken from the answers, which are kept as they are.",
                "If only some questions do not fit, do not do this: say “not applicable” or “not known” there and sign.",
                "It cannot be undone here. If it was a mistake, ask the sustainability team.",
            ),
            "Why does your organisation return nothing?",
            "Declare a nil return",
            "The nil return is declared. The Assembly sees your reason.",
        ),
        Ending(
            "correct",
            Step.CORRECT,
            "Correct this return, which makes a new revision",
            "Correct this return?",
            (
                "Its answers can be changed again; then a signatory signs it anew, and the Assembly reviews it again.",
                "Until the new revision is accepted, the accepted one stands: its figures count and its certificate "
                "is valid.",
                "When the new revision is accepted, it takes the place of the old one, and a new certificate the place "
                "of the old. The old revision stays readable.",
            ),
            "What has to be corrected?",
            "Open it for correction",
            "The return can be corrected now. The accepted revision stands until the new one is accepted.",
        ),
    )
}
BY_STEP = {ending.step: ending for ending in ENDINGS.values()}


def endings_of(found: Found) -> list[dict[str, str]]:
    """The steps that the person could take now, with the words and addresses of their links."""
    steps = available_steps(found.status, viewer().person_for(found.organisation.id))
    return [
        {"text": BY_STEP[step].link, "href": _address(found, BY_STEP[step])}
        for step in steps
        if step in BY_STEP and not signing.why_not(found, step)
    ]


def _address(found: Found, ending: Ending) -> str:
    return url_for("endings.confirm", round_code=found.round.code, slug=found.organisation.slug, what=ending.code)


@blueprint.route(f"{ADDRESS}/<any(withdraw, nil, correct):what>", methods=["GET", "POST"])
@open_to(Role.LEAD, Role.SIGNATORY)
def confirm(round_code: str, slug: str, what: str) -> str | Response | tuple[str, int]:
    """What the step means, its reason, and a button."""
    found = return_or_404(round_code, slug, lock=request.method == "POST")
    ending = ENDINGS[what]
    hindrance = signing.why_not(found, ending.step)
    if ending.step not in available_steps(found.status, viewer().person_for(found.organisation.id)):
        return _refuse(found, ending)
    if request.method == "GET" or hindrance:
        return _show(found, ending, hindrance=hindrance)
    reason = clean_text(request.form.get("reason", ""))
    if not reason:
        return _show(found, ending, error="Write the reason, so that everybody knows why"), 422
    if len(reason) > MOST_WORDS:
        return _show(found, ending, reason, f"The reason can be at most {MOST_WORDS:,} characters long"), 422
    signing.end(db(), found, ending.step, actor_for(found), reason, links_for(found))
    flash(ending.done, "success")
    return redirect(address_of(found))


def _refuse(found: Found, ending: Ending) -> Response:
    """Back to the return, with the sentence that says why."""
    try:
        signing.end(db(), found, ending.step, actor_for(found), "", links_for(found))
    except StepRefused as refusal:
        flash(str(refusal))
    return redirect(address_of(found))


def _show(found: Found, ending: Ending, reason: str = "", error: str = "", hindrance: str = "") -> str:
    return render_template(
        "endings/confirm.html",
        found=found,
        ending=ending,
        reason=reason,
        error=error,
        hindrance=hindrance,
        is_published=ending.step is Step.CORRECT and found.round_status in FROZEN,
        home=address_of(found),
    )
