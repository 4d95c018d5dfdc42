"""Exports: everything of a round as files, at once or as long work; what was exported, by whom, when."""

from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import BinaryIO

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.extensions import database, db, settings, viewer
from anchor_portal.models import Round
from anchor_portal.queries.chasing import count_by_round
from anchor_portal.queries.exports import EXPORTED, load_exports
from anchor_portal.queries.rounds import find_round, load_rounds, status_of
from anchor_portal.services.exports.archive import KIND, arguments_of, count_returns
from anchor_portal.services.exports.files import (
    MEDIA_TYPES,
    Format,
    csv_pieces,
    json_pieces,
    name_of,
    summary_pdf,
    write_workbook,
)
from anchor_portal.services.jobs.board import ask
from anchor_portal.web.access import open_to
from anchor_portal.web.team.rounds import STANDS
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("exports", __name__)
MOST_AT_ONCE = 150
"""Returns of which a workbook is made while somebody waits; one of more is long work."""
RECENT, PAGE = 8, 50
RAW = "raw figures"
PIECE = 256 * 1024
TITLES = {Format.ZIP: "Everything of round {}", Format.XLSX: "Workbook of round {}"}
"""What can be asked for as long work, and what it is called."""


@blueprint.get("/exports")
@open_to(Role.TEAM)
def index() -> str:
    """Every round with its files, and what was exported lately."""
    counts = count_by_round(db())
    lines = [
        {
            "round": round_,
            "stands": STANDS[status_of(round_, today())],
            "number": sum(counts.get(round_.id, {}).values()),
        }
        for round_ in load_rounds(db())
    ]
    return render_template("exports/index.html", lines=lines, entries=load_exports(db(), RECENT))


@blueprint.get("/exports/log")
@open_to(Role.TEAM)
def log() -> str:
    """Who exported what, the newest first."""
    typed = request.args.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 19 else None
    entries = load_exports(db(), PAGE + 1, before)
    older = entries[PAGE - 1].id if len(entries) > PAGE else None
    return render_template("exports/log.html", entries=entries[:PAGE], older=older, is_first=before is None)


@blueprint.get("/exports/<round_code>")
@open_to(Role.TEAM)
def show(round_code: str) -> str:
    """The files of a round, and what is in each."""
    return _show(_round_or_404(round_code))


def _show(round_: Round, error: str = "") -> str:
    number = count_returns(db(), round_)
    return render_template(
        "exports/show.html",
        round=round_,
        stands=STANDS[status_of(round_, today())],
        number=number,
        is_large=number > MOST_AT_ONCE,
        error=error,
        typed=request.form,
    )


@blueprint.post("/exports/<round_code>")
@open_to(Role.TEAM)
def make(round_code: str) -> AnyResponse | tuple[str, int]:
    """Ask for the archive, or for the workbook of a large round, as long work."""
    round_ = _round_or_404(round_code)
    kind = {each.value: each for each in TITLES}.get(request.form.get("format", ""))
    if kind is None:
        return _show(round_, "Choose what is to be made: the archive or the workbook"), 422
    evidence = kind is Format.ZIP and request.form.get("evidence") == "yes"
    title = TITLES[kind].format(round_.title) + (", with evidence" if evidence else "")
    person = viewer()
    job = ask(db(), KIND, title, arguments_of(round_, kind, evidence=evidence), person.email, person.user_id)
    detail = f"asked for, {RAW}" + (", with files of evidence" if evidence else "")
    keep_entry(person.email, EXPORTED, name_of(round_.code, kind), detail)
    return redirect(url_for("jobs.show", job_id=job.id))


@blueprint.get("/exports/<round_code>.csv")
@open_to(Role.TEAM)
def round_csv(round_code: str) -> Response:
    """Every answer of a round, tidy: the same bytes as the command line gives, from the first line on at once."""
    day = today()
    return _stream(_round_or_404(round_code), Format.CSV, lambda session, round_: csv_pieces(session, round_, day))


@blueprint.get("/exports/<round_code>.json")
@open_to(Role.TEAM)
def round_json(round_code: str) -> Response:
    """Every answer and the indicators of a round, for programs."""
    round_, day, ours = _round_or_404(round_code), today(), settings()
    return _stream(round_, Format.JSON, lambda session, round_: json_pieces(session, round_, day, ours))


@blueprint.get("/exports/<round_code>.xlsx")
@open_to(Role.TEAM)
def round_xlsx(round_code: str) -> AnyResponse:
    """Everything of a round, as a workbook; where there are many returns, it is long work."""
    round_ = _round_or_404(round_code)
    if count_returns(db(), round_) > MOST_AT_ONCE:
        flash(f"The workbook of {round_.title} takes some minutes. Ask for it below, and fetch it when it is made.")
        return redirect(url_for("exports.show", round_code=round_.code))
    file = TemporaryFile()  # noqa: SIM115 - closed when the last piece is sent
    write_workbook(file, db(), round_, today(), settings())
    size = file.tell()
    file.seek(0)
    response = _send(_pieces(file), round_, Format.XLSX)
    response.content_length = size
    return response


@blueprint.get("/exports/<round_code>.pdf")
@open_to(Role.TEAM)
def round_pdf(round_code: str) -> Response:
    """A summary of a round on paper."""
    round_ = _round_or_404(round_code)
    return _send(summary_pdf(db(), round_, today(), settings()), round_, Format.PDF)


def _round_or_404(code: str) -> Round:
    round_ = find_round(db(), code)
    if round_ is None:
        abort(404)
    return round_


def _stream(round_: Round, kind: Format, pieces: Callable[[Session, Round], Iterator[str]]) -> Response:
    """A file that is sent while it is read, in a session of its own: the request's ends before the first byte."""
    ours, round_id = database(), round_.id

    def produce() -> Iterator[bytes]:
        with Session(ours.reader) as session:
            for piece in pieces(session, session.get_one(Round, round_id)):
                yield piece.encode()

    return _send(produce(), round_, kind)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        yield from iter(lambda: file.read(PIECE), b"")


def _send(content: bytes | Iterator[bytes], round_: Round, kind: Format) -> Response:
    """The file, to be saved; who took it is kept."""
    name = name_of(round_.code, kind)
    keep_entry(viewer().email, EXPORTED, name, RAW)
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, content_type=MEDIA_TYPES[kind], headers=headers)
