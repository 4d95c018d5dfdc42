"""Anything at all, given to any part of any question of either version, is read in canonical form or refused in words."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchor_portal.domain.answers.answer import ALWAYS_LAST, order_parts, read_answer, say_answer
from anchor_portal.domain.answers.completeness import asked_in, left_blank, review, section_status
from anchor_portal.domain.answers.parts import Asking, Last, Reading
from anchor_portal.domain.answers.reading import CASE_STUDY_PARTS, FILE_PARTS, LEVEL_COLUMNS, SIGNOFF_PARTS
from anchor_portal.domain.answers.shares import SHARE_PARTS
from anchor_portal.domain.figures.measures import measures_of, pledges_evidenced
from anchor_portal.domain.questionnaire.version import Kind, Question, Questionnaire
from anchor_portal.domain.sectors import SECTORS
from anchor_portal.outputs.rows import answer_rows
from tests.domain.circumstances import CURRENT, JULY, LEVELS, PRINTED, asking, full_answers, full_printed_answers

TRUST, COUNCIL = asking("nhs-trust"), asking("council")
VERSIONS = st.sampled_from([PRINTED, CURRENT])
LINK = Question("about.page", Kind.LINK, "about", "Where can we read of it?", "Web page")
QUESTIONS = [*PRINTED.questions, *CURRENT.questions, LINK]
OF_KIND = {
    Kind.SHARE: list(SHARE_PARTS),
    Kind.CHOICES: ["theme-1", "core20", "theme-9"],
    Kind.LEVELS: [
        f"{level.code}.{column}" for level in LEVELS["nhs"][:2] + LEVELS["general"] for column in LEVEL_COLUMNS
    ],
    Kind.CASE_STUDIES: [f"{number}.{part}" for number in ("1", "2", "11") for part in CASE_STUDY_PARTS],
    Kind.FILES: [f"{number}.{part}" for number in ("1", "2", "11") for part in FILE_PARTS],
    Kind.SIGNOFF: list(SIGNOFF_PARTS),
}
# fmt: off
PLAUSIBLE = [
    "yes", "no", "some", "in_progress", "1", "2", "4", "8", "theme-1", "2025-26", "actual", "guess", "E08000012", "Words",
    "not_known", "not_applicable", "not_held", "no_public_buildings", "other", "=1+1", "'", "//",
    "0", "812", "1,234", "1234.5", "62.5", "95%", "£1.2m", "-5", "NaN", "sNaN", "Infinity", "1e400", "1e999999999",
    "٣", "²", "１２", "2040", "2045", "2026-06-30", "30/6/2026", "30/6/2027",
    "https://example.org/a", "javascript:alert(1)", "https://[",
]
# fmt: on
VALUES = (
    st.sampled_from([*PLAUSIBLE, "", " ", "\x00", "\u200b", "e\x00\u0301", "a\r\nb\u2028c ", "9" * 5000, "x" * 6000])
    | st.integers(0, 300_000).map(str)
    | st.text(st.characters(), max_size=30)
)
ODD_PARTS = st.sampled_from(["", "x", "0.title", "².title", "٣.link", "1.", ".white", "1.title.x"]) | st.text(
    max_size=9
)


NAMES_ITEMS = {Kind.LEVELS, Kind.CASE_STUDIES}
NAMED = ("Case study", *(level.name for levels in LEVELS.values() for level in levels))
CODE_WORDS = re.compile(r"_|numerator|denominator|\bunknown\b|None")


def parts_of(question: Question) -> st.SearchStrategy[dict[str, str]]:
    """Anything for an answer: mostly parts that its kind has, some that no kind has."""
    usual = st.sampled_from([*OF_KIND.get(question.kind, [""]), *ALWAYS_LAST])
    return st.dictionaries(usual | usual | ODD_PARTS, VALUES, max_size=7)


ANSWERS = st.sampled_from(QUESTIONS).flatmap(lambda question: st.tuples(st.just(question), parts_of(question)))
CIRCUMSTANCES = st.sampled_from([TRUST, COUNCIL])


def check_problems(question: Question, reading: Reading) -> None:
    for problem in reading.problems:
        assert problem.question == question.key
        assert problem.hard
        assert problem.message.startswith((question.short, *(NAMED if question.kind in NAMES_ITEMS else ())))
        assert len(problem.message) < 1000
        ours = re.sub(r"“.*?”|\([^)]*\)", "", problem.message).replace(question.short, "")
        assert "has no part" in ours or not CODE_WORDS.search(ours)


@settings(max_examples=250, deadline=None)
@given(ANSWERS, CIRCUMSTANCES)
def test_anything_is_read_in_canonical_form_or_refused_in_words(
    answer: tuple[Question, dict[str, str]], asked: Asking
) -> None:
    question, typed = answer
    reading = read_answer(question, typed, asked)
    check_problems(question, reading)
    say_answer(question, reading.parts, asked)
    if reading.is_sound:
        assert read_answer(question, reading.parts, asked) == reading
        assert sorted(order_parts(question, reading.parts, asked)) == sorted(reading.parts)
        assert all(text == text.strip() or question.kind is Kind.NARRATIVE for text in reading.parts.values())
        assert "" not in reading.parts.values()
    else:
        again = read_answer(question, reading.parts, asked)
        assert not again.is_sound
        assert again.parts == reading.parts


@settings(max_examples=120, deadline=None)
@given(st.sampled_from(QUESTIONS), st.sampled_from(QUESTIONS).flatmap(parts_of))
def test_whatever_is_stored_under_a_key_can_be_said_and_ordered(question: Question, stored: dict[str, str]) -> None:
    """A kind may widen under one key, so last time's answer may be of another kind."""
    for asked in (TRUST, COUNCIL):
        assert all(isinstance(line, str) and len(line) < 7000 for line in say_answer(question, stored, asked))
        assert set(order_parts(question, stored, asked)) <= set(stored)


