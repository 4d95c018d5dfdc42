"""Two texts beside each other: which words stayed, which went, which came."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from os.path import commonprefix

MOST_WORDS = 3000
"""Longer texts are not compared word by word: that would take long and help nobody."""
ALIKE = 0.35
"""Texts that share less than this part of their words are shown one after the other, not mixed into each other."""
_TOKEN = re.compile(r"(?:\w+(?:[’'-]\w+)*|[^\w\s])\s*|\s+")
"""A word or a sign with the white space after it: compared one by one, spaces would make it many times slower."""


class Mark(StrEnum):
    """What became of some words."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that follow each other and share a mark; put together, those not new are the earlier text."""

    mark: Mark
    text: str


def mark_words(before: str, after: str) -> tuple[Piece, ...]:
    """The two texts as one, in pieces: without the new ones it is the earlier text, without the gone ones the later."""
    if before == after:
        return (Piece(Mark.SAME, after),) if after else ()
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(old), len(new)) > MOST_WORDS:
        return _one_after_the_other(before, after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return _one_after_the_other(before, after)
    return tuple(_join(_pieces(matcher, old, new)))


def _one_after_the_other(before: str, after: str) -> tuple[Piece, ...]:
    return tuple(piece for piece in (Piece(Mark.GONE, before), Piece(Mark.NEW, after)) if piece.text)


def _pieces(matcher: "SequenceMatcher[str]", old: list[str], new: list[str]) -> Iterator[tuple[str, str, str]]:
    """Text that is the same, gone and new, a triple for each place; white space between two changes belongs to both."""
    for tag, first, last, start, end in matcher.get_opcodes():
        gone, came = "".join(old[first:last]), "".join(new[start:end])
        if tag == "equal" and not gone.strip():
            yield "", gone, came
        else:
            yield (gone, "", "") if tag == "equal" else ("", gone, came)


def _join(places: Iterator[tuple[str, str, str]]) -> Iterator[Piece]:
    gone = came = ""
    for same, went, arrived in places:
        gone, came = gone + went, came + arrived
        if same:
            yield from _changed(gone, came)
            gone = came = ""
            yield Piece(Mark.SAME, same)
    yield from _changed(gone, came)


def _changed(gone: str, came: str) -> Iterator[Piece]:
    """What went and what came at one place; words and spaces that are the same at its ends are not marked."""
    if gone == came:
        yield from (Piece(Mark.SAME, gone),) if gone else ()
        return
    head = _shared_head(gone, came)
    tail = _shared_head(gone[head:][::-1], came[head:][::-1])
    pieces = (
        Piece(Mark.SAME, gone[:head]),
        Piece(Mark.GONE, gone[head : len(gone) - tail]),
        Piece(Mark.NEW, came[head : len(came) - tail]),
        Piece(Mark.SAME, gone[len(gone) - tail :]),
    )
    yield from (piece for piece in pieces if piece.text)


def _shared_head(one: str, other: str) -> int:
    """How many characters both begin with, without cutting through a word of either."""
    length = len(commonprefix((one, other)))
    while length and (_is_within_word(one, length) or _is_within_word(other, length)):
        length -= 1
    return length


def _is_within_word(text: str, place: int) -> bool:
    return place < len(text) and text[place].isalnum() and text[place - 1].isalnum()
