"""What is asked of whom, what may stay blank, and what the task list says of each section."""

import pytest

from anchor_portal.domain.answers.completeness import (
    Reviewed,
    SectionStatus,
    asked_in,
    first_part,
    is_asked,
    is_for,
    left_blank,
    need_of,
    section_status,
)
from anchor_portal.domain.answers.parts import Answers, Problem
from anchor_portal.domain.questionnaire.version import Kind, Need, Questionnaire
from anchor_portal.domain.sectors import SECTORS
from tests.domain.circumstances import (
    CURRENT,
    PRINTED,
    Parts,
    asking,
    full_answers,
    full_printed_answers,
    question,
    reviewed,
    share,
)

PREVENTION, ITS_DATE = "p6.prevention_pledge", "p6.prevention_pledge_date"
NOT_NHS = {"state": "not_applicable", "reason": "not_nhs_provider"}
NOT_HELD = {"state": "not_known", "reason": "not_held"}
REQUIRED = ["about.boundary", *(f"p{number}.narrative" for number in range(1, 7)), "signoff"]


def status(
    code: str, typed: Answers, sector: str = "nhs-trust", questionnaire: Questionnaire = CURRENT
) -> SectionStatus:
    found = reviewed(typed, sector, questionnaire=questionnaire)
    return section_status(questionnaire.section(code), found, asking(sector))


def missing(found: Reviewed) -> list[str]:
    return [problem.question for problem in found.hard]


def keys(questions: object) -> list[str]:
    return [each.key for each in questions]  # type: ignore[attr-defined]


# What is asked


@pytest.mark.parametrize("sector", SECTORS)
def test_the_prevention_pledge_is_asked_of_trusts_and_may_be_answered_by_primary_care(sector: str) -> None:
    asked = sector in {"nhs-trust", "primary-care"}
    for version in (PRINTED, CURRENT):
        assert is_for(version.question(PREVENTION), asking(sector)) == asked
        assert is_asked(version.question(PREVENTION), {}, asking(sector)) == asked
        assert (need_of(version.question(PREVENTION), asking(sector)) is Need.EXPECTED) == (sector != "primary-care")


def test_everything_else_is_asked_of_everybody() -> None:
    for version in (PRINTED, CURRENT):
        for sector in SECTORS:
            unasked = {each.key for each in version.questions if not is_for(each, asking(sector))}
            assert unasked <= {PREVENTION, ITS_DATE}


@pytest.mark.parametrize(
    ("parent", "child", "opens", "shuts"),
    [
        ("p4.green_plan", "p4.target_year", ["yes"], ["in_progress", "no", "YES", ""]),
        ("p5.award_achieved", "p5.award_date", ["yes"], ["no", "maybe"]),
        ("p6.initiatives", "p6.marmot", ["yes"], ["no"]),
    ],
)
def test_a_conditional_question_is_asked_only_after_the_answer_that_it_goes_with(
    parent: str, child: str, opens: list[str], shuts: list[str]
) -> None:
    for value in opens:
        assert is_asked(question(child), {parent: {"": value}}, asking())
    for value in shuts:
        assert not is_asked(question(child), {parent: {"": value}}, asking())
    assert not is_asked(question(child), {}, asking())
    assert not is_asked(question(child), {parent: NOT_HELD}, asking())


def test_answers_to_what_is_no_longer_asked_are_left_out_of_the_return() -> None:
    typed = full_answers() | {"p4.green_plan": {"": "no"}, "p4.target_year": {"": "never"}}
    found = reviewed(typed, complete=True)
    assert "p4.target_year" not in found.answers
    assert "p4.approved_on" not in found.answers
    assert found.hard == ()


def test_a_question_that_goes_with_one_that_is_not_asked_is_not_asked_either() -> None:
    typed = {PREVENTION: {"": "yes"}, ITS_DATE: {"": "2024-02-29"}}
    assert reviewed(typed, "council").answers == {}
    assert reviewed(typed, "primary-care").answers == typed


