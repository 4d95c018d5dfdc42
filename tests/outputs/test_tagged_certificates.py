"""Certificates read out: each kind in its order, and held against PDF/UA-1."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from PIL import Image

from anchor_portal.outputs.pdf.certificate_pdf import DEMONSTRATION, CertificateContent, NameTooLong, draw_certificate
from benchmarks.certificate import CONTENT
from tests.outputs.tagged import bookmarks, faults, read_tags

AWARD = replace(CONTENT, kind="award", round_name="", pledges=(), award="Social Value Award")
KINDS = (
    CONTENT,
    replace(CONTENT, demo=True),
    AWARD,
    replace(AWARD, held_since=date(2024, 9, 28), held_until=date(2029, 9, 28)),
    replace(CONTENT, kind="signatory", round_name="", pledges=()),
)


@pytest.mark.parametrize("content", KINDS)
def test_every_kind_is_sound_and_has_its_title_as_bookmark(content: CertificateContent) -> None:
    drawn = draw_certificate(content)
    assert faults(drawn) == []
    assert bookmarks(drawn) == [f"Certificate {content.number}: {content.organisation}"]


def test_it_is_read_in_the_order_in_which_it_is_meant() -> None:
    root = read_tags(draw_certificate(replace(CONTENT, demo=True)))
    assert [kid.tag for kid in root.kids] == ["P", "P", "P", "P", "H1", "P", "P", "P", "L", "P", "Figure"]
    assert root.words.startswith(
        f"{DEMONSTRATION} ANCHOR FRAMEWORK {CONTENT.partnership} This is to certify that {CONTENT.organisation} took part"
    )
    assert [item.words for item in root.find("LI")] == [
        "Date of issue 3 September 2026",
        f"Certificate number {CONTENT.number}",
        "Revision 1",
        "Issued through Anchor Portal",
    ]


def test_the_address_is_a_link_that_says_where_it_leads_and_so_does_the_code() -> None:
    root = read_tags(draw_certificate(CONTENT))
    (link,) = root.find("Link")
    assert link.words == f"Check this certificate at {CONTENT.check_url}"
    assert [(each["/A"]["/URI"], each["/Contents"]) for each in link.links] == [(CONTENT.check_url, CONTENT.check_url)]
    assert root.find("Figure")[0].alt == f"QR code that leads to {CONTENT.check_url}"


def test_a_logo_is_a_figure_with_the_name_of_the_partnership(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGBA", (60, 20), (0, 0, 128, 120)).save(logo)
    drawn = draw_certificate(replace(CONTENT, logo=logo))
    assert faults(drawn) == []
    assert read_tags(drawn).find("Figure")[0].alt == f"Logo of {CONTENT.partnership}"


@pytest.mark.parametrize("name", ["Łódź (Çağrı) \\ Đorđević", "Αθήνα", "Львів і Ко", "Ŵŷ ‘Siân’ & “Söhne” …"])
def test_letters_that_few_names_have_are_printed_and_read(name: str) -> None:
    drawn = draw_certificate(replace(CONTENT, organisation=name))
    assert faults(drawn) == []
    assert read_tags(drawn).find("H1")[0].words == name
    assert len(drawn) < 60_000


def test_a_name_with_more_different_letters_than_a_font_holds_is_refused_with_a_sentence() -> None:
    letters = [*range(0x410, 0x450), *range(0x1EA0, 0x1EFA)]
    name = " ".join("".join(map(chr, letters[start : start + 30])) for start in range(0, len(letters), 30))
    with pytest.raises(NameTooLong):
        draw_certificate(replace(CONTENT, organisation=name))
