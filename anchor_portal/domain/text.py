"""Text as it is kept: composed (NFC), with plain line ends and no trailing spaces."""

import unicodedata

_KEPT_CONTROLS = "\n\t"


def clean_text(typed: str) -> str:
    """The text in NFC, line ends as LF, without control characters, trailing spaces or blank lines at either end."""
    text = unicodedata.normalize("NFC", typed.replace("\r\n", "\n").replace("\r", "\n"))
    text = "".join(sign for sign in text if _is_kept(sign))
    lines = [line.rstrip() for line in text.split("\n")]
    return "\n".join(lines).strip("\n").rstrip()


def clean_line(typed: str) -> str:
    """The text on one line, with runs of white space made single."""
    return " ".join(clean_text(typed).split())


def _is_kept(sign: str) -> bool:
    return sign in _KEPT_CONTROLS or unicodedata.category(sign) not in {"Cc", "Cs"}
