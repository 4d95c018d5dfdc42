"""The certificate: read back, measured against its frame, and scanned as a telephone would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from pypdf import PageObject, PdfReader

from anchor_portal.outputs.pdf.certificate_art import HAIRLINE, HEIGHT, ROPE, WIDTH
from anchor_portal.outputs.pdf.certificate_pdf import (
    DEMONSTRATION,
    FOOT,
    HEAD,
    QR_SIDE,
    RIGHT,
    CertificateContent,
    NameTooLong,
    draw_certificate,
    write_out,
)
from anchor_portal.outputs.pdf.fonts import BOLD, REGULAR, SEMIBOLD, FontsMissing, MissingGlyph, width_of
from benchmarks.certificate import CONTENT as BENCHED
from benchmarks.certificate import draw_bare

CONTENT = CertificateContent(
    number="AF-2026-07-0012",
    organisation="Cheshire and Merseyside Integrated Care Board",
    kind="return",
    round_name="July 2026",
    pledges=("Real living wage", "Local jobs and suppliers", "Community buildings"),
    issued_on=date(2026, 9, 3),
    revision=2,
    check_url="https://portal.example/certificates/AF-2026-07-0012",
    partnership="Cheshire and Merseyside Health and Care Partnership",
    portal_name="Anchor Portal",
)
LONG = (
    "The Charitable Foundation for the Improvement of Health, Housing and Wellbeing "
    "in Cheshire and the Liverpool City Region"
)
NAMES = [
    "Torus",
    "Everton in the Community",
    CONTENT.organisation,
    "Ŵŷ Siân O'Brien & Söhne",
    LONG,
    "W" * 120,
    f"{'Wood ' * 24}Ltd",
    " ".join([LONG, LONG, LONG]),
]
SEVEN = tuple(f"A pledge with rather many words in its short title, number {number}" for number in "abcdefg")
FONTS = {"SourceSans3-Regular": REGULAR, "SourceSans3-SemiBold": SEMIBOLD, "SourceSans3-Bold": BOLD}


@dataclass(frozen=True)
class Printed:
    """A piece of text as the PDF places it, in points."""

    words: str
    font: str
    size: float
    x: float
    y: float

    @property
    def right(self) -> float:
        return self.x + width_of(self.words, self.font, self.size)


def page_of(content: CertificateContent) -> PageObject:
    return PdfReader(BytesIO(draw_certificate(content))).pages[0]


def text_of(content: CertificateContent) -> str:
    return " ".join(page_of(content).extract_text().split())


def printed_on(content: CertificateContent) -> list[Printed]:
    pieces: list[Printed] = []

    def visit(words: str, _: Any, matrix: list[float], font: Any, size: float) -> None:
        if words.strip():
            name = FONTS[font["/BaseFont"].split("+")[1]]
            pieces.append(Printed(words.rstrip("\n"), name, size, matrix[4], matrix[5]))

    page_of(content).extract_text(visitor_text=visit)
    return pieces


def modules_of(page: PageObject) -> Iterator[tuple[int, int, int]]:
    contents: Any = page["/Contents"]
    drawn = contents.get_object().get_data().decode("latin-1")
    for start, row, length in re.findall(r"(\d+) (\d+) (\d+) 1 re", drawn):
        yield int(start), int(row), int(length)


def test_it_says_who_what_when_and_where_to_check() -> None:
    text = text_of(CONTENT)
    for words in (
        CONTENT.organisation,
        CONTENT.partnership,
        "took part in the July 2026 round of the Anchor Framework",
        "Its return was reviewed and accepted by the Anchor Assembly",
        "Real living wage · Local jobs and suppliers · Community buildings",
        "3 September 2026",
        "AF-2026-07-0012",
        "Check this certificate at https://portal.example/certificates/AF-2026-07-0012",
        "Anchor Portal",
    ):
        assert words in text
    assert re.search(r"Revision.*\b2\b", text)


def test_a_signatory_certificate_names_no_round() -> None:
    text = text_of(replace(CONTENT, kind="signatory", round_name="", pledges=()))
    assert "is a signatory of the Anchor Framework" in text
    assert "round" not in text
    assert "PLEDGES" not in text


def test_it_is_one_landscape_page_with_title_and_language() -> None:
    reader = PdfReader(BytesIO(draw_certificate(CONTENT)))
    root: Any = reader.trailer["/Root"]
    assert len(reader.pages) == 1
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [842, 595]
    assert reader.metadata is not None
    assert reader.metadata.title == f"Certificate AF-2026-07-0012: {CONTENT.organisation}"
    assert root["/Lang"] == "en-GB"


def test_every_font_is_embedded() -> None:
    resources: Any = page_of(CONTENT)["/Resources"]
    fonts = resources["/Font"]
    descriptors = [font.get_object()["/FontDescriptor"] for font in fonts.values()]
    assert len(descriptors) == 3
    assert all("/FontFile2" in descriptor for descriptor in descriptors)


def test_the_same_content_gives_the_same_bytes_and_another_revision_does_not() -> None:
    assert draw_certificate(CONTENT) == draw_certificate(CONTENT)
    assert draw_certificate(CONTENT) != draw_certificate(replace(CONTENT, revision=3))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_length_is_printed_whole_on_at_most_three_lines(name: str) -> None:
    content = replace(CONTENT, organisation=name)
    assert name.replace(" ", "") in text_of(content).replace(" ", "")
    assert len({piece.y for piece in printed_on(content) if piece.font == BOLD}) <= 3


@pytest.mark.parametrize("pledges", [(), CONTENT.pledges, SEVEN])
@pytest.mark.parametrize("name", NAMES)
def test_all_text_stays_inside_the_frame_and_clear_of_the_code(name: str, pledges: tuple[str, ...]) -> None:
    inner = ROPE + HAIRLINE
    pieces = printed_on(replace(CONTENT, organisation=name, pledges=pledges))
    assert pieces
    for piece in pieces:
        assert inner < piece.x < piece.right < WIDTH - inner, piece
        assert inner < piece.y < HEIGHT - inner, piece
        if piece.y < 62 + QR_SIDE + 8:
            assert piece.right < RIGHT - QR_SIDE - 8, piece


@pytest.mark.parametrize("pledges", [(), CONTENT.pledges, SEVEN])
@pytest.mark.parametrize("name", NAMES)
def test_the_middle_stays_between_head_and_foot_and_no_lines_overlap(name: str, pledges: tuple[str, ...]) -> None:
    lines = write_out(replace(CONTENT, organisation=name, pledges=pledges))
    middle = [line for line in lines if FOOT - 10 < line.y < HEAD]
    assert len(middle) >= 4
    assert max(line.y + line.size for line in middle) < HEAD + 10
    assert min(line.y for line in middle) > 124 + 12
    for above, below in zip(middle, middle[1:], strict=False):
        assert above.y - below.y >= 0.9 * below.size


@pytest.mark.parametrize(
    "parts",
    [
        {"partnership": "A partnership of many places " * 8},
        {"number": "AF-2026-07-0012-AND-MUCH-MORE-THAN-THAT"},
        {"portal_name": "A portal with a rather long name for its kind"},
        {"check_url": f"https://portal.example/certificates/{'x' * 150}"},
    ],
)
def test_long_settings_stay_inside_the_frame(parts: dict[str, str]) -> None:
    inner = ROPE + HAIRLINE
    for piece in printed_on(replace(CONTENT, **parts)):  # type: ignore[arg-type]
        assert inner < piece.x < piece.right < WIDTH - inner, piece
        if piece.y < 62 + QR_SIDE + 8:
            assert piece.right < RIGHT - QR_SIDE - 8, piece


def test_accents_and_apostrophes_are_printed_as_typed() -> None:
    assert "Ŵŷ Siân O'Brien & Söhne" in text_of(replace(CONTENT, organisation="Ŵŷ Siân O'Brien & Söhne"))


def test_letters_typed_in_two_parts_are_joined() -> None:
    assert "Siân" in text_of(replace(CONTENT, organisation="Sia\u0302n"))


def test_a_mark_that_does_not_join_its_letter_is_refused_and_not_printed_beside_it() -> None:
    with pytest.raises(MissingGlyph, match="combining circumflex accent"):
        draw_certificate(replace(CONTENT, organisation="x\u0302 Trust"))


@pytest.mark.parametrize("name", ["A very long name " * 60, "x" * 2000])
def test_a_name_that_could_only_be_printed_too_small_is_refused_with_its_length(name: str) -> None:
    with pytest.raises(NameTooLong, match=f"its {len(name.strip())} letters would be smaller than 10 points"):
        draw_certificate(replace(CONTENT, organisation=name.strip()))


@pytest.mark.parametrize("name", ["Αθήνα", "Львів і Ко", "Łódź Çağrı Đorđević", "Việt Hương", "O’Neill–Søren"])
def test_names_of_the_scripts_that_the_font_has_are_printed(name: str) -> None:
    assert name in text_of(replace(CONTENT, organisation=name))


AWARD = {"kind": "award", "round_name": "", "pledges": (), "award": "Social Value Award"}
HELD = {"held_since": date(2024, 9, 28), "held_until": date(2029, 9, 28)}


@pytest.mark.parametrize("more", [AWARD | HELD, {"kind": "signatory", "round_name": "", **HELD}])
@pytest.mark.parametrize("name", [NAMES[0], LONG])
def test_other_kinds_say_their_own_fact_and_stay_clear_of_each_other(more: dict[str, Any], name: str) -> None:
    content = replace(CONTENT, organisation=name, portal_name="A portal with a rather long name", **more)
    text = text_of(content)
    assert ("28 September 2029" if content.kind == "award" else "Signatory since") in text
    assert "Revision" not in text
    facts = sorted((piece for piece in printed_on(content) if 100 < piece.y < 110), key=lambda piece: piece.x)
    assert len(facts) == 4
    assert all(left.right < right.x for left, right in zip(facts, facts[1:], strict=False))


def test_a_character_that_the_font_has_not_is_refused_with_a_sentence_that_names_it() -> None:
    with pytest.raises(MissingGlyph) as refused:
        draw_certificate(replace(CONTENT, organisation="Anchor 日本 🎉"))
    assert refused.value.characters == ("日", "本", "🎉")
    assert "party popper (U+1F389)" in str(refused.value)
    assert str(refused.value).startswith("The font cannot print these characters in “Anchor 日本 🎉”")


def test_the_code_leads_to_the_check_page() -> None:
    runs = list(modules_of(page_of(CONTENT)))
    side = max(row for _, row, _ in runs) + 1
    image = Image.new("L", (side + 8, side + 8), 255)
    for start, row, length in runs:
        image.paste(0, (start + 4, side - row + 3, start + 4 + length, side - row + 4))
    found = zxingcpp.read_barcode(image.resize((4 * image.width, 4 * image.height)))
    assert found is not None
    assert found.text == CONTENT.check_url


def test_the_address_is_a_link() -> None:
    annotations: Any = page_of(CONTENT)["/Annots"]
    assert [note.get_object()["/A"]["/URI"] for note in annotations] == [CONTENT.check_url]


def test_it_never_carries_a_figure() -> None:
    assert "%" not in text_of(CONTENT)
    for pledge in ("95% of staff paid the real living wage", "12.5 per cent local spend"):
        with pytest.raises(ValueError, match="never carries a figure"):
            replace(CONTENT, pledges=(pledge,))


def test_a_return_certificate_needs_a_round() -> None:
    with pytest.raises(ValueError, match="names its round"):
        replace(CONTENT, round_name="")


def test_only_a_demonstration_says_that_it_is_one() -> None:
    assert DEMONSTRATION in text_of(replace(CONTENT, demo=True))
    assert "synthetic" not in text_of(CONTENT)


def test_a_logo_takes_the_place_of_the_anchor(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGB", (60, 20), "navy").save(logo)
    with_logo = replace(CONTENT, logo=logo)
    assert len(page_of(with_logo).images) == 1
    assert len(page_of(CONTENT).images) == 0
    assert draw_certificate(with_logo) == draw_certificate(with_logo)


BMP = b"BM" + bytes(8) + b"\x36\0\0\0\x28\0\0\0\1\0\0\0\1\0\0\0\1\0\x18" + bytes(25) + b"\xff\xff\xff\0"
"""A picture of one dot, in a format that a logo may not have."""


@pytest.mark.parametrize("content", [None, b"not a picture", BMP])
def test_a_logo_that_cannot_be_read_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    logo = tmp_path / "logo.png"
    if content:
        logo.write_bytes(content)
    with pytest.raises(ValueError, match="logo.png cannot be read"):
        draw_certificate(replace(CONTENT, logo=logo))


def test_without_its_fonts_it_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANCHOR_FONTS", str(tmp_path))
    with pytest.raises(FontsMissing, match="portal.py setup"):
        draw_certificate(CONTENT)


def test_the_benchmark_draws_the_same_page() -> None:
    bare = PdfReader(BytesIO(draw_bare(write_out(BENCHED)))).pages[0]
    assert bare.extract_text().split() == page_of(BENCHED).extract_text().split()
    assert len(list(modules_of(bare))) > 200
