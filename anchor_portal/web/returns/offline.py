"""Working offline: the form to take away, and a filled-in workbook that comes back, shown before it is applied."""

import json
import re
from collections.abc import Collection, Sequence

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from anchor_portal.clock import today
from anchor_portal.domain.answers.merging import mark_of, read_marks
from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.answers.text import all_of
from anchor_portal.domain.lifecycle import WRITERS, StepRefused
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import Section
from anchor_portal.domain.rounds import say_deadline
from anchor_portal.domain.sectors import SCALES, SECTOR_OF_ONE
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.outputs.form.reader import LARGEST, MEGABYTE
from anchor_portal.outputs.rows import anchor_of
from anchor_portal.queries.questionnaires import find_version, get_questionnaire
from anchor_portal.queries.returns import Found
from anchor_portal.queries.sharing import load_owners
from anchor_portal.queries.storable import is_storable
from anchor_portal.services.audit import record
from anchor_portal.services.returns import forms, offline
from anchor_portal.web.access import open_to, open_to_signed_in
from anchor_portal.web.forms.boxes import printable
from anchor_portal.web.forms.fields import gather, spread
from anchor_portal.web.returns.found import (
    ADDRESS,
    actor_for,
    address_of,
    can_write,
    draft_of,
    last_of,
    may_fill,
    return_or_404,
    roles_in,
)
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("offline", __name__)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {"xlsx": XLSX, "pdf": "application/pdf"}
CHOOSE = "choose:"
"""How the name of a choice between two versions begins; the key of its question follows."""
STALE = (
    "Somebody changed some of these answers while you looked at this page. Nothing was stored yet: choose which "
    "version stands, then apply."
)
NOT_NOW = "This return is not open for changes now, so nothing can be uploaded. Nothing was stored."


@blueprint.get(f"{ADDRESS}/offline")
@open_to(Role.CONTRIBUTOR, Role.LEAD)
def show(round_code: str, slug: str) -> str | Answer:
    """The form to download, and where to upload it when it is filled in."""
    found = return_or_404(round_code, slug)
    return _show(found) if can_write(found) else redirect(address_of(found))


def _show(found: Found, error: str = "") -> str:
    return render_template(
        "offline/show.html",
        found=found,
        error=error,
        deadline=say_deadline(found.due_on, today()),
        most=LARGEST // MEGABYTE,
    )


@blueprint.get(f"{ADDRESS}/offline/form.xlsx")
@open_to(Role.CONTRIBUTOR, Role.LEAD)
def form(round_code: str, slug: str) -> Answer:
    """The return as a workbook, with what was saved so far and last time's answers."""
    found = return_or_404(round_code, slug)
    if not can_write(found):
        return redirect(address_of(found))
    content = forms.form_for(found, draft_of(found), last_of(found), settings(), is_demo=reference().is_demo)
    return _send(content, "xlsx", f"{slug}-form-{round_code}.xlsx")


@blueprint.get("/forms/<version>/<sector>/<scale>.<kind>")
@open_to_signed_in
def blank(version: str, sector: str, scale: str, kind: str) -> Answer:
    """A blank form of any version, for any kind of organisation: on paper (PDF) or as a workbook."""
    if sector not in SECTOR_OF_ONE or scale not in SCALES or kind not in KINDS:
        abort(404)
    row = find_version(db(), version) if is_storable(version) else None
    if row is None:
        abort(404)
    questionnaire = get_questionnaire(db(), row.id, row.digest)
    asking = forms.asking_for(sector, scale, reference(), today())
    make = forms.blank_pdf if kind == "pdf" else forms.blank_workbook
    return _send(make(questionnaire, asking, settings()), kind, f"form-{version}-{sector}.{kind}")


def _send(content: bytes, kind: str, name: str) -> Response:
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", name)
    keep_entry(viewer().email, "exported", name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=KINDS[kind], headers=headers)


@blueprint.post(f"{ADDRESS}/offline")
@open_to(Role.CONTRIBUTOR, Role.LEAD)
def upload(round_code: str, slug: str) -> str | Answer | tuple[str, int]:
    """Show what a filled-in workbook would change; nothing is stored yet."""
    found = return_or_404(round_code, slug)
    if not roles_in(found) & WRITERS:
        abort(403)
    if not can_write(found):
        flash(NOT_NOW)
        return redirect(address_of(found))
    file = request.files.get("file")
    if file is None or not file.filename:
        return _show(found, "Choose the workbook that you filled in"), 422
    last, draft, rule = last_of(found), draft_of(found), _rule(found)
    db().rollback()  # while the workbook is read, nobody has to wait for this request
    try:
        with file.stream as stream:
            content = stream.read(LARGEST + 1)
        read = offline.read_upload(found, content, draft, last[1] if last else None, rule)
    except offline.UploadRefused as refusal:
        return _show(found, str(refusal)), 422
    return _preview(found, read)


def _rule(found: Found) -> offline.MayWrite:
    owners = load_owners(db(), found.row.id) if found.row else {}

    def may_write(section: Section) -> bool:
        return may_fill(found, section, owners)

    return may_write


