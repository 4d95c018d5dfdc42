"""All certificates of a round in one file."""

from pathlib import Path

import click

from anchor_portal.cli.base import Refused, get_round, harmless, reading
from anchor_portal.clock import today
from anchor_portal.config import read_settings
from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.queries.certificates import Selection
from anchor_portal.services.certificates.archive import Contents, write_archive


@click.command()
@click.option("--round", "code", required=True, help="The round.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The ZIP to write: a name ending in .zip.")
def certificates(code: str, out: Path) -> None:
    """Write the certificates of a round that stand, one PDF each, into a ZIP.

    A name that cannot be printed does not stop the others: it is named on standard error and in read-me.txt, with
    the reason. (One certificate: “anchor-portal certificate”.)
    """
    if out.suffix.lower() != ".zip":
        raise Refused(f"{out} does not end in .zip")
    with reading() as session:
        selection = Selection(CertificateKind.RETURN, get_round(session, code).code)
        try:
            with out.open("wb") as file:
                contents = write_archive(session, selection, read_settings(), today(), file)
        except OSError as error:
            raise Refused(f"{out} cannot be written: {error.strerror}") from None
    _report(contents, code, out)


def _report(contents: Contents, code: str, out: Path) -> None:
    if not contents.made and not contents.missing:
        out.unlink()
        raise Refused(f"no return of round {code} has been accepted, so there are no certificates")
    for each in contents.missing:
        click.echo(harmless(f"missing: {each.organisation} ({each.number}): {each.why}"), err=True)
    number = contents.made
    click.echo(f"{number} {'certificate is' if number == 1 else 'certificates are'} written to {out}.")
