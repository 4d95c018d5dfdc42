"""Who is asked for what, and by when: after queries, after a close, after a publication, after somebody left."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import Status, Step
from anchor_portal.models import Organisation, Return, ReviewQuery, Round, User
from anchor_portal.queries.reminders import load_plans
from anchor_portal.queries.round_returns import read_round_returns
from anchor_portal.queries.rounds import count_statuses, load_standings
from anchor_portal.services.messages.sending import Post, send_due
from anchor_portal.services.returns import steps
from anchor_portal.services.rounds import reminding
from anchor_portal.services.rounds.plans import begin_plans, turn
from tests.mail_server import mail_server
from tests.make import actor, find
from tests.pages import Browser, Page
from tests.web.returning import RETURNED, SUBMITTED, messages, reply_to_all
from tests.web.sections import ROUND, TRUST, send

TEAM, LEAD, SIGNATORY = "team@team.example", "lead@trust.example", "signatory@trust.example"
COUNCIL_LEAD, COUNCIL_SIGNATORY = "lead@council.example", "signatory@council.example"
COUNCIL = f"/returns/{ROUND}/{RETURNED}"
PUBLISHED = f"/returns/2026-07/{TRUST}"
SAID = r"(\d+) of (\d+) organisations have not answered"


def writing(app: Flask) -> Session:
    return Session(app.extensions["database"].writer)


def round_of(session: Session) -> Round:
    return session.scalars(select(Round).where(Round.code == ROUND)).one()


def pass_the_deadline(app: Flask) -> None:
    """The round's deadline was five days ago, and every usual reminder is on."""
    with writing(app) as session, session.begin():
        found = round_of(session)
        found.opens_on, found.closes_on = today() - timedelta(days=60), today() - timedelta(days=5)
        begin_plans(session, found, "Team")
        session.flush()
        turn(session, load_plans(session, found), on=True)


def move(app: Flask, slug: str, *taken: tuple[Step, Status]) -> None:
    with writing(app) as session, session.begin():
        for step, after in taken:
            steps.record_step(session, find(session, ROUND, slug).get_row(), step, after, actor())


def due(app: Flask, slug: str, on: date | None = None) -> list[str]:
    """The reminders about an organisation that are due on a day, in their words."""
    with writing(app) as session, session.begin():
        letters = reminding.find_due(session, round_of(session), on or today())
        return [each.body for each in letters if each.standing.organisation.slug == slug]


def said(team: Browser, code: str = ROUND) -> tuple[int, int]:
    """How many have not answered, of how many, as the page of the round says it."""
    found = re.search(SAID, team.get(f"/rounds/{code}").words)
    assert found is not None
    return int(found[1]), int(found[2])


def reply_by(app: Flask) -> date:
    with writing(app) as session:
        query = select(ReviewQuery.answer_by).join(Return, Return.id == ReviewQuery.return_id)
        mine = query.join(Organisation, Organisation.id == Return.organisation_id).where(Organisation.slug == RETURNED)
        return session.scalars(mine.where(Return.round_id == round_of(session).id)).all()[0]


def test_replies_that_are_saved_and_not_signed_are_still_reminded_of_by_their_day(app: Flask) -> None:
    pass_the_deadline(app)
    lead, day = Browser(app).sign_in(COUNCIL_LEAD), reply_by(app)
    reply_to_all(lead, COUNCIL)
    (reminder,) = due(app, RETURNED, day - timedelta(days=2))
    assert "then ask for a signature again" in reminder
    words = lead.get("/work").words
    assert "Every query has its reply. Ask for the signature" in words
    assert "Answer by" in words
    assert "Late returns are still accepted" not in words
    assert "Reply to the Assembly" not in words


