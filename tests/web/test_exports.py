"""Exports of a round: the page, streams, long work, the record of who took what."""

import csv
import io
import json

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.models import Job, JobState, Round
from anchor_portal.services.audit import record_now
from anchor_portal.services.evidence.store import open_store
from anchor_portal.services.jobs.work import run_due
from anchor_portal.web.team import exports
from tests.pages import Browser

TEAM = "team@team.example"
ROUND = "2023-07"


@pytest.fixture
def team(sqlite_browser: Browser) -> Browser:
    """The team, signed in."""
    return sqlite_browser.sign_in(TEAM)


def find_job(app: Flask) -> Job:
    with Session(app.extensions["database"].reader) as session:
        return session.scalars(select(Job).order_by(Job.id.desc())).first() or pytest.fail("there is no job")


def test_the_page_offers_every_round_in_every_format_and_says_who_took_what(team: Browser) -> None:
    team.client.get("/exports/2024-01.csv", buffered=True)
    page = team.get("/exports")
    addresses = {link["href"] for link in page.soup.select("main a")}
    for ending in ("", ".csv", ".json", ".xlsx", ".pdf"):
        assert f"/exports/2024-01{ending}" in addresses
    assert "anchor-round-2024-01-answers.csv raw figures" in page.words
    assert TEAM in page.text("main table.app-exports-log")


def test_the_log_goes_back_page_by_page(team: Browser) -> None:
    for number in range(exports.PAGE + 3):
        record_now(team.app.extensions["database"], "somebody", "exported", f"file-{number:03}.pdf")
    newest = team.get("/exports/log")
    assert "file-052.pdf" in newest.words
    assert "file-002.pdf" not in newest.words
    older = team.get(newest.soup.select_one("main a[rel=next]")["href"])
    assert "file-002.pdf" in older.words
    assert "file-003.pdf" not in older.words


@pytest.mark.parametrize("typed", ["0", "-1", "9" * 18, "9" * 40, "١٢", "x", "1e9", "%00"])
def test_an_odd_place_in_the_log_is_no_error(team: Browser, typed: str) -> None:
    team.get(f"/exports/log?before={typed}")


def test_the_csv_begins_with_its_header_before_any_answer_is_read(team: Browser) -> None:
    response = team.client.get("/exports/2026-07.csv")
    pieces = response.iter_encoded()
    assert next(iter(pieces)) == b"round,organisation,question,part,value\n"
    response.close()


def test_the_json_holds_every_answer_of_the_csv_and_the_indicators(team: Browser) -> None:
    found = json.loads(team.client.get("/exports/2027-01.json").data)
    rows = list(csv.DictReader(io.StringIO(team.client.get("/exports/2027-01.csv").text)))
    told = {
        (each["organisation"], question, part): value
        for each in found["returns"]
        for question, parts in (each["answers"] or {}).items()
        for part, value in parts.items()
    }
    assert len(found["returns"]) == 21
    assert {number["number"] for number in found["indicators"]} == {12, 20, 21}
    assert found["demonstration"] is True
    assert set(told) == {(row["organisation"], row["question"], row["part"]) for row in rows}
    assert {each["status"] for each in found["returns"] if each["answers"] is None} == {"not_started"}


def test_the_summary_says_where_the_returns_stand_and_who_signed(team: Browser) -> None:
    pages = PdfReader(io.BytesIO(team.client.get("/exports/2026-07.pdf").data)).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    for said in ("Round July 2026", "Accepted 19", "Not started 2", "All 21", "Indicator 21: Local spending", "Torus"):
        assert said in words


def test_the_workbook_of_a_large_round_is_long_work(team: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 3)
    assert team.client.get(f"/exports/{ROUND}.xlsx").location == f"/exports/{ROUND}"
    page = team.get(f"/exports/{ROUND}")
    assert "takes some minutes" in page.words
    response = team.client.post(f"/exports/{ROUND}", data={"csrf_token": team.token(), "format": "xlsx"})
    job = find_job(team.app)
    assert response.location == f"/jobs/{job.id}"
    run_due(team.app.extensions["database"], team.app.extensions["settings"])
    job = find_job(team.app)
    assert (job.state, job.outcome, job.result_name) == (JobState.DONE, "11 returns", f"anchor-round-{ROUND}.xlsx")
    content = open_store(team.app.extensions["settings"].results).open(job.result_key)
    assert content.read(2) == b"PK"
    content.close()


@pytest.mark.parametrize("kind", ["", "csv", "exe", "\x00"])
def test_what_cannot_be_asked_for_is_refused_in_a_sentence(team: Browser, kind: str) -> None:
    page = team.post(f"/exports/{ROUND}", {"csrf_token": team.token(), "format": kind}, 422)
    assert page.errors == ["Choose what is to be made: the archive or the workbook"]


def test_an_archive_of_a_round_that_is_gone_fails_with_a_sentence(team: Browser) -> None:
    team.client.post(f"/exports/{ROUND}", data={"csrf_token": team.token(), "format": "zip"})
    database = team.app.extensions["database"]
    with Session(database.writer) as session, session.begin():
        session.execute(update(Round).where(Round.code == ROUND).values(code="2022-07"))
    run_due(database, team.app.extensions["settings"])
    assert (find_job(team.app).state, find_job(team.app).outcome) == (
        JobState.FAILED,
        "There is no such round any more.",
    )
