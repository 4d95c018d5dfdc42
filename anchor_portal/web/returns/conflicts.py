"""Two people changed the same answers: both versions side by side, field by field, and the person chooses."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, jsonify, render_template
from werkzeug.datastructures import MultiDict

from anchor_portal.domain.answers.answer import say_answer
from anchor_portal.domain.answers.completeness import is_for, read_beside
from anchor_portal.domain.answers.merging import Merged, marks_of, write_marks
from anchor_portal.domain.answers.parts import Answers, Parts, is_blank, is_state
from anchor_portal.domain.questionnaire.version import Kind, Question, Section
from anchor_portal.extensions import db
from anchor_portal.models.base import now
from anchor_portal.outputs.rows import anchor_of
from anchor_portal.queries.returns import Found, Kept, load_kept
from anchor_portal.services.returns.saving import Conflict
from anchor_portal.web.forms.fields import spread
from anchor_portal.web.returns.found import draft_of

NOTHING = ("Not answered",)
CHOICES = ("mine", "theirs", "both")
CHOOSE = "choose:"
"""How the name of a choice begins; the key of its question follows."""


@dataclass(frozen=True, slots=True)
class Disputed:
    """One answer that both changed, in both versions."""

    key: str
    name: str
    short: str
    mine: tuple[str, ...]
    theirs: tuple[str, ...]
    who: str
    at: object
    can_be_both: bool
    anchor: str


def show_conflict(found: Found, section: Section, conflict: Conflict, *, must_choose: bool = False) -> tuple[str, int]:
    """The page on which the second of two people chooses; nothing was saved."""
    authors = load_kept(db(), found.row.id) if found.row else {}
    merged = conflict.merged
    disputed = [
        _disputed(found, found.questionnaire.question(key), conflict, authors.get(key)) for key in merged.conflicts
    ]
    fields = [
        field
        for question in section.questions
        for field in spread(question, merged.fresh.get(question.key, {})).items()
    ]
    boxes = [each.key for each in section.questions if each.key in merged.fresh or is_for(each, found.asking)]
    page = render_template(
        "sections/conflict.html",
        found=found,
        section=section,
        disputed=disputed,
        fields=fields,
        seen=write_marks(marks_of(boxes, conflict.stored)),
        links=[{"text": f"Choose a version of {one.short}", "href": f"#{one.anchor}"} for one in disputed]
        if must_choose
        else [],
    )
    return page, 409


def _disputed(found: Found, question: Question, conflict: Conflict, author: Kept | None) -> Disputed:
    mine, theirs = conflict.merged.fresh.get(question.key, {}), conflict.stored.get(question.key, {})
    texts = [each for each in (mine, theirs) if not is_blank(each) and not is_state(each)]
    return Disputed(
        key=question.key,
        name=f"{CHOOSE}{question.key}",
        short=question.short,
        mine=say_answer(question, mine, found.asking) or NOTHING,
        theirs=say_answer(question, theirs, found.asking) or NOTHING,
        who=author.by if author else "Somebody else",
        at=author.at if author else now(),
        can_be_both=question.kind is Kind.NARRATIVE and len(texts) == 2,
        anchor=anchor_of(question.key, "choose"),
    )


def unchosen(found: Found, typed: Answers, form: MultiDict[str, str]) -> Conflict | None:
    """The conflict as it still stands where the page came back without a choice for every disputed answer."""
    disputed = [key for key in form.getlist("chosen") if key in typed]
    if all(form.get(f"{CHOOSE}{key}") in CHOICES for key in disputed):
        return None
    mine = {
        key: read_beside(found.questionnaire.question(key), parts, {}, found.asking).parts
        for key, parts in typed.items()
    }
    return Conflict(Merged({key: parts for key, parts in mine.items() if parts}, (), tuple(disputed)), draft_of(found))


def choose(found: Found, typed: Answers, form: Mapping[str, str]) -> dict[str, Parts]:
    """What was typed, with the other's answer, or both, where that was chosen."""
    decided = dict(typed)
    if "chosen" not in form and not any(name.startswith(CHOOSE) for name in form):
        return decided
    stored = draft_of(found) if "chosen" in form else {}
    for key, mine in typed.items():
        choice, theirs = form.get(f"{CHOOSE}{key}"), stored.get(key, {})
        if choice == "theirs":
            decided[key] = dict(theirs)
        elif choice == "both":
            decided[key] = {**mine, "": f"{theirs.get('', '')}\n\n{mine.get('', '')}"}
    return decided


def conflict_for_script(found: Found, conflict: Conflict) -> Response:
    """The same said to the script that saves while one types: who changed what, so that it stops and asks."""
    authors = load_kept(db(), found.row.id) if found.row else {}
    key = conflict.merged.conflicts[0]
    who = authors[key].by if key in authors else "Somebody else"
    response = jsonify(who=who, what=found.questionnaire.question(key).short)
    response.status_code = 409
    return response
