"""The outbox and a real mail server: nothing is lost, nothing is sent twice in silence, nothing that was undone is sent."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
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


def test_a_message_is_sent_once_as_plain_text_and_html_with_its_link(database: Database, mailbox: Mailbox) -> None:
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
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None, "only reminders can be turned off"
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    text = plain.get_content().replace("\r\n", "\n")
    assert text.startswith(f"Dear Inês Mallorby\n\nEin Wort.\n\nNoch eins.\n\n{BASE}/work\n")
    assert f'<a href="{BASE}/work"' in html.get_content()
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


def test_a_server_that_breaks_off_gets_the_rest_over_a_new_connection(database: Database, mailbox: Mailbox) -> None:
    write(database, "ada", "ben", "cleo")
    mailbox.breaks_off_for = {"ben@torus.example"}
    outcome = send_due(database, post(mailbox))
    assert (outcome.sent, len(outcome.refused), outcome.silent) == (2, 1, "")
    assert [row.attempts for row in outbox(database)] == [1, 1, 1]
    assert mailbox.to == ["ada@torus.example", "cleo@torus.example"]
    assert outbox(database)[1].last_error != ""


def test_a_server_that_breaks_off_again_and_again_is_left_alone_until_the_next_run(
    database: Database, mailbox: Mailbox
) -> None:
    names = ["ada", "ben", "cleo", "dora", "egon"]
    write(database, *names)
    mailbox.breaks_off_for = {f"{name}@torus.example" for name in names}
    outcome = send_due(database, post(mailbox))
    assert (outcome.sent, len(outcome.refused), outcome.silent != "") == (0, 3, True)
    assert [row.attempts for row in outbox(database)] == [1, 1, 1, 0, 0]


def test_a_server_that_fails_half_the_time_gets_every_message_in_the_end_and_none_twice(
    database: Database, mailbox: Mailbox
) -> None:
    names = [f"person{number}" for number in range(9)]
    write(database, *names)
    mailbox.fails_every_other = True
    runs = 0
    while any(row.sent_at is None for row in outbox(database)):
        send_due(database, post(mailbox))
        make_due(database)
        runs += 1
        assert runs < MOST_ATTEMPTS, "nothing is given up"
    assert runs > 1
    assert sorted(mailbox.to) == sorted(f"{name}@torus.example" for name in names)


def test_a_server_that_takes_too_long_is_tried_again_later(database: Database, mailbox: Mailbox) -> None:
    write(database, "ada")
    mailbox.delay = 0.4
    slow = replace(post(mailbox), seconds=0.1)
    outcome = send_due(database, slow)
    assert (outcome.sent, len(outcome.refused)) == (0, 1)
    assert "timed out" in outbox(database)[0].last_error
    mailbox.delay = 0
    make_due(database)
    assert send_due(database, post(mailbox)).sent == 1
    assert len({mail["Message-ID"] for mail in mailbox.taken}) == 1, "where it took it all the same: the same message"


def test_a_run_says_how_far_it_is_and_can_be_ended_between_two_messages(database: Database, mailbox: Mailbox) -> None:
    write(database, "ada", "ben", "cleo")
    told: list[tuple[int, int]] = []

    def tell(done: int, total: int) -> None:
        told.append((done, total))
        if done == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        send_due(database, post(mailbox), tell=tell)
    assert told == [(0, 3), (1, 3), (2, 3)]
    assert [row.attempts for row in outbox(database)] == [1, 1, 0], "the third was not even claimed"


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
