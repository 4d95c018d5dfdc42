"""Texts from outside that no database can even be asked about."""

import re

_ODD = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether there can be a row with this text: PostgreSQL knows no NUL and no half of a character."""
    return _ODD.search(text) is None
