"""What makes the workbook fit to be sent: charts, notes, outcomes, gaps; and what happens when a sheet is full."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import openpyxl
import pytest

from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.pledges import Outcome
from anchor_portal.outputs.workbook.book import open_book
from anchor_portal.outputs.workbook.content import MOST_NAMED, Found
from anchor_portal.outputs.workbook.plain import CUT_OFF, LONGEST_TEXT, Column, Sheet, WorkbookFacts
from anchor_portal.outputs.workbook.sheets import write_round_workbook
from tests.outputs.test_workbook import ANSWERS, SIGNED, TABLES, column, content, opened, organisation, standard, views


def said(book: Any, words: str, sheet: str = "Summary") -> tuple[Any, ...]:
    """The row of a sheet that begins with these words."""
    return next(row for row in book[sheet].iter_rows(values_only=True) if row[0] == words)


def test_the_summary_has_native_charts_with_a_title_and_the_numbers_are_in_cells() -> None:
    decided = organisation(outcomes={1: Found(Outcome.MET, 1)})
    charts = opened(content(decided))["Summary"]._charts
    titles = [chart.title.tx.rich.p[0].r[0].t for chart in charts]
    assert titles == [
        "The three indicators over the rounds",
        "By kind of organisation (%)",
        "Outcomes by pledge",
        "Where the returns stand",
    ]
    for chart in charts:
        for series in chart.series:
            assert series.val.numRef.f
            assert not series.val.numRef.f.startswith("Sheet")


def test_before_anything_is_decided_a_sentence_stands_for_the_outcomes() -> None:
    assert said(standard(), "The Assembly has not recorded an outcome in this round.")
    assert len(standard()["Summary"]._charts) == 3


def test_an_outcome_stands_with_its_organisation_and_is_counted_in_the_summary() -> None:
    met = organisation(outcomes={1: Found(Outcome.MET, 1), 2: Found(Outcome.NOT_YET_EVIDENCED, 1)})
    again = organisation(
        slug="b", name="B", signed=replace(SIGNED, revision=2), outcomes={1: Found(Outcome.MAKING_PROGRESS, 1)}
    )
    book = opened(content(met, again))
    assert column(book["Pledges by organisation"], "Pledge 1: outcome") == ["Met", "Making progress (revision 1)"]
    assert column(book["Pledges by organisation"], "Pledge 2: outcome") == ["Not yet evidenced", "Not decided"]
    assert said(book, "1. Real living wage and an equal local job sector")[1:] == (1, 1, 0, 0, 0)
    assert said(book, "2. Employ and buy locally")[1:] == (0, 0, 1, 0, 1)


def test_a_round_without_a_figure_is_a_gap_and_one_of_another_definition_is_told_and_not_drawn() -> None:
    first, second = views()
    older = replace(first, definition=replace(first.definition, code="12.v0"))
    book = opened(content(history={"2025-07": (), "2026-01": (older, second), "2026-07": (first, second)}))
    assert said(book, "July 2025")[1:5] == (None, None, "No figure of these definitions", None)
    assert said(book, "January 2026")[1:5] == (None, None, "63.2% by 12.v0", None)
    assert said(book, "July 2026")[1] == pytest.approx(81355 / 1287.10)


@pytest.mark.parametrize("name", TABLES)
def test_headings_that_need_it_have_a_note(name: str) -> None:
    notes = [cell.comment.text for cell in standard()[name][1] if cell.comment]
    assert notes or name == "Narratives"
    assert all(len(note) > 10 for note in notes)


def test_a_sheet_that_is_full_goes_on_in_another_and_the_read_me_says_so() -> None:
    output = BytesIO()
    write_round_workbook(output, content(organisation(), organisation(slug="b", name="B")), most_rows=60)
    book = openpyxl.load_workbook(output)
    parts = [name for name in book.sheetnames if name.startswith("Answers")]
    assert parts == ["Answers", "Answers 2"]
    rows = [row for name in parts for row in book[name].iter_rows(min_row=2, max_col=4, values_only=True)]
    assert len(rows) == sum(len(each.cells) for each in content(organisation(), organisation(slug="b")).returns)
    assert [cell.value for cell in book["Answers 2"][1]] == [cell.value for cell in book["Answers"][1]]
    assert book["Answers 2"].auto_filter.ref == book["Answers 2"].dimensions
    assert any("the last of which is “Answers 2”" in str(row[1]) for row in book["Read me"].values)


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    book = opened(content(organisation({**ANSWERS, "p2.narrative": {"": "x" * 40_000}})))
    text = max(column(book["Narratives"], "What was written"), key=len)
    assert len(text) == LONGEST_TEXT
    assert text.endswith(CUT_OFF)


def test_of_many_who_signed_nothing_only_some_are_named() -> None:
    returns = [organisation(None, slug=str(n), name=f"N{n}", status=Status.NOT_STARTED) for n in range(MOST_NAMED + 12)]
    assert said(opened(content(*returns)), "Nothing signed yet")[1].endswith("; N29; and 12 more")


def test_letters_of_every_script_survive() -> None:
    name = "Siân Óg’s 利物浦 مؤسسة 🎉 Ltd"
    book = opened(content(organisation(name=name)))
    assert column(book["Pledges by organisation"], "Organisation") == [name]


def test_a_failure_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    before = set(Path(gettempdir()).glob("anchor-portal-*"))
    facts = WorkbookFacts("x", "x", "x", "x", content().made_on, demo=False)
    with pytest.raises(ZeroDivisionError), open_book(tmp_path / "x.xlsx", facts) as book:
        book.add(Sheet("One", (Column("A", 10),))).write(("x",))
        raise ZeroDivisionError
    assert set(Path(gettempdir()).glob("anchor-portal-*")) <= before
    assert not (tmp_path / "x.xlsx").exists()
