"""A clock that jumps: nobody's typing is lost, nobody waits for a moment that never comes, and no error is shown."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.long_work import SILENT, is_silent
from anchor_portal.models import Job, JobState, Message
from anchor_portal.models.base import now
from anchor_portal.services.audit import record_now
from anchor_portal.services.doctor import examine
from anchor_portal.services.jobs.work import run_due
from anchor_portal.services.messages.sending import is_due_at
from tests.faults.clocks import travel
from tests.pages import Browser, check
from tests.services.long_jobs import asked, job_of, lines_of, settings_for
from tests.web.sections import SECTION, send, stored

LEAD, PATH, BOX = "lead@trust.example", f"{SECTION}/pledge-1", "p1.narrative:"
JUMPS = [timedelta(days=2), timedelta(days=400), timedelta(minutes=-10), timedelta(days=-2)]


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_what_was_typed_survives_a_clock_that_jumps_and_jumps_back(sqlite_app: Flask, jump: timedelta) -> None:
    lead = Browser(sqlite_app).sign_in(LEAD)
    form = lead.get(PATH).form() | {BOX: "Typed while the clock jumped.", "then": "later"}
    with travel(jump):
        for address in ("/", "/work", PATH, "/indicators/12", "/account"):
            assert lead.client.get(address).status_code in {200, 302}
        answer = lead.client.post(PATH, data=form)
        assert answer.status_code in {302, 400, 401}
        if answer.status_code != 302:
            assert "Typed while the clock jumped." in check(answer, answer.status_code).words
    again = Browser(sqlite_app).sign_in(LEAD)
    send(again, PATH, again.get(PATH).form() | {BOX: "Typed when it was right again.", "then": "later"})
    assert stored(sqlite_app)["p1.narrative"][""] == "Typed when it was right again."


def test_the_audit_stays_one_chain_whatever_the_clock_says(sqlite_app: Flask) -> None:
    database = sqlite_app.extensions["database"]
    for days in (0, 900, -900, 0):
        with travel(timedelta(days=days)):
            record_now(database, "operator", "exported", f"on {now().date()}")
    assert [finding for finding in examine(database) if finding.wrong] == []


@pytest.mark.parametrize("away", [timedelta(0), SILENT, -SILENT])
def test_who_said_something_lately_lives(away: timedelta) -> None:
    at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert not is_silent(at + away, at)
    assert not away or is_silent(at + 2 * away, at), "also in a future that a clock put back has left"


def test_work_begun_in_a_future_that_never_came_is_taken_over(sqlite_app: Flask, tmp_path: Path) -> None:
    database = sqlite_app.extensions["database"]
    job_id = asked(database, file=str(tmp_path / "lines"))
    with Session(database.writer) as session, session.begin():
        future = {"state": JobState.RUNNING, "holder": "dead", "beat_at": now() + timedelta(days=30), "attempts": 1}
        session.execute(update(Job).where(Job.id == job_id).values(**future))
    run_due(database, settings_for(database, tmp_path))
    assert job_of(database, job_id).state == JobState.DONE
    assert len(lines_of(tmp_path / "lines")) == 3


@pytest.mark.parametrize(
    ("due_in", "is_due"),
    [(timedelta(0), True), (timedelta(minutes=-5), True), (timedelta(hours=12), False), (timedelta(days=30), True)],
)
def test_a_message_waits_for_no_moment_that_only_a_wrong_clock_can_have_meant(
    sqlite_app: Flask, due_in: timedelta, is_due: bool
) -> None:
    at = now()
    with Session(sqlite_app.extensions["database"].writer) as session:
        message = session.scalars(select(Message).where(Message.sent_at.is_(None)).limit(1)).one()
        message.next_try_at, message.attempts = at + due_in, 1
        session.flush()
        assert bool(session.scalars(select(Message.id).where(Message.id == message.id, is_due_at(at))).all()) is is_due
