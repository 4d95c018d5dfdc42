"""The outbox at the command line."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from anchor_portal.engine import open_database
from anchor_portal.services.messages.outbox import write_message
from tests.command import refusal, run, run_command
from tests.conftest import seeded
from tests.engines import sqlite_url
from tests.mail_server import SENDER, Mailbox, free_port, mail_server


@pytest.fixture
def outbox_url(tmp_path: Path) -> str:
    """A seeded database with two messages that wait."""
    url = sqlite_url(tmp_path, seeded)
    database = open_database(url)
    with Session(database.writer) as session, session.begin():
        for name in ("ada", "ben"):
            write_message(session, f"{name}@torus.example", name, "test", f"To {name}\t\x1b[2J", "Words.")
    database.dispose()
    return url


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


def settings(mailbox: Mailbox) -> dict[str, str]:
    return {"ANCHOR_SMTP": f"smtp://127.0.0.1:{mailbox.port}", "ANCHOR_MAIL_FROM": f"The Portal <{SENDER}>"}


def test_messages_are_listed_sent_and_listed_as_sent(outbox_url: str, mailbox: Mailbox) -> None:
    mailbox.refuses = {"ben@torus.example"}
    lines = [line.split("\t") for line in run(outbox_url, "messages", "list").text.splitlines()]
    assert [(line[0], *line[2:]) for line in lines] == [
        ("2", "ben@torus.example", "test", "To ben [2J", "waits"),
        ("1", "ada@torus.example", "test", "To ada [2J", "waits"),
    ]
    sent = run_command(outbox_url, "messages", "send", **settings(mailbox))
    assert (sent.code, sent.text) == (0, "Sent 1 message.\n")
    assert sent.errors == "Not sent, tried again later: 2 to ben@torus.example: 550 no such mailbox here\n"
    assert str(mailbox.taken[0]["From"]) == f"The Portal <{SENDER}>"
    (left,) = run(outbox_url, "messages", "list", "--unsent").text.splitlines()
    assert "attempts: 1, 550 no such mailbox here" in left
    assert "\tsent 20" in run(outbox_url, "messages", "list").text.splitlines()[1]
    assert run(outbox_url, "messages", "send", **settings(mailbox)).text == "Sent 0 messages.\n"
    mailbox.refuses = set()
    assert run(outbox_url, "messages", "send", "--given-up", **settings(mailbox)).text == "Sent 1 message.\n"


def test_without_a_server_or_one_that_answers_it_is_said_in_a_sentence(outbox_url: str) -> None:
    assert "no mail server is set" in refusal(outbox_url, "messages", "send")
    wrong = {"ANCHOR_SMTP": "mail.example", "ANCHOR_MAIL_FROM": SENDER}
    assert "ANCHOR_SMTP must be an address" in refusal(outbox_url, "messages", "send", code=1, **wrong)
    secret = {"ANCHOR_SMTP": "smtp://localhost", "ANCHOR_MAIL_FROM": SENDER, "ANCHOR_SMTP_PASSWORD_FILE": "/nowhere"}
    assert "ANCHOR_SMTP_PASSWORD_FILE cannot be read" in refusal(outbox_url, "messages", "send", code=1, **secret)
    nobody = {"ANCHOR_SMTP": f"smtp://127.0.0.1:{free_port()}", "ANCHOR_MAIL_FROM": SENDER}
    answer = run_command(outbox_url, "messages", "send", **nobody)
    assert (answer.code, "does not answer as it should" in answer.errors) == (1, True)
