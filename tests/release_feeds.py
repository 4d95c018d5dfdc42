"""What RFC 4287 asks of an Atom feed, as far as ours can break it."""

import re
from xml.etree import ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]+")
ONCE = ("id", "title", "updated")
KNOWN = {
    *("feed", "entry", "id", "title", "subtitle", "updated", "published", "author", "name", "rights", "link", "summary")
}


def read_feed(content: bytes) -> ElementTree.Element:
    """The feed as XML; it is our own."""
    return ElementTree.fromstring(content)  # noqa: S314


def check_feed(content: bytes) -> None:
    """Fail where a rule is broken."""
    feed = read_feed(content)
    assert feed.tag == f"{ATOM}feed"
    assert {element.tag.removeprefix(ATOM) for element in feed.iter()} <= KNOWN
    entries = feed.findall(f"{ATOM}entry")
    assert feed.findtext(f"{ATOM}author/{ATOM}name"), "4.1.1: an author, since the entries have none"
    assert [link for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"], "4.1.1: a link to itself"
    for element in (feed, *entries):
        _check_element(element)
    identifiers = [element.findtext(f"{ATOM}id") for element in (feed, *entries)]
    assert len(set(identifiers)) == len(identifiers), "4.2.6: identifiers are universally unique"


def _check_element(element: ElementTree.Element) -> None:
    for name in ONCE:
        found = element.findall(f"{ATOM}{name}")
        assert len(found) == 1 and found[0].text, f"4.1: exactly one {name}"
    assert IRI.fullmatch(element.findtext(f"{ATOM}id", "")), "4.2.6: an identifier is an IRI"
    for name in ("updated", "published"):
        assert all(MOMENT.fullmatch(each.text or "") for each in element.findall(f"{ATOM}{name}")), "3.3: RFC 3339"
    links = [
        (link.get("rel", "alternate"), link.get("type"), link.get("hreflang"))
        for link in element.findall(f"{ATOM}link")
    ]
    alternates = [link for link in links if link[0] == "alternate"]
    assert alternates and len(set(alternates)) == len(alternates), "4.1: one alternate of a type and language"
    assert all(IRI.fullmatch(link.get("href", "")) for link in element.findall(f"{ATOM}link")), "4.2.7: href is an IRI"
