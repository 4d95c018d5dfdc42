"""What the Assembly asks, each query beside the answer that was given, with a box for the reply."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.lifecycle import EDITABLE, StepRefused
from anchor_portal.domain.people import Role
from anchor_portal.domain.pledges import OUTCOME_NAMES
from anchor_portal.domain.review_queries import MOST_WORDS, say_answer_by
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.models import ReviewQuery
from anchor_portal.outputs.rows import Row, anchor_of, answer_rows
from anchor_portal.queries.returns import Found, find_submission
from anchor_portal.queries.review import find_findings
from anchor_portal.queries.review_queries import load_queries
from anchor_portal.services.returns.review_queries import Typed, save_replies, stamp_of
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.addresses import check_address, feedback_address
from anchor_portal.web.kept import show_kept
from anchor_portal.web.outcome_words import SHAPES
from anchor_portal.web.returns.found import (
    ADDRESS,
    actor_for,
    draft_of,
    return_or_404,
    roles_in,
    section_address,
)

blueprint = Blueprint("feedback", __name__)
READERS = (*ORGANISATION, Role.MEMBER, Role.TEAM)


@dataclass(frozen=True, slots=True)
class Entry:
    """A query on the page: what it is about, the answer as it stands, the reply, and how the page knows it is stale."""

    query: ReviewQuery
    about: str
    row: Row | None
    change: str
    is_current: bool
    shows_reply: bool
    typed: str
    stamp: str
    error: str = ""
    other: str = ""

    @property
    def box(self) -> str:
        """The identifier of the box of the reply."""
        return f"reply-{self.query.id}"


@blueprint.get(f"{ADDRESS}/feedback")
@open_to(*READERS)
def show(round_code: str, slug: str) -> str:
    """Every query so far; those to be answered now come first."""
    return _show(return_or_404(round_code, slug), {}, {})


@blueprint.post(f"{ADDRESS}/feedback")
@open_to(Role.LEAD)
def save(round_code: str, slug: str) -> str | Response | tuple[str, int]:
    """Keep the replies that were typed, one or all of them."""
    found = return_or_404(round_code, slug, lock=True)
    typed = _gather(request.form)
    errors = {
        number: f"The reply can be at most {MOST_WORDS:,} characters long, and this has {len(each.text):,}"
        for number, each in typed.items()
        if len(each.text) > MOST_WORDS
    }
    if errors:
        return _show(found, typed, errors), 422
    had_replies = _has_replies(found)
    try:
        conflicts = save_replies(db(), found, typed, actor_for(found))
    except StepRefused as refusal:
        return show_kept("Your replies were not saved", f"{refusal}.", 409, can_resend=False)
    if conflicts:
        return _show(found, typed, {}, conflicts), 409
    left = [entry for entry in _entries(found, {}, {}, []) if entry.is_current and not entry.query.answer]
    if left:
        is_saved = had_replies or any(each.text for each in typed.values())
        said = f"{len(left)} {'query waits' if len(left) == 1 else 'queries wait'} for a reply."
        flash(f"{'Saved' if is_saved else 'Nothing was written yet'}. {said}", "success" if is_saved else "message")
        return redirect(feedback_address(found))
    flash("Saved. Every query has a reply: check the answers, then ask for a signature.", "success")
    return redirect(check_address(found))


def _has_replies(found: Found) -> bool:
    """Whether any of the queries to be answered now has a reply already."""
    row = found.row
    return row is not None and any(
        query.answer for query in load_queries(db(), row.id) if query.revision == row.revision
    )


def _gather(form: Mapping[str, str]) -> dict[int, Typed]:
    """The replies by the number of their query."""
    found = {}
    for name in form:
        kind, _, number = name.partition(":")
        if kind == "reply" and number.isascii() and number.isdigit() and len(number) < 10:
            found[int(number)] = Typed(clean_text(form[name]), form.get(f"seen:{number}", ""))
    return found


def _show(
    found: Found, typed: Mapping[int, Typed], errors: Mapping[int, str], conflicts: list[ReviewQuery] | None = None
) -> str:
    entries = _entries(found, typed, errors, conflicts or [])
    current = [entry for entry in entries if entry.is_current]
    links = [{"text": entry.error, "href": f"#{entry.box}"} for entry in entries if entry.error]
    return render_template(
        "feedback/show.html",
        found=found,
        current=current,
        earlier=[entry for entry in entries if not entry.is_current],
        findings=find_findings(db(), found.find_row()),
        outcome_names=OUTCOME_NAMES,
        outcome_shapes=SHAPES,
        links=links,
        is_conflict=bool(conflicts),
        answer_by=say_answer_by(current[0].query.answer_by, today()) if current else "",
        can_reply=found.is_editable and Role.LEAD in roles_in(found),
        is_own=bool(roles_in(found)),
        check=check_address(found),
    )


def _entries(
    found: Found, typed: Mapping[int, Typed], errors: Mapping[int, str], conflicts: list[ReviewQuery]
) -> list[Entry]:
    queries = load_queries(db(), found.row.id) if found.row else []
    sees_drafts = bool(roles_in(found)) or Role.TEAM in viewer().roles
    rows = _rows(found) if sees_drafts and queries else {}
    revision = found.row.revision if found.row else 0
    clashing = {query.id for query in conflicts}
    entries = []
    for query in queries:
        is_current = query.revision == revision
        mine = typed.get(query.id)
        words = "Somebody else replied meanwhile: see their reply, then keep yours or change it"
        entries.append(
            Entry(
                query=query,
                about=found.questionnaire.question(query.question).short if query.question else "The return as a whole",
                row=rows.get(query.question),
                change=_change(found, query.question) if found.is_editable else "",
                is_current=is_current,
                shows_reply=sees_drafts or not is_current,
                typed=mine.text if mine else query.answer,
                stamp=stamp_of(query),
                error=errors.get(query.id, words if query.id in clashing else ""),
                other=query.answer if query.id in clashing else "",
            )
        )
    return entries


def _rows(found: Found) -> dict[str, Row]:
    sections = answer_rows(found.questionnaire, draft_of(found), _read_as(found).asking)
    return {row.key: row for section in sections for row in section.rows}


def _read_as(found: Found) -> Found:
    """What was signed is read as it was then, a draft as the register is today."""
    row = found.row
    if row is None or found.status in EDITABLE or not row.revision:
        return found
    return found.as_signed(find_submission(db(), row.id, row.revision), reference)


def _change(found: Found, key: str) -> str:
    if not key:
        return ""
    section = found.questionnaire.section(found.questionnaire.question(key).section)
    return section_address(found, section, _anchor=anchor_of(key))
