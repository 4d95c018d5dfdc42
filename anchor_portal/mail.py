"""The mail server of an installation, as its address says it."""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
"""Every scheme, with the port that it means where none is written."""
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


EXAMPLE = "ANCHOR_SMTP must be an address like smtp+starttls://user@mail.example:587"


@dataclass(frozen=True)
class MailServer:
    """Where messages are handed over, and from whom they come; `scheme` is a key of PORTS."""

    scheme: str
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


def read_mail_server(address: str, password: str, sender: str) -> MailServer:
    """The server that `smtp://user:password@host:port`, `smtp+starttls://…` or `smtps://…` names.

    `password` takes the place of one in the address. Raises ValueError with a sentence that does not repeat it.
    """
    split = _split(address)
    if split.scheme not in PORTS or not split.hostname or split.path.strip("/"):
        raise ValueError(EXAMPLE)
    if not sender:
        raise ValueError("ANCHOR_MAIL_FROM must be set where ANCHOR_SMTP is: the address that messages come from")
    try:
        port = split.port or PORTS[split.scheme]
    except ValueError:
        raise ValueError("the port in ANCHOR_SMTP must be a number from 1 to 65535") from None
    user, password = unquote(split.username or ""), password or unquote(split.password or "")
    if user and split.scheme == "smtp" and split.hostname not in LOCAL:
        raise ValueError("ANCHOR_SMTP would send its password in clear: write smtp+starttls:// or smtps://")
    return MailServer(split.scheme, split.hostname, port, sender, user, password)


def _split(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        raise ValueError(EXAMPLE) from None
