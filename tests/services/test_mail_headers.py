"""What people typed goes into headers of mail as it reads, and never becomes a header of its own."""

import email
from email.policy import default

import pytest

from anchor_portal.models import Message
from anchor_portal.models.base import now
from anchor_portal.outputs.letter import Letter
from anchor_portal.services.messages.smtp import compose, connected, hand_over
from tests.mail_server import mail_server

HEADERS = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]


@pytest.mark.parametrize(
    "typed",
    [
        "=?utf-8?q?x=0D=0ABcc:_victim@elsewhere.example?=",
        "=?utf-8?b?eA0KQmNjOiB2aWN0aW1AZWxzZXdoZXJlLmV4YW1wbGU=?=",
        "x\r\nBcc: victim@elsewhere.example",
        "x\x85Bcc: y\u2028Bcc: z\x0bBcc: a",
    ],
)
def test_a_name_or_subject_adds_no_header_to_a_message(typed: str) -> None:
    message = Message(id=1, to_email="ada@torus.example", to_name=typed, subject=typed, written_at=now())
    letter = Letter(typed, typed, "Some words.", "", "Anchor Portal", "https://portal.example")
    mail = email.message_from_bytes(compose(message, letter, "portal@portal.example").as_bytes(), policy=default)
    assert mail.keys() == HEADERS
    assert [each.addr_spec for each in mail["To"].addresses] == ["ada@torus.example"]
    assert mail["To"].addresses[0].display_name == " ".join(typed.replace("=?", "= ?").split())


def test_a_line_that_begins_with_from_reaches_the_mailbox_as_it_was_written() -> None:
    message = Message(id=1, to_email="ada@torus.example", to_name="Ada", subject="Yours", written_at=now())
    letter = Letter(
        "Yours", "Dear Ada", "From now on a code is asked for.", "", "Anchor Portal", "https://portal.example"
    )
    with mail_server() as mailbox, connected(mailbox.server) as connection:
        hand_over(connection, compose(message, letter, "portal@portal.example"))
    plain = mailbox.taken[0].get_body(("plain",))
    assert plain is not None
    assert "\nFrom now on a code" in plain.get_content(), "smtplib would write >From"
