"""Reminders through the team's pages: begun, written, previewed, turned on, sent; and turned off by who gets them."""

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.running.reminders import Audience
from anchor_portal.domain.running.usual_reminders import Written
from anchor_portal.models import AuditEntry, Message, Reminder, ReminderPlan, Round, User
from anchor_portal.queries.rounds import find_round
from anchor_portal.services.messages.opting_out import token_of
from anchor_portal.services.rounds.plans import keep_plan
from tests.conftest import SECRET
from tests.make import make_round
from tests.pages import Browser

TEAM, LEAD = "team@team.example", "lead@trust.example"
HOME = "/rounds/2027-01/reminders"
GOOD = {
    "audience": "unanswered",
    "days": "4",
    "side": "before",
    "subject": "Soon: {organisation}",
    "body": "Due on {deadline}.",
}


def writing(app: Flask) -> Session:
    return Session(app.extensions["database"].writer)


def plans(app: Flask, code: str = "2027-01") -> list[ReminderPlan]:
    with writing(app) as session:
        query = select(ReminderPlan).join(Round, Round.id == ReminderPlan.round_id).where(Round.code == code)
        return list(session.scalars(query.order_by(ReminderPlan.id)))


def add_plan(app: Flask, written: Written | None = None) -> ReminderPlan:
    with writing(app) as session, session.begin():
        round_ = find_round(session, "2027-01")
        assert round_ is not None
        session.expire_on_commit = False
        return keep_plan(session, round_, written or Written(Audience.UNANSWERED, 9, "About {round}", "Words."), "Team")


def count(app: Flask, what: type[Message] | type[Reminder]) -> int:
    with writing(app) as session:
        return session.scalars(select(func.count()).select_from(what)).one()


def test_a_round_begins_with_the_usual_reminders_turned_off_until_somebody_has_read_them(browser: Browser) -> None:
    with writing(browser.app) as session, session.begin():
        make_round(session, "2027-07", is_open=True)
    browser.sign_in(TEAM)
    home = "/rounds/2027-07/reminders"
    page = browser.get(home)
    assert "There are none yet, so nobody is reminded" in page.words
    assert "Take those of January 2027" in page.words
    form = page.form(f"{home}/begin") | {"from": "usual"}
    for _ in range(2):
        page = browser.post(f"{home}/begin", form)
    assert len(plans(browser.app, "2027-07")) == 6
    assert not any(plan.is_on for plan in plans(browser.app, "2027-07"))
    assert "14 days before the deadline" in page.words
    browser.post(f"{home}/turn", {"to": "on", "plan": ""})
    assert all(plan.is_on for plan in plans(browser.app, "2027-07"))
    first = plans(browser.app, "2027-07")[0].id
    browser.post(f"{home}/turn", {"to": "off", "plan": str(first)})
    assert [plan.is_on for plan in plans(browser.app, "2027-07")] == [False] + [True] * 5


