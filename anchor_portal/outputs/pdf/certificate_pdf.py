"""A certificate: one landscape A4 page, good enough to frame, that never carries a figure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path

from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

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
from anchor_portal.outputs.pdf.qr_code import qr_path, qr_rows
from anchor_portal.outputs.pdf.text_fit import fit, fit_line

Colour = tuple[float, float, float]
NAVY: Colour = (0, 0.188, 0.529)
DARK: Colour = (0.129, 0.169, 0.196)
GREY: Colour = (0.298, 0.384, 0.447)
PLUM: Colour = (0.486, 0.157, 0.333)

# The edges of everything written, in points from the lower left corner of the sheet.
LEFT, RIGHT = 72.0, WIDTH - 72.0
HEAD, FOOT = 430.0, 160.0
TEXT_WIDTH = 640.0
QR_SIDE = 78.0
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
class Written:
    """One line of text on the page: its left end on the baseline, in points from the lower left corner."""

    words: str
    font: str
    size: float
    x: float
    y: float
    colour: Colour
    spacing: float = 0


@dataclass(frozen=True, slots=True)
class _Block:
    """Centred lines of one kind, with the space above them."""

    lines: tuple[str, ...]
    font: str
    size: float
    colour: Colour
    above: float
    leading: float
    spacing: float = 0


def draw_certificate(content: CertificateContent) -> bytes:
    """The certificate as a PDF: the same bytes for the same content.

    Raises MissingGlyph when the font cannot print a character, rather than print an empty box, and NameTooLong.
    """
    register_fonts()
    content = _checked(content)
    output = BytesIO()
    canvas = Canvas(
        output,
        (WIDTH, HEIGHT),
        pageCompression=1,
        invariant=1,
        lang="en-GB",
        # Without it ReportLab lists Helvetica, which it does not embed; its stubs take the name for a number.
        initialFontName=REGULAR,  # type: ignore[arg-type]
    )
    _describe(canvas, content)
    canvas.addLiteral(artwork())
    _draw_head(canvas, content)
    if content.demo:
        canvas.addLiteral(plaque(width_of(DEMONSTRATION, SEMIBOLD, 12) + 40))
    modules = qr_path(qr_rows(content.check_url), RIGHT - QR_SIDE, 62, QR_SIDE)
    canvas.addLiteral(f"{INK} rg {modules}")
    _write(canvas, write_out(content))
    canvas.showPage()
    canvas.save()
    return output.getvalue()


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


def _describe(canvas: Canvas, content: CertificateContent) -> None:
    canvas.setTitle(f"Certificate {content.number}: {content.organisation}")
    canvas.setSubject(" ".join(content.wording.statement))
    canvas.setAuthor(content.partnership)
    canvas.setCreator(content.portal_name)
    canvas.setViewerPreference("DisplayDocTitle", "true")
    where = (LEFT, 58, LEFT + TEXT_WIDTH - QR_SIDE, 74)
    canvas.linkURL(content.check_url, where, relative=0)


def _draw_head(canvas: Canvas, content: CertificateContent) -> None:
    """The organisation's own mark when the settings give one, else the anchor."""
    if content.logo is None:
        canvas.addLiteral(medal() if content.kind == CertificateKind.AWARD else emblem())
        return
    try:
        image = ImageReader(str(content.logo))
    except OSError as error:
        raise ValueError(f"The logo {content.logo.name} cannot be read as a PNG or JPEG picture.") from error
    place = MIDDLE - LOGO_WIDTH / 2, EMBLEM_TOP - 36
    canvas.drawImage(image, *place, LOGO_WIDTH, 40, mask="auto", preserveAspectRatio=True, anchor="c")


def _write(canvas: Canvas, lines: tuple[Written, ...]) -> None:
    text = canvas.beginText()
    for line in lines:
        text.setTextOrigin(line.x, line.y)
        text.setFont(line.font, line.size)
        text.setFillColorRGB(*line.colour)
        text.setCharSpace(line.spacing)
        text.textOut(line.words)
    canvas.drawText(text)


