"""The return: my work, its task list, and the return as it was signed."""

from collections.abc import Sequence

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.completeness import Reviewed, SectionStatus, asked_in, section_status
from anchor_portal.domain.lifecycle import DONE, EDITABLE, Status, Step
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire import Section
from anchor_portal.domain.rounds import say_deadline
from anchor_portal.extensions import db, viewer
from anchor_portal.models import ReturnStep
from anchor_portal.outputs.rows import answer_rows
from anchor_portal.queries.certificates import find_standing
from anchor_portal.queries.returns import Found, answers_of, find_submission, load_steps
from anchor_portal.web.access import ORGANISATION, open_to, open_to_signed_in
from anchor_portal.web.found import (
    ADDRESS,
    can_sign,
    can_write,
    draft_of,
    read_draft,
    return_or_404,
    roles_in,
    section_address,
)
from anchor_portal.web.work import my_work

blueprint = Blueprint("returns", __name__)
COLOURS = {
    SectionStatus.NOT_STARTED: "nhsuk-tag--blue",
    SectionStatus.IN_PROGRESS: "nhsuk-tag--aqua-green",
    SectionStatus.TO_MEND: "nhsuk-tag--red",
}
READERS = (*ORGANISATION, Role.MEMBER, Role.TEAM)


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
