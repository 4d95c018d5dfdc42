"""Answers in general, and those of one part or several choices: read as typed, refused and said in words."""

from datetime import date

import pytest

from anchor_portal.domain.answers.answer import order_parts, read_answer, say_answer, say_reason
from anchor_portal.domain.answers.parts import is_blank, is_state
from anchor_portal.domain.questionnaire.version import Kind, Question, Unit
from tests.domain.circumstances import (
    CURRENT,
    PRINTED,
    Parts,
    asking,
    full_answers,
    only_problem,
    question,
    read,
)

LINK = Question("x.link", Kind.LINK, "about", "Where is it?", "Web page")
POUNDS = Question("x.pounds", Kind.NUMBER, "about", "How much?", "Amount", unit=Unit.GBP)
BARE = Question("x.count", Kind.NUMBER, "about", "How many?", "Count")
CASES, LEVELS = "p7.case_studies", "workforce.levels"


def said(key: str, parts: Parts) -> tuple[str, ...]:
    return say_answer(question(key), parts, asking())


def messages(key: str, parts: Parts) -> list[tuple[str, str]]:
    return [(problem.part, problem.message) for problem in read(key, parts).problems]


# Blank, zero, not applicable, not known


def test_white_space_and_signs_that_nobody_sees_are_a_blank_answer() -> None:
    for typed in ("", " \n\t", "\u00a0", "\x00", "\u200b"):
        assert read("about.boundary", typed).parts == {}
        assert read(CASES, {"1.title": typed, "1.story": typed}).parts == {}


def test_blank_zero_not_applicable_and_not_known_are_four_different_answers() -> None:
    blank = read("about.headcount", "").parts
    zero = read("about.headcount", "0").parts
    unknown = read("about.headcount", {"state": "not_known", "reason": "not_held"}).parts
    not_applicable = read("p3.free_use", {"state": "not_applicable", "reason": "no_public_buildings"}).parts
    assert (blank, zero) == ({}, {"": "0"})
    assert [is_blank(parts) for parts in (blank, zero, unknown, not_applicable)] == [True, False, False, False]
    assert [is_state(parts) for parts in (blank, zero, unknown, not_applicable)] == [False, False, True, True]
    assert said("about.headcount", blank) == ()
    assert said("about.headcount", zero) == ("0",)
    assert said("about.headcount", unknown) == ("Not known: We do not hold this information",)
    assert said("p3.free_use", not_applicable) == ("Not applicable: We have no public buildings",)


def test_a_reason_or_an_explanation_alone_is_no_answer_and_is_kept() -> None:
    reading = read("p1.level_now", {"reason": "We measure it now.", "explanation": "New board."})
    assert reading.parts == {"reason": "We measure it now.", "explanation": "New board."}
    assert is_blank(reading.parts)
    assert reading.is_sound


@pytest.mark.parametrize("reason", ["", "other", " other "])
def test_a_state_without_its_reason_is_refused(reason: str) -> None:
    assert messages("about.headcount", {"state": "not_known", "reason": reason}) == [
        ("reason", "Headcount: say why this is not known")
    ]
    assert messages("p3.free_use", {"state": "not_applicable", "reason": reason}) == [
        ("reason", "Free use of buildings: say why this is not applicable")
    ]


def test_a_reason_may_be_written_in_words() -> None:
    reading = read("about.headcount", {"state": " not_known ", "reason": " Payroll moves\nin July. "})
    assert reading.parts == {"state": "not_known", "reason": "Payroll moves\nin July."}
    assert said("about.headcount", reading.parts) == ("Not known: Payroll moves\nin July.",)
    assert say_reason("") == "no reason given"


def test_both_a_state_and_an_answer_are_refused_and_both_are_kept() -> None:
    typed = {"": "812", "state": "not_known", "reason": "not_held"}
    reading = read("about.headcount", typed)
    assert reading.parts == typed
    assert only_problem(reading).part == "state"
    assert only_problem(reading).message == (
        "Headcount: either give an answer, or say that it is not known or not applicable, but not both"
    )


def test_a_state_stands_beside_the_basis_that_a_form_posts_with_every_share() -> None:
    reading = read("p2.local_staff", {"basis": "actual", "state": "not_known", "reason": "not_held"})
    assert reading.parts == {"state": "not_known", "reason": "not_held"}
    assert reading.is_sound


def test_not_applicable_is_allowed_only_where_the_questionnaire_says_so() -> None:
    typed = {"state": "not_applicable", "reason": "no_public_buildings"}
    allowed = {key.key for key in CURRENT.questions if read_answer(key, typed, asking()).is_sound}
    assert allowed == {"p3.free_use", "p6.prevention_pledge"}
    assert messages("about.headcount", typed) == [
        ("state", "Headcount cannot be “not applicable”: give an answer, or say that it is not known and why")
    ]


