"""Evidence looked at inside the portal, where that is safe: pictures, CSV tables and PDFs that were looked through.

Whatever can carry what a page must not run is only ever saved (`evidence.download`).
"""

from contextlib import closing
from typing import Any

from flask import Blueprint, Response, abort, g, make_response, render_template, url_for

from anchor_portal.domain.answers.evidence import FileRefused, opens_as
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, settings, viewer
from anchor_portal.logs import logger
from anchor_portal.models import EvidenceFile
from anchor_portal.queries.evidence import find_file
from anchor_portal.queries.returns import Found
from anchor_portal.services.evidence.store import Content, ContentMissing, StoreUnreachable, open_store
from anchor_portal.services.inspection.tables import read_csv
from anchor_portal.web.access import ORGANISATION, open_to
from anchor_portal.web.headers import policy
from anchor_portal.web.returns.evidence import pieces_of, say_unreachable
from anchor_portal.web.returns.found import ADDRESS, return_or_404
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("evidence_views", __name__)
READERS = (*ORGANISATION, Role.MEMBER, Role.TEAM)
FILE = f"{ADDRESS}/evidence/<file_id>/<name>"
MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 100, 30, 2_000_000
"""Of a table on a page: rows, columns, and bytes that are read for it."""
OF_A_FILE = "default-src 'none'; frame-ancestors 'self'"
OF_A_PDF = "frame-ancestors 'self'"
"""A PDF is drawn by the browser's own viewer, which a stricter policy keeps from starting. It is no page: it is sent
as PDF, whatever is in it, and files with scripts are not taken."""
Answer = Response | tuple[str, int]


@blueprint.get(f"{FILE}/look")
@open_to(*READERS)
def show(round_code: str, slug: str, file_id: str, name: str) -> Answer:
    """The file on a page of the portal."""
    found, file, kind = _file_or_404(round_code, slug, file_id, name)
    rows: list[list[str]] = []
    if kind == "table":
        content = _open(file)
        if content is None:
            return say_unreachable()
        rows = _rows(content)
    keep_entry(viewer().email, "evidence opened", f"{slug} {round_code} {file.name}")
    place: dict[str, Any] = {"round_code": round_code, "slug": slug, "file_id": file_id, "name": name}
    page = make_response(
        render_template(
            "evidence/show.html",
            found=found,
            file=file,
            kind=kind,
            rows=[row[:MOST_COLUMNS] for row in rows[: MOST_ROWS + 1]],
            is_cut=len(rows) > MOST_ROWS + 1 or any(len(row) > MOST_COLUMNS for row in rows),
            content=url_for("evidence_views.content", **place),
            download=url_for("evidence.download", **place),
        )
    )
    page.headers["Content-Security-Policy"] = policy(frames="'self'")
    return page


@blueprint.get(f"{FILE}/content")
@open_to(*READERS)
def content(round_code: str, slug: str, file_id: str, name: str) -> Answer:
    """A picture or a PDF as it was handed in, to be shown and not saved."""
    _, file, kind = _file_or_404(round_code, slug, file_id, name)
    if kind == "table":
        abort(404)
    stored = _open(file)
    if stored is None:
        return say_unreachable()
    keep_entry(viewer().email, "evidence opened", f"{slug} {round_code} {file.name}")
    answer = Response(pieces_of(stored), content_type=file.media_type)
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Content-Length"] = str(file.size)
    answer.headers["Content-Security-Policy"] = OF_A_PDF if kind == "document" else OF_A_FILE
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def _file_or_404(round_code: str, slug: str, file_id: str, name: str) -> tuple[Found, EvidenceFile, str]:
    """A clean file that the person may see and that can be looked at, and how."""
    found = return_or_404(round_code, slug)
    file = find_file(db(), viewer(), found, file_id)
    kind = opens_as(name)
    if file is None or file.name != name or not kind:
        abort(404)
    return found, file, kind


def _open(file: EvidenceFile) -> Content | None:
    try:
        return open_store(settings().evidence).open(file.id)
    except (ContentMissing, StoreUnreachable):
        logger.exception("evidence could not be read", extra={"facts": {"request": g.get("request_id", "")}})
        return None


def _rows(content: Content) -> list[list[str]]:
    """The first rows of a CSV table; none where the part of it that is read is no table by itself."""
    with closing(content):
        whole = content.read(MOST_BYTES)
    try:
        return read_csv(whole[: whole.rfind(b"\n") + 1] or whole, MOST_ROWS + 2)
    except FileRefused:
        return []
