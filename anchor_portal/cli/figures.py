"""Indicators on the command line."""

import json

import click

from anchor_portal.cli.base import Refused, get_round, reading
from anchor_portal.config import read_settings
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.queries.published import load_views
from anchor_portal.services.figures.recomputing import NotProven, recompute
from anchor_portal.services.figures.solver import solve


@click.command("indicators")
@click.option("--round", "code", required=True, help="The round.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--public", is_flag=True, help="Print the protected figures, as the public sees them.")
@click.option("--recompute", "recomputes", is_flag=True, help="Prove published figures from their own kept inputs.")
@click.option("--revision", type=click.IntRange(1, 2**31 - 1), help="With --recompute: which revision, not the newest.")
def indicators_command(code: str, as_json: bool, public: bool, recomputes: bool, revision: int | None) -> None:
    """Print indicators 12, 20 and 21 of a round, provisional until it is published.

    With --recompute every published figure is worked out again from the inputs that were kept with it, and the
    first difference ends it with an error.
    """
    if revision and not recomputes:
        raise Refused("--revision belongs to --recompute")
    if recomputes:
        _recompute(code, revision)
        return
    with reading() as session:
        round_ = get_round(session, code)
        views = load_views(session, round_, read_settings().coverage_threshold, public=public, solve=solve)
    if as_json:
        report = {
            "round": code,
            "status": views[0].status,
            "indicators": [view_as_json(view) for view in views],
        }
        click.echo(json.dumps(report, ensure_ascii=False, indent=2))
        return
    for view in views:
        headline = view_as_json(view)
        value = "-" if headline["value"] is None else f"{headline['value']:.1f}%"
        counted = f"{headline['returns_counted']} of {headline['returns_expected']} counted"
        click.echo(f"{headline['number']}  {value:>7}  {counted}  {headline['withheld'] or ''}")


def _recompute(code: str, revision: int | None) -> None:
    try:
        with reading() as session:
            proof = recompute(session, get_round(session, code), revision)
    except NotProven as problem:
        raise Refused(str(problem)) from None
    click.echo(f"Round {code}, revision {proof.revision}: every published figure follows from its kept inputs.")
    click.echo(f"  definitions    {', '.join(proof.definitions)}")
    click.echo("  views          inside, for Assembly members, and public, figure by figure")
    click.echo(f"  made from      {proof.numbers:,} numbers of {proof.organisations:,} organisations")
    click.echo(f"  coverage       headlines are withheld below {proof.threshold}%")
    click.echo(f"  SHA-256        {proof.digest} holds")
