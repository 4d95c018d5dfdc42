"""Long work on its pages: asked for, watched, stopped, asked for again, fetched; who sees whose."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.engine import Database
from anchor_portal.models import AuditEntry, Job, JobState, JobWorker, User
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.jobs.queue import open_queue
from anchor_portal.services.jobs.work import _take, run
from tests.pages import Browser
from tests.services.long_jobs import fall_silent, job_of

MEMBER, OTHER_MEMBER = "member@assembly.example", "leopold.quarrington@assembly.example"
TEAM = "team@team.example"
NOBODY = "Nothing is being done at present: no worker is running"


@pytest.fixture
def database(sqlite_app: Flask) -> Database:
    opened: Database = sqlite_app.extensions["database"]
    return opened


@pytest.fixture
def team(sqlite_browser: Browser) -> Browser:
    return sqlite_browser.sign_in(TEAM)


def asked(database: Database, kind: str, who: str, **arguments: Any) -> int:
    with Session(database.writer) as session, session.begin():
        user_id = session.scalars(select(User.id).where(User.email == who)).one()
        return ask(session, kind, "Pieces", arguments, who, user_id).id


def counting(database: Database, folder: Path, who: str = TEAM) -> int:
    return asked(database, "counting", who, file=str(folder / "lines"))


def start_worker(database: Database) -> None:
    """As a worker says that it is there."""
    with Session(database.writer) as session, session.begin():
        session.add(JobWorker(id="one"))


def do(app: Flask, job_id: int) -> JobState | None:
    return run(app.extensions["database"], app.extensions["settings"], job_id)


def test_asking_on_a_page_leads_to_the_job_and_puts_it_into_the_queue(team: Browser, database: Database) -> None:
    page = team.post("/team/audit/check", {})
    assert page.title == "Check of the audit"
    huey, _ = open_queue(database)
    (entry,) = huey.storage.enqueued_items()
    huey.storage.close()
    with Session(database.reader) as session:
        job = session.scalars(select(Job).order_by(Job.id.desc())).first()
    assert job and entry.endswith(b"[%d]]" % job.id)
    assert (job.asked_by, job.state) == (TEAM, JobState.WAITING)
    assert do(team.app, job.id) is JobState.DONE
    assert "The audit is whole" in team.get(f"/jobs/{job.id}").words


def test_without_a_worker_the_pages_say_that_nothing_is_being_done(
    team: Browser, database: Database, tmp_path: Path
) -> None:
    job_id = counting(database, tmp_path)
    assert NOBODY in team.get("/jobs").words
    assert NOBODY in team.get(f"/jobs/{job_id}").words
    start_worker(database)
    assert NOBODY not in team.get("/jobs").words
    assert "Nobody has begun it yet. It is the next one." in team.get(f"/jobs/{job_id}").words
    assert _take(database, team.app.extensions["settings"], job_id)
    assert "It is being done now." in team.get(f"/jobs/{job_id}").words
    fall_silent(database, job_id)
    assert "Another worker takes it over" in team.get(f"/jobs/{job_id}").words


def test_a_job_shows_how_far_it_is_with_and_without_the_script(
    team: Browser, database: Database, tmp_path: Path
) -> None:
    job_id = counting(database, tmp_path)
    start_worker(database)
    work = _take(database, team.app.extensions["settings"], job_id)
    assert work
    work.tell(1, 3, "pieces")
    page = team.get(f"/jobs/{job_id}")
    bar = page.soup.select_one("progress")
    assert bar and (bar["value"], bar["max"]) == ("1", "3")
    assert "1 of 3 pieces" in page.words
    assert page.text("[data-without-script] a") == "See how far it is now"
    told = team.client.get(f"/jobs/{job_id}/progress").json
    assert told == {
        "state": "running", "done": 1, "total": 3, "words": "1 of 3 pieces", "says": "It is being done now.",
    }  # fmt: skip


def test_what_came_of_it_can_be_fetched_and_who_fetched_it_is_kept(
    team: Browser, database: Database, tmp_path: Path
) -> None:
    job_id = counting(database, tmp_path)
    assert do(team.app, job_id) is JobState.DONE
    page = team.get(f"/jobs/{job_id}")
    assert "3 pieces." in page.words
    assert "4 bytes. It can be fetched until" in page.words
    assert [link["href"] for link in page.soup.select("main a")][:2] == [f"/jobs/{job_id}/result", "/rounds"]
    answer = team.client.get(f"/jobs/{job_id}/result")
    assert (answer.data, answer.mimetype) == (b"made", "text/plain")
    assert answer.headers["Content-Disposition"] == "attachment; filename=pieces.txt"
    with Session(database.reader) as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry and (entry.who, entry.action, entry.subject) == (TEAM, "exported", "pieces.txt")
    assert "pieces.txt (4 bytes)" in team.get("/jobs").words


def test_a_result_that_is_gone_is_said_and_no_error(team: Browser, database: Database, tmp_path: Path) -> None:
    job_id = counting(database, tmp_path)
    do(team.app, job_id)
    with Session(database.writer) as session, session.begin():
        session.execute(update(Job).where(Job.id == job_id).values(result_key="a" * 32))
    assert team.get(f"/jobs/{job_id}/result", 503).title == "This file cannot be fetched just now"
    with Session(database.writer) as session, session.begin():
        session.execute(update(Job).where(Job.id == job_id).values(result_key=""))
    team.get(f"/jobs/{job_id}/result", 404)
    assert "“pieces.txt” was removed" in team.get(f"/jobs/{job_id}").words


def test_stopping_it_stops_it_and_says_so_only_where_it_did(team: Browser, database: Database, tmp_path: Path) -> None:
    job_id = counting(database, tmp_path)
    assert "It was stopped." in team.post(f"/jobs/{job_id}/stop", {}).words
    assert "It had ended already. Nothing was changed." in team.post(f"/jobs/{job_id}/stop", {}).words
    page = team.get(f"/jobs/{job_id}")
    assert "Stopped before it began." in page.words
    assert job_of(database, job_id).state == JobState.CANCELLED
    again = team.post(f"/jobs/{job_id}/again", {})
    assert again.response.request.path == f"/jobs/{job_id + 1}"
    assert do(team.app, job_id + 1) is JobState.DONE
    assert "Nothing was changed" in team.post(f"/jobs/{job_id + 1}/again", {}).words


def test_what_is_being_done_is_told_to_stop(team: Browser, database: Database, tmp_path: Path) -> None:
    job_id = counting(database, tmp_path)
    start_worker(database)
    assert _take(database, team.app.extensions["settings"], job_id)
    page = team.post(f"/jobs/{job_id}/stop", {})
    assert page.words.count("It is being stopped.") == 2
    assert not page.soup.select("main form")


def test_people_see_their_own_jobs_and_the_team_all(team: Browser, database: Database) -> None:
    own = asked(database, "pack", MEMBER, meeting_id=1)
    other = asked(database, "pack", OTHER_MEMBER, meeting_id=1, user_id=2)
    not_theirs = asked(database, "export", MEMBER)
    member = Browser(team.app).sign_in(MEMBER)
    member.get(f"/jobs/{own}")
    for hidden in (other, not_theirs):
        member.get(f"/jobs/{hidden}", 404)
        member.post(f"/jobs/{hidden}/stop", {}, 404)
        member.get(f"/jobs/{hidden}/progress", 404)
    assert len(member.get("/jobs").soup.select("tbody tr")) == 2, "this one and that of the demonstration"
    assert len(team.get("/jobs").soup.select("tbody tr")) == 5
    for every in (own, other, not_theirs):
        team.get(f"/jobs/{every}")


def test_what_runs_by_itself_stands_in_a_list_of_its_own(team: Browser, database: Database) -> None:
    assert "Nothing had to be done yet" in team.get("/jobs?which=chores").words
    with Session(database.writer) as session, session.begin():
        ask(session, "outbox", "Send the messages that wait", {}, "schedule")
    assert "Send the messages" not in team.get("/jobs").words
    assert "Send the messages" in team.get("/jobs?which=chores").words
    member = Browser(team.app).sign_in(MEMBER)
    assert "Send the messages" not in member.get("/jobs?which=chores").words


def test_there_are_pages_of_them(team: Browser, database: Database) -> None:
    with Session(database.writer) as session, session.begin():
        for number in range(60):
            ask(session, "export", f"Number {number}", {"number": number}, TEAM)
    first = team.get("/jobs")
    assert len(first.soup.select("tbody tr")) == 50
    older = first.soup.find("a", string="Older")
    assert older
    second = team.get(str(older["href"]))
    assert (len(second.soup.select("tbody tr")), "Number 9" in second.words) == (12, True)


@pytest.mark.parametrize("address", ["/jobs/0", f"/jobs/{10**30}", "/jobs/-1", "/jobs/x", "/jobs/٣"])
def test_numbers_that_no_job_has_are_not_found(team: Browser, address: str) -> None:
    team.get(address, 404)
    team.get(f"{address}/progress", 404)


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "٣", "%00"])
def test_odd_pages_are_the_first_one(team: Browser, before: str) -> None:
    assert len(team.get(f"/jobs?before={before}").soup.select("tbody tr")) in {0, 2}
