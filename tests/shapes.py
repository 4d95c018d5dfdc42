"""Pages read the quick way: what a strict parser would find in them is known from pages that it has read before.

A page is read quickly where every element is opened and closed by itself, every attribute stands in double quotes and
every character that means something is written as a reference. What a parser may then complain of follows from where an
element stands: within which others, and after which one. Whoever reads such a page says all such places of it; where the
strict parser found nothing wrong with pages that had them all, it would find nothing wrong with this one.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from itertools import pairwise
from typing import Any, NamedTuple

from bs4.builder import HTMLTreeBuilder

DOCTYPE = re.compile(r"\s*<!doctype html>\s*", re.IGNORECASE)
ATTRIBUTES = r'(?:\s+[a-zA-Z][-\w:]*(?:="[^"]*")?)*'
TAG = re.compile(rf"<(/?)([a-zA-Z][a-zA-Z0-9]*)({ATTRIBUTES})\s*(/?)>")
TAGS = re.compile(rf"(</?[a-zA-Z][a-zA-Z0-9]*{ATTRIBUTES}\s*/?>)")
"""The same as a whole, to cut a page at."""
ATTRIBUTE = re.compile(r"""([a-zA-Z][-\w:]*)(?:="([^"]*)")?""")
CONTROL = re.compile(r"[<\0-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff\U0001fffe-\U0001ffff\U0002fffe-\U0010ffff]")
MARK = re.compile("&(?!(?:amp|lt|gt|quot|nbsp|#3[49]|#x27);)")
NOT_PLAIN = re.compile(rf"{CONTROL.pattern}|{MARK.pattern}")
"""What a strict parser has to look at: marks that are not written as references, characters that no page may hold."""
IN_NO_PAGE = re.compile(CONTROL.pattern.replace("[<", "["))
"""What may stand nowhere, not even in a script; tags may."""
VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
RAW = frozenset({"script", "style"})
FIRST_LINE_DROPPED = frozenset({"textarea", "pre"})

HOLDS_WORDS = (" script", " style", " textarea", " title")
"""What looks like an element inside these is none."""

NONE: dict[str, str] = {}
Place = tuple[str, str, str]


class Token(NamedTuple):
    """A piece of a page: a tag that opens or closes, or the text between two."""

    kind: str
    """`open`, `whole` (opened and closed at once), `close` or `text`."""
    name: str
    """The element's, or the text itself."""
    attributes: dict[str, str]


def read(page: str) -> list[Token] | None:
    """All pieces of a page, or nothing where it is not written so that they are certain."""
    start = DOCTYPE.match(page)
    if not start:
        return None
    pieces = TAGS.split(page[start.end() :])
    tokens = [
        _tag(piece) if number % 2 else Token("text", piece, NONE)
        for number, piece in enumerate(pieces)
        if piece or number == len(pieces) - 1
    ]
    if not MARK.search(page) and not IN_NO_PAGE.search(page):  # as with most: quicker than piece by piece
        is_plain = not any("<" in text for text in pieces[::2]) and not any("" in token.attributes for token in tokens)
    else:
        is_plain = all(_is_plain(token, before) for before, token in pairwise(tokens))
    return tokens if is_plain else None


def words(tokens: list[Token], name: str) -> str | None:
    """All the words within the first element of that name, of a page in which everything is closed by itself."""
    found: list[str] = []
    open_ones: list[str] = []
    for kind, what, _ in tokens:
        if kind == "text" and open_ones and open_ones[-1] not in RAW:
            found.append(what)
        elif kind == "open" and (open_ones or what == name):
            open_ones.append(what)
        elif kind == "close" and open_ones:
            open_ones.pop()
            if not open_ones:
                return " ".join(unescape(" ".join(found)).split())
    return None


def _is_plain(token: Token, before: Token) -> bool:
    if token.kind != "text":
        return "" not in token.attributes
    pattern = CONTROL if before.name in RAW and before.kind == "open" else NOT_PLAIN
    return not pattern.search(token.name)


@lru_cache(maxsize=20_000)
def _tag(written: str) -> Token:
    slash, name, attributes, end = TAG.fullmatch(written).groups()  # type: ignore[union-attr]
    found = ATTRIBUTE.findall(attributes) if attributes else []
    named = {key: value for key, value in found}
    if len(named) != len(found) or NOT_PLAIN.search(attributes) or (slash and found):
        named[""] = "not plain"
    kind = "close" if slash else "whole" if name in VOID or end else "open"
    if end and name in VOID:
        end = ""
    return Token(kind, name + end, named)


def places(tokens: list[Token]) -> set[Place] | None:
    """Where everything stands: within what, after what. Nothing where something is not closed, or implied."""
    within, before = [""], [""]
    found: set[Place] = set()
    for token in tokens:
        if token.kind == "close":
            if within[-1].rpartition(" ")[2] != token.name:
                return None
            found.add((within.pop(), before.pop(), "end"))
        elif name := _place_name(token):
            found.add((within[-1], before[-1], name))
            before[-1] = name
            if token.kind == "open":
                within.append(f"{within[-1]} {name}")
                before.append("")
    return found if len(within) == 1 and not any(map(_is_another, found)) else None


def _is_another(place: Place) -> bool:
    """Whether parsers see something else there: rows get a body around them, and words stay words."""
    within, _, name = place
    return name == "tr" and within.endswith(" table") or within.endswith(HOLDS_WORDS) and name not in {"text", "end"}


def _place_name(token: Token) -> str:
    if token.kind == "text":
        return "text" if token.name.strip() else ""
    return f"input={token.attributes.get('type')}" if token.name == "input" else token.name


class Quick(HTMLTreeBuilder):
    """Makes the tree of a page that was read already, as parsers make it."""

    processing_instruction_class = None
    is_xml = False

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__()
        self.tokens = tokens

    def prepare_markup(self, markup: Any, *_: Any, **__: Any) -> Iterator[Any]:
        """Nothing to prepare."""
        yield markup, None, None, False

    def feed(self, _markup: Any) -> None:
        """Hand over every piece."""
        fresh = ""
        for kind, name, attributes in self.tokens:
            if kind == "text":
                words = name.removeprefix("\n") if fresh in FIRST_LINE_DROPPED else name
                self.soup.handle_data(words if fresh in RAW else unescape(words))
            elif kind == "close":
                self.soup.handle_endtag(name)
            else:
                named: Any = {key: unescape(value) for key, value in attributes.items()}
                self.soup.handle_starttag(name.removesuffix("/"), None, None, named)
                if kind == "whole":
                    self.soup.handle_endtag(name.removesuffix("/"))
            fresh = name if kind == "open" else ""
