"""The outbox and a real mail server: nothing is lost, nothing is sent twice in silence, nothing that was undone is sent."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.engine import Database, open_database
from anchor_portal.mail import read_mail_server
from anchor_portal.models import Message
from anchor_portal.models.base import now
from anchor_portal.services.messages.outbox import write_message
from anchor_portal.services.messages.sending import CLAIMED, MOST_ATTEMPTS, Outcome, Post, send_due
from anchor_portal.services.messages.smtp import ServerSilent, connected
from tests.conftest import seeded
from tests.engines import sqlite_url
from tests.mail_server import SENDER, Mailbox, free_port, mail_server

BASE = "https://portal.example"


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


def post(mailbox: Mailbox) -> Post:
    return Post(mailbox.server, "Anchor Portal", BASE)


def write(database: Database, *names: str, link: str = "/work") -> None:
    with Session(database.writer) as session, session.begin():
        for name in names:
            write_message(session, f"{name}@torus.example", name.capitalize(), "test", "A subject", "Some words.", link)


def outbox(database: Database) -> list[Message]:
    with Session(database.reader) as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def make_due(database: Database, **values: object) -> None:
    with Session(database.writer) as session, session.begin():
        session.execute(update(Message).values(next_try_at=now() - timedelta(seconds=1), **values))


def test_a_message_is_sent_once_as_plain_text_with_its_link(database: Database, mailbox: Mailbox) -> None:
    with Session(database.writer) as session, session.begin():
        write_message(
            session, "inês@torus.example", "Inês\nMallorby", "test", "Two\r\nlines", "Ein Wort.\n\nNoch eins.", "/work"
        )
        session.execute(update(Message).values(to_email="ines@torus.example"))
    assert send_due(database, post(mailbox)) == Outcome(sent=1)
    assert send_due(database, post(mailbox)) == Outcome()
    (mail,) = mailbox.taken
    assert (mail["To"], mail["From"]) == ("Inês Mallorby <ines@torus.example>", f"Anchor Portal <{SENDER}>")
    assert mail["Subject"] == "Two lines", "a line end in a subject adds no header"
    assert mail.get_content_type() == "text/plain"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content().replace("\r\n", "\n")
    assert text.startswith(f"Dear Inês Mallorby\n\nEin Wort.\n\nNoch eins.\n\n{BASE}/work\n")
    (row,) = outbox(database)
    assert row.sent_at is not None
    assert (row.attempts, row.last_error) == (1, "")


def test_what_was_written_in_a_transaction_that_is_undone_is_never_sent(database: Database, mailbox: Mailbox) -> None:
    with Session(database.writer) as session:
        write_message(session, "ada@torus.example", "Ada", "test", "Never", "Never.")
        session.rollback()
    assert send_due(database, post(mailbox)) == Outcome()
    assert mailbox.taken == []


def test_one_refused_address_keeps_nobody_else_from_their_message_and_is_tried_again_later(
    database: Database, mailbox: Mailbox
) -> None:
    write(database, "ada", "ben", "cleo")
    mailbox.refuses = {"ben@torus.example"}
    outcome = send_due(database, post(mailbox))
    assert (outcome.sent, outcome.refused) == (2, ["2 to ben@torus.example: 550 no such mailbox here"])
    assert mailbox.to == ["ada@torus.example", "cleo@torus.example"]
    ben = outbox(database)[1]
    assert (ben.sent_at, ben.attempts, ben.last_error) == (None, 1, "550 no such mailbox here")
    assert timedelta(minutes=4) < ben.next_try_at - now() <= timedelta(minutes=5)
    assert send_due(database, post(mailbox)) == Outcome(), "it waits"
    mailbox.refuses = set()
    make_due(database)
    assert send_due(database, post(mailbox)).sent == 1
    assert mailbox.to[-1] == "ben@torus.example"


def test_after_the_last_attempt_a_message_is_given_up_until_somebody_asks_for_it(
    database: Database, mailbox: Mailbox
) -> None:
    write(database, "ada")
    mailbox.refuses = {"ada@torus.example"}
    waits = []
    for _ in range(MOST_ATTEMPTS):
        send_due(database, post(mailbox))
        waits.append(round((outbox(database)[0].next_try_at - now()).total_seconds() / 60))
        make_due(database)
    assert waits == sorted(waits), "each wait is at least as long as the one before"
    mailbox.refuses = set()
    assert send_due(database, post(mailbox)) == Outcome()
    assert send_due(database, post(mailbox), given_up=True).sent == 1


def test_a_server_that_breaks_off_leaves_the_rest_for_the_next_run(database: Database, mailbox: Mailbox) -> None:
    write(database, "ada", "ben", "cleo")
    mailbox.breaks_off_for = {"ben@torus.example"}
    outcome = send_due(database, post(mailbox))
    assert (outcome.sent, len(outcome.refused), outcome.silent != "") == (1, 1, True)
    assert [row.attempts for row in outbox(database)] == [1, 1, 0]
    assert send_due(database, post(mailbox)).sent == 1, "the one behind it is not held up"
    assert mailbox.to == ["ada@torus.example", "cleo@torus.example"]


def test_a_server_that_cannot_be_reached_costs_no_attempt(database: Database) -> None:
    write(database, "ada")
    nobody = Post(read_mail_server(f"smtp://127.0.0.1:{free_port()}", "", SENDER), "Anchor Portal", BASE)
    assert "refused" in send_due(database, nobody).silent.lower()
    assert [(row.attempts, row.last_error) for row in outbox(database)] == [(0, "")]


def test_two_senders_at_once_send_every_message_once(database: Database, mailbox: Mailbox) -> None:
    names = [f"person{number}" for number in range(12)]
    write(database, *names)
    with ThreadPoolExecutor(3) as threads:
        outcomes = list(threads.map(lambda _: send_due(database, post(mailbox)), range(3)))
    assert sum(outcome.sent for outcome in outcomes) == 12
    assert sorted(mailbox.to) == sorted(f"{name}@torus.example" for name in names)


def test_a_sender_killed_in_the_middle_loses_nothing_and_says_that_it_may_have_been_sent_twice(
    tmp_path: Path, mailbox: Mailbox
) -> None:
    url = sqlite_url(tmp_path, seeded)
    database = open_database(url)
    write(database, "ada")
    mailbox.hangs = True
    settings = {
        "ANCHOR_DATABASE_URL": url,
        "ANCHOR_SMTP": f"smtp://127.0.0.1:{mailbox.port}",
        "ANCHOR_MAIL_FROM": SENDER,
    }
    command = [sys.executable, "-c", "from anchor_portal.cli import main; main()", "messages", "send"]
    with subprocess.Popen(command, env=os.environ | settings) as sender:
        assert mailbox.has_taken.wait(60)
        sender.kill()
    mailbox.hangs = False
    (row,) = outbox(database)
    assert (row.sent_at, row.attempts, row.last_error) == (None, 1, CLAIMED)
    for asked_for in (False, True):
        assert send_due(database, post(mailbox), given_up=asked_for) == Outcome(), "the claim holds for ten minutes"
    make_due(database)
    assert send_due(database, post(mailbox)) == Outcome(sent=1, sent_again=["1 to ada@torus.example"])
    first, second = mailbox.taken
    assert first["Message-ID"] == second["Message-ID"], "the same message, for whoever has it twice"
    assert outbox(database)[0].sent_at is not None
    database.dispose()


def test_an_address_that_is_none_is_refused_and_not_an_error(database: Database, mailbox: Mailbox) -> None:
    write(database, "ada", "ben")
    with Session(database.writer) as session, session.begin():
        session.execute(update(Message).where(Message.id == 1).values(to_email="no address"))
    outcome = send_due(database, post(mailbox))
    assert (outcome.sent, outcome.refused) == (
        1,
        ["1 to no address: “no address” is not an address that mail can go to"],
    )


@pytest.mark.parametrize(
    ("address", "sender", "says"),
    [
        ("mail.example", SENDER, "must be an address like"),
        ("https://mail.example", SENDER, "must be an address like"),
        ("smtp://[mail", SENDER, "must be an address like"),
        ("smtp://mail.example:0x19", SENDER, "port"),
        ("smtp://mail.example", "", "ANCHOR_MAIL_FROM must be set"),
        ("smtp://ada:hunter2@mail.example", SENDER, "in clear"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_without_its_password(address: str, sender: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refusal:
        read_mail_server(address, "", sender)
    assert "hunter2" not in str(refusal.value)


def test_the_scheme_says_how_it_is_encrypted_and_on_which_port() -> None:
    server = read_mail_server("smtp+starttls://ada%40x:s%3Acret@mail.example", "", SENDER)
    assert (server.port, server.user, server.password) == (587, "ada@x", "s:cret")
    assert read_mail_server("smtps://ada:old@mail.example", "from a file", SENDER).password == "from a file"  # noqa: S105
    assert read_mail_server("smtps://mail.example", "", SENDER).port == 465


def test_a_server_without_encryption_is_not_given_a_password(mailbox: Mailbox) -> None:
    server = read_mail_server(f"smtp+starttls://ada:secret@127.0.0.1:{mailbox.port}", "", SENDER)
    with pytest.raises(ServerSilent, match="STARTTLS"), connected(server):
        pass
