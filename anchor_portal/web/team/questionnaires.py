"""Versions of the questionnaire, for the team: what we ask, what changed since last time, as whom it is seen."""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from anchor_portal.clock import today
from anchor_portal.domain.answers.completeness import Reviewed, is_for
from anchor_portal.domain.answers.parts import Asking
from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.figures.trend_effects import Course
from anchor_portal.domain.findings.page_words import PAGE_WORDS
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.comparing import Fate
from anchor_portal.domain.questionnaire.version import QuestionnaireError, Section
from anchor_portal.domain.sectors import SCALES, SECTOR_OF_ONE
from anchor_portal.domain.word_changes import Mark
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.queries.questionnaires import load_drafts, load_published, load_rounds_by_version
from anchor_portal.services.questionnaires import drafts
from anchor_portal.services.questionnaires.publishing import VersionRefused
from anchor_portal.services.returns.forms import asking_for, default_scale
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.boxes import printable
from anchor_portal.web.forms.fields import Beside
from anchor_portal.web.forms.section import build_form, lone_field
from anchor_portal.web.team.questionnaire_found import Shown, compare_with, shown_or_404
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("questionnaires", __name__)
VERSION, DRAFT = "/team/questionnaires/<code>", "/team/questionnaires/drafts/<int:ident>"
SCALE_NAMES = {"nhs": "NHS pay bands", "general": "General levels"}
MOST_FAULTS = 100
FATE_COLOURS = {
    Fate.NEW: "nhsuk-tag--green",
    Fate.CHANGED: "nhsuk-tag--orange",
    Fate.REWORDED: "nhsuk-tag--blue",
    Fate.SAME: "nhsuk-tag--white",
    Fate.GONE: "nhsuk-tag--grey",
}
COURSES = {
    Course.CONTINUES: ("Continues", "nhsuk-tag--green"),
    Course.BREAKS: ("Breaks", "nhsuk-tag--orange"),
    Course.BEGINS: ("Begins", "nhsuk-tag--blue"),
    Course.ENDS: ("Ends", "nhsuk-tag--grey"),
    Course.WRONG: ("Would be wrong", "nhsuk-tag--red"),
}


@blueprint.get("/team/questionnaires")
@open_to(Role.TEAM)
def index() -> str:
    """Every version and every draft, and a form for the next file."""
    return _index()


@dataclass(frozen=True, slots=True)
class FaultyLine:
    """A line of an uploaded file with what is wrong with it."""

    number: int
    text: str
    fault: str


def _index(error: str = "", file_name: str = "", faults: list[FaultyLine] | None = None) -> str:
    return render_template(
        "questionnaires/index.html",
        versions=list(reversed(load_published(db()))),
        rounds=load_rounds_by_version(db()),
        drafts=load_drafts(db()),
        error=error,
        file_name=file_name,
        faults=faults or [],
        most_faults=MOST_FAULTS,
        most=drafts.LARGEST // 1024,
    )


