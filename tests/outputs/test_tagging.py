"""What documents say of themselves to who cannot see them: every construction read back, and held against PDF/UA-1."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable

from anchor_portal.outputs.pdf.base import BODY, LABEL, LABEL_ABOVE, TITLE, DocumentFacts, SafeText, build, pair
from anchor_portal.outputs.pdf.pack_pdf import table_over_pages
from anchor_portal.outputs.pdf.tagging.tree import Element, level_headings, text_string
from tests.outputs.tagged import Tagged, bookmarks, faults, read_tags

FACTS = DocumentFacts("A title", "A subject", "Anchor Portal", "A partnership", demo=False)
LONG = " ".join(f"word{number}" for number in range(900))

Story = Callable[[SafeText], list[Flowable]]


def made(story: Story, facts: DocumentFacts = FACTS) -> bytes:
    content = build(facts, story)
    assert faults(content) == []
    return content


def tags(story: Story, facts: DocumentFacts = FACTS) -> Tagged:
    return read_tags(made(story, facts))


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def test_a_table_over_many_pages_is_one_table_whose_head_is_read_once() -> None:
    content = made(lambda safe: safe.table([("Head of rows", "Number"), *((f"Row {n}", str(n)) for n in range(150))]))
    assert len(pages(content)) > 3 and all("Head of rows" in words for words in pages(content))
    (table,) = read_tags(content).find("Table")
    rows = table.find("TR")
    assert [row.words for row in rows] == ["Head of rows Number", *(f"Row {n} {n}" for n in range(150))]
    assert [(kid.tag, kid.attributes["/Scope"]) for kid in rows[0].kids] == [("TH", "/Column")] * 2
    assert {tuple((kid.tag, kid.attributes.get("/Scope")) for kid in row.kids) for row in rows[1:]} == {
        (("TH", "/Row"), ("TD", None))
    }


def test_a_row_that_goes_on_over_pages_is_one_row_with_one_cell_for_each_column() -> None:
    def story(safe: SafeText) -> list[Flowable]:
        rows: list[list[object]] = [[safe.paragraph(words, BODY) for words in ("No", "Said")]]
        rows += [[safe.paragraph(str(n), BODY), [safe.paragraph(f"{n} {LONG}", BODY)]] for n in range(3)]
        return [table_over_pages(rows, (60, 200))]

    content = made(story)
    (table,) = read_tags(content).find("Table")
    assert len(pages(content)) > 3
    assert [[kid.tag for kid in row.kids] for row in table.find("TR")] == [["TH", "TH"], *[["TH", "TD"]] * 3]
    assert [row.words for row in table.find("TR")][1:] == [f"{n} {n} {LONG}" for n in range(3)]


def test_a_paragraph_over_pages_is_one_paragraph() -> None:
    (paragraph,) = tags(lambda safe: [safe.paragraph(f"{LONG} {LONG}", BODY)]).find("P")
    assert paragraph.words == f"{LONG} {LONG}"


def test_a_list_over_pages_is_one_list_and_each_of_its_items_has_one_bullet() -> None:
    items = [f"{number} {LONG}" for number in range(3)]
    (found,) = tags(lambda safe: safe.items(items)).find("L")
    assert [kid.shape() for kid in found.kids] == [("LI", ["Lbl", "LBody"])] * 3
    assert [kid.words for kid in found.kids] == [f"• {words}" for words in items]


def test_two_lists_that_follow_each_other_are_two() -> None:
    assert len(tags(lambda safe: [*safe.items(["a"]), *safe.items(["b"])]).find("L")) == 2


def test_every_heading_of_a_section_is_an_element_and_a_bookmark_of_its_own() -> None:
    names = ["First", "Second", "Second"]
    content = made(lambda safe: [flowable for name in names for flowable in safe.heading(name)])
    assert [each.words for each in read_tags(content).find("H.")] == names == bookmarks(content)


def test_a_document_without_sections_has_its_title_as_bookmark() -> None:
    assert bookmarks(made(lambda safe: [safe.paragraph("Words", BODY)])) == ["A title"]


def test_no_level_of_headings_is_skipped_whatever_stands_below_what() -> None:
    def heading(tag: str) -> Element:
        return Element(tag, kids=[Element("TD")])

    root = Element("Document", kids=[heading(tag) for tag in ("H1", "H3", "H4", "H3", "H2", "H4", "H1", "H2")])
    level_headings(root)
    assert [kid.tag for kid in root.kids if isinstance(kid, Element)] == [
        "H1",
        "H2",
        "H3",
        "H2",
        "H2",
        "H3",
        "H1",
        "H2",
    ]


def test_labels_beside_an_answer_and_above_it_are_headings_of_the_same_level() -> None:
    def story(safe: SafeText) -> list[Flowable]:
        first, last = (pair(safe.paragraph("Beside", LABEL), [safe.paragraph("1", BODY)]) for _ in range(2))
        above = [safe.paragraph("Above", LABEL_ABOVE), safe.paragraph("2", BODY)]
        return [safe.paragraph("Title", TITLE), *safe.heading("Section"), first, *above, last]

    found = tags(story).find("H.")
    assert [(each.tag, each.words) for each in found] == [
        ("H1", "Title"), ("H2", "Section"), ("H3", "Beside"), ("H3", "Above"), ("H3", "Beside"),
    ]  # fmt: skip


def test_pairs_of_the_same_thing_are_one_list_of_terms() -> None:
    def story(safe: SafeText) -> list[Flowable]:
        of = object()
        return [pair(safe.paragraph(name, BODY), [safe.paragraph(f"{name}!", BODY)], of) for name in "abc"]

    (found,) = tags(story).find("L")
    assert found.shape() == ("L", [("LI", ["Lbl", "LBody"])] * 3)
    assert found.words == "a a! b b! c c!"


def test_head_and_foot_of_the_page_are_not_read_but_that_it_is_a_demonstration_is_once() -> None:
    demo = DocumentFacts("A title", "", "The portal", "", demo=True)
    root = tags(lambda safe: [safe.paragraph(LONG, BODY), safe.paragraph(LONG, BODY)], demo)
    assert root.words == f"Demonstration only: synthetic data {LONG} {LONG}"


@pytest.mark.parametrize("words", ["<&>\"'()\\", "Ŵŷ \u202e \ufffe 😀 日本", "", " ", "\x00\x01 a", "\r\n\t"])
def test_whatever_is_typed_into_title_and_texts_the_document_is_sound(words: str) -> None:
    facts = DocumentFacts(f"T {words}", words, f"P {words}", words, demo=True)

    def story(safe: SafeText) -> list[Flowable]:
        return [
            *safe.heading(words),
            safe.paragraph(words, BODY),
            *safe.items([words]),
            *safe.table([(words,) * 2] * 2),
        ]

    made(story, facts)


def test_the_document_says_its_language_its_title_and_shows_it() -> None:
    root: Any = PdfReader(BytesIO(made(lambda safe: [safe.paragraph("x", BODY)]))).trailer["/Root"]
    assert root["/Lang"] == "en-GB"
    assert str(root["/ViewerPreferences"]["/DisplayDocTitle"]).lower() == "true"
    told = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in told and ">A title<" in told


def test_a_text_of_the_file_is_written_in_ascii_whatever_it_holds() -> None:
    assert text_string("a (b) \\") == r"(a \(b\) \\)"
    assert text_string("ŵ\n") == "<FEFF0175000a>"
    assert text_string("😀").isascii()


def test_a_style_of_its_own_says_what_its_paragraphs_are() -> None:
    quoted = ParagraphStyle("quoted", BODY, tag="BlockQuote")
    assert tags(lambda safe: [safe.paragraph("Said", quoted)]).shape() == ("Document", ["BlockQuote"])
