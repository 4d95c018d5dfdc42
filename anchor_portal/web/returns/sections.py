"""One section of the return: what exactly is wanted, what was saved, saving it, and carrying last time's answers."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response

from anchor_portal.clock import local, today
from anchor_portal.domain.answers.carrying import Carried
from anchor_portal.domain.answers.merging import mark_of, marks_of, read_marks, stamp_of, write_marks
from anchor_portal.domain.answers.parts import Answers, Parts, Problem
from anchor_portal.domain.answers.text import all_of
from anchor_portal.domain.lifecycle import WRITERS, StepRefused
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import Kind, Question, Section
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.models.base import now
from anchor_portal.outputs.rows import anchor_of, answer_rows
from anchor_portal.queries.filling import find_to_fill
from anchor_portal.queries.returns import Found, Kept, load_carried, load_kept, load_some_answers
from anchor_portal.queries.sharing import Hands, load_hands, load_owners
from anchor_portal.services.returns import saving
from anchor_portal.services.returns.sharing import write_visit
from anchor_portal.web.access import open_to
from anchor_portal.web.addresses import check_address
from anchor_portal.web.forms.boxes import ITEM_PARTS
from anchor_portal.web.forms.fields import gather
from anchor_portal.web.forms.section import build_form, is_for, problem_links
from anchor_portal.web.returns.conflicts import choose, conflict_for_script, show_conflict, unchosen
from anchor_portal.web.returns.evidence import has_refusals, take_uploads, with_refusals
from anchor_portal.web.returns.found import (
    ADDRESS,
    actor_for,
    address_of,
    can_write,
    draft_of,
    last_of,
    may_fill,
    read_draft,
    return_or_404,
    roles_in,
    section_address,
)
from anchor_portal.web.transactions import keep_leaving, keep_visit

blueprint = Blueprint("sections", __name__)
NOBODY = Hands({}, {})
PAGE = f"{ADDRESS}/sections/<code>"
WRITING = (Role.CONTRIBUTOR, Role.LEAD)


def _section_or_404(found: Found, code: str) -> Section:
    section = next((each for each in found.questionnaire.form_sections if each.code == code), None)
    if section is None:
        abort(404)
    return section


def carried_in(found: Found, section: Section | None = None) -> dict[str, Carried]:
    """The answers carried forward and not confirmed, of a section or of all."""
    carried = load_carried(db(), found.row.id) if found.row else {}
    keys = {question.key for question in section.questions} if section else carried.keys()
    return {key: one for key, one in carried.items() if key in keys}


@blueprint.get(PAGE)
@open_to(*WRITING)
def show(round_code: str, slug: str, code: str) -> str | Response:
    """What exactly is wanted, with what was saved so far."""
    found = return_or_404(round_code, slug)
    wanted = _section_or_404(found, code)
    if not can_write(found):
        return redirect(address_of(found))
    hands = load_hands(db(), found.row.id, viewer().user_id, now()) if found.row else NOBODY
    if not may_fill(found, wanted, hands.owners):
        return _read(found, wanted, hands)
    if found.row and wanted.code not in hands.noted:
        keep_visit(found.row.id, wanted.code)
    kept = load_kept(db(), found.row.id) if found.row else {}
    stored = {key: one.parts for key, one in kept.items()}
    carried = carried_in(found, wanted)
    shown = {**{key: one.parts for key, one in carried.items()}, **stored}
    others = hands.visitors.get(wanted.code, [])
    newest = _newest(wanted, kept)
    keys = (each.key for each in wanted.questions if each.key not in carried and is_for(each, found.asking))
    seen = marks_of(keys, stored)
    return _show(found, wanted, stored, shown, write_marks(seen), carried=carried, others=others, newest=newest)


def _read(found: Found, section: Section, hands: Hands) -> str:
    """The section as it stands, for a colleague who was not given it."""
    draft = draft_of(found)
    rows = next(each for each in answer_rows(found.questionnaire, draft, found.asking) if each.code == section.code)
    return render_template(
        "sections/read.html", found=found, section=section, rows=rows, owner=hands.owners.get(section.code)
    )


def _show(
    found: Found,
    section: Section,
    stored: Answers,
    shown: Answers,
    seen: str,
    *,
    carried: Mapping[str, Carried] | None = None,
    others: Sequence[str] = (),
    newest: Kept | None = None,
    refusal: str = "",
) -> str:
    last, asked = last_of(found), {each.key for each in section.questions if is_for(each, found.asking)}
    counted = {key: parts for key, parts in shown.items() if key not in (carried or {})}
    reviewed = read_draft(found, {**stored, **counted}, last, complete="check" in request.args)
    reviewed = with_refusals(section, reviewed)
    more = request.args.get("more", "")
    form = build_form(
        section, found.asking, shown, reviewed=reviewed, seen=seen, last=last, more=more, carried=carried or {}
    )
    return render_template(
        "sections/show.html",
        found=found,
        section=section,
        form=form,
        links=problem_links(form),
        seen=seen,
        carried=write_marks({key: mark_of(one.parts) for key, one in (carried or {}).items() if key in asked}),
        can_carry=_can_carry(section, stored, carried or {}, last[1].answers if last else {}),
        last_round=last[0] if last else "",
        saved=newest,
        others=all_of(others),
        has_files=any(question.kind is Kind.FILES for question in section.questions),
        now=now(),
        refusal=refusal,
        can_write=can_write(found),
    )


def _can_carry(section: Section, stored: Answers, carried: Mapping[str, Carried], last: Answers) -> bool:
    """Whether last time has answers where this time has none: what is fit to be carried is looked at when it is."""
    return any(
        key in last and key not in stored and key not in carried
        for key in (question.key for question in section.questions)
    )


def _newest(section: Section, kept: Mapping[str, Kept]) -> Kept | None:
    """The answer of the section that was saved last: by whom, and when."""
    mine = [kept[question.key] for question in section.questions if question.key in kept]
    return max(mine, key=lambda one: one.at, default=None)


@blueprint.post(PAGE)
@open_to(*WRITING)
def save(round_code: str, slug: str, code: str) -> Response | tuple[str, int]:
    """Keep the section as it was typed, then go on, or back to what has to be mended; or say so to a script."""
    to_fill = find_to_fill(db(), viewer(), round_code, slug, code, reference(), today())
    if to_fill is None:
        abort(404)
    before, wanted, stored = to_fill
    _refuse_others(before, wanted)
    found, typed = take_uploads(before, wanted, _typed(before, wanted, stored))
    if found is not before:  # others had their turn while the files were looked into
        _refuse_others(found, wanted)
        stored = load_some_answers(db(), found.row.id, [each.key for each in wanted.questions]) if found.row else {}
    if undecided := unchosen(found, typed, request.form):
        return show_conflict(found, wanted, undecided, must_choose=True)
    try:
        saved = _keep(found, wanted, choose(found, typed, request.form), stored)
    except saving.Conflict as conflict:
        return conflict_for_script(found, conflict) if _is_script() else show_conflict(found, wanted, conflict)
    except StepRefused as refusal:
        whole = draft_of(found)
        return _show(found, wanted, whole, typed, stamp_of(wanted, whole), refusal=str(refusal)), 409
    return _say_saved(found, wanted, saved) if _is_script() else _go_on(found, wanted, typed, saved)


def _refuse_others(found: Found, section: Section) -> None:
    """Abort where the person may not fill the section in; that the return is not open is said beside what was typed."""
    if not roles_in(found) & WRITERS or (found.is_editable and not may_fill(found, section)):
        abort(403)


def _keep(found: Found, section: Section, typed: Answers, stored: Answers) -> saving.Saved:
    carried = carried_in(found, section) if "carried" in request.form else {}
    shown = read_marks(request.form.get("carried", ""))
    is_all = request.form.get("then") == "confirm"
    return saving.save_section(
        db(),
        found,
        section,
        typed,
        request.form.get("seen", ""),
        actor_for(found),
        carried=carried,
        shown=shown,
        confirmed={*carried, *shown} if is_all else request.form.getlist("confirm"),
        stored=stored,
    )


def _say_saved(found: Found, section: Section, saved: saving.Saved) -> Response:
    """For the script: when, and the stamp with which it may save again. Whoever types has the section open."""
    if found.row:
        write_visit(db(), found.row.id, section.code, viewer().user_id)
    return jsonify(at=f"{local(now()):%H:%M}", now=now().isoformat(), seen=saved.stamp, taken=_shorts(found, saved))


def _go_on(found: Found, section: Section, typed: Answers, saved: saving.Saved) -> Response:
    if saved.taken:
        flash(f"Somebody else changed {all_of(_shorts(found, saved))} meanwhile. Both changes are kept.")
    if request.form.get("then") == "carry":
        return _carry(found, section)
    return redirect(_where_next(found, section, typed, saved.problems))


def _is_script() -> bool:
    """Whether the page's own script asks: it saves while one types."""
    return request.headers.get("Accept", "") == "application/json"


