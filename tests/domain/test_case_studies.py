"""Case studies: read out of answers, published only with permission, found by their words."""

from datetime import date

import pytest

from anchor_portal.domain.case_studies.search import search_words
from anchor_portal.domain.case_studies.studies import (
    QUESTION,
    InLibrary,
    Study,
    key_of,
    lead_of,
    loses_permission,
    may_be_published,
    permitted_since,
    slug_of,
    studies_in,
)


def told(title: str = "Bread from down the road", *, yes: bool = True) -> Study:
    return Study(1, title, "A story.", 2, "", yes)


DAY = date(2026, 7, 10)


def known(gone: date | None = None) -> InLibrary:
    return InLibrary(key_of(told().title), gone)


def test_what_lacks_title_or_story_is_left_out_and_only_yes_is_a_permission() -> None:
    parts = {
        "1.title": "One",
        "1.story": "Told",
        "1.publish": "yes",
        "1.pledge": "3",
        "2.title": "No story",
        "3.title": "Three",
        "3.story": "Told",
        "3.publish": "Yes please",
    }
    first, second = studies_in({QUESTION: parts})
    assert (first.title, first.pledge, first.is_permitted) == ("One", 3, True)
    assert (second.title, second.pledge, second.is_permitted) == ("Three", 7, False)
    assert studies_in({}) == ()


def test_without_permission_nothing_is_published() -> None:
    assert may_be_published(told(), DAY, [])
    assert not may_be_published(told(yes=False), DAY, [])


def test_the_same_story_is_in_the_library_once_however_its_title_is_written() -> None:
    assert not may_be_published(told("BREAD, from down the Road!"), DAY, [known()])


def test_what_was_withdrawn_comes_back_only_with_a_later_permission() -> None:
    assert not may_be_published(told(), DAY, [known(date(2026, 11, 22))]), "the permission is older than its withdrawal"
    assert not may_be_published(told(), DAY, [known(DAY)])
    assert may_be_published(told(), DAY, [known(date(2026, 7, 9))])
    assert not may_be_published(told(), DAY, [known(date(2026, 7, 9)), known()])


def test_a_no_takes_the_permission_back_and_silence_only_in_a_correction_of_the_same_return() -> None:
    key = told().key
    for same in (True, False):
        assert loses_permission(key, [told(yes=False)], is_same_return=same)
        assert not loses_permission(key, [told()], is_same_return=same)
    assert loses_permission(key, [told("Another")], is_same_return=True)
    assert not loses_permission(key, [told("Another")], is_same_return=False)


def test_a_permission_is_as_old_as_the_first_yes_without_a_no_since() -> None:
    key, yes, no = told().key, [told()], [told(yes=False)]
    first, second, third = (date(2026, 7, each) for each in (10, 11, 12))
    assert permitted_since(key, [(second, yes), (first, yes)]) == first
    assert permitted_since(key, [(third, yes), (second, no), (first, yes)]) == third
    assert permitted_since(key, [(third, yes), (second, []), (first, yes)]) == third
    assert permitted_since(key, [(second, no), (first, yes)]) is None
    assert permitted_since(key, []) is None


@pytest.mark.parametrize(
    ("title", "taken", "slug"),
    [
        ("The café's “garden”", (), "the-cafes-garden"),
        ("The garden", ("the-garden", "the-garden-2"), "the-garden-3"),
        ("日本", (), "case-study"),
        ("x" * 300, (), "x" * 60),
    ],
)
def test_an_address_is_made_of_plain_letters(title: str, taken: tuple[str, ...], slug: str) -> None:
    assert slug_of(title, taken) == slug


def test_the_beginning_of_a_story_ends_with_a_sentence_or_a_word() -> None:
    assert lead_of("Short.\nStory.") == "Short. Story."
    sentence = "A first sentence that is long enough to stand alone on a card of the library."
    assert lead_of(f"{sentence} {'And more words follow ' * 20}") == sentence
    words = lead_of("word " * 100)
    assert words.endswith("word…") and len(words) <= 201


def test_words_that_say_nothing_are_not_looked_for() -> None:
    assert search_words("The cafés, of THE hospital!") == ("cafes", "hospital")
    assert search_words("of the") == ()
    assert search_words('") OR 1=1 * NEAR( :x') == ("1", "near", "x")
    assert len(search_words(" ".join(f"word{number}" for number in range(30)))) == 10
