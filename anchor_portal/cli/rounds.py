"""Rounds and questionnaires."""

from datetime import date
from pathlib import Path

import click

from anchor_portal.cli.base import DAY, Refused, get_round, read_file, reading, writing
from anchor_portal.clock import today
from anchor_portal.config import read_settings
from anchor_portal.domain.questionnaire.version import QuestionnaireError
from anchor_portal.domain.rounds import Period, RoundRefused
from anchor_portal.queries.rounds import load_rounds, status_of
from anchor_portal.services.audit import OPERATOR, record
from anchor_portal.services.figures.publication import correct_figures, publish_round
from anchor_portal.services.figures.standing import recount_everything
from anchor_portal.services.questionnaires.publishing import VersionRefused, publish_questionnaire
from anchor_portal.services.rounds.life import add_round, close_round


@click.group()
def rounds() -> None:
    """Add, list, close and publish rounds."""


@rounds.command("add")
@click.argument("code")
@click.option("--questionnaire", required=True, help="Code of a published version, such as 2024-07.")
@click.option("--opens", type=DAY, required=True, help="First day on which returns can be filled in: 2026-06-15.")
@click.option("--closes", type=DAY, required=True, help="The deadline that everyone sees: 2026-07-31.")
@click.option("--from", "first", type=DAY, help="First day that the figures are about (default: by the code).")
@click.option("--to", "last", type=DAY, help="Last day that the figures are about.")
def add(code: str, questionnaire: str, opens: date, closes: date, first: date | None, last: date | None) -> None:
    """Add round CODE, a year and a month such as 2026-07.

    A July round is about January to June, a January round about the July to December before it.
    """
    if (first is None) != (last is None):
        raise Refused("give both --from and --to, or neither")
    period = Period(first, last) if first and last else None
    try:
        with writing() as session:
            round_ = add_round(session, code, questionnaire, opens, closes, period)
            record(session, OPERATOR, "round added", code, f"questionnaire {questionnaire}")
            click.echo(f"Round {round_.code} ({round_.title}) is added, under questionnaire {questionnaire}.")
    except RoundRefused as refusal:
        raise Refused(str(refusal)) from None


@rounds.command("list")
def list_rounds() -> None:
    """List the rounds with where they stand."""
    with reading() as session:
        for round_ in load_rounds(session):
            click.echo(f"{round_.code}  {status_of(round_, today()):<12} {round_.opens_on} to {round_.closes_on}")


@rounds.command()
def recount() -> None:
    """Make totals, counts of returns and changes of shares again, where doctor finds that they are wrong.

    What is published stays as it is.
    """
    with writing() as session:
        recount_everything(session)
        record(session, OPERATOR, "rounds recounted", "all")
    click.echo("Totals, counts of returns and changes of shares are made again in every round.")


@rounds.command()
@click.argument("code")
def close(code: str) -> None:
    """Close round CODE: whoever has sent nothing can no longer do so; queries can be answered until it is published."""
    try:
        with writing() as session:
            close_round(session, get_round(session, code), today())
            record(session, OPERATOR, "round closed", code)
    except RoundRefused as refusal:
        raise Refused(str(refusal)) from None
    click.echo(f"Round {code} is closed.")


@rounds.command()
@click.argument("code")
@click.option("--revise", is_flag=True, help="Publish figures again that are published already, as a new revision.")
@click.option("--reason", default="", help="Why, for everyone to read; needed with --revise.")
def publish(code: str, revise: bool, reason: str) -> None:
    """Publish round CODE: its figures are frozen. Close it first.

    After a correction was accepted, --revise publishes them once more, beside what was published before.
    """
    if reason and not revise:
        raise Refused("a reason belongs to --revise: the first publication needs none")
    if revise:
        _publish_again(code, reason)
        return
    try:
        with writing() as session:
            publication = publish_round(session, get_round(session, code), today(), read_settings().coverage_threshold)
            record(session, OPERATOR, "round published", code, publication.digest)
            click.echo(f"Round {code} is published; the figures' digest is {publication.digest}.")
    except RoundRefused as refusal:
        raise Refused(str(refusal)) from None


def _publish_again(code: str, reason: str) -> None:
    try:
        with writing() as session:
            round_ = get_round(session, code)
            made = correct_figures(session, round_, today(), read_settings().coverage_threshold, reason)
            record(
                session, OPERATOR, "figures published again", code, f"revision {made.revision}, digest {made.digest}"
            )
            number, digest = made.revision, made.digest
    except RoundRefused as refusal:
        raise Refused(str(refusal)) from None
    click.echo(f"Revision {number} of round {code} is published; the figures' digest is {digest}.")
    click.echo(f"Revision {number - 1} can still be read.")


@click.group()
def questionnaires() -> None:
    """Publish versions of the questionnaire."""


@questionnaires.command("publish")
@click.argument("file", type=click.Path(path_type=Path))
def publish_file(file: Path) -> None:
    """Publish the version in FILE (TOML). Every error is named with its line; a published version never changes."""
    try:
        source = read_file(file).decode("utf-8")
        with writing() as session:
            questionnaire, is_new = publish_questionnaire(session, source, file.name)
            record(session, OPERATOR, "questionnaire published", questionnaire.code, questionnaire.digest)
    except UnicodeDecodeError:
        raise Refused(f"{file.name} is not UTF-8 text") from None
    except QuestionnaireError as error:
        raise Refused(*error.problems) from None
    except VersionRefused as refusal:
        raise Refused(str(refusal)) from None
    click.echo(f"Version {questionnaire.code} {'is published' if is_new else 'was published before, unchanged'}.")
