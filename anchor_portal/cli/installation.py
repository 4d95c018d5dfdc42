"""Setting up: migrate, seed, doctor."""

import click
from sqlalchemy.orm import Session

from anchor_portal.cli.base import Refused, database, harmless, reading, writing
from anchor_portal.clock import today
from anchor_portal.config import read_settings
from anchor_portal.services.demo.load import DEMO_ACCOUNTS, DEMO_PASSWORD, DemoRefused, has_demo, load_demo
from anchor_portal.services.doctor import examine
from anchor_portal.services.evidence.store import open_store
from anchor_portal.services.migration import DatabaseNewer, migrate
from anchor_portal.services.seeds import load_seeds


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema; safe to run again."""
    with database() as opened:
        try:
            migrate(opened.writer)
        except DatabaseNewer as refusal:
            raise Refused(str(refusal)) from None
    click.echo("The database is at the newest schema.")


@click.command()
@click.option("--demo", is_flag=True, help="Also load synthetic rounds, returns and accounts, to try the portal with.")
def seed(demo: bool) -> None:
    """Load places, themes, indicators, the 21 signatories and both questionnaires; safe to run again."""
    with writing() as session:
        load_seeds(session)
        if demo:
            click.echo(_load_demo(session))
    click.echo("Places, themes, indicators, signatories and questionnaires are loaded.")


def _load_demo(session: Session) -> str:
    if has_demo(session):
        return "The demonstration data are there already."
    try:
        load_demo(session, today())
    except DemoRefused as refusal:
        raise Refused(str(refusal)) from None
    return "Demonstration data are loaded: every figure in them is synthetic."


@click.command("demo-accounts")
def demo_accounts() -> None:
    """Print the sign-ins of the demonstration data."""
    with reading() as session:
        if not has_demo(session):
            raise Refused("this database holds no demonstration data")
    for email, what in DEMO_ACCOUNTS:
        click.echo(f"  {email:<28} {what}")
    click.echo(f"  Password for all of them:    {DEMO_PASSWORD}")


@click.command()
def doctor() -> None:
    """Check schema, totals, signatures, published figures and evidence; exit code 1 where something is wrong."""
    wrong = []
    store = open_store(read_settings().evidence)
    with database() as opened:
        for finding in examine(opened, store):
            said = finding.wrong or finding.remark
            click.echo(harmless(f"{'WRONG' if finding.wrong else 'ok':<6}{finding.what}{': ' if said else ''}{said}"))
            wrong += [finding.what] if finding.wrong else []
    if wrong:
        raise Refused("1 finding needs attention" if len(wrong) == 1 else f"{len(wrong)} findings need attention")
