"""Downloads: the right bytes under a helpful name, for those who may have them, with a note of who took what."""

import re
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anchor_portal.models import Answer, AuditEntry, Certificate, Interest, Organisation, Return, Round, User
from anchor_portal.outputs.tables import Line, read_cells
from tests.command import run_command
from tests.pages import Browser

TEAM, MEMBER = "team@team.example", "member@assembly.example"
TRUST, COUNCIL = "lead@trust.example", "lead@council.example"
"""Leads of Mid Cheshire Hospitals and of Halton Borough Council."""
ANSWERED = "/returns/2026-07/mid-cheshire-hospitals"
DRAFT = "/returns/2027-01/mid-cheshire-hospitals"
RETURNED = "/returns/2027-01/halton-borough-council"
NIL = "/returns/2027-01/roche"
ROUND_FILES = tuple(f"/exports/2026-07.{ending}" for ending in ("csv", "xlsx", "json", "pdf"))
RETURN_FILES = ("return.pdf", "return.csv", "certificate.pdf")


def fetch(browser: Browser, path: str, status: int = 200) -> TestResponse:
    response = browser.client.get(path)
    assert response.status_code == status, f"{path} answers {response.status_code}"
    return response


def pdf_words(response: TestResponse) -> str:
    pages = PdfReader(BytesIO(response.data)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def writing(app: Flask) -> Session:
    return Session(app.extensions["database"].writer)


def find_row(session: Session, slug: str, code: str) -> Return:
    query = select(Return).join(Organisation).join(Round).where(Organisation.slug == slug, Round.code == code)
    return session.scalars(query).one()


def audit(app: Flask) -> list[tuple[str, str, str]]:
    with Session(app.extensions["database"].reader) as session:
        query = select(AuditEntry.who, AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id)
        return [(who, action, subject) for who, action, subject in session.execute(query)]


def address_of(browser: Browser) -> str:
    """The address of the database that the browser's application works on."""
    return str(browser.app.extensions["settings"].database_url)


def test_the_rounds_csv_is_to_the_byte_what_the_command_line_exports(browser: Browser) -> None:
    browser.sign_in(TEAM)
    for code in ("2027-01", "2024-01"):
        assert (
            fetch(browser, f"/exports/{code}.csv").data
            == run_command(address_of(browser), "returns", "export", "--round", code).output
        )


def test_a_returns_csv_is_to_the_byte_what_the_command_line_exports(browser: Browser) -> None:
    words = ("returns", "export", "--round", "2026-07", "--organisation", "mid-cheshire-hospitals")
    assert (
        fetch(browser.sign_in(TRUST), f"{ANSWERED}/return.csv").data == run_command(address_of(browser), *words).output
    )


def test_the_workbook_has_the_rows_of_the_csv_on_each_engine(browser: Browser) -> None:
    browser.sign_in(TEAM)
    book = openpyxl.load_workbook(BytesIO(fetch(browser, "/exports/2027-01.xlsx").data))
    lines = list(read_cells(fetch(browser, "/exports/2027-01.csv").data))
    rows = book["Answers"].iter_rows(min_row=2, max_col=4, values_only=True)
    assert sorted(tuple(cell or "" for cell in row) for row in rows) == sorted(
        line.cell[:4] for line in lines if isinstance(line, Line)
    )
    assert book["Pledges by organisation"].max_row == 1 + 21


@pytest.mark.parametrize("ending", ["xlsx", "csv", "json", "pdf"])
def test_the_command_line_writes_the_same_file_and_notes_it(
    sqlite_browser: Browser, tmp_path: Any, ending: str
) -> None:
    url = address_of(sqlite_browser)
    out = tmp_path / f"round.{ending}"
    assert run_command(url, "export", "--round", "2024-01", "--out", out).code == 0
    assert audit(sqlite_browser.app)[-1] == ("operator", "exported", out.name)
    assert out.read_bytes() == fetch(sqlite_browser.sign_in(TEAM), f"/exports/2024-01.{ending}").data


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--round", "2026-07", "--out", "round.doc"), "ends in none of .xlsx, .csv, .json, .pdf, .zip"),
        (("--round", "2026-07", "--out", "round.csv", "--evidence"), "goes with a file that ends in .zip"),
        (("--round", "2031-07", "--out", "round.xlsx"), "there is no round “2031-07”"),
        (("--round", "2026-07", "--out", "no/such/folder/round.xlsx"), "cannot be written"),
    ],
)
def test_the_command_line_refuses_in_a_sentence(sqlite_app: Flask, words: tuple[str, ...], says: str) -> None:
    outcome = run_command(str(sqlite_app.extensions["settings"].database_url), "export", *words)
    assert outcome.code == 1
    assert says in outcome.errors


