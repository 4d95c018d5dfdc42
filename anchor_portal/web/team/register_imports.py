"""Files for the register, for the team: read line by line, shown, decided about, applied."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.domain.register.columns import FIELD_WORDS, Field
from anchor_portal.domain.register.file import LARGEST, MOST_ROWS, FileUnreadable
from anchor_portal.domain.register.holdings import HOLDINGS
from anchor_portal.domain.register.identifiers import SCHEMES
from anchor_portal.domain.register.planning import TAKEN, TO_DECIDE, VERDICT_WORDS, Decision, Verdict
from anchor_portal.domain.sectors import SECTOR_OF_ONE
from anchor_portal.extensions import db, settings, viewer
from anchor_portal.models import ImportState, RegisterImport
from anchor_portal.queries import register_imports as stored
from anchor_portal.services.jobs.board import ask, key_of
from anchor_portal.services.register import applying, importing
from anchor_portal.services.register.organisations import RegisterRefused
from anchor_portal.web.access import open_to
from anchor_portal.web.team.register import REGISTER, as_csv

blueprint = Blueprint("register_imports", __name__)
IMPORTS = f"{REGISTER}/imports"
ONE = f"{IMPORTS}/<int:ident>"
KIND = "register_import"
WHAT = {importing.ORGANISATIONS: "Organisations", importing.HOLDINGS: "Charters, awards and pledges"}
STATES = {
    ImportState.PREVIEW: ("Not applied yet", "nhsuk-tag--white"),
    ImportState.APPLYING: ("Being applied", "nhsuk-tag--yellow"),
    ImportState.APPLIED: ("In the register", "nhsuk-tag--green"),
    ImportState.DISCARDED: ("Put aside", "nhsuk-tag--grey"),
}
MEGABYTE = 1024 * 1024
DECISION = "line-"
NOT_TAKEN = tuple(verdict for verdict in Verdict if verdict not in {*TAKEN, Verdict.SAME})


@blueprint.get(IMPORTS)
@open_to(Role.TEAM)
def index() -> str:
    """The files so far, and a form for the next one."""
    return _index()


def _index(faults: dict[str, str] | None = None) -> str:
    return render_template(
        "register/imports.html",
        imports=stored.load_imports(db()),
        faults=faults or {},
        typed=request.form,
        what=WHAT,
        sectors=SECTOR_OF_ONE,
        HOLDINGS=HOLDINGS,
        states=STATES,
        most_bytes=_most_megabytes(),
        most_rows=MOST_ROWS,
    )


@blueprint.post(IMPORTS)
@open_to(Role.TEAM)
def upload() -> Answer | tuple[str, int]:
    """Take a file in, to be looked at; nothing of the register changes yet."""
    what, options = request.form.get("what", ""), _options()
    faults = _check(what, options)
    file = request.files.get("file")
    if file is None or not file.filename:
        faults["file"] = "Choose the file: CSV or an Excel workbook (XLSX)"
    if faults or file is None:
        return _index(faults), 422
    most = _most_megabytes()
    with file.stream as stream:
        content = stream.read(most * MEGABYTE + 1)
    if len(content) > most * MEGABYTE:
        return _index({"file": f"The file is larger than {most} MB: send it in parts"}), 422
    db().rollback()  # while the file is read, nobody has to wait for this request
    try:
        staged = importing.stage(db(), content, file.filename or "", what, options, viewer().email, today())
    except FileUnreadable as refusal:
        return _index({"file": str(refusal)}), 422
    return redirect(url_for("register_imports.look", ident=staged.id))


def _most_megabytes() -> int:
    """How large a file may be: uploads are cut off where any file would be too large (web/uploads)."""
    return min(LARGEST // MEGABYTE, settings().evidence_megabytes)


def _options() -> dict[str, str]:
    return {
        "sector": request.form.get("sector", ""),
        "kind": request.form.get("kind", ""),
        "adds": "yes" if request.form.get("adds") == "yes" else "",
    }


def _check(what: str, options: dict[str, str]) -> dict[str, str]:
    faults: dict[str, str] = {}
    if what not in WHAT:
        faults["what"] = "Choose what the lines of the file are"
    if options["sector"] not in SECTOR_OF_ONE:
        faults["sector"] = "Choose the sector of organisations whose line does not say it"
    if options["kind"] and options["kind"] not in HOLDINGS:
        faults["kind"] = "Choose one of the charters and awards"
    return faults


def _import_or_404(ident: int, *, to_change: bool = False) -> RegisterImport:
    found = stored.find_import(db(), ident, to_change=to_change)
    if found is None:
        abort(404)
    return found


@blueprint.get(ONE)
@open_to(Role.TEAM)
def look(ident: int) -> str:
    """A file: how many lines do what, and the lines of one kind, with a choice for each that is not clear."""
    return _look(_import_or_404(ident))


def _look(found: RegisterImport, notice: str = "") -> str:
    counts = importing.count_verdicts(db(), found)
    shown = _verdict_from_address(counts)
    page = stored.load_rows(db(), found.id, shown, request.args.get("page", 1, type=int), counts.get(shown, 0))
    waiting = sum(counts.get(verdict, 0) for verdict in TAKEN) if found.state == ImportState.PREVIEW else 0
    if found.state == ImportState.APPLYING:
        waiting = importing.count_waiting(db(), found)
    return render_template(
        "register/import.html",
        upload=found,
        counts=counts,
        shown=shown,
        page=page,
        waiting=waiting,
        open_questions=sum(counts.get(verdict, 0) for verdict in TO_DECIDE),
        mark=importing.mark_of(db(), found) if found.state == ImportState.PREVIEW else "",
        job=stored.find_job(db(), key_of(KIND, {"import_id": found.id})),
        notice=notice,
        words=VERDICT_WORDS,
        states=STATES,
        what=WHAT,
        HOLDINGS=HOLDINGS,
        say_field=say_field,
        choices=_choices,
        Verdict=Verdict,
        State=ImportState,
        not_taken=sum(counts.get(verdict, 0) for verdict in NOT_TAKEN),
        is_large=waiting > importing.SMALL,
    )


def _verdict_from_address(counts: dict[Verdict, int]) -> Verdict:
    """The kind of lines that the address names, else the first that there is; what is to be decided comes first."""
    asked = request.args.get("lines", "")
    if asked in set(Verdict):
        return Verdict(asked)
    order = (Verdict.ALIKE, Verdict.RENAMED, *VERDICT_WORDS)
    return next((verdict for verdict in order if counts.get(verdict)), Verdict.NEW)


def say_field(name: str) -> str:
    """What a cell of a line is, in words; "" for what no page shows."""
    if name in SCHEMES:
        return SCHEMES[name].title
    return FIELD_WORDS[Field(name)] if name in set(Field) else ""


def _choices(row: stored.ShownRow) -> list[tuple[str, str]]:
    """What somebody can decide about a line."""
    leave = (str(Decision.LEAVE), "Leave it out")
    if row.verdict == Verdict.RENAMED:
        return [(str(Decision.RENAME), "That is its name now"), (str(Decision.ALIAS), "Another name for it"), leave]
    same = [(f"{Decision.SAME}{row.organisation_id}", f"It is {row.organisation}")] if row.organisation_id else []
    return [*same, (str(Decision.NEW), "Another organisation: add it"), leave]


@blueprint.post(f"{ONE}/decide")
@open_to(Role.TEAM)
def decide(ident: int) -> Answer:
    """Keep what was decided about the lines on the page."""
    found = _import_or_404(ident, to_change=True)
    given = {name.removeprefix(DECISION): text for name, text in request.form.items() if name.startswith(DECISION)}
    decisions = {int(line): text for line, text in given.items() if _is_number(line) and is_decision(text)}
    try:
        changed = importing.decide(db(), found, decisions, today(), viewer().email)
    except RegisterRefused as refusal:
        flash(f"{refusal}.")
    else:
        flash(f"Decided about {changed} lines." if changed != 1 else "Decided about 1 line.")
    return redirect(url_for("register_imports.look", ident=ident) + "#lines")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9


def is_decision(text: str) -> bool:
    """Whether a text is something that can be decided about a line."""
    if text.startswith(Decision.SAME):
        return _is_number(text.removeprefix(Decision.SAME))
    return text in {Decision.NEW, Decision.LEAVE, Decision.RENAME, Decision.ALIAS}


@blueprint.post(f"{ONE}/apply")
@open_to(Role.TEAM)
def apply(ident: int) -> Answer | tuple[str, int]:
    """Write the lines into the register: a few at once, many as a job."""
    found = _import_or_404(ident, to_change=True)
    was_begun = found.state == ImportState.APPLYING
    try:
        waiting = importing.begin(db(), found, request.form.get("seen", ""), viewer().email)
    except RegisterRefused as refusal:
        return _look(found, f"{refusal}."), 409
    if waiting <= importing.SMALL and not was_begun:
        flash(f"{applying.apply_now(db(), found, viewer().email)}.", "success")
        return redirect(url_for("register_imports.look", ident=ident))
    arguments = {"import_id": found.id}
    job = ask(db(), KIND, f"Register: {found.file_name}", arguments, viewer().email, viewer().user_id)
    return redirect(url_for("jobs.show", job_id=job.id))


@blueprint.post(f"{ONE}/discard")
@open_to(Role.TEAM)
def discard(ident: int) -> Answer:
    """Put a file aside that was only looked at."""
    try:
        importing.discard(db(), _import_or_404(ident, to_change=True), viewer().email)
        flash("The file is put aside. Nothing in the register changed.")
    except RegisterRefused as refusal:
        flash(f"{refusal}.")
    return redirect(url_for("register_imports.index"))


@blueprint.get(f"{ONE}/not-taken.csv")
@open_to(Role.TEAM)
def not_taken(ident: int) -> Response:
    """The lines that are not taken, with the reason, to be mended and sent again."""
    found = _import_or_404(ident)
    rows = stored.load_rows_of(db(), found.id, NOT_TAKEN)
    fields = list(dict.fromkeys(name for row in rows for name in row.cells if say_field(name)))
    lines: list[Sequence[str]] = []
    for row in rows:
        why = f"{VERDICT_WORDS[Verdict(row.verdict)][0]}: {row.problem}".removesuffix(": ")
        lines.append([str(row.line), why, *(row.cells.get(name, "") for name in fields)])
    header = ["Line", "Why", *(say_field(name) for name in fields)]
    return as_csv(header, lines, f"anchor-register-import-{ident}-not-taken.csv")
