"""The structure of a tagged PDF: elements in reading order, and the objects that they become in the file.

ISO 32000-1, chapters 14.7 and 14.8, and ISO 14289-1 (PDF/UA-1). Nothing here knows how a page is drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

HEADING = re.compile(r"H([1-6])")
MAY_BE_EMPTY = frozenset({"TD", "TH"})
"""What stays without content: a table whose cells were left out would not be one."""
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

METADATA = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>en-GB</rdf:li></rdf:Bag></dc:language>
<pdfuaid:part>1</pdfuaid:part></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True, slots=True)
class Content:
    """A piece of a page that was marked: the page from 0, and its number on that page."""

    page: int
    number: int


@dataclass(frozen=True, slots=True)
class Annotation:
    """A link's place on a page: the page from 0, and the name that finds its object."""

    page: int
    name: str


@dataclass(eq=False, slots=True)
class Element:
    """What a part of the document is; `attributes` is a PDF dictionary without its brackets.

    With `holds_words` a paragraph inside needs no element of its own (a cell with one paragraph, say). `told` is what
    the annotation of a link says of where it leads.
    """

    tag: str
    alt: str = ""
    attributes: str = ""
    holds_words: bool = False
    told: str = ""
    kids: list[Element | Content | Annotation] = field(default_factory=list)

    @property
    def is_needed(self) -> bool:
        """Whether anything in it is seen, or it is a cell."""
        return self.tag in MAY_BE_EMPTY or any(not isinstance(kid, Element) or kid.is_needed for kid in self.kids)

    def all(self) -> Iterator[Element]:
        """This element and all below it that are needed, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Element) and kid.is_needed:
                yield from kid.all()


class Structure:
    """A document's tree while it is drawn: which element is open, and those that may be opened again by a key."""

    def __init__(self) -> None:
        self.root = Element("Document")
        self._open = [self.root]
        self._known: dict[Hashable, Element] = {}

    @property
    def top(self) -> Element:
        """The element that is open."""
        return self._open[-1]

    def open(self, tag: str, key: Hashable = None, **more: Any) -> None:
        """Open an element in the one that is open, or the one that was opened under this key before.

        So a paragraph or a table that runs over pages is one element. `more` is what `Element` has besides.
        """
        if tag == "P" and self.top.holds_words:
            self._open.append(self.top)
            return
        element = self._known.get(key) if key is not None else None
        if element is None:
            element = Element(tag, **more)
            self.top.kids.append(element)
            if key is not None:
                self._known[key] = element
        self._open.append(element)

    def close(self) -> None:
        """Close the element that is open."""
        self._open.pop()


def level_headings(root: Element) -> None:
    """Number headings so that no level is skipped, however parts were put together: H1, H3, H4, H3 is 1, 2, 3, 2."""
    above: list[int] = []
    for element in root.all():
        if found := HEADING.fullmatch(element.tag):
            level = int(found[1])
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
            element.tag = f"H{len(above)}"


def annotations_in(root: Element) -> list[str]:
    """The names of the links, in reading order."""
    return [kid.name for element in root.all() for kid in element.kids if isinstance(kid, Annotation)]


def write_tree(
    root: Element, first: int, pages: Sequence[int], annotations: Mapping[str, int], key_of: Callable[[str], int]
) -> list[bytes]:
    """The objects of the tree, numbered on from `first`: its root, then every element.

    `pages` and `annotations` are the numbers of their objects; `key_of` a link's key in the parent tree, where pages
    have their own number from 0.
    """
    elements = list(root.all())
    numbers = {id(element): number for number, element in enumerate(elements, first + 1)}
    parents = {id(root): first}
    marked: list[list[int]] = [[] for _ in pages]
    linked: dict[int, int] = {}
    written = []
    for element in elements:
        own = numbers[id(element)]
        kids = []
        home = next((kid.page for kid in element.kids if isinstance(kid, Content)), None)
        for kid in element.kids:
            if isinstance(kid, Content):
                _note(marked[kid.page], kid.number, own)
                elsewhere = f"<</Type/MCR/Pg {pages[kid.page]} 0 R/MCID {kid.number}>>"
                kids.append(str(kid.number) if kid.page == home else elsewhere)
            elif isinstance(kid, Annotation):
                linked[key_of(kid.name)] = own
                kids.append(f"<</Type/OBJR/Pg {pages[kid.page]} 0 R/Obj {annotations[kid.name]} 0 R>>")
            elif kid.is_needed:
                parents[id(kid)] = own
                kids.append(f"{numbers[id(kid)]} 0 R")
        page = None if home is None else pages[home]
        written.append(_write(element, parents[id(element)], page, kids))
    return [_write_root(first, marked, linked), *written]


def _note(marked: list[int], number: int, own: int) -> None:
    """Remember to which element a piece of a page belongs; pieces may come in any order."""
    marked.extend([0] * (number + 1 - len(marked)))
    marked[number] = own


def _write(element: Element, parent: int, page: int | None, kids: Sequence[str]) -> bytes:
    """One element, said as shortly as may be: there are thousands of them, and nothing compresses them."""
    parts = [f"<</S/{element.tag}/P {parent} 0 R"]
    if page is not None:
        parts.append(f"/Pg {page} 0 R")
    if element.alt:
        parts.append(f"/Alt {text_string(element.alt)}")
    if element.attributes:
        parts.append(f"/A<<{element.attributes}>>")
    if kids:
        parts.append(f"/K {kids[0]}" if len(kids) == 1 else f"/K[{' '.join(kids)}]")
    return "".join([*parts, ">>"]).encode("ascii")


def _write_root(first: int, marked: Sequence[Sequence[int]], linked: Mapping[int, int]) -> bytes:
    pages = [f"{page}[{' '.join(f'{own} 0 R' for own in owners)}]" for page, owners in enumerate(marked)]
    links = [f"{key} {own} 0 R" for key, own in sorted(linked.items())]
    following = len(marked) + len(linked)
    return (
        f"<</Type/StructTreeRoot/K {first + 1} 0 R/ParentTreeNextKey {following}"
        f"/ParentTree<</Nums[{' '.join([*pages, *links])}]>>>>"
    ).encode("ascii")


def text_string(words: str) -> str:
    """A text as a string of a PDF file."""
    if words.isascii() and words.isprintable():
        return "({})".format(words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)"))
    return f"<FEFF{words.encode('utf-16-be').hex()}>"


def write_metadata(title: str, author: str, subject: str) -> bytes:
    """What the document says of itself, as a stream of XMP: also that it means to be accessible."""
    told = {"title": title, "author": author, "subject": subject}
    content = METADATA.format(**{name: escape(NOT_IN_XML.sub("", words)) for name, words in told.items()}).encode()
    return b"<</Type/Metadata/Subtype/XML/Length %d>>\nstream\n%b\nendstream" % (len(content), content)
