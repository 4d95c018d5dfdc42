"""Files as evidence: taken one by one from the page's script, or with the section's own form, and handed out again.

What a file is, is looked into before anything is locked. Then it is kept in two short transactions of its own:
in quarantine; and, scanned meanwhile, clean or gone. So it survives whatever becomes of the form that it came with.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

from flask import Blueprint, Response, abort, g, jsonify, render_template, request, session
from werkzeug.datastructures import FileStorage

from anchor_portal.domain.answers.completeness import Reviewed
from anchor_portal.domain.answers.evidence import FileRefused, safe_name
from anchor_portal.domain.answers.parts import Parts, Problem, item_numbers
from anchor_portal.domain.answers.reading import FILE_PARTS
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import Kind, Question, Section
from anchor_portal.extensions import db, settings, viewer
from anchor_portal.logs import logger
from anchor_portal.models import EvidenceFile, Return
from anchor_portal.queries.evidence import find_file
from anchor_portal.queries.returns import Found
from anchor_portal.services.evidence import files as evidence
from anchor_portal.services.evidence.store import Content, ContentMissing, StoreUnreachable, open_store
from anchor_portal.services.returns.steps import start
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.forms.fields import Beside, name_of
from anchor_portal.web.forms.section import is_for, lone_field
from anchor_portal.web.forms.widgets import date_boxes
from anchor_portal.web.returns.found import ADDRESS, actor_for, may_fill, return_or_404
from anchor_portal.web.transactions import keep_entry
from anchor_portal.web.uploads import FILES_AT_ONCE

blueprint = Blueprint("evidence", __name__)
UPLOAD = "upload"
"""The part under which a question's files are sent, and their refusals shown."""
REFUSALS = "refused_files"
NOT_OPEN = "This section is not open to you for changes now, so the file was not taken"
MOST_SHOWN = 8
"""Refusals of one save that are kept for the next page: they travel in the session's cookie, which is small."""
STEP = 256 * 1024


@blueprint.post(f"{ADDRESS}/evidence/<question>")
@open_to(Role.CONTRIBUTOR, Role.LEAD)
def upload(round_code: str, slug: str, question: str) -> Response | tuple[Response, int]:
    """Take one file, and give the boxes that go with it; or the reason why it was not taken."""
    found = return_or_404(round_code, slug)
    section, asked = _files_question_or_404(found, question)
    if not may_fill(found, section):
        return jsonify(refused=NOT_OPEN), 409
    sent = request.files.get(UPLOAD)
    number = request.form.get("number", "1")
    if sent is None or not number.isdecimal() or not 0 < int(number) < 100:
        return jsonify(refused="No file arrived. Choose it again."), 422
    kept, refusals = _keep(found, section, asked, [sent])
    if refusals:
        return jsonify(refused=refusals[0]), 422
    parts = {f"{number}.file": kept[0].id, f"{number}.name": kept[0].name, f"{number}.digest": kept[0].digest}
    field = lone_field(asked, found.asking, Beside())
    field.data = parts
    html = render_template("evidence/item.html", field=field, n=number, item=_item(parts), date_boxes=date_boxes)
    return jsonify(html=html, name=kept[0].name)


def _item(parts: Parts) -> dict[str, str]:
    return {part.partition(".")[2]: text for part, text in parts.items()}


def _files_question_or_404(found: Found, key: str) -> tuple[Section, Question]:
    asked = {
        question.key: (section, question)
        for section in found.questionnaire.form_sections
        for question in section.questions
        if question.kind is Kind.FILES and is_for(question, found.asking)
    }
    if key not in asked:
        abort(404)
    return asked[key]


def _keep(
    found: Found, section: Section, question: Question, sent: Iterable[FileStorage]
) -> tuple[list[EvidenceFile], list[str]]:
    """Keep what may be kept, each file by itself; and the reasons why others were not."""
    refusals: list[str] = []
    db().rollback()  # while files are looked into and scanned, nobody has to wait for this request
    looked = [each for one in sent for each in _look_inside(one, refusals)]
    if not looked:
        return [], refusals
    found = _hold_again(found)
    if not may_fill(found, section):
        return [], [*refusals, NOT_OPEN]
    actor = actor_for(found)
    row = found.find_row() or start(db(), found, actor)
    kept = [pair for each in looked for pair in _add(row, question, each, actor.name, refusals)]
    db().commit()
    verdicts = [evidence.judge(content, settings()) for _, content in kept]
    clean = [file for (file, _), verdict in zip(kept, verdicts, strict=True) if _settle(file, verdict, refusals)]
    db().commit()
    return clean, refusals


def _hold_again(found: Found) -> Found:
    """The return as it is by now, held again after it was let go, and whoever asks as they are by now."""
    return return_or_404(found.round.code, found.organisation.slug, lock=True)


def _look_inside(sent: FileStorage, refusals: list[str]) -> Iterator[evidence.Looked]:
    name = sent.filename or ""
    if getattr(sent.stream, "is_surplus", False):
        refusals.append(f"“{safe_name(name)}” was not taken: send at most {FILES_AT_ONCE} files at once")
        return
    try:
        yield evidence.look_inside(name, sent.stream.read(), settings())
    except FileRefused as refusal:
        refusals.append(str(refusal))
    except OSError:
        logger.exception("an upload could not be read", extra={"facts": {"request": g.get("request_id", "")}})
        refusals.append(f"“{safe_name(name)}” could not be kept just now: try again in a few minutes")


