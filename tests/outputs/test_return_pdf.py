"""The copy of a return: every word that was typed is in it, on as many pages as it needs."""

from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from anchor_portal.outputs.pdf.base import DEMONSTRATION, NUMERIC
from anchor_portal.outputs.pdf.fonts import FontsMissing
from anchor_portal.outputs.pdf.return_pdf import PdfRow, PdfSection, ReturnContent, Signature, draw_return

LEVELS = (("Level", "Ethnic minority", "White"), ("Band 1", "12", "1,043"), ("Band 2", "7", "998"))
CONTENT = ReturnContent(
    organisation="Everton in the Community",
    round_name="July 2026",
    questionnaire="Anchor measurement tool, version 2024-07",
    status="Accepted on 3 September 2026",
    revision=2,
    sections=(
        PdfSection("About this return", "", (PdfRow("Employees, headcount", ("7,043",)),)),
        PdfSection(
            "Pledge 1",
            "We pledge to be a good employer.",
            (
                PdfRow("Staff paid the real living wage", ("6,812 of 7,031 (96.9%)", "Basis: actual")),
                PdfRow("Agency staff", ("Not known",), "Reason: the agency does not hold it"),
            ),
        ),
        PdfSection("Workforce", "", (PdfRow("Employees by level", (), "Adds up to 2,060", LEVELS),)),
    ),
    partnership="Cheshire and Merseyside Health and Care Partnership",
    portal_name="Anchor Portal",
    signature=Signature("Siân O'Brien", "Chief executive", date(2026, 7, 28)),
    digest="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)


def read(content: ReturnContent) -> PdfReader:
    return PdfReader(BytesIO(draw_return(content)))


def words_of(content: ReturnContent) -> list[str]:
    return " ".join(page.extract_text() for page in read(content).pages).split()


def text_of(content: ReturnContent) -> str:
    return " ".join(words_of(content))


def with_row(row: PdfRow) -> ReturnContent:
    return replace(CONTENT, sections=(PdfSection("Section", "", (row,)),))


def with_answer(*lines: str) -> ReturnContent:
    return with_row(PdfRow("Progress to date", lines))


def test_it_says_who_signed_what_and_when() -> None:
    text = text_of(CONTENT)
    for words in (
        "Everton in the Community",
        "Return for July 2026",
        "version 2024-07",
        "Accepted on 3 September 2026",
        "Revision 2",
        "Siân O'Brien Chief executive",
        "28 July 2026",
        CONTENT.digest,
    ):
        assert words in text


def test_a_draft_says_that_nobody_has_signed() -> None:
    text = text_of(replace(CONTENT, signature=None, digest=""))
    assert "Not signed yet" in text
    assert "Digest" not in text


def test_every_section_row_note_and_table_cell_is_printed_in_order() -> None:
    text = text_of(CONTENT)
    parts = [
        "About this return",
        "Employees, headcount",
        "7,043",
        "Pledge 1",
        "We pledge to be a good employer.",
    ]
    parts += ["Staff paid the real living wage", "6,812 of 7,031 (96.9%)", "Basis: actual", "Agency staff"]
    parts += ["Not known", "Reason: the agency does not hold it", "Workforce", "Employees by level"]
    parts += ["Level Ethnic minority White", "Band 1 12 1,043", "Band 2 7 998", "Adds up to 2,060"]
    places = [text.find(part) for part in parts]
    assert -1 not in places
    assert places == sorted(places)


def test_it_has_a_title_a_language_and_a_bookmark_for_each_section() -> None:
    reader = read(CONTENT)
    root: Any = reader.trailer["/Root"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Everton in the Community: return for July 2026"
    assert root["/Lang"] == "en-GB"
    assert [entry.title for entry in reader.outline if not isinstance(entry, list)] == [
        "About this return",
        "Pledge 1",
        "Workforce",
    ]


def test_a_bookmark_leads_to_the_page_of_its_section() -> None:
    long = PdfSection("First", "", (PdfRow("Progress", ("Words and words. " * 600,)),))
    reader = read(replace(CONTENT, sections=(long, PdfSection("Last", "", (PdfRow("Only row", ("Yes",)),)))))
    last = reader.outline[-1]
    assert not isinstance(last, list)
    number = reader.get_destination_page_number(last)
    assert number == len(reader.pages) - 1
    assert "Only row" in reader.pages[number].extract_text()


def test_every_page_has_its_number_and_the_total() -> None:
    reader = read(with_answer("Many words, one after the other. " * 1500))
    assert len(reader.pages) > 9
    for number, page in enumerate(reader.pages, start=1):
        assert f"Page {number} of {len(reader.pages)}" in " ".join(page.extract_text().split())


@pytest.mark.parametrize("demo", [True, False])
def test_every_page_of_a_demonstration_says_so_and_no_other_does(demo: bool) -> None:
    reader = read(replace(with_answer("Many words. " * 1000), demo=demo))
    assert {DEMONSTRATION in page.extract_text() for page in reader.pages} == {demo}


@pytest.mark.parametrize("ends", [" ", "\n", "\n\n"])
def test_a_long_narrative_keeps_all_its_words_in_order(ends: str) -> None:
    typed = [f"word{number}" for number in range(900)]
    printed = [word for word in words_of(with_answer(ends.join(typed))) if word.startswith("word")]
    assert printed == typed


def test_sixty_pages_are_no_trouble() -> None:
    rows = tuple(PdfRow(f"Question {number}", ("A paragraph. " * 380,)) for number in range(60))
    assert len(read(replace(CONTENT, sections=(PdfSection("All", "", rows),))).pages) >= 60


def test_markup_is_printed_as_typed() -> None:
    assert "<b>5 < 6 & 7</b> &amp; <para>" in text_of(with_answer("<b>5 < 6 & 7</b> &amp; <para>"))


def test_a_word_without_end_is_broken_and_not_lost() -> None:
    address = "https://example.org/" + "abcdefghij" * 60
    assert address in "".join(words_of(with_answer(address)))


def test_a_symbol_that_the_font_has_not_is_named_and_the_end_says_so() -> None:
    text = text_of(with_answer("Well done 🎉 all"))
    assert "Well done [party popper] all" in text
    assert "Characters that could not be printed" in text
    assert "party popper (U+1F389)" in text


def test_a_script_that_the_font_has_not_is_marked_and_its_letters_are_listed() -> None:
    text = text_of(with_answer("Shalom שלום friends"))
    assert "Shalom [?] friends" in text
    assert "hebrew letter shin (U+05E9)" in text


def test_nothing_is_said_of_characters_when_none_was_replaced() -> None:
    text = text_of(with_answer("Ŵŷ ≥ ✓ £5 – “quoted” …"))
    assert "Ŵŷ ≥ ✓ £5 – “quoted” …" in text
    assert "could not be printed" not in text


def test_an_answer_of_symbols_alone_grows_over_pages() -> None:
    assert text_of(with_answer("🎉" * 590)).count("popper]") == 590


def test_a_table_with_endless_cells_is_written_out_instead() -> None:
    table = (("Level", "Words"), ("Band 1", "endless " * 900), ("Band 2",))
    assert words_of(with_row(PdfRow("Levels", (), "", table))).count("endless") == 900


def test_columns_of_numbers_are_told_from_words() -> None:
    assert all(map(NUMERIC.fullmatch, ("12", "1,043", "£1.50", "96.9%", "-3", "")))
    assert not any(map(NUMERIC.fullmatch, ("Band 1", "8a", "n/a")))


def test_only_embedded_fonts_are_used() -> None:
    for page in read(CONTENT).pages:
        resources: Any = page["/Resources"]
        for font in resources["/Font"].values():
            assert "/FontFile2" in font.get_object()["/FontDescriptor"]


def test_the_same_content_gives_the_same_bytes() -> None:
    assert draw_return(CONTENT) == draw_return(CONTENT)
    assert draw_return(CONTENT) != draw_return(replace(CONTENT, revision=3))


def test_without_its_fonts_it_says_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANCHOR_FONTS", str(tmp_path))
    with pytest.raises(FontsMissing, match="portal.py setup"):
        draw_return(CONTENT)


anything = st.text(max_size=900)
tables = st.lists(st.lists(st.text(max_size=300), max_size=6).map(tuple), max_size=5).map(tuple)
rows = st.builds(PdfRow, anything, st.lists(anything, max_size=4).map(tuple), anything, st.none() | tables)
sections = st.builds(PdfSection, anything, anything, st.lists(rows, max_size=4).map(tuple))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(sections, max_size=2).map(tuple), anything, anything)
def test_anything_at_all_can_be_printed(parts: tuple[PdfSection, ...], organisation: str, status: str) -> None:
    content = replace(CONTENT, sections=parts, organisation=organisation, status=status)
    assert len(read(content).pages) >= 1
