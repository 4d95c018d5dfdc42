"""Self-assessment: four levels on seven pledges, described in our own words, beside last time's aim."""

import pytest

from anchor_portal.domain.findings.level_words import LEVEL_WORDS
from anchor_portal.domain.findings.self_assessment import (
    Standing,
    asks_levels,
    describe_options,
    say_all,
    say_standing,
    standings,
)
from tests.domain.circumstances import CURRENT, PRINTED, asking


def test_every_level_of_every_pledge_has_words_of_its_own_that_are_short_and_plain() -> None:
    texts = [text for words in LEVEL_WORDS.values() for text in words]
    assert list(LEVEL_WORDS) == list(range(1, 8))
    assert len(set(texts)) == 28
    assert all(40 < len(text) < 190 and text.endswith(".") for text in texts)
    assert all(text.count(". ") <= 1 for text in texts), "one or two sentences"


@pytest.mark.parametrize("end", ["level_now", "level_aim"])
def test_the_options_of_a_level_say_what_it_means_on_its_pledge(end: str) -> None:
    question = CURRENT.question(f"p4.{end}")
    described = describe_options(question, asking().offered(question))
    assert [option.label for option in described] == ["1 Starting", "2 Developing", "3 Established", "4 Leading"]
    assert tuple(option.hint for option in described) == LEVEL_WORDS[4]


def test_the_options_of_other_questions_stay_as_they_are() -> None:
    question = CURRENT.question("p4.green_plan")
    assert describe_options(question, question.options) == question.options


def test_only_the_current_questions_ask_for_levels() -> None:
    assert asks_levels(CURRENT)
    assert not asks_levels(PRINTED)


def test_levels_are_read_from_now_and_from_the_last_accepted_return() -> None:
    now = {"p3.level_now": {"": "2"}, "p3.level_aim": {"": "4", "explanation": "New hall."}, "p4.level_now": {"": "9"}}
    before = {"p3.level_now": {"": "1"}, "p3.level_aim": {"": "3"}, "p5.level_aim": {"state": "not_known"}}
    found = standings(now, before)
    assert found[2] == Standing(3, 2, 4, 1, 3)
    assert found[3] == Standing(4)
    assert [each.pledge for each in found if each.is_assessed] == [3]


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        (Standing(3, 2, 3, 2, 3), "Pledge 3: developing; the aim of July 2026 was established: not reached yet."),
        (Standing(3, 3, 3, 2, 3), "Pledge 3: established; the aim of July 2026 was established: reached."),
        (Standing(3, 4, 4, 2, 3), "Pledge 3: leading; the aim of July 2026 was established: passed."),
        (Standing(3, None, None, 2, 3), "Pledge 3: not assessed; the aim of July 2026 was established."),
        (Standing(3, 1), "Pledge 3: starting."),
        (Standing(3), "Pledge 3: not assessed."),
    ],
)
def test_where_an_organisation_stands_is_said_in_a_sentence(standing: Standing, words: str) -> None:
    assert say_standing(standing, "July 2026") == words


@pytest.mark.parametrize(
    ("every", "words"),
    [
        ([Standing(1, 3, 3, 2, 3), Standing(2, 1, 2, 1, 2)], "1 of 2 aims of July 2026 is reached."),
        ([Standing(1, 1, 2, 1, 2)], "The one aim of July 2026 is not reached yet."),
        (
            [Standing(1, 3, 3, 2, 3), Standing(2, 1, 2, 1, 2), Standing(3, None, None, 1, 2)],
            "1 of 3 aims of July 2026 is reached; 1 is not assessed yet.",
        ),
        ([Standing(1, None, None, 1, 2), Standing(2, 1, 2)], "1 of the 2 pledges is assessed."),
        ([Standing(1, 1, 2), Standing(2)], "1 of the 2 pledges is assessed."),
        ([Standing(1), Standing(2)], "None of the 2 pledges are assessed."),
    ],
)
def test_how_many_aims_are_reached_is_said_in_a_sentence(every: list[Standing], words: str) -> None:
    assert say_all(every, "July 2026") == words
