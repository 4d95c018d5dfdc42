"""The embedded fonts of a page as finished objects: the letters that nearly every text needs, made once."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reportlab.pdfbase import pdfmetrics

from anchor_portal.outputs.pdf.fonts import write_unicode_map

ASCII = range(32, 127)
COMMON = "‘’“”–—…·•£€&éêèöüâôŵŷ"
"""Letters besides ASCII that names and words often have."""
FIRST_MORE, CODES = 128, 256
OBJECTS = 4
"""A font is so many objects: itself, its descriptor, its file, and which letter each code is."""
SYMBOLIC, NONSYMBOLIC = 4, 32
KIND_OF_SUBSET = "AAAAAA"


class TooManyLetters(ValueError):
    """A text has more different letters than one font of a page can hold."""


@dataclass(frozen=True, slots=True)
class Letters:
    """A font for some letters: the code of each letter that is not its own, and the objects in the file."""

    codes: Mapping[int, int]
    objects: tuple[bytes, ...]

    def show(self, words: str) -> bytes:
        """The operand that shows these words."""
        coded = words.translate(self.codes).encode("latin-1")
        return coded.replace(b"\\", rb"\\").replace(b"(", rb"\(").replace(b")", rb"\)")


def letters_for(font: str, words: str, first: int) -> Letters:
    """The font with all letters of `words`, whose objects are numbered on from `first`.

    The same words give the same bytes. Raises TooManyLetters.
    """
    more = frozenset(words) - _usual()
    return _usual_letters(font, first) if not more else _make(font, COMMON + "".join(sorted(more)), first)


@cache
def _usual() -> frozenset[str]:
    return frozenset([*map(chr, ASCII), *COMMON])


@cache
def _usual_letters(font: str, first: int) -> Letters:
    return _make(font, COMMON, first)


def _make(font: str, more: str, first: int) -> Letters:
    if FIRST_MORE + len(more) > CODES:
        raise TooManyLetters(f"{len(more)} different letters besides ASCII")
    registered: Any = pdfmetrics.getFont(font)
    face = registered.face
    subset = [*[0] * ASCII.start, *ASCII, *[0] * (FIRST_MORE - ASCII.stop), *map(ord, more)]
    name = f"{KIND_OF_SUBSET}+{face.name.decode('ascii')}"
    file = face.makeSubset(subset)
    codes = {ord(letter): code for code, letter in enumerate(more, FIRST_MORE)}
    return Letters(
        codes,
        (
            _write_font(face, name, subset, first),
            _write_descriptor(face, name, first + 2),
            stream(file, f"/Length1 {len(file)}"),
            stream(write_unicode_map(name, subset).encode("ascii")),
        ),
    )


def _write_font(face: Any, name: str, subset: list[int], first: int) -> bytes:
    widths = " ".join(str(round(face.getCharWidth(letter))) for letter in subset)
    return (
        f"<</Type/Font/Subtype/TrueType/BaseFont/{name}/FirstChar 0/LastChar {len(subset) - 1}/Widths[{widths}]"
        f"/FontDescriptor {first + 1} 0 R/ToUnicode {first + 3} 0 R>>"
    ).encode("ascii")


def _write_descriptor(face: Any, name: str, file: int) -> bytes:
    flags = face.flags & ~NONSYMBOLIC | SYMBOLIC
    box = " ".join(f"{each:g}" for each in face.bbox)
    return (
        f"<</Type/FontDescriptor/FontName/{name}/Flags {flags}/FontBBox[{box}]/ItalicAngle {face.italicAngle:g}"
        f"/Ascent {face.ascent:g}/Descent {face.descent:g}/CapHeight {face.capHeight:g}/StemV {face.stemV:g}"
        f"/MissingWidth {face.defaultWidth:g}/FontFile2 {file} 0 R>>"
    ).encode("ascii")


def stream(content: bytes, more: str = "") -> bytes:
    """A stream of a file, compressed; `more` are further entries of its dictionary."""
    packed = zlib.compress(content)
    return b"<<%b/Filter/FlateDecode/Length %d>>\nstream\n%b\nendstream" % (more.encode("ascii"), len(packed), packed)
