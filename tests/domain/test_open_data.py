"""Rows of the open data: what an analyst knows from Fingertips, and every way in which a figure can be missing."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from anchor_portal.domain.beacon.fingertips import COLUMNS
from anchor_portal.domain.figures.definitions import DEFINITIONS, INDICATOR_20, INDICATOR_21, get_definition
from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.indicator_json import view_as_json
from anchor_portal.domain.figures.indicators import BREAKDOWNS, IndicatorView
from anchor_portal.domain.findings.trend import Trend
from anchor_portal.domain.open_data.columns import FIGURES, KEY, dictionary_rows
from anchor_portal.domain.open_data.document import document_of
from anchor_portal.domain.open_data.rows import (
    NOTES,
    Edition,
    known_with,
    revisions_until,
    rows_of,
    say_period,
    say_trend,
    trends_of,
)
from anchor_portal.domain.rounds import Period, period_of
from tests.domain.editions import (
    EVERY_DEFINITION,
    PUBLISHER,
    edition_of,
    empty_view,
    every_kind_of_view,
    headless_view,
    public_view,
    silent_view,
)
from tests.domain.round_figures import entry

NAMES = tuple(column.name for column in FIGURES)
FTE, ETHNICITY, SPEND = DEFINITIONS


def rows(edition: Edition, *others: Edition, is_demo: bool = False) -> list[dict[str, str]]:
    trends = trends_of(edition, [edition, *others])
    return [dict(zip(NAMES, row, strict=True)) for row in rows_of(edition, trends, is_demo=is_demo)]


def headline(view: IndicatorView) -> dict[str, str]:
    return rows(edition_of(view))[0]


def test_the_columns_begin_with_those_of_a_fingertips_download_in_their_order() -> None:
    assert NAMES[: len(COLUMNS)] == COLUMNS
    assert len(set(NAMES)) == len(NAMES)


def test_every_definition_has_a_row_for_its_headline_and_for_each_row_of_each_breakdown() -> None:
    views = [public_view(definition) for definition in EVERY_DEFINITION]
    found = rows(edition_of(*views))
    expected = [
        (view.definition.code, name, row.code)
        for view in views
        for name, group in (("all", [view.headline]), *((each, view.breakdowns[each]) for each in BREAKDOWNS))
        for row in group
    ]
    assert [(row["Definition version"], row["Breakdown"], row["Breakdown code"]) for row in found] == expected
    keys = [tuple(row[name] for name in KEY) for row in found]
    assert len(set(keys)) == len(keys)


def test_every_figure_is_the_one_of_the_json_and_nothing_else_is_shown() -> None:
    for view in every_kind_of_view():
        printed = view_as_json(view)
        cells = [printed, *(row for name in BREAKDOWNS for row in printed["breakdowns"][name])]
        for row, cell in zip(rows(edition_of(view)), cells, strict=True):
            assert row["State"] == cell["state"]
            assert row["Reason"] == (cell["reason"] or "")
            assert (row["Count"] or None, row["Denominator"] or None) == (cell["numerator"], cell["denominator"])
            for column, key in (("Value", "value"), ("Lower CI 95.0 limit", "lower"), ("Upper CI 95.0 limit", "upper")):
                assert (float(row[column]) if row[column] else None) == cell[key]
            counted = cell["returns_counted"]
            assert row["Signatories counted"] == ("" if counted is None else str(counted))


@pytest.mark.parametrize(
    ("view", "state"),
    [
        (public_view(ETHNICITY, coverage=20), "withheld"),
        (public_view(ETHNICITY, entry(3, 900), entry(0, 0), entry(0, 0)), "suppressed"),
        (silent_view(SPEND), "not_provided"),
        (empty_view(FTE), "not_applicable"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_why_there_is_no_value_can_be_told_apart_from_each_other_and_from_zero(view: IndicatorView, state: str) -> None:
    row = headline(view)
    assert (row["State"], row["Value"]) == (state, "")
    assert row["Value note"] == f"{NOTES[state]}: {row['Reason']}"
    assert len(set(NOTES.values())) == 4


def test_a_zero_is_a_figure() -> None:
    row = next(row for row in rows(edition_of(public_view(FTE))) if row["Breakdown code"] == "b")
    assert (row["State"], row["Value"], row["Count"], row["Value note"]) == ("shown", "0", "0", "")


def test_a_place_has_its_own_code_and_lies_in_the_whole_area_as_several_places_do() -> None:
    found = rows(edition_of(public_view(FTE)))
    assert (found[0]["Area Code"], found[0]["Area Name"], found[0]["Parent Name"]) == (
        "E54000008",
        "Cheshire and Merseyside",
        "England",
    )
    places = {row["Breakdown code"]: row for row in found if row["Breakdown"] == "place"}
    cheshire, several = places["E06000049"], places["several"]
    assert (cheshire["Area Code"], cheshire["Area Name"]) == ("E06000049", "Cheshire East")
    assert cheshire["Area Type"] == "Counties & UAs (from Apr 2023)"
    assert (several["Area Code"], several["Area Type"]) == ("several", "No single place")
    assert {cheshire["Parent Code"], several["Parent Code"]} == {"E54000008"}
    sector = next(row for row in found if row["Breakdown"] == "sector")
    assert (sector["Area Code"], sector["Category Type"], sector["Category"]) == ("E54000008", "Sector", "A")


def test_people_have_a_sex_and_an_age_and_pounds_have_none() -> None:
    assert (headline(public_view(ETHNICITY))["Sex"], headline(public_view(FTE))["Age"]) == ("Persons", "All ages")
    spend = headline(public_view(SPEND))
    assert (spend["Sex"], spend["Age"], spend["Count unit"], spend["Rounded to"]) == (
        "Not applicable",
        "Not applicable",
        "gbp",
        "1000",
    )


@pytest.mark.parametrize(
    ("code", "half", "year"),
    [
        ("2026-07", "January to June 2026", "2026/27 to June 2026"),
        ("2027-01", "July to December 2026", "2026/27 to December 2026"),
        ("2099-07", "January to June 2099", "2099/00 to June 2099"),
    ],
)
def test_a_period_is_said_in_words_that_fit(code: str, half: str, year: str) -> None:
    assert say_period(INDICATOR_20, period_of(code)) == half
    assert say_period(INDICATOR_21, period_of(code)) == year


def test_a_period_of_one_s_own_choice_is_said_too() -> None:
    across = Period(date(2026, 11, 1), date(2027, 2, 28))
    assert say_period(INDICATOR_20, across) == "November 2026 to February 2027"
    assert say_period(INDICATOR_21, across) == "2026/27 to February 2027"
    assert say_period(INDICATOR_20, Period(date(2026, 5, 1), date(2026, 5, 31))) == "May 2026"


def test_periods_sort_and_say_how_long_they_are() -> None:
    view = public_view(SPEND)
    july, january = (rows(edition_of(view, code=code))[0] for code in ("2026-07", "2027-01"))
    assert (july["Time period Sortable"], january["Time period Sortable"]) == ("20260600", "20261200")
    assert (july["Time period range"], january["Time period range"]) == ("3m", "9m")
    assert rows(edition_of(public_view(FTE)))[0]["Time period range"] == "6m"


def test_coverage_is_said_in_every_row_of_an_indicator_or_why_there_is_none() -> None:
    assert {row["Coverage %"] for row in rows(edition_of(public_view(FTE)))} == {"90"}
    row = headline(headless_view(FTE))
    assert (row["Coverage %"], row["Coverage note"]) == ("", "Coverage not provided: no headcount is known")


def test_nothing_is_compared_with_england_and_a_row_with_all_signatories_by_its_interval() -> None:
    people = [entry(200, 1000, "a")] * 3 + [entry(600, 1000, "b")] * 3
    found = rows(edition_of(public_view(get_definition("p1.rlw_staff.v1"), *people)))
    assert {row["Compared to England value or percentiles"] for row in found} == {"Not compared"}
    compared = {row["Breakdown code"]: row["Compared to all signatories"] for row in found if row["Value"]}
    assert compared["all"] == "Not compared"
    assert (compared["a"], compared["b"]) == ("Lower", "Higher")


@pytest.mark.parametrize(
    ("direction", "code", "words"),
    [
        ("up", "p1.rlw_staff.v1", "Increasing and getting better"),
        ("down", "p1.rlw_staff.v1", "Decreasing and getting worse"),
        ("up", "20.v1", "Increasing"),
        ("none", "20.v1", "No significant change"),
        ("too_few", "20.v1", "Cannot be calculated"),
        ("not_tested", "21.v1", "Cannot be calculated"),
    ],
)
def test_a_trend_is_said_in_the_words_of_fingertips(direction: Any, code: str, words: str) -> None:
    assert say_trend(Trend(direction, "Words."), get_definition(code)) == words


def series(*codes: str) -> list[Edition]:
    """Rounds in which a share of people rises."""
    definition = get_definition("p1.rlw_staff.v1")
    return [
        edition_of(public_view(definition, *[entry(500 + 60 * number, 1000)] * 4, code=code), code=code)
        for number, code in enumerate(codes)
    ]


def test_the_fifth_comparable_round_may_have_a_trend_and_the_fourth_may_not() -> None:
    editions = series("2024-07", "2025-01", "2025-07", "2026-01", "2026-07")
    assert rows(editions[4], *editions)[0]["Recent Trend"] == "Increasing and getting better"
    assert rows(editions[3], *editions)[0]["Recent Trend"] == "Cannot be calculated"


def test_a_later_correction_of_an_earlier_round_does_not_change_a_file_that_was_published_before() -> None:
    editions = series("2024-07", "2025-01", "2025-07", "2026-01", "2026-07")
    before = rows(editions[4], *editions)
    later = replace(editions[1], revision=2, published_at=datetime(2026, 10, 1, tzinfo=UTC), views=editions[4].views)
    assert rows(editions[4], *editions, later) == before
    assert [each.revision for each in known_with(editions[4], [*editions, later])] == [1, 1, 1, 1]
    sooner = replace(later, published_at=datetime(2026, 2, 1, tzinfo=UTC))
    assert [each.revision for each in known_with(editions[4], [*editions, sooner])] == [1, 2, 1, 1]


def test_a_revision_lists_itself_and_those_before_it() -> None:
    view = public_view(FTE)
    first, second = (edition_of(view, revision=number) for number in (1, 2))
    other = edition_of(view, code="2026-01")
    assert revisions_until(first, [second, other, first]) == [first]
    assert revisions_until(second, [second, other, first]) == [first, second]


def test_a_demonstration_is_marked_in_every_row() -> None:
    found = rows(edition_of(public_view(FTE)), is_demo=True)
    assert {row["Status"] for row in found} == {"demonstration"}


def test_the_document_has_the_figures_of_the_interchange_and_what_is_about_them() -> None:
    views = [public_view(definition) for definition in EVERY_DEFINITION]
    edition = edition_of(*views, revision=2, reason="A count was doubled.")
    first = edition_of(*views)
    document = document_of(edition, [first, edition], trends_of(edition, []), PUBLISHER)
    assert (document["round"], document["status"]) == ("2026-07", "published")
    assert document["indicators"] == [view_as_json(view) for view in views]
    assert [each["definition"] for each in document["definitions"]] == [view.definition.code for view in views]
    assert document["definitions"][0]["Numerator definition"] == FTE.numerator
    assert [each["revision"] for each in document["revisions"]] == [1, 2]
    assert (document["reason"], document["published_at"]) == ("A count was doubled.", "2026-09-14T11:20:02Z")
    assert document["links"]["self"] == "https://portal.example/data/2026-07/revision-2.json"
    assert (
        "revision 2, published 14 September 2026. https://portal.example/data/2026-07/revision-2.csv"
        in (document["citation"])
    )


def test_the_dictionary_describes_every_column_once_in_the_order_of_the_file() -> None:
    described = [row for row in dictionary_rows() if row[0] == "figures"]
    assert [row[2] for row in described] == list(NAMES)
    assert [row[1] for row in described] == [str(place) for place in range(1, len(NAMES) + 1)]
    assert [row[3] for row in described] == ["Fingertips"] * len(COLUMNS) + ["portal"] * (len(NAMES) - len(COLUMNS))
    assert all(row[4].endswith(".") for row in described)


def test_every_cell_keeps_to_what_the_dictionary_allows() -> None:
    for row in rows(edition_of(*(public_view(definition) for definition in EVERY_DEFINITION))):
        for column in FIGURES:
            cell = row[column.name]
            assert cell or not column.is_required, column.name
            assert not cell or not column.allowed or cell in column.allowed, (column.name, cell)
            if cell and column.is_number:
                assert float(cell) >= 0


def test_a_shown_percentage_is_written_as_it_is_printed() -> None:
    for view in every_kind_of_view():
        if isinstance(view.value, Shown):
            assert headline(view)["Value"] == view.value.text.removesuffix("%")
