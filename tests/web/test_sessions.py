"""Sessions: rotated, limited, listed, ended; a copied cookie is worth nothing once its session has ended."""

import time
from datetime import timedelta

import pytest
from flask import Flask, session
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.signing_in.throttling import ACCOUNT
from anchor_portal.models import SignIn, User
from anchor_portal.models.base import now
from anchor_portal.services.accounts.sessions import end_sessions
from anchor_portal.services.accounts.throttling import attempt
from tests.conftest import SECRET
from tests.pages import Browser, Page, open_session_of
from tests.web.identity import PASSWORD, database_of, give_everybody_the_password, sign_in

LEAD, STRANGER = "lead@trust.example", "lead@council.example"


@pytest.fixture
def app(sqlite_app: Flask) -> Flask:
    give_everybody_the_password(sqlite_app)
    return sqlite_app


def with_cookies_of(browser: Browser) -> Browser:
    """Somebody who copied all cookies of a browser."""
    thief = Browser(browser.app)
    thief.client.set_cookie(browser.app.config["SESSION_COOKIE_NAME"], cookie_of(browser))
    return thief


def cookie_of(browser: Browser) -> str:
    """What the session's cookie of a browser says."""
    cookie = browser.client.get_cookie(browser.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return cookie.value


def is_signed_in(browser: Browser) -> bool:
    return bool(browser.client.get("/work").status_code == 200)


def shift(app: Flask, **by: timedelta) -> None:
    """Have every session begun or last used so much earlier."""
    with Session(database_of(app).writer) as opened, opened.begin():
        values = {name: now() - ago for name, ago in by.items()}
        opened.execute(update(SignIn).values(**values))


def test_a_copied_cookie_is_dead_after_signing_out(app: Flask) -> None:
    mine = Browser(app)
    sign_in(mine, LEAD)
    thief = with_cookies_of(mine)
    assert is_signed_in(thief)
    mine.post("/sign-out", {})
    assert (is_signed_in(mine), is_signed_in(thief)) == (False, False)


def test_what_a_request_puts_into_its_session_is_not_found_by_another_with_the_same_cookie(app: Flask) -> None:
    mine = Browser(app)
    sign_in(mine, LEAD)
    sent = {"HTTP_COOKIE": f"{app.config['SESSION_COOKIE_NAME']}={cookie_of(mine)}"}
    for number in range(2):
        with app.test_request_context("/", environ_overrides=sent):
            assert "_user_id" in session and "typed" not in session, number
            session["typed"] = "by the first of them"


def test_signing_in_again_gives_another_session_and_ends_the_one_before(app: Flask) -> None:
    mine = Browser(app)
    sign_in(mine, LEAD)
    before = with_cookies_of(mine)
    mine.get("/sign-in?again=yes&next=/messages")
    assert sign_in(mine, LEAD, next="/messages").title == "Messages"
    assert (is_signed_in(mine), is_signed_in(before)) == (True, False)


def test_a_cookie_that_somebody_made_before_is_not_taken_over(app: Flask) -> None:
    mine, planted = Browser(app), Browser(app)
    planted.token()
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = planted.client.get_cookie(name)
    assert cookie is not None
    mine.client.set_cookie(name, cookie.value)
    sign_in(mine, LEAD)
    assert not is_signed_in(planted)


def test_a_session_ends_when_it_is_not_used_and_when_it_is_old(app: Flask) -> None:
    lead = Browser(app).sign_in(LEAD)
    shift(app, used_at=timedelta(minutes=64), began_at=timedelta(hours=2))
    assert is_signed_in(lead), "and that is noted as use"
    shift(app, began_at=timedelta(hours=2))
    assert is_signed_in(lead)
    shift(app, used_at=timedelta(minutes=66))
    assert not is_signed_in(lead)
    lead.sign_in(LEAD)
    shift(app, used_at=timedelta(), began_at=timedelta(hours=12))
    assert not is_signed_in(lead)


def test_a_cookie_is_refused_when_one_letter_is_another_or_it_is_old_however_often_it_was_right(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, name = Browser(app).sign_in(LEAD), app.config["SESSION_COOKIE_NAME"]
    cookie = lead.client.get_cookie(name)
    assert cookie is not None and is_signed_in(lead) and is_signed_in(lead)
    for place in range(0, len(cookie.value), 7):
        letter = "Q" if cookie.value[place] in "ABCD" else "A"  # the last two bits of the last letter say nothing
        forged = Browser(app)
        forged.client.set_cookie(name, cookie.value[:place] + letter + cookie.value[place + 1 :])
        assert not is_signed_in(forged), place
    for hours, still in ((-3, True), (11, True), (13, False)):
        moved = time.time() + hours * 3600
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda moved=moved: moved)
        assert is_signed_in(lead) == still, hours


def test_a_clock_that_is_put_back_signs_nobody_out(app: Flask) -> None:
    lead = Browser(app).sign_in(LEAD)
    shift(app, used_at=-timedelta(hours=3), began_at=-timedelta(hours=3))
    assert is_signed_in(lead)


def test_the_page_lists_where_one_is_signed_in_and_signs_out_there(app: Flask) -> None:
    mine, elsewhere = Browser(app).sign_in(LEAD), Browser(app).sign_in(LEAD)
    open_session_of(app, STRANGER)
    page = mine.get("/account")
    assert len(page.soup.select(".app-sessions__item")) == 2
    assert "Firefox on Linux" in page.words and "From 192.0.2.1" in page.words
    form = page.soup.select_one('form[action$="/end"][action*="/account/sessions/"]')
    assert form is not None
    after = mine.post(str(form["action"]), {})
    assert "You are signed out there." in after.words
    assert (is_signed_in(mine), is_signed_in(elsewhere)) == (True, False)
    assert "Nothing was changed" in mine.post(str(form["action"]), {}).words


def test_one_signs_out_everywhere_else_at_once(app: Flask) -> None:
    mine, others = Browser(app).sign_in(LEAD), [Browser(app).sign_in(LEAD) for _ in range(2)]
    assert "everywhere else" in mine.post("/account/sessions/end", {}).words
    assert [is_signed_in(each) for each in (mine, *others)] == [True, False, False]
    assert "Nothing was changed" in mine.post("/account/sessions/end", {}).words


def test_nobody_ends_somebody_else_s_session(app: Flask) -> None:
    theirs = Browser(app).sign_in(STRANGER)
    with Session(database_of(app).reader) as opened:
        number = opened.scalars(select(SignIn.id)).one()
    mine = Browser(app).sign_in(LEAD)
    for ident in (number, 0, 2**31, 10**30):
        assert "Nothing was changed" in mine.post(f"/account/sessions/{ident}/end", {}).words
    assert is_signed_in(theirs)


def test_who_loses_a_role_is_signed_out_and_what_they_typed_is_kept(app: Flask) -> None:
    team, person = Browser(app).sign_in("team@team.example"), Browser(app).sign_in("contributor@trust.example")
    with Session(database_of(app).reader) as opened:
        number = opened.scalars(select(User.id).where(User.email == "contributor@trust.example")).one()
    team.post(f"/team/people/{number}/roles/contributor/remove?organisation=mid-cheshire-hospitals", {})
    assert not is_signed_in(person)
    kept = person.post("/returns/2027-01/mid-cheshire-hospitals/sections/pledge-1", {"p1.narrative:": "Typed"}, 401)
    assert "Typed" in kept.words


def test_a_session_that_was_ended_while_a_page_is_open_answers_as_any_that_is_lost(app: Flask) -> None:
    lead = Browser(app).sign_in(LEAD)
    with Session(database_of(app).writer) as opened, opened.begin():
        end_sessions(opened, opened.scalars(select(User.id).where(User.email == LEAD)).one(), "recovery")
    assert lead.get("/work").title == "Sign in"


def refused(app: Flask, email: str, status: int = 422) -> Page:
    return Browser(app).post("/sign-in", {"email": email, "password": "not the one"}, status)


def test_after_five_wrong_passwords_one_waits_and_the_answer_is_the_same_without_an_account(app: Flask) -> None:
    pages = {}
    for email in (LEAD, "nobody@nowhere.example"):
        for _ in range(4):  # as if somebody had failed so often: each failure takes its time
            attempt(database_of(app), SECRET, {f"account {email} from 127.0.0.1": ACCOUNT}, now())
        refused(app, email)
        barred = refused(app, email, 429)
        assert barred.errors == ["There were too many attempts that failed. Wait 1 minute, then try again"]
        assert barred.form()["email"] == email
        pages[email] = barred.words
    assert len(set(pages.values())) == 1
    right = Browser(app).post("/sign-in", {"email": LEAD.upper(), "password": PASSWORD}, 429)
    assert right.errors == barred.errors, "not even the right password tells that it is right"
    assert sign_in(Browser(app), STRANGER).title == "My work", "others are not kept out"


def test_who_signed_in_here_before_is_not_kept_out_by_a_stranger(app: Flask) -> None:
    mine = Browser(app)
    sign_in(mine, LEAD)
    mine.post("/sign-out", {})
    for _ in range(5):
        refused(app, LEAD)
    refused(app, LEAD, 429)
    assert sign_in(mine, LEAD).title == "My work"
    stranger = with_device_of(mine)
    for _ in range(5):
        stranger.post("/sign-in", {"email": LEAD, "password": "not the one"}, 422)
    stranger.post("/sign-in", {"email": LEAD, "password": "not the one"}, 429)


def with_device_of(browser: Browser) -> Browser:
    """Somebody who copied only what tells a browser that is known."""
    thief = Browser(browser.app)
    cookie = browser.client.get_cookie("anchor_device")
    assert cookie is not None
    thief.client.set_cookie("anchor_device", cookie.value)
    return thief


def test_both_cookies_are_out_of_reach_of_scripts_and_say_nothing_of_the_person(app: Flask) -> None:
    browser = Browser(app)
    data = {"csrf_token": browser.token(), "email": LEAD, "password": PASSWORD}
    cookies = browser.client.post("/sign-in", data=data).headers.getlist("Set-Cookie")
    assert sorted(each.partition("=")[0] for each in cookies) == ["anchor_device", "anchor_session"]
    for each in cookies:
        assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(each.split("; "))
        assert "lead" not in each and "trust" not in each
