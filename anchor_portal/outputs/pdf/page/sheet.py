"""A sheet of paper with words, a picture and a link as a tagged PDF of one page (PDF/UA-1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from anchor_portal.outputs.pdf.page.file import write_file
from anchor_portal.outputs.pdf.page.letters import OBJECTS, Letters, letters_for, stream
from anchor_portal.outputs.pdf.page.logo import Logo
from anchor_portal.outputs.pdf.tagging.tree import (
    Annotation,
    Content,
    Element,
    text_string,
    write_metadata,
    write_tree,
)

Colour = tuple[float, float, float]
Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points from the lower left corner of the sheet."""

CATALOG, PAGES, PAGE, CONTENT, BACKGROUND, LINK, OUTLINES, BOOKMARK, INFO, METADATA = range(1, 11)
FONTS = 11
LABEL, BODY, LINKED = "Lbl", "LBody", "Link"


@dataclass(frozen=True, slots=True)
class Written:
    """One line of text on the page: its left end on the baseline, in points from the lower left corner."""

    words: str
    font: str
    size: float
    x: float
    y: float
    colour: Colour
    spacing: float = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that belong together, and what they are: P, H1, a label or the body of a list's item, or the link."""

    tag: str
    lines: tuple[Written, ...]


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as operators of the page, with the words that stand for it."""

    operators: str
    told: str
    box: Box


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is on the page, in reading order: logo, parts, picture. The background has no meaning."""

    width: float
    height: float
    title: str
    subject: str
    author: str
    creator: str
    background: str
    parts: Sequence[Part]
    picture: Drawn
    link: tuple[str, Box]
    logo: Logo | None = None


def write_sheet(sheet: Sheet) -> bytes:
    """The sheet as a file: the same bytes for the same content. Raises `letters.TooManyLetters`."""
    fonts = _fonts(sheet)
    after_fonts = FONTS + OBJECTS * len(fonts)
    logo = list(sheet.logo.write(after_fonts)) if sheet.logo else []
    tree_at = after_fonts + len(logo)
    root, content = Element("Document"), _Marks()
    _draw_logo(sheet, content, root)
    _draw_parts(sheet, content, root, fonts)
    _draw_picture(sheet, content, root)
    tree = write_tree(root, tree_at, [PAGE], {"link": LINK}, lambda _: 1)
    objects = [
        _write_catalog(tree_at),
        b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % PAGE,
        _write_page(sheet, fonts, after_fonts if logo else 0),
        stream(content.written()),
        _write_background(sheet.background, sheet.width, sheet.height),
        _write_link(*sheet.link),
        b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count 1>>" % (BOOKMARK, BOOKMARK),
        f"<</Title {text_string(sheet.title)}/Parent {OUTLINES} 0 R/Dest[{PAGE} 0 R/Fit]>>".encode("ascii"),
        _write_info(sheet),
        write_metadata(sheet.title, sheet.author, sheet.subject),
        *(each for letters in fonts.values() for each in letters.objects),
        *logo,
        *tree,
    ]
    return write_file(objects, CATALOG, INFO)


def _fonts(sheet: Sheet) -> dict[str, Letters]:
    """The fonts of the page, in the order of their names, each with its letters."""
    words: dict[str, list[str]] = {}
    for part in sheet.parts:
        for line in part.lines:
            words.setdefault(line.font, []).append(line.words)
    numbered = enumerate(sorted(words))
    return {font: letters_for(font, "".join(words[font]), FONTS + OBJECTS * place) for place, font in numbered}


class _Marks:
    """The operators of the page, and the number of the next piece that is marked."""

    def __init__(self) -> None:
        self.operators = [b"/Artifact <</Type/Layout>> BDC /Back Do EMC"]
        self.next = 0

    def mark(self, element: Element, operators: bytes) -> None:
        """Draw the content of an element."""
        self.operators.append(b"/%b <</MCID %d>> BDC %b EMC" % (element.tag.encode("ascii"), self.next, operators))
        element.kids.append(Content(0, self.next))
        self.next += 1

    def written(self) -> bytes:
        """The page's stream."""
        return b"\n".join(self.operators)


def _add(parent: Element, tag: str, **more: str) -> Element:
    element = Element(tag, **more)  # type: ignore[arg-type]
    parent.kids.append(element)
    return element


