"""The revisions of a return: who signed what when, each as page, PDF, CSV and signed text, and what changed between."""

import re
from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request

from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.outputs.differences import find_differences
from anchor_portal.outputs.rows import answer_rows
from anchor_portal.outputs.tables import write_cells
from anchor_portal.queries.columns import ItsStep, ItsSubmission
from anchor_portal.queries.returns import Found, answers_of, load_steps
from anchor_portal.queries.revisions import find_decision, load_revisions, load_submissions
from anchor_portal.services import documents
from anchor_portal.services.returns.interchange import cells_of
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.returns.found import ADDRESS, address_of, return_or_404
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("revisions", __name__)
PAGE = f"{ADDRESS}/revisions"
ONE = f"{PAGE}/<int:number>"
READERS = (*ORGANISATION, Role.MEMBER, Role.TEAM)


@dataclass(frozen=True, slots=True)
class Read:
    """A revision that is read, with the steps of its return."""

    found: Found
    submission: ItsSubmission
    steps: list[ItsStep]


def _read_or_404(round_code: str, slug: str, number: int) -> Read:
    """A revision of a return that the person may see."""
    found = return_or_404(round_code, slug)
    if found.row is None or not 0 < number <= found.row.revision:
        abort(404)
    submission = load_submissions(db(), found.row.id, number, number).get(number)
    if submission is None:
        abort(404)
    return Read(found.as_signed(submission, reference), submission, load_steps(db(), found.row.id))


@blueprint.get(PAGE)
@open_to(*READERS)
def index(round_code: str, slug: str) -> str:
    """Every revision, the newest first."""
    found = return_or_404(round_code, slug)
    row = found.find_row()
    if row is None or not row.revision:
        abort(404)
    return render_template(
        "revisions/index.html",
        found=found,
        revisions=load_revisions(db(), row.id, load_steps(db(), row.id)),
        accepted=row.accepted_revision,
        home=address_of(found),
    )


@blueprint.get(ONE)
@open_to(*READERS)
def show(round_code: str, slug: str, number: int) -> str:
    """One revision, exactly as it was signed."""
    read = _read_or_404(round_code, slug, number)
    answers = answers_of(read.submission)
    return render_template(
        "revisions/show.html",
        found=read.found,
        submission=read.submission,
        decided=find_decision(read.steps, number),
        latest=read.found.get_row().revision,
        sections=answer_rows(read.found.questionnaire, answers, read.found.asking),
        plain_digest=documents.digest_without_signature(read.found, read.submission),
    )


@blueprint.get(f"{ONE}/return.pdf")
@open_to(*READERS)
def pdf(round_code: str, slug: str, number: int) -> Response:
    """A copy of a revision as PDF."""
    read = _read_or_404(round_code, slug, number)
    status = documents.say_revision(read.found, read.submission, read.steps)
    content = documents.return_pdf(
        read.found, read.submission, {}, settings(), is_demo=reference().is_demo, status=status
    )
    return _send(read, content, "application/pdf", "pdf")


@blueprint.get(f"{ONE}/answers.csv")
@open_to(*READERS)
def csv(round_code: str, slug: str, number: int) -> Response:
    """The answers of a revision, tidy."""
    read = _read_or_404(round_code, slug, number)
    found = read.found
    answers = answers_of(read.submission)
    cells = cells_of(found.questionnaire, answers, found.asking, found.round.code, slug, is_signed=True)
    return _send(read, "".join(write_cells(cells)).encode(), "text/csv; charset=utf-8", "csv")


@blueprint.get(f"{ONE}/signed.json")
@open_to(*READERS)
def signed(round_code: str, slug: str, number: int) -> Response:
    """The very bytes that were signed: their SHA-256 is the one that stands beside the signature."""
    read = _read_or_404(round_code, slug, number)
    return _send(read, read.submission.answers.encode(), "application/json", "json")


def _send(read: Read, content: bytes, kind: str, ending: str) -> Response:
    """The file, to be saved under a name of plain letters; who took it is kept."""
    found = read.found
    name = f"{found.organisation.slug}-return-{found.round.code}-revision-{read.submission.revision}.{ending}"
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", name)
    keep_entry(viewer().email, "exported", name)
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@blueprint.get(f"{ONE}/changes")
@open_to(*READERS)
def changes(round_code: str, slug: str, number: int) -> str:
    """What changed from an earlier revision, question by question; by default from the one before."""
    found = return_or_404(round_code, slug)
    since = _since(request.args.get("since", ""), number)
    if found.row is None or not 0 < since < number <= found.row.revision:
        abort(404)
    both = load_submissions(db(), found.row.id, since, number)
    if len(both) < 2:
        abort(404)
    before, after = answers_of(both[since]), answers_of(both[number])
    asking = found.as_signed(both[number], reference).asking
    return render_template(
        "revisions/changes.html",
        found=found,
        before=both[since],
        after=both[number],
        differences=find_differences(found.questionnaire, before, after, asking),
        others=[each for each in range(1, number) if each != since],
    )


def _since(typed: str, number: int) -> int:
    """The earlier revision: the one that was asked for, else the one before."""
    is_number = typed.isascii() and typed.isdigit() and 0 < len(typed) < 6
    wanted = int(typed) if is_number else 0
    return wanted if 0 < wanted < number else number - 1
