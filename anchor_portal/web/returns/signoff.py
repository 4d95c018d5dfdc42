"""Signing off: every answer once more, asking for a signature, signing, and sending back with a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.answers.answer import read_answer
from anchor_portal.domain.answers.completeness import Reviewed, left_blank
from anchor_portal.domain.answers.parts import Problem
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.lifecycle import EDITABLE, Status, Step, StepRefused, available_steps
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, settings, viewer
from anchor_portal.models import ReviewQuery
from anchor_portal.outputs.rows import anchor_of, answer_rows
from anchor_portal.queries.columns import ItsStep
from anchor_portal.queries.returns import Found, load_carried, load_steps
from anchor_portal.queries.review_queries import current_queries, load_queries
from anchor_portal.services.returns import signing
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.step_messages import people_of
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.addresses import check_address, feedback_address, links_for, sign_address
from anchor_portal.web.forms.fields import Beside, gather
from anchor_portal.web.forms.section import lone_field
from anchor_portal.web.returns.found import (
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
TO_MEND = "Something has to be mended before the return can be signed."


@blueprint.get(f"{ADDRESS}/check")
@open_to(*ORGANISATION)
def check(round_code: str, slug: str) -> str | Response:
    """Every answer with a link to change it, and what is left to do."""
    found = return_or_404(round_code, slug)
    if found.status not in EDITABLE | {Status.READY} or not roles_in(found):
        return redirect(address_of(found))
    if found.status is Status.READY and can_sign(found):
        return redirect(sign_address(found))
    last = last_of(found)
    reviewed = read_draft(found, draft_of(found), last, complete=True)
    queries = _current(found)
    return render_template(
        "signoff/check.html",
        found=found,
        sections=answer_rows(found.questionnaire, reviewed.answers, found.asking, problems=reviewed.problems),
        links=[*_to_mend(found, reviewed), *_to_reply(found, queries)],
        left=_left(found, reviewed),
        can_write=can_write(found),
        can_sign=can_sign(found),
        steps=available_steps(found.status, viewer().person_for(found.organisation.id)),
        signatories=_signatories(found) if can_write(found) else [],
        box_of=anchor_of,
    )


def _signatories(found: Found) -> list[str]:
    """Who would be asked to sign, by name."""
    return [contact.name for contact in people_of(db(), found, Role.SIGNATORY)]


def _current(found: Found) -> list[ReviewQuery]:
    """The queries that the organisation answers now; there are none before it signed once."""
    row = found.find_row()
    return current_queries(load_queries(db(), row.id), row) if row and row.revision else []


def _to_mend(found: Found, reviewed: Reviewed) -> list[dict[str, str]]:
    """What stops a signature; only those who can change the answers get a link to them."""
    return [_link(found, problem.message, _mend(found, problem)) for problem in reviewed.hard]


def _to_reply(found: Found, queries: Sequence[ReviewQuery]) -> list[dict[str, str]]:
    """The queries without a reply, which stop a signature too."""
    return [
        {
            "text": f"Reply to the Assembly’s query about {_about(found, query)}",
            "href": feedback_address(found, _anchor=f"reply-{query.id}"),
        }
        for query in queries
        if not query.answer
    ]


def _about(found: Found, query: ReviewQuery) -> str:
    return found.questionnaire.question(query.question).short if query.question else "the return as a whole"


def _link(found: Found, text: str, href: str) -> dict[str, str]:
    return {"text": text, "href": href} if can_write(found) else {"text": text}


@dataclass(frozen=True, slots=True)
class _Left:
    """What is left and does not stop a signature, each with a link for those who can change it."""

    blanks: list[dict[str, str]]
    unexplained: list[dict[str, str]]
    unconfirmed: list[dict[str, str]]
    warnings: int


def _left(found: Found, reviewed: Reviewed) -> _Left:
    return _Left(
        blanks=[
            _link(found, question.short, _box(found, question.key))
            for question in left_blank(found.questionnaire, reviewed, found.asking)
        ],
        unexplained=[
            _link(found, problem.message, _mend(found, problem))
            for problem in reviewed.soft
            if not reviewed.answers.get(problem.question, {}).get("explanation")
        ],
        unconfirmed=[
            _link(found, found.questionnaire.question(key).short, _box(found, key))
            for key in (load_carried(db(), found.row.id) if found.row else {})
        ],
        warnings=len(reviewed.soft),
    )


def _box(found: Found, key: str) -> str:
    section = found.questionnaire.section(found.questionnaire.question(key).section)
    return section_address(found, section, back="check", _anchor=anchor_of(key))


def _mend(found: Found, problem: Problem) -> str:
    section = found.questionnaire.section(found.questionnaire.question(problem.question).section)
    return section_address(found, section, check="yes", back="check", _anchor=anchor_of(problem.question, problem.part))


@blueprint.route(f"{ADDRESS}/sign", methods=["GET", "POST"])
@open_to(Role.SIGNATORY)
def sign(round_code: str, slug: str) -> str | Response | tuple[str, int]:
    """The whole return, and at its end the signature that submits it."""
    found = return_or_404(round_code, slug, lock=request.method == "POST")
    if not can_sign(found):
        return redirect(address_of(found))
    page = _read_page(found)
    if request.method == "GET":
        return _show_sign(page)
    question = found.questionnaire.signoff
    page.typed = gather(question, request.form, found.asking)
    page.changed = _changed_since(found, request.form.get("read", ""), page.marks)
    if page.changed:
        return _show_sign(page), 409
    signoff = page.typed | {"date": today().isoformat()}
    page.is_confirmed = request.form.get("confirm") == "yes"
    if not page.is_confirmed:
        page.problems = read_answer(question, signoff, found.asking).problems
        page.confirm_error = "Confirm that the answers are true, to sign them"
        return _show_sign(page), 422
    return _sign(page, signoff)


def _sign(page: "_Page", signoff: Mapping[str, str]) -> str | Response | tuple[str, int]:
    found = page.found
    try:
        signing.sign(db(), found, signoff, actor_for(found), links_for(found))
    except returns.Incomplete as refusal:
        key = found.questionnaire.signoff.key
        page.problems = tuple(problem for problem in refusal.problems if problem.question == key)
        return _show_sign(page), 422
    except signing.Unanswered:
        return _show_sign(page), 422
    except StepRefused as refusal:
        flash(str(refusal))
        return redirect(address_of(found))
    flash("The return is signed and submitted. The Anchor Assembly reads it next.", "success")
    return redirect(address_of(found))


@dataclass(slots=True)
class _Page:
    """The sign page: what is read there, and what was typed into its forms."""

    found: Found
    reviewed: Reviewed
    queries: list[ReviewQuery]
    asked: ItsStep | None
    last: tuple[str, Mapping[str, Mapping[str, str]]] | None
    typed: dict[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    is_confirmed: bool = False
    confirm_error: str = ""
    changed: list[str] = field(default_factory=list)
    reason: str = ""
    reason_error: str = ""

    @property
    def marks(self) -> dict[str, str]:
        """A mark of each answer and reply as it is shown, so that nobody signs what they have not read."""
        shown = {key: returns.canonical({key: parts}) for key, parts in self.reviewed.answers.items()}
        replies = {f"query:{query.id}": query.text + query.answer for query in self.queries}
        return {key: sha256(text.encode()).hexdigest()[:12] for key, text in (shown | replies).items()}

    @property
    def digest(self) -> str:
        """The SHA-256 of the answers as they would be signed, without the signature."""
        return sha256(returns.canonical(self.reviewed.answers).encode()).hexdigest()


def _read_page(found: Found) -> _Page:
    last = last_of(found)
    steps = load_steps(db(), found.row.id) if found.row else []
    return _Page(
        found=found,
        reviewed=read_draft(found, draft_of(found), last, complete=True),
        queries=_current(found),
        asked=steps[-1] if steps and steps[-1].step == Step.ASK_TO_SIGN else None,
        last=(last[0], last[1].answers) if last else None,
    )


def _changed_since(found: Found, read: str, marks: Mapping[str, str]) -> list[str]:
    """What is not as it was on the page that was sent, in words; nothing where all is the same."""
    seen = dict(entry.rsplit("=", 1) for entry in read.split() if "=" in entry)
    if seen == marks:
        return []
    keys = [key for key in [*marks, *(key for key in seen if key not in marks)] if seen.get(key) != marks.get(key)]
    known = {question.key: question.short for question in found.questionnaire.questions}
    named = [known.get(key, "A reply to the Assembly") for key in keys if key in known or key.startswith("query:")]
    return list(dict.fromkeys(named)) if seen and named else ["Answers of this return"]


def _show_sign(page: _Page) -> str:
    found, question = page.found, page.found.questionnaire.signoff
    box = lone_field(question, found.asking, Beside(problems=page.problems))
    box.data = page.typed or {"name": viewer().name}
    links = [{"text": problem.message, "href": f"#{box.id_of(problem.part)}"} for problem in page.problems]
    links += [{"text": page.confirm_error, "href": "#confirm"}] if page.confirm_error else []
    links += [{"text": page.reason_error, "href": "#reason"}] if page.reason_error else []
    return render_template(
        "signoff/sign.html",
        found=found,
        page=page,
        field=box,
        links=links,
        sections=answer_rows(
            found.questionnaire,
            page.reviewed.answers,
            found.asking,
            problems=page.reviewed.problems,
            last=page.last[1] if page.last else None,
        ),
        hindrances=[*_to_mend(found, page.reviewed), *_to_reply(found, page.queries)],
        left=_left(found, page.reviewed),
        replies={query.question: query for query in page.queries},
        read=" ".join(f"{key}={mark}" for key, mark in page.marks.items()),
        today=today(),
        can_send_back=found.status is Status.READY,
        box_of=anchor_of,
    )


@blueprint.post(f"{ADDRESS}/steps/<step>")
@open_to(Role.LEAD, Role.SIGNATORY)
def step(round_code: str, slug: str, step: str) -> str | Response | tuple[str, int]:
    """Ask for a signature, or send back to the lead."""
    found = return_or_404(round_code, slug, lock=True)
    taken = {Step.ASK_TO_SIGN.value: _ask, Step.SEND_BACK.value: _send_back}.get(step)
    if taken is None:
        abort(404)
    return taken(found)


def _ask(found: Found) -> Response:
    try:
        asked = signing.ask_to_sign(db(), found, actor_for(found), links_for(found))
    except (returns.Incomplete, signing.Unanswered):
        flash(TO_MEND)
        return redirect(check_address(found))
    except StepRefused as refusal:
        flash(str(refusal))
        return redirect(address_of(found))
    if asked:
        flash(_say_asked([contact.name for contact in asked]), "success")
    return redirect(address_of(found))


def _say_asked(names: Sequence[str]) -> str:
    """Who can sign now, and how they hear of it."""
    can_sign_now = f"{', '.join(names)} can now sign"
    if settings().mail:
        return f"{can_sign_now}. A message with a link goes to them."
    find = "finds" if len(names) == 1 else "find"
    return f"{can_sign_now}, and {find} it under My work. Tell them yourself: no mail server is set."


def _send_back(found: Found) -> str | Response | tuple[str, int]:
    reason = request.form.get("reason", "")
    try:
        signing.send_back(db(), found, actor_for(found), reason, links_for(found))
    except StepRefused as refusal:
        if found.status is Status.READY and can_sign(found) and not clean_text(reason):
            page = _read_page(found)
            page.reason, page.reason_error = clean_text(reason), str(refusal)
            return _show_sign(page), 422
        flash(str(refusal))
        return redirect(address_of(found))
    flash("The return is back with its lead, who reads your reason.", "success")
    return redirect(address_of(found))