@pytest.mark.parametrize("path", ROUND_FILES)
@pytest.mark.parametrize("person", [TRUST, MEMBER])
def test_a_whole_round_is_for_the_team_alone(sqlite_browser: Browser, path: str, person: str) -> None:
    fetch(sqlite_browser.sign_in(person), path, 403)


@pytest.mark.parametrize("path", [*ROUND_FILES, *(f"{ANSWERED}/{name}" for name in RETURN_FILES)])
def test_whoever_is_not_signed_in_is_asked_to_sign_in(sqlite_browser: Browser, path: str) -> None:
    assert fetch(sqlite_browser, path, 302).location.startswith("/sign-in?next=")


@pytest.mark.parametrize("name", RETURN_FILES)
@pytest.mark.parametrize("code", ["2026-07", "2027-01"])
def test_somebody_elses_return_is_not_found(sqlite_browser: Browser, code: str, name: str) -> None:
    sqlite_browser.sign_in(COUNCIL).get(f"/returns/{code}/mid-cheshire-hospitals/{name}", 404)


@pytest.mark.parametrize("name", RETURN_FILES)
def test_an_interest_hides_a_return_from_an_assembly_member(sqlite_browser: Browser, name: str) -> None:
    fetch(sqlite_browser.sign_in(MEMBER), f"{ANSWERED}/{name}")
    with writing(sqlite_browser.app) as session, session.begin():
        person = session.scalars(select(User.id).where(User.email == MEMBER)).one()
        row = find_row(session, "mid-cheshire-hospitals", "2026-07")
        session.add(Interest(user_id=person, organisation_id=row.organisation_id))
    sqlite_browser.get(f"{ANSWERED}/{name}", 404)


@pytest.mark.parametrize("address", [DRAFT, NIL])
@pytest.mark.parametrize("name", ["return.pdf", "return.csv"])
def test_what_nobody_signed_is_not_for_the_assembly(sqlite_browser: Browser, address: str, name: str) -> None:
    sqlite_browser.sign_in(MEMBER).get(f"{address}/{name}", 404)
    fetch(sqlite_browser.sign_in(TEAM), f"{address}/{name}")


@pytest.mark.parametrize(
    "path",
    ["/exports/2031-07.csv", "/exports/2031-07.xlsx", "/exports/2031-07.json", "/exports/x%2F..csv", "/exports/x"],
)
def test_a_round_that_there_is_not_is_not_found(sqlite_browser: Browser, path: str) -> None:
    sqlite_browser.sign_in(TEAM).get(path, 404)


