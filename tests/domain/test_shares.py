"""Shares: two counts or a percentage alone, and the percentage that follows from the counts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchor_portal.domain.answers.answer import read_answer, say_answer
from anchor_portal.domain.answers.shares import percent_of, round_half_up
from tests.domain.circumstances import PRINTED, Parts, asking, only_problem, question, read, share

LOCAL = "p2.local_staff"
OURS = "Employees living locally: “Employees who live in Cheshire and Merseyside”"
ALL = "“All employees whose home address is known”"


def said(key: str, parts: Parts) -> tuple[str, ...]:
    return say_answer(question(key), parts, asking())


def test_counts_are_kept_whole_for_people_and_with_two_decimals_for_fte_and_pounds() -> None:
    assert read(LOCAL, share(" 1,200 ", "1300", "0")).parts == share("1200", "1300", "0")
    assert read("p2.local_fte", share("812.5", "1,300", "2.")).parts == share("812.50", "1300.00", "2.00")
    assert read("p2.local_spend", share("£1,234.50", "£ 2000")).parts == share("1234.50", "2000.00")
    assert read("p2.local_contracts", share("3", "4")).parts == share("3", "4")


@pytest.mark.parametrize(("typed", "kept"), [("62.50 %", "62.5"), ("60.00", "60"), ("0", "0"), ("100", "100")])
def test_a_percentage_alone_is_kept_without_trailing_zeros(typed: str, kept: str) -> None:
    reading = read(LOCAL, {"percent": typed, "basis": " estimate "})
    assert reading.parts == {"percent": kept, "basis": "estimate"}
    assert reading.problems == ()


def test_the_basis_alone_is_no_answer_because_every_form_posts_it() -> None:
    assert read(LOCAL, {"basis": "actual", "numerator": " "}).parts == {}


@pytest.mark.parametrize("stated", ["62.9", "62.95", "63", "62.945"])
def test_a_percentage_that_follows_from_the_counts_is_not_kept_beside_them(stated: str) -> None:
    reading = read(LOCAL, share("812", "1290") | {"percent": stated})
    if stated == "62.945":
        assert only_problem(reading).message.endswith("can have at most 2 decimal places, like 62.5")
    else:
        assert reading.parts == share("812", "1290")
        assert reading.is_sound


@pytest.mark.parametrize(
    ("counts", "gives"),
    [(share("812", "1290"), "which give 62.95%"), (share("0", "0"), "which give none")],
)
def test_a_percentage_that_contradicts_the_counts_is_refused_and_kept_as_typed(counts: Parts, gives: str) -> None:
    reading = read(LOCAL, counts | {"percent": "70"})
    assert reading.parts == counts | {"percent": "70"}
    assert only_problem(reading).part == "percent"
    assert only_problem(reading).message == (
        f"Employees living locally: 70% does not follow from the two counts, {gives}: leave the percentage out"
    )


def test_a_share_with_more_local_than_all_is_refused() -> None:
    problem = only_problem(read(LOCAL, share("1,301", "1300")))
    assert problem.part == "numerator"
    assert problem.message == f"{OURS} (1,301) cannot be more than {ALL} (1,300): correct one of them"


def test_all_of_all_and_none_of_none_are_possible() -> None:
    assert read(LOCAL, share("1300", "1300")).is_sound
    assert read(LOCAL, share("0", "0")).is_sound


@pytest.mark.parametrize(
    ("typed", "part", "words"),
    [
        ({"numerator": "5"}, "denominator", f"Employees living locally: fill in {ALL} too"),
        ({"denominator": "5"}, "numerator", f"Employees living locally: fill in {OURS.split(': ')[1]} too"),
        ({"unknown": "5"}, "numerator", "Employees living locally: fill in both counts too"),
        ({"unknown": "5", "percent": "60"}, "numerator", "Employees living locally: fill in both counts too"),
        ({"numerator": "5", "percent": "60"}, "denominator", f"Employees living locally: fill in {ALL} too"),
    ],
)
def test_half_a_share_is_refused_at_the_box_that_is_missing(typed: Parts, part: str, words: str) -> None:
    reading = read(LOCAL, typed)
    assert only_problem(reading).part == part
    assert only_problem(reading).message == f"{words}, or give a percentage alone"
    assert reading.parts == typed


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("100.01", "Employees living locally: the percentage must be 100 or less"),
        ("9" * 400, "Employees living locally: the percentage must be 100 or less"),
        ("-1", "Employees living locally: the percentage cannot be negative. Give 0 or more"),
        ("most", "Employees living locally: the percentage must be a number in figures, like 62.5"),
    ],
)
def test_an_impossible_percentage_is_refused(typed: str, message: str) -> None:
    assert only_problem(read(LOCAL, {"percent": typed})).message == message


def test_an_unreadable_count_is_named_by_the_words_beside_its_box_and_the_rest_is_read() -> None:
    reading = read(LOCAL, {"numerator": "many", "denominator": "1,300", "unknown": "7"})
    assert reading.parts == {"numerator": "many", "denominator": "1300", "unknown": "7"}
    assert only_problem(reading).message == f"{OURS} must be a number in figures, like 1,200"


def test_every_mistake_of_a_share_is_said_at_once() -> None:
    reading = read(LOCAL, {"numerator": "6,000", "denominator": "5,583", "percent": "most", "unknown": "a few"})
    said = [(problem.part, problem.message) for problem in reading.problems]
    assert [part for part, _ in said] == ["unknown", "percent", "numerator"]
    assert "(6,000) cannot be more than" in said[-1][1]


def test_an_unknown_basis_is_refused_with_the_three_that_there_are() -> None:
    problem = only_problem(read(LOCAL, share("1", "2") | {"basis": "guess"}))
    assert problem.part == "basis"
    assert problem.message == (
        "Employees living locally: say how you know the figures: “actual”, “estimate” or “notional”, not “guess”"
    )


def test_a_share_that_asks_for_a_percentage_alone_takes_no_counts() -> None:
    printed = question("p2.local_staff", PRINTED)
    assert read_answer(printed, {"percent": "87.5"}, asking()).parts == {"percent": "87.5"}
    refused = read_answer(printed, {"percent": "87.5", "numerator": "7"}, asking())
    assert only_problem(refused).part == "numerator"
    assert refused.parts == {"percent": "87.5", "numerator": "7"}


def test_a_share_is_said_with_its_percentage_its_unit_and_what_is_not_known() -> None:
    assert said(LOCAL, share("1812", "2290", "30")) == ("1,812 of 2,290 (79.1%)", "Not known: 30")
    assert said("p2.local_fte", share("812.50", "1290.00")) == ("812.5 FTE of 1,290 FTE (63%)",)
    assert said("p2.local_spend", share("1234567.80", "4000000.00")) == ("£1,234,567.80 of £4,000,000.00 (30.9%)",)
    assert said(LOCAL, share("0", "0", "0")) == ("0 of 0",)


def test_a_percentage_alone_says_that_it_stands_alone_unless_nothing_else_was_asked() -> None:
    assert said(LOCAL, {"percent": "62.9", "basis": "estimate"}) == ("62.9% (percentage only)", "Estimate")
    assert say_answer(question(LOCAL, PRINTED), {"percent": "62.9"}, asking()) == ("62.9%",)


def test_what_is_notional_by_default_is_said_to_be_so_where_no_basis_was_given() -> None:
    assert said("p1.rlw_agency", {"percent": "97"}) == ("97% (percentage only)", "Notional")
    assert said("p1.rlw_agency", {"percent": "97", "basis": "actual"}) == ("97% (percentage only)", "Actual")
    assert said(LOCAL, {"percent": "97", "basis": "actual"}) == ("97% (percentage only)",)


def test_half_a_share_and_an_unreadable_one_are_said_as_they_stand() -> None:
    assert said(LOCAL, {"numerator": "812"}) == ("812 of (blank)",)
    assert said(LOCAL, {"numerator": "1e999999999", "denominator": "NaN"}) == ("1e999999999 of NaN",)
    assert said(LOCAL, {"basis": "guess", "numerator": "1", "denominator": "²"}) == ("1 of ²", "guess")


@pytest.mark.parametrize(
    ("parts", "percent"),
    [
        (share("1", "8"), Decimal("12.5")),
        (share("812.50", "1000.00", "5.00"), Decimal("81.25")),
        ({"percent": "62.9"}, Decimal("62.9")),
        (share("0", "0"), None),
        ({}, None),
        ({"state": "not_known"}, None),
        ({"numerator": "5"}, None),
        (share("Infinity", "1"), None),
        (share("many", "1"), None),
    ],
)
def test_the_percentage_follows_from_the_counts_or_was_stated(parts: Parts, percent: Decimal | None) -> None:
    assert percent_of(parts) == percent


@pytest.mark.parametrize(("number", "places", "rounded"), [("0.25", 1, "0.3"), ("2.5", 0, "3"), ("-0.25", 1, "-0.3")])
def test_halves_are_rounded_as_people_round_them(number: str, places: int, rounded: str) -> None:
    assert str(round_half_up(Decimal(number), places)) == rounded


@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 2))
def test_the_percentage_that_a_page_shows_may_be_given_back_with_the_counts(part: int, more: int, places: int) -> None:
    counts = share(str(part), str(part + more))
    percent = percent_of(counts)
    assert percent is not None
    shown = f"{round_half_up(percent, places):f}"
    assert read(LOCAL, counts | {"percent": shown}).parts == counts
