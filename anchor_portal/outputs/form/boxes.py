"""What the form as a workbook is made of: a tab for each section, blocks of lines, and the boxes to fill in."""

import re
from dataclasses import dataclass
from enum import StrEnum

from anchor_portal.domain.questionnaire.version import Kind, Option, Question, Section

MOST_IN_CELL = 32_000
"""Characters; Excel takes 32,767 in a cell."""
_SPELT_OUT = re.compile("x005F_|_x00[01][0-9A-Fa-f]_")
"""How files of spreadsheets spell control characters out: a text with these letters would come back as another."""


class Input(StrEnum):
    """What goes into a box."""

    AMOUNT = "amount"
    PERCENT = "percent"
    PICK = "pick"
    MARK = "mark"
    DATE = "date"
    YEAR = "year"
    LINE = "line"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Box:
    """One cell to fill in: a part of a question, what goes into it, and what stands there so far.

    `places` are decimals, `most` is the largest amount or the most characters; of a state the value is
    "not_known:not_held": the state and its picked reason.
    """

    question: Question
    part: str
    input: Input
    value: str = ""
    options: tuple[Option, ...] = ()
    places: int = 0
    most: int | None = None

    @property
    def key(self) -> str:
        """What the hidden column calls it: "p1.rlw_staff:numerator"."""
        return f"{self.question.key}:{self.part}"

    @property
    def fits(self) -> bool:
        """Whether a cell of a spreadsheet holds what stands there, and gives it back as it is."""
        return len(self.value) <= MOST_IN_CELL and not _SPELT_OUT.search(self.value)


@dataclass(frozen=True, slots=True)
class Line:
    """A row: its label, one box or the boxes of a row of a table, last time's value, the unit or some help."""

    label: str
    boxes: tuple[Box, ...]
    last: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A question: its rows, the headings of its table if it is one, and the boxes beside it.

    `side` are the boxes for what cannot be answered, the reason and the explanation, as far as the question has them.
    """

    question: Question
    lines: tuple[Line, ...]
    hints: tuple[str, ...] = ()
    condition: str = ""
    headings: tuple[str, ...] = ()
    side: tuple[Box, ...] = ()
    kept: tuple[str, ...] = ()
    last: str = ""


@dataclass(frozen=True, slots=True)
class Tab:
    """A sheet: a section under its title, with the full text of its pledge."""

    name: str
    section: Section
    pledge_text: str
    blocks: tuple[Block, ...]

    @property
    def is_table(self) -> bool:
        """Whether it holds nothing but a table of counts, which wants narrow columns."""
        return all(block.question.kind is Kind.LEVELS for block in self.blocks)
