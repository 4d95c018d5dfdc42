"""The feed of releases and revisions, as Atom.

Source: RFC 4287, The Atom Syndication Format; RFC 4151 for the identifiers, which stay the same for ever.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

from anchor_portal.domain.open_data.document import SYNTHETIC, address_of, say_moment
from anchor_portal.domain.open_data.rows import Edition, Publisher

ATOM = "http://www.w3.org/2005/Atom"
TAGGED_SINCE = "2026"
"""The year of the tags: the portal's host name was in use by then."""


def write_feed(editions: Iterable[Edition], publisher: Publisher) -> bytes:
    """Every revision of every published round, the latest publication first; an empty feed before there is one."""
    newest_first = sorted(editions, key=lambda each: (each.published_at, each.round, each.revision), reverse=True)
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en-GB"})
    data = f"{publisher.base_url}/data"
    _add(feed, "id", _tag(publisher, "releases"))
    _add(feed, "title", f"{publisher.name}: releases of figures")
    _add(feed, "subtitle", SYNTHETIC if publisher.is_demo else "New rounds, and revisions of published ones.")
    _add(feed, "updated", say_moment(newest_first[0]) if newest_first else _never())
    _add(_add(feed, "author"), "name", publisher.name)
    _add(feed, "rights", f"{publisher.licence}, {publisher.licence_url}")
    _link(feed, "self", f"{data}/releases.atom", "application/atom+xml")
    _link(feed, "alternate", data, "text/html")
    for edition in newest_first:
        _entry(feed, edition, publisher)
    ElementTree.indent(feed)
    content: bytes = ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _entry(feed: ElementTree.Element, edition: Edition, publisher: Publisher) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", _tag(publisher, f"{edition.round}/revision-{edition.revision}"))
    _add(entry, "title", _title(edition))
    _add(entry, "updated", say_moment(edition))
    _add(entry, "published", say_moment(edition))
    _add(entry, "summary", _summary(edition, publisher))
    _link(entry, "alternate", f"{publisher.base_url}/publications/{edition.round}/{edition.revision}", "text/html")
    for kind, mediatype in (("csv", "text/csv"), ("json", "application/json")):
        _link(entry, "enclosure", address_of(edition, publisher, kind), mediatype)


def _title(edition: Edition) -> str:
    if edition.revision == 1:
        return f"Figures of {edition.title}"
    return f"Figures of {edition.title}, revision {edition.revision}"


def _summary(edition: Edition, publisher: Publisher) -> str:
    words = f"Revised: {edition.reason}" if edition.reason else "The figures of the round are published."
    return f"{words} {SYNTHETIC}" if publisher.is_demo else words


def _tag(publisher: Publisher, what: str) -> str:
    """An identifier by RFC 4151: the portal's host, a year in which it was ours, and what it is."""
    return f"tag:{urlsplit(publisher.base_url).hostname or 'localhost'},{TAGGED_SINCE}:data/{what}"


def _never() -> str:
    """The date of a feed in which nothing has happened yet."""
    return datetime(1970, 1, 1, tzinfo=UTC).isoformat().replace("+00:00", "Z")


def _add(parent: ElementTree.Element, name: str, text: str | None = None) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}")
    element.text = text
    return element


def _link(parent: ElementTree.Element, relation: str, address: str, kind: str) -> None:
    ElementTree.SubElement(parent, f"{{{ATOM}}}link", {"rel": relation, "href": address, "type": kind})
