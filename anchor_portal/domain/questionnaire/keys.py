"""Every key that a questionnaire file may hold, and what may stand there."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from anchor_portal.domain.questionnaire.questions import (
    BASES,
    CHECKS,
    NOT_APPLICABLE_REASONS,
    OPTION_TABLES,
    Kind,
    Need,
    Unit,
)
from anchor_portal.domain.sectors import SECTORS

PLEDGES = 7


class Misfit(Exception):
    """A value that cannot stand where it stands; the message goes on from the name of its key."""


@dataclass(frozen=True, slots=True)
class Field:
    """How the value of one key is read: `read` gives it in our types or raises Misfit."""

    read: Callable[[object], Any]
    required: bool = False


Keys = Mapping[str, Field]


def _nested(value: object) -> object:
    """Leave a table, or a list of tables, to whoever reads what is in it."""
    return value


def _text(value: object) -> str:
    """Words, of one paragraph or several, without the white space around them."""
    if not isinstance(value, str):
        raise Misfit("must be words in quotation marks")
    words = value.strip()
    if not words:
        raise Misfit("is empty")
    if any(unicodedata.category(character) == "Cc" for character in words.replace("\n", "")):
        raise Misfit("holds a control character, which cannot be printed")
    return words


def _line(value: object) -> str:
    words = _text(value)
    if "\n" in words:
        raise Misfit("must be on one line")
    return words


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Misfit("must be true or false")
    return value


def _whole(lowest: int, highest: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise Misfit(f"must be a whole number from {lowest:,} to {highest:,}")
        return value

    return read


def _code(pattern: str, example: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or not re.fullmatch(pattern, value) or len(value) > 60:
            raise Misfit(f"must be made of small letters and digits, like {example}")
        return value

    return read


def _one_of(allowed: Collection[str]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Misfit("must be a word in quotation marks")
        if value not in allowed:
            raise Misfit(f"is {value[:60]!r}, and must be one of: {', '.join(allowed)}")
        return value

    return read


def _member(enum: type[StrEnum]) -> Callable[[object], StrEnum]:
    read = _one_of([str(member) for member in enum])
    return lambda value: enum(read(value))


def _list_of(read: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    def read_all(value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not value:
            raise Misfit("must be a list in square brackets, with something in it")
        items = tuple(read(item) for item in value)
        if len(set(items)) < len(items):
            raise Misfit("names something twice")
        return items

    return read_all


def _pledges(value: object) -> tuple[str, ...]:
    texts = _list_of(_line)(value)
    if len(texts) != PLEDGES:
        raise Misfit(f"must be exactly {PLEDGES} texts, and there are {len(texts)}")
    return texts


_QUESTION_KEY = _code(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9_]*)?", "p1.rlw_staff")
_OPTION_CODE = _code(r"[a-z0-9]+([-_][a-z0-9]+)*", "in_progress")
_DASHED_CODE = _code(r"[a-z0-9]+(-[a-z0-9]+)*", "pledge-1")

FILE_KEYS: Keys = {
    "code": Field(_DASHED_CODE, required=True),
    "title": Field(_line, required=True),
    "pledges": Field(_pledges, required=True),
    "option_lists": Field(_nested),
    "sections": Field(_nested, required=True),
}
SECTION_KEYS: Keys = {
    "code": Field(_DASHED_CODE, required=True),
    "title": Field(_line, required=True),
    "pledge": Field(_whole(1, PLEDGES)),
    "intro": Field(_text),
    "questions": Field(_nested, required=True),
}
OPTION_KEYS: Keys = {
    "code": Field(_OPTION_CODE, required=True),
    "label": Field(_line, required=True),
    "hint": Field(_line),
}
SHOW_IF_KEYS: Keys = {
    "question": Field(_QUESTION_KEY, required=True),
    "equals": Field(_list_of(_OPTION_CODE), required=True),
}
QUESTION_KEYS: Keys = {
    "key": Field(_QUESTION_KEY, required=True),
    "kind": Field(_member(Kind), required=True),
    "label": Field(_line, required=True),
    "short": Field(_line, required=True),
    "hint": Field(_text),
    "need": Field(_member(Need)),
    "unit": Field(_member(Unit)),
    "options": Field(_nested),
    "option_list": Field(_OPTION_CODE),
    "options_from": Field(_one_of(OPTION_TABLES)),
    "show_if": Field(_nested),
    "at_most": Field(_QUESTION_KEY),
    "maximum": Field(_whole(0, 10**12)),
    "max_length": Field(_whole(1, 20_000)),
    "max_items": Field(_whole(1, 100)),
    "not_applicable": Field(_list_of(_one_of(NOT_APPLICABLE_REASONS))),
    "asked_of": Field(_list_of(_one_of(SECTORS))),
    "may_answer": Field(_list_of(_one_of(SECTORS))),
    "percent_only": Field(_flag),
    "default_basis": Field(_one_of(BASES)),
    "pooled": Field(_flag),
    "financial_year": Field(_flag),
    "comparable": Field(_flag),
    "check": Field(_one_of(CHECKS)),
    "numerator_label": Field(_line),
    "denominator_label": Field(_line),
    "unknown_label": Field(_line),
}