def test_any_question_but_the_sign_off_may_be_not_known() -> None:
    typed = {"state": "not_known", "reason": "not_held"}
    for version in (PRINTED, CURRENT):
        refused = [each.key for each in version.questions if not read_answer(each, typed, asking()).is_sound]
        assert refused == ["signoff"]


def test_a_state_that_does_not_exist_is_refused_with_those_that_do() -> None:
    assert messages("about.headcount", {"state": "unsure", "reason": "x"}) == [
        ("state", "Headcount: say “Not applicable” (not_applicable) or “Not known” (not_known), not “unsure”")
    ]


@pytest.mark.parametrize("part", ["reason", "explanation"])
def test_a_reason_or_an_explanation_has_its_greatest_length(part: str) -> None:
    assert read("about.headcount", {"": "8", part: "x" * 1000}).is_sound
    reading = read("about.headcount", {"": "8", part: "x" * 1001})
    assert only_problem(reading).part == part
    assert only_problem(reading).message == (
        f"Headcount: the {part} must be 1,000 characters or fewer, and it has 1,001"
    )


def test_a_part_that_a_question_has_not_is_refused_with_those_that_it_has() -> None:
    assert messages("about.headcount", {"x": "8"}) == [
        ("x", "Headcount has no part “x”: it is one value, and its part is left empty")
    ]
    assert messages("p2.local_staff", {"": "8"}) == [
        ("", "Employees living locally has no part “”: use numerator, denominator, unknown, basis or percent")
    ]
    assert messages(LEVELS, {"senior.white": "8"}) == [
        (
            "senior.white",
            "Employees by level and ethnicity has no part “senior.white”: use one like "
            "band_1.ethnic_minority or other.not_stated",
        )
    ]
    assert messages(CASES, {"1.author": "x"})[0] == (
        "1.author",
        "Case studies has no part “1.author”: use title, story, pledge, place or publish after a number, as in 1.title",
    )


def test_parts_that_a_question_has_not_are_named_in_the_order_in_which_they_came() -> None:
    typed = {letter: "x" for letter in "qwertyuiop"}
    assert [part for part, _ in messages("about.headcount", typed)] == list(typed)
    assert list(read("about.headcount", typed).parts) == list(typed)


# Choices


def test_a_choice_is_read_by_its_code_and_said_by_its_label() -> None:
    assert read("p3.free_use", " some ").parts == {"": "some"}
    assert said("p3.free_use", {"": "some"}) == ("In some buildings",)
    assert said("p5.charter_signed", {"": "yes"}) == ("Yes",)
    assert said("p1.rlw_rate_year", {"": "2025-26"}) == ("2025-26 (£13.45 an hour)",)
    assert said("p1.level_now", {"": "2", "reason": "New."}) == ("2 Developing", "Reason: New.")


def test_a_choice_that_is_not_offered_is_refused_with_labels_for_people_and_codes_for_files() -> None:
    assert messages("p3.free_use", {"": "Some"}) == [
        (
            "",
            "Free use of buildings: “Some” is not one of the answers. "
            "Choose “Yes” (yes), “In some buildings” (some) or “No” (no)",
        )
    ]
    assert messages("p5.charter_signed", {"": "Y"}) == [
        ("", "Social Value Charter signed: “Y” is not one of the answers. Choose “Yes” (yes) or “No” (no)")
    ]
    assert messages("p1.rlw_rate_year", {"": "2031-32"})[0][1].endswith("or “2025-26 (£13.45 an hour)” (2025-26)")


def test_a_rate_cannot_be_chosen_while_there_are_none() -> None:
    reading = read_answer(question("p1.rlw_rate_year"), {"": "2025-26"}, asking(rates=()))
    assert only_problem(reading).message.endswith("is not one of the answers. There is nothing to choose from yet")


def test_several_choices_are_read_said_and_ordered_as_the_questionnaire_has_them() -> None:
    parts = read("p6.marmot", {"theme-8": "yes", "theme-1": " yes"}).parts
    assert parts == {"theme-1": "yes", "theme-8": "yes"}
    assert order_parts(question("p6.marmot"), {"theme-8": "yes", "theme-1": "yes"}, asking()) == ("theme-1", "theme-8")
    assert said("p6.marmot", {"theme-8": "yes", "theme-1": "yes"}) == (
        "Give every child the best start in life",
        "Pursue environmental sustainability and health equity together",
    )


def test_one_of_several_choices_is_yes_or_left_out() -> None:
    assert messages("p6.marmot", {"theme-1": "no"}) == [
        (
            "theme-1",
            "Marmot themes: “Give every child the best start in life” can only be “yes”, "
            "or left out where it was not chosen",
        )
    ]
    assert messages("p6.marmot", {"theme-9": "yes"})[0][1].startswith(
        "Marmot themes has no part “theme-9”: use theme-1"
    )


# Numbers, dates, years, links, text


