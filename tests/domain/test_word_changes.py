"""Two texts as one: whatever they are, nothing is lost; what changed is marked and no more."""

from hypothesis import given
from hypothesis import strategies as st

from anchor_portal.domain.word_changes import MOST_WORDS, Mark, Piece, mark_words

WORDS = st.lists(st.sampled_from(["staff", "local", "pay,", "(the)", "a", "it’s", "\n\n", "50%"]), max_size=12)
TEXTS = WORDS.map(" ".join) | st.text(max_size=30)


def put_together(pieces: tuple[Piece, ...], without: Mark) -> str:
    return "".join(piece.text for piece in pieces if piece.mark is not without)


@given(TEXTS, TEXTS)
def test_the_pieces_without_the_new_ones_are_the_earlier_text_and_without_the_gone_ones_the_later(
    before: str, after: str
) -> None:
    pieces = mark_words(before, after)
    assert put_together(pieces, Mark.NEW) == before
    assert put_together(pieces, Mark.GONE) == after
    assert all(piece.text for piece in pieces)


def test_only_the_words_that_changed_are_marked() -> None:
    pieces = mark_words("Have you signed the Social Value Charter?", "Have you signed the new Social Value Charter?")
    assert [(piece.mark, piece.text) for piece in pieces] == [
        (Mark.SAME, "Have you signed the "),
        (Mark.NEW, "new "),
        (Mark.SAME, "Social Value Charter?"),
    ]


def test_a_sign_that_falls_away_after_a_word_leaves_the_word_unmarked() -> None:
    assert mark_words("the living wage (notional)", "the living wage") == (
        Piece(Mark.SAME, "the living "),
        Piece(Mark.SAME, "wage"),
        Piece(Mark.GONE, " (notional)"),
    )


def test_texts_that_have_little_in_common_stand_one_after_the_other() -> None:
    before, after = "Supporting narrative: document your progress", "What have you done to date?"
    assert mark_words(before, after) == (Piece(Mark.GONE, before), Piece(Mark.NEW, after))


def test_very_long_texts_are_not_compared_word_by_word() -> None:
    before = "word " * (MOST_WORDS + 1)
    assert [piece.mark for piece in mark_words(before, f"{before}more")] == [Mark.GONE, Mark.NEW]
