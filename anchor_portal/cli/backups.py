"""The whole portal as one file, and back."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from anchor_portal.cli.base import Refused, database, harmless
from anchor_portal.config import Settings, read_settings
from anchor_portal.domain.backups.contents import About, End, NotABackup
from anchor_portal.engine import Database
from anchor_portal.services.audit import COMMAND_LINE, OPERATOR, acting_from, record_now
from anchor_portal.services.backups.packed import verify
from anchor_portal.services.backups.restoring import FoundWrong, Restored, RestoreRefused, restore
from anchor_portal.services.backups.writing import REMOVED, BackupRefused, Made, make_backup
from anchor_portal.services.evidence.store import Store, StoreUnreachable, open_store
from anchor_portal.services.migration import is_current

PREFIX = "ANCHOR_"
NEVER = "Nothing was restored"


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
def backup(file: Path) -> None:
    """Write the whole portal into FILE while it is in use: database, evidence, and the names of settings.

    The file gets its name when it is whole. It holds everything that the portal knows: keep it as safe as the database
    itself. The secret key and all other values of settings are not in it: keep them elsewhere.
    """
    settings = read_settings()
    with _saying("No backup was made"), database() as opened:
        made = make_backup(file, opened, _store(settings), _names_of_settings())
        _note(opened, file, made)
    click.echo(
        f"{file} holds {made.tables} tables with {made.rows:,} rows (schema {made.schema}) and {_files(made.files)}.\n"
        f"Its mark is {made.mark}"
    )
    _warn(made)


def _note(opened: Database, file: Path, made: Made) -> None:
    """Into the audit, where the database has one already as it is today."""
    if is_current(opened.writer):
        with acting_from(COMMAND_LINE):
            detail = f"{made.rows} rows, {made.files} files, mark {made.mark}"
            record_now(opened, OPERATOR, "backed up", file.name, detail)


def _files(number: int) -> str:
    return f"{number:,} {'file' if number == 1 else 'files'} of evidence"


def _warn(made: Made) -> None:
    """What an operator must know; exit code 1 where something is missing that should be there."""
    if made.foreign:
        click.echo(f"Not in it, since they are not the portal's: the tables {', '.join(made.foreign)}.")
    _refuse_missing(made.missing)


def _refuse_missing(missing: Mapping[str, str]) -> None:
    """Name the files of evidence that should be in a backup and are not."""
    if faults := _should_be_there(missing):
        raise Refused("The backup is whole but for these files of evidence:", *map(harmless, faults))


def _should_be_there(missing: Mapping[str, str]) -> list[str]:
    """Those that were not in the store as they should have been, and not those that were removed meanwhile."""
    return [f"{name}: {why}" for name, why in missing.items() if why != REMOVED]


def _names_of_settings() -> list[str]:
    return [name for name, value in os.environ.items() if name.startswith(PREFIX) and value]


def _store(settings: Settings) -> Store:
    return open_store(settings.evidence)


@contextmanager
def _saying(nothing: str) -> Iterator[None]:
    """Every refusal as a sentence that says first that nothing came of it."""
    try:
        yield
    except FoundWrong as error:
        lines = [f"{each.what}: {each.wrong}" for each in error.findings]
        how = "With --bear-findings it is restored all the same."
        raise Refused(f"{nothing}: {error}.", *map(harmless, lines), how) from None
    except (BackupRefused, NotABackup, RestoreRefused) as refusal:
        raise Refused(harmless(f"{nothing}: {refusal}.")) from None
    except StoreUnreachable as error:
        raise Refused(f"{nothing}: the store of evidence does not answer ({error}).") from None
    except OSError as error:
        raise Refused(f"{nothing}: {error.filename or 'the disk'}: {error.strerror}.") from None


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--check", is_flag=True, help="Only look whether the file is whole; nothing is written.")
@click.option("--bear-findings", is_flag=True, help="Keep what was restored although the doctor finds something wrong.")
def restore_command(file: Path, *, check: bool, bear_findings: bool) -> None:
    """Put a backup back into an empty database and an empty store of evidence, on either engine.

    All of it is proved before anything is kept: digests, numbers of rows, and the doctor. A backup of an older release
    is brought to the newest schema. Everybody has to sign in again.
    """
    if check:
        with _saying(f"{file} cannot be restored"):
            about, end = verify(file)
        click.echo(_about(file, about, end))
        _refuse_missing(end.missing)
        return
    settings = read_settings()
    with _saying(NEVER), database() as opened, acting_from(COMMAND_LINE):
        restored = restore(file, opened, _store(settings), bear_findings=bear_findings)
    click.echo(_about(file, restored.about, restored.end))
    click.echo(_told(restored))


def _about(file: Path, about: About, end: End) -> str:
    rows = sum(end.rows.values())
    kind = "backup" if _should_be_there(end.missing) else "whole backup"
    return (
        f"{file} is a {kind} of {about.made_at} UTC: {rows:,} rows (schema {about.schema}, from {about.engine}) and "
        f"{_files(end.files)}.\nIts mark is {end.digest}"
    )


def _told(restored: Restored) -> str:
    lines = [f"It is restored and proved (schema {restored.schema}). Everybody has to sign in again."]
    if lost := [name for name in restored.about.settings if not os.environ.get(name)]:
        lines.append(f"Set there and not here: {', '.join(map(harmless, lost))}.")
    if restored.waiting:
        lines.append(
            f"Messages that wait: {restored.waiting:,}. A worker sends them, also those sent since the backup was made."
        )
    lines += [f"Not in the backup: the file {name}, {why}." for name, why in restored.end.missing.items()]
    lines += [f"WRONG {each.what}: {each.wrong}" for each in restored.findings]
    return "\n".join(map(harmless, lines))