def _draw_parts(sheet: Sheet, content: _Marks, root: Element, fonts: dict[str, Letters]) -> None:
    names = {font: b"F%d" % place for place, font in enumerate(fonts, 1)}
    for part in sheet.parts:
        lines = b" ".join(_show(line, names[line.font], fonts[line.font]) for line in part.lines)
        content.mark(_open(root, part.tag), b"BT %b ET" % lines)


def _open(root: Element, tag: str) -> Element:
    """The element of a part: an item of a list, the link in its paragraph, or itself."""
    if tag == LABEL:
        last = root.kids[-1]
        whole = last if isinstance(last, Element) and last.tag == "L" else _add(root, "L")
        return _add(_add(whole, "LI"), LABEL)
    if tag == BODY:
        whole = root.kids[-1]  # type: ignore[assignment]
        return _add(whole.kids[-1], BODY)  # type: ignore[arg-type]
    if tag == LINKED:
        link = _add(_add(root, "P"), LINKED)
        link.kids.append(Annotation(0, "link"))
        return link
    return _add(root, tag)


def _show(line: Written, name: bytes, letters: Letters) -> bytes:
    red, green, blue = line.colour
    place = f"{line.size:.3f} Tf {red:g} {green:g} {blue:g} rg {line.spacing:g} Tc 1 0 0 1 {line.x:.3f} {line.y:.3f} Tm"
    return b"/%b %b (%b) Tj" % (name, place.encode("ascii"), letters.show(line.words))


def _draw_picture(sheet: Sheet, content: _Marks, root: Element) -> None:
    picture = sheet.picture
    figure = _add(root, "Figure", alt=picture.told, attributes=_bounds(picture.box))
    content.mark(figure, picture.operators.encode("ascii"))


def _draw_logo(sheet: Sheet, content: _Marks, root: Element) -> None:
    if sheet.logo:
        figure = _add(root, "Figure", alt=sheet.logo.told, attributes=_bounds(sheet.logo.box))
        content.mark(figure, sheet.logo.operators)


def _bounds(box: Box) -> str:
    return f"/O/Layout/Placement/Block/BBox[{' '.join(f'{side:.2f}' for side in box)}]"


def _write_catalog(tree_at: int) -> bytes:
    return (
        b"<</Type/Catalog/Pages %d 0 R/Lang(en-GB)/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>"
        b"/Metadata %d 0 R/Outlines %d 0 R/StructTreeRoot %d 0 R>>" % (PAGES, METADATA, OUTLINES, tree_at)
    )


def _write_page(sheet: Sheet, fonts: dict[str, Letters], logo: int) -> bytes:
    named = "".join(f"/F{place + 1} {FONTS + OBJECTS * place} 0 R" for place in range(len(fonts)))
    objects = f"/Back {BACKGROUND} 0 R" + (f"/Logo {logo} 0 R" if logo else "")
    return (
        f"<</Type/Page/Parent {PAGES} 0 R/MediaBox[0 0 {sheet.width} {sheet.height}]/Contents {CONTENT} 0 R"
        f"/Resources<</Font<<{named}>>/XObject<<{objects}>>>>/Annots[{LINK} 0 R]/StructParents 0/Tabs/S>>"
    ).encode("ascii")


@lru_cache(maxsize=8)
def _write_background(operators: str, width: float, height: float) -> bytes:
    return stream(operators.encode("ascii"), f"/Type/XObject/Subtype/Form/BBox[0 0 {width} {height}]")


def _write_link(address: str, box: Box) -> bytes:
    where = " ".join(f"{side:.2f}" for side in box)
    return (
        f"<</Type/Annot/Subtype/Link/Rect[{where}]/Border[0 0 0]/F 4/Contents {text_string(address)}/StructParent 1"
        f"/A<</S/URI/URI {text_string(address)}>>>>"
    ).encode("ascii")


def _write_info(sheet: Sheet) -> bytes:
    told = {"Title": sheet.title, "Subject": sheet.subject, "Author": sheet.author, "Creator": sheet.creator}
    return f"<<{''.join(f'/{name} {text_string(words)}' for name, words in told.items())}>>".encode("ascii")
