"""The return: my work, its task list, and the return as it was signed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from flask import Blueprint, current_app, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.answers.completeness import SectionStatus
from anchor_portal.domain.answers.draft_sections import DraftSection, sections_of
from anchor_portal.domain.lifecycle import DONE, EDITABLE, Status, Step
from anchor_portal.domain.people import Role
from anchor_portal.domain.pledges import OUTCOME_NAMES
from anchor_portal.domain.review_queries import say_answer_by
from anchor_portal.domain.rounds import FROZEN, say_deadline
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.outputs.rows import answer_rows
from anchor_portal.queries.certificates import find_standing
from anchor_portal.queries.columns import ItsStep
from anchor_portal.queries.returns import (
    Found,
    answers_of,
    find_draft,
    find_submission,
    load_carried,
    load_draft_texts,
    load_steps,
)
from anchor_portal.queries.review import find_findings
from anchor_portal.queries.review_queries import current_queries, load_queries
from anchor_portal.queries.revisions import find_acceptance
from anchor_portal.queries.sharing import Hands
from anchor_portal.services.documents import digest_without_signature
from anchor_portal.services.returns.step_messages import people_of
from anchor_portal.web.access import ORGANISATION, open_to, open_to_signed_in
from anchor_portal.web.account.work import led_by, my_work
from anchor_portal.web.outcome_words import SHAPES
from anchor_portal.web.returns.endings import endings_of
from anchor_portal.web.returns.found import (
    ADDRESS,
    can_sign,
    can_write,
    return_or_404,
    roles_in,
    section_address,
)
from anchor_portal.web.returns.sharing import hands_on, say_hands

blueprint = Blueprint("returns", __name__)
COLOURS = {
    SectionStatus.NOT_STARTED: "nhsuk-tag--blue",
    SectionStatus.IN_PROGRESS: "nhsuk-tag--aqua-green",
    SectionStatus.TO_MEND: "nhsuk-tag--red",
    SectionStatus.TO_CONFIRM: "nhsuk-tag--yellow",
}
UNSIGNED = EDITABLE | {Status.READY}
READERS = (*ORGANISATION, Role.MEMBER, Role.TEAM)


@blueprint.get("/work")
@open_to_signed_in
def work() -> str:
    """What waits for me, by when."""
    waiting, others = my_work(db(), viewer(), reference(), today())
    return render_template("returns/work.html", waiting=waiting, others=others, leads=led_by(viewer()))


@blueprint.get(ADDRESS)
@open_to(*READERS)
def tasks(round_code: str, slug: str) -> str | Response:
    """What is left, and by when; once it was sent, the signed return."""
    draft = find_draft(db(), viewer(), round_code, slug, reference(), today())
    found = draft if draft and _was_never_sent(draft) else return_or_404(round_code, slug)
    sees_drafts = bool(roles_in(found)) or Role.TEAM in viewer().roles
    if not sees_drafts or found.status not in UNSIGNED:
        return signed_page(found)
    texts = load_draft_texts(db(), found.row.id) if found.row else ()
    hands = hands_on(found)
    unconfirmed = load_carried(db(), found.row.id) if found.row else {}
    sections = sections_of(found.questionnaire, found.asking, texts)
    listed = tuple(_task(found, each, hands, unconfirmed) for each in sections)
    steps = load_steps(db(), found.row.id) if found.row else []
    return render_template(
        "returns/tasks.html",
        found=found,
        task_list=_draw(listed, can_write=can_write(found)),
        deadline=say_deadline(found.due_on, today()),
        why=_why_it_is_here(found, steps),
        standing=standing_revision(found, steps),
        feedback=_feedback(found),
        asked=_asked(found, steps),
        can_write=can_write(found),
        can_sign=can_sign(found),
        endings=endings_of(found),
    )


def _was_never_sent(draft: Found) -> bool:
    """Whether nothing but the columns of its row is needed: there is nothing signed, and no query about it."""
    return draft.row is not None and not draft.row.revision and draft.status in UNSIGNED


@dataclass(frozen=True, slots=True)
class Why:
    """Why an organisation has its return again: what happened, by whom, when, and the reason."""

    what: str
    who: str
    at: datetime
    reason: str


BACK = {
    Step.RETURN: "The Assembly returned this and asks",
    Step.SEND_BACK: "Sent back before it was signed",
    Step.WITHDRAW: "Withdrawn, to be changed and signed again",
    Step.CORRECT: "Opened for correction",
}


def _why_it_is_here(found: Found, steps: Sequence[ItsStep]) -> list[Why]:
    """Each step since the return was last sent, or accepted, that gave it back; reviewers have no names."""
    if found.status not in EDITABLE:
        return []
    since = max((place for place, step in enumerate(steps) if step.step in {Step.SUBMIT, Step.ACCEPT}), default=-1)
    back = [step for step in steps[since + 1 :] if Step(step.step) in BACK]
    latest = {step.step: step for step in back}
    return [
        Why(BACK[Step(step.step)], "" if step.step == Step.RETURN else step.who, step.at, step.reason)
        for step in back
        if latest[step.step] is step
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """The accepted revision that counts while another one is on its way, and when it was accepted."""

    revision: int
    accepted_at: datetime


def standing_revision(found: Found, steps: Sequence[ItsStep]) -> Standing | None:
    """The accepted revision of a return that is being corrected; None where nothing is."""
    if found.row is None or not found.row.accepted_revision or found.status is Status.ACCEPTED:
        return None
    accepted = find_acceptance(steps, found.row.accepted_revision)
    return Standing(accepted.revision, accepted.at) if accepted else None


@dataclass(frozen=True, slots=True)
class Feedback:
    """The queries of the Assembly: how many there were, how many wait for a reply, and until when."""

    asked: int
    waiting: int
    answer_by: str


def _feedback(found: Found) -> Feedback | None:
    """What the Assembly asked so far; None where it never asked, as before the first signature."""
    queries = load_queries(db(), found.row.id) if found.row and found.row.revision else []
    if found.row is None or not queries:
        return None
    current = current_queries(queries, found.get_row())
    answer_by = say_answer_by(current[0].answer_by, today()) if current else ""
    return Feedback(len(queries), sum(not query.answer for query in current), answer_by)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked to sign, by whom and when; nobody where the organisation has no signatory."""

    names: str
    by: str
    at: datetime


