"""A whole round in one file."""

from pathlib import Path

import click

from anchor_portal.cli.base import Refused, get_round, reading, write_file
from anchor_portal.clock import today
from anchor_portal.config import read_settings
from anchor_portal.services.documents import round_workbook


@click.command()
@click.option("--round", "code", required=True, help="The round.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="The workbook to write: a name that ends in .xlsx.",
)
def export(code: str, out: Path) -> None:
    """Write everything of a round into one workbook (XLSX).

    Its sheets: read me, summary, indicators, pledges by organisation, answers, narratives, case studies and
    data dictionary. The figures are raw and not for publication. For tidy CSV use “returns export”.
    """
    if out.suffix.lower() != ".xlsx":
        raise Refused(
            f"{out} does not end in .xlsx: this writes a workbook; for CSV use “anchor-portal returns export”"
        )
    with reading() as session:
        workbook = round_workbook(session, get_round(session, code), today(), read_settings())
    write_file(out, workbook)
    click.echo(f"Round {code} is written to {out}.")
