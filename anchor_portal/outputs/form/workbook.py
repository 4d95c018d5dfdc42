"""The form as a workbook (XLSX) to be filled in offline: locked headings, lists to choose from, last time's answers.

A hidden first column says which part of which question each cell of a row is, so that rows may be moved, deleted or
sorted and sheets renamed; a hidden first row says which column is which; a hidden sheet says which return it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from math import ceil
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

from anchor_portal.domain.answers.numbers import LARGEST, say_date
from anchor_portal.domain.questionnaire.version import Kind, Questionnaire
from anchor_portal.outputs.form.boxes import Block, Box, Input, Line, Tab
from anchor_portal.outputs.form.cells import write_value
from anchor_portal.outputs.form.styles import RULES, STYLES, TABLE_SIDE, TABLE_WIDTHS, WIDTHS
from anchor_portal.outputs.workbook.plain import A4, DEMONSTRATION, LINE_HEIGHT, RISKY, TALLEST_ROW

FORMAT = "anchor-portal-form-1"
"""What the hidden sheet calls this kind of file; a change of its make-up is a new number."""
FACTS, LISTS = "_portal", "_lists"
"""The hidden sheets."""
KEYS, LABEL, ANSWER, LAST, NOTE, SIDE = 0, 1, 2, 3, 4, 5
"""Columns: the hidden keys, labels, answers, last time's, help, and three boxes beside each question."""
SIDE_HEADINGS = {
    "state": "If you cannot answer this",
    "reason": "The reason, in your own words",
    "explanation": "Explanation, where a figure is unusual",
}
LINES_OF_TEXT, LINES_OF_SIDE = 12, 3
"""Lines that an empty box for a long text is high, and a question that has boxes beside it."""
MOST_LAST = 2000
"""Characters of last time's answer that are shown: more would not be seen in a cell."""
TOO_LONG = "This text is too long for a spreadsheet. Change it in the portal; here it is left as it is."


@dataclass(frozen=True, slots=True)
class FormFacts:
    """What the file is about; of a blank form organisation and round are empty, and there are no marks.

    `marks` are those of what was stored when it was made (domain/merging), `last_time` names the round before.
    """

    questionnaire: Questionnaire
    sector: str
    sector_name: str
    scale: str
    portal_name: str
    partnership: str
    made_on: date
    demo: bool
    slug: str = ""
    organisation: str = ""
    round_code: str = ""
    round_title: str = ""
    period: tuple[date, date] | None = None
    closes_on: date | None = None
    last_time: str = ""
    marks: str = ""

    @property
    def title(self) -> str:
        """What the file is called inside: whose return, or which version for whom."""
        if self.organisation:
            return f"{self.organisation}, return for {self.round_title}"
        return f"{self.questionnaire.title}: blank form, {self.sector_name}"


def make_form(facts: FormFacts, tabs: Sequence[Tab]) -> bytes:
    """The file, with the same bytes for the same content and day."""
    output = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(output, options) as book:
        made = datetime(facts.made_on.year, facts.made_on.month, facts.made_on.day, tzinfo=UTC)
        book.set_properties({"title": facts.title, "author": facts.portal_name, "created": made})
        pen = _Pen(book, facts)
        _write_read_me(pen, tabs)
        for tab in tabs:
            _TabWriter(pen, tab).write()
        pen.write_hidden()
    return output.getvalue()