def _shorts(found: Found, saved: saving.Saved) -> list[str]:
    return [f"“{found.questionnaire.question(key).short}”" for key in saved.taken]


def _carry(found: Found, section: Section) -> Response:
    """Take over last time's answers where there is none yet; they wait to be confirmed."""
    last = last_of(found)
    number = (
        saving.carry_forward(db(), found, section, last, carried_in(found, section), actor_for(found)) if last else 0
    )
    if number:
        answers = "1 answer was" if number == 1 else f"{number} answers were"
        flash(f"{answers} carried forward. They do not count until you confirm them.")
    else:
        flash("Nothing could be carried forward: this section has its answers, or last time’s no longer fit.")
    return redirect(section_address(found, section, **_way_back()))


def _typed(found: Found, section: Section, stored: Answers) -> dict[str, dict[str, str]]:
    """What was typed, also to what was asked when the page was opened, though the register says otherwise since.

    What is asked only since then, and so had no box on the page, stays as it is stored.
    """
    opened = {**read_marks(request.form.get("seen", "")), **read_marks(request.form.get("carried", ""))}
    typed = {
        question.key: _beside_new_levels(found, question, stored.get(question.key, {}))
        for question in section.questions
        if is_for(question, found.asking) or question.key in opened
    }
    key, _, number = request.form.get("remove", "").partition(":")
    if key in typed and number.isdecimal():
        typed[key] = {part: text for part, text in typed[key].items() if part.partition(".")[0] != number}
    return typed


