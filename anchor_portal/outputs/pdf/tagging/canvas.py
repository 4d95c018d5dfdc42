"""A canvas whose pages are tagged: everything drawn belongs to an element, or is said to be of no meaning."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFObject, PDFPage, PDFString
from reportlab.pdfgen.canvas import Canvas

from anchor_portal.outputs.pdf.tagging.tree import (
    Annotation,
    Content,
    Structure,
    annotations_in,
    level_headings,
    write_metadata,
    write_tree,
)

PAGE_KEYS = [*PDFPage.__NoDefault__, "StructParents", "Tabs"]
VERSION = (1, 7)


class _Written(PDFObject):
    """An object of the file that is written out already."""

    __RefOnly__ = 1

    def __init__(self, content: bytes) -> None:
        self.content = content

    def format(self, document: object) -> bytes:
        """As it is."""
        return self.content


class TaggedCanvas(Canvas):
    """ReportLab's canvas with a structure tree; every drawing happens inside `content` or `artifact`."""

    # What it uses of ReportLab's canvas besides its public methods, and where ReportLab keeps it.
    _code: list[str]
    _doc: Any
    _annotationCount: int

    def __init__(self, *args: Any, **named: Any) -> None:
        self.structure = Structure()
        self._artifacts = 0
        self._marked = 0
        super().__init__(*args, **{**named, "pdfVersion": VERSION})

    @contextmanager
    def element(self, tag: str, key: Hashable = None, **more: Any) -> Iterator[None]:
        """What is drawn now is a part of an element; see `Structure.open`."""
        self.open_element(tag, key, **more)
        yield
        self.close_element()

    def open_element(self, tag: str, key: Hashable = None, **more: Any) -> None:
        """Open an element; what has no meaning has no elements either."""
        if not self._artifacts:
            self.structure.open(tag, key, **more)

    def close_element(self) -> None:
        """Close the element that is open."""
        if not self._artifacts:
            self.structure.close()

    @contextmanager
    def content(self) -> Iterator[None]:
        """What is drawn now is the content of the element that is open."""
        self.begin_content()
        yield
        self.end_content()

    def begin_content(self) -> None:
        """Begin the content of the element that is open."""
        if not self._artifacts:
            top = self.structure.top
            self._code.append(f"/{top.tag} <</MCID {self._marked}>> BDC")
            top.kids.append(Content(self.getPageNumber() - 1, self._marked))
            self._marked += 1

    def end_content(self) -> None:
        """End it."""
        if not self._artifacts:
            self._code.append("EMC")

    @contextmanager
    def artifact(self, kind: str = "Layout") -> Iterator[None]:
        """What is drawn now only adorns the page (Layout), or belongs to the page and not to the text (Pagination)."""
        self.begin_artifact(kind)
        yield
        self.end_artifact()

    def begin_artifact(self, kind: str = "Layout") -> None:
        """Begin something without meaning."""
        if not self._artifacts:
            self._code.append(f"/Artifact <</Type /{kind}>> BDC")
        self._artifacts += 1

    def end_artifact(self) -> None:
        """End it."""
        self._artifacts -= 1
        if not self._artifacts:
            self._code.append("EMC")

    def _addAnnotation(self, annotation: Any, name: str | None = None, addtopage: int = 1) -> None:
        """A link belongs to the element that is open, and says where it leads by that element's words."""
        name = f"link-{self._annotationCount + 1}"
        top = self.structure.top
        top.kids.append(Annotation(self.getPageNumber() - 1, f"Annot.{name}"))
        if isinstance(annotation, PDFDictionary):
            annotation["Contents"] = PDFString(top.told)
        else:
            annotation.Contents = top.told
        super()._addAnnotation(annotation, name, addtopage)  # type: ignore[misc]

    def _setAnnotations(self, page: Any) -> None:
        """Called once for each page when it is done."""
        super()._setAnnotations(page)  # type: ignore[misc]
        page.__NoDefault__ = PAGE_KEYS
        page.StructParents = self.getPageNumber() - 1
        page.Tabs = PDFName("S")
        self._marked = 0

    def save(self) -> None:
        """Write the tree and what the document says of itself, then the file."""
        if len(self._code):
            self.showPage()
        self._write_structure()
        self._write_metadata()
        super().save()

    def _write_structure(self) -> None:
        document: Any = self._doc
        root = self.structure.root
        level_headings(root)
        pages = [document.Reference(page) and _number(document, page) for page in document.Pages.pages]
        names = annotations_in(root)
        keys = {name: len(pages) + place for place, name in enumerate(names)}
        for name, key in keys.items():
            _give_key(document.idToObject[name], key)
        numbers = {name: document.idToObjectNumberAndVersion[name][0] for name in names}
        first = document.objectcounter + 1
        written = [_Written(content) for content in write_tree(root, first, pages, numbers, keys.__getitem__)]
        for each in written:
            document.Reference(each)
        document.Catalog.StructTreeRoot = written[0]
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        self.setViewerPreference("DisplayDocTitle", "true")

    def _write_metadata(self) -> None:
        document: Any = self._doc
        info = document.info
        document.Catalog.Metadata = _Written(write_metadata(info.title, info.author, info.subject))


def _number(document: Any, registered: Any) -> int:
    number: int = document.idToObjectNumberAndVersion[registered.__InternalName__][0]
    return number


def _give_key(annotation: Any, key: int) -> None:
    """The place of a link in the parent tree; ReportLab knows two kinds of them."""
    if isinstance(annotation, PDFDictionary):
        annotation["StructParent"] = key
    else:
        annotation.permitted = (*annotation.permitted, "StructParent")
        annotation.otherkw["StructParent"] = key