class _Pen:
    """What all sheets of one book share: formats made once, lists to choose from, print set-up."""

    def __init__(self, book: Any, facts: FormFacts) -> None:
        self.book, self.facts = book, facts
        self.formats: dict[tuple[str, bool], Any] = {}
        self.lists: dict[tuple[str, ...], int] = {}

    def format(self, style: str, *, is_risky: bool = False) -> Any:
        """The book's format for a style; a text that a spreadsheet might take for a formula is marked as text."""
        key = (style, is_risky)
        if key not in self.formats:
            self.formats[key] = self.book.add_format(STYLES[style] | ({"quote_prefix": True} if is_risky else {}))
        return self.formats[key]

    def text(self, page: Any, row: int, column: int, words: str, style: str) -> None:
        """Write words that are never a formula."""
        page.write_string(row, column, words, self.format(style, is_risky=words.startswith(RISKY)))

    def list_of(self, labels: tuple[str, ...]) -> str:
        """The range on the hidden sheet that holds these labels."""
        column = xl_col_to_name(self.lists.setdefault(labels, len(self.lists)))
        return f"={LISTS}!${column}$1:${column}${len(labels)}"

    def sheet(self, name: str, widths: Iterable[float]) -> Any:
        """A new sheet, locked but for its boxes, ready to print."""
        page = self.book.add_worksheet(name)
        for column, width in enumerate(widths):
            page.set_column(column, column, width, self.format("label"))
        page.protect("", {"format_columns": True, "format_rows": True, "format_cells": True})
        page.set_paper(A4)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        page.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.7)
        page.set_header(f"&L{self.facts.title[:90].replace('&', '&&')}&R&A")
        page.set_footer(f"&L{DEMONSTRATION if self.facts.demo else ''}&RPage &P of &N")
        page.hide_gridlines(2)
        page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        return page

    def write_hidden(self) -> None:
        """The sheets that nobody has to look at: what the file is about, and the lists."""
        facts = self.facts
        page = self.book.add_worksheet(FACTS)
        rows = {
            "format": FORMAT,
            "version": facts.questionnaire.code,
            "digest": facts.questionnaire.digest,
            "organisation": facts.slug,
            "organisation name": facts.organisation,
            "round": facts.round_code,
            "sector": facts.sector,
            "scale": facts.scale,
            "made on": facts.made_on.isoformat(),
            "marks": facts.marks,
        }
        for row, (name, value) in enumerate(rows.items()):
            page.write_string(row, 0, name)
            page.write_string(row, 1, value)
        lists = self.book.add_worksheet(LISTS)
        for labels, column in self.lists.items():
            for row, label in enumerate(labels):
                lists.write_string(row, column, label)
        for hidden in (page, lists):
            hidden.protect()
            hidden.very_hidden()


def _write_read_me(pen: _Pen, tabs: Sequence[Tab]) -> None:
    facts = pen.facts
    page = pen.sheet("Read me", (2, 26, 90))
    rows = [("title", facts.title, "")]
    rows += [("label", name, words) for name, words in _about(facts)]
    rows += [("heading", "How to fill it in", "")]
    rows += [("label", str(number), words) for number, words in enumerate(_advice(facts), start=1)]
    rows += [("heading", "The sheets", "")]
    rows += [("label", tab.name, tab.section.title) for tab in tabs]
    for row, (style, left, right) in enumerate(rows, start=1):
        if style == "title":
            page.merge_range(row, 1, row, 2, "", pen.format("title"))
        pen.text(page, row, 1, left, style)
        pen.text(page, row, 2, right, style) if style != "title" else None
        page.set_row(row, 52 if style == "title" else _height(right, 90))


def _about(facts: FormFacts) -> list[tuple[str, str]]:
    rows = [("Questionnaire", f"{facts.questionnaire.title} (version {facts.questionnaire.code})")]
    if facts.period and facts.closes_on:
        first, last = map(say_date, facts.period)
        rows += [("The figures are about", f"{first} to {last}"), ("Deadline", say_date(facts.closes_on))]
    rows += [("For", facts.organisation or facts.sector_name), ("Made on", say_date(facts.made_on))]
    return rows + ([("Please note", DEMONSTRATION)] if facts.demo else [])


def _advice(facts: FormFacts) -> list[str]:
    upload = (
        "When you are done, or at any time before, upload the file in the portal under “Work offline”. You see every "
        "change first; nothing is stored until you apply it. The signature is given in the portal, not here."
    )
    blank = (
        "This is a blank form that belongs to no return yet. In an open round, upload it in the portal under “Work "
        "offline” of your return. You see every change first. The signature is given in the portal, not here."
    )
    return [
        "Type into the pale yellow cells; everything else is locked, without a password. Each section is a sheet.",
        "Figures may be typed or calculated in the cell. Percentages: type 62.5 for 62.5 per cent. Dates: 30/6/2026.",
        "Where a cell has a list, choose from it. Leave blank what you have not got yet: you can upload again later.",
        "If you cannot answer a question, choose why in the columns on the right. Blank, 0 and not known differ.",
        "Clearing a cell that was filled in when the file was made takes the answer away. What colleagues change in "
        "the portal meanwhile is kept, and where you both changed the same answer, you are asked which one stands.",
        "Rows may be hidden, widened or printed. The hidden first column and first row tell the portal which cell is "
        "which: leave them. A text that begins with = has to be typed with an apostrophe before it.",
        "Counts only: nothing about a single member of staff belongs in this file.",
        upload if facts.slug else blank,
    ]


