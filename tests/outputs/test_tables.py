"""Tidy CSV: what is written can be read again and gives the same bytes, and no cell becomes a formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchor_portal.domain.answers.text import clean_text
from anchor_portal.outputs.tables import (
    HEADER,
    Cell,
    Fault,
    Line,
    UnreadableFile,
    neutralise,
    read_cells,
    restore,
    write_cells,
)

texts = st.text(max_size=40).map(clean_text)
cells = st.builds(Cell, *[st.text("abc.-_2", min_size=1, max_size=8)] * 4, texts)
HEAD = ",".join(HEADER).encode() + b"\n"


def write(*written: Cell) -> bytes:
    return "".join(write_cells(written)).encode()


def read(content: bytes) -> list[Cell]:
    lines = list(read_cells(content))
    assert all(isinstance(line, Line) for line in lines), lines
    return [line.cell for line in lines if isinstance(line, Line)]


def faults(content: bytes) -> list[str]:
    """What is wrong with a file, line by line."""
    try:
        lines = list(read_cells(content))
    except UnreadableFile as refused:
        return [str(refused)]
    return [f"line {line.number}: {line.message}" for line in lines if isinstance(line, Fault)]


def cell(value: str, part: str = "") -> Cell:
    return Cell("2026-07", "torus", "p1.narrative", part, value)


@given(st.lists(cells, max_size=8))
def test_what_is_written_is_read_again_and_gives_the_same_bytes(written: list[Cell]) -> None:
    content = write(*written)
    assert read(content) == written
    assert write(*read(content)) == content


@given(texts)
def test_no_value_begins_like_a_formula_and_none_is_changed_by_it(value: str) -> None:
    assert not neutralise(value).startswith(("=", "+", "-", "@", "\t"))
    assert restore(neutralise(value)) == value


@pytest.mark.parametrize("value", ["=1+1", "+44 151", "-5", "@SUM(A1)", "\tx", "'quoted'", "''", '=HYPERLINK("x")'])
def test_a_formula_like_value_gets_one_apostrophe_and_loses_it_on_reading(value: str) -> None:
    content = write(cell(value))
    line = content.decode().splitlines()[1]
    assert line.removeprefix("2026-07,torus,p1.narrative,,").lstrip('"').startswith("'")
    assert read(content) == [cell(value)]


def test_a_share_is_written_as_the_method_prints_it() -> None:
    content = write(Cell("2024-07", "torus", "p2.local_fte", "numerator", "812.50"))
    assert content == b"round,organisation,question,part,value\n2024-07,torus,p2.local_fte,numerator,812.50\n"


def test_a_file_without_answers_is_its_header() -> None:
    assert write() == HEAD
    assert read(HEAD) == []


def test_quotation_is_minimal_and_line_ends_are_plain() -> None:
    content = write(cell("plain"), cell("a, b"), cell('say "yes"'), cell("two\nlines"))
    assert b"\r" not in content
    assert content.startswith(b"round,")
    assert content.decode().splitlines()[1:4] == [
        "2026-07,torus,p1.narrative,,plain",
        '2026-07,torus,p1.narrative,,"a, b"',
        '2026-07,torus,p1.narrative,,"say ""yes"""',
    ]


def test_letters_of_every_script_survive() -> None:
    value = "Siân Ó Briain, Ýrsa Ðóra, 利物浦, 🎉, ﷽"
    assert read(write(cell(value))) == [cell(value)]


def test_a_file_as_excel_saves_it_is_read() -> None:
    windows = b"\xef\xbb\xbf" + HEAD.replace(b"\n", b"\r\n") + b'2026-07,torus,p1.narrative,,"a\r\nb"\r\n\r\n'
    assert read(windows) == [cell("a\r\nb")]


def test_each_line_knows_where_it_begins_after_values_of_several_lines_and_blank_ones() -> None:
    content = write(cell("one\ntwo\nthree"), cell("next")) + b"\n" + b"2026-07,torus,p1.narrative,,last\n"
    assert [line.number for line in read_cells(content)] == [2, 5, 7]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"round,organisation,question,value\n", "line 1: the header must be"),
        (b"round;organisation;question;part;value\n", "line 1: the header must be"),
        (HEAD + b"2026-07,torus,about.fte,1\n", "line 2: 4 columns instead of 5"),
        (HEAD + b"2026-07,torus,p1.narrative,,a, b\n", "line 2: 6 columns instead of 5"),
        (HEAD + b"2026-07,torus,about.fte,,1\n2026-07,torus,p1.narrative,,\xff\n", "line 3: the file is not UTF-8"),
        (HEAD + b'2026-07,torus,p1.narrative,,"never closed\n', "line 2: from here on this is not well-formed CSV"),
        (HEAD + b'2026-07,torus,p1.narrative,,"a"b\n', "line 2: from here on this is not well-formed CSV"),
        ("round,organisation,question,part,value\n".encode("utf-16"), "line 1: the file is not UTF-8"),
        (b"PK\x03\x04 a workbook", "line 1: the header must be"),
    ],
)
def test_what_is_not_in_the_format_is_refused_with_its_line(content: bytes, says: str) -> None:
    found = faults(content)
    assert len(found) == 1
    assert found[0].startswith(says)


def test_a_line_that_is_wrong_does_not_hide_the_lines_after_it() -> None:
    content = HEAD + b"2026-07,torus,about.fte\n" + b"2026-07,torus,about.headcount,,12\n" + b"x\n"
    assert faults(content) == ["line 2: 3 columns instead of 5", "line 4: 1 columns instead of 5"]
    assert [line.cell.value for line in read_cells(content) if isinstance(line, Line)] == ["12"]


@given(st.binary(max_size=200))
def test_whatever_bytes_come_each_fault_names_a_line_of_the_file(content: bytes) -> None:
    for tried in (content, HEAD + content):
        try:
            lines = list(read_cells(tried))
        except UnreadableFile:
            continue
        numbers = [line.number for line in lines]
        assert numbers == sorted(numbers)
        assert not numbers or 2 <= numbers[0] <= numbers[-1] <= tried.count(b"\n") + tried.count(b"\r") + 1
