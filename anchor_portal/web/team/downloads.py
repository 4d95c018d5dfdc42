"""Downloads: a return as PDF and CSV, its certificate as PDF."""

import re

from flask import Blueprint, Response, abort, g, render_template

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.models import Round, Submission
from anchor_portal.outputs.pdf.certificate_pdf import NameTooLong
from anchor_portal.outputs.pdf.fonts import MissingGlyph
from anchor_portal.outputs.tables import write_cells
from anchor_portal.queries.certificates import find_standing
from anchor_portal.queries.returns import Found, find_return, find_submission, load_answers
from anchor_portal.services import documents
from anchor_portal.services.returns.interchange import export_cells
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("downloads", __name__)
ADDRESS = "/returns/<round_code>/<slug>"
READERS = (*ORGANISATION, Role.MEMBER, Role.TEAM)
CSV = "text/csv; charset=utf-8"
PDF = "application/pdf"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get(f"{ADDRESS}/return.pdf")
@open_to(*READERS)
def return_pdf(round_code: str, slug: str) -> Response:
    """A copy of the return as it was last signed, or of its draft."""
    found, submission = _readable_or_404(round_code, slug)
    draft = {} if submission or found.row is None else load_answers(db(), found.row.id)
    content = documents.return_pdf(found, submission, draft, settings(), is_demo=reference().is_demo)
    return send(content, PDF, f"{slug}-return-{round_code}{_which(submission)}.pdf")


@blueprint.get(f"{ADDRESS}/return.csv")
@open_to(*READERS)
def return_csv(round_code: str, slug: str) -> Response:
    """The answers of the return as it was last signed, or of its draft, tidy."""
    found, submission = _readable_or_404(round_code, slug)
    content = "".join(write_cells(export_cells(db(), db().get_one(Round, found.round.id), today(), slug)))
    return send(content.encode(), CSV, f"{slug}-return-{round_code}{_which(submission)}.csv")


@blueprint.get(f"{ADDRESS}/certificate.pdf")
@open_to(*READERS)
def certificate_pdf(round_code: str, slug: str) -> Response | tuple[str, int]:
    """The certificate that stands, or a page that says why there is none."""
    found = _found_or_404(round_code, slug)
    certificate = find_standing(db(), found.row.id) if found.row else None
    if certificate is None or certificate.withdrawn_on is not None:
        advice = (
            f"{found.organisation.name} has no certificate for {found.round.title}: "
            "one is issued when the Assembly has accepted the return, and stands until it is withdrawn."
        )
        return explain("There is no certificate", advice, 404)
    try:
        content = documents.certificate_pdf(certificate, settings(), is_demo=reference().is_demo)
    except (MissingGlyph, NameTooLong) as refusal:
        return explain("This certificate cannot be printed", f"{refusal}", 422)
    return send(content, PDF, f"{slug}-certificate-{round_code}.pdf")


def _found_or_404(round_code: str, slug: str) -> Found:
    """The return, if the person may see it: somebody else's is not found."""
    found = find_return(db(), viewer(), round_code, slug, reference(), today())
    if found is None:
        abort(404)
    return found


def _readable_or_404(round_code: str, slug: str) -> tuple[Found, Submission | None]:
    """The return with its latest signed revision; a draft is for its organisation and the team alone."""
    found = _found_or_404(round_code, slug)
    submission = find_submission(db(), found.row.id, found.row.revision) if found.row else None
    person = viewer()
    sees_drafts = found.organisation.id in person.organisation_ids or Role.TEAM in person.roles
    if submission is None and not sees_drafts:
        abort(404)
    return found.as_signed(submission, reference), submission


def _which(submission: Submission | None) -> str:
    return f"-revision-{submission.revision}" if submission else "-draft"


def send(content: bytes, kind: str, name: str) -> Response:
    """The file, to be saved under a name of plain letters; who took it is kept."""
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", name)
    keep_entry(viewer().email, "exported", name)
    return Response(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def explain(title: str, advice: str, status: int) -> tuple[str, int]:
    """A page that says why there is no such file."""
    page = render_template("errors/error.html", title=title, advice=advice, request_id=g.get("request_id", ""))
    return page, status
