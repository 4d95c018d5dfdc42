"""The embedded font of every PDF: where its files are, which characters it has, what becomes of others."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFont

# Streams as bytes, not spelt out in letters: a fifth smaller, and a third of a page's time.
rl_config.useA85 = 0

REGULAR, SEMIBOLD, BOLD = "AnchorSans", "AnchorSans-SemiBold", "AnchorSans-Bold"
FILES = {
    REGULAR: "SourceSans3_400Regular.ttf",
    SEMIBOLD: "SourceSans3_600SemiBold.ttf",
    BOLD: "SourceSans3_700Bold.ttf",
}
UNKNOWN = "[?]"
MOST_IN_BLOCK = 100
"""Lines that one block of a CMap may have."""
# Characters that only steer others (joiners, skin tones, control codes): left out without a mark.
SILENT = frozenset({"Cc", "Cf", "Me", "Sk"})
VARIATIONS = range(0xFE00, 0xFE10)


def write_unicode_map(fontname: str, subset: Sequence[int]) -> str:
    """Which letter each code of a font is, as a CMap (ISO 32000-1, 9.10.3).

    In place of ReportLab's, which gives U+0000 to codes that nothing uses: PDF/UA forbids that.
    """
    told = [f"<{code:02X}> <{letter:04X}>" for code, letter in enumerate(subset) if letter]
    blocks = [told[start : start + MOST_IN_BLOCK] for start in range(0, len(told), MOST_IN_BLOCK)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        f"/CIDSystemInfo << /Registry ({fontname}) /Ordering ({fontname}) /Supplement 0 >> def",
        f"/CMapName /{fontname} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<00> <FF>",
        "endcodespacerange",
        *(line for block in blocks for line in (f"{len(block)} beginbfchar", *block, "endbfchar")),
        "endcmap",
        "CMapName currentdict /CMap defineresource pop",
        "end",
        "end",
    ]
    return "\n".join(lines)


ttfonts.makeToUnicodeCMap = write_unicode_map


class FontsMissing(RuntimeError):
    """The font files have not been set up."""


class MissingGlyph(ValueError):
    """A text holds characters that the font cannot print; the message names them."""

    def __init__(self, characters: tuple[str, ...], text: str) -> None:
        self.characters = characters
        named = ", ".join(map(name_character, characters))
        noun = "this character" if len(characters) == 1 else "these characters"
        super().__init__(f"The font cannot print {noun} in “{text}”: {named}. Please use another spelling.")


def font_folder() -> Path:
    """The folder with the three font files: ANCHOR_FONTS, else the one that set-up fills."""
    chosen = os.environ.get("ANCHOR_FONTS")
    return Path(chosen) if chosen else _own_folder()


@cache
def _own_folder() -> Path:
    """The folder that set-up fills, beside the package or in it: looked for once."""
    package = Path(__file__).resolve().parents[2]
    installed = package / "static" / "build" / "fonts"
    return installed if installed.is_dir() else package.parent / "static" / "build" / "fonts"


def register_fonts() -> None:
    """Make the fonts known to ReportLab, reading their files once in the life of a process.

    Raises FontsMissing when a file is not there.
    """
    _register(font_folder())


@cache
def _register(folder: Path) -> TTFont:
    for file in FILES.values():
        if not (folder / file).is_file():
            raise FontsMissing(f"{file} is not in {folder}. Run `python3 portal.py setup`, or set ANCHOR_FONTS.")
    # Only the letters used go into the file, not the whole of ASCII: a third of the size and of the time.
    fonts = [TTFont(name, str(folder / file), asciiReadable=False) for name, file in FILES.items()]
    for font in fonts:
        pdfmetrics.registerFont(font)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=SEMIBOLD, italic=REGULAR, boldItalic=BOLD)
    return fonts[0]


def width_of(words: str, font: str, size: float) -> float:
    """The printed width of one line in points."""
    return float(pdfmetrics.stringWidth(words, font, size))


def missing_characters(text: str) -> tuple[str, ...]:
    """The different characters of a text that the font has not, in order of appearance; line ends apart."""
    known = _register(font_folder()).face.charToGlyph
    return tuple(dict.fromkeys(letter for letter in text if ord(letter) not in known and letter != "\n"))


def name_character(character: str) -> str:
    """A character in words with its code point, as in “grinning face (U+1F600)”."""
    return f"{unicodedata.name(character, 'unnamed character').lower()} (U+{ord(character):04X})"


def require_glyphs(text: str) -> str:
    """The text, composed (NFC), if the font can print all of it; raises MissingGlyph otherwise."""
    composed = unicodedata.normalize("NFC", text)
    if missing := missing_characters(composed):
        raise MissingGlyph(missing, composed)
    return composed


def printable(text: str) -> tuple[str, tuple[str, ...]]:
    """A text that the font can print, and the characters that had to be replaced in it.

    A symbol gives way to its name in brackets ("[party popper]"), other letters to one "[?]" a run.
    """
    composed = unicodedata.normalize("NFC", re.sub("\r\n?|[\v\f\u0085\u2028\u2029]", "\n", text.replace("\t", " ")))
    missing = missing_characters(composed)
    if not missing:
        return composed, ()
    substitutes = {ord(letter): _substitute(letter) for letter in missing}
    replaced = composed.translate(substitutes)
    told = tuple(letter for letter in missing if substitutes[ord(letter)])
    mark = re.escape(UNKNOWN)
    return re.sub(f"{mark}(?: ?{mark})*", UNKNOWN, replaced), told


def _substitute(letter: str) -> str:
    category = unicodedata.category(letter)
    if category in SILENT or ord(letter) in VARIATIONS:
        return ""
    if category == "So":
        return f"[{unicodedata.name(letter, 'symbol').lower()}]"
    return " " if category == "Zs" else UNKNOWN
