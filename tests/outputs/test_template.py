"""The form as a workbook: what goes in comes out again, what people do to it is understood, errors name their cell."""

import zipfile
from collections.abc import Mapping
from datetime import date, datetime, time
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from pypdf import PdfReader

from anchor_portal.domain.answers.answer import read_answer
from anchor_portal.domain.answers.completeness import is_for
from anchor_portal.domain.answers.parts import Last
from anchor_portal.domain.questionnaire.version import Kind, Questionnaire
from anchor_portal.domain.sectors import SECTORS
from anchor_portal.outputs.form.blank_form_pdf import BlankFormFacts, draw_blank_form
from anchor_portal.outputs.form.cells import read_value
from anchor_portal.outputs.form.layout import box_for, lay_out
from anchor_portal.outputs.form.reader import LARGEST
from anchor_portal.services.returns.forms import blank_workbook
from anchor_portal.services.returns.offline import UploadRefused, beside_files
from tests.domain.circumstances import CURRENT, PRINTED, asking
from tests.offline import SETTINGS, Formula, as_typed, cells_of, every_kind, fill, found_for, make, read, saved

TRUST = found_for(CURRENT, asking())
COUNCIL = found_for(CURRENT, asking("council"))
EMPTY = make(TRUST, {})
ANSWERED = every_kind(CURRENT, TRUST.asking)
FILLED = make(TRUST, ANSWERED, Last(ANSWERED, date(2026, 6, 30)))


@pytest.mark.parametrize("questionnaire", [PRINTED, CURRENT], ids=lambda each: each.code)
@pytest.mark.parametrize("sector", SECTORS)
def test_a_form_asks_everything_that_a_kind_of_organisation_is_asked_and_nothing_else(
    questionnaire: Questionnaire, sector: str
) -> None:
    tabs = lay_out(questionnaire, asking(sector), {}, {})
    asked = [block.question for tab in tabs for block in tab.blocks]
    assert asked == [q for q in questionnaire.questions if is_for(q, asking(sector)) and q.kind is not Kind.SIGNOFF]
    assert all(block.lines for tab in tabs for block in tab.blocks)
    assert len({tab.name.lower() for tab in tabs}) == len(tabs)


@pytest.mark.parametrize(
    ("questionnaire", "sector"),
    [(CURRENT, "nhs-trust"), (CURRENT, "primary-care"), (PRINTED, "council")],
    ids=lambda each: getattr(each, "code", each),
)
def test_a_form_that_comes_back_as_it_was_made_changes_nothing(questionnaire: Questionnaire, sector: str) -> None:
    found = found_for(questionnaire, asking(sector))
    stored = every_kind(questionnaire, found.asking)
    upload = read(found, make(found, stored), stored)
    assert (upload.changes, upload.faults, upload.kept) == ([], [], [])


def test_what_is_stored_in_odd_ways_comes_back_as_it_is() -> None:
    typed = {
        "about.headcount": {"": "about 900"},
        "about.fte": {"": "00012.5"},
        "about.snapshot_date": {"": "2099-01-01"},
        "p1.rlw_staff": {"numerator": "5", "denominator": "10"},
        "p1.rlw_rate_year": {"": "1066"},
        "p1.narrative": {"": "it says _x000D_ and x005F_ here"},
        "p2.narrative": {"": "n" * 40_000},
        "p3.free_use": {"state": "not_applicable", "reason": "We are a choir."},
        "p4.target_year": {"": "20400"},
        "p2.local_spend": {"numerator": "12345678901234567", "denominator": "1"},
    }
    stored = {key: read_answer(CURRENT.question(key), parts, TRUST.asking).parts for key, parts in typed.items()}
    assert [change.question.key for change in read(TRUST, make(TRUST, stored), stored).changes] == []


@pytest.mark.parametrize("found", [TRUST, COUNCIL], ids=["trust", "council"])
def test_every_answer_typed_into_an_empty_form_is_read_as_it_would_be_typed_on_the_page(found: Any) -> None:
    wanted = every_kind(CURRENT, found.asking)
    content, _ = fill(make(found, {}), as_typed(found, wanted))
    upload = read(found, content, {})
    assert upload.faults == []
    assert {change.question.key: dict(change.parts) for change in upload.changes} == wanted


