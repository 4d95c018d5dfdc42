"""What programs look for at fixed addresses: whom to tell of a weakness (RFC 9116), and what may be searched (RFC 9309)."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from xml.sax.saxutils import escape

VALID_FOR = timedelta(days=180)
"""How long the contact is promised to hold. It is written anew each month; RFC 9116 wants less than a year."""
CONTACT = re.compile(r"(?:mailto:[^\s@,]+@[^\s@,]+|https://[!-~]+)")
PRIVATE = (
    "/account",
    "/actions",
    "/assembly",
    "/invitation",
    "/jobs",
    "/meetings",
    "/organisations/*/people",
    "/messages",
    "/returns",
    "/reviews",
    "/team",
    "/work",
)
"""Addresses at which there is nothing for everybody: not secret, but of no use in a list of results."""


def read_contact(text: str, setting: str = "ANCHOR_SECURITY_CONTACT") -> str:
    """A contact of the settings as an address with its scheme; nothing for nothing. Raises ValueError with a sentence."""
    text = text.strip()
    contact = f"mailto:{text}" if "@" in text and ":" not in text else text
    if contact and not CONTACT.fullmatch(contact):
        raise ValueError(f"{setting} must be an e-mail address, or a page like https://portal.example/report")
    return contact


def security_txt(contact: str, base_url: str, on: date) -> str:
    """The file of RFC 9116, as it stands on a day; it changes once a month."""
    expires = on.replace(day=1) + VALID_FOR
    lines = (
        f"Contact: {contact}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: en",
        f"Canonical: {base_url}/.well-known/security.txt",
    )
    return "\n".join(lines) + "\n"


def robots_txt(base_url: str, *, may_be_searched: bool) -> str:
    """What search engines are asked to leave out: what is for people with an account, or everything."""
    left_out = PRIVATE if may_be_searched else ("/",)
    lines = ["User-agent: *", *(f"Disallow: {each}" for each in left_out)]
    return "\n".join([*lines, *([f"Sitemap: {base_url}/sitemap.xml"] if may_be_searched else [])]) + "\n"


def sitemap_xml(addresses: Iterable[str]) -> str:
    """A site map of whole addresses."""
    places = "".join(f"<url><loc>{escape(each)}</loc></url>\n" for each in addresses)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{places}</urlset>\n'
    )
