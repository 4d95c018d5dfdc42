"""Returns in and out, and their certificates."""

import sys
from pathlib import Path

import click

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
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.outputs.pdf.certificate_pdf import NameTooLong
from anchor_portal.outputs.pdf.fonts import MissingGlyph
from anchor_portal.outputs.tables import write_cells
from anchor_portal.queries.certificates import find_standing
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.rounds import find_own_return
from anchor_portal.services.audit import OPERATOR, record
from anchor_portal.services.documents import certificate_pdf
from anchor_portal.services.returns.interchange import Imported, ImportRefused, export_cells, import_returns


@click.group()
def returns() -> None:
    """Import and export returns as tidy CSV."""


@returns.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--round", "code", required=True, help="The round that the returns are for.")
@click.option("--accept", is_flag=True, help="Also accept the returns that carry a sign-off.")
def import_file(file: Path, code: str, accept: bool) -> None:
    """Import FILE, all or nothing: header round,organisation,question,part,value.

    With rows for `signoff` a return is submitted, without them it is a draft. Every error is named with its
    line; then nothing is imported and the exit code is 1. Warnings are printed and do not refuse.
    """
    content = read_file(file)
    try:
        with writing() as session:
            done = import_returns(session, get_round(session, code), content, today(), accept=accept)
            record(
                session,
                OPERATOR,
                "returns imported",
                code,
                f"{file.name}: {done.submitted} signed, {done.drafts} drafts",
            )
    except ImportRefused as refusal:
        many = len(refusal.problems)
        closing = f"Nothing was imported: {many} {'error' if many == 1 else 'errors'}."
        raise Refused(*(f"{file.name}: {problem}" for problem in refusal.problems), closing) from None
    _report(done)


def _report(done: Imported) -> None:
    for warning in done.warnings:
        click.echo(harmless(f"warning: {warning}"), err=True)
    drafts = f"{done.drafts} {'draft' if done.drafts == 1 else 'drafts'}"
    submitted = f"{done.submitted} submitted {'return' if done.submitted == 1 else 'returns'}"
    click.echo(
        f"Imported {drafts} and {submitted}, of which {done.accepted} {'was' if done.accepted == 1 else 'were'} accepted."
    )


@returns.command("export")
@click.option("--round", "code", required=True, help="The round.")
@click.option("--organisation", "slug", help="Only this organisation's return.")
@click.option("--out", type=click.Path(path_type=Path), help="The file to write; without it, standard output.")
def export(code: str, slug: str | None, out: Path | None) -> None:
    """Export the returns of a round: of each the latest signed revision, else its draft."""
    with reading() as session:
        round_ = get_round(session, code)
        if slug is not None:
            get_organisation(session, slug)
        lines = write_cells(export_cells(session, round_, today(), slug))
        if out is not None:
            write_file(out, "".join(lines).encode())
            return
        for line in lines:
            sys.stdout.buffer.write(line.encode())
        sys.stdout.buffer.flush()


@click.command()
@click.argument("slug")
@click.option("--round", "code", required=True, help="The round.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PDF to write.")
def certificate(slug: str, code: str, out: Path) -> None:
    """Write the certificate of organisation SLUG for a round in which its return was accepted."""
    with reading() as session:
        row = find_own_return(session, get_round(session, code), get_organisation(session, slug))
        issued = find_standing(session, row.id) if row else None
        if issued is None:
            raise Refused(f"{slug} has no accepted return in round {code}, so there is no certificate")
        if issued.withdrawn_on is not None:
            raise Refused(f"certificate {issued.number} was withdrawn on {say_date(issued.withdrawn_on)}")
        try:
            write_file(out, certificate_pdf(issued, read_settings(), is_demo=load_reference(session).is_demo))
        except (MissingGlyph, NameTooLong) as refusal:
            raise Refused(str(refusal)) from None
    click.echo(f"Certificate {issued.number} is written to {out}.")
