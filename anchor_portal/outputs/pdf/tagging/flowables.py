"""Paragraphs, tables, pictures and rules that say what they are; a style's `tag` says what its paragraphs are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import Color, white
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, HRFlowable, Paragraph, Table

from anchor_portal.outputs.charts.scene import Scene, to_drawing
from anchor_portal.outputs.pdf.tagging.canvas import TaggedCanvas
from anchor_portal.outputs.pdf.tagging.tree import text_string

HEADER, ROW_HEADER = "/O/Table/Scope/Column", "/O/Table/Scope/Row"


class Words(Paragraph):
    """A paragraph that is what its style says: P unless the style has a `tag`. Over pages it is one element."""

    canv: TaggedCanvas

    def __init__(self, text: str | None, style: ParagraphStyle, **more: Any) -> None:
        super().__init__(text or "", style, **more)
        self.tag: str = getattr(style, "tag", "P")
        self.whole: object = self
        self.is_empty = text == ""

    def split(self, availWidth: float, availHeight: float) -> list[Any]:
        """Its two parts, which stay one element."""
        parts: list[Any] = super().split(availWidth, availHeight)
        for part in parts:
            part.tag, part.whole = self.tag, self.whole
        return parts

    def draw(self) -> None:
        """Draw it as the content of its element."""
        if self.is_empty:
            return
        with self.canv.element(self.tag, self.whole), self.canv.content():
            super().draw()


class LinkWords(Words):
    """A paragraph that is a link as a whole; `told` says where it leads."""

    told = ""

    def draw(self) -> None:
        """Draw it as a link in its paragraph."""
        with self.canv.element(self.tag, self.whole), self.canv.element("Link", told=self.told), self.canv.content():
            Paragraph.draw(self)

    def split(self, availWidth: float, availHeight: float) -> list[Any]:
        """Its parts lead to the same place."""
        parts = super().split(availWidth, availHeight)
        for part in parts:
            part.told = self.told
        return parts


class ListItem(Words):
    """An item of a list; items with the same `list_key` are one list. The bullet is drawn here, left of the words."""

    BULLET, INDENT = "•", 14.0

    def __init__(self, text: str | None, style: ParagraphStyle, **more: Any) -> None:
        super().__init__(text, style, **more)
        self.list_key: object = None
        self.has_bullet = True

    def split(self, availWidth: float, availHeight: float) -> list[Any]:
        """Its parts are one item; only the first has the bullet."""
        parts = super().split(availWidth, availHeight)
        for place, part in enumerate(parts):
            part.list_key, part.has_bullet = self.list_key, self.has_bullet and not place
        return parts

    def draw(self) -> None:
        """The bullet is the label of the item, the words its body."""
        canvas = self.canv
        with canvas.element("L", ("L", self.list_key)), canvas.element("LI", ("LI", self.whole)):
            if self.has_bullet:
                with canvas.element("Lbl"), canvas.content():
                    self._draw_bullet()
            with canvas.element("LBody", ("LBody", self.whole)), canvas.content():
                Paragraph.draw(self)

    def _draw_bullet(self) -> None:
        style: Any = self.style
        self.canv.setFont(style.fontName, style.fontSize)
        self.canv.setFillColor(style.textColor)
        self.canv.drawString(style.leftIndent - 10, self.height - style.fontSize, self.BULLET)


class Rule(HRFlowable):
    """A line that has no meaning."""

    canv: TaggedCanvas

    def draw(self) -> None:
        """Draw it."""
        with self.canv.artifact():
            super().draw()


class Ink(Flowable):
    """An empty box to write in or to tick by hand: a field of a form on paper, `width` by `height` points."""

    canv: TaggedCanvas

    def __init__(self, width: float, height: float, told: str, stroke: Color, *, is_tick: bool = False) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.told, self.stroke, self.role = told, stroke, "/cb/checked/off" if is_tick else "/tv"

    def draw(self) -> None:
        """Draw the frame."""
        attributes = f"/O/PrintField/Role{self.role}/Desc {text_string(self.told)}"
        with self.canv.element("Form", attributes=attributes), self.canv.content():
            self.canv.saveState()
            self.canv.setStrokeColor(self.stroke)
            self.canv.setFillColor(white)
            self.canv.setLineWidth(0.7)
            self.canv.rect(0, 0, self.width, self.height, fill=1)
            self.canv.restoreState()


class Picture(Flowable):
    """A picture with the title and the description that stand for it, `width` points wide."""

    canv: TaggedCanvas

    def __init__(self, scene: Scene, width: float) -> None:
        super().__init__()
        self.drawing = to_drawing(scene, width)
        self.told = f"{scene.title}. {scene.description}" if scene.description else scene.title

    def wrap(self, *available: float) -> tuple[float, float]:
        """The size of the picture."""
        self.width, self.height = self.drawing.width, self.drawing.height
        return self.width, self.height

    def draw(self) -> None:
        """Draw it as one figure."""
        with figure(self.canv, self.told, self.width, self.height):
            self.drawing.drawOn(self.canv, 0, 0)


class figure:  # noqa: N801 - used as a statement
    """What is drawn in `with figure(...)` is a picture of this size, with words that stand for it."""

    def __init__(self, canvas: TaggedCanvas, told: str, width: float, height: float) -> None:
        self.canvas = canvas
        left, bottom = canvas.absolutePosition(0, 0)
        right, top = canvas.absolutePosition(width, height)
        box = f"/O/Layout/Placement/Block/BBox[{left:.2f} {bottom:.2f} {right:.2f} {top:.2f}]"
        canvas.open_element("Figure", alt=told, attributes=box)

    def __enter__(self) -> None:
        self.canvas.begin_content()

    def __exit__(self, *_: object) -> None:
        self.canvas.end_content()
        self.canvas.close_element()


@dataclass(frozen=True, slots=True)
class Shape:
    """What a grid of cells is: the elements of the whole, of a row, and of its cells from left to right.

    An empty name gives no element. The last name of `cells` stands for those that follow.
    """

    whole: str = ""
    row: str = ""
    cells: tuple[str, ...] = ("",)
    row_head: int | None = None

    def cell(self, place: int) -> str:
        """The element of the cell in this column, from 0."""
        return self.cells[min(place, len(self.cells) - 1)]


LAYOUT = Shape()
"""Side by side, and nothing more."""
DEFINITIONS = Shape("L", "LI", ("Lbl", "LBody"))
"""A list of labels with what belongs to them."""
CONTENTS = Shape("TOC", "TOCI", ("Reference",))


def table_shape(row_head: int | None = 0) -> Shape:
    """A table whose repeated rows are heads of columns, and the cells of column `row_head` heads of rows."""
    return Shape("Table", "TR", ("TD",), row_head)


class _Tagging:
    """What ReportLab calls as it draws a table."""

    def __call__(self, grid: Grid, command: str, *found: Any) -> None:
        getattr(self, command)(grid, grid.canv, *found)

    def startTable(self, grid: Grid, canvas: TaggedCanvas) -> None:  # noqa: N802 - ReportLab's names
        if grid.shape.whole:
            canvas.open_element(grid.shape.whole, ("whole", grid.key))

    def endTable(self, grid: Grid, canvas: TaggedCanvas) -> None:  # noqa: N802
        if grid.shape.whole:
            canvas.close_element()

    def startBG(self, grid: Grid, canvas: TaggedCanvas) -> None:  # noqa: N802
        canvas.begin_artifact()

    def endBG(self, grid: Grid, canvas: TaggedCanvas) -> None:  # noqa: N802
        canvas.end_artifact()

    startLines, endLines = startBG, endBG

    def startRow(self, grid: Grid, canvas: TaggedCanvas, row: int) -> None:  # noqa: N802
        grid.at = row
        if grid.row_keys[row] is None:
            canvas.begin_artifact("Pagination")
        elif grid.shape.row:
            canvas.open_element(grid.shape.row, grid.row_keys[row])

    def endRow(self, grid: Grid, canvas: TaggedCanvas) -> None:  # noqa: N802
        if grid.row_keys[grid.at] is None:
            canvas.end_artifact()
        elif grid.shape.row:
            canvas.close_element()

    def startCell(  # noqa: N802
        self, grid: Grid, canvas: TaggedCanvas, row: int, column: int, value: Any, *_: Any
    ) -> None:
        tag, scope = grid.tag_of(row, column)
        grid.has_cell_element = bool(tag)
        if tag:
            sole = isinstance(value, Words) or (isinstance(value, list | tuple) and len(value) == 1)
            canvas.open_element(tag, (grid.row_keys[row], column), attributes=scope, holds_words=sole)
        grid.is_typed = isinstance(value, str)
        if grid.is_typed:
            canvas.begin_artifact()  # cells of ours hold flowables; an empty text draws nothing

    def endCell(self, grid: Grid, canvas: TaggedCanvas) -> None:  # noqa: N802
        if grid.is_typed:
            canvas.end_artifact()
        if grid.has_cell_element:
            canvas.close_element()


TAGGING = _Tagging()


class Grid(Table):
    """A table of ReportLab that says what it is. Over pages it is one element, and its repeated rows are told once."""

    shape = LAYOUT
    key: object = None
    row_keys: Sequence[object] = ()
    at = 0
    has_cell_element = is_typed = False

    def __init__(self, data: Any, *arranged: Any, **named: Any) -> None:
        super().__init__(data, *arranged, **{**named, "renderCB": TAGGING})
        self.row_keys = [object() for _ in data]

    def tag_of(self, row: int, column: int) -> tuple[str, str]:
        """The element of a cell with its attributes."""
        if self.shape.whole != "Table":
            return self.shape.cell(column), ""
        if row < self.repeatRows:
            return "TH", HEADER
        return ("TH", ROW_HEADER) if column == self.shape.row_head else ("TD", "")

    def split(self, availWidth: float, availHeight: float) -> list[Any]:
        """Its parts, each with the keys of its rows: a row that goes on keeps its key, a repeated one has none."""
        parts: list[Any] = super().split(availWidth, availHeight)
        if len(parts) == 2:  # noqa: PLR2004 - as ReportLab splits, or not at all
            first, second = parts
            repeated = self.repeatRows
            shared = len(first.row_keys) + len(second.row_keys) - repeated - len(self.row_keys)
            first.row_keys = self.row_keys[: len(first.row_keys)]
            following = self.row_keys[len(first.row_keys) - shared :]
            second.row_keys = [*[None] * repeated, *following]
            for part in parts:
                part.shape, part.key = self.shape, self.key
        return parts


def grid(rows: Sequence[Sequence[Any]], widths: Any, shape: Shape, *, key: object = None, **named: Any) -> Grid:
    """A grid of cells of this shape; grids with the same key are one element."""
    made = Grid(rows, widths, hAlign="LEFT", **named)
    made.shape, made.key = shape, key or made
    return made
