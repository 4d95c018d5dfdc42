"""A whole round through its pages, from the plan to the archive: at each stage all pages tell the same numbers."""

import io
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.engine import Database
from anchor_portal.models import Job, JobState, Round
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.services.evidence.store import open_store
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.jobs.work import run_due
from anchor_portal.services.people import add_role
from tests.conftest import make_app, seeded
from tests.engines import sqlite_url
from tests.mail_server import Mailbox, mail_server
from tests.make import Parts, answers, import_answers, share, signed
from tests.pages import Browser, Page

TEAM, MEMBER = "team@programme.example", "member@assembly.example"
LEAD, SIGNATORY, LATE, IDLE = "lead@torus.example", "sol@torus.example", "lead@roche.example", "lead@miaa.example"
CODE = "2026-07"
ROUND, TORUS = f"/rounds/{CODE}", f"/returns/{CODE}/torus"
SENT = ("sefton-council", "cvs-cheshire-east", "walton-centre")
ACCEPTED = (*SENT, "torus", "roche")
FIGURES: dict[str, Parts] = {"about__headcount": {"": "60"}, "p2__local_fte": share("40", "50")}
OUTCOMES = {f"outcome-{number}": "met" for number in range(1, 8)}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The portal as it is set up: the 21 signatories of the seeds, some people, and no round."""
    made = make_app(sqlite_url(tmp_path, seeded))
    people = {TEAM: (Role.TEAM, ""), MEMBER: (Role.MEMBER, ""), LEAD: (Role.LEAD, "torus"),
              SIGNATORY: (Role.SIGNATORY, "torus"), LATE: (Role.LEAD, "roche"), IDLE: (Role.LEAD, "miaa")}  # fmt: skip
    with Session(made.extensions["database"].writer) as session, session.begin():
        for email, (role, slug) in people.items():
            add_role(session, email, role, find_organisation(session, slug) if slug else None, email.partition("@")[0])
    yield made
    made.extensions["database"].dispose()


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}-day": str(on.day), f"{name}-month": str(on.month), f"{name}-year": str(on.year)}


def take(browser: Browser, what: str) -> Page:
    """Take a step of the round on its page."""
    page = browser.get(f"{ROUND}/{what}")
    return browser.post(f"{ROUND}/{what}", page.form() | {"reason": "As the Assembly agreed"})


def counts(app: Flask) -> dict[str, int]:
    """How many returns stand where, as the team's page of the round says."""
    words = Browser(app).sign_in(TEAM).get(ROUND).words
    names = ("Not started", "In progress", "Ready for sign-off", "Submitted", "Accepted")
    found = {name: re.search(rf"{name} (\d+)\b", words.partition("Planned")[0]) for name in names}
    return {name: int(each[1]) for name, each in found.items() if each}