def meant(key: str, value: Any, number_format: str = "General") -> str:
    """What a value in a cell means, as the text that a person would have typed."""
    question, _, part = key.partition(":")
    box = box_for(CURRENT.question(question), part, TRUST.asking)
    assert box is not None
    return read_value(box, value, number_format)


@pytest.mark.parametrize(
    ("key", "value", "number_format", "text"),
    [
        ("about.headcount:", 12.0, "General", "12"),
        ("about.headcount:", "12,500 ", "General", "12,500 "),
        ("about.headcount:", 1e3, "#,##0", "1000"),
        ("about.headcount:", 0.55, "0%", "55%"),
        ("about.fte:", 0.1 + 0.2, "General", "0.3"),
        ("about.fte:", 123456789.1, "General", "123456789.1"),
        ("p1.rlw_staff:percent", 0.55, "0%", "55%"),
        ("p1.rlw_staff:percent", 0.0725, "0.00%", "7.25%"),
        ("p1.rlw_staff:percent", 55, '0"%"', "55"),
        ("p1.rlw_staff:percent", 62.5, "General", "62.5"),
        ("p1.rlw_staff:basis", "ESTIMATE", "General", "estimate"),
        ("about.snapshot_date:", datetime.combine(date(2026, 6, 30), time(13, 5)), "d mmm", "2026-06-30"),
        ("about.snapshot_date:", "30 June 2026", "General", "30 June 2026"),
        ("p1.narrative:", datetime.combine(date(2026, 6, 30), time()), "d mmm", "30 June 2026"),
        ("p1.narrative:", "one_x000D_\ntwo_x0041_", "General", "one\r\ntwo_x0041_"),
        ("p4.green_plan:", " IN progress ", "General", "in_progress"),
        ("p4.green_plan:", "perhaps", "General", "perhaps"),
        ("p5.charter_signed:", True, "General", "yes"),
        ("p6.marmot:theme-1", "x", "General", "yes"),
        ("p6.marmot:theme-1", "No", "General", ""),
        ("p1.level_now:", 2, "General", "2"),
        ("p1.narrative:", None, "General", ""),
    ],
)
def test_cells_are_read_as_people_and_spreadsheets_mean_them(
    key: str, value: Any, number_format: str, text: str
) -> None:
    assert meant(key, value, number_format) == text


def test_every_error_names_its_sheet_and_cell() -> None:
    wrong = {
        "about.headcount:": "many",
        "about.fte:": -1,
        "about.snapshot_date:": "31 June 2026",
        "p1.rlw_staff:numerator": 12,
        "p1.rlw_rate_year:": "1066",
        "p4.target_year:": datetime.combine(date(2040, 1, 1), time()),
        "p2.local_spend:numerator": Formula("=SUM(A1:A2)"),
        "p7.case_studies:2.title": "Without a story",
        "p7.evidence:3.link": "www.trust.example",
        "workforce.levels:band-1.white": 2.5,
    }
    book = load_workbook(BytesIO(EMPTY))
    level = next(key for key, _ in cells_of(book) if key.startswith("workforce.levels:") and key.endswith(".white"))
    wrong[level] = wrong.pop("workforce.levels:band-1.white")
    content, places = fill(EMPTY, wrong | {"p4.green_plan:": "Yes"})
    errors = read(TRUST, content, {}).errors
    beside = {
        "p1.rlw_staff:numerator": "p1.rlw_staff:denominator",
        "p7.case_studies:2.title": "p7.case_studies:2.story",
    }
    for key in wrong:
        named = {places[key], places[beside.get(key, key)]}
        assert any(error.split(": ")[0] in named for error in errors), f"{key}: {errors}"
    assert len(errors) >= len(wrong)
    assert all("!" in error.split(": ")[0] for error in errors)


def test_a_percentage_below_one_and_a_year_in_a_date_cell_are_asked_about() -> None:
    content, places = fill(
        EMPTY, {"p1.rlw_staff:percent": 0.55, "p4.approved_on:": datetime.combine(date(1905, 7, 13), time())}
    )
    remarks = read(TRUST, content, {}).remarks
    assert any(
        remark.startswith(f"{places['p1.rlw_staff:percent']}: this reads as 0.55 per cent") for remark in remarks
    )
    assert any(remark.startswith(f"{places['p4.approved_on:']}: this reads as 13 July 1905") for remark in remarks)


