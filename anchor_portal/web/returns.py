"""The return: my work, its task list, its sections, and the return as it was signed."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.completeness import (
    Reviewed,
    SectionStatus,
    asked_in,
    review,
    section_status,
)
from anchor_portal.domain.lifecycle import DONE, EDITABLE, WRITERS, Status, Step, StepRefused, available_steps
from anchor_portal.domain.parts import Answers, Last, Parts, Problem
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire import Section
from anchor_portal.domain.rounds import say_deadline
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.models import ReturnStep
from anchor_portal.outputs.rows import anchor_of, answer_rows
from anchor_portal.queries.certificates import find_standing
from anchor_portal.queries.returns import (
    Found,
    answers_of,
    find_last,
    find_return,
    find_submission,
    load_answers,
    load_steps,
)
from anchor_portal.services import returns as changes
from anchor_portal.web.access import ORGANISATION, open_to, open_to_signed_in
from anchor_portal.web.forms.boxes import ITEM_PARTS
from anchor_portal.web.forms.fields import gather
from anchor_portal.web.forms.section import build_form, is_for, problem_links
from anchor_portal.web.work import my_work

blueprint = Blueprint("returns", __name__)
ADDRESS = "/returns/<round_code>/<slug>"
COLOURS = {
    SectionStatus.NOT_STARTED: "nhsuk-tag--blue",
    SectionStatus.IN_PROGRESS: "nhsuk-tag--aqua-green",
    SectionStatus.TO_MEND: "nhsuk-tag--red",
}
READERS = (*ORGANISATION, Role.MEMBER, Role.TEAM)


def return_or_404(round_code: str, slug: str, *, lock: bool = False) -> Found:
    """The return, if the person may see it."""
    found = find_return(db(), viewer(), round_code, slug, reference(), today(), lock=lock)
    if found is None:
        abort(404)
    return found


def actor_for(found: Found) -> changes.Actor:
    """The signed-in person as the one who changes a return."""
    person = viewer()
    return changes.Actor(person.name, person.user_id, person.person_for(found.organisation.id))


def roles_in(found: Found) -> frozenset[Role]:
    """The roles that the person holds in the return's organisation."""
    return viewer().own_roles_for(found.organisation.id)


def can_write(found: Found) -> bool:
    """Whether the person may change answers now."""
    return found.is_editable and bool(roles_in(found) & WRITERS)


def can_sign(found: Found) -> bool:
    """Whether the person may sign the return now."""
    return Step.SUBMIT in available_steps(found.status, viewer().person_for(found.organisation.id))


def draft_of(found: Found) -> dict[str, dict[str, str]]:
    """The answers as they were last saved."""
    return load_answers(db(), found.row.id) if found.row else {}


def last_of(found: Found) -> tuple[str, Last] | None:
    """The last accepted return of the organisation before this round."""
    return find_last(db(), found.organisation.id, found.round.code)


def read_draft(found: Found, answers: Answers, last: tuple[str, Last] | None, *, complete: bool) -> Reviewed:
    """The draft read and checked, without the sign-off, which is not part of it yet."""
    reviewed = review(found.questionnaire, answers, found.asking, complete=complete, last=last[1] if last else None)
    signoff = found.questionnaire.signoff.key
    return Reviewed(reviewed.answers, tuple(problem for problem in reviewed.problems if problem.question != signoff))


@blueprint.get("/work")
@open_to_signed_in
def work() -> str:
    """What waits for me, by when."""
    waiting, earlier = my_work(db(), viewer(), today())
    return render_template("returns/work.html", waiting=waiting, earlier=earlier)


@blueprint.get(ADDRESS)
@open_to(*READERS)
def tasks(round_code: str, slug: str) -> str | Response:
    """What is left, and by when; once it was sent, the signed return."""
    found = return_or_404(round_code, slug)
    sees_drafts = bool(roles_in(found)) or Role.TEAM in viewer().roles
    if not sees_drafts or found.status not in EDITABLE | {Status.READY}:
        return signed_page(found)
    answers = draft_of(found)
    reviewed = read_draft(found, answers, None, complete=False)
    listed = [_task(found, section, reviewed) for section in found.questionnaire.form_sections]
    steps = load_steps(db(), found.row.id) if found.row else []
    return render_template(
        "returns/tasks.html",
        found=found,
        tasks=listed,
        done=sum(task["is_done"] is True for task in listed),
        deadline=say_deadline(found.round.closes_on, today()),
        returned_reason=_latest_reason(steps, Step.RETURN) if found.status is Status.RETURNED else "",
        sent_back_reason=_latest_reason(steps[-1:], Step.SEND_BACK),
        can_write=can_write(found),
        can_sign=can_sign(found),
    )


def _latest_reason(steps: Sequence[ReturnStep], wanted: Step) -> str:
    return next((step.reason for step in reversed(steps) if step.step == wanted), "")


def _task(found: Found, section: Section, reviewed: Reviewed) -> dict[str, object]:
    status = section_status(section, reviewed, found.asking)
    return {
        "title": section.title,
        "href": section_address(found, section),
        "hint": _count(len(asked_in(section, reviewed.answers, found.asking))),
        "status": status.value,
        "is_done": status is SectionStatus.COMPLETED,
        "colour": COLOURS.get(status, ""),
    }


def _count(questions: int) -> str:
    return "1 question" if questions == 1 else f"{questions} questions"


