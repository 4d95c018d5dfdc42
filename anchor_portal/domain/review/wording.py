"""What differs between two narratives, cut to what a reviewer has to read.

Sentences are compared first, then the words of those that changed: that reads better than words alone, and the work
stays small however long a text is, or however often it repeats itself.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from anchor_portal.domain.word_changes import Mark, Piece, mark_words

_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_WORDS = re.compile(r"\s*\S+\s*")
MOST_SIGNS = 3_000_000
"""Characters before times characters after, up to which two stretches are compared word by word."""
MOST_SENTENCES = 400
LONG = 40
"""Words in a row that stayed are shortened where they are more than this, to `KEPT` at either end."""
KEPT = 12


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of both texts: its mark, its words, and how many words were left out after them."""

    mark: Mark
    text: str
    left_out: int = 0


def compare_texts(before: str, after: str) -> tuple[Piece, ...]:
    """The two texts as one, in pieces: without the new ones it is the earlier text, without the gone ones the later."""
    old, new = _sentences(before), _sentences(after)
    if max(len(old), len(new)) > MOST_SENTENCES:
        return tuple(_whole(before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    pieces: list[Piece] = []
    for tag, from_old, to_old, from_new, to_new in matcher.get_opcodes():
        gone, came = "".join(old[from_old:to_old]), "".join(new[from_new:to_new])
        is_small = len(gone) * len(came) <= MOST_SIGNS
        pieces += (
            [Piece(Mark.SAME, came)] if tag == "equal" else mark_words(gone, came) if is_small else _whole(gone, came)
        )
    return tuple(_joined(pieces))


def shorten(pieces: Iterable[Piece]) -> tuple[Stretch, ...]:
    """The pieces with long stretches that stayed cut to some words at either end."""
    return tuple(each for piece in pieces for each in _shortened(piece))


def _shortened(piece: Piece) -> Iterator[Stretch]:
    words = _WORDS.findall(piece.text)
    if piece.mark is not Mark.SAME or len(words) <= LONG:
        yield Stretch(piece.mark, piece.text)
        return
    yield Stretch(Mark.SAME, "".join(words[:KEPT]).rstrip(), len(words) - 2 * KEPT)
    yield Stretch(Mark.SAME, "".join(words[-KEPT:]).lstrip())


def _sentences(text: str) -> list[str]:
    """Its sentences, each with the white space after it, so that together they are the text."""
    ends = [found.end() for found in _SENTENCES.finditer(text)]
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True) if text[start:end]]


def _whole(before: str, after: str) -> Iterator[Piece]:
    return (piece for piece in (Piece(Mark.GONE, before), Piece(Mark.NEW, after)) if piece.text)


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbours with one mark made one."""
    last: Piece | None = None
    for piece in pieces:
        if last is None or last.mark is not piece.mark:
            if last is not None:
                yield last
            last = piece
        else:
            last = Piece(last.mark, last.text + piece.text)
    if last is not None:
        yield last