def _height(text: str, width: float) -> float:
    """The height of a row for a text in a cell of that width: not every program works it out itself."""
    lines = sum(max(1, ceil(len(line) * 1.08 / width)) for line in text.split("\n"))
    return min(lines * LINE_HEIGHT + 3, TALLEST_ROW)


class _TabWriter:
    """Writes one section's sheet, from the top."""

    def __init__(self, pen: _Pen, tab: Tab) -> None:
        self.pen, self.tab, self.row = pen, tab, 0
        self.widths = TABLE_WIDTHS if tab.is_table else WIDTHS
        self.side = TABLE_SIDE if tab.is_table else SIDE
        self.last = self.side - 1 if tab.is_table else LAST
        self.page = pen.sheet(tab.name, self.widths)

    def write(self) -> None:
        """The whole sheet."""
        for column in range(len(self.widths)):
            self.pen.text(self.page, 0, column, xl_col_to_name(column) if column else FORMAT, "key")
        self.page.set_row(0, None, None, {"hidden": True})
        self.page.set_column(KEYS, KEYS, self.widths[KEYS], self.pen.format("key"), {"hidden": True})
        self._write_headings()
        self._write_band(self.tab.section.title, "title", 30)
        for words in (self.tab.pledge_text, self.tab.section.intro.strip()):
            if words:
                self._write_band(words, "intro")
        for block in self.tab.blocks:
            self._write_block(block)
        self.page.freeze_panes(2, LABEL + 1)
        self.page.repeat_rows(1)
        self.page.print_area(1, LABEL, self.row, len(self.widths) - 1)

    def _write_headings(self) -> None:
        self.row = 1
        sides = tuple(SIDE_HEADINGS.values())
        before = self.pen.facts.last_time
        last = f"Last time ({before})" if before else "Last time"
        answers = ("Your answer", "", "", "", last) if self.tab.is_table else ("Your answer", last, "Unit or help")
        for column, words in enumerate(("Question", *answers, *sides), start=LABEL):
            self.pen.text(self.page, 1, column, words, "heading")
        self.page.set_row(1, 34)
        self.row = 2

    def _write_band(self, words: str, style: str, least: float = 0) -> None:
        """Words over the width of label, answer, last time and help."""
        last = self.side - 1
        words = words[:MOST_LAST]
        self.page.merge_range(self.row, LABEL, self.row, last, "", self.pen.format(style))
        self.pen.text(self.page, self.row, LABEL, words, style)
        width = sum(self.widths[LABEL : last + 1]) * 0.95
        self.page.set_row(self.row, max(least, _height(words, width)))
        self.row += 1

    def _write_block(self, block: Block) -> None:
        self.row += 1
        self._write_band(block.question.label, "question")
        for words in block.hints:
            self._write_band(words, "hint")
        if block.condition:
            self._write_band(block.condition, "condition")
        if block.last:
            self._write_band(f"Last time: {block.last}", "hint")
        for words in block.kept:
            self._write_band(f"Uploaded in the portal, and kept as it is: {words}", "condition")
        if block.headings:
            for column, words in enumerate(block.headings, start=LABEL):
                self.pen.text(self.page, self.row, column, words, "column")
            self.row += 1
        first = self.row
        for line in block.lines:
            self._write_line(block, line, block.side if self.row == first else ())

    def _write_line(self, block: Block, line: Line, side: tuple[Box, ...]) -> None:
        keys: list[str] = []
        self.pen.text(self.page, self.row, LABEL, line.label, "label")
        heights = [_height(line.label, self.widths[LABEL] - 3), LINE_HEIGHT + 3]
        for column, box in enumerate(line.boxes, start=ANSWER):
            keys += self._write_box(column, box)
            heights.append(self._height_of(column, box))
        for box in side:
            column = self.side + list(SIDE_HEADINGS).index(box.part)
            keys += self._write_box(column, box)
            heights += [self._height_of(column, box), LINES_OF_SIDE * LINE_HEIGHT]
        self._write_beside(block, line, heights)
        self.page.write_string(self.row, KEYS, " ".join(keys), self.pen.format("key"))
        self.page.set_row(self.row, min(max(heights), TALLEST_ROW))
        self.row += 1

    def _height_of(self, column: int, box: Box) -> float:
        least = LINES_OF_TEXT * LINE_HEIGHT if box.input is Input.TEXT else 0
        return max(least, _height(box.value, self.widths[column] - 2))

    def _write_beside(self, block: Block, line: Line, heights: list[float]) -> None:
        """What stands right of the answer: last time's, the unit, the sum or the percentage as it is worked out."""
        if block.question.kind is Kind.LEVELS:
            cells = f"{xl_rowcol_to_cell(self.row, ANSWER)}:{xl_rowcol_to_cell(self.row, ANSWER + len(line.boxes) - 1)}"
            column = ANSWER + len(line.boxes)
            self.page.write_formula(
                self.row, column, f'=IF(COUNT({cells})=0,"",SUM({cells}))', self.pen.format("total"), _sum(line.boxes)
            )
        if line.last:
            words = line.last[:MOST_LAST]
            self.pen.text(self.page, self.row, self.last, words, "last")
            heights.append(_height(words, self.widths[self.last] - 2))
        if line.note and len(line.boxes) == 1:
            self._write_note(line)
            heights.append(_height(line.note, self.widths[NOTE] - 2))

    def _write_note(self, line: Line) -> None:
        if line.boxes[0].part != "denominator":
            return self.pen.text(self.page, self.row, NOTE, line.note, "note")
        part, whole = (xl_rowcol_to_cell(row, ANSWER) for row in (self.row - 1, self.row))
        counts = f"AND(ISNUMBER({part}),ISNUMBER({whole}),N({whole})>0)"
        percent = f'"{line.note}: that is "&TEXT({part}/{whole},"0.0%")'
        self.page.write_formula(
            self.row, NOTE, f'=IF({counts},{percent},"{line.note}")', self.pen.format("note"), line.note
        )
        return None

    def _write_box(self, column: int, box: Box) -> list[str]:
        """Write a box; gives its key, with its column before it."""
        if not box.fits:
            self.pen.text(self.page, self.row, column, TOO_LONG, "note")
            return []
        value, style = write_value(box), _style_of(box)
        if isinstance(value, str):
            self.pen.text(self.page, self.row, column, value, style)
        elif isinstance(value, date):
            day = datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a day, without a time
            self.page.write_datetime(self.row, column, day, self.pen.format(style))
        elif value is not None:
            self.page.write_number(self.row, column, value, self.pen.format(style))
        else:
            self.page.write_blank(self.row, column, None, self.pen.format(style))
        if rule := self._rule(box):
            self.page.data_validation(self.row, column, self.row, column, rule)
        return [f"{xl_col_to_name(column)}={box.key}"]

    def _rule(self, box: Box) -> dict[str, Any]:
        """The validation of a cell: lists are strict, numbers and dates only warn."""
        if box.input in {Input.PICK, Input.MARK}:
            labels = tuple(option.label for option in box.options)
            advice = {"error_title": "Not in the list", "error_message": "Choose one of the list, or clear the cell."}
            return {"validate": "list", "source": self.pen.list_of(labels)} | advice if labels else {}
        rule = RULES[box.input] | {"error_type": "warning"}
        if box.input in {Input.LINE, Input.TEXT}:
            return rule | {"value": box.most} if box.most else {}
        if box.input is Input.AMOUNT:
            kind = "integer" if box.places == 0 else "decimal"
            return rule | {"validate": kind, "maximum": box.most or int(LARGEST)}
        return rule


def _style_of(box: Box) -> str:
    if box.input is Input.AMOUNT:
        return f"amount-{box.places}"
    return {Input.DATE: "date", Input.LINE: "line"}.get(box.input, "text")


def _sum(boxes: tuple[Box, ...]) -> int | str:
    """The sum of a row as it stands, which programs show that do not calculate."""
    counts = [int(box.value) for box in boxes if box.value.isdecimal() and len(box.value) < 12]
    return sum(counts) if counts else ""
