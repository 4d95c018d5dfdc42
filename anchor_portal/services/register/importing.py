"""A file of a register: read, shown line by line with what each would do, decided about, and then applied or put aside."""

from collections.abc import Iterable, Mapping
from datetime import date
from hashlib import sha256

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.register.file import FileUnreadable, Table, read_csv, say_columns
from anchor_portal.domain.register.lines import Line, read_line
from anchor_portal.domain.register.names import plain
from anchor_portal.domain.register.planning import TAKEN, TO_DECIDE, Planner, Verdict
from anchor_portal.models import ImportState, Place, RegisterImport, RegisterImportRow
from anchor_portal.queries.register import load_known
from anchor_portal.services.audit import record
from anchor_portal.services.register.organisations import RegisterRefused
from anchor_portal.services.register.workbooks import is_workbook, read_workbook

ORGANISATIONS, HOLDINGS = "organisations", "holdings"
SLUG = "_slug"
"""Where a row keeps the address of the organisation that it was planned for, so that it shows when that is gone."""
SMALL = 200
"""So many lines are applied while the page waits; more are a job."""
ROWS_AT_ONCE = 500


def read_file(content: bytes) -> Table:
    """The list in a file, CSV or XLSX by what is in it. Raises FileUnreadable."""
    if not content:
        raise FileUnreadable("The file is empty")
    return read_workbook(content) if is_workbook(content) else read_csv(content)


def stage(
    session: Session, content: bytes, name: str, what: str, options: Mapping[str, str], who: str, today: date
) -> RegisterImport:
    """Read a file and plan every line of it; nothing of the register changes. Raises FileUnreadable.

    `options`: "sector" of new organisations that say none, "kind" of holding ("" for what each line says), and "adds"
    ("yes" where a list of holdings may bring organisations that are not in the register).
    """
    table = read_file(content)
    said = {"columns": say_columns(table.columns), "unused": ", ".join(table.unused)[:1000]}
    upload = RegisterImport(
        what=what,
        file_name=clean_line(name)[:200] or "file",
        digest=sha256(content).hexdigest(),
        notes="\n".join(table.notes),
        options=dict(options) | said,
        uploaded_by=who,
    )
    session.add(upload)
    session.flush()
    rows = list(_plan(upload, table, make_planner(session, upload, today), places_of(session), today))
    for start in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(RegisterImportRow), rows[start : start + ROWS_AT_ONCE])
    record(session, who, "register file read", upload.file_name, f"{len(rows)} lines")
    return upload


def places_of(session: Session) -> dict[str, str]:
    """GSS codes of the places, by their names and codes as `plain`."""
    places = session.execute(select(Place.gss_code, Place.name)).all()
    return {plain(word): code for code, name in places for word in (code, name)}


def make_planner(session: Session, upload: RegisterImport, today: date) -> Planner:
    """A planner that knows the register as it is now."""
    adds = upload.what == ORGANISATIONS or upload.options.get("adds") == "yes"
    return Planner(load_known(session, today), today, adds_organisations=adds)


def read_cells(upload: RegisterImport, cells: Mapping[str, str], places: Mapping[str, str], today: date) -> Line:
    """A line of the file, read as its options say."""
    return read_line(cells, places, today, upload.options.get("kind", "") if upload.what == HOLDINGS else None)


def _plan(
    upload: RegisterImport, table: Table, planner: Planner, places: Mapping[str, str], today: date
) -> Iterable[dict[str, object]]:
    for number, cells in table.rows:
        plan = planner.plan(number, read_cells(upload, cells, places, today))
        yield {
            "import_id": upload.id,
            "line": number,
            "cells": _with_slug(cells, planner, plan.organisation_id),
            "verdict": str(plan.verdict),
            "problem": plan.why,
            "decision": "",
            "organisation_id": plan.organisation_id,
            "is_applied": False,
        }


def _with_slug(cells: Mapping[str, str], planner: Planner, organisation_id: int | None) -> dict[str, str]:
    kept = {key: text for key, text in cells.items() if key != SLUG}
    return kept | ({SLUG: planner.known[organisation_id].slug} if organisation_id else {})