def test_a_reply_that_waits_for_its_signature_counts_as_answered_and_is_due_on_the_day_of_the_queries(
    app: Flask,
) -> None:
    pass_the_deadline(app)
    team, lead = Browser(app).sign_in(TEAM), Browser(app).sign_in(COUNCIL_LEAD)
    before, day = said(team), reply_by(app)
    reply_to_all(lead, COUNCIL)
    lead.post(f"{COUNCIL}/steps/ask_to_sign", {})
    assert said(team) == before
    assert f"{before[0]} have not answered" in team.get(f"/assembly/{ROUND}").words
    assert due(app, RETURNED) == [], "it was submitted, so it is not overdue"
    (reminder,) = due(app, RETURNED, today() + timedelta(days=3))
    assert f"It is due on {day:%A} {day.day} {day:%B %Y}" in reminder
    (asked,) = (each for each in messages(app, "asked_to_sign") if each.to_email == COUNCIL_SIGNATORY)
    assert "It replies to the Assembly’s queries. Answer by" in asked.body
    assert "Late returns" not in asked.body
    assert "Answer by" in Browser(app).sign_in(COUNCIL_SIGNATORY).get("/work").words
    page = team.client.get(f"/rounds/{ROUND}/more-time/{RETURNED}").get_data(as_text=True)
    assert "has answered, and needs no more time" in page


def test_a_withdrawn_return_that_waits_for_its_signature_has_not_answered(app: Flask) -> None:
    team = Browser(app).sign_in(TEAM)
    missing, expected = said(team)
    move(app, SUBMITTED, (Step.WITHDRAW, Status.WITHDRAWN), (Step.ASK_TO_SIGN, Status.READY))
    assert said(team) == (missing + 1, expected)
    assert f"{missing + 1} have not answered" in team.get(f"/assembly/{ROUND}").words


def test_the_programme_page_counts_as_the_round_does(app: Flask) -> None:
    team = Browser(app).sign_in(TEAM)
    corrected = "liverpool-heart-and-chest"
    move(app, corrected, (Step.CORRECT, Status.CORRECTING), (Step.ASK_TO_SIGN, Status.READY))
    missing, expected = said(team)
    assert f"{expected - missing} of {expected} have answered" in team.get("/team").words


def leave(app: Flask) -> None:
    """The trust is no signatory since before the deadline."""
    team, at = Browser(app).sign_in(TEAM), f"/team/register/{TRUST}/change"
    day = today() - timedelta(days=90)
    left_on = {"left_on-day": str(day.day), "left_on-month": str(day.month), "left_on-year": str(day.year)}
    form = team.get(at).form() | {"works_in": ["E06000049", "E06000050"]} | left_on
    assert Page(team.client.post(at, data=form, follow_redirects=True)).status == 200


@pytest.mark.parametrize("is_ready", [False, True])
def test_a_draft_of_a_signatory_that_left_before_the_deadline_is_neither_missing_nor_asked_for(
    app: Flask,
    is_ready: bool,  # noqa: FBT001
) -> None:
    pass_the_deadline(app)
    team = Browser(app).sign_in(TEAM)
    missing, expected = said(team)
    if is_ready:
        move(app, TRUST, (Step.ASK_TO_SIGN, Status.READY))
    leave(app)
    assert said(team) == (missing - 1, expected - 1)
    assert f"{expected - missing} of {expected - 1} have answered" in team.get("/team").words
    assert f"{missing - 1} have not answered" in team.get(f"/assembly/{ROUND}").words
    assert "Mid Cheshire" not in team.get(f"/rounds/{ROUND}").words
    assert "Mid Cheshire" not in team.get(f"/assembly/{ROUND}?status=missing").words
    assert due(app, TRUST) == due(app, TRUST, today() + timedelta(days=3)) == []
    for email in (LEAD, SIGNATORY, "contributor@trust.example"):
        assert "Nothing waits for you." in Browser(app).sign_in(email).get("/work").words
    assert f"/returns/{ROUND}/{TRUST}" in str(Browser(app).sign_in(LEAD).get("/work").soup), "it can be read"
    with writing(app) as session:
        found = round_of(session)
        assert sum(count_statuses(session, found).values()) == len(load_standings(session, found)) == expected - 1
        drafts = [each for each in read_round_returns(session, found) if each.status is Status.IN_PROGRESS]
        assert all(each.answers for each in drafts), "the drafts of others keep their answers"
        assert drafts


