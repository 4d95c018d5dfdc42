"""The outbox: what waits to be sent, and sending it."""

import time

import click

from anchor_portal.cli.base import COUNTING, Refused, database, harmless, reading
from anchor_portal.clock import local
from anchor_portal.config import read_settings
from anchor_portal.domain.running.outbox import MOST_ATTEMPTS
from anchor_portal.models import Message
from anchor_portal.queries.messages import load_outbox
from anchor_portal.queries.reference import load_reference
from anchor_portal.services.messages.sending import Outcome, Post, send_due


@click.group()
def messages() -> None:
    """Messages to people: send what is due, see what waits."""


@messages.command("send")
@click.option("--watch", type=COUNTING, metavar="SECONDS", help="Go on, looking again this often.")
@click.option("--given-up", is_flag=True, help="Also try messages that wait for their next attempt, or were given up.")
def send(watch: int | None, given_up: bool) -> None:
    """Send what is due through the server that ANCHOR_SMTP names. Safe to run twice at once."""
    post = _post()
    _refuse_demo()
    while True:
        with database() as opened:
            outcome = send_due(opened, post, given_up=given_up)
        _report(outcome, is_watching=watch is not None)
        if watch is None:
            return
        time.sleep(watch)


def _post() -> Post:
    settings = read_settings()
    if settings.mail is None:
        raise Refused("no mail server is set: name one in ANCHOR_SMTP, and the sender in ANCHOR_MAIL_FROM")
    return Post(settings.mail, settings.portal_name, settings.base_url, settings.secret_key)


def _refuse_demo() -> None:
    with reading() as session:
        if load_reference(session).is_demo:
            raise Refused("this database holds demonstration data, from which nothing is sent")


def _report(outcome: Outcome, *, is_watching: bool) -> None:
    if outcome.sent or not is_watching:
        click.echo(f"Sent {_count(outcome.sent)}.")
    for again in outcome.sent_again:
        click.echo(harmless(f"Perhaps sent twice, since an earlier attempt was never finished: {again}"))
    for refused in outcome.refused:
        click.echo(harmless(f"Not sent, tried again later: {refused}"), err=True)
    if outcome.silent:
        problem = f"the mail server does not answer as it should: {outcome.silent}"
        if not is_watching:
            raise Refused(problem)
        click.echo(harmless(problem), err=True)


def _count(number: int) -> str:
    return "1 message" if number == 1 else f"{number} messages"


@messages.command("list")
@click.option("--unsent", is_flag=True, help="Only what was not sent.")
@click.option("--limit", type=COUNTING, default=50, show_default=True, help="How many, the newest first.")
def list_messages(unsent: bool, limit: int) -> None:
    """List messages, the newest first: number, when it was written, to whom, what about, and what became of it."""
    with reading() as session:
        for message in load_outbox(session, unsent=unsent, limit=limit):
            click.echo("\t".join(map(harmless, _cells(message))))


def _cells(message: Message) -> tuple[str, ...]:
    written = f"{local(message.written_at):%Y-%m-%d %H:%M}"
    return (str(message.id), written, message.to_email, message.kind, message.subject, _fate(message))


def _fate(message: Message) -> str:
    if message.sent_at is not None:
        return f"sent {local(message.sent_at):%Y-%m-%d %H:%M}"
    if message.attempts == 0:
        return "waits"
    fate = (
        "given up" if message.attempts >= MOST_ATTEMPTS else f"again from {local(message.next_try_at):%Y-%m-%d %H:%M}"
    )
    return f"{fate}, attempts: {message.attempts}, {message.last_error}"
