"""Text as it is kept: composed (NFC), with plain line ends and no trailing spaces."""

import re
import unicodedata
from collections.abc import Sequence

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\u2028\u2029]")
"""Word processors break lines with some of these."""
_NEVER_KEPT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters, halves of characters, and what no XML file (a workbook, say) may hold."""


def clean_text(typed: str) -> str:
    """The text in NFC, line ends as LF, without control characters, trailing spaces or blank lines at either end.

    A text of which nothing could be seen is empty.
    """
    if typed.isascii() and typed.isprintable():
        return typed.rstrip()  # most answers are: the same, without looking at each sign
    text = unicodedata.normalize("NFC", _NEVER_KEPT.sub("", _LINE_ENDS.sub("\n", typed)))
    kept = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")
    return kept if any(_can_be_seen(sign) for sign in kept) else ""


def _can_be_seen(sign: str) -> bool:
    """Neither white space nor a sign that only formats others, like a zero-width space."""
    return not sign.isspace() and unicodedata.category(sign) != "Cf"


def clean_line(typed: str) -> str:
    """The text on one line, with runs of white space made single."""
    return " ".join(clean_text(typed).split())


def excerpt(typed: str, length: int = 40) -> str:
    """The beginning of a text on one line, to be quoted in a message."""
    text = clean_line(typed)
    return text if len(text) <= length else text[: length - 1] + "…"


def any_of(words: Sequence[str]) -> str:
    """The words with "or" before the last: "actual, estimate or notional"."""
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else "".join(words)


def all_of(words: Sequence[str]) -> str:
    """The words with "and" before the last: "actual, estimate and notional"."""
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
