"""What every PDF document shares: page furniture, styles, safe text, headings with bookmarks, tables.

All flowables are made by the functions here, and say what they are (PDF/UA-1): a paragraph by the `tag` of its style,
a table by its shape. What only adorns a page is an artifact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    PageTemplate,
    TableStyle,
)

from anchor_portal.outputs.pdf.fonts import (
    BOLD,
    REGULAR,
    SEMIBOLD,
    name_character,
    printable,
    register_fonts,
    width_of,
)
from anchor_portal.outputs.pdf.tagging.canvas import TaggedCanvas
from anchor_portal.outputs.pdf.tagging.flowables import (
    DEFINITIONS,
    LAYOUT,
    Grid,
    ListItem,
    Rule,
    Words,
    grid,
    table_shape,
)

NAVY, DARK, GREY, RULE, PLUM = map(HexColor, ("#003087", "#212b32", "#4c6272", "#aeb7bd", "#7c2855"))
PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN, TOP, BOTTOM = 56.0, 70.0, 66.0
TEXT_WIDTH = PAGE_WIDTH - 2 * MARGIN
DEMONSTRATION = "Demonstration only: synthetic data"
TOTAL = "total-of-pages"
MOST_NAMED = 60
# Characters of the longest cell times columns: more could make a row taller than a page.
MOST_IN_CELLS = 1000
NUMERIC = re.compile(r"[£+-]?[\d,.]+%?|")


def _style(name: str, size: float, leading: float, font: str = REGULAR, **more: Any) -> ParagraphStyle:
    base: dict[str, Any] = {"fontName": font, "fontSize": size, "leading": leading, "textColor": DARK}
    return ParagraphStyle(name, **base | {"allowWidows": 0, "allowOrphans": 0} | more)


BODY = _style("body", 10.5, 15, spaceAfter=4)
LABEL = _style("label", 10.5, 15, SEMIBOLD, tag="H3")
LABEL_ABOVE = _style("label above", 10.5, 15, SEMIBOLD, spaceBefore=7, spaceAfter=3, tag="H3")
TERM = _style("term", 10.5, 15, SEMIBOLD)
ITEM = _style("item", 10.5, 15, spaceAfter=4, leftIndent=14)
NOTE = _style("note", 9.5, 13, textColor=GREY, spaceBefore=2, spaceAfter=2)
SMALL = _style("small", 9, 13)
INTRO = _style("introduction", 11, 16, textColor=GREY, spaceAfter=8)
TITLE = _style("title", 26, 30, BOLD, textColor=NAVY, spaceAfter=4, tag="H1")
SUBTITLE = _style("subtitle", 14, 19, textColor=GREY, spaceAfter=14)
SECTION = _style("section", 17, 22, BOLD, textColor=NAVY, spaceBefore=20, spaceAfter=6, tag="H2")
CELL = _style("cell", 9.5, 12.5)
CELL_HEAD = _style("cell head", 9.5, 12.5, SEMIBOLD)
CELL_NUMBER = _style("cell number", 9.5, 12.5, alignment=TA_RIGHT)
CELL_NUMBER_HEAD = _style("cell number head", 9.5, 12.5, SEMIBOLD, alignment=TA_RIGHT)


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """What a document says of itself: in its properties, at the head and at the foot of each page."""

    title: str
    subject: str
    portal_name: str
    partnership: str
    demo: bool


@dataclass(slots=True)
class SafeText:
    """Makes texts fit for the font and for ReportLab's markup, and remembers what had to be replaced."""

    replaced: dict[str, None] = field(default_factory=dict)

    def plain(self, text: str) -> str:
        """The text with characters that the font has not replaced; see `fonts.printable`."""
        words, missing = printable(text)
        self.replaced.update(dict.fromkeys(missing))
        return words

    def paragraph(self, text: str, style: ParagraphStyle) -> Words:
        """A paragraph of words that somebody typed; line ends stay."""
        return Words(escape(self.plain(text)).replace("\n", "<br/>"), style)

    def items(self, texts: Iterable[str], style: ParagraphStyle = ITEM) -> list[Flowable]:
        """A list with bullets."""
        key = object()
        made: list[Flowable] = []
        for text in texts:
            item = ListItem(escape(self.plain(text)).replace("\n", "<br/>"), style)
            item.list_key = key
            made.append(item)
        return made

    def heading(self, text: str) -> list[Flowable]:
        """The heading of a section, which is also a bookmark, with room for a few lines after it."""
        return [together(120), Heading(self.plain(text))]

    def table(self, rows: Sequence[Sequence[str]]) -> list[Flowable]:
        """A table whose first row and first column are headings; columns of numbers are set to the right.

        One with a cell too long for a page is written out row by row instead, so that it can never fail.
        """
        columns = max(map(len, rows))
        square = [[" ".join(self.plain(text).split()) for text in (*row, *[""] * (columns - len(row)))] for row in rows]
        if max(len(text) for row in square for text in row) * columns > MOST_IN_CELLS:
            return [self.paragraph("; ".join(row), BODY) for row in square]
        numeric = [all(NUMERIC.fullmatch(row[column]) for row in square[1:]) for column in range(columns)]
        cells = [
            [self.paragraph(text, _cell_style(index == 0, numeric[place])) for place, text in enumerate(row)]
            for index, row in enumerate(square)
        ]
        return [grid(cells, _column_widths(columns), table_shape(), repeatRows=1, style=GRID)]

    def closing(self) -> list[Flowable]:
        """A last section that names the characters that were replaced, if there were any."""
        if not self.replaced:
            return []
        named = [name_character(character) for character in self.replaced]
        more = f"; and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        words = (
            "The font of this document lacks some characters that were typed. A symbol is printed as its "
            "name in square brackets, any other as [?]. The portal keeps them as they were typed. "
            f"They are: {'; '.join(named[:MOST_NAMED])}{more}."
        )
        return [*self.heading("Characters that could not be printed"), Words(escape(words), BODY)]


