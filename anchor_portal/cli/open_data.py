"""Open data on the command line."""

import click

from anchor_portal.cli.base import COUNTING, Refused, get_round, reading
from anchor_portal.config import read_settings
from anchor_portal.queries.reference import load_reference
from anchor_portal.services.figures.open_data import Kind, find_edition, load_all, publisher_of, write_figures


@click.command("open-data")
@click.option("--round", "code", required=True, help="A published round.")
@click.option("--revision", type=COUNTING, help="One of its revisions (default: the latest).")
@click.option("--format", "kind", type=click.Choice(["csv", "json"]), required=True, help="The kind of file.")
def open_data_command(code: str, revision: int | None, kind: Kind) -> None:
    """Print the published figures of a round, the same bytes that /data/ROUND.csv and /data/ROUND.json have."""
    with reading() as session:
        every = load_all(session)
        edition = find_edition(every, code, revision)
        if edition is None:
            raise Refused(_why_not(get_round(session, code).code, any(each.round == code for each in every), revision))
        publisher = publisher_of(read_settings(), is_demo=load_reference(session).is_demo)
    click.echo(write_figures(edition, every, publisher, kind), nl=False)


def _why_not(code: str, is_published: bool, revision: int | None) -> str:
    if is_published:
        return f"round {code} has no revision {revision}"
    return f"round {code} is not published: there are no open data of it"
