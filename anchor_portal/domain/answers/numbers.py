"""Numbers and dates as people type them: read exactly, or refused with a sentence that helps."""

import re
from datetime import date
from decimal import Decimal

from anchor_portal.domain.answers.text import excerpt

LARGEST = Decimal(100_000_000_000)
"""No amount in a return passes a hundred thousand million; more than that is a slip of the keyboard."""

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sep", "sept"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}

_PLAIN = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([, \u00a0\u202f])[0-9]{3})(?:\1[0-9]{3})*(\.[0-9]*)?")
_MARKS = re.compile(r"[, \u00a0\u202f]")
_NEGATIVE = re.compile(r"[£\s]*[-\u2212][£\s]*[0-9.]")
_SHORTHAND = re.compile(r"[0-9.,]+\s*(k|m|mn|bn|b|thousand|million|billion)", re.IGNORECASE)
_STORED = re.compile(r"[0-9]{1,15}(\.[0-9]{1,2})?")


class Unreadable(ValueError):
    """A typed value that cannot be read; its text is the sentence shown to the person who typed it."""


def read_decimal(
    typed: str, *, places: int, what: str = "This", sign: str = "", most: Decimal | int = LARGEST
) -> Decimal:
    """The number typed, with at most `places` decimals, from 0 to `most`.

    `sign` is one optional mark that people put with it: "£" before or "%" after. Raises Unreadable.
    """
    text = _without_sign(typed.strip(), sign)
    example = "1,200" if places == 0 else "62.5" if sign == "%" else "812.50"
    if _NEGATIVE.match(text):
        raise Unreadable(f"{what} cannot be negative. Give 0 or more")
    if _SHORTHAND.fullmatch(text):
        raise Unreadable(
            f"{what} must be written in full, in figures, like 1,200,000: “{excerpt(typed)}” could be rounded"
        )
    if not (_PLAIN.fullmatch(text) or _GROUPED.fullmatch(text)):
        raise Unreadable(f"{what} must be a number in figures, like {example}")
    number = Decimal(_MARKS.sub("", text))
    if number > most:
        raise Unreadable(f"{what} must be {most:,} or less")
    return _with_places(number, places, what, example)


def _without_sign(text: str, sign: str) -> str:
    if sign == "£":
        return text.removeprefix("£").strip()
    if sign == "%":
        return text.removesuffix("%").strip()
    return text


def _with_places(number: Decimal, places: int, what: str, example: str) -> Decimal:
    rounded = number.quantize(Decimal(1).scaleb(-places))
    if rounded == number:
        return rounded
    if places == 0:
        raise Unreadable(f"{what} must be a whole number, like {example}")
    raise Unreadable(f"{what} can have at most {places} decimal places, like {example}")


def find_number(text: str | None) -> Decimal | None:
    """The number that a canonical text holds; None for none, or for what could not be read and was kept as typed."""
    return Decimal(text) if text is not None and _STORED.fullmatch(text) else None


def plain(number: Decimal) -> str:
    """A decimal without trailing zeros or exponent: 62.50 as "62.5", 60 as "60"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_date(typed: str, *, what: str = "The date") -> date:
    """A date typed as 2026-06-30, 30/6/2026 or 30 June 2026. Raises Unreadable."""
    text = " ".join(typed.split())
    found = re.fullmatch(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})", text) or re.fullmatch(
        r"(?P<d>[0-9]{1,2})[/ .-](?P<m>[0-9]{1,2}|[A-Za-z]+)[/ .-](?P<y>[0-9]{4})", text
    )
    if found is None:
        raise Unreadable(f"{what} needs a day, a month and a year, like 30 6 2026")
    month = found["m"]
    number = int(month) if month.isdigit() else MONTHS.get(month.lower(), 0)
    try:
        return date(int(found["y"]), number, int(found["d"]))
    except ValueError:
        raise Unreadable(f"{what} must be a real date, like 30 6 2026") from None


def say_date(day: date) -> str:
    """A date in words: 31 July 2026."""
    return f"{day.day} {day:%B %Y}"
