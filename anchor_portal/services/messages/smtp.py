"""Handing messages to a mail server."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any

from anchor_portal.mail import MailServer
from anchor_portal.models import Message
from anchor_portal.outputs.letter import Letter, as_html, as_text

SECONDS = 30
"""How long the server may be silent."""
UNSUBSCRIBE = "List-Unsubscribe"


class ServerSilent(Exception):
    """The mail server cannot be reached, breaks off, or does not let us in; the text says what it said."""


class MessageRefused(Exception):
    """The mail server answers, and does not take this message; the text says what it said."""


@contextmanager
def connected(server: MailServer, seconds: float = SECONDS) -> Iterator[smtplib.SMTP]:
    """A connection that is ready to take messages, silent for so long at most. Raises ServerSilent."""
    try:
        connection = _connect(server, seconds)
    except (OSError, smtplib.SMTPException) as error:
        raise ServerSilent(say_error(error)) from None
    try:
        yield connection
    finally:
        connection.close()


def _connect(server: MailServer, seconds: float) -> smtplib.SMTP:
    encrypted = ssl.create_default_context()
    if server.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=encrypted)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=seconds)
    try:
        if server.scheme == "smtp+starttls":
            connection.starttls(context=encrypted)
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def hand_over(connection: smtplib.SMTP, mail: EmailMessage) -> None:
    """Hand one message to the server. Raises MessageRefused, or ServerSilent where it breaks off."""
    try:
        _send(connection, mail)
    except (smtplib.SMTPServerDisconnected, OSError) as error:
        said_no = isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected)
        if said_no and connection.sock is not None:  # it is None after a 421, by which a server ends the connection
            raise MessageRefused(say_error(error)) from None
        raise ServerSilent(say_error(error)) from None
    except ValueError as error:
        raise MessageRefused(str(error)) from None


def _send(connection: smtplib.SMTP, mail: EmailMessage) -> None:
    """As `send_message` does it, which would also write “>From” wherever a line begins with “From”."""
    sender, to = mail["From"].addresses[0].addr_spec, mail["To"].addresses[0].addr_spec
    beyond_ascii = not (sender + to).isascii()
    connection.ehlo_or_helo_if_needed()
    if beyond_ascii and not connection.has_extn("smtputf8"):
        raise smtplib.SMTPNotSupportedError("the server takes no addresses beyond ASCII")
    written = mail.as_bytes(policy=POLICY.clone(utf8=beyond_ascii, linesep="\r\n"))
    connection.sendmail(sender, [to], written, ("SMTPUTF8", "BODY=8BITMIME") if beyond_ascii else ())


def say_error(error: Exception) -> str:
    """What a server said, on one line: "550 no such mailbox"."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return _line(code, said)
    if isinstance(error, smtplib.SMTPResponseException):
        return _line(error.smtp_code, error.smtp_error)
    return " ".join(str(error).split()) or type(error).__name__


def _line(code: int, said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(f"{code} {text}".split())[:500]


class _WholeAddresses(EmailPolicy):
    """Keeps the address by which reminders are turned off on one line: folded, it would be encoded, which no mail
    program looks for in an address."""

    def fold(self, name: str, value: Any) -> str:
        """A header as text."""
        return f"{name}: {value}{self.linesep}" if name == UNSUBSCRIBE else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """A header as bytes."""
        return self.fold(name, value).encode() if name == UNSUBSCRIBE else super().fold_binary(name, value)


POLICY = _WholeAddresses()


def compose(message: Message, letter: Letter, sender: str) -> EmailMessage:
    """A message as plain text and as HTML. The same message has the same identifier however often it is sent.

    Raises MessageRefused where its address is none.
    """
    mail = EmailMessage(policy=POLICY)
    name, address = parseaddr(sender)
    mail["From"] = _address(_in_a_header(name or letter.portal), address)
    mail["To"] = _address(_in_a_header(message.to_name), message.to_email)
    mail["Subject"] = _in_a_header(message.subject)
    mail["Date"] = format_datetime(message.written_at)
    mail["Message-ID"] = identifier_of(message, sender)
    mail["Auto-Submitted"] = "auto-generated"
    if letter.off_link:  # RFC 8058: a button of the mail program itself
        mail[UNSUBSCRIBE] = f"<{letter.off_link}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(as_text(letter))
    mail.add_alternative(as_html(letter), subtype="html")
    return mail


def _in_a_header(text: str) -> str:
    """A text on one line, in which nothing is taken for an encoded word: decoded, that could hold a header of its own."""
    return " ".join(text.split()).replace("=?", "= ?")


def _address(name: str, address: str) -> Address:
    try:
        return Address(name, addr_spec=address)
    except (ValueError, LookupError, MessageError):
        raise MessageRefused(f"“{address}” is not an address that mail can go to") from None


def identifier_of(message: Message, sender: str) -> str:
    """The Message-ID, by which mail programs and an administrator recognise a message that was sent twice."""
    domain = parseaddr(sender)[1].partition("@")[2] or make_msgid().partition("@")[2].rstrip(">")
    return f"<anchor-portal.{message.id}.{message.written_at:%Y%m%d%H%M%S}@{domain}>"
