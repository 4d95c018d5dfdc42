"""Passkeys: for which address they are made, what they are called, and how many there can be."""

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

MOST = 20
"""Passkeys of one person."""
LONGEST_NAME = 60
NOT_UNDERSTOOD = "That passkey could not be checked. Try again, or sign in in another way"


class PasskeyRefused(Exception):
    """A passkey cannot be taken, or is not who it should be; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """For whom a passkey is made: the host that it belongs to, the words that a browser shows, the pages it works on."""

    id: str
    name: str
    origin: str


def relying_party(base_url: str, name: str) -> RelyingParty | None:
    """For whom passkeys of an installation are made; None where browsers make none for its address.

    They need https and a name. On one's own machine `localhost` is such a name, and stands for 127.0.0.1 and [::1].
    """
    split = urlsplit(base_url)
    host, port = split.hostname or "", f":{split.port}" if split.port else ""
    if _is_loopback(host):
        return RelyingParty("localhost", name, f"{split.scheme}://localhost{port}")
    if split.scheme != "https" or not host or _is_address(host):
        return None
    return RelyingParty(host, name, f"https://{host}{port if split.port != 443 else ''}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def choose_name(typed: str, device: str, taken: Collection[str]) -> str:
    """What a passkey is called: as typed, else after the device; with a number where the name is taken already."""
    wanted = typed[:LONGEST_NAME] or device[:LONGEST_NAME] or "Passkey"
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted} ({number})", number + 1
    return name