class Heading(Words):
    """A section heading that the document template puts into the outline; `key` is where links to it lead."""

    def __init__(self, words: str, key: str = "", level: int = 0, style: ParagraphStyle = SECTION) -> None:
        super().__init__(escape(words), style)
        self.words, self.key, self.level = words, key, level


class Mark(Flowable):
    """A place of the outline without a heading of its own, such as the first page of several."""

    width = height = 0.0

    def __init__(self, words: str, key: str, level: int = 0) -> None:
        super().__init__()
        self.words, self.key, self.level = words, key, level

    def wrap(self, *available: float) -> tuple[float, float]:
        """It takes no room."""
        return 0, 0

    def draw(self) -> None:
        """It is not seen."""


# Cells hold paragraphs; without this a table names Helvetica all the same.
FONT = ("FONTNAME", (0, 0), (-1, -1), REGULAR)
GRID = TableStyle(
    [
        FONT,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ("LINEBELOW", (0, 0), (-1, 0), 1, NAVY),
        ("LINEBELOW", (0, 1), (-1, -1), 0.4, RULE),
    ]
)
PAIR = TableStyle(
    [
        FONT,
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
    ]
)


def _cell_style(head: bool, number: bool) -> ParagraphStyle:
    if number:
        return CELL_NUMBER_HEAD if head else CELL_NUMBER
    return CELL_HEAD if head else CELL


def _column_widths(columns: int) -> list[float]:
    """The first column twice as wide as each other."""
    unit = TEXT_WIDTH / (columns + 1)
    return [unit * 2, *[unit] * (columns - 1)]


def pair(left: Words, right: Sequence[Flowable], of: object = None) -> Grid:
    """A label with its answer beside it; both must fit on one page. Those `of` the same thing are one list."""
    widths = (TEXT_WIDTH * 0.36, TEXT_WIDTH * 0.64)
    return grid([[left, list(right)]], widths, DEFINITIONS if of else LAYOUT, key=of, style=PAIR)


def together(height: float) -> Flowable:
    """A new page, unless `height` points are left on this one: keeps a heading with what follows.

    (ReportLab's own way moves the whole of the next paragraph, and leaves half a page empty.)
    """
    return CondPageBreak(height)


def rule() -> Flowable:
    """A thin line under a row."""
    return Rule(width="100%", thickness=0.4, color=RULE, spaceBefore=0, spaceAfter=0)


def build(facts: DocumentFacts, story: Callable[[SafeText], list[Flowable]]) -> bytes:
    """A PDF of portrait A4 pages from a story, with the same bytes for the same content."""
    return build_with_contents(facts, lambda safe, _: story(safe), passes=1)


