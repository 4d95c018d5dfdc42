"""The audit at the command line: export it, check it against what was noted elsewhere."""

from datetime import date
from pathlib import Path

import click
from sqlalchemy.orm import Session

from anchor_portal.cli.base import DAY, Refused, database, harmless, read_file, reading
from anchor_portal.domain.audit_chain import Mark, read_mark
from anchor_portal.engine import Database
from anchor_portal.outputs.audit_table import read_marks, write_audit
from anchor_portal.queries.audit import Wanted, read_entries
from anchor_portal.services.audit import COMMAND_LINE, OPERATOR, acting_from, record_now
from anchor_portal.services.audit_checking import check_audit


@click.group()
def audit() -> None:
    """Who did what, when and from where: export it, check that nothing was changed or removed."""


@audit.command()
@click.option("--mark", "marks", multiple=True, metavar="NUMBER:DIGEST", help="A mark that was noted earlier.")
@click.option(
    "--against", type=click.Path(path_type=Path), help="An earlier export, each line of which must still be there."
)
def check(marks: tuple[str, ...], against: Path | None) -> None:
    """Follow the whole chain; exit code 1 where an entry was changed, removed, put in or cut off."""
    try:
        noted = [read_mark(mark) for mark in marks]
        noted += _marks_of(against) if against else []
    except ValueError as error:
        raise Refused(str(error)) from None
    with reading() as session:
        checked = check_audit(session, noted)
    if checked.faults:
        raise Refused(*map(harmless, checked.faults))
    compared = f"; {len(noted):,} noted {'mark is' if len(noted) == 1 else 'marks are'} in it" if noted else ""
    click.echo(f"The audit is whole: {checked.words}{compared}.")


def _marks_of(path: Path) -> list[Mark]:
    return read_marks(read_file(path).decode("utf-8", "replace"))


@audit.command()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The CSV file to write.")
@click.option("--who", default="", help="Only what people did whose address has this in it.")
@click.option("--action", default="", help="Only this, such as “exported”.")
@click.option("--since", type=DAY, help="From this day on.")
@click.option("--until", type=DAY, help="Up to this day.")
def export(out: Path, who: str, action: str, since: date | None, until: date | None) -> None:
    """Write the audit as CSV; the export itself becomes its last entry."""
    wanted = Wanted(who=who, action=action, since=since, until=until)
    with database() as opened:
        _write(out, wanted, opened)
    click.echo(f"Wrote {out}.")


def _write(out: Path, wanted: Wanted, opened: Database) -> None:
    """Note it once the file can be written, and before what is in it is read: its last line says so."""
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            with acting_from(COMMAND_LINE):
                record_now(opened, OPERATOR, "exported", out.name)
            with Session(opened.reader) as session:
                file.writelines(write_audit(read_entries(session, wanted)))
    except OSError as error:
        raise Refused(f"{out} cannot be written: {error.strerror}") from None
