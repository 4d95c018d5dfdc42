"""Indicators on the command line."""

import json

import click

from anchor_portal.cli.base import get_round, reading
from anchor_portal.config import read_settings
from anchor_portal.domain.indicator_json import view_as_json
from anchor_portal.queries.published import load_views


@click.command("indicators")
@click.option("--round", "code", required=True, help="The round.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--public", is_flag=True, help="Print the protected figures, as the public sees them.")
def indicators_command(code: str, as_json: bool, public: bool) -> None:
    """Print indicators 12, 20 and 21 of a round, provisional until it is published."""
    with reading() as session:
        round_ = get_round(session, code)
        views = load_views(session, round_, read_settings().coverage_threshold, public=public)
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