@settings(max_examples=60, deadline=None)
@given(st.data(), VERSIONS, st.sampled_from(list(SECTORS)), st.booleans())
def test_a_whole_return_of_anything_is_reviewed_shown_and_counted(
    data: st.DataObject, version: Questionnaire, sector: str, complete: bool
) -> None:
    full = full_answers(sector) if version is CURRENT else full_printed_answers(sector)
    keys = data.draw(st.lists(st.sampled_from([question.key for question in version.questions]), max_size=6))
    typed = full | {key: data.draw(parts_of(version.question(key))) for key in keys}
    asked = asking(sector)
    last = data.draw(st.sampled_from([None, Last(full, JULY[1]), Last(full_printed_answers(), JULY[1])]))
    reviewed = review(version, typed, asked, complete=complete, last=last)
    rows = answer_rows(
        version, reviewed.answers, asked, problems=reviewed.problems, last=last.answers if last else None
    )
    assert [row.key for section in rows for row in section.rows] == [
        question.key for section in version.form_sections for question in asked_in(section, reviewed.answers, asked)
    ]
    assert all(section_status(section, reviewed, asked) for section in version.form_sections)
    assert all(problem.message for problem in reviewed.problems)
    left_blank(version, reviewed, asked)
    if not reviewed.hard:
        assert review(version, reviewed.answers, asked, complete=complete, last=last) == reviewed
        assert all(measure.unknown >= 0 for measure in measures_of(version, reviewed.answers, asked))
        assert set(pledges_evidenced(version, reviewed.answers, asked)) <= set(range(1, 8))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_no_answer_at_all_is_blank_and_sound(question: Question) -> None:
    reading = read_answer(question, {}, TRUST)
    assert (reading.parts, reading.problems) == ({}, ())
    assert say_answer(question, {}, TRUST) == ()
    assert order_parts(question, {}, TRUST) == ()