def test_rows_that_were_moved_deleted_or_repeated_and_sheets_that_were_renamed_are_understood() -> None:
    book = load_workbook(BytesIO(FILLED))
    page = book["Pledge 2"]
    page.title = "Purchasing (Ann)"
    page.insert_rows(3, amount=4)
    for number, row in enumerate(page.iter_rows(), start=1):
        if "p2.narrative:" in str(row[0].value):
            page.delete_rows(number)
            break
    upload = read(TRUST, saved(book), ANSWERED)
    assert (upload.changes, upload.faults) == ([], [])
    place = next(cell for key, cell in cells_of(book) if key == "p2.local_staff:numerator")
    place.value = "none"
    assert any(
        error.startswith(f"Purchasing (Ann)!{place.coordinate}: ")
        for error in read(TRUST, saved(book), ANSWERED).errors
    )
    page.append([place.parent.cell(place.row, 1).value, "copied", 3])
    assert "is there twice" in read(TRUST, saved(book), ANSWERED).faults[0]


def test_clearing_a_cell_takes_its_answer_away_and_a_cleared_item_closes_the_gap() -> None:
    content, _ = fill(FILLED, {"p1.narrative:": None, "p7.case_studies:1.title": None, "p7.case_studies:1.story": None,
        "p7.case_studies:1.pledge": None, "p7.case_studies:1.place": None, "p7.case_studies:1.publish": None})  # fmt: skip
    changes = {change.question.key: dict(change.parts) for change in read(TRUST, content, ANSWERED).changes}
    second = {"1.title": "Second", "1.story": "Told", "1.publish": "no"}
    assert changes == {"p1.narrative": {}, "p7.case_studies": second}


def test_what_others_changed_meanwhile_stands_and_what_both_changed_is_disputed() -> None:
    content, _ = fill(FILLED, {"p1.narrative:": "From the form", "p3.narrative:": "From the form"})
    meanwhile = ANSWERED | {"p2.narrative": {"": "From the portal"}, "p3.narrative": {"": "From the portal"}}
    upload = read(TRUST, content, meanwhile)
    assert [(change.question.key, change.is_disputed) for change in upload.changes] == [
        ("p1.narrative", False),
        ("p3.narrative", True),
    ]
    assert [question.key for question in upload.kept] == ["p2.narrative"]


def test_a_blank_form_takes_nothing_away() -> None:
    blank = blank_workbook(CURRENT, TRUST.asking, SETTINGS)
    content, _ = fill(blank, {"p4.target_year:": 2039, "p1.narrative:": "New"})
    stored = {"p1.narrative": {"": "Old"}, "p2.narrative": {"": "Stays"}}
    upload = read(TRUST, content, stored)
    assert [(c.question.key, c.is_disputed) for c in upload.changes] == [
        ("p1.narrative", True),
        ("p4.target_year", False),
    ]


def test_uploaded_files_are_mentioned_and_never_changed() -> None:
    file = {"file": "0" * 32, "name": "plan.pdf", "digest": "a" * 64, "caption": "The plan"}
    stored = {"p4.evidence": {"1.link": "https://a.example/"} | {f"2.{name}": text for name, text in file.items()}}
    made = make(TRUST, stored)
    words = [cell.value for row in load_workbook(BytesIO(made))["Pledge 4"].iter_rows() for cell in row]
    assert "Uploaded in the portal, and kept as it is: plan.pdf (The plan)" in words
    assert read(TRUST, made, stored).changes == []
    content, _ = fill(made, {"p4.evidence:1.link": None, "p4.evidence:3.link": "https://b.example/"})
    (change,) = read(TRUST, content, stored).changes
    assert change.parts == {f"1.{name}": text for name, text in file.items()} | {"2.link": "https://b.example/"}
    assert beside_files({"1.file": "forged", "1.name": "x.exe", "2.link": "https://c.example/"}, {}) == {
        "2.link": "https://c.example/"
    }


