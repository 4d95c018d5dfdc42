"""Numbers and dates are read as people type them; what could mean two things is refused with a sentence that helps."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchor_portal.domain.answers.numbers import (
    LARGEST,
    Unreadable,
    find_number,
    plain,
    read_date,
    read_decimal,
    say_date,
)

WHOLE, TWO = 0, 2


@pytest.mark.parametrize(
    ("typed", "places", "sign", "read"),
    [
        ("1234", WHOLE, "", "1234"),
        ("1,234", WHOLE, "", "1234"),
        ("1 234", WHOLE, "", "1234"),
        ("1\u00a0234\u00a0567", WHOLE, "", "1234567"),
        ("1\u202f234", WHOLE, "", "1234"),
        ("1,234,567.5", TWO, "", "1234567.50"),
        ("  12\t", WHOLE, "", "12"),
        ("12.", WHOLE, "", "12"),
        ("12.00", WHOLE, "", "12"),
        ("007", WHOLE, "", "7"),
        ("0", WHOLE, "", "0"),
        (".5", TWO, "", "0.50"),
        ("62.5000", TWO, "", "62.50"),
        ("0." + "0" * 400, TWO, "", "0.00"),
        (" 95 % ", TWO, "%", "95.00"),
        ("95.25%", TWO, "%", "95.25"),
        ("£1,234.50", TWO, "£", "1234.50"),
        ("£ 7", TWO, "£", "7.00"),
    ],
)
def test_a_number_is_read_exactly(typed: str, places: int, sign: str, read: str) -> None:
    assert str(read_decimal(typed, places=places, sign=sign)) == read


@pytest.mark.parametrize(
    ("typed", "places", "sign", "words"),
    [
        ("£1.2m", TWO, "£", "must be written in full, in figures, like 1,200,000: “£1.2m” could be rounded"),
        ("1.2 million", TWO, "£", "must be written in full"),
        ("3k", WHOLE, "", "must be written in full"),
        ("12 thousand", WHOLE, "", "must be written in full"),
        ("-5", WHOLE, "", "cannot be negative. Give 0 or more"),
        ("\u22125", WHOLE, "", "cannot be negative. Give 0 or more"),
        ("- 5.5", TWO, "", "cannot be negative. Give 0 or more"),
        ("-£5", TWO, "£", "cannot be negative. Give 0 or more"),
        ("£-5", TWO, "£", "cannot be negative. Give 0 or more"),
        ("-", WHOLE, "", "must be a number in figures, like 1,200"),
        ("-none-", WHOLE, "", "must be a number in figures, like 1,200"),
        ("", WHOLE, "", "must be a number in figures, like 1,200"),
        ("   ", TWO, "", "must be a number in figures, like 812.50"),
        ("%", TWO, "%", "must be a number in figures, like 62.5"),
        ("about 5", WHOLE, "", "must be a number in figures"),
        ("five", WHOLE, "", "must be a number in figures"),
        ("5%", WHOLE, "", "must be a number in figures"),
        ("£5", WHOLE, "", "must be a number in figures"),
        ("1e5", WHOLE, "", "must be a number in figures"),
        ("0x10", WHOLE, "", "must be a number in figures"),
        ("1_000", WHOLE, "", "must be a number in figures"),
        ("NaN", TWO, "", "must be a number in figures"),
        ("Infinity", TWO, "", "must be a number in figures"),
        ("٣", WHOLE, "", "must be a number in figures"),
        ("１２", WHOLE, "", "must be a number in figures"),
        ("1.234,5", TWO, "", "must be a number in figures"),
        ("1,23", TWO, "", "must be a number in figures"),
        ("12 34", WHOLE, "", "must be a number in figures"),
        ("1,234 567", WHOLE, "", "must be a number in figures"),
        ("1\n234", WHOLE, "", "must be a number in figures"),
        ("12.5", WHOLE, "", "must be a whole number, like 1,200"),
        ("12.345", TWO, "", "can have at most 2 decimal places, like 812.50"),
        ("12.345", TWO, "%", "can have at most 2 decimal places, like 62.5"),
        ("9" * 400, WHOLE, "", "must be 100,000,000,000 or less"),
        ("100,000,000,000.01", TWO, "£", "must be 100,000,000,000 or less"),
    ],
)
def test_what_is_no_plain_number_is_refused_with_a_sentence_that_helps(
    typed: str, places: int, sign: str, words: str
) -> None:
    with pytest.raises(Unreadable) as refused:
        read_decimal(typed, places=places, what="Headcount", sign=sign)
    assert str(refused.value).startswith(f"Headcount {words}")


def test_a_number_above_its_own_maximum_is_refused_and_the_maximum_is_named() -> None:
    assert read_decimal("200,000", places=0, most=Decimal(200_000)) == 200_000
    for typed in ("200,001", "9" * 400):
        with pytest.raises(Unreadable, match="^Headcount must be 200,000 or less$"):
            read_decimal(typed, places=0, what="Headcount", most=Decimal(200_000))


@given(st.decimals(0, 99_999_999, places=2), st.sampled_from([",", " ", "\u00a0", "\u202f", ""]))
def test_a_number_with_thousands_apart_reads_as_without(number: Decimal, mark: str) -> None:
    assert read_decimal(f"{number:,}".replace(",", mark), places=2) == number


@settings(deadline=None)
@given(st.text(max_size=12) | st.from_regex(r"[-£]?[0-9., ]{0,9}[km%]?", fullmatch=True), st.sampled_from([0, 2]))
def test_any_text_is_a_number_in_range_or_refused_in_words(typed: str, places: int) -> None:
    try:
        number = read_decimal(typed, places=places, what="Headcount", sign="£")
    except Unreadable as refused:
        assert str(refused).startswith("Headcount ")
    else:
        assert 0 <= number <= LARGEST
        assert number.as_tuple().exponent == -places


@pytest.mark.parametrize("text", ["0", "812", "812.50", "62.5"])
def test_a_stored_number_is_found_again(text: str) -> None:
    assert find_number(text) == Decimal(text)


@pytest.mark.parametrize("text", [None, "", "1,234", "NaN", "-1", "1e9", "٣", "²", " 1", "1.", "9" * 5000])
def test_what_was_kept_as_typed_is_no_stored_number(text: str | None) -> None:
    assert find_number(text) is None


@pytest.mark.parametrize(("number", "said"), [("62.50", "62.5"), ("60", "60"), ("0.00", "0"), ("1E+2", "100")])
def test_a_plain_number_has_no_trailing_zeros_and_no_exponent(number: str, said: str) -> None:
    assert plain(Decimal(number)) == said


@pytest.mark.parametrize(
    "typed",
    [
        "2026-06-30",
        "2026-6-30",
        "30/6/2026",
        "30/06/2026",
        "30 June 2026",
        " 30  june\t2026 ",
        "30 Jun 2026",
        "30.6.2026",
    ],
)
def test_a_date_is_read_in_each_form_that_people_use(typed: str) -> None:
    assert read_date(typed) == date(2026, 6, 30)


def test_a_leap_day_is_read_where_there_is_one() -> None:
    assert read_date("29/2/2024") == date(2024, 2, 29)
    with pytest.raises(Unreadable, match="must be a real date"):
        read_date("29/2/2023")


@pytest.mark.parametrize(
    "typed", ["31/2/2026", "31 February 2026", "2026-13-01", "0/6/2026", "30 Juny 2026", "1/1/0000", "99 99 9999"]
)
def test_a_day_that_does_not_exist_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_date(typed, what="Snapshot date")
    assert str(refused.value) == "Snapshot date must be a real date, like 30 6 2026"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "30//",
        "/6/2026",
        "30 6 26",
        "2026",
        "1 1 10000",
        "10000-01-01",
        "June 2026",
        "last June",
        "today",
        "٣/6/2026",
    ],
)
def test_a_date_without_day_month_and_year_in_figures_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_date(typed, what="Snapshot date")
    assert str(refused.value) == "Snapshot date needs a day, a month and a year, like 30 6 2026"


@given(st.dates(), st.sampled_from(["{0:%d}/{0:%m}/{1}", "{1}-{0:%m}-{0:%d}", "{0:%d} {0:%B} {1}"]))
def test_every_day_is_read_back_as_it_was_written(day: date, form: str) -> None:
    assert read_date(form.format(day, f"{day.year:04}")) == day


@given(st.text(max_size=20))
def test_any_text_is_a_date_or_refused_in_words(typed: str) -> None:
    try:
        assert isinstance(read_date(typed), date)
    except Unreadable as refused:
        assert str(refused).startswith("The date ")


def test_a_date_is_said_in_words() -> None:
    assert say_date(date(2026, 7, 3)) == "3 July 2026"