def _asked(found: Found, steps: Sequence[ItsStep]) -> Asked | None:
    if found.status is not Status.READY or not steps or steps[-1].step != Step.ASK_TO_SIGN:
        return None
    signatories = people_of(db(), found, Role.SIGNATORY)
    return Asked(", ".join(contact.name for contact in signatories), steps[-1].who, steps[-1].at)


class Task(NamedTuple):
    """A section in the task list."""

    title: str
    href: str
    hint: str
    hands: str
    status: str
    is_done: bool
    colour: str


def _task(found: Found, drafted: DraftSection, hands: Hands, unconfirmed: Collection[str]) -> Task:
    status = drafted.with_unconfirmed(unconfirmed)
    return Task(
        title=drafted.section.title,
        href=section_address(found, drafted.section),
        hint=_count(drafted.asked),
        hands=say_hands(hands, drafted.section.code),
        status=status.value,
        is_done=status is SectionStatus.COMPLETED,
        colour=COLOURS.get(status, ""),
    )


@lru_cache(maxsize=500)
def _draw(tasks: tuple[Task, ...], *, can_write: bool) -> Markup:
    """The list of them: half of the page, and the same until somebody saves."""
    template = current_app.jinja_env.get_template("returns/_task_list.html")
    return Markup(template.render(tasks=tasks, can_write=can_write))  # noqa: S704 - a template of our own


def _count(questions: int) -> str:
    return "1 question" if questions == 1 else f"{questions} questions"


def signed_page(found: Found) -> str:
    """A return that was sent, as it was signed, or the nil return that was declared."""
    row = found.get_row()
    submission = find_submission(db(), row.id, row.revision)
    asking = found.as_signed(submission, reference).asking
    steps = load_steps(db(), row.id)
    answers = answers_of(submission) if submission else {}
    return render_template(
        "returns/signed.html",
        found=found,
        submission=submission,
        plain_digest=digest_without_signature(found, submission) if submission else "",
        certificate=find_standing(db(), row.id) if row.accepted_revision else None,
        sections=answer_rows(found.questionnaire, answers, asking) if submission else (),
        history=steps,
        last_step=steps[-1] if steps else None,
        step_names=DONE,
        standing=standing_revision(found, steps),
        feedback=_feedback(found),
        findings=find_findings(db(), row),
        outcome_names=OUTCOME_NAMES,
        outcome_shapes=SHAPES,
        endings=endings_of(found),
        is_own=bool(roles_in(found)),
        is_frozen=found.round_status in FROZEN,
    )