def build_with_contents(
    facts: DocumentFacts,
    story: Callable[[SafeText, Mapping[str, int]], list[Flowable]],
    on_page: Callable[[int], None] = lambda page: None,
    passes: int = 3,
) -> bytes:
    """The same with page numbers in its own contents: made again until they are right.

    The story is given the pages of its headings by key, none of them the first time; `on_page` is told the number of
    each page once it is done.
    """
    register_fonts()
    pages: Mapping[str, int] = {}
    for _ in range(passes):
        safe, output = SafeText(), BytesIO()
        flowables = story(safe, pages)
        if not any(isinstance(flowable, Heading | Mark) for flowable in flowables):
            flowables.insert(0, Mark(safe.plain(facts.title), "beginning"))
        template = _Template(output, facts, on_page)
        template.build([*flowables, *safe.closing()], canvasmaker=_CountingCanvas)
        if template.pages == pages:
            break
        pages = template.pages
    return output.getvalue()


class _Template(BaseDocTemplate):
    """Portrait A4 with head and foot, document properties, and a bookmark for each heading."""

    def __init__(self, output: BytesIO, facts: DocumentFacts, on_page: Callable[[int], None]) -> None:
        super().__init__(
            output,
            pagesize=A4,
            title=facts.title,
            subject=facts.subject,
            author=facts.partnership,
            creator=facts.portal_name,
            lang="en-GB",
            displayDocTitle=1,
            initialFontName=REGULAR,
            invariant=1,
            pageCompression=1,
        )
        frame = Frame(MARGIN, BOTTOM, TEXT_WIDTH, PAGE_HEIGHT - TOP - BOTTOM, 0, 0, 0, 0)
        self.addPageTemplates(PageTemplate("page", [frame], onPage=lambda canvas, _: _furnish(canvas, facts)))
        self.headings = 0
        self.pages: dict[str, int] = {}
        self.on_page = on_page

    def afterPage(self) -> None:
        self.on_page(self.page)

    def afterFlowable(self, flowable: Flowable) -> None:
        if isinstance(flowable, Heading | Mark):
            self.headings += 1
            key = flowable.key or f"section-{self.headings}"
            self.pages[key] = self.page
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(flowable.words, key, level=flowable.level)


class _CountingCanvas(TaggedCanvas):
    """A canvas whose pages show their total: all draw one form, filled when the last page is done."""

    def save(self) -> None:
        total = str(self.getPageNumber() - 1)
        self.beginForm(TOTAL)
        self.setFont(REGULAR, 9)
        self.setFillColor(GREY)
        self.drawString(0, 0, total)
        self.endForm()
        super().save()


def _furnish(canvas: Any, facts: DocumentFacts) -> None:
    """Head and foot of one page. That it is a demonstration is read out once, before all else."""
    canvas.saveState()
    if facts.demo and canvas.getPageNumber() == 1:
        with canvas.element("P"), canvas.content():
            _write(canvas, MARGIN, 40, DEMONSTRATION, SEMIBOLD, PLUM)
    with canvas.artifact("Pagination"):
        _write(canvas, MARGIN, PAGE_HEIGHT - 42, _in_a_line(facts.portal_name), SEMIBOLD, NAVY)
        _write_right(canvas, PAGE_HEIGHT - 42, _shorten(_in_a_line(facts.title), TEXT_WIDTH * 0.7))
        canvas.setStrokeColor(NAVY)
        canvas.setLineWidth(0.6)
        canvas.line(MARGIN, PAGE_HEIGHT - 50, PAGE_WIDTH - MARGIN, PAGE_HEIGHT - 50)
        if facts.demo and canvas.getPageNumber() > 1:
            _write(canvas, MARGIN, 40, DEMONSTRATION, SEMIBOLD, PLUM)
        _number(canvas)
    canvas.restoreState()


def _number(canvas: TaggedCanvas) -> None:
    """ "Page n of" with room for three digits, then the total."""
    words = f"Page {canvas.getPageNumber()} of "
    right = PAGE_WIDTH - MARGIN - width_of("000", REGULAR, 9)
    _write(canvas, right - width_of(words, REGULAR, 9), 40, words, REGULAR, GREY)
    canvas.translate(right, 40)
    canvas.doForm(TOTAL)


def _write(canvas: TaggedCanvas, x: float, y: float, words: str, font: str, colour: Color) -> None:
    canvas.setFont(font, 9)
    canvas.setFillColor(colour)
    canvas.drawString(x, y, words)


def _write_right(canvas: TaggedCanvas, y: float, words: str) -> None:
    _write(canvas, PAGE_WIDTH - MARGIN - width_of(words, REGULAR, 9), y, words, REGULAR, GREY)


def _in_a_line(words: str) -> str:
    return " ".join(printable(words)[0].split())


def _shorten(words: str, width: float) -> str:
    if width_of(words, REGULAR, 9) <= width:
        return words
    while width_of(f"{words}…", REGULAR, 9) > width:
        words = words[:-1]
    return f"{words.rstrip()}…"
