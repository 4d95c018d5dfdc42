"""The Beacon indicators that others publish: values in from a file, and what there is."""

from collections.abc import Mapping
from pathlib import Path

import click
from sqlalchemy.orm import Session

from anchor_portal.cli.base import Refused, read_file, reading, writing
from anchor_portal.domain.beacon.table import Reading, say_period
from anchor_portal.domain.beacon.words import FACTS, NO_LONGER_LOCAL, OURS
from anchor_portal.models import BeaconSeries, BeaconUpload
from anchor_portal.queries.beacon import load_latest_readings, load_themes
from anchor_portal.services.audit import OPERATOR
from anchor_portal.services.beacon.uploads import ChoicesRefused, Preview, UploadRefused, apply, choose, preview, stage


@click.group()
def beacon() -> None:
    """Values of the Beacon indicators that others publish."""


@beacon.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--number", type=click.IntRange(1, 22), help="Which of our 22 indicators the file holds, if it holds one."
)
@click.option(
    "--use",
    "uses",
    multiple=True,
    metavar="ID=NUMBER",
    help="The file's “Indicator ID” (or name) and our number; for several indicators, give it several times.",
)
@click.option("--age", default="", help="The age, where the file has an indicator at several: “All ages”.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
def import_values(file: Path, number: int | None, uses: tuple[str, ...], age: str, dry_run: bool) -> None:
    """Take published values out of FILE, a CSV in the format of Fingertips' “Download data”.

    All its values are taken or none. Without --number and --use, what was chosen for the same indicators last time
    counts.
    """
    content = read_file(file)
    try:
        with writing() as session:
            upload = stage(session, content, file.name, OPERATOR)
            if number is not None or uses:
                choose(session, upload, _choices(upload, number, uses, age))
            _say(_apply(session, upload, is_dry=dry_run), is_dry=dry_run)
            if dry_run:
                session.rollback()
    except ChoicesRefused as refusal:
        raise Refused(*refusal.faults.values()) from None
    except UploadRefused as refusal:
        raise Refused(str(refusal)) from None


def _choices(upload: BeaconUpload, number: int | None, uses: tuple[str, ...], age: str) -> dict[int, int | None]:
    """Which of ours each series is. Raises Refused."""
    wanted = dict(_read_use(use) for use in uses)
    every = [each for each in upload.series if not age or each.age.casefold() == age.casefold()]
    if number is not None:
        if uses:
            raise Refused("give either --number or --use")
        if len(every) != 1:
            raise Refused(
                f"the file holds {len(every)} indicators: say which with --use or --age", *map(_describe, every)
            )
        return {every[0].position: number}
    choices: dict[int, int | None] = {}
    for name, chosen in wanted.items():
        found = [each for each in every if name in {each.ident.casefold(), each.name.casefold()}]
        if len(found) != 1:
            raise Refused(f"the file has {len(found)} indicators “{name}”; it has:", *map(_describe, upload.series))
        choices[found[0].position] = chosen
    return choices


def _read_use(text: str) -> tuple[str, int]:
    name, _, number = text.rpartition("=")
    if not name or not number.isascii() or not number.isdigit() or int(number) not in FACTS:
        raise Refused(f"“{text}” is not like 90366=1, with one of our numbers from 1 to 22")
    return name.strip().casefold(), int(number)


def _describe(series: BeaconSeries) -> str:
    return f"  {series.ident or '-'}  {series.name}  (age {series.age or '-'}, {series.rows} lines about our areas)"


def _apply(session: Session, upload: BeaconUpload, *, is_dry: bool) -> Preview:
    found = preview(session, upload)
    if not found.series:
        raise Refused(
            "say which of our indicators are in the file, with --number or --use:", *map(_describe, upload.series)
        )
    if found.faults:
        raise Refused(*found.faults, "Nothing was stored.")
    return found if is_dry else apply(session, upload, found.mark, OPERATOR)


def _say(found: Preview, *, is_dry: bool) -> None:
    for each in found.series:
        counts = each.differences
        click.echo(
            f"Indicator {each.facts.number}: {len(counts.new)} new, {len(counts.changed)} changed, {counts.same} the same"
        )
        if each.remark:
            click.echo(f"{each.remark}.")
    if found.ignored:
        click.echo(f"{found.ignored}.")
    click.echo("Nothing was stored: this was a dry run." if is_dry else "The values are in the table.")


@beacon.command("list")
def list_indicators() -> None:
    """List the 22 with the latest period that there are values of."""
    with reading() as session:
        latest = load_latest_readings(session)
        for theme, indicators in load_themes(session):
            click.echo(theme.title)
            for indicator in indicators:
                click.echo(f"  {indicator.number:>2}  {_standing(indicator.number, latest):<24} {indicator.name}")


def _standing(number: int, latest: Mapping[int, list[Reading]]) -> str:
    if number in OURS:
        return "live from the returns"
    if number in NO_LONGER_LOCAL:
        return "no longer local"
    readings = latest.get(number)
    return say_period(max(readings, key=lambda each: each.sortable).period) if readings else "not yet uploaded"
