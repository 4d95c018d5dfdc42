"""A blank form on paper: every question that a kind of organisation is asked, with room to answer by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportlab.platypus import Flowable, KeepTogether, Spacer, TableStyle

from anchor_portal.domain.answers.parts import Asking
from anchor_portal.domain.answers.reading import YES_NO
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.domain.questionnaire.version import Kind, Question, Questionnaire, Section
from anchor_portal.outputs.form.boxes import Block, Input, Line
from anchor_portal.outputs.form.layout import lay_out, ways_not_to_answer
from anchor_portal.outputs.pdf.base import (
    BODY,
    CELL,
    CELL_HEAD,
    FONT,
    INTRO,
    LABEL_ABOVE,
    NAVY,
    NOTE,
    RULE,
    SMALL,
    SUBTITLE,
    TEXT_WIDTH,
    TITLE,
    DocumentFacts,
    SafeText,
    build,
    rule,
    together,
)
from anchor_portal.outputs.pdf.tagging.flowables import DEFINITIONS, LAYOUT, Grid, Ink, grid, table_shape

ROOM, ROOM_OF_STORY = 120.0, 150.0
"""Points of height to write a text by hand; more goes on paper of one's own."""
ROOM_OF_SECTION = 380.0
"""Points that are left on a page on which a section begins, so that its first question follows its heading."""
TICK = 9.0
BOX_WIDTH, BOX_HEIGHT = 150.0, 20.0
CASE_STUDIES, LINKS = 2, 3
"""How many of a repeating question there is room for."""
ON_PAPER = (
    "Nothing is sent on paper. Use this form to gather the answers; then they are entered in the portal, or typed into "
    "the form as a spreadsheet, which the portal offers under “Work offline”. The return is signed in the portal."
)


@dataclass(frozen=True, slots=True)
class BlankFormFacts:
    """Which version, for what kind of organisation, under whose name."""

    sector_name: str
    portal_name: str
    partnership: str


