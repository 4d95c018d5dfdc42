"""The pack of a meeting as one PDF."""

from pathlib import Path

import click
from sqlalchemy.orm import Session

from anchor_portal.cli.base import Refused, get_round, reading, write_file
from anchor_portal.clock import today
from anchor_portal.config import read_settings
from anchor_portal.models import Meeting
from anchor_portal.queries.meetings import find_meeting, find_meeting_of_round
from anchor_portal.queries.viewer import Viewer, find_credentials
from anchor_portal.services.meetings.pack import draw_pack, meeting_of_everybody


@click.command()
@click.option("--round", "code", required=True, help="The round that the meeting is about.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PDF to write.")
@click.option("--for", "email", default="", help="Leave out what this person has an interest in: an email address.")
def pack(code: str, out: Path, email: str) -> None:
    """Write the pack of the latest meeting about a round: agenda, minutes, action log, figures and profiles.

    Where no meeting is planned yet, its agenda has every organisation that sent a return.
    """
    if out.suffix.lower() != ".pdf":
        raise Refused(f"{out} does not end in .pdf")
    with reading() as session:
        meeting, is_planned = _meeting(session, code)
        content = draw_pack(session, meeting, read_settings(), today(), _reader(session, email))
        title = meeting.title
    write_file(out, content)
    click.echo(f"The pack of {title} is written to {out}.")
    if not is_planned:
        click.echo(f"No meeting about round {code} is planned yet: it is about every organisation with a return.")


def _meeting(session: Session, code: str) -> tuple[Meeting, bool]:
    round_ = get_round(session, code)
    found = find_meeting(session, find_meeting_of_round(session, round_.id) or 0)
    return (found, True) if found else (meeting_of_everybody(session, round_, today()), False)


def _reader(session: Session, email: str) -> Viewer | None:
    if not email:
        return None
    found = find_credentials(session, email)
    if found is None:
        raise Refused(f"there is no account “{email}”")
    return found[0]