def test_who_is_not_asked_may_say_that_it_does_not_apply_and_that_is_kept() -> None:
    for version in (PRINTED, CURRENT):
        assert reviewed({PREVENTION: NOT_NHS}, "council", questionnaire=version).answers == {PREVENTION: NOT_NHS}


@pytest.mark.parametrize("given", [{"": "yes"}, NOT_HELD, {"state": "not_applicable"}, NOT_NHS | {"": "yes"}])
def test_anything_else_from_those_who_are_not_asked_is_left_out_without_a_word(given: Parts) -> None:
    found = reviewed({PREVENTION: given}, "council")
    assert (found.answers, found.problems) == ({}, ())


def test_what_a_condition_hides_is_left_out_even_where_it_says_that_it_does_not_apply() -> None:
    assert reviewed({"p4.target_year": NOT_NHS}).answers == {}


# What may stay blank


def test_a_draft_may_be_blank_and_a_submission_needs_what_is_required() -> None:
    assert reviewed({}).problems == ()
    assert missing(reviewed({}, complete=True)) == REQUIRED
    assert missing(reviewed({}, complete=True, questionnaire=PRINTED)) == ["signoff"]


def test_a_required_blank_is_named_at_the_box_that_it_leads_to() -> None:
    found = reviewed({}, complete=True)
    assert found.problems[0] == Problem(
        "about.boundary", "", "What the return covers: this must be answered before the return is submitted"
    )
    assert found.problems[-1].part == "name"


def test_a_reason_alone_does_not_answer_what_is_required() -> None:
    assert "p1.narrative" in missing(reviewed({"p1.narrative": {"reason": "No time."}}, complete=True))


def test_not_known_answers_what_is_required() -> None:
    assert "p1.narrative" not in missing(reviewed({"p1.narrative": NOT_HELD}, complete=True))


@pytest.mark.parametrize("sector", ["nhs-trust", "council", "primary-care", "vcse"])
def test_a_full_return_has_no_problem_and_nothing_left_blank(sector: str) -> None:
    for version, answers in ((CURRENT, full_answers(sector)), (PRINTED, full_printed_answers(sector))):
        found = reviewed(answers, sector, complete=True, questionnaire=version)
        assert found.problems == ()
        assert found.answers == answers
        assert left_blank(version, found, asking(sector)) == ()


def test_expected_questions_that_are_blank_are_listed_and_the_rest_is_not() -> None:
    found = reviewed({"p1.narrative": {"": "Words."}, "p2.local_staff": NOT_HELD, "p6.initiatives": {"": "yes"}})
    blank = keys(left_blank(CURRENT, found, asking()))
    assert blank[:3] == ["about.snapshot_date", "about.headcount", "about.fte"]
    assert {"p6.marmot", "p6.core20plus5", "workforce.levels"} <= set(blank)
    assert not {"p2.local_staff", "p2.narrative", "p2.evidence", "p4.target_year", "p7.case_studies"} & set(blank)
    assert "signoff" not in blank


def test_primary_care_is_not_reminded_of_the_prevention_pledge_and_a_trust_is() -> None:
    for sector, expected in (("nhs-trust", True), ("primary-care", False), ("council", False)):
        found = reviewed({}, sector)
        assert (PREVENTION in keys(left_blank(CURRENT, found, asking(sector)))) == expected


# Sections


def test_a_section_is_not_started_then_in_progress_then_completed() -> None:
    typed: dict[str, Parts] = {}
    assert status("about", typed) is SectionStatus.NOT_STARTED
    for key, parts in full_answers().items():
        if key.startswith("about."):
            typed[key] = parts
            last = key == "about.fte"
            assert status("about", typed) is (SectionStatus.COMPLETED if last else SectionStatus.IN_PROGRESS)


def test_a_section_with_an_unreadable_answer_has_a_problem() -> None:
    full = full_answers()
    assert status("about", full | {"about.headcount": {"": "many"}}) is SectionStatus.TO_MEND
    assert status("about", {"about.headcount": {"": "many"}}) is SectionStatus.TO_MEND
    assert status("pledge-2", full | {"about.headcount": {"": "many"}}) is SectionStatus.COMPLETED


