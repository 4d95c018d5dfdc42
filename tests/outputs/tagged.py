"""A tagged PDF read back: its elements in reading order with their words, and what a checker says of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import page
from pypdf import PdfReader


@dataclass
class Tagged:
    """An element: its tag, its attributes, the words drawn in it, and what is in it."""

    tag: str
    attributes: dict[str, Any]
    alt: str
    drawn: list[str] = field(default_factory=list)
    links: list[Any] = field(default_factory=list)
    kids: list[Tagged] = field(default_factory=list)

    @property
    def words(self) -> str:
        """All words in it, in reading order."""
        return " ".join(" ".join([*self.drawn, *(kid.words for kid in self.kids)]).split())

    def find(self, tag: str) -> list[Tagged]:
        """Those in it (and itself) whose tag matches, in reading order."""
        return [each for each in self.walk() if re.fullmatch(tag, each.tag)]

    def walk(self) -> Iterator[Tagged]:
        """Itself and all that is in it."""
        yield self
        for kid in self.kids:
            yield from kid.walk()

    def shape(self) -> Any:
        """The tags alone: a leaf is a name, another a name with a list."""
        return (self.tag, [kid.shape() for kid in self.kids]) if self.kids else self.tag


def faults(content: bytes) -> list[str]:
    """What is against PDF/UA-1 in a document, each with its rule."""
    return [f"{each.rule_id}: {each.message}" for each in page.validate_pdf_bytes(content, profile="ua1").failures]


def read_tags(content: bytes) -> Tagged:
    """The structure of a document from its root element."""
    reader = PdfReader(BytesIO(content))
    root: Any = reader.trailer["/Root"]
    drawn: dict[tuple[int, int], str] = {}
    for each in reader.pages:
        drawn |= _drawn_on(each)
    return _read(root["/StructTreeRoot"]["/K"].get_object(), drawn)


def _drawn_on(each: Any) -> dict[tuple[int, int], str]:
    """The words of every marked piece of a page."""
    found: dict[tuple[int, int], str] = {}
    marks: list[int | None] = []

    def before(operator: bytes, operands: Any, *_: Any) -> None:
        if operator == b"BDC":
            marks.append(operands[1].get("/MCID"))
        elif operator == b"EMC":
            marks.pop()

    def words(text: str, *_: Any) -> None:
        if marks and marks[-1] is not None:
            key = each.indirect_reference.idnum, int(marks[-1])
            found[key] = found.get(key, "") + text

    each.extract_text(visitor_operand_before=before, visitor_text=words)
    assert not marks, "something is marked that never ends"
    return found


def _read(element: Any, drawn: dict[tuple[int, int], str]) -> Tagged:
    made = Tagged(element["/S"][1:], dict(element.get("/A", {})), str(element.get("/Alt", "")))
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, list) else [kids]:
        found = kid.get_object()
        if isinstance(found, int):
            made.drawn.append(drawn.get((element.raw_get("/Pg").idnum, found), ""))
        elif "/MCID" in found:
            made.drawn.append(drawn.get((found.raw_get("/Pg").idnum, int(found["/MCID"])), ""))
        elif found.get("/Type") == "/OBJR":
            made.links.append(found["/Obj"])
        else:
            made.kids.append(_read(found, drawn))
    return made


def bookmarks(content: bytes) -> list[str]:
    """The titles of all bookmarks, in their order."""

    def all_of(entries: Any) -> Iterator[str]:
        for entry in entries:
            if isinstance(entry, list):
                yield from all_of(entry)
            else:
                yield entry.title

    return list(all_of(PdfReader(BytesIO(content)).outline))