@blueprint.post("/team/questionnaires")
@open_to(Role.TEAM)
def upload() -> Answer | tuple[str, int]:
    """Take in the file of a new version as a draft; a file with errors is refused with all of them, by line."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _index("Choose the file of the new version"), 422
    with file.stream as stream:
        content = stream.read(drafts.LARGEST + 1)
    name = clean_line(file.filename)[:200]
    try:
        source = drafts.read_file(content)
        draft, is_new = drafts.take_in(db(), source, name, viewer().email)
    except VersionRefused as refusal:
        return _index(str(refusal)), 422
    except QuestionnaireError as error:
        return _index("The file has errors: nothing was kept", name, _faulty_lines(source, error, name)), 422
    said = "is kept as a draft" if is_new else "takes the place of the earlier draft with this code"
    flash(f"The file has no errors, and {said}. Look at it, then publish it.", "success")
    return redirect(url_for("questionnaire_drafts.show", ident=draft.id))


def _faulty_lines(source: str, error: QuestionnaireError, name: str) -> list[FaultyLine]:
    """Each fault with the text of its line, so that one need not look for it."""
    lines = source.splitlines()
    found = []
    for problem in error.problems:
        place, _, fault = problem.removeprefix(f"{name}, line ").partition(": ")
        number = int(place)
        text = lines[number - 1].strip()[:200] if number <= len(lines) else ""
        found.append(FaultyLine(number, printable(text), printable(fault)))
    return found


@blueprint.get(VERSION)
@open_to(Role.TEAM)
def show(code: str) -> str:
    """A published version: what it asks, which rounds use it, and what can be done with it."""
    shown = shown_or_404(code, 0)
    row = shown.row
    return render_template(
        "questionnaires/version.html",
        shown=shown,
        rounds=load_rounds_by_version(db()).get(row.id, []) if row else [],
    )


@blueprint.get(f"{VERSION}/file")
@blueprint.get(f"{DRAFT}/file")
@open_to(Role.TEAM)
def file(code: str = "", ident: int = 0) -> Response:
    """The file of a version or draft, to be changed and uploaded as the next one."""
    shown = shown_or_404(code, ident)
    source = shown.draft.source if shown.draft else shown.row.source if shown.row else ""
    name = f"{shown.questionnaire.code}.toml"
    keep_entry(viewer().email, "exported", name)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(source, content_type="application/toml; charset=utf-8", headers=headers)


@blueprint.get(f"{VERSION}/changes")
@blueprint.get(f"{DRAFT}/changes")
@open_to(Role.TEAM)
def changes(code: str = "", ident: int = 0) -> str:
    """What differs from an earlier version, in words, and what that does to every trend."""
    shown = shown_or_404(code, ident)
    before = shown.find_earlier(request.args.get("since", ""))
    if before is None and (shown.earlier or request.args.get("since")):
        abort(404)
    return render_template(
        "questionnaires/changes.html",
        shown=shown,
        comparison=compare_with(shown, before) if before else None,
        shows_all="all" in request.args,
        Fate=Fate,
        Mark=Mark,
        fate_colours=FATE_COLOURS,
        courses=COURSES,
        page_words=PAGE_WORDS,
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """As whom a version is looked at."""

    sector: str
    scale: str
    asking: Asking

    def wanted_in(self, section: Section) -> int:
        """How many questions of a section this kind of organisation may be asked."""
        return sum(is_for(question, self.asking) for question in section.questions)


def _seen() -> Seen:
    """The kind of organisation that the address names; 404 where there is none such."""
    sector = request.args.get("sector", "nhs-trust")
    scale = request.args.get("scale") or default_scale(sector)
    if sector not in SECTOR_OF_ONE or scale not in SCALES:
        abort(404)
    return Seen(sector, scale, asking_for(sector, scale, reference(), today()))


@blueprint.get(f"{VERSION}/preview")
@blueprint.get(f"{DRAFT}/preview")
@open_to(Role.TEAM)
def preview(code: str = "", ident: int = 0) -> str:
    """The sections as an organisation of a sector and scale would find them."""
    return render_template(
        "questionnaires/preview.html",
        shown=shown_or_404(code, ident),
        seen=_seen(),
        sectors=SECTOR_OF_ONE,
        scales=SCALE_NAMES,
    )


@blueprint.get(f"{VERSION}/preview/<section_code>")
@blueprint.get(f"{DRAFT}/preview/<section_code>")
@open_to(Role.TEAM)
def preview_section(section_code: str, code: str = "", ident: int = 0) -> str:
    """One section with its real form, blank; nothing that is typed into it goes anywhere."""
    shown, seen = shown_or_404(code, ident), _seen()
    section = next((each for each in shown.questionnaire.sections if each.code == section_code), None)
    if section is None:
        abort(404)
    return render_template(
        "questionnaires/preview_section.html",
        shown=shown,
        seen=seen,
        section=section,
        fields=_fields(shown, section, seen),
        following=_following(shown, section),
        sectors=SECTOR_OF_ONE,
        scales=SCALE_NAMES,
    )


def _fields(shown: Shown, section: Section, seen: Seen) -> list[object]:
    if section == shown.questionnaire.sections[-1]:
        return [lone_field(shown.questionnaire.signoff, seen.asking, Beside())]
    form = build_form(section, seen.asking, {}, reviewed=Reviewed({}, ()), seen="", last=None)
    return list(form.answers)


def _following(shown: Shown, section: Section) -> Section | None:
    sections = shown.questionnaire.sections
    place = sections.index(section) + 1
    return sections[place] if place < len(sections) else None
