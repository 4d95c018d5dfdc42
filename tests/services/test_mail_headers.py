"""What people typed goes into headers of mail as it reads, and never becomes a header of its own."""

import email
from email.policy import default

import pytest

from anchor_portal.models import Message
from anchor_portal.models.base import now
from anchor_portal.outputs.letter import Letter
from anchor_portal.services.messages.smtp import compose

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