def bring(app: Flask, organisations: Mapping[str, Mapping[str, Parts]]) -> None:
    """Import returns, as the command line does."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        import_answers(session, session.scalars(select(Round)).one(), organisations)


def work(app: Flask, mailbox: Mailbox, *kinds: str) -> Job:
    """What a worker does: these kinds of work, and whatever was asked for on a page; gives the last job."""
    database: Database = app.extensions["database"]
    for kind in kinds:
        with Session(database.writer) as session, session.begin():
            ask(session, kind, kind.capitalize(), {"number": str(len(mailbox.taken))}, "schedule")
        run_due(database, replace(app.extensions["settings"], mail=mailbox.server))
    run_due(database, app.extensions["settings"])
    with Session(database.reader) as session:
        job = session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
    assert job.state == JobState.DONE, job.outcome
    return job


def names_in(app: Flask, job: Job) -> list[str]:
    """The files in the ZIP that a job made."""
    with closing(open_store(app.extensions["settings"].results).open(job.result_key)) as content:
        return ZipFile(io.BytesIO(content.read())).namelist()


def plan_and_remind(app: Flask, mailbox: Mailbox) -> None:
    team = Browser(app).sign_in(TEAM)
    typed = {"code": CODE, "version": "2024-07"}
    team.post("/rounds/add", typed | day("opens_on", today() - timedelta(days=9)) | day("closes_on", today()))
    assert "21 of 21 organisations have not answered" in team.get(ROUND).words
    bring(app, {slug: signed(**FIGURES) for slug in SENT} | {"torus": answers(**FIGURES)})
    assert counts(app) == {"Not started": 17, "In progress": 1, "Submitted": 3}
    team.post(f"{ROUND}/reminders/begin", {"from": "usual"})
    team.post(f"{ROUND}/reminders/turn", {"to": "on", "plan": ""})
    work(app, mailbox, "reminders", "reminders", "outbox", "outbox")
    assert sorted(mailbox.to) == sorted((LEAD, LATE, IDLE)), "each lead who has not answered, once"
    assert {str(mail["Subject"]).partition(":")[0] for mail in mailbox.taken} == {"Due today"}


def sign_and_come_late(app: Flask) -> None:
    Browser(app).sign_in(LEAD).post(f"{TORUS}/steps/ask_to_sign", {})
    signatory = Browser(app).sign_in(SIGNATORY)
    typed = {"signoff:name": "Sol Example", "signoff:role": "Chief executive", "confirm": "yes"}
    signatory.post(f"{TORUS}/sign", signatory.get(f"{TORUS}/sign").form() | typed)
    team = Browser(app).sign_in(TEAM)
    take(team, "soft-close")
    bring(app, {"roche": signed(**FIGURES)})
    assert counts(app) == {"Not started": 16, "Submitted": 5}


def review(app: Flask) -> None:
    member = Browser(app).sign_in(MEMBER)
    queue = member.get("/reviews")
    assert "5 returns wait for a decision" in queue.words
    assert [row.get_text().count("Late") for row in queue.soup.select("tbody tr")] == [1, 0, 0, 0, 0], "late ones first"
    for slug in ACCEPTED:
        page = f"/reviews/{CODE}/{slug}"
        member.post(f"{page}/accept", member.get(page).form(f"{page}/return") | OUTCOMES)
    assert counts(app) == {"Not started": 16, "Accepted": 5}
    take(Browser(app).sign_in(TEAM), "close")
    take(Browser(app).sign_in(TEAM), "review")


def meet(app: Flask) -> None:
    team = Browser(app).sign_in(TEAM)
    form = team.get("/meetings/add").form()
    team.post("/meetings/add", form | {"title": "Assembly", "round_id": "1"} | day("held_on", today()))
    page = team.post("/meetings/1/organisations", {"which": "sent"})
    assert page.words.count("Profile, for decision") == len(ACCEPTED)
    team.post("/meetings/1/begin", {})
    member = Browser(app).sign_in(MEMBER)
    item = next(str(link["href"]) for link in page.soup.select("main a") if link.get_text(strip=True) == "Torus")
    member.post(f"{item}/outcomes", member.get(item).form(f"{item}/outcomes") | {"outcome-3": "making_progress"})
    member.post(f"{item}/decisions", {"decision": "The Assembly thanks Torus."})
    member.post(f"{item}/actions", {"action": "Visit them", "owner": "Ada"} | day("due_on", today()))
    assert "The Assembly thanks Torus." in team.get("/meetings/1/minutes").words
    assert "1 action is open" in team.get("/actions").words


def publish_and_hand_out(app: Flask, mailbox: Mailbox) -> None:
    team = Browser(app).sign_in(TEAM)
    page = team.get(f"{ROUND}/publish")
    assert "5 of 21 returns are accepted and counted" in page.words
    team.post(f"{ROUND}/publish", page.form())
    assert "5 of 21" in Browser(app).get("/indicators/12").words, "what the public reads counts as many"
    told = json.loads(team.client.get(f"/exports/{CODE}.json").data)
    assert sorted(each["organisation"] for each in told["returns"] if each["status"] == "accepted") == sorted(ACCEPTED)
    team.post("/team/certificates/archive", team.get("/team/certificates").form("/team/certificates/archive"))
    drawn = [name for name in names_in(app, work(app, mailbox)) if name.endswith(".pdf")]
    assert len(drawn) == len(ACCEPTED) and all(any(slug in name for name in drawn) for slug in ACCEPTED)
    team.post(f"/exports/{CODE}", {"format": "zip"})
    inside = names_in(app, work(app, mailbox))
    assert all(any(slug in name and "certificate" in name for name in inside) for slug in ACCEPTED)


def test_a_round_goes_from_its_plan_to_the_archive_and_every_page_counts_the_same(app: Flask, mailbox: Mailbox) -> None:
    plan_and_remind(app, mailbox)
    sign_and_come_late(app)
    review(app)
    assert "5 of 21 returns are accepted" in Browser(app).sign_in(MEMBER).get(f"/assembly/{CODE}").words
    meet(app)
    publish_and_hand_out(app, mailbox)
    page = take(Browser(app).sign_in(TEAM), "archive")
    assert page.text("[aria-current=step]") == "Archived"
    work(app, mailbox, "reminders", "outbox")
    assert mailbox.to.count(IDLE) == 1, "an archived round reminds nobody"
    assert len(mailbox.taken) == len({str(mail["Message-ID"]) for mail in mailbox.taken}), "nothing is sent twice"
