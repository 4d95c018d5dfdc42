"""The form to take away and its way back: a return as a workbook, an upload, blank forms."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from anchor_portal.cli.base import (
    Refused,
    get_organisation,
    get_round,
    harmless,
    read_file,
    reading,
    write_file,
    writing,
)
from anchor_portal.clock import today
from anchor_portal.config import read_settings
from anchor_portal.domain.answers.text import clean_line, excerpt
from anchor_portal.domain.people import Role
from anchor_portal.domain.sectors import SCALES, SECTOR_OF_ONE
from anchor_portal.outputs.pdf.fonts import FontsMissing
from anchor_portal.queries.questionnaires import find_version, get_questionnaire
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.returns import Found, find_last, find_return, load_answers
from anchor_portal.queries.viewer import Held, Viewer
from anchor_portal.services.audit import OPERATOR, record
from anchor_portal.services.returns import forms, offline
from anchor_portal.services.returns.interchange import OPERATOR as ACTOR

LONGEST_SAID = 100
"""Characters of an answer that are printed."""
_SEES_ALL = Viewer(0, OPERATOR, "", (Held(Role.TEAM, None, "", ""),), frozenset())


def _find(session: Session, code: str, slug: str, *, lock: bool = False) -> Found:
    """The return, started or not, or Refused."""
    get_round(session, code)
    get_organisation(session, slug)
    found = find_return(session, _SEES_ALL, code, slug, load_reference(session), today(), lock=lock)
    if found is None:
        raise Refused(f"there is no return of {slug} for {code}")
    return found


def _draft(session: Session, found: Found) -> dict[str, dict[str, str]]:
    return load_answers(session, found.row.id) if found.row else {}


@click.command("template")
@click.argument("slug")
@click.option("--round", "code", required=True, help="The round.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The workbook to write: FILE.xlsx.")
def template(slug: str, code: str, out: Path) -> None:
    """Write the form of organisation SLUG for a round as a workbook, to be filled in offline.

    It holds what was saved so far, with last time's answers beside it. “returns upload” takes it back.
    """
    _need_suffix(out, ".xlsx")
    with reading() as session:
        found = _find(session, code, slug)
        last = find_last(session, found.organisation.id, code)
        is_demo = load_reference(session).is_demo
        content = forms.form_for(found, _draft(session, found), last, read_settings(), is_demo=is_demo)
    write_file(out, content)
    click.echo(f"The form of {slug} for {code} is written to {out}.")


@click.command("upload")
@click.argument("slug")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--round", "code", required=True, help="The round.")
@click.option("--dry-run", is_flag=True, help="Only show what would change.")
def upload(slug: str, file: Path, code: str, dry_run: bool) -> None:
    """Put the answers of a filled-in form into the draft of organisation SLUG, all or nothing.

    Every change is printed. Every error is named with its cell; then nothing is stored and the exit code is 1.
    Warnings are printed and do not refuse.
    """
    content = read_file(file)
    with writing() as session:
        found = _find(session, code, slug, lock=not dry_run)
        if not found.is_editable:
            raise Refused(f"the return of {slug} for {code} is not open for changes")
        read = _read(session, found, content, file)
        _report(read)
        if not dry_run and read.changes:
            proposed = {change.question.key: change.parts for change in read.changes}
            offline.apply_upload(session, found, proposed, read.seen, ACTOR)
            record(session, OPERATOR, "form uploaded", f"{slug} {code}", f"{file.name}: {len(proposed)} answers")
    _close(len(read.changes), dry_run)


def _read(session: Session, found: Found, content: bytes, file: Path) -> offline.Upload:
    """What the file would change, or Refused with every error."""
    last = find_last(session, found.organisation.id, found.round.code)
    try:
        read = offline.read_upload(found, content, _draft(session, found), last[1] if last else None, lambda _: True)
    except offline.UploadRefused as refusal:
        raise Refused(f"{file.name}: {refusal}") from None
    errors = [f"{file.name}: {message}" for message in read.errors]
    errors += [
        f"{file.name}: {change.question.short}: changed in the portal after the form was made, and differently in the "
        "form. Make the form again, and copy this answer over"
        for change in read.disputed
    ]
    if errors:
        raise Refused(*errors, f"Nothing was stored: {len(errors)} {'error' if len(errors) == 1 else 'errors'}.")
    return read


def _report(read: offline.Upload) -> None:
    for remark in read.remarks:
        click.echo(harmless(f"warning: {remark}"), err=True)
    for change in read.changes:
        now, then = (excerpt(clean_line("; ".join(lines)), LONGEST_SAID) for lines in (change.now, change.then))
        click.echo(harmless(f"{change.section.title}: {change.question.short}: {now} -> {then}"))


def _close(changes: int, dry_run: bool) -> None:
    answers = "1 answer" if changes == 1 else f"{changes} answers"
    if not changes:
        click.echo("The form changes nothing.")
    elif dry_run:
        click.echo(f"{answers} would change; nothing was stored.")
    else:
        click.echo(f"{answers} changed.")


@click.command("form")
@click.argument("version")
@click.option("--sector", type=click.Choice(list(SECTOR_OF_ONE)), required=True, help="The kind of organisation.")
@click.option(
    "--scale", type=click.Choice(list(SCALES)), help="Its scale of levels; by default the sector's usual one."
)
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="FILE.pdf to print, or FILE.xlsx to fill in."
)
def form(version: str, sector: str, scale: str | None, out: Path) -> None:
    """Write a blank form of a VERSION of the questionnaire for a kind of organisation, as PDF or as a workbook."""
    _need_suffix(out, ".pdf", ".xlsx")
    with reading() as session:
        row = find_version(session, version)
        if row is None:
            raise Refused(f"there is no published version “{version}” of the questionnaire")
        questionnaire = get_questionnaire(session, row.id, row.digest)
        asking = forms.asking_for(sector, scale or forms.default_scale(sector), load_reference(session), today())
    make = forms.blank_pdf if out.suffix.lower() == ".pdf" else forms.blank_workbook
    try:
        write_file(out, make(questionnaire, asking, read_settings()))
    except FontsMissing as refusal:
        raise Refused(str(refusal)) from None
    click.echo(f"The blank form of version {version} for {SECTOR_OF_ONE[sector]} is written to {out}.")


def _need_suffix(out: Path, *suffixes: str) -> None:
    if out.suffix.lower() not in suffixes:
        raise Refused(f"{out} does not end in {' or '.join(suffixes)}")
