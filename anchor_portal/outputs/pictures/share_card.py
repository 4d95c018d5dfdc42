"""The picture that is shown where somebody shares a page: 1200 by 630 points, drawn for each title."""

from dataclasses import dataclass
from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from anchor_portal.outputs.pdf.fonts import BOLD, FILES, REGULAR, SEMIBOLD, font_folder, printable

WIDTH, HEIGHT = 1200, 630
MARGIN, FRAME = 84, 28
TEXT_WIDTH = WIDTH - 2 * MARGIN
NAVY, BLUE, TINT, WHITE = "#003087", "#005eb8", "#aed1f2", "#ffffff"
TITLE_SIZES = (76, 66, 58, 50, 44, 38)
MOST_LINES = 4


@dataclass(frozen=True, slots=True)
class Card:
    """What stands on it: what is shared, whose it is and what it is about, who shows it; `demo` marks made-up data."""

    title: str
    owner: str
    about: str
    portal: str
    demo: bool = False


def draw_card(card: Card) -> bytes:
    """The picture as PNG. Letters that the font has not give way, as in a PDF; a title too long is cut off."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), NAVY)
    pen = ImageDraw.Draw(picture)
    _rosette(pen)
    pen.rectangle((FRAME, FRAME, WIDTH - FRAME, HEIGHT - FRAME), outline=TINT, width=2)
    _write(pen, (MARGIN, 74), card.about, SEMIBOLD, 32, TINT)
    font, lines = _fit(_clean(card.title))
    top = 150.0
    for line in lines:
        pen.text((MARGIN, top), line, font=font, fill=WHITE)
        top += font.size * 1.14
    _write(pen, (MARGIN, HEIGHT - 170), card.owner, SEMIBOLD, 36, WHITE)
    _write(pen, (MARGIN, HEIGHT - 112), card.portal, REGULAR, 28, TINT)
    if card.demo:
        _write(pen, (WIDTH - MARGIN - 330, HEIGHT - 112), "Demonstration: synthetic", SEMIBOLD, 28, TINT)
    output = BytesIO()
    picture.save(output, "PNG", optimize=False)
    return output.getvalue()


def _rosette(pen: ImageDraw.ImageDraw) -> None:
    """Rings at the right edge, as on the certificates."""
    for turn in range(18):
        away = 26 * turn
        box = (WIDTH - 330 + away / 3, 20 + away / 3, WIDTH + 260 - away / 3, 610 - away / 3)
        pen.ellipse(box, outline="#0d3f93", width=2)


@cache
def _font(name: str, size: int) -> FreeTypeFont:
    return ImageFont.truetype(str(font_folder() / FILES[name]), size)


def _clean(words: str) -> str:
    return " ".join(printable(words)[0].split())


def _write(pen: ImageDraw.ImageDraw, place: tuple[float, float], words: str, font: str, size: int, colour: str) -> None:
    """One line, cut off where it would leave the picture."""
    chosen, text = _font(font, size), _clean(words)
    room = WIDTH - MARGIN - place[0]
    pen.text(place, _cut(text, chosen, room), font=chosen, fill=colour)


def _cut(text: str, font: FreeTypeFont, room: float) -> str:
    if font.getlength(text) <= room:
        return text
    while text and font.getlength(f"{text}…") > room:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _fit(title: str) -> tuple[FreeTypeFont, list[str]]:
    """The largest size at which a title fits into four lines; at the smallest the rest is left off."""
    for size in TITLE_SIZES:
        font = _font(BOLD, size)
        lines = _flow(title, font)
        if len(lines) * size * 1.14 <= HEIGHT - 340 and len(lines) <= MOST_LINES:
            return font, lines
    lines = _flow(title, font)
    return font, [*lines[: MOST_LINES - 1], _cut(" ".join(lines[MOST_LINES - 1 :]), font, TEXT_WIDTH)]


def _flow(text: str, font: FreeTypeFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(joined) <= TEXT_WIDTH:
            lines[-1] = joined
        else:
            lines.append(_cut(word, font, TEXT_WIDTH))
    return lines or [""]