def test_a_number_has_the_decimals_of_its_unit() -> None:
    assert read("about.headcount", "1,234").parts == {"": "1234"}
    assert read("about.fte", "1,234.5").parts == {"": "1234.50"}
    assert read_answer(POUNDS, {"": "£12"}, asking()).parts == {"": "12.00"}
    assert read_answer(BARE, {"": "12.0"}, asking()).parts == {"": "12"}
    assert said("about.headcount", {"": "1234"}) == ("1,234",)
    assert said("about.fte", {"": "1234.50"}) == ("1,234.5 FTE",)
    assert say_answer(POUNDS, {"": "1234.50"}, asking()) == ("£1,234.50",)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("200,001", "Headcount must be 200,000 or less"),
        ("12.5", "Headcount must be a whole number, like 1,200"),
        ("-1", "Headcount cannot be negative. Give 0 or more"),
    ],
)
def test_an_impossible_number_is_refused_and_kept_as_typed(typed: str, message: str) -> None:
    reading = read("about.headcount", typed)
    assert only_problem(reading).message == message
    assert reading.parts == {"": typed}
    assert said("about.headcount", reading.parts) == (typed,)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("21/7/2026", "Snapshot date cannot be in the future. Give today or a day before"),
        ("31/12/1899", "Snapshot date must be in 1900 or later"),
        ("31/6/2026", "Snapshot date must be a real date, like 30 6 2026"),
    ],
)
def test_a_day_that_has_not_come_or_never_was_is_refused(typed: str, message: str) -> None:
    assert only_problem(read("about.snapshot_date", typed)).message == message


def test_today_is_not_in_the_future() -> None:
    reading = read("about.snapshot_date", "20 July 2026")
    assert reading.parts == {"": "2026-07-20"}
    assert reading.is_sound
    assert said("about.snapshot_date", reading.parts) == ("20 July 2026",)


@pytest.mark.parametrize("typed", ["2000", "2040", " 2100 "])
def test_a_year_has_four_digits(typed: str) -> None:
    assert read("p4.target_year", typed).parts == {"": typed.strip()}


@pytest.mark.parametrize("typed", ["1999", "2101", "40", "2040.0", "2,040", "２０４０", "soon"])
def test_a_year_far_away_or_in_words_is_refused(typed: str) -> None:
    assert only_problem(read("p4.target_year", typed)).message == (
        "Net zero target year must be a year between 2000 and 2100, like 2040"
    )


@pytest.mark.parametrize("typed", ["https://example.org", "HTTP://example.org/a?b=c#d", " https://exämple.org/ü "])
def test_a_web_address_is_kept(typed: str) -> None:
    assert read_answer(LINK, {"": typed}, asking()).parts == {"": typed.strip()}


@pytest.mark.parametrize(
    "typed",
    [
        "www.example.org",
        "javascript:alert(1)",
        "ftp://example.org",
        "https://",
        "https://:80",
        "https://user@",
        "https://exa mple.org",
        "https://example.org:port",
        "https://example.org:99999",
        "https://[",
        "//example.org",
        "nonsense",
    ],
)
def test_what_is_no_web_address_is_refused(typed: str) -> None:
    assert only_problem(read_answer(LINK, {"": typed}, asking())).message == (
        "Web page must be a whole web address that begins with https:// or http://"
    )


def test_a_web_address_has_a_greatest_length() -> None:
    address = "https://example.org/" + "a" * 2000
    assert only_problem(read_answer(LINK, {"": address}, asking())).message == (
        "Web page must be 2,000 characters or fewer, and it has 2,020"
    )


def test_a_text_is_kept_up_to_its_length_counted_as_it_is_kept() -> None:
    assert read("about.boundary", "é" * 5000).is_sound
    assert read("about.boundary", "e\u0301" * 5000 + "  \r\n").parts == {"": "é" * 5000}
    problem = only_problem(read("about.boundary", "x" * 5001))
    assert problem.message == "What the return covers must be 5,000 characters or fewer, and it has 5,001"


def test_a_text_is_said_line_by_line() -> None:
    assert said("about.boundary", {"": "One.\n\nTwo."}) == ("One.", "", "Two.")


# All of it


@pytest.mark.parametrize("sector", ["nhs-trust", "council", "primary-care"])
def test_a_full_return_reads_back_as_it_stands(sector: str) -> None:
    for key, parts in full_answers(sector).items():
        reading = read_answer(question(key), parts, asking(sector))
        assert (key, reading.parts, reading.problems) == (key, parts, ())


def test_the_same_answer_reads_the_same_in_whatever_order_its_parts_come() -> None:
    for key, parts in full_answers().items():
        backwards = read_answer(question(key), dict(reversed(parts.items())), asking())
        assert list(backwards.parts) == list(read_answer(question(key), parts, asking()).parts)


def test_a_date_in_a_later_round_is_read_with_the_day_of_that_round() -> None:
    later = asking(today=date(2027, 1, 8))
    assert read_answer(question("about.snapshot_date"), {"": "2026-12-31"}, later).is_sound
