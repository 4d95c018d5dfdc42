"""Changing words: only words change, whatever is typed; and the file that is written is read as the same again."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchor_portal.domain.questionnaire.questions import Question
from anchor_portal.domain.questionnaire.structure import changes_of_structure
from anchor_portal.domain.questionnaire.version import Questionnaire, parse
from anchor_portal.domain.questionnaire.wording import LONGEST, WordsRefused, change_words, following, word_groups
from anchor_portal.domain.questionnaire.writing import write_source

FOLDER = Path(__file__).parents[2] / "seeds" / "questionnaires"
FIRST, SECOND = (parse((FOLDER / name).read_text(encoding="utf-8"), name) for name in ("2024-01.toml", "2024-07.toml"))
PLEDGE_1 = SECOND.section("pledge-1")
NAMES = [words.name for group in word_groups(SECOND, PLEDGE_1) for words in group.words]


def written(questionnaire: Questionnaire, sections: object = None) -> Questionnaire:
    parts = sections or questionnaire.sections
    source = write_source(questionnaire.code, questionnaire.title, questionnaire.pledges, parts, ["made"])  # type: ignore[arg-type]
    return parse(source, "written.toml")


@pytest.mark.parametrize("questionnaire", [FIRST, SECOND], ids=["2024-01", "2024-07"])
def test_what_is_written_is_read_as_the_same(questionnaire: Questionnaire) -> None:
    again = written(questionnaire)
    assert (again.code, again.title, again.pledges) == (questionnaire.code, questionnaire.title, questionnaire.pledges)
    assert again.sections == questionnaire.sections


@settings(max_examples=12, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), st.text(max_size=60), max_size=4))
def test_whatever_is_typed_only_words_change_and_the_file_can_be_read_again(typed: dict[str, str]) -> None:
    try:
        sections = change_words(SECOND, PLEDGE_1, typed)
    except WordsRefused as refusal:
        assert set(refusal.problems) <= set(NAMES)
        return
    again = written(SECOND, sections)
    assert again.sections == sections
    for before, after in zip(SECOND.questions, again.questions, strict=True):
        assert (before.key, list(changes_of_structure(before, after))) == (after.key, [])


def test_answers_that_questions_share_change_in_all_of_them() -> None:
    sections = change_words(SECOND, PLEDGE_1, {"p1.level_now:option:1:label": "1 Just beginning"})
    labels = {
        question.options[0].label
        for section in sections
        for question in section.questions
        if question.key.endswith((".level_now", ".level_aim"))
    }
    assert labels == {"1 Just beginning"}


def test_shared_answers_can_be_changed_in_one_place_only() -> None:
    groups = {group.question.key: group for group in word_groups(SECOND, PLEDGE_1) if group.question}
    assert groups["p1.level_aim"].options_at == "Pledge 1 level now"
    assert len(groups["p1.level_now"].shared_by) == 13
    other = {group.options_at for group in word_groups(SECOND, SECOND.section("pledge-4")) if group.options_at}
    assert other == {"Pledge 1 level now"}


def test_guidance_may_be_taken_away_and_a_question_may_not() -> None:
    sections = change_words(SECOND, PLEDGE_1, {"p1.rlw_staff:hint": " "})
    section = next(each for each in sections if each.code == "pledge-1")
    assert section.questions[0].hint == ""
    with pytest.raises(WordsRefused) as refusal:
        change_words(SECOND, PLEDGE_1, {"p1.rlw_staff:label": " \u200b", "p1.rlw_staff:hint": "x" * (LONGEST + 1)})
    assert refusal.value.problems == {
        "p1.rlw_staff:label": "Question is empty",
        "p1.rlw_staff:hint": "Guidance has 5,001 characters, and there is room for 5,000",
    }


def test_no_two_questions_get_the_same_heading() -> None:
    with pytest.raises(WordsRefused) as refusal:
        change_words(SECOND, PLEDGE_1, {"p1.rlw_staff:short": "Headcount"})
    assert refusal.value.problems == {"p1.rlw_staff:short": "Another question has this heading: no two may be alike"}


def test_names_that_are_no_texts_of_the_section_are_passed_over() -> None:
    typed = {"p2.local_fte:label": "Another section", "p1.rlw_staff:unit": "gbp", "p1.rlw_staff:option:yes:label": "Y"}
    assert change_words(SECOND, PLEDGE_1, typed) == SECOND.sections


def comparable(sections: object) -> dict[str, bool]:
    found: list[Question] = [question for section in sections for question in section.questions]  # type: ignore[attr-defined]
    return {question.key: question.comparable for question in found}


def test_a_version_of_other_words_is_comparable_with_the_one_it_was_made_from() -> None:
    assert set(comparable(following(SECOND.sections, SECOND)).values()) == {True}


def test_made_from_an_older_one_it_says_where_it_is_not_comparable_with_the_last() -> None:
    flags = comparable(following(FIRST.sections, SECOND))
    assert [key for key, flag in flags.items() if not flag] == ["p3.free_use", "p4.green_plan"]