def count_verdicts(session: Session, upload: RegisterImport) -> dict[Verdict, int]:
    """How many lines there are with each verdict."""
    query = select(RegisterImportRow.verdict, func.count()).where(RegisterImportRow.import_id == upload.id)
    return {Verdict(verdict): number for verdict, number in session.execute(query.group_by(RegisterImportRow.verdict))}


def decide(session: Session, upload: RegisterImport, decisions: Mapping[int, str], today: date, who: str) -> int:
    """Keep what somebody decided about lines, and plan those again; how many changed. The file is held.

    Raises RegisterRefused once the file was applied.
    """
    _require_preview(upload)
    rows = session.scalars(
        select(RegisterImportRow).where(RegisterImportRow.import_id == upload.id, RegisterImportRow.line.in_(decisions))
    ).all()
    changed = [row for row in rows if row.decision != decisions[row.line]]
    if changed:
        planner, places = make_planner(session, upload, today), places_of(session)
        for row in changed:
            _plan_again(upload, row, decisions[row.line], planner, places, today)
        session.flush()
        record(session, who, "register file decided", upload.file_name, f"{len(changed)} lines")
    return len(changed)


def _plan_again(
    upload: RegisterImport,
    row: RegisterImportRow,
    decision: str,
    planner: Planner,
    places: Mapping[str, str],
    today: date,
) -> None:
    plan = planner.plan(row.line, read_cells(upload, row.cells, places, today), decision)
    row.decision, row.verdict, row.problem = decision, plan.verdict, plan.why
    row.organisation_id = plan.organisation_id
    row.cells = _with_slug(row.cells, planner, plan.organisation_id)


def _require_preview(upload: RegisterImport) -> None:
    if upload.state != ImportState.PREVIEW:
        raise RegisterRefused("This file was applied or put aside already: nothing was changed")


def begin(session: Session, upload: RegisterImport, seen: str, who: str) -> int:
    """Begin to apply a file, of which `seen` is the mark that was shown; how many lines are to be written.

    Raises RegisterRefused where there is nothing to write, or where what would be written changed meanwhile.
    """
    if upload.state not in {ImportState.PREVIEW, ImportState.APPLYING}:
        raise RegisterRefused("This file was applied or put aside already: nothing was changed")
    if upload.state == ImportState.PREVIEW and seen != mark_of(session, upload):
        raise RegisterRefused("Somebody decided about lines of this file meanwhile: look at it again")
    waiting = count_waiting(session, upload)
    if not waiting and upload.state == ImportState.PREVIEW:
        raise RegisterRefused("No line of this file would change anything")
    upload.state, upload.applied_by = ImportState.APPLYING, who
    session.flush()
    return waiting


def count_waiting(session: Session, upload: RegisterImport) -> int:
    """How many lines are to be written and are not yet."""
    query = select(func.count()).select_from(RegisterImportRow).where(*waiting_rows(upload.id))
    return session.scalar(query) or 0


def waiting_rows(import_id: int) -> tuple[ColumnElement[bool], ...]:
    """The condition for lines that are to be written and are not yet."""
    return (
        RegisterImportRow.import_id == import_id,
        RegisterImportRow.verdict.in_(TAKEN),
        RegisterImportRow.is_applied.is_(False),
    )


def mark_of(session: Session, upload: RegisterImport) -> str:
    """A mark of what would be done with each line that anything would be done with, or that waits for a decision."""
    query = select(RegisterImportRow.line, RegisterImportRow.verdict, RegisterImportRow.decision).where(
        RegisterImportRow.import_id == upload.id, RegisterImportRow.verdict.in_((*TAKEN, *TO_DECIDE))
    )
    rows = sorted(tuple(row) for row in session.execute(query))
    return sha256(repr(rows).encode()).hexdigest()[:16]


def discard(session: Session, upload: RegisterImport, who: str) -> None:
    """Put a file aside that was only looked at; its lines are forgotten. Raises RegisterRefused."""
    _require_preview(upload)
    upload.state = ImportState.DISCARDED
    session.execute(delete(RegisterImportRow).where(RegisterImportRow.import_id == upload.id))
    session.flush()
    record(session, who, "register file put aside", upload.file_name)
