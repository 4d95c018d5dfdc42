"""A whole round in one file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

import click
from sqlalchemy.orm import Session

from anchor_portal.cli.base import Refused, database, get_round
from anchor_portal.clock import today
from anchor_portal.config import read_settings
from anchor_portal.models import Round
from anchor_portal.services.audit import COMMAND_LINE, OPERATOR, acting_from, record_now
from anchor_portal.services.exports.archive import Silent, write_archive
from anchor_portal.services.exports.files import Format, csv_pieces, json_pieces, summary_pdf, write_workbook

ENDINGS = ", ".join(f".{each}" for each in Format)


@click.command()
@click.option("--round", "code", required=True, help="The round.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="The file to write; its ending says what: .xlsx, .csv, .json, .pdf or .zip.",
)
@click.option("--evidence", is_flag=True, help="For .zip: with the files that the answers name as evidence.")
def export(code: str, out: Path, *, evidence: bool) -> None:
    """Write everything of a round into one file.

    \b
      .xlsx  a workbook: read me, summary with charts, indicators, pledges by organisation,
             answers, narratives, case studies, data dictionary
      .csv   every answer, tidy; it can be imported again
      .json  every answer and the indicators, for programs
      .pdf   a summary on paper
      .zip   all of these, each return as it was signed, certificates, the record of steps,
             and a manifest with SHA-256 digests

    The figures are raw and not for publication. It is noted in the audit who exported what.
    """
    kind = _kind_of(out)
    if evidence and kind is not Format.ZIP:
        raise Refused("--evidence goes with a file that ends in .zip: no other holds files of evidence")
    with database() as opened:
        with Session(opened.reader) as session:
            round_ = get_round(session, code)
            with _put_in_place(out) as part:
                _write(part, kind, session, round_, evidence=evidence)
        with acting_from(COMMAND_LINE):
            record_now(opened, OPERATOR, "exported", out.name, f"round {code}, raw figures")
    click.echo(f"Round {code} is written to {out}.")


def _kind_of(out: Path) -> Format:
    try:
        return Format(out.suffix.lower().removeprefix("."))
    except ValueError:
        raise Refused(f"{out} ends in none of {ENDINGS}: the ending says what is written") from None


@contextmanager
def _put_in_place(out: Path) -> Iterator[Path]:
    """A file beside `out` that takes its place when it is whole; a failure leaves what was there."""
    try:
        with NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as made:
            part = Path(made.name)
        try:
            yield part
            part.chmod(0o666 & ~_umask())
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write(part: Path, kind: Format, session: Session, round_: Round, *, evidence: bool) -> None:
    day, settings = today(), read_settings()
    if kind is Format.ZIP:
        write_archive(part, session, round_, day, settings, Silent(), evidence=evidence)
    elif kind is Format.XLSX:
        write_workbook(part, session, round_, day, settings)
    elif kind is Format.PDF:
        part.write_bytes(summary_pdf(session, round_, day, settings))
    else:
        pieces = csv_pieces(session, round_, day) if kind is Format.CSV else json_pieces(session, round_, day, settings)
        with part.open("w", encoding="utf-8", newline="") as text:
            text.writelines(pieces)