def test_closing_a_round_says_who_can_still_answer(sqlite_app: Flask) -> None:
    team = Browser(sqlite_app).sign_in(TEAM)
    page = team.get(f"/rounds/{ROUND}/close")
    assert "can still be answered until the round is published" in page.words
    words = team.post(f"/rounds/{ROUND}/close", page.form() | {"reason": ""}).words
    assert "what the Assembly returns with queries can be answered until the round is published" in words
    assert "change or submit anything" not in page.words + words
    lead, path = Browser(sqlite_app).sign_in(COUNCIL_LEAD), f"{COUNCIL}/sections/pledge-1"
    reply_to_all(lead, COUNCIL)
    kept = send(lead, path, lead.get(path).form() | {"p1.narrative:": "Changed after the close.", "then": "later"})
    assert kept.status == 200
    assert "Late returns are still accepted" not in lead.get("/work").words


def correct(app: Flask) -> Browser:
    """A correction of what was accepted in a published round waits for its signature; the signatory."""
    lead = Browser(app).sign_in(LEAD)
    lead.post(f"{PUBLISHED}/correct", lead.get(f"{PUBLISHED}/correct").form() | {"reason": "A slip"})
    path = f"{PUBLISHED}/sections/pledge-1"
    send(lead, path, lead.get(path).form() | {"p1.narrative:": "Corrected words.", "then": "later"})
    assert "Late returns" not in lead.get("/work").words + lead.get(f"{PUBLISHED}/offline").words
    lead.post(f"{PUBLISHED}/steps/ask_to_sign", {})
    return Browser(app).sign_in(SIGNATORY)


def test_messages_about_a_correction_of_a_published_round_say_what_is_so(sqlite_app: Flask) -> None:
    signatory = correct(sqlite_app)
    asked = messages(sqlite_app, "asked_to_sign")[-1]
    assert asked.to_email == SIGNATORY
    assert "Late returns" not in asked.body + signatory.get("/work").words
    form = signatory.get(f"{PUBLISHED}/sign").form()
    signed = {"signoff:name": "Sol Example", "signoff:role": "Chief executive", "confirm": "yes"}
    signatory.post(f"{PUBLISHED}/sign", form | signed)
    member, page = Browser(sqlite_app).sign_in("member@assembly.example"), f"/reviews/2026-07/{TRUST}"
    found = {f"outcome-{number}": "met" for number in range(1, 8)}
    member.post(f"{page}/accept", member.get(page).form(f"{page}/return") | found)
    body = messages(sqlite_app, "accepted")[-1].body
    assert "until the sustainability team publishes them again" in body
    assert "from now on" not in body


def addressees(app: Flask) -> list[str]:
    """To whom what waits is sent."""
    with mail_server() as box:
        send_due(app.extensions["database"], Post(box.server, "Portal", "https://portal.example", "secret"))
        return list(box.to)


@pytest.mark.parametrize("is_opened_again", [False, True])
def test_no_waiting_message_goes_to_an_account_that_is_closed(
    app: Flask,
    is_opened_again: bool,  # noqa: FBT001
) -> None:
    correct(app)
    team = Browser(app).sign_in(TEAM)
    with writing(app) as session:
        ident = session.scalars(select(User.id).where(User.email == SIGNATORY)).one()
    team.post(f"/team/people/{ident}/close", team.get(f"/team/people/{ident}/close").form())
    if is_opened_again:
        with writing(app) as session, session.begin():
            session.execute(update(User).where(User.id == ident).values(is_enabled=True))
    assert (SIGNATORY in addressees(app)) is is_opened_again
    assert bool([each for each in messages(app, "asked_to_sign") if each.to_email == SIGNATORY]) is is_opened_again