def section_address(found: Found, section: Section, **more: Any) -> str:
    """The address of a section's page."""
    return url_for(
        "returns.section",
        round_code=found.round.code,
        slug=found.organisation.slug,
        code=section.code,
        **more,
    )


def address_of(found: Found) -> str:
    """The address of the return: its task list, or what was signed."""
    return url_for("returns.tasks", round_code=found.round.code, slug=found.organisation.slug)


def signed_page(found: Found) -> str:
    """A return that was sent, as it was signed, or the nil return that was declared."""
    row = found.get_row()
    submission = find_submission(db(), row.id, row.revision)
    steps = load_steps(db(), row.id)
    answers = answers_of(submission) if submission else {}
    return render_template(
        "returns/signed.html",
        found=found,
        submission=submission,
        certificate=find_standing(db(), row.id) if found.status is Status.ACCEPTED else None,
        sections=answer_rows(found.questionnaire, answers, found.asking) if submission else (),
        history=steps,
        last_step=steps[-1] if steps else None,
        step_names=DONE,
    )


def _section_or_404(found: Found, code: str) -> Section:
    section = next((each for each in found.questionnaire.form_sections if each.code == code), None)
    if section is None:
        abort(404)
    return section


@blueprint.get(f"{ADDRESS}/sections/<code>")
@open_to(Role.CONTRIBUTOR, Role.LEAD)
def section(round_code: str, slug: str, code: str) -> str | Response:
    """What exactly is wanted, with what was saved so far."""
    found = return_or_404(round_code, slug)
    wanted = _section_or_404(found, code)
    if not can_write(found):
        return redirect(address_of(found))
    stored = draft_of(found)
    return _show_section(found, wanted, stored, stored, changes.stamp_of(wanted, stored))


def _show_section(
    found: Found, section: Section, stored: Answers, shown: Answers, seen: str, conflict: str = ""
) -> str:
    last = last_of(found)
    reviewed = read_draft(found, {**stored, **shown}, last, complete="check" in request.args)
    form = build_form(
        section,
        found.asking,
        shown,
        reviewed=reviewed,
        seen=seen,
        last=last,
        more=request.args.get("more", ""),
    )
    links = problem_links(form)
    return render_template(
        "returns/section.html",
        found=found,
        section=section,
        form=form,
        links=links,
        seen=seen,
        conflict=conflict,
        can_write=can_write(found),
    )


@blueprint.post(f"{ADDRESS}/sections/<code>")
@open_to(Role.CONTRIBUTOR, Role.LEAD)
def save_section(round_code: str, slug: str, code: str) -> Response | tuple[str, int]:
    """Keep the section as it was typed, then go on, or back to what has to be mended."""
    found = return_or_404(round_code, slug, lock=True)
    wanted = _section_or_404(found, code)
    if not roles_in(found) & WRITERS:
        abort(403)
    typed = _typed(found, wanted)
    try:
        problems = changes.save_section(db(), found, wanted, typed, request.form.get("seen", ""), actor_for(found))
    except changes.StaleSection:
        return _stale(found, wanted, typed)
    except StepRefused as refusal:
        return _refused(found, wanted, typed, str(refusal))
    return redirect(_where_next(found, wanted, typed, problems))


def _typed(found: Found, section: Section) -> dict[str, dict[str, str]]:
    typed = {
        question.key: gather(question, request.form, found.asking)
        for question in section.questions
        if is_for(question, found.asking)
    }
    key, _, number = request.form.get("remove", "").partition(":")
    if key in typed and number.isdecimal():
        typed[key] = {part: text for part, text in typed[key].items() if part.partition(".")[0] != number}
    return typed


def _stale(found: Found, section: Section, typed: Answers) -> tuple[str, int]:
    stored = draft_of(found)
    conflict = (
        "Below is what you typed; what is stored was saved by somebody else after you opened this page. "
        "Open the section in another tab to compare. If you save now, yours takes its place."
    )
    page = _show_section(found, section, stored, typed, changes.stamp_of(section, stored), conflict)
    return page, 409


def _refused(found: Found, section: Section, typed: Answers, why: str) -> tuple[str, int]:
    stored = draft_of(found)
    return _show_section(found, section, stored, typed, changes.stamp_of(section, stored), why), 409


def _where_next(found: Found, section: Section, typed: Answers, problems: Sequence[Problem]) -> str:
    form = request.form
    if (more := form.get("more", "")) in typed:
        return section_address(found, section, more=more, _anchor=anchor_of(more, _next_item(found, more, typed[more])))
    if (fewer := form.get("remove", "").partition(":")[0]) in typed:
        return section_address(found, section, _anchor=anchor_of(fewer))
    if form.get("then") == "later":
        flash("Saved. You can come back at any time until the deadline.", "success")
        return address_of(found)
    if any(problem.hard for problem in problems):
        return section_address(found, section)
    return _after(found, section)


def _next_item(found: Found, key: str, typed: Parts) -> str:
    """The first box of the blank item that is added to a repeating question."""
    question = found.questionnaire.question(key)
    if question.kind not in ITEM_PARTS:
        return ""
    filled = {part.partition(".")[0] for part, text in typed.items() if text.strip()}
    return f"{len(filled) + 1}.{ITEM_PARTS[question.kind][0]}"


def _after(found: Found, section: Section) -> str:
    sections = found.questionnaire.form_sections
    place = sections.index(section) + 1
    if place < len(sections):
        return section_address(found, sections[place])
    return url_for("signoff.check", round_code=found.round.code, slug=found.organisation.slug)
