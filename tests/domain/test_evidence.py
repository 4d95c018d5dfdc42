"""Files as evidence: their names, their kinds, and how an answer names them."""

from datetime import date

import pytest

from anchor_portal.domain.answers.answer import order_parts, read_answer, say_answer
from anchor_portal.domain.answers.evidence import LONGEST_NAME, FileRefused, kind_of, safe_name, say_size
from tests.domain.circumstances import asking, question

FILE, DIGEST = "0f" * 16, "ab" * 32
EVIDENCE = question("p1.evidence")


@pytest.mark.parametrize(
    ("typed", "safe"),
    [
        ("Annual report 2026.pdf", "Annual report 2026.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\windows\\system32\\x.pdf", "x.pdf"),
        ("report\u202efdp.exe.pdf", "reportfdp.exe.pdf"),
        ("rep\x00ort\r\n.PDF", "report.pdf"),
        ('a<b>:"c"|?*.csv', "a-b-c-.csv"),
        ("CON.pdf", "file-CON.pdf"),
        ("...", "file"),
        ("", "file"),
        (".pdf", "pdf"),
        ("Adroddiad blynyddol – Ŵyl.pdf", "Adroddiad blynyddol – Ŵyl.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
    ],
)
def test_a_name_is_made_safe(typed: str, safe: str) -> None:
    assert safe_name(typed) == safe
    assert safe_name(safe) == safe


def test_a_long_name_is_cut_and_keeps_its_ending() -> None:
    name = safe_name("a" * 300 + ".xlsx")
    assert len(name) == LONGEST_NAME
    assert name.endswith("a.xlsx")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("old.doc", "save it as .docx"),
        ("sums.XLSM", "it can carry macros"),
        ("all.zip", "one by one"),
        ("phone.heic", "save it as JPEG"),
        ("setup.exe", "files that end in .exe are not taken: use PDF"),
        ("README", "no ending"),
    ],
)
def test_a_kind_that_is_not_taken_is_refused_with_what_to_do_instead(name: str, why: str) -> None:
    with pytest.raises(FileRefused, match=why):
        kind_of(name)


def test_sizes_are_said_in_kilobytes_and_megabytes() -> None:
    assert [say_size(1), say_size(900_000), say_size(3_565_158)] == ["1 KB", "879 KB", "3.4 MB"]


def test_a_file_is_read_said_and_ordered_with_its_name_and_the_beginning_of_its_hash() -> None:
    typed = {
        "3.about": "31/3/2026",
        "3.caption": " What we did ",
        "3.digest": DIGEST,
        "3.name": "r.pdf",
        "3.file": FILE,
    }
    reading = read_answer(EVIDENCE, typed, asking())
    assert reading.problems == ()
    assert say_answer(EVIDENCE, reading.parts, asking()) == (
        "What we did: r.pdf [SHA-256 abababababab] (31 March 2026)",
    )
    assert order_parts(EVIDENCE, reading.parts, asking()) == ("1.file", "1.name", "1.digest", "1.caption", "1.about")
    assert read_answer(EVIDENCE, reading.parts, asking()) == reading


@pytest.mark.parametrize(
    ("typed", "part", "why"),
    [
        ({"1.caption": "Only words"}, "1.link", "give its link, or add a file"),
        ({"1.file": FILE}, "1.file", "not one of this return’s"),
        ({"1.file": FILE, "1.name": "r.pdf"}, "1.file", "not one of this return’s"),
        ({"1.file": "../x", "1.name": "r.pdf", "1.digest": DIGEST}, "1.file", "not the identifier"),
        ({"1.file": FILE, "1.name": "../r.pdf", "1.digest": DIGEST}, "1.name", "not safe"),
        ({"1.file": FILE, "1.name": "r.pdf", "1.digest": "12"}, "1.digest", "not the SHA-256"),
        (
            {"1.file": FILE, "1.name": "r.pdf", "1.digest": DIGEST, "1.link": "https://a.example"},
            "1.link",
            "has no link",
        ),
        ({"1.link": "https://a.example", "1.digest": DIGEST}, "1.link", "neither a file’s name"),
    ],
)
def test_what_is_neither_a_link_nor_a_whole_file_is_refused(typed: dict[str, str], part: str, why: str) -> None:
    problems = read_answer(EVIDENCE, typed, asking(today=date(2026, 7, 1))).problems
    assert any(problem.part == part and why in problem.message for problem in problems), problems
