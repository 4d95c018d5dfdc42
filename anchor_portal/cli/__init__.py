"""The command line, `anchor-portal`: the same rules as the pages, for the operator."""

import sys

import click

from anchor_portal.cli.audit import audit
from anchor_portal.cli.backups import backup, restore_command
from anchor_portal.cli.base import Refused, guarded, harmless
from anchor_portal.cli.beacon import beacon
from anchor_portal.cli.certificates import certificates
from anchor_portal.cli.evidence import evidence
from anchor_portal.cli.exports import export
from anchor_portal.cli.figures import indicators_command
from anchor_portal.cli.installation import demo_accounts, doctor, migrate_command, seed
from anchor_portal.cli.messages import messages
from anchor_portal.cli.open_data import open_data_command
from anchor_portal.cli.pack import pack
from anchor_portal.cli.people import users
from anchor_portal.cli.return_pdf import pdf
from anchor_portal.cli.returns import certificate, returns
from anchor_portal.cli.rounds import questionnaires, rounds
from anchor_portal.cli.templates import form, template, upload
from anchor_portal.cli.worker import worker


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
def commands() -> None:
    """Anchor Portal: returns, indicators and certificates of an anchor framework.

    A first round, from nothing:

    \b
      anchor-portal migrate
      anchor-portal seed
      anchor-portal rounds add 2026-07 --questionnaire 2024-07 --opens 2026-06-15 --closes 2026-07-31
      anchor-portal returns import returns.csv --round 2026-07 --accept
      anchor-portal indicators --round 2026-07 --json

    The database is the one that ANCHOR_DATABASE_URL names, by default var/portal.sqlite3 in this folder.
    """


returns.add_command(pdf)
returns.add_command(template)
returns.add_command(upload)
questionnaires.add_command(form)
for command in (
    migrate_command,
    seed,
    rounds,
    returns,
    indicators_command,
    open_data_command,
    questionnaires,
    certificate,
    certificates,
    export,
    pack,
    evidence,
    beacon,
    users,
    messages,
    worker,
    backup,
    restore_command,
    audit,
    doctor,
    demo_accounts,
):
    commands.add_command(command)


def main() -> None:
    """Run the command line; a refusal is a sentence on standard error and exit code 1."""
    try:
        guarded(lambda: commands(prog_name="anchor-portal"))
    except Refused as refusal:
        for line in refusal.lines:
            click.echo(harmless(line), err=True)
        sys.exit(1)
