"""A certificate: one landscape A4 page, good enough to frame, that never carries a figure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.certificates.words import CERTIFYING, CertificateKind, Wording
from anchor_portal.outputs.pdf.certificate_art import (
    EMBLEM_TOP,
    HEIGHT,
    MIDDLE,
    ROPE,
    WIDTH,
    artwork,
    emblem,
    medal,
    plaque,
)
from anchor_portal.outputs.pdf.fonts import (
    BOLD,
    REGULAR,
    SEMIBOLD,
    MissingGlyph,
    register_fonts,
    require_glyphs,
    width_of,
)
from anchor_portal.outputs.pdf.page.letters import TooManyLetters
from anchor_portal.outputs.pdf.page.logo import Logo
from anchor_portal.outputs.pdf.page.sheet import BODY, LABEL, LINKED, Colour, Drawn, Part, Sheet, Written, write_sheet
from anchor_portal.outputs.pdf.qr_code import qr_path, qr_rows
from anchor_portal.outputs.pdf.text_fit import fit, fit_line

NAVY: Colour = (0, 0.188, 0.529)
DARK: Colour = (0.129, 0.169, 0.196)
GREY: Colour = (0.298, 0.384, 0.447)
PLUM: Colour = (0.486, 0.157, 0.333)

# The edges of everything written, in points from the lower left corner of the sheet.
LEFT, RIGHT = 72.0, WIDTH - 72.0
HEAD, FOOT = 430.0, 160.0
TEXT_WIDTH = 640.0
QR_SIDE, CODE_BOTTOM = 78.0, 62.0
LOGO_WIDTH = 240.0
INK = "0.129 0.169 0.196"
# Sizes of the name in points, each with the most lines it may take.
NAME_STEPS = (
    *((46, 1), (42, 1), (38, 1)),
    *((38, 2), (34, 2), (30, 2)),
    *((30, 3), (26, 3), (22, 3), (19, 3), (16, 3), (13, 3)),
)
DEMONSTRATION = "Demonstration only: synthetic data"
SMALLEST_NAME = 10.0
"""A name that would have to be smaller than this, in points, is refused: nobody would frame it."""


class NameTooLong(ValueError):
    """A name can only be printed so small that nobody could read it; the message is a sentence."""

    def __init__(self, name: str) -> None:
        shown = name if len(name) <= 80 else f"{name[:79]}…"
        super().__init__(
            f"The name “{shown}” is too long for a certificate: its {len(name)} letters would be smaller than "
            f"{SMALLEST_NAME:g} points. Please use a shorter one."
        )


@dataclass(frozen=True, slots=True)
class CertificateContent:
    """What a certificate says; `round_name` ("July 2026") and `revision` are those of a return.

    Raises ValueError as `Wording` does: a certificate never carries a figure.
    """

    number: str
    organisation: str
    kind: str
    round_name: str
    pledges: tuple[str, ...]
    issued_on: date
    revision: int
    check_url: str
    partnership: str
    portal_name: str
    demo: bool = False
    logo: Path | None = None
    award: str = ""
    held_since: date | None = None
    held_until: date | None = None

    def __post_init__(self) -> None:
        self.wording  # noqa: B018 - its faults are this one's, from the beginning

    @property
    def wording(self) -> Wording:
        """The words that depend on what is certified."""
        return Wording(
            self.kind, self.round_name, self.pledges, self.award, self.held_since, self.held_until, self.revision
        )


@dataclass(frozen=True, slots=True)
class _Block:
    """Centred lines of one kind, with the space above them; `tag` says what they are."""

    lines: tuple[str, ...]
    font: str
    size: float
    colour: Colour
    above: float
    leading: float
    spacing: float = 0
    tag: str = "P"


def draw_certificate(content: CertificateContent) -> bytes:
    """The certificate as a PDF (PDF/UA-1): the same bytes for the same content.

    Raises MissingGlyph when the font cannot print a character, rather than print an empty box, and NameTooLong.
    """
    register_fonts()
    content = _checked(content)
    try:
        return write_sheet(_sheet(content))
    except TooManyLetters:
        raise NameTooLong(content.organisation) from None


def _checked(content: CertificateContent) -> CertificateContent:
    return replace(
        content,
        number=_clean(content.number),
        organisation=_clean(content.organisation),
        round_name=_clean(content.round_name),
        pledges=tuple(map(_clean, content.pledges)),
        award=_clean(content.award),
        check_url=_clean(content.check_url),
        partnership=_clean(content.partnership),
        portal_name=_clean(content.portal_name),
    )


def _clean(words: str) -> str:
    """The words on one line, if the font can print all of them.

    A mark that does not join its letter into one (as ◌̂ on x) would be printed beside it, so it counts as missing.
    """
    printable = require_glyphs(" ".join(words.split()))
    if loose := tuple(dict.fromkeys(letter for letter in printable if unicodedata.combining(letter))):
        raise MissingGlyph(loose, printable)
    return printable


def _sheet(content: CertificateContent) -> Sheet:
    code = RIGHT - QR_SIDE, CODE_BOTTOM, RIGHT, CODE_BOTTOM + QR_SIDE
    modules = qr_path(qr_rows(content.check_url), *code[:2], QR_SIDE)
    return Sheet(
        WIDTH,
        HEIGHT,
        f"Certificate {content.number}: {content.organisation}",
        " ".join(content.wording.statement),
        content.partnership,
        content.portal_name,
        _background(_emblem(content), is_demo=content.demo),
        tuple(_parts(content)),
        Drawn(f"{INK} rg {modules}", f"QR code that leads to {content.check_url}", code),
        (content.check_url, (LEFT, 58, LEFT + TEXT_WIDTH - QR_SIDE, 74)),
        _logo(content),
    )


def _emblem(content: CertificateContent) -> str:
    """What stands at the head: nothing of ours where the settings give a logo."""
    if content.logo is not None:
        return ""
    return medal() if content.kind == CertificateKind.AWARD else emblem()


@cache
def _background(head: str, *, is_demo: bool) -> str:
    """All that is not read: one of few."""
    return f"{artwork()} {head} {plaque(width_of(DEMONSTRATION, SEMIBOLD, 12) + 40) if is_demo else ''}"


def _logo(content: CertificateContent) -> Logo | None:
    if content.logo is None:
        return None
    left, bottom = MIDDLE - LOGO_WIDTH / 2, EMBLEM_TOP - 36
    return Logo(content.logo, (left, bottom, left + LOGO_WIDTH, bottom + 40), f"Logo of {content.partnership}")


def write_out(content: CertificateContent) -> tuple[Written, ...]:
    """Every line of text of a certificate with its place, in reading order."""
    return tuple(line for part in _parts(content) for line in part.lines)


def _parts(content: CertificateContent) -> Iterator[Part]:
    if content.demo:
        yield Part("P", (_centred(DEMONSTRATION, SEMIBOLD, 12, ROPE - 4, PLUM, 0.3),))
    yield from _head(content)
    yield from _body(content)
    yield from _facts(content)
    yield _check(content)


def _head(content: CertificateContent) -> Iterator[Part]:
    yield Part("P", (_centred("ANCHOR FRAMEWORK", SEMIBOLD, 13, 472, NAVY, 3.4),))
    size = fit_line(content.partnership, REGULAR, 11.5, TEXT_WIDTH)
    yield Part("P", (_centred(content.partnership, REGULAR, size, 455, GREY),))


def _centred(words: str, font: str, size: float, y: float, colour: Colour, spacing: float = 0) -> Written:
    width = width_of(words, font, size) + spacing * (len(words) - 1)
    return Written(words, font, size, MIDDLE - width / 2, y, colour, spacing)


def _body(content: CertificateContent) -> Iterator[Part]:
    """The middle of the page, centred between head and foot; what room is left opens the blocks up."""
    blocks = list(_blocks(content))
    spare = HEAD - FOOT - sum(block.above + block.leading * len(block.lines) for block in blocks)
    wider = min(10.0, spare / (2 * len(blocks)))
    y = HEAD - (spare - wider * (len(blocks) - 1)) / 2
    for index, block in enumerate(blocks):
        y -= block.above + (wider if index else 0)
        places = [(words, y - block.leading * place) for place, words in enumerate(block.lines, 1)]
        y -= block.leading * len(block.lines)
        lines = (_centred(words, block.font, block.size, at, block.colour, block.spacing) for words, at in places)
        yield Part(block.tag, tuple(lines))


def _blocks(content: CertificateContent) -> Iterator[_Block]:
    size, lines = fit(content.organisation, BOLD, NAME_STEPS, TEXT_WIDTH)
    if size < SMALLEST_NAME:
        raise NameTooLong(content.organisation)
    wording = content.wording
    yield _Block((CERTIFYING,), REGULAR, 15, GREY, 0, 15)
    yield _Block(lines, BOLD, size, NAVY, 6, size * 1.12, tag="H1")
    said = 19 if content.kind == CertificateKind.AWARD else 15  # an award has no pledges below it
    yield _Block(wording.statement, REGULAR, said, DARK, 12, said * 1.4)
    if content.pledges:
        yield _Block((wording.pledges_heading.upper(),), SEMIBOLD, 9, GREY, 15, 9, 1.8)
        yield _pledges(content.pledges)


def _pledges(pledges: tuple[str, ...]) -> _Block:
    """The pledges with dots between them; a line breaks between two pledges where it can."""
    whole = "\u00a0· ".join(pledge.replace(" ", "\u00a0") for pledge in pledges)
    size, lines = fit(whole, SEMIBOLD, ((13, 2), (12, 3), (11, 3)), TEXT_WIDTH)
    trimmed = tuple(line.removesuffix("\u00a0·").replace("\u00a0", " ") for line in lines)
    return _Block(trimmed, SEMIBOLD, size, NAVY, 0, size * 1.5)


def _facts(content: CertificateContent) -> Iterator[Part]:
    own = content.wording.own_fact
    facts = (
        ("Date of issue", say_date(content.issued_on), LEFT, 125.0),
        ("Certificate number", content.number, LEFT + 140, 150.0),
        (*(own or ("", "")), LEFT + 305, 120.0),
        ("Issued through", content.portal_name, LEFT + (430 if own else 305), 145.0 if own else 270.0),
    )
    for label, value, x, width in facts:
        if value:
            yield Part(LABEL, (Written(label, REGULAR, 9.5, x, 124, GREY),))
            yield Part(BODY, (Written(value, SEMIBOLD, fit_line(value, SEMIBOLD, 13, width), x, 106, DARK),))


def _check(content: CertificateContent) -> Part:
    words = f"Check this certificate at {content.check_url}"
    size = fit_line(words, REGULAR, 10.5, TEXT_WIDTH - QR_SIDE)
    return Part(LINKED, (Written(words, REGULAR, size, LEFT, 66, GREY),))
