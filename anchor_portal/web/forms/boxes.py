"""The boxes that a question has on its page: what a form takes, whatever else is posted under its name."""

import re
import unicodedata
from collections.abc import Collection

from anchor_portal.domain.answers.parts import SIDE_PARTS, Asking
from anchor_portal.domain.answers.reading import CASE_STUDY_PARTS, FILE_PARTS, LEVEL_COLUMNS, SIGNOFF_PARTS
from anchor_portal.domain.answers.shares import SHARE_PARTS
from anchor_portal.domain.questionnaire.version import Kind, Question

STATELESS = frozenset({Kind.CASE_STUDIES, Kind.FILES, Kind.SIGNOFF})
"""Kinds that cannot be "not known" or "not applicable"."""
ITEM_PARTS = {Kind.CASE_STUDIES: CASE_STUDY_PARTS, Kind.FILES: FILE_PARTS}

FILLED_IN = frozenset({"name", "digest"})
"""Parts of a file that no box holds: the portal fills them in from the file itself."""


def is_box(question: Question, part: str, asking: Asking) -> bool:
    """Whether the page of this question has a box for this part."""
    if part in SIDE_PARTS:
        return question.kind not in STATELESS
    if question.kind in ITEM_PARTS:
        number, _, name = part.partition(".")
        return (
            name in ITEM_PARTS[question.kind]
            and name not in FILLED_IN
            and re.fullmatch("[1-9][0-9]?", number) is not None
        )
    return part in _boxes(question, asking)


def _boxes(question: Question, asking: Asking) -> Collection[str]:
    if question.kind is Kind.SHARE:
        return ("percent", "basis") if question.percent_only else SHARE_PARTS
    if question.kind is Kind.CHOICES:
        return {option.code for option in asking.options(question)}
    if question.kind is Kind.LEVELS:
        # a page that was opened before a slip in the register still has the boxes of the other scale
        levels = (*asking.levels, *asking.other_levels)
        return {f"{level.code}.{column}" for level in levels for column in LEVEL_COLUMNS}
    return SIGNOFF_PARTS if question.kind is Kind.SIGNOFF else ("",)


def printable(typed: str) -> str:
    """The text without control characters, which no page can hold; line ends and tabs stay."""
    if typed.isprintable():
        return typed
    return "".join(sign for sign in typed if sign in "\r\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"})
