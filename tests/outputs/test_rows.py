"""The rows that check-answers, review, workbook and PDF share: every question that is asked, and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchor_portal.domain.answers.parts import Answers, Problem
from anchor_portal.outputs.rows import BLANK, LEVEL_HEADINGS, Row, SectionRows, anchor_of, answer_rows, level_table
from tests.domain.circumstances import CURRENT, PRINTED, Parts, asking, full_answers, share
from tests.domain.circumstances import level_table as full_table

NOT_HELD = {"state": "not_known", "reason": "not_held"}
LEVELS = "workforce.levels"


def sections(answers: Answers, sector: str = "nhs-trust", **more: object) -> tuple[SectionRows, ...]:
    return answer_rows(CURRENT, answers, asking(sector), **more)  # type: ignore[arg-type]


def row(key: str, answers: Answers, sector: str = "nhs-trust", **more: object) -> Row:
    (found,) = [row for section in sections(answers, sector, **more) for row in section.rows if row.key == key]
    return found


def keys(answers: Answers, sector: str = "nhs-trust", **more: object) -> list[str]:
    return [row.key for section in sections(answers, sector, **more) for row in section.rows]


def test_there_is_a_row_for_every_question_that_is_asked_in_the_order_of_the_form() -> None:
    asked = [question.key for question in CURRENT.questions if question.key != "signoff"]
    assert keys(full_answers()) == [key for key in asked if key != "p5.award_date"]
    assert keys({}) == [key for key in asked if CURRENT.question(key).show_if is None]
    assert set(keys(full_answers())) - set(keys(full_answers("council"), "council")) == {
        "p6.prevention_pledge",
        "p6.prevention_pledge_date",
    }


def test_the_sign_off_is_shown_where_it_is_asked_for() -> None:
    assert keys(full_answers(), with_signoff=True)[-1] == "signoff"
    assert row("signoff", full_answers(), with_signoff=True).lines == (
        "Siân O’Example, Chief executive",
        "10 July 2026",
    )


def test_a_section_has_its_title_and_the_full_text_of_its_pledge() -> None:
    about, first = sections({})[:2]
    assert (about.code, about.title, about.pledge, about.pledge_text) == ("about", "About this return", None, "")
    assert (first.code, first.pledge, first.pledge_text) == ("pledge-1", 1, CURRENT.pledges[0])
    assert [section.pledge for section in answer_rows(PRINTED, {}, asking())] == [1, 2, 3, 4, 5, 6, 7]


def test_blank_zero_not_applicable_and_not_known_look_different() -> None:
    lines = [
        row("p3.free_use", {}).lines,
        row("p3.free_use", {"p3.free_use": {"": "no"}}).lines,
        row("p3.free_use", {"p3.free_use": {"state": "not_applicable", "reason": "no_public_buildings"}}).lines,
        row("p3.free_use", {"p3.free_use": NOT_HELD}).lines,
        row("about.headcount", {"about.headcount": {"": "0"}}).lines,
    ]
    assert lines == [
        (BLANK,),
        ("No",),
        ("Not applicable: We have no public buildings",),
        ("Not known: We do not hold this information",),
        ("0",),
    ]


def test_a_reason_alone_is_no_answer() -> None:
    found = row("p1.level_now", {"p1.level_now": {"reason": "Later."}})
    assert (found.lines, found.is_answered) == ((BLANK,), False)


def test_an_answer_stands_beside_that_of_last_time() -> None:
    last = {"p2.local_staff": {"percent": "55"}, "p3.free_use": {"": "yes"}}
    changed = row("p2.local_staff", {"p2.local_staff": share("60", "100")}, last=last)
    assert changed.lines == ("60 of 100 (60%)",)
    assert changed.last_lines == ("55% (percentage only)",)
    assert changed.is_changed
    assert not row("p3.free_use", {"p3.free_use": {"": "yes", "explanation": "As before."}}, last=last).is_changed
    assert row("p3.free_use", {}, last=last).is_changed


def test_an_answer_where_there_was_none_is_a_change_as_well_unless_nothing_was_returned_before() -> None:
    answers = {"about.headcount": {"": "8"}}
    new = row("about.headcount", answers, last={"p3.free_use": {"": "yes"}})
    assert (new.last_lines, new.is_changed) == ((), True)
    assert not row("about.headcount", answers, last=None).is_changed
    assert not row("about.headcount", {"about.headcount": {"explanation": "Later."}}, last={}).is_changed


def test_an_answer_carries_its_explanation_and_its_problems() -> None:
    answers = {"about.headcount": {"": "8", "explanation": "A merger."}}
    problems = [Problem("about.headcount", "", "Hard."), Problem("about.headcount", "", "Soft.", hard=False)]
    found = row("about.headcount", answers, problems=[*problems, Problem("about.fte", "", "Other.")])
    assert found.explanation == "A merger."
    assert (found.hard, found.soft) == (("Hard.",), ("Soft.",))


def test_the_level_table_has_the_rows_that_were_filled_in_and_totals() -> None:
    parts = {
        "operational.ethnic_minority": "1200",
        "operational.white": "3400",
        "operational.not_stated": "5",
        "board.ethnic_minority": "0",
        "board.white": "9",
    }
    found = row(LEVELS, {LEVELS: parts}, "council")
    assert found.table == (
        LEVEL_HEADINGS,
        ("Operational", "1,200", "3,400", "5", "4,605"),
        ("Board", "0", "9", "", "9"),
        ("All", "1,200", "3,409", "5", "4,614"),
    )
    assert found.lines[1] == "Board: 0 ethnic minority, 9 White"


def test_the_totals_of_a_full_level_table_are_those_of_its_rows() -> None:
    table = level_table(full_table(), asking())
    assert len(table) == 1 + 17 + 1
    assert table[-1] == ("All", "170", "1,700", "17", "1,887")


@pytest.mark.parametrize("answers", [{}, {LEVELS: NOT_HELD}, {LEVELS: {"reason": "Later."}}])
def test_a_level_table_that_was_not_filled_in_is_no_table(answers: Answers) -> None:
    assert row(LEVELS, answers).table is None


@pytest.mark.parametrize("typed", ["some", "²", "٣", "1.5", "-1", "9" * 5000])
def test_a_count_that_cannot_be_read_is_shown_as_typed_and_not_added_up(typed: str) -> None:
    parts: Parts = {
        "senior.ethnic_minority": typed,
        "senior.white": "7",
        "board.ethnic_minority": "1",
        "board.white": "2",
    }
    assert level_table(parts, asking("council")) == (
        LEVEL_HEADINGS,
        ("Senior", typed, "7", "", "7"),
        ("Board", "1", "2", "", "3"),
        ("All", "1", "9", "0", "10"),
    )


@given(st.text(), st.text())
def test_an_anchor_is_made_of_letters_digits_and_hyphens(key: str, part: str) -> None:
    assert re.fullmatch(r"q-[A-Za-z0-9-]*", anchor_of(key, part))


def test_every_box_of_a_version_has_an_anchor_of_its_own() -> None:
    for version in (PRINTED, CURRENT):
        anchors = [anchor_of(question.key) for question in version.questions]
        assert len(set(anchors)) == len(anchors)
    assert anchor_of("workforce.levels", "band_1.white") == "q-workforce-levels-band-1-white"