def _preview(found: Found, read: offline.Upload, notice: str = "", unchosen: tuple[str, ...] = ()) -> str:
    fields = [field for change in read.changes for field in spread(change.question, change.parts).items()]
    changed = {change.question.key for change in read.changes}
    places = {key: place for key, place in read.places.items() if key.partition(":")[0] in changed}
    return render_template(
        "offline/preview.html",
        found=found,
        read=read,
        fields=fields,
        places=json.dumps(places),
        notice=notice,
        unchosen=unchosen,
        choose=CHOOSE,
        anchor_of=anchor_of,
    )


@blueprint.post(f"{ADDRESS}/offline/apply")
@open_to(Role.CONTRIBUTOR, Role.LEAD)
def apply(round_code: str, slug: str) -> str | Answer | tuple[str, int]:
    """Store the changes that were shown, by the same rules as if they were typed."""
    found = return_or_404(round_code, slug, lock=True)
    if not roles_in(found) & WRITERS:
        abort(403)
    if not can_write(found):
        flash(NOT_NOW)
        return redirect(address_of(found))
    stored = draft_of(found)
    proposed, disputed = _posted(found, stored)
    unchosen = tuple(key for key in disputed if request.form.get(f"{CHOOSE}{key}") not in {"file", "portal"})
    if unchosen:
        return _again(found, proposed, disputed, stored, unchosen=unchosen), 422
    wanted = {key: parts for key, parts in proposed.items() if request.form.get(f"{CHOOSE}{key}") != "portal"}
    may_write = _rule(found)
    if gone := [section for section in _sections_of(found, wanted) if not may_write(section)]:
        return _again(found, proposed, disputed, stored, notice=_say_gone(gone)), 409
    try:
        count = offline.apply_upload(db(), found, wanted, request.form.get("seen", ""), actor_for(found))
    except StepRefused as refusal:
        flash(str(refusal))
        return redirect(address_of(found))
    except offline.StaleUpload:
        return _again(found, proposed, _changed_since(proposed, stored), stored, notice=STALE), 409
    return _applied(found, count)


def _sections_of(found: Found, keys: Collection[str]) -> list[Section]:
    """The sections in which these questions stand."""
    return [
        section
        for section in found.questionnaire.form_sections
        if any(question.key in keys for question in section.questions)
    ]


def _say_gone(sections: Sequence[Section]) -> str:
    """That sections are not the person’s any more since the page was shown, and what can be done."""
    names = all_of([f"“{section.title}”" for section in sections])
    return (
        f"Sections were given to people while you looked at this page, and {names} {'is' if len(sections) == 1 else 'are'} "
        "not yours now. Nothing was stored: ask the lead of the return, or send them your form."
    )


def _posted(found: Found, stored: Answers) -> tuple[dict[str, dict[str, str]], list[str]]:
    """The answers of the preview as they were carried on its page, and the keys of those that wait for a choice."""
    known = {question.key: question for section in found.questionnaire.form_sections for question in section.questions}
    changed = [key for key in dict.fromkeys(request.form.get("change", "").split()) if key in known]
    proposed = {
        key: offline.read_again(known[key], gather(known[key], request.form, found.asking), stored.get(key, {}), found)
        for key in changed
    }
    return proposed, [key for key in request.form.get("disputed", "").split() if key in proposed]


def _changed_since(proposed: Answers, stored: Answers) -> list[str]:
    """The keys whose stored answer is no longer the one that the preview showed."""
    seen = read_marks(request.form.get("seen", ""))
    return [key for key in proposed if mark_of(stored.get(key, {})) != seen.get(key)]


def _again(
    found: Found,
    proposed: Answers,
    disputed: list[str],
    stored: Answers,
    *,
    unchosen: tuple[str, ...] = (),
    notice: str = "",
) -> str:
    """The preview once more, against what is stored by now."""
    last = last_of(found)
    read = offline.Upload(places=_places(), faults=printable(request.form.get("faults", "")).splitlines())
    different = {key: parts for key, parts in proposed.items() if dict(parts) != stored.get(key, {})}
    read = offline.weigh(found, different, disputed, stored, last[1] if last else None, _rule(found), read)
    return _preview(found, read, notice, unchosen)


def _places() -> dict[str, str]:
    """The cells as the page carried them; only to be shown."""
    try:
        read = json.loads(request.form.get("places", ""))
    except ValueError:
        return {}
    return {str(key): printable(str(place)) for key, place in read.items()} if isinstance(read, dict) else {}


def _applied(found: Found, count: int) -> Answer:
    if count:
        words = "1 answer" if count == 1 else f"{count} answers"
        record(db(), viewer().email, "form uploaded", f"{found.organisation.slug} {found.round.code}", words)
        flash(f"Applied: {words} of the return changed. Check them here.", "success")
    else:
        flash("There was nothing to apply: the return already says all of this.")
    return redirect(url_for("signoff.check", round_code=found.round.code, slug=found.organisation.slug))