def _add(
    row: Return, question: Question, looked: evidence.Looked, who: str, refusals: list[str]
) -> Iterator[tuple[EvidenceFile, bytes]]:
    try:
        yield evidence.add_file(db(), row, question, looked, who, settings()), looked.content
    except FileRefused as refusal:
        refusals.append(str(refusal))


def _settle(file: EvidenceFile, verdict: evidence.Verdict, refusals: list[str]) -> bool:
    """Whether the file is clean."""
    try:
        evidence.settle_file(db(), file, verdict, settings())
    except FileRefused as refusal:
        refusals.append(str(refusal))
        return False
    return True


# Files that come with the section's own form, where the page's script does not run


def take_uploads(found: Found, section: Section, typed: Mapping[str, Parts]) -> tuple[Found, dict[str, dict[str, str]]]:
    """Take the files that came with a section's form, and give what was typed with an item for each of them.

    The return comes back too, another one where it was let go meanwhile: a first file may have started it, and others may
    have changed it. Reasons for what was not taken are shown on the next
    page of the section (`with_refusals`). Name and digest of every file are filled in from what is stored.
    """
    with_items = dict(typed)
    sent = {question.key: _sent(question) for question in section.questions if _sent(question)}
    if sent and may_fill(found, section):
        for key, files in sent.items():
            with_items[key] = _take(found, section, found.questionnaire.question(key), typed.get(key, {}), files)
        found = _hold_again(found)
    return found, evidence.with_files(db(), found, with_items)


def _sent(question: Question) -> list[FileStorage]:
    files = request.files.getlist(name_of(question, UPLOAD)) if question.kind is Kind.FILES else []
    return [file for file in files if file.filename]


def _take(found: Found, section: Section, question: Question, typed: Parts, files: list[FileStorage]) -> dict[str, str]:
    filled = {part: text for part, text in typed.items() if text.strip()}
    numbers = item_numbers(filled, FILE_PARTS)
    room = max(question.max_items - len(numbers), 0)
    kept, refusals = _keep(found, section, question, files[:room])
    for file in files[room:]:
        words = f"there can be at most {question.max_items} pieces of evidence here"
        refusals.append(f"“{safe_name(file.filename or '')}” was not taken: {words}")
    _remember(question, refusals)
    first = max(numbers, default=0) + 1
    return filled | {f"{number}.file": file.id for number, file in enumerate(kept, start=first)}


def _remember(question: Question, refusals: list[str]) -> None:
    """Keep the reasons for the next page, most of them at least."""
    if refusals:
        more = len(refusals) - MOST_SHOWN
        shown = [*refusals[:MOST_SHOWN], *([f"{more} more files were not taken"] if more > 0 else [])]
        session[REFUSALS] = {"path": request.path, "question": question.key, "refusals": shown}


def has_refusals(section: Section) -> bool:
    """Whether some file of the section at this address was not taken, and nobody was told yet."""
    kept = session.get(REFUSALS, {})
    return kept.get("path") == request.path and kept["question"] in {question.key for question in section.questions}


def with_refusals(section: Section, reviewed: Reviewed) -> Reviewed:
    """The review with the reasons why files were not taken, as problems at the part "upload"; told once."""
    if not has_refusals(section):
        return reviewed
    kept = session.pop(REFUSALS)
    told = tuple(Problem(kept["question"], UPLOAD, words) for words in kept["refusals"])
    return Reviewed(reviewed.answers, (*told, *reviewed.problems))


# Handing out


@blueprint.get(f"{ADDRESS}/evidence/<file_id>/<name>")
@open_to(*ORGANISATION, Role.MEMBER, Role.TEAM)
def download(round_code: str, slug: str, file_id: str, name: str) -> Response | tuple[str, int]:
    """The file as it was handed in, to be saved and never shown."""
    found = return_or_404(round_code, slug)
    file = find_file(db(), viewer(), found, file_id)
    if file is None or file.name != name:
        abort(404)
    try:
        content = open_store(settings().evidence).open(file.id)
    except (ContentMissing, StoreUnreachable):
        logger.exception("evidence could not be read", extra={"facts": {"request": g.get("request_id", "")}})
        return say_unreachable()
    keep_entry(viewer().email, "exported", f"{slug} {round_code} {file.name}")
    return Response(
        pieces_of(content),
        content_type=file.media_type,
        headers={"Content-Disposition": _attachment(file.name), "Content-Length": str(file.size)},
    )


def pieces_of(content: Content) -> Iterator[bytes]:
    """What is stored, piece by piece; it is closed afterwards."""
    try:
        while piece := content.read(STEP):
            yield piece
    finally:
        content.close()


def _attachment(name: str) -> str:
    """The header that has a file saved under its name, with a name of plain letters for programs of old."""
    plain = re.sub(r"[^A-Za-z0-9. _-]+", "-", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def say_unreachable() -> tuple[str, int]:
    """The page for a store that does not answer."""
    page = render_template(
        "errors/error.html",
        title="This file cannot be fetched just now",
        advice="The place where files are kept does not answer. Try again in a few minutes; if it stays so, tell the team.",
        request_id=g.get("request_id", ""),
    )
    return page, 503
