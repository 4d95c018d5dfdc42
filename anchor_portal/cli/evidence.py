"""Files that were handed in as evidence: scan what is in quarantine, remove what nothing names."""

from collections.abc import Iterable

import click
from sqlalchemy.orm import Session

from anchor_portal.cli.base import Refused, database, harmless, writing
from anchor_portal.config import Settings, read_settings
from anchor_portal.models.base import now
from anchor_portal.services.evidence.files import forget_unnamed, remove_unknown, scan_quarantined
from anchor_portal.services.evidence.store import StoreUnreachable


@click.group()
def evidence() -> None:
    """Scan and tidy the files that organisations handed in as evidence."""


@evidence.command()
def scan() -> None:
    """Scan what is still in quarantine, as after a crash; without ANCHOR_CLAMD it is let out unscanned."""
    with writing() as session:
        _report(scan_quarantined(session, read_settings()), "Nothing is in quarantine.")


@evidence.command()
def tidy() -> None:
    """Remove files that no draft and no signed return names, and contents without a file; two days old at least."""
    settings = read_settings()
    with writing() as session:
        removed = list(forget_unnamed(session, now()))
    # after the commit: a row must never outlive its content
    with database() as opened, Session(opened.reader) as session:
        _report([*removed, *_unknown(session, settings)], "There is nothing to remove.")


def _unknown(session: Session, settings: Settings) -> list[str]:
    try:
        return list(remove_unknown(session, settings, now()))
    except StoreUnreachable as error:
        raise Refused(f"the store of evidence does not answer: {error}") from None


def _report(lines: Iterable[str], otherwise: str) -> None:
    for line in list(lines) or [otherwise]:
        click.echo(harmless(line))