_PLAIN: list[Any] = [
    FONT,
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ("TOPPADDING", (0, 0), (-1, -1), 2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
]
_GRID = TableStyle(
    [
        FONT,
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("LINEBELOW", (0, 0), (-1, 0), 1, NAVY),
        ("GRID", (1, 1), (-1, -1), 0.7, NAVY),
        ("LINEBELOW", (0, 1), (0, -1), 0.4, RULE),
    ]
)


def draw_blank_form(facts: BlankFormFacts, questionnaire: Questionnaire, asking: Asking) -> bytes:
    """The form as a PDF: the same bytes for the same version and kind of organisation."""
    title = f"{questionnaire.title}: blank form"
    subject = f"Blank form, version {questionnaire.code}, for: {facts.sector_name}"
    document = DocumentFacts(title, subject, facts.portal_name, facts.partnership, demo=False)
    return build(document, lambda safe: list(_story(safe, facts, questionnaire, asking)))


def _story(safe: SafeText, facts: BlankFormFacts, questionnaire: Questionnaire, asking: Asking) -> Iterator[Flowable]:
    yield safe.paragraph(questionnaire.title, TITLE)
    yield safe.paragraph(f"Blank form, version {questionnaire.code}. For: {facts.sector_name}", SUBTITLE)
    yield safe.paragraph(ON_PAPER, INTRO)
    for words in ("Organisation", "Round", "Filled in by"):
        yield _row(safe, words, _ink(words))
    for tab in lay_out(questionnaire, asking, {}, {}):
        yield from _section(safe, tab.section, tab.pledge_text)
        for block in tab.blocks:
            yield from _block(safe, block, asking)
    yield rule()


def _section(safe: SafeText, section: Section, pledge_text: str) -> Iterator[Flowable]:
    yield together(ROOM_OF_SECTION)
    yield from safe.heading(section.title)
    if pledge_text:
        yield safe.paragraph(pledge_text, INTRO)
    for words in section.intro.split("\n\n"):
        if words.strip():
            yield safe.paragraph(words.strip(), BODY)


def _block(safe: SafeText, block: Block, asking: Asking) -> Iterator[Flowable]:
    """A question, kept together with the room to answer it unless that runs over pages."""
    question = block.question
    head: list[Flowable] = [rule(), safe.paragraph(question.label, LABEL_ABOVE)]
    head += [safe.paragraph(words, NOTE) for words in (question.hint.strip(), block.condition) if words]
    head.append(Spacer(1, 3))
    tail = [*_cannot(safe, block), Spacer(1, 10)]
    if question.kind is Kind.CASE_STUDIES:
        yield KeepTogether([*head, *_case_study(safe, 1, asking)])
        for number in range(2, CASE_STUDIES + 1):
            yield KeepTogether(list(_case_study(safe, number, asking)))
        yield safe.paragraph(f"Up to {question.max_items} in all: use more paper for further ones.", NOTE)
        yield from tail
    else:
        yield KeepTogether([*head, *_room(safe, block, asking), *tail])


def _room(safe: SafeText, block: Block, asking: Asking) -> Iterator[Flowable]:
    question = block.question
    if question.kind is Kind.LEVELS:
        yield _table(safe, block.headings, [line.label for line in block.lines], 0.36)
    elif question.kind is Kind.FILES:
        yield _table(safe, block.headings, [str(number) for number in range(1, LINKS + 1)], 0.08)
    elif question.kind in {Kind.CHOICE, Kind.YES_NO, Kind.CHOICES}:
        yield from _ticks(safe, question, asking)
    else:
        for line in block.lines:
            yield from _line(safe, line)


def _line(safe: SafeText, line: Line) -> Iterator[Flowable]:
    box = line.boxes[0]
    if box.input is Input.TEXT:
        yield Ink(TEXT_WIDTH, ROOM, f"Room for: {line.label}", NAVY)
        yield Spacer(1, 3)
        yield safe.paragraph(f"Up to {box.most:,} characters: use more paper where this is not enough.", SMALL)
    elif box.input is Input.PICK:
        yield _pair(safe, line.label, _ticks_in_a_line(safe, [option.label for option in box.options]))
    elif box.input is Input.DATE:
        yield _row(safe, "Day, month, year", _boxes({"day": 30, "month": 30, "year": 52}))
    else:
        unit = "%" if box.input is Input.PERCENT else line.note
        label = line.label if line.label != "Answer" else ""
        words = f"{label} ({unit})" if label and unit else label or unit
        yield _row(safe, words, _ink(words or line.label, BOX_WIDTH))


def _ticks(safe: SafeText, question: Question, asking: Asking) -> Iterator[Flowable]:
    options = YES_NO if question.kind is Kind.YES_NO else asking.offered(question)
    if question.kind is Kind.CHOICES:
        yield safe.paragraph("Tick all that apply.", SMALL)
    every = object()
    for option in options:
        words = f"{option.label}: {option.hint}" if option.hint else option.label
        yield _tick(safe, words, every, TEXT_WIDTH)


def _tick(safe: SafeText, words: str, of: object, width: float | None = None) -> Grid:
    """A small box with words beside it; those `of` the same thing are one list."""
    widths = (TICK + 8, width - TICK - 8 if width else None)
    box = Ink(TICK, TICK, f"Tick for: {words}", NAVY, is_tick=True)
    return grid([[box, safe.paragraph(words, CELL)]], widths, DEFINITIONS, key=of, style=TableStyle(_PLAIN))


def _ticks_in_a_line(safe: SafeText, every: list[str]) -> Grid:
    of = object()
    return grid([[_tick(safe, words, of) for words in every]], None, LAYOUT, style=TableStyle(_PLAIN))


def _row(safe: SafeText, words: str, box: Flowable) -> Grid:
    return _pair(safe, words, box)


def _ink(words: str, width: float = TEXT_WIDTH * 0.6) -> Ink:
    """A line to write on; `words` say what."""
    return Ink(width, BOX_HEIGHT, f"Room for: {words}", NAVY)


def _pair(safe: SafeText, words: str, right: Flowable) -> Grid:
    style = TableStyle([*_PLAIN, ("VALIGN", (0, 0), (-1, -1), "MIDDLE")])
    return grid([[safe.paragraph(words, CELL), right]], (TEXT_WIDTH * 0.38, TEXT_WIDTH * 0.62), LAYOUT, style=style)


def _boxes(widths: Mapping[str, float]) -> Grid:
    cells = [_ink(words, width) for words, width in widths.items()]
    return grid([cells], [width + 8 for width in widths.values()], LAYOUT, style=TableStyle(_PLAIN))


def _table(safe: SafeText, headings: tuple[str, ...], rows: list[str], first: float) -> Grid:
    """A table with empty cells; its first column takes the part `first` of the width."""
    widths = [TEXT_WIDTH * first, *[TEXT_WIDTH * (1 - first) / (len(headings) - 1)] * (len(headings) - 1)]
    head = [safe.paragraph(words, CELL_HEAD) for words in headings]
    body = [[safe.paragraph(words, CELL), *[""] * (len(headings) - 1)] for words in rows]
    heights = [None, *[BOX_HEIGHT + 2] * len(rows)]
    return grid([head, *body], widths, table_shape(), rowHeights=heights, repeatRows=1, style=_GRID)


def _case_study(safe: SafeText, number: int, asking: Asking) -> Iterator[Flowable]:
    yield _row(safe, f"Case study {number}: title", _ink(f"title of case study {number}"))
    yield safe.paragraph("Story", CELL)
    yield Spacer(1, 3)
    yield Ink(TEXT_WIDTH, ROOM_OF_STORY, f"Room for: story of case study {number}", NAVY)
    yield Spacer(1, 4)
    pledges = ", ".join(f"{number} {title}" for number, title in PLEDGES.items())
    yield _row(safe, "Number of the pledge that it is about", _ink("number of the pledge", 40))
    yield safe.paragraph(pledges, SMALL)
    yield _row(safe, "Place", _ink("place"))
    yield _pair(safe, "May we publish it?", _ticks_in_a_line(safe, [option.label for option in YES_NO]))
    yield Spacer(1, 8)


def _cannot(safe: SafeText, block: Block) -> Iterator[Flowable]:
    """The ways not to answer, where the question has them."""
    if any(box.part == "state" for box in block.side):
        yield safe.paragraph("Or, if you cannot answer this:", SMALL)
        every = object()
        for option in ways_not_to_answer(block.question):
            if option.code == "not_known:other":
                yield _pair(safe, "We do not know it, because:", _ink("why we do not know it"))
            else:
                yield _tick(safe, option.label, every, TEXT_WIDTH)
