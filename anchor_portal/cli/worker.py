"""The worker: long work and chores, beside the server."""

import os
import signal
import threading

import click

from anchor_portal.cli.base import Refused, database
from anchor_portal.config import read_settings
from anchor_portal.logs import write_json_lines
from anchor_portal.services.migration import find_pending

SECONDS_BETWEEN_LOOKS = 1.0


@click.command()
@click.option("--at-once", type=click.IntRange(1, 16), default=2, show_default=True, help="How many jobs at once.")
@click.option("--once", is_flag=True, help="Do what is due, then end: for a timer in place of a worker that stays.")
@click.option("--with-parent", is_flag=True, hidden=True, help="End when the process that started this one ends.")
def worker(at_once: int, once: bool, with_parent: bool) -> None:
    """Do long work: certificates of a round, packs, exports, imports, messages, reminders, scans.

    Runs beside the server with the same settings until it is told to stop. Several may run, also on several machines
    with PostgreSQL; one that is killed loses nothing.
    """
    from anchor_portal.services.jobs.worker import Worker, work_once  # huey, which other commands need not load

    write_json_lines("anchor_portal", "huey")
    settings = read_settings()
    with database() as opened:
        with opened.reader.connect() as connection:
            pending = find_pending(connection)
        if pending:
            raise Refused("the database is not at the newest schema: run “anchor-portal migrate”")
        if once:
            done = work_once(opened, settings)
            click.echo(
                "Nothing was due." if not done else "1 job was done." if done == 1 else f"{done} jobs were done."
            )
            return
        closing = threading.Event()
        _close_when_told(closing)
        if with_parent:
            threading.Thread(target=_close_when_alone, args=(closing, os.getppid()), daemon=True).start()
        click.echo(
            f"A worker is running, with {at_once} jobs at once"
            + (" beside the server." if with_parent else " (Ctrl-C stops it).")
        )
        Worker(opened, settings, at_once).serve(closing)


def _close_when_told(closing: threading.Event) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: closing.set())


def _close_when_alone(closing: threading.Event, parent: int) -> None:
    """However the server ended, and be it by kill -9, its worker goes too."""
    while os.getppid() == parent:
        if closing.wait(SECONDS_BETWEEN_LOOKS):
            return
    closing.set()
