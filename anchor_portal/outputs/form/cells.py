"""What stands in a cell of the spreadsheet, and what it means: written exactly, and read as people mean it."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal

from anchor_portal.domain.answers.numbers import find_number, plain, say_date
from anchor_portal.domain.answers.text import clean_line
from anchor_portal.domain.questionnaire.version import Option
from anchor_portal.outputs.form.boxes import Box, Input

FIRST_DAY = date(1900, 3, 1)
"""The first day that spreadsheets agree about."""
LIKELY_FROM = 1950
"""A date before this year is most often a year, or a number, typed into a date cell."""
_AS_SHOWN = Context(prec=15)
"""Spreadsheets show and mean 15 digits: 0.1 + 0.2 is 0.3."""
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_ESCAPED = re.compile("_x(00[01][0-9A-Fa-f])_")
_MARKED = frozenset({"yes", "y", "x", "✓", "✔", "1", "true"})
_UNMARKED = frozenset({"no", "n", "0", "false"})

Value = str | int | Decimal | date | None


def write_value(box: Box) -> Value:
    """What is written into a cell so that reading it gives the same text again."""
    text = box.value
    if box.input is Input.PICK or box.input is Input.MARK:
        return next((option.label for option in box.options if option.code == text), text) or None
    if box.input in {Input.AMOUNT, Input.PERCENT} and (number := find_number(text)) is not None:
        is_plain = text in {plain(number), f"{number:.{box.places}f}"}
        return number if is_plain and len(text.replace(".", "")) <= _AS_SHOWN.prec else text
    if box.input is Input.YEAR and re.fullmatch("[1-9][0-9]{3}", text):
        return int(text)
    return _day(text) if box.input is Input.DATE else text or None


def _day(text: str) -> Value:
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        day = None
    return day if day is not None and day >= FIRST_DAY else text or None


def read_value(box: Box, value: object, number_format: str = "General") -> str:
    """The text that a person would have typed into the form for what stands in a cell; empty for a blank one."""
    text = _text(box, value, number_format)
    if box.input is Input.MARK:
        return _read_mark(text)
    return _read_pick(text, box.options) if box.input is Input.PICK else text


def _text(box: Box, value: object, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float | Decimal):
        return _number(value, number_format)
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return say_date(day) if box.input in {Input.LINE, Input.TEXT} else day.isoformat()
    if isinstance(value, time | timedelta):
        return str(value)
    return unescape(str(value))


def _number(value: float | Decimal, number_format: str) -> str:
    """A number as the spreadsheet shows it to its last digit; one that is shown as a percentage keeps its sign."""
    number = _AS_SHOWN.plus(Decimal(repr(value) if isinstance(value, float) else value))
    return f"{plain(number * 100)}%" if "%" in _QUOTED.sub("", number_format) else plain(number)


def unescape(text: str) -> str:
    """A text as it was typed: files spell control characters out, as _x000D_ for the end of a line."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)


def _read_mark(text: str) -> str:
    word = clean_line(text).casefold()
    if word in _MARKED:
        return "yes"
    return "" if word in _UNMARKED else text


def _read_pick(text: str, options: tuple[Option, ...]) -> str:
    """The code of an option by its label or its code, in whatever letters; anything else as it stands."""
    word = clean_line(text).casefold()
    for option in options:
        if word and word in {clean_line(option.label).casefold(), option.code.casefold()}:
            return option.code
    return text


def doubt(box: Box, text: str, value: object, number_format: str = "General") -> str:
    """A sentence about a value that is readable and yet most often a slip of the spreadsheet; empty for none."""
    if box.input is Input.PERCENT and isinstance(value, float) and 0 < value < 1 and "%" not in text:
        return f"this reads as {text} per cent: if you mean {plain(_AS_SHOWN.plus(Decimal(repr(value)) * 100))} per cent, type that"
    if box.input is Input.DATE and isinstance(value, datetime) and value.year < LIKELY_FROM:
        return f"this reads as {say_date(value.date())}: type the whole date, like 30/6/2026"
    return ""
