"""The numbers of a return as rows that can be added up, and what counts as an answer on a pledge."""

from decimal import Decimal

import pytest

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.figures.measures import Measure, answered_on, measures_of, pledges_evidenced
from anchor_portal.domain.questionnaire.version import Kind, Option, Questionnaire
from tests.domain.circumstances import (
    CURRENT,
    PRINTED,
    Parts,
    asking,
    full_answers,
    full_printed_answers,
    level_table,
    question,
    share,
)

NOT_HELD = {"state": "not_known", "reason": "not_held"}
NO_BUILDINGS = {"state": "not_applicable", "reason": "no_public_buildings"}
LEVELS = "workforce.levels"


def measures(answers: Answers, sector: str = "nhs-trust", version: Questionnaire = CURRENT) -> dict[str, Measure]:
    """The measures by key, and by key and row for those of a level."""
    found = measures_of(version, answers, asking(sector))
    assert len({(each.key, each.row) for each in found}) == len(found)
    return {f"{each.key}/{each.row}".rstrip("/"): each for each in found}


def answered(
    code: str, answers: Answers, sector: str = "nhs-trust", version: Questionnaire = CURRENT
) -> tuple[int, int]:
    return answered_on(version.section(code), answers, asking(sector))


def evidenced(answers: Answers, sector: str = "nhs-trust", version: Questionnaire = CURRENT) -> tuple[int, ...]:
    return pledges_evidenced(version, answers, asking(sector))


def test_a_share_gives_its_counts_exactly() -> None:
    found = measures({"p2.local_fte": share("812.50", "1290.25", "3.50"), "p2.local_spend": share("1.10", "2.20")})
    assert found["p2.local_fte"] == Measure("p2.local_fte", "", Decimal("812.50"), Decimal("1290.25"), Decimal("3.50"))
    assert found["p2.local_spend"] == Measure("p2.local_spend", "", Decimal("1.10"), Decimal("2.20"), Decimal(0))


def test_a_percentage_alone_gives_no_counts() -> None:
    expected = Measure("p2.local_staff", "", None, None, Decimal(0), Decimal("62.9"))
    assert measures({"p2.local_staff": {"percent": "62.9", "basis": "estimate"}})["p2.local_staff"] == expected
    assert measures({"p2.local_staff": {"percent": "62.9"}}, version=PRINTED)["p2.local_staff"] == expected


def test_agency_staff_are_never_pooled() -> None:
    for answers in ({"p1.rlw_agency": share("90", "100")}, {"p1.rlw_agency": {"percent": "90"}}):
        assert "p1.rlw_agency" not in measures(answers)
    assert "p1.rlw_agency" not in measures({"p1.rlw_agency": {"percent": "90"}}, version=PRINTED)


def test_a_number_stands_alone() -> None:
    found = measures({"about.headcount": {"": "0"}, "about.fte": {"": "812.50"}})
    assert found["about.headcount"] == Measure("about.headcount", "", Decimal(0), None, Decimal(0))
    assert found["about.fte"].numerator == Decimal("812.50")


@pytest.mark.parametrize(("answer", "counted"), [("yes", 1), ("no", 0), ("some", 0)])
def test_yes_counts_as_one_of_one_and_every_other_answer_as_none_of_one(answer: str, counted: int) -> None:
    expected = Measure("p3.free_use", "", Decimal(counted), Decimal(1), Decimal(0))
    assert measures({"p3.free_use": {"": answer}})["p3.free_use"] == expected


def test_choices_without_a_yes_and_choices_of_several_are_no_measures() -> None:
    found = measures(full_answers())
    assert not {"p1.rlw_rate_year", "p1.level_now", "p6.marmot", "p7.case_studies", "about.boundary", "signoff"} & set(
        found
    )


def test_several_choices_of_which_one_is_called_yes_are_no_measure() -> None:
    marmot = question("p6.marmot", options=(Option("yes", "Yes"), Option("no", "No")))
    section = CURRENT.section("pledge-6")
    version = Questionnaire("x", "X", CURRENT.pledges, (type(section)("a", "A", (marmot,)), CURRENT.sections[-1]), "")
    assert marmot.kind is Kind.CHOICES
    assert measures({"p6.marmot": {"yes": "yes"}}, version=version) == {}


@pytest.mark.parametrize("parts", [{}, NOT_HELD, NO_BUILDINGS, {"reason": "Later."}, {"explanation": "Later."}])
def test_what_was_not_answered_gives_no_measure(parts: Parts) -> None:
    found = measures({"p3.free_use": parts, "about.headcount": parts, "p2.local_fte": parts, LEVELS: parts})
    assert set(found) == {f"pledge.{number}" for number in range(1, 8)}


