"""Answers of many parts: levels, case studies, evidence and the sign-off."""

import pytest

from anchor_portal.domain.answers.answer import order_parts, read_answer, say_answer
from anchor_portal.domain.answers.parts import Asking
from tests.domain.circumstances import SIGNOFF, Parts, asking, level_table, only_problem, question, read

CASES, LEVELS, EVIDENCE = "p7.case_studies", "workforce.levels", "p1.evidence"


def said(key: str, parts: Parts, circumstances: Asking | None = None) -> tuple[str, ...]:
    return say_answer(question(key), parts, circumstances or asking())


def messages(key: str, parts: Parts, sector: str = "nhs-trust") -> list[tuple[str, str]]:
    return [(problem.part, problem.message) for problem in read(key, parts, sector).problems]


# Levels


def test_levels_have_the_rows_of_their_own_scale() -> None:
    for sector, rows in (("nhs-trust", 17), ("nhs-icb", 17), ("primary-care", 4), ("council", 4)):
        parts = read(LEVELS, level_table(sector), sector).parts
        assert len(parts) == rows * 3
        assert order_parts(question(LEVELS), dict(reversed(parts.items())), asking(sector)) == tuple(parts)
    assert not read(LEVELS, level_table("council"), "nhs-trust").is_sound


def test_a_row_that_was_begun_needs_both_known_columns_and_no_row_needs_all_three() -> None:
    sound = read(LEVELS, {"senior.ethnic_minority": "0", "senior.white": "1,200"}, "council")
    assert sound.parts == {"senior.ethnic_minority": "0", "senior.white": "1200"}
    assert sound.is_sound
    assert messages(LEVELS, {"senior.not_stated": "3"}, "council") == [
        ("senior.ethnic_minority", "Senior: fill in “ethnic minority” too, with 0 where there is nobody"),
        ("senior.white", "Senior: fill in “White” too, with 0 where there is nobody"),
    ]


def test_a_count_that_cannot_be_read_is_named_by_row_and_column() -> None:
    assert messages(LEVELS, {"senior.ethnic_minority": "1", "senior.white": "some"}, "council") == [
        ("senior.white", "Senior, White, must be a number in figures, like 1,200")
    ]


def test_levels_are_said_row_by_row_with_the_reason_for_a_sum_that_differs() -> None:
    parts = {"senior.ethnic_minority": "0", "senior.white": "1200", "board.white": "7", "reason": "31 March."}
    assert said(LEVELS, parts, asking("council")) == (
        "Senior: 0 ethnic minority, 1,200 White",
        "Board: 7 White",
        "Reason: 31 March.",
    )


# Case studies and evidence


def test_case_studies_are_numbered_from_one_and_blank_ones_fall_away() -> None:
    typed = {
        "10.title": "Tenth",
        "10.story": "Told last.",
        "2.title": " ",
        "2.publish": "",
        "3.title": "Third",
        "3.story": "Told first.",
        "3.publish": "no",
    }
    reading = read(CASES, typed)
    assert reading.is_sound
    assert reading.parts == {
        "1.title": "Third",
        "1.story": "Told first.",
        "1.publish": "no",
        "2.title": "Tenth",
        "2.story": "Told last.",
    }


def test_case_studies_are_ordered_by_number_and_not_by_letter() -> None:
    parts = {f"{number}.title": "T" for number in (10, 2, 1)} | {"2.story": "S"}
    assert order_parts(question(CASES), parts, asking()) == ("1.title", "2.title", "2.story", "10.title")


def test_a_case_study_needs_title_and_story() -> None:
    assert messages(CASES, {"1.title": "T", "1.story": "S", "2.pledge": "1"}) == [
        ("2.title", "Case study 2: give it a title"),
        ("2.story", "Case study 2: tell its story"),
    ]


@pytest.mark.parametrize(
    ("part", "typed", "message"),
    [
        ("title", "x" * 201, "Case study 1: the title must be 200 characters or fewer, and it has 201"),
        ("story", "x" * 5001, "Case study 1: the story must be 5,000 characters or fewer, and it has 5,001"),
        ("pledge", "8", "Case study 1: “8” is not one of the pledges. Choose 1, 2, 3, 4, 5, 6 or 7"),
        (
            "publish",
            "maybe",
            "Case study 1: “maybe” does not say whether it may be published. Choose “Yes” (yes) or “No” (no)",
        ),
        ("place", "Leeds", "Case study 1: “Leeds” is not one of the places. Choose “Halton” (E06000006), "),
    ],
)
def test_what_is_wrong_with_a_case_study_names_it(part: str, typed: str, message: str) -> None:
    reading = read(CASES, {"1.title": "T", "1.story": "S"} | {f"1.{part}": typed})
    assert only_problem(reading).part == f"1.{part}"
    assert only_problem(reading).message.startswith(message)
    assert reading.parts[f"1.{part}"] == typed


