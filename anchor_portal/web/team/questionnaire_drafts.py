"""Versions that are being prepared, for the team: begun from another, reworded, published or thrown away."""

from collections.abc import Mapping

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.findings.page_words import PAGE_WORDS
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import QuestionnaireError, Section
from anchor_portal.domain.questionnaire.wording import WordsRefused, word_groups
from anchor_portal.extensions import db, viewer
from anchor_portal.models import QuestionnaireDraft
from anchor_portal.queries.questionnaires import Published, load_published, read_draft
from anchor_portal.services.questionnaires import drafts
from anchor_portal.services.questionnaires.publishing import VersionRefused
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.boxes import printable
from anchor_portal.web.kept import show_kept
from anchor_portal.web.team.questionnaire_found import Shown, compare_with, draft_or_404, shown_or_404
from anchor_portal.web.team.questionnaires import COURSES, DRAFT, VERSION

blueprint = Blueprint("questionnaire_drafts", __name__)
MEANWHILE = (
    "Somebody else changed this draft after you opened the page. Nothing was changed now. What you typed is below: "
    "open the draft again, look at what it says, and change it there."
)
READ_IT = "Say that you have read what publishing does"


@blueprint.route(f"{VERSION}/words", methods=["GET", "POST"])
@open_to(Role.TEAM)
def start(code: str) -> str | Response | tuple[str, int]:
    """Begin a draft with all that a version asks, to change its words."""
    published = load_published(db())
    version = next((each for each in published if each.row.code == code), None)
    if version is None:
        abort(404)
    if request.method == "GET":
        lost = drafts.say_lost(version, published)
        return _start(version, {"title": version.row.title}, {"version": lost} if lost else {})
    typed = {name: printable(request.form.get(name, "")) for name in ("code", "title")}
    try:
        draft = drafts.start_from(db(), version, typed["code"], typed["title"], viewer().email)
    except drafts.StartRefused as refusal:
        return _start(version, typed, refusal.problems), 422
    flash(f"The draft {draft.code} is begun. It asks what version {code} asks: choose a section to change its words.")
    return redirect(url_for("questionnaire_drafts.show", ident=draft.id))


def _start(version: Published, typed: Mapping[str, str], problems: Mapping[str, str]) -> str:
    return render_template("questionnaires/start.html", version=version, typed=typed, problems=problems)


@blueprint.get(DRAFT)
@open_to(Role.TEAM)
def show(ident: int) -> str:
    """A draft: what it changes in short, its sections to be reworded, and what can be done with it."""
    shown = shown_or_404("", ident)
    comparison = compare_with(shown, shown.earlier[-1]) if shown.earlier else None
    return render_template(
        "questionnaires/draft.html", shown=shown, comparison=comparison, courses=COURSES, page_words=PAGE_WORDS
    )


def _section_or_404(draft: QuestionnaireDraft, code: str) -> Section:
    section = next((each for each in read_draft(draft).sections if each.code == code), None)
    if section is None:
        abort(404)
    return section


@blueprint.route(f"{DRAFT}/words/<section_code>", methods=["GET", "POST"])
@open_to(Role.TEAM)
def words(ident: int, section_code: str) -> str | Response | tuple[str, int]:
    """The words of one section in boxes, and keeping them; how the questions are asked cannot be changed here."""
    draft = draft_or_404(ident, to_change=request.method == "POST")
    section = _section_or_404(draft, section_code)
    if request.method == "GET":
        return _words(draft, section, {}, {}, draft.version)
    typed = {name: printable(text) for name, text in request.form.items()}
    seen = _number(typed.pop("seen", ""))
    try:
        is_changed = drafts.reword(db(), draft, section_code, typed, seen, viewer().email)
    except WordsRefused as refusal:
        return _words(draft, section, typed, refusal.problems, seen), 422
    except drafts.DraftChanged:
        return show_kept("Changed meanwhile", MEANWHILE, 409, can_resend=False)
    flash(f"The words of “{section.title}” are kept." if is_changed else "Nothing was changed.")
    return redirect(url_for("questionnaire_drafts.show", ident=ident))


def _number(typed: str) -> int:
    """The version of the draft that the page was about; 0 for what is none."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else 0


def _words(
    draft: QuestionnaireDraft, section: Section, typed: Mapping[str, str], problems: Mapping[str, str], seen: int
) -> str:
    questionnaire = read_draft(draft)
    groups = word_groups(questionnaire, section)
    return render_template(
        "questionnaires/words.html",
        draft=draft,
        section=section,
        groups=groups,
        typed=typed,
        problems=problems,
        seen=seen,
        titles={each.code: each.title for each in questionnaire.sections},
    )


@blueprint.route(f"{DRAFT}/publish", methods=["GET", "POST"])
@open_to(Role.TEAM)
def publish(ident: int) -> str | Response | tuple[str, int]:
    """Say what publishing changes, for trends above all, and publish."""
    if request.method == "GET":
        return _publish(shown_or_404("", ident))
    draft = draft_or_404(ident, to_change=True)
    if "read" not in request.form:
        return _publish(shown_or_404("", ident), READ_IT), 422
    code = draft.code
    try:
        drafts.publish_draft(db(), draft, _number(request.form.get("seen", "")), viewer().email)
    except drafts.DraftChanged:
        notice = "Somebody else changed this draft after you opened the page. Nothing was published: read it again."
        return _publish(shown_or_404("", ident), notice=notice), 409
    except (VersionRefused, QuestionnaireError) as refusal:
        notice = f"It cannot be published any more: {refusal}."
        return _publish(shown_or_404("", ident), notice=notice), 409
    flash(f"Version {code} is published. Choose it when you add a round.", "success")
    return redirect(url_for("questionnaires.show", code=code))


def _publish(shown: Shown, error: str = "", notice: str = "") -> str:
    comparison = compare_with(shown, shown.earlier[-1]) if shown.earlier else None
    return render_template(
        "questionnaires/publish.html",
        shown=shown,
        comparison=comparison,
        courses=COURSES,
        page_words=PAGE_WORDS,
        error=error,
        notice=notice,
    )


@blueprint.route(f"{DRAFT}/discard", methods=["GET", "POST"])
@open_to(Role.TEAM)
def discard(ident: int) -> str | Response:
    """Ask whether a draft is to be thrown away, and do so."""
    draft = draft_or_404(ident, to_change=request.method == "POST")
    if request.method == "GET":
        return render_template("questionnaires/discard.html", draft=draft)
    code = draft.code
    drafts.discard(db(), draft, viewer().email)
    flash(f"The draft {code} is thrown away.")
    return redirect(url_for("questionnaires.index"))