def test_nobody_s_text_becomes_a_formula_and_only_boxes_can_be_typed_into() -> None:
    book = load_workbook(BytesIO(FILLED))
    boxes = {(cell.parent.title, cell.coordinate) for _, cell in cells_of(book)}
    for page in book.worksheets:
        assert page.protection.sheet and not page.protection.password
        for row in page.iter_rows():
            for cell in row:
                is_ours = cell.data_type == "f" and str(cell.value).startswith(("=IF(COUNT(", "=IF(AND(ISNUMBER("))
                assert cell.data_type != "f" or is_ours, f"{page.title}!{cell.coordinate}"
                if (page.title, cell.coordinate) in boxes:
                    assert not cell.protection.locked
                elif cell.value is not None:
                    assert cell.protection.locked
    assert book["_portal"].sheet_state == book["_lists"].sheet_state == "veryHidden"
    lists = book["Pledge 4"].data_validations.dataValidation
    assert any(rule.type == "list" and rule.formula1.startswith("_lists!") for rule in lists)


def zipped(files: Mapping[str, bytes]) -> bytes:
    output = BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return output.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    """The filled form with a part in place of its own or beside it."""
    with zipfile.ZipFile(BytesIO(EMPTY)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    return zipped(parts | {name: content})


BOMB = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'
HOSTILE = {
    "nothing": (b"", "is empty"),
    "too large": (b"x" * (LARGEST + 1), "larger than 5 MB"),
    "a picture": (b"\x89PNG\r\n", "not a workbook"),
    "old or locked": (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "password"),
    "another archive": (zipped({"a.txt": b"a"}), "not an Excel workbook"),
    "macros": (with_part("xl/vbaProject.bin", b"x"), "macros"),
    "many small strings": (lambda: with_part("xl/more.bin", b"<si><t>x</t></si>" * 60_000), "far larger inside"),
    "a bomb": (lambda: with_part("xl/media/a.bin", b"\x00" * 51 * 1024 * 1024), "far larger inside"),
    "definitions": (with_part("xl/sharedStrings.xml", BOMB), "definitions"),
    "hidden definitions": (with_part("xl/sharedStrings.xml", BOMB.decode().encode("utf-16")), "definitions"),
    "broken XML": (with_part("xl/workbook.xml", b"<workbook><sheets>"), "damaged"),
    "cut off": (EMPTY[: len(EMPTY) // 2], "not a workbook"),
    "somebody's own": (saved(Workbook()), "not a form of the portal"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_is_no_form_is_refused_with_a_sentence(name: str) -> None:
    content, words = HOSTILE[name]
    with pytest.raises(UploadRefused, match=words):
        read(TRUST, content() if callable(content) else content, {})


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        ("organisation", "another", "belongs to Example & Sons, not to"),
        ("round", "2025-01", "for the round 2025-01"),
        ("digest", "0" * 64, "version 2024-07"),
        ("sector", "council", "another kind of organisation"),
        ("format", "anchor-portal-form-9", "another version of the portal"),
        ("format", "budget", "not a form of the portal"),
    ],
)
def test_a_form_of_another_return_is_refused_with_a_sentence(fact: str, value: str, words: str) -> None:
    book = load_workbook(BytesIO(EMPTY))
    next(row for row in book["_portal"].iter_rows() if row[0].value == fact)[1].value = value
    with pytest.raises(UploadRefused, match=words):
        read(TRUST, saved(book), {})


def test_rows_far_away_and_cells_that_are_not_asked_are_no_trouble() -> None:
    book = load_workbook(BytesIO(EMPTY))
    book["Pledge 1"].cell(1_048_576, 3).value = "far away"
    book["Pledge 1"].append(["C=p9.unknown:numerator D=about.headcount:nonsense E=:: F==", "", 3, 4])
    faults = read(TRUST, saved(book), {}).faults
    assert len(faults) == 0 or all("!" in fault for fault in faults)


@pytest.mark.parametrize(("questionnaire", "sector"), [(CURRENT, "nhs-trust"), (PRINTED, "housing")])
def test_the_blank_form_on_paper_asks_every_question_and_says_where_it_goes(
    questionnaire: Questionnaire, sector: str
) -> None:
    facts = BlankFormFacts(SECTORS[sector], "Anchor Portal", "Cheshire and Merseyside")
    content = draw_blank_form(facts, questionnaire, asking(sector))
    words = "".join("".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())
    assert "Nothingissentonpaper" in words
    for question in questionnaire.questions:
        is_asked = is_for(question, asking(sector)) and question.kind is not Kind.SIGNOFF
        if is_asked:
            assert "".join(question.label.split()) in words, question.key
    assert all("".join(pledge.split()) in words for pledge in questionnaire.pledges)
    assert draw_blank_form(facts, questionnaire, asking(sector)) == content
