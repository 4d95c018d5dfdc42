"""A real mail server on a free port of the loopback, which takes messages, refuses, delays, or breaks off."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from anchor_portal.mail import MailServer, read_mail_server

SENDER = "portal@anchors.example"


@dataclass
class Mailbox:
    """What the server took; whom it refuses, and in the middle of whose message it breaks off."""

    taken: list[EmailMessage] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    breaks_off_for: set[str] = field(default_factory=set)
    port: int = 0
    delay: float = 0
    """Seconds that the server takes over each message."""
    fails_every_other: bool = False
    """Refuses every other message for now, and breaks off in the middle of every other one of those that it would take."""
    asked: int = 0
    hangs: bool = False
    has_taken: threading.Event = field(default_factory=threading.Event)
    """With `hangs` a message is taken, this is set, and the sender never hears of it."""

    @property
    def server(self) -> MailServer:
        """The server as a setting names it."""
        return read_mail_server(f"smtp://127.0.0.1:{self.port}", "", SENDER)

    @property
    def to(self) -> list[str]:
        """The address of each message taken, in order."""
        return [str(mail["To"].addresses[0].addr_spec) for mail in self.taken]

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Take or refuse an address."""
        if address in self.refuses:
            return "550 no such mailbox here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a message, refuse it for now, or break off."""
        await asyncio.sleep(self.delay)
        self.asked += 1
        if self.fails_every_other and self.asked % 4 == 1:
            return "451 try again later"
        if self.fails_every_other and self.asked % 4 == 3:
            server.transport.abort()
            return "421 gone"
        if self.hangs:
            self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
            self.has_taken.set()
            await asyncio.sleep(30)
        if self.breaks_off_for & set(envelope.rcpt_tos):
            server.transport.abort()
            return "421 gone"
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 taken"


@contextmanager
def mail_server() -> Iterator[Mailbox]:
    """A server that runs meanwhile."""
    mailbox = Mailbox(port=free_port())
    controller = Controller(mailbox, hostname="127.0.0.1", port=mailbox.port)
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])
