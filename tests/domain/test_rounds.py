"""Rounds: where they stand on a day, what they are about, and their codes and deadlines in words."""

from datetime import date

import pytest

from anchor_portal.domain.pledges import NUMBERS, PLEDGES
from anchor_portal.domain.rounds import (
    ANSWERING,
    FROZEN,
    IMPORTING,
    PUBLISHABLE,
    REVIEWING,
    Period,
    RoundRefused,
    RoundStatus,
    Stage,
    period_of,
    read_code,
    say_deadline,
    status_on,
    title_of,
)

OPENS, CLOSES = date(2026, 6, 15), date(2026, 7, 31)


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (date(2026, 6, 14), "draft"),
        (date(2026, 6, 15), "open"),
        (date(2026, 7, 31), "open"),
        (date(2026, 8, 1), "soft-closed"),
        (date(2027, 8, 1), "soft-closed"),
    ],
)
def test_a_round_opens_and_closes_softly_by_its_dates(today: date, status: str) -> None:
    assert status_on(Stage.BY_DATE, OPENS, CLOSES, today) == status


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        (Stage.CLOSED, "closed"),
        (Stage.UNDER_REVIEW, "under review"),
        (Stage.PUBLISHED, "published"),
        (Stage.ARCHIVED, "archived"),
    ],
)
@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 7, 1), date(2027, 1, 1)])
def test_a_round_that_somebody_closed_stays_so_on_every_day(stage: Stage, status: str, today: date) -> None:
    assert status_on(stage, OPENS, CLOSES, today) == status


@pytest.mark.parametrize(
    ("status", "possible"),
    [
        ("draft", "import"),
        ("open", "answer review import"),
        ("soft-closed", "answer review import"),
        ("closed", "review import publish"),
        ("under review", "review import publish"),
        ("published", "frozen"),
        ("archived", "frozen"),
    ],
)
def test_what_is_possible_when(status: str, possible: str) -> None:
    sets = {
        "answer": ANSWERING,
        "review": REVIEWING,
        "import": IMPORTING,
        "publish": PUBLISHABLE,
        "frozen": FROZEN,
    }
    assert {name for name, statuses in sets.items() if RoundStatus(status) in statuses} == set(possible.split())


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("2026-07", date(2026, 1, 1), date(2026, 6, 30)),
        ("2027-01", date(2026, 7, 1), date(2026, 12, 31)),
        ("2024-01", date(2023, 7, 1), date(2023, 12, 31)),
    ],
)
def test_a_round_is_about_the_half_year_before_it(code: str, first: date, last: date) -> None:
    assert period_of(code) == Period(first, last)


def test_two_rounds_in_a_row_leave_no_day_out() -> None:
    assert (period_of("2027-01").first - period_of("2026-07").last).days == 1
    assert (period_of("2026-07").first - period_of("2026-01").last).days == 1


def test_a_round_of_another_month_needs_its_period() -> None:
    with pytest.raises(RoundRefused, match="neither of January nor of July: give its period"):
        period_of("2026-04")


@pytest.mark.parametrize(
    "code",
    [
        "",
        "2026",
        "2026-7",
        "2026-13",
        "2026-00",
        "26-07",
        "0026-07",
        "12026-07",
        "2026-07\n",
        " 2026-07",
        "2026/07",
        "٢٠٢٦-07",
        "x" * 99,
    ],
)
def test_a_code_is_a_year_and_a_month(code: str) -> None:
    for read in (read_code, period_of, title_of):
        with pytest.raises(RoundRefused, match="write year and month, like 2026-07") as refused:
            read(code)
        assert len(str(refused.value)) < 120


def test_a_code_is_read_and_said() -> None:
    assert read_code("2026-07") == (2026, 7)
    assert title_of("2026-07") == "July 2026"
    assert title_of("2027-01") == "January 2027"


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (date(2026, 7, 19), "Due Friday 31 July 2026, 12 days left"),
        (date(2026, 7, 30), "Due Friday 31 July 2026, 1 day left"),
        (date(2026, 7, 31), "Due today, Friday 31 July 2026"),
        (date(2026, 8, 1), "Was due Friday 31 July 2026. Late returns are still accepted"),
    ],
)
def test_a_deadline_is_said_in_words(today: date, said: str) -> None:
    assert say_deadline(CLOSES, today) == said


def test_there_are_seven_pledges() -> None:
    assert NUMBERS == (1, 2, 3, 4, 5, 6, 7)
    assert len(set(PLEDGES.values())) == 7