def test_a_reminder_is_written_and_its_preview_says_exactly_who_gets_what_and_when(browser: Browser) -> None:
    page = browser.sign_in(TEAM).post(f"{HOME}/add", GOOD)
    plan = plans(browser.app)[-1]
    assert (plan.days, plan.is_on, plan.written_by) == (-4, False, "Rosalind Tamberley")
    assert page.title == "Round January 2027 Reminder 4 days before the deadline"
    assert " people get it." in page.text(".nhsuk-lede-text")
    assert "if it is turned on by then" in page.words
    rows = [" ".join(row.get_text(" ").split()) for row in page.soup.select("tbody tr")]
    trust = next(row for row in rows if row.startswith("Mid Cheshire Hospitals"))
    assert "In progress Bethan Ollerenshaw lead@trust.example" in trust
    assert trust.endswith("Gets it")
    assert any(row.startswith("The Clatterbridge") and "Isolde" in row for row in rows), "who waits for is asked"
    assert not any(row.startswith("Roche") for row in rows), "it has answered"
    link = next(a for a in page.soup.select("tbody a") if "Bethan" in a.get_text())
    letter = browser.get(str(link["href"])).text(".app-letter")
    assert "To: Bethan Ollerenshaw <lead@trust.example> Subject: Soon: Mid Cheshire Hospitals NHS Foundation" in letter
    assert "/returns/2027-01/mid-cheshire-hospitals" in letter
    assert "/reminders/off/" in letter
    assert token_of(SECRET, 1)[2:10] not in letter, "a link that works is for its reader alone"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"audience": "everybody"}, "Choose who gets it"),
        ({"days": "many"}, "Write a number of days, such as 7, or 0 for the day itself"),
        ({"days": "٣"}, "Write a number of days, such as 7, or 0 for the day itself"),
        ({"days": "121"}, "Write a number of days from 0 to 120"),
        ({"audience": "waiting_for_signature"}, "A reminder to sign is sent 1 to 60 days after they were asked"),
        ({"side": "x"}, "Choose “days before” or “days after”"),
        ({"subject": "\u200b"}, "Write the subject"),
        ({"subject": "x" * 151}, "The subject can be at most 150 characters long, and this has 151"),
        ({"body": "Until {dealine}"}, "“{dealine}” cannot be filled in"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_box_and_nothing_typed_is_lost(
    sqlite_browser: Browser, wrong: Mapping[str, str], says: str
) -> None:
    number = len(plans(sqlite_browser.app))
    page = sqlite_browser.sign_in(TEAM).post(f"{HOME}/add", {**GOOD, "body": "Kept words.", **wrong}, 422)
    assert any(says in error for error in page.errors)
    assert (wrong.get("body") or "Kept words.") in str(page.soup.select_one("textarea"))
    assert len(plans(sqlite_browser.app)) == number


def test_a_reminder_changed_by_somebody_else_meanwhile_is_not_overwritten(sqlite_browser: Browser) -> None:
    plan = add_plan(sqlite_browser.app)
    path = f"{HOME}/{plan.id}/change"
    form = sqlite_browser.sign_in(TEAM).get(path).form()
    assert "Reminder 5 days after" in sqlite_browser.post(path, form | {"days": "5"}).title
    page = sqlite_browser.post(path, form | {"body": "Mine."}, 409)
    assert "Nothing of yours was saved" in page.words
    assert "Mine." in page.words
    sent = sqlite_browser.post(f"{HOME}/{plan.id}/send", {"version": form["version"]}, 409)
    assert "Nothing was sent" in sent.words


def test_sent_now_everybody_on_the_preview_gets_it_once_and_it_is_noted(browser: Browser) -> None:
    plan, before = add_plan(browser.app), count(browser.app, Message)
    page = browser.sign_in(TEAM).get(f"{HOME}/{plan.id}")
    getting = [row for row in page.soup.select("tbody tr") if row.get_text().strip().endswith("Gets it")]
    form = page.form(f"{HOME}/{plan.id}/send")
    after = browser.post(f"{HOME}/{plan.id}/send", form)
    assert f"Written to {len(getting)} people" in after.words
    assert "Nobody was left to write to" in browser.post(f"{HOME}/{plan.id}/send", form).words
    assert count(browser.app, Message) - before == len(getting) > 10
    assert "Had it on" in after.words
    with writing(browser.app) as session:
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "reminder sent by hand")).first()
    chase = browser.get("/rounds/2027-01?status=in_progress")
    assert "None" not in [row.select("td")[-1].get_text().strip() for row in chase.soup.select(".app-chase tbody tr")]
    assert "About January 2027" in Browser(browser.app).sign_in(LEAD).get("/messages").words


def test_removing_a_reminder_asks_first_and_keeps_what_was_sent(sqlite_browser: Browser) -> None:
    plan = plans(sqlite_browser.app)[-1]
    number = count(sqlite_browser.app, Reminder)
    page = sqlite_browser.sign_in(TEAM).get(f"{HOME}/{plan.id}/remove")
    assert "It was sent" in page.words
    assert "The reminder is removed" in sqlite_browser.post(f"{HOME}/{plan.id}/remove", page.form()).words
    assert plan.id not in [each.id for each in plans(sqlite_browser.app)]
    assert count(sqlite_browser.app, Reminder) == number > 0
    for address in (f"{HOME}/{plan.id}", f"{HOME}/99999999999999999999", "/rounds/2026-07/reminders/1"):
        sqlite_browser.get(address, 404)