def write_out(content: CertificateContent) -> tuple[Written, ...]:
    """Every line of text of a certificate with its place, from top to bottom."""
    return (*_head(content), *_body(content), *_facts(content), *_check(content), *_demonstration(content))


def _head(content: CertificateContent) -> Iterator[Written]:
    yield _centred("ANCHOR FRAMEWORK", SEMIBOLD, 13, 472, NAVY, 3.4)
    size = fit_line(content.partnership, REGULAR, 11.5, TEXT_WIDTH)
    yield _centred(content.partnership, REGULAR, size, 455, GREY)


def _centred(words: str, font: str, size: float, y: float, colour: Colour, spacing: float = 0) -> Written:
    width = width_of(words, font, size) + spacing * (len(words) - 1)
    return Written(words, font, size, MIDDLE - width / 2, y, colour, spacing)


def _body(content: CertificateContent) -> Iterator[Written]:
    """The middle of the page, centred between head and foot; what room is left opens the blocks up."""
    blocks = list(_blocks(content))
    spare = HEAD - FOOT - sum(block.above + block.leading * len(block.lines) for block in blocks)
    wider = min(10.0, spare / (2 * len(blocks)))
    y = HEAD - (spare - wider * (len(blocks) - 1)) / 2
    for index, block in enumerate(blocks):
        y -= block.above + (wider if index else 0)
        for words in block.lines:
            y -= block.leading
            yield _centred(words, block.font, block.size, y, block.colour, block.spacing)


def _blocks(content: CertificateContent) -> Iterator[_Block]:
    size, lines = fit(content.organisation, BOLD, NAME_STEPS, TEXT_WIDTH)
    if size < SMALLEST_NAME:
        raise NameTooLong(content.organisation)
    wording = content.wording
    yield _Block((CERTIFYING,), REGULAR, 15, GREY, 0, 15)
    yield _Block(lines, BOLD, size, NAVY, 6, size * 1.12)
    said = 19 if content.kind == CertificateKind.AWARD else 15  # an award has no pledges below it
    yield _Block(wording.statement, REGULAR, said, DARK, 12, said * 1.4)
    if content.pledges:
        yield _Block((wording.pledges_heading.upper(),), SEMIBOLD, 9, GREY, 15, 9, 1.8)
        yield _pledges(content.pledges)


def _pledges(pledges: tuple[str, ...]) -> _Block:
    """The pledges with dots between them; a line breaks between two pledges where it can."""
    whole = "\u00a0· ".join(pledge.replace(" ", "\u00a0") for pledge in pledges)
    size, lines = fit(whole, SEMIBOLD, ((13, 2), (12, 3), (11, 3)), TEXT_WIDTH)
    trimmed = tuple(line.removesuffix("\u00a0·") for line in lines)
    return _Block(trimmed, SEMIBOLD, size, NAVY, 0, size * 1.5)


def _facts(content: CertificateContent) -> Iterator[Written]:
    own = content.wording.own_fact
    facts = (
        ("Date of issue", say_date(content.issued_on), LEFT, 125.0),
        ("Certificate number", content.number, LEFT + 140, 150.0),
        (*(own or ("", "")), LEFT + 305, 120.0),
        ("Issued through", content.portal_name, LEFT + (430 if own else 305), 145.0 if own else 270.0),
    )
    for label, value, x, width in facts:
        if value:
            yield Written(label, REGULAR, 9.5, x, 124, GREY)
            yield Written(value, SEMIBOLD, fit_line(value, SEMIBOLD, 13, width), x, 106, DARK)


def _check(content: CertificateContent) -> Iterator[Written]:
    words = f"Check this certificate at {content.check_url}"
    yield Written(words, REGULAR, fit_line(words, REGULAR, 10.5, TEXT_WIDTH - QR_SIDE), LEFT, 66, GREY)


def _demonstration(content: CertificateContent) -> Iterator[Written]:
    if content.demo:
        yield _centred(DEMONSTRATION, SEMIBOLD, 12, ROPE - 4, PLUM, 0.3)
