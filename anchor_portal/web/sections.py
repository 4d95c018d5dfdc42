"""One section of the return: what exactly is wanted, what was saved, and saving it."""

from collections.abc import Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.lifecycle import WRITERS, StepRefused
from anchor_portal.domain.parts import Answers, Parts, Problem
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire import Section
from anchor_portal.extensions import db
from anchor_portal.outputs.rows import anchor_of
from anchor_portal.queries.returns import Found
from anchor_portal.services import returns as changes
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.boxes import ITEM_PARTS
from anchor_portal.web.forms.fields import gather
from anchor_portal.web.forms.section import build_form, is_for, problem_links
from anchor_portal.web.found import (
    ADDRESS,
    actor_for,
    address_of,
    can_write,
    draft_of,
    last_of,
    read_draft,
    return_or_404,
    roles_in,
    section_address,
)

blueprint = Blueprint("sections", __name__)


def _section_or_404(found: Found, code: str) -> Section:
    section = next((each for each in found.questionnaire.form_sections if each.code == code), None)
    if section is None:
        abort(404)
    return section


@blueprint.get(f"{ADDRESS}/sections/<code>")
@open_to(Role.CONTRIBUTOR, Role.LEAD)
def show(round_code: str, slug: str, code: str) -> str | Response:
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
        "sections/show.html",
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
def save(round_code: str, slug: str, code: str) -> Response | tuple[str, int]:
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
