"""Texts from outside that no database can even be asked about."""


def is_storable(text: str) -> bool:
    """Whether there can be a row with this text: PostgreSQL knows no NUL and no half of a character."""
    return "\0" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)