def test_a_section_whose_answers_contradict_each_other_has_a_problem() -> None:
    assert status("about", full_answers() | {"about.fte": {"": "9000.00"}}) is SectionStatus.TO_MEND


def test_a_problem_of_a_reason_alone_is_a_problem() -> None:
    assert status("pledge-1", {"p1.level_now": {"reason": "x" * 1001}}) is SectionStatus.TO_MEND


def test_what_is_required_and_blank_is_in_progress_and_no_problem() -> None:
    found = reviewed({"p1.rlw_staff": share("9", "10")}, complete=True)
    assert section_status(CURRENT.section("pledge-1"), found, asking()) is SectionStatus.IN_PROGRESS
    assert section_status(CURRENT.section("pledge-3"), found, asking()) is SectionStatus.NOT_STARTED


def test_not_known_and_not_applicable_complete_a_section() -> None:
    typed = {"p3.free_use": {"state": "not_applicable", "reason": "no_public_buildings"}, "p3.narrative": {"": "None."}}
    assert status("pledge-3", typed) is SectionStatus.COMPLETED
    assert status("workforce", {"workforce.levels": NOT_HELD}) is SectionStatus.COMPLETED


def test_optional_questions_do_not_hold_a_section_up_nor_complete_it_alone() -> None:
    assert status("pledge-3", {"p3.level_now": {"": "2"}}) is SectionStatus.IN_PROGRESS
    assert status("pledge-3", {"p3.free_use": {"": "no"}, "p3.narrative": {"": "None."}}) is SectionStatus.COMPLETED


def test_a_section_of_optional_questions_is_completed_by_any_of_them() -> None:
    assert status("pledge-7", {}) is SectionStatus.NOT_STARTED
    assert status("pledge-7", {"p7.level_now": {"": "2"}}) is SectionStatus.COMPLETED
    assert status("pledge-7", {"p7.case_study": {"": "Words."}}, questionnaire=PRINTED) is SectionStatus.COMPLETED


def test_a_reason_alone_starts_no_section() -> None:
    assert status("pledge-7", {"p7.level_now": {"reason": "Later."}}) is SectionStatus.NOT_STARTED


def test_an_answer_that_opens_others_takes_a_section_back_to_in_progress() -> None:
    typed = {key: parts for key, parts in full_answers("council").items() if key.startswith("p6.")}
    assert status("pledge-6", typed, "council") is SectionStatus.COMPLETED
    del typed["p6.marmot"]
    assert status("pledge-6", typed, "council") is SectionStatus.IN_PROGRESS
    assert status("pledge-6", typed | {"p6.initiatives": {"": "no"}}, "council") is SectionStatus.COMPLETED


def test_pledge_6_is_complete_without_the_prevention_pledge_for_all_but_trusts() -> None:
    for sector, expected in (
        ("nhs-trust", SectionStatus.IN_PROGRESS),
        ("primary-care", SectionStatus.COMPLETED),
        ("council", SectionStatus.COMPLETED),
    ):
        typed = {"p6.initiatives": {"": "no"}, "p6.narrative": {"": "Words."}}
        assert status("pledge-6", typed, sector) is expected
        assert PREVENTION not in keys(asked_in(CURRENT.section("pledge-6"), typed, asking("council")))


def test_problems_are_told_apart_and_found_by_question() -> None:
    hard, soft = Problem("a", "", "Hard."), Problem("b", "", "Soft.", hard=False)
    found = Reviewed({}, (soft, hard))
    assert (found.hard, found.soft) == ((hard,), (soft,))
    assert found.of(["b", "c"]) == (soft,)


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (Kind.NUMBER, ""),
        (Kind.SHARE, "numerator"),
        (Kind.SIGNOFF, "name"),
        (Kind.CASE_STUDIES, "1.title"),
        (Kind.FILES, "upload"),
    ],
)
def test_a_message_about_a_whole_question_leads_to_its_first_box(kind: Kind, part: str) -> None:
    assert first_part(question("about.headcount", kind=kind)) == part


def test_a_message_about_a_percentage_alone_leads_to_its_one_box() -> None:
    assert first_part(question("p1.rlw_staff", PRINTED)) == "percent"
