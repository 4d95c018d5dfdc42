"""What a reviewer reads of a change: words of a narrative that are new or gone, and how far a number moved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchor_portal.domain.review.moves import say_move
from anchor_portal.domain.review.wording import LONG, compare_texts, shorten
from anchor_portal.domain.word_changes import Mark
from tests.domain.circumstances import question

SHARE, NUMBER, TEXT = "p2.local_staff", "about.headcount", "p1.narrative"
WORDS = st.lists(st.sampled_from(["We", "pay", "all.", "\n", "some", "Staff!", " ", "é", "2026"]), max_size=30)


@given(WORDS, WORDS)
@settings(max_examples=60)
def test_both_texts_can_be_put_together_again(old: list[str], new: list[str]) -> None:
    before, after = " ".join(old), " ".join(new)
    pieces = compare_texts(before, after)
    assert "".join(each.text for each in pieces if each.mark is not Mark.NEW) == before
    assert "".join(each.text for each in pieces if each.mark is not Mark.GONE) == after


def test_a_sentence_that_was_added_is_marked_and_the_others_are_not() -> None:
    pieces = compare_texts("We pay all. We count.", "We pay all. We asked agencies too. We count.")
    assert [each.text for each in pieces if each.mark is Mark.NEW] == ["We asked agencies too. "]
    assert not [each for each in pieces if each.mark is Mark.GONE]


def test_within_a_sentence_only_the_words_that_changed_are_marked() -> None:
    pieces = compare_texts(
        "We pay 40 of our people the real living wage.", "We pay 90 of our people the real living wage."
    )
    assert [(each.mark, each.text.strip()) for each in pieces if each.mark is not Mark.SAME] == [
        (Mark.GONE, "40"),
        (Mark.NEW, "90"),
    ]


def test_what_stayed_is_cut_to_its_ends_and_what_changed_is_not() -> None:
    long = " ".join(f"word{number}" for number in range(LONG * 3))
    cut = shorten(compare_texts(f"{long}. Old.", f"{long}. New."))
    assert sum(each.left_out for each in cut) == LONG * 3 - 24
    assert [each.text for each in cut if each.mark is Mark.NEW] == ["New"]
    assert shorten(compare_texts("Short.", "Short. New."))[0].left_out == 0


def test_a_long_text_that_repeats_itself_is_shown_whole_and_not_compared_word_by_word() -> None:
    for before, after in (
        ("a " * 2500, "a " * 2400 + "b "),
        ("a b " * 1250, "b a " * 1250),
        ("a. " * 1600, "b. " * 1600),
    ):
        assert [each.mark for each in compare_texts(before, after)] == [Mark.GONE, Mark.NEW]


@pytest.mark.parametrize(
    ("key", "before", "now", "said"),
    [
        (SHARE, {"numerator": "60", "denominator": "100"}, {"numerator": "125", "denominator": "200"}, "up 2.5 points"),
        (SHARE, {"percent": "62.5"}, {"percent": "60"}, "down 2.5 points"),
        (SHARE, {"percent": "62.5"}, {"percent": "62.52"}, ""),
        (SHARE, {"numerator": "0", "denominator": "0"}, {"percent": "60"}, ""),
        (SHARE, {"percent": "60"}, {"state": "not_known", "reason": "Lost."}, ""),
        (NUMBER, {"": "4000"}, {"": "5200"}, "up 1,200 (30%)"),
        (NUMBER, {"": "0"}, {"": "12.50"}, "up 12.5"),
        (NUMBER, {"": "about ten"}, {"": "12"}, ""),
        (TEXT, {"": "One"}, {"": "Two"}, ""),
    ],
)
def test_how_far_an_answer_moved_is_said(key: str, before: dict[str, str], now: dict[str, str], said: str) -> None:
    assert say_move(question(key), before, now) == said