def test_permission_to_publish_is_never_presumed() -> None:
    parts = {"1.title": "T", "1.story": "One.\nTwo.", "1.pledge": "3", "1.place": "E08000012"}
    about = "Pledge 3; Liverpool; "
    assert said(CASES, parts) == ("T", "One.", "Two.", f"{about}not for publication")
    assert said(CASES, parts | {"1.publish": "no"})[-1] == f"{about}not for publication"
    assert said(CASES, parts | {"1.publish": "yes"})[-1] == f"{about}may be published"


def test_there_are_at_most_ten_case_studies() -> None:
    typed = {f"{number}.{part}": "x" for number in range(1, 12) for part in ("title", "story")}
    assert messages(CASES, typed) == [("", "Case studies: there are 11, and there can be at most 10. Take 1 away")]
    assert read(CASES, {part: text for part, text in typed.items() if not part.startswith("11")}).is_sound


@pytest.mark.parametrize(
    "part", ["0.title", "01.title", "1000.title", "².title", "٣.title", "-1.title", ".title", "title"]
)
def test_a_case_study_with_an_odd_number_is_refused_kept_and_said(part: str) -> None:
    reading = read(CASES, {part: "T"})
    assert reading.parts == {part: "T"}
    assert not reading.is_sound
    assert said(CASES, reading.parts) == (f"{part}: T",)


def test_evidence_is_a_link_with_caption_and_date() -> None:
    typed = {"2.link": " https://example.org/a ", "2.caption": " Our\nreport ", "2.about": "1 May 2026"}
    parts = read(EVIDENCE, typed).parts
    assert parts == {"1.link": "https://example.org/a", "1.caption": "Our report", "1.about": "2026-05-01"}
    assert said(EVIDENCE, parts) == ("Our report: https://example.org/a (1 May 2026)",)
    assert said(EVIDENCE, {"1.link": "https://example.org/a"}) == ("https://example.org/a",)


@pytest.mark.parametrize(
    ("typed", "part", "message"),
    [
        ({"1.caption": "C"}, "1.link", "Pledge 1 evidence, item 1: give its link"),
        ({"1.link": "x"}, "1.link", "Pledge 1 evidence, item 1: the link must be a whole web address"),
        ({"1.link": "https://a.org", "1.about": "2026-08-01"}, "1.about", "Pledge 1 evidence, item 1: the date cannot"),
        (
            {"1.link": "https://a.org", "1.caption": "x" * 201},
            "1.caption",
            "Pledge 1 evidence, item 1: the caption must",
        ),
    ],
)
def test_what_is_wrong_with_a_piece_of_evidence_names_its_pledge(typed: Parts, part: str, message: str) -> None:
    problem = only_problem(read(EVIDENCE, typed))
    assert problem.part == part
    assert problem.message.startswith(message)


# Sign-off


def test_a_sign_off_is_name_role_and_date() -> None:
    typed = {"date": "10/7/2026", "role": " Chief  executive ", "name": "Siân O’Example"}
    reading = read_answer(SIGNOFF, typed, asking())
    assert reading.parts == {"name": "Siân O’Example", "role": "Chief executive", "date": "2026-07-10"}
    assert order_parts(SIGNOFF, typed, asking()) == ("name", "role", "date")
    assert say_answer(SIGNOFF, reading.parts, asking()) == ("Siân O’Example, Chief executive", "10 July 2026")


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ("name", "Sign-off: give the name of the person who signs"),
        ("role", "Sign-off: give the role of the person who signs"),
        ("date", "Sign-off: give the date of signing"),
    ],
)
@pytest.mark.parametrize("blank", ["", " ", "\x00", "\u200b"])
def test_nobody_signs_without_name_role_or_date(part: str, message: str, blank: str) -> None:
    typed = {"name": "Ada Example", "role": "Leader", "date": "2026-07-10"} | {part: blank}
    problem = only_problem(read_answer(SIGNOFF, typed, asking()))
    assert (problem.part, problem.message) == (part, message)


def test_nobody_signs_tomorrow() -> None:
    typed = {"name": "Ada Example", "role": "Leader", "date": "2026-07-21"}
    problem = only_problem(read_answer(SIGNOFF, typed, asking()))
    assert (problem.part, problem.message) == (
        "date",
        "Sign-off: the date cannot be in the future. Give today or a day before",
    )


def test_a_sign_off_has_no_reason() -> None:
    typed = {"name": "Ada Example", "role": "Leader", "date": "2026-07-10", "reason": "None."}
    assert only_problem(read_answer(SIGNOFF, typed, asking())).part == "reason"
