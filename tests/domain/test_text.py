"""Text is kept composed, with plain line ends, without what cannot be seen, printed or written to a file."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchor_portal.domain.answers.text import clean_line, clean_text, excerpt


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("two\r\nlines\rand three", "two\nlines\nand three"),
        ("trailing   \nspaces\t", "trailing\nspaces"),
        ("\n\n  indented\n\n\nend\n\n", "  indented\n\n\nend"),
        ("e\u0301", "é"),
        ("e\x00\u0301", "é"),
        ("bell\x07 and\x85 escape\x1b", "bell and escape"),
        ("pasted\x0bfrom\x0ca\u2028word\u2029processor", "pasted\nfrom\na\nword\nprocessor"),
        ("lone \ud800 surrogate", "lone  surrogate"),
        ("no XML \ufffe\uffff has these", "no XML  has these"),
        ("a\ttab", "a\ttab"),
        (" \t\r\n\u00a0\u3000", ""),
        ("\u200b\u200d\ufeff", ""),
        ("👩\u200d🔧", "👩\u200d🔧"),
    ],
)
def test_text_is_kept_clean(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


@given(st.text(st.characters()))
def test_clean_text_is_composed_and_stays_as_it_is(typed: str) -> None:
    kept = clean_text(typed)
    assert clean_text(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert not {sign for sign in kept if unicodedata.category(sign) in {"Cc", "Cs"}} - {"\n", "\t"}
    assert all(line == line.rstrip() for line in kept.split("\n"))
    kept.encode("utf-8")


@given(st.text(st.characters(min_codepoint=0x1F, max_codepoint=0x7F), max_size=12))
def test_plain_text_is_cleaned_as_any_other(typed: str) -> None:
    assert clean_text(typed) == clean_text("\n" + typed)


def test_a_line_is_one_line_with_single_spaces() -> None:
    assert clean_line("  The\r\n new\t\tkitchen ") == "The new kitchen"


@given(st.text(st.characters()))
def test_a_clean_line_stays_as_it_is(typed: str) -> None:
    kept = clean_line(typed)
    assert clean_line(kept) == kept
    assert not set("\n\t") & set(kept)


def test_an_excerpt_is_short_and_on_one_line() -> None:
    assert excerpt("about\n 5") == "about 5"
    assert excerpt("a" * 40) == "a" * 40
    assert excerpt("a" * 41) == "a" * 39 + "…"