def off(app: Flask, email: str = LEAD) -> bool:
    with writing(app) as session:
        return session.scalars(select(User).where(User.email == email)).one().reminders_off_at is not None


def link_of(app: Flask) -> str:
    with writing(app) as session:
        return f"/reminders/off/{token_of(SECRET, session.scalars(select(User.id).where(User.email == LEAD)).one())}"


def test_reminders_are_turned_off_by_the_link_without_signing_in_and_on_again(browser: Browser) -> None:
    path = link_of(browser.app)
    page = browser.get(path)
    assert page.title == "Turn reminders off?"
    assert not off(browser.app), "opening it changes nothing: mail programs open links to look at them"
    assert browser.post(path, page.form() | {"turn": "off"}).title == "Reminders are turned off"
    assert off(browser.app)
    browser.post(path, {"turn": "on"})
    assert not off(browser.app)


def test_the_button_of_a_mail_program_turns_them_off_without_a_token(sqlite_app: Flask) -> None:
    answer = sqlite_app.test_client().post(link_of(sqlite_app), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 302
    assert off(sqlite_app)
    assert sqlite_app.test_client().post(f"{link_of(sqlite_app)}x", data={"turn": "on"}).status_code == 404


def test_somebody_who_is_signed_in_turns_their_own_off(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(LEAD).get("/messages")
    after = sqlite_browser.post("/messages/reminders", page.form("/messages/reminders") | {"turn": "off"})
    assert "You turned reminders off" in after.words
    assert off(sqlite_browser.app)
    shown = Browser(sqlite_browser.app).sign_in(TEAM).get(f"{HOME}/1")
    trust = next(row.get_text(" ") for row in shown.soup.select("tbody tr") if "Mid Cheshire" in row.get_text())
    assert "Turned reminders off" in trust


# The outbox


def fail(app: Flask, number: int, attempts: int) -> list[int]:
    with writing(app) as session, session.begin():
        ids = list(session.scalars(select(Message.id).order_by(Message.id).limit(number)))
        values = {"attempts": attempts, "last_error": "550 no such mailbox <here>"}
        session.execute(update(Message).where(Message.id.in_(ids)).values(**values))
        return ids


def test_the_outbox_shows_what_failed_and_why_and_sends_it_again(browser: Browser) -> None:
    ids = fail(browser.app, 3, 8)
    page = browser.sign_in(TEAM).get("/team/outbox")
    assert page.text("main h2") == "Given up"
    assert "8 attempts. 550 no such mailbox <here>" in page.words
    after = browser.post("/team/outbox/again", {"message": str(ids[0])})
    assert "1 message is tried again at once" in after.words
    assert "2 messages are tried again" in browser.post("/team/outbox/again", {"message": "all"}).words
    assert "Nothing was changed" in browser.post("/team/outbox/again", {"message": "all"}).words
    with writing(browser.app) as session:
        rows = session.execute(select(Message.attempts, Message.last_error).where(Message.id.in_(ids))).all()
    assert [tuple(row) for row in rows] == [(0, "")] * 3


def test_a_message_can_be_stopped_but_not_one_that_was_sent(sqlite_browser: Browser) -> None:
    first, second = fail(sqlite_browser.app, 2, 1)
    with writing(sqlite_browser.app) as session, session.begin():
        session.execute(update(Message).where(Message.id == second).values(sent_at=Message.written_at))
    sqlite_browser.sign_in(TEAM)
    assert "is not tried any more" in sqlite_browser.post("/team/outbox/stop", {"message": str(first)}).words
    assert "Nothing was changed" in sqlite_browser.post("/team/outbox/stop", {"message": str(second)}).words
    assert "Stopped by Rosalind Tamberley" in sqlite_browser.get("/team/outbox?show=given-up").words
    for typed in ("", "0", "-1", "٣", "9" * 30, "x\0"):
        assert "Nothing was changed" in sqlite_browser.post("/team/outbox/stop", {"message": typed}).words
    for query in ("show=nonsense&page=x", "show=sent&page=999999999999999999999"):
        sqlite_browser.get(f"/team/outbox?{query}")


def test_from_a_demonstration_nothing_is_sent(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(TEAM).post("/team/outbox/send", {})
    assert "This is a demonstration, from which nothing is sent" in page.words