@pytest.mark.parametrize(("sector", "rows"), [("nhs-trust", 17), ("council", 4)])
def test_the_rows_of_the_level_table_add_up_to_its_total(sector: str, rows: int) -> None:
    found = [each for each in measures_of(CURRENT, {LEVELS: level_table(sector)}, asking(sector)) if each.key == LEVELS]
    assert [each.row for each in found] == ["", *(level.code for level in asking(sector).levels)]
    assert found[0] == Measure(LEVELS, "", Decimal(10 * rows), Decimal(110 * rows), Decimal(rows))
    assert found[1] == Measure(LEVELS, found[1].row, Decimal(10), Decimal(110), Decimal(1))


def test_a_level_that_was_left_blank_gives_no_row_and_one_with_nobody_does() -> None:
    parts = {
        "senior.ethnic_minority": "0",
        "senior.white": "0",
        "board.ethnic_minority": "2",
        "board.white": "9",
        "board.not_stated": "1",
        "reason": "Figures of 31 March.",
    }
    found = measures({LEVELS: parts}, "council")
    assert {key for key in found if key.startswith(LEVELS)} == {LEVELS, f"{LEVELS}/senior", f"{LEVELS}/board"}
    assert found[f"{LEVELS}/senior"] == Measure(LEVELS, "senior", Decimal(0), Decimal(0), Decimal(0))
    assert found[LEVELS] == Measure(LEVELS, "", Decimal(2), Decimal(11), Decimal(1))


def test_each_pledge_has_a_measure_of_what_was_answered_of_what_was_asked() -> None:
    found = measures(full_answers())
    counts = [f"{found[f'pledge.{n}'].numerator} of {found[f'pledge.{n}'].denominator}" for n in range(1, 8)]
    assert counts == ["4 of 4", "5 of 5", "2 of 2", "2 of 2", "3 of 3", "4 of 5", "1 of 1"]
    assert [key for key in measures({}) if key.startswith("pledge.")] == [f"pledge.{n}" for n in range(1, 8)]


def test_who_is_not_asked_for_the_prevention_pledge_is_asked_one_question_less() -> None:
    assert answered("pledge-6", full_answers("council"), "council") == (3, 4)
    assert answered("pledge-6", full_answers("primary-care"), "primary-care") == (3, 4)
    declared = {"p6.prevention_pledge": {"state": "not_applicable", "reason": "not_nhs_provider"}}
    assert answered("pledge-6", full_answers("council") | declared, "council") == (3, 4)


def test_conditional_questions_count_once_they_are_asked() -> None:
    assert answered("pledge-6", {"p6.initiatives": {"": "no"}}, "council") == (1, 2)
    assert answered("pledge-6", {"p6.initiatives": {"": "yes"}}, "council") == (1, 4)


def test_not_known_is_no_evidence_and_not_applicable_is_an_answer() -> None:
    assert answered("pledge-3", {"p3.free_use": NOT_HELD}) == (0, 2)
    assert answered("pledge-3", {"p3.free_use": NO_BUILDINGS}) == (1, 2)
    assert answered("pledge-3", {"p3.free_use": {"reason": "Later."}}) == (0, 2)


def test_a_section_of_optional_questions_counts_as_one() -> None:
    assert answered("pledge-7", {}) == (0, 1)
    cases = {"p7.case_studies": {"1.title": "T", "1.story": "S"}, "p7.evidence": {"1.link": "https://example.org"}}
    assert answered("pledge-7", cases) == (1, 1)
    assert answered("pledge-7", {"p7.case_study": {"": "Words."}}, version=PRINTED) == (1, 1)


def test_how_an_organisation_sees_itself_is_no_evidence() -> None:
    own_view = {"p7.level_now": {"": "4"}, "p7.level_aim": {"": "4"}}
    assert answered("pledge-7", own_view) == (0, 1)
    assert evidenced(own_view) == ()


@pytest.mark.parametrize("sector", ["nhs-trust", "council"])
def test_a_full_return_evidences_every_pledge(sector: str) -> None:
    assert evidenced(full_answers(sector), sector) == (1, 2, 3, 4, 5, 6, 7)
    assert evidenced(full_printed_answers(sector), sector, PRINTED) == (1, 2, 3, 4, 5, 6, 7)


def test_a_pledge_on_which_nothing_is_known_is_not_evidenced() -> None:
    assert evidenced({}) == ()
    assert evidenced({"p3.free_use": NOT_HELD, "about.headcount": {"": "8"}, LEVELS: level_table()}) == ()


def test_a_pledge_that_does_not_apply_is_not_evidenced_by_saying_so() -> None:
    assert evidenced({"p3.free_use": NO_BUILDINGS}) == ()
    assert evidenced({"p3.free_use": NO_BUILDINGS, "p3.narrative": {"": "We have none, but lend vans."}}) == (3,)


def test_words_evidence_a_pledge_even_where_they_are_optional() -> None:
    assert evidenced({"p4.narrative": {"": "We planted a wood."}}, version=PRINTED) == (4,)