def _beside_new_levels(found: Found, question: Question, stored: Parts) -> dict[str, str]:
    """What was typed to a question; on a page with the levels of others alone, beside what is stored of those asked now."""
    typed = gather(question, request.form, found.asking)
    unasked = found.asking.unasked(question, typed)
    if not unasked or any("." in part for part in typed if part not in unasked):
        return typed
    return {part: text for part, text in found.asking.asked(question, stored).items() if "." in part} | typed


def _where_next(found: Found, section: Section, typed: Answers, problems: Sequence[Problem]) -> str:
    form = request.form
    if (more := form.get("more", "")) in typed:
        box = anchor_of(more, _next_item(found, more, typed[more]))
        return section_address(found, section, more=more, _anchor=box, **_way_back())
    if (fewer := form.get("remove", "").partition(":")[0]) in typed:
        return section_address(found, section, _anchor=anchor_of(fewer), **_way_back())
    if form.get("then") == "later" and not has_refusals(section):
        if found.row:
            keep_leaving(found.row.id, section.code)
        flash("Saved. You can come back at any time until the deadline.", "success")
        return address_of(found)
    if any(problem.hard for problem in problems) or has_refusals(section):
        return section_address(found, section, **_way_back())
    return _after(found, section)


def _next_item(found: Found, key: str, typed: Parts) -> str:
    """The first box of the blank item that is added to a repeating question."""
    question = found.questionnaire.question(key)
    if question.kind not in ITEM_PARTS:
        return ""
    filled = {part.partition(".")[0] for part, text in typed.items() if text.strip()}
    return f"{len(filled) + 1}.{ITEM_PARTS[question.kind][0]}"


def _after(found: Found, section: Section) -> str:
    """Where one came from to change an answer; else the next section that the person may fill in; else the check."""
    sections = found.questionnaire.form_sections
    later = () if _way_back() else sections[sections.index(section) + 1 :]
    owners = {} if not later or Role.LEAD in roles_in(found) or found.row is None else load_owners(db(), found.row.id)
    following = next((each for each in later if may_fill(found, each, owners)), None)
    return section_address(found, following) if following else check_address(found)


def _way_back() -> dict[str, str]:
    """That one came from the check of all answers, to change one of them."""
    return {"back": "check"} if request.args.get("back") == "check" else {}