@pytest.mark.parametrize(
    ("path", "name", "kind"),
    [
        ("/exports/2026-07.csv", "anchor-round-2026-07-answers.csv", "text/csv; charset=utf-8"),
        (
            "/exports/2026-07.xlsx",
            "anchor-round-2026-07.xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (f"{ANSWERED}/return.pdf", "mid-cheshire-hospitals-return-2026-07-revision-1.pdf", "application/pdf"),
        (f"{ANSWERED}/return.csv", "mid-cheshire-hospitals-return-2026-07-revision-1.csv", "text/csv; charset=utf-8"),
        (f"{DRAFT}/return.pdf", "mid-cheshire-hospitals-return-2027-01-draft.pdf", "application/pdf"),
        (f"{ANSWERED}/certificate.pdf", "mid-cheshire-hospitals-certificate-2026-07.pdf", "application/pdf"),
    ],
)
def test_a_download_is_a_file_with_a_helpful_name_and_is_noted(
    sqlite_browser: Browser, path: str, name: str, kind: str
) -> None:
    response = fetch(sqlite_browser.sign_in(TEAM), path)
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.headers["Content-Type"] == kind
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert audit(sqlite_browser.app)[-1] == (TEAM, "exported", name)


def test_a_name_with_letters_that_headers_cannot_hold_is_made_plain(sqlite_browser: Browser) -> None:
    with writing(sqlite_browser.app) as session, session.begin():
        session.execute(update(Organisation).where(Organisation.slug == "torus").values(slug='tórus "1"\u202e'))
    response = fetch(sqlite_browser.sign_in(TEAM), '/returns/2026-07/tórus "1"\u202e/return.csv')
    found = re.fullmatch(r'attachment; filename="([A-Za-z0-9.-]+)"', response.headers["Content-Disposition"])
    assert found is not None
    assert found[1] == "t-rus-1--return-2026-07-revision-1.csv"


def test_the_copy_of_a_signed_return_says_who_signed_it_and_a_draft_says_that_nobody_did(
    sqlite_browser: Browser,
) -> None:
    signed = pdf_words(fetch(sqlite_browser.sign_in(TRUST), f"{ANSWERED}/return.pdf"))
    draft = PdfReader(BytesIO(fetch(sqlite_browser, f"{DRAFT}/return.pdf").data))
    assert "Draft, not signed" not in signed
    assert "Signed by Dominic Farrah-Wynne" in signed
    assert "Signed on" in signed
    for page in draft.pages:
        assert "Draft, not signed: Mid Cheshire Hospitals" in page.extract_text()


def test_the_copy_of_a_return_shows_each_kind_of_answer_in_words(sqlite_browser: Browser) -> None:
    words = pdf_words(fetch(sqlite_browser.sign_in(TRUST), f"{ANSWERED}/return.pdf"))
    for said in (
        "Anchor Assembly Measurement Tool, July 2024 (version 2024-07)",
        "We commit to the real living wage and creating equality",
        "Employees paid the real living wage 5,355 of 5,551 (96.5%)",
        "Snapshot date 31 March 2026",
        "Agenda for Change band 5",
        "Pledge 1 level now 2 Developing",
        "Not answered",
    ):
        assert said in words


def test_after_a_query_the_copy_is_still_the_return_as_it_was_signed(sqlite_browser: Browser) -> None:
    before = fetch(sqlite_browser.sign_in(COUNCIL), f"{RETURNED}/return.csv").data
    with writing(sqlite_browser.app) as session, session.begin():
        row = find_row(session, "halton-borough-council", "2027-01")
        answer = session.get(Answer, (row.id, "about.boundary"))
        assert answer is not None
        answer.parts = {"": "Changed after it was sent back."}
    assert fetch(sqlite_browser, f"{RETURNED}/return.csv").data == before
    words = pdf_words(fetch(sqlite_browser, f"{RETURNED}/return.pdf"))
    assert "Changed after it was sent back" not in words
    assert "Status Returned with queries" in words


def test_a_draft_with_anything_at_all_typed_into_it_can_be_printed(sqlite_browser: Browser) -> None:
    junk = {"": "1,2,x", "numerator": "about half", "denominator": "", "1.title": "🎉", "x.y": "=1", "state": "?"}
    with writing(sqlite_browser.app) as session, session.begin():
        row = find_row(session, "mid-cheshire-hospitals", "2027-01")
        for answer in session.scalars(select(Answer).where(Answer.return_id == row.id)):
            answer.parts = junk
    assert fetch(sqlite_browser.sign_in(TRUST), f"{DRAFT}/return.pdf").data.startswith(b"%PDF")
    assert fetch(sqlite_browser, f"{DRAFT}/return.csv").status_code == 200
    assert fetch(sqlite_browser.sign_in(TEAM), "/exports/2027-01.xlsx").data.startswith(b"PK")


def test_a_return_that_nobody_has_begun_is_printed_as_a_draft(sqlite_browser: Browser) -> None:
    words = pdf_words(fetch(sqlite_browser.sign_in(TEAM), "/returns/2027-01/cvs-cheshire-east/return.pdf"))
    assert "Draft, not signed: CVS Cheshire East" in words


def test_an_accepted_return_has_a_certificate_with_its_number(sqlite_browser: Browser) -> None:
    words = pdf_words(fetch(sqlite_browser.sign_in(TRUST), f"{ANSWERED}/certificate.pdf"))
    with writing(sqlite_browser.app) as session:
        row = find_row(session, "mid-cheshire-hospitals", "2026-07")
        number = session.scalars(select(Certificate.number).where(Certificate.return_id == row.id)).one()
    assert number in words


@pytest.mark.parametrize("address", [DRAFT, "/returns/2027-01/cvs-cheshire-east"])
def test_without_a_certificate_a_sentence_says_when_there_will_be_one(sqlite_browser: Browser, address: str) -> None:
    page = sqlite_browser.sign_in(TEAM).get(f"{address}/certificate.pdf", 404)
    assert page.title == "There is no certificate"
    assert "when the Assembly has accepted the return" in page.words


def test_a_withdrawn_certificate_is_not_handed_out(sqlite_browser: Browser) -> None:
    with writing(sqlite_browser.app) as session, session.begin():
        row = find_row(session, "mid-cheshire-hospitals", "2026-07")
        session.execute(
            update(Certificate)
            .where(Certificate.return_id == row.id)
            .values(withdrawn_on=date(2026, 9, 1), withdrawn_reason="An error in the return")
        )
    assert sqlite_browser.sign_in(TRUST).get(f"{ANSWERED}/certificate.pdf", 404).title == "There is no certificate"


def test_a_name_that_the_font_cannot_print_is_said_on_a_page(sqlite_browser: Browser) -> None:
    with writing(sqlite_browser.app) as session, session.begin():
        row = find_row(session, "mid-cheshire-hospitals", "2026-07")
        named = update(Certificate).where(Certificate.return_id == row.id)
        session.execute(named.values(organisation_name="Mid Cheshire 利物浦"))
    page = sqlite_browser.sign_in(TRUST).get(f"{ANSWERED}/certificate.pdf", 422)
    assert page.title == "This certificate cannot be printed"
    assert "U+5229" in page.words
