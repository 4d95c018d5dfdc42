"""The workbook of a round: eight sheets in which a text is a text, a number a number, and a state no zero."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from anchor_portal.domain.answers.answer import order_parts
from anchor_portal.domain.answers.parts import Asking, Level, Rate
from anchor_portal.domain.figures.definitions import DEFINITIONS
from anchor_portal.domain.figures.indicators import Group, IndicatorView, RoundFigure, inside
from anchor_portal.domain.figures.proportions import Total
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.questionnaire.version import Option, Questionnaire, parse
from anchor_portal.folders import folder
from anchor_portal.outputs.tables import Cell
from anchor_portal.outputs.workbook.book import open_book
from anchor_portal.outputs.workbook.content import ReturnFacts, RoundContent, Signed
from anchor_portal.outputs.workbook.plain import DEMONSTRATION, Column, Sheet, WorkbookFacts
from anchor_portal.outputs.workbook.sheets import write_round_workbook

Answers = Mapping[str, Mapping[str, str]]
SHEETS = (
    "Read me",
    "Summary",
    "Indicators",
    "Pledges by organisation",
    "Answers",
    "Narratives",
    "Case studies",
    "Data dictionary",
)
TABLES = SHEETS[2:]
ASKING = Asking(
    sector="nhs-trust",
    scale="nhs",
    today=date(2026, 7, 20),
    period_from=date(2026, 1, 1),
    period_to=date(2026, 6, 30),
    levels=(
        Level("band_5", "Agenda for Change band 5", "lower"),
        Level("band_6", "Agenda for Change band 6", "middle"),
    ),
    rates=(Rate("2025-26", "2025-26 (£13.45 an hour)"),),
    places=(Option("E08000012", "Liverpool"),),
)
ANSWERS: Answers = {
    "about.boundary": {"": "All sites, in Cheshire & Merseyside."},
    "about.snapshot_date": {"": "2026-06-30"},
    "about.headcount": {"": "1290"},
    "about.fte": {"": "1100.50"},
    "p1.rlw_staff": {"numerator": "0", "denominator": "1290", "unknown": "0", "basis": "actual"},
    "p1.rlw_agency": {"state": "not_known", "reason": "not_held"},
    "p2.local_staff": {"percent": "62.5"},
    "p2.local_spend": {"numerator": "1234567.89", "denominator": "2000000.00", "basis": "actual"},
    "p3.free_use": {"state": "not_applicable", "reason": "no_public_buildings"},
    "p4.green_plan": {"": "yes"},
    "p4.approved_on": {"": "2022-01-27"},
    "p4.target_year": {"": "2040"},
    "p4.level_now": {"": "3"},
    "p7.case_studies": {
        "1.title": "Paid to share",
        "1.story": "A story.\n\nWith two parts.",
        "1.pledge": "1",
        "1.place": "E08000012",
        "1.publish": "no",
    },
    "workforce.levels": {"band_5.ethnic_minority": "7", "band_5.white": "93", "band_5.not_stated": "4"},
    "signoff": {"name": "Siân Óg", "role": "Chief executive", "date": "2026-07-10"},
}
SIGNED = Signed(1, "Siân Óg", "Chief executive", date(2026, 7, 10), is_late=False)


@cache
def questionnaire(version: str = "2024-07") -> Questionnaire:
    path = folder("seeds") / "questionnaires" / f"{version}.toml"
    return parse(path.read_text(encoding="utf-8"), path.name)


def organisation(answers: Answers | None = ANSWERS, **changes: Any) -> ReturnFacts:
    facts = ReturnFacts(
        slug="walton-centre",
        name="The Walton Centre",
        sector="NHS trust",
        place="Liverpool",
        status=Status.ACCEPTED,
        asking=ASKING,
        answers=answers,
        signed=SIGNED if answers else None,
    )
    facts = replace(facts, **changes)
    return replace(facts, cells=cells_of(facts))


def views() -> tuple[IndicatorView, ...]:
    total = Total(Decimal("813.55"), Decimal("1287.10"), Decimal("14.30"), 3)
    groups = {
        "sector": (
            Group("nhs-trust", "NHS trusts", total),
            Group("council", "Councils", None),
        )
    }
    figure = RoundFigure(
        definition=DEFINITIONS[0],
        round="2026-07",
        status="provisional",
        total=total,
        returns_expected=21,
        headcount_counted=Decimal(1290),
        headcount_expected=Decimal(1500),
        breakdowns=groups,
    )
    return (inside(figure), inside(replace(figure, definition=DEFINITIONS[1], total=None, breakdowns={})))


def cells_of(each: ReturnFacts) -> tuple[Cell, ...]:
    if each.answers is None:
        return ()
    return tuple(
        Cell("2026-07", each.slug, question.key, part, each.answers[question.key][part])
        for question in questionnaire().questions
        if question.key in each.answers
        for part in order_parts(question, each.answers[question.key], each.asking)
    )


def content(*returns: ReturnFacts, demo: bool = True, **changes: Any) -> RoundContent:
    made = RoundContent(
        code="2026-07",
        title="July 2026",
        status="closed",
        opens_on=date(2026, 6, 15),
        closes_on=date(2026, 7, 31),
        period=(date(2026, 1, 1), date(2026, 6, 30)),
        questionnaire=questionnaire(),
        returns=returns or (organisation(),),
        views=views(),
        history={"2026-01": views(), "2026-07": views()},
        partnership="Cheshire and Merseyside",
        portal_name="Anchor Portal",
        made_on=date(2026, 8, 3),
        demo=demo,
    )
    return replace(made, **changes)


def written(made: RoundContent) -> bytes:
    output = BytesIO()
    write_round_workbook(output, made)
    return output.getvalue()


def opened(made: RoundContent | bytes) -> Workbook:
    return openpyxl.load_workbook(BytesIO(made if isinstance(made, bytes) else written(made)))


@cache
def standard() -> Workbook:
    """The workbook of the usual content, for tests that only read it."""
    return opened(content())


def column(sheet: Worksheet, heading: str) -> list[Any]:
    headings = [cell.value for cell in sheet[1]]
    place = headings.index(heading)
    return [row[place] for row in sheet.iter_rows(min_row=2, values_only=True)]


def answers_sheet(book: Workbook) -> dict[tuple[str, str], Any]:
    rows = book["Answers"].iter_rows(min_row=2)
    return {(row[2].value, row[3].value or ""): row[4] for row in rows}


def test_it_has_its_eight_sheets_in_order() -> None:
    assert tuple(standard().sheetnames) == SHEETS


@pytest.mark.parametrize("text", ["=1+1", "+44", "-5 degrees", "@SUM(A1)", "\tx", "'quoted", '=HYPERLINK("http://x")'])
def test_a_text_like_a_formula_is_a_text_wherever_it_stands(text: str) -> None:
    story = {"1.title": text, "1.story": text}
    hostile = organisation(
        {**ANSWERS, "p1.narrative": {"": text}, "p7.case_studies": story},
        name=text,
        place=text,
        signed=replace(SIGNED, name=text, role=text),
    )
    book = opened(content(hostile, partnership=text, title=text))
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value == text]
    assert len(found) >= 8
    assert {cell.data_type for cell in found} == {"s"}
    assert {cell.quotePrefix for cell in found} == {True}


def test_no_cell_is_a_formula_or_a_link() -> None:
    hostile = organisation({**ANSWERS, "p1.evidence": {"1.link": "https://example.org/?a=1&b=2"}})
    book = opened(content(hostile))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert answers_sheet(book)["p1.evidence", "1.link"].value == "https://example.org/?a=1&b=2"


@pytest.mark.parametrize(
    ("question", "part", "value", "number_format"),
    [
        ("about.headcount", "", 1290, "#,##0"),
        ("about.fte", "", 1100.5, "#,##0.00"),
        ("p1.rlw_staff", "numerator", 0, "#,##0"),
        ("p2.local_spend", "numerator", 1234567.89, "£#,##0.00"),
        ("p2.local_staff", "percent", 62.5, "General"),
        ("p4.target_year", "", 2040, "0"),
        ("p4.level_now", "", 3, "0"),
        ("p7.case_studies", "1.pledge", 1, "0"),
        ("workforce.levels", "band_5.white", 93, "#,##0"),
        ("about.snapshot_date", "", datetime(2026, 6, 30), "yyyy-mm-dd"),  # noqa: DTZ001
        ("signoff", "date", datetime(2026, 7, 10), "yyyy-mm-dd"),  # noqa: DTZ001
        ("p4.green_plan", "", "yes", "General"),
        ("p1.rlw_agency", "reason", "not_held", "General"),
    ],
)
def test_numbers_are_numbers_and_dates_are_dates(question: str, part: str, value: Any, number_format: str) -> None:
    cell = answers_sheet(standard())[question, part]
    assert cell.value == value
    assert type(cell.value) is type(value)
    assert cell.number_format == number_format


def test_its_answers_are_the_rows_of_the_csv() -> None:
    made = content()
    rows = [row[:4] for row in opened(made)["Answers"].iter_rows(min_row=2, values_only=True)]
    assert [tuple(cell or "" for cell in row) for row in rows] == [
        cell[:4] for each in made.returns for cell in each.cells
    ]


def test_a_text_of_full_length_with_several_lines_is_whole() -> None:
    text = "\n".join(["A line of a long story, with “quotes” & <signs>."] * 100)[:5000]
    book = opened(content(organisation({**ANSWERS, "p2.narrative": {"": text}})))
    assert text in column(book["Narratives"], "What was written")


def test_five_states_of_an_answer_look_different() -> None:
    blank = organisation(
        {"p1.rlw_staff": {"percent": "0"}}, slug="b", name="B", asking=replace(ASKING, sector="company")
    )
    nobody = organisation(None, slug="c", name="C", status=Status.NOT_STARTED)
    book = opened(content(organisation(), blank, nobody))
    rows = {row[0]: row for row in book["Pledges by organisation"].iter_rows(values_only=True)}
    headings = rows["Organisation"]

    def said(name: str, heading: str) -> Any:
        return rows[name][headings.index(heading)]

    assert said("The Walton Centre", "Pledge 1: Employees paid the real living wage (%)") == 0
    assert said("The Walton Centre", "Pledge 1: Agency staff paid the real living wage (%)") == "Not known"
    assert said("The Walton Centre", "Pledge 3: Free use of buildings") == "Not applicable"
    assert said("The Walton Centre", "Pledge 5: Social Value Charter signed") == "Not answered"
    assert said("B", "Pledge 6: NHS Prevention Pledge") == "Not asked"
    assert said("C", "Pledge 3: Free use of buildings") == "No return"


def test_a_figure_that_is_not_there_has_a_state_and_a_reason_and_no_number() -> None:
    headings, *rows = standard()["Indicators"].iter_rows(values_only=True)
    councils = dict(zip(headings, next(row for row in rows if row[4] == "Councils"), strict=True))
    assert councils["Value (%)"] is None
    assert councils["Numerator"] is None
    assert (councils["State"], councils["Reason"]) == ("Not provided", "no accepted return has these figures")
    everyone = dict(zip(headings, rows[0], strict=True))
    assert everyone["Value (%)"] == pytest.approx(81355 / 1287.10)
    assert (everyone["Numerator"], everyone["Denominator"], everyone["State"]) == (813.55, 1287.1, "Shown")


def test_the_summary_counts_statuses_and_says_figures_in_words() -> None:
    nobody = organisation(None, slug="c", name="Torus", status=Status.NOT_STARTED)
    rows = {row[0]: row[1:] for row in opened(content(organisation(), nobody))["Summary"].iter_rows(values_only=True)}
    assert (rows["Organisations"][0], rows["Accepted"][0], rows["Not started"][0]) == (2, 1, 1)
    assert rows["Nothing signed yet"][0] == "Torus"
    assert "Of every 100 full-time equivalent employees of the 3 signatories counted, 63 live here." in rows
    assert rows["Value (%)"][1] == "Not provided: no accepted return has these figures"


@pytest.mark.parametrize("name", TABLES)
def test_headings_stay_in_sight_are_repeated_in_print_and_can_be_filtered_by(name: str) -> None:
    sheet = standard()[name]
    assert sheet.freeze_panes is not None
    assert str(sheet.freeze_panes).endswith("2")
    assert sheet.auto_filter.ref == sheet.dimensions
    assert sheet.print_title_rows == "$1:$1"
    assert all(isinstance(cell.value, str) and cell.font.bold for cell in sheet[1])
    assert len({cell.value for cell in sheet[1]}) == len(sheet[1])


@pytest.mark.parametrize("name", SHEETS)
def test_every_sheet_is_set_up_for_paper(name: str) -> None:
    sheet = standard()[name]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.oddFooter.right.text == "Page &P of &N"


def test_synthetic_figures_say_so_on_every_printed_page_and_real_ones_do_not() -> None:
    demo, real = standard(), opened(content(demo=False))
    assert {sheet.oddFooter.left.text for sheet in demo} == {DEMONSTRATION}
    assert {sheet.oddFooter.left.text for sheet in real} == {None}
    for name in ("Read me", "Summary"):
        assert DEMONSTRATION in [cell.value for cell in demo[name]["A"]]
        assert DEMONSTRATION not in [cell.value for cell in real[name]["A"]]
    assert demo.properties.title == "Anchor Framework, round July 2026"


def test_the_dictionary_explains_every_part_of_every_question() -> None:
    made = content()
    rows = list(opened(made)["Data dictionary"].iter_rows(min_row=2, max_col=3, values_only=True))
    explained = {(row[0], part) for row in rows for part in str(row[1] or "").split(", ")}
    assert {row[0] for row in rows} == {question.key for question in made.questionnaire.questions} | {"(any question)"}
    for cell in (cell for each in made.returns for cell in each.cells):
        key = "(any question)" if cell.part in {"state", "reason", "explanation"} else cell.question
        assert (key, cell.part) in explained
    assert all(row[2] for row in rows)


def test_a_sheet_with_nothing_in_it_says_so() -> None:
    book = opened(content(organisation(None, status=Status.NOT_STARTED)))
    for name in ("Answers", "Narratives", "Case studies"):
        assert book[name]["A2"].value == "There is nothing of this kind in this round."


def test_both_versions_of_the_questionnaire_make_a_workbook() -> None:
    old = organisation({"p1.rlw_staff": {"percent": "94.8"}, "p7.case_study": {"": "A story."}})
    made = content(replace(old, cells=()), questionnaire=questionnaire("2024-01"))
    book = opened(made)
    assert column(book["Narratives"], "What was written") == ["A story."]
    assert column(book["Pledges by organisation"], "Pledge 1: Staff paid the real living wage (%)") == [94.8]


def test_the_same_content_gives_the_same_bytes() -> None:
    assert written(content()) == written(content())


def test_an_ampersand_in_a_title_is_printed_and_not_read_as_a_code() -> None:
    facts = WorkbookFacts("Cheshire & Merseyside &D", "x", "x", "x", date(2026, 8, 3), demo=False)
    output = BytesIO()
    with open_book(output, facts) as made:
        made.add(Sheet("One", (Column("A", 10),), ())).write_all([("x",)])
    book = opened(output.getvalue())
    assert book["One"].oddHeader.left.text == "Cheshire && Merseyside &&D"
