"""Signing in and out, and forms that come from somewhere else."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal import create_app
from anchor_portal.config import Settings
from anchor_portal.models import AuditEntry, User
from tests.conftest import STRONG_SECRET, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser, Page
from tests.web.identity import PASSWORD, give_everybody_the_password
from tests.web.sections import SECTION, TRUST, stored

LEAD = "lead@trust.example"


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application, with passwords that are checked quickly."""
    give_everybody_the_password(app)
    return app


@pytest.fixture
def sqlite_app(sqlite_app: Flask) -> Flask:
    """The same on SQLite alone."""
    give_everybody_the_password(sqlite_app)
    return sqlite_app


def sign_in(browser: Browser, email: str = LEAD, password: str = PASSWORD, **more: str) -> Page:
    return browser.post("/sign-in", {"email": email, "password": password, **more}, status=more_status(password))


def cookie_of(browser: Browser) -> str:
    cookie = browser.client.get_cookie("anchor_session")
    assert cookie is not None
    return cookie.value


def more_status(password: str) -> int:
    return 200 if password == PASSWORD else 422


def entries(app: Flask) -> list[tuple[str, str]]:
    with Session(app.extensions["database"].reader) as session:
        return [(entry.who, entry.action) for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_the_right_password_leads_to_my_work(browser: Browser) -> None:
    page = sign_in(browser)
    assert page.title == "My work"
    assert "Bethan Ollerenshaw" in page.text("header")
    assert (LEAD, "signed in") in entries(browser.app)


@pytest.mark.parametrize("typed", ["LEAD@Trust.Example", "  lead@trust.example ", "lead@trust.example\0"])
def test_an_address_is_read_as_people_type_it(browser: Browser, typed: str) -> None:
    assert sign_in(browser, typed).title == "My work"


def test_no_answer_tells_whether_there_is_such_an_account(browser: Browser) -> None:
    with Session(browser.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(User).where(User.email == "team@team.example").values(is_enabled=False))
        session.execute(update(User).where(User.email == "lead@council.example").values(password_hash=None))
    wrong = sign_in(browser, password="not the password")
    unknown = sign_in(browser, "nobody@nowhere.example", "not the password")
    assert wrong.words == unknown.words
    assert wrong.errors == ["Address and password do not go together. Check both and try again"]
    for email in ("team@team.example", "lead@council.example", "not an address", "a\0b"):
        closed = browser.post("/sign-in", {"email": email, "password": PASSWORD}, 422)
        assert closed.words == wrong.words
    assert entries(browser.app)[-1] == ("nobody", "sign-in refused")


def test_what_is_missing_is_said_beside_its_box_and_the_address_stays(sqlite_browser: Browser) -> None:
    page = sqlite_browser.post("/sign-in", {"email": LEAD, "password": ""}, 422)
    assert page.errors == ["Enter your password"]
    assert page.form()["email"] == LEAD
    assert page.form()["password"] == ""
    assert "Enter your password" in page.text("#password-error")
    assert sqlite_browser.post("/sign-in", {}, 422).errors == ["Enter your email address", "Enter your password"]


def test_somebody_who_wanted_a_page_arrives_there(sqlite_browser: Browser) -> None:
    asked = sqlite_browser.get(f"{SECTION}/pledge-1?check=yes")
    assert asked.title == "Sign in"
    arrived = sqlite_browser.post("/sign-in", asked.form() | {"email": LEAD, "password": PASSWORD})
    assert arrived.response.request.path == f"{SECTION}/pledge-1"
    assert arrived.response.request.args["check"] == "yes"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "///evil.example/",
        "https://evil.example/",
        "https:evil.example",
        "http://[",
        "//evil\u2100.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/work\\..\\evil",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "/work\r\nSet-Cookie: anchor_session=theirs",
        "javascript:alert(1)",
        "work",
        "/work\0",
    ],
)
def test_nobody_is_sent_anywhere_but_inside(sqlite_app: Flask, target: str) -> None:
    browser = Browser(sqlite_app)
    data = {"csrf_token": browser.token(), "email": LEAD, "password": PASSWORD, "next": target}
    assert browser.client.post("/sign-in", data=data).location == "/work"


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(tmp_path: Path) -> None:
    app = create_app(Settings(database_url=sqlite_url(tmp_path, with_demo), secret_key=STRONG_SECRET))
    answer = Browser(app).client.get("/sign-in", base_url="https://localhost")
    name, *flags = answer.headers["Set-Cookie"].split("; ")
    assert name.startswith("__Host-anchor_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(flags)
    app.extensions["database"].dispose()


def test_a_session_made_before_signing_in_is_worth_nothing_afterwards(sqlite_browser: Browser) -> None:
    before = sqlite_browser.token()
    sign_in(sqlite_browser)
    assert sqlite_browser.token() != before
    sqlite_browser.client.post("/sign-out", data={"csrf_token": before})
    assert sqlite_browser.get("/work").title == "My work"


def test_signing_out_needs_a_posted_form_with_a_token(sqlite_browser: Browser) -> None:
    sign_in(sqlite_browser)
    sqlite_browser.get("/sign-out", 405)
    forged = sqlite_browser.client.post("/sign-out", data={})
    assert forged.status_code == 400
    assert sqlite_browser.get("/work").title == "My work"
    page = sqlite_browser.post("/sign-out", {})
    assert "You are signed out." in page.words
    assert sqlite_browser.get("/work").title == "Sign in"
    assert entries(sqlite_browser.app)[-1] == (LEAD, "signed out")


@pytest.mark.parametrize("token", [None, "", "forged", "x" * 5000, "\0"])
def test_a_form_from_elsewhere_changes_nothing_and_shows_what_was_typed(browser: Browser, token: str | None) -> None:
    browser.sign_in(LEAD)
    before = stored(browser.app)
    typed = {"p1.narrative:": "Three days of work\nin two lines", "seen": "0123"}
    data = typed | ({} if token is None else {"csrf_token": token})
    page = Page(browser.client.post(f"{SECTION}/pledge-1", data=data))
    assert page.status == 400
    assert page.title == "This page was out of date"
    assert "Three days of work\nin two lines" in page.soup.get_text()
    assert "0123" not in page.words
    assert "Pledge 1 progress" in page.words, "under the words of the question, not under the name of its box"
    assert "p1.narrative" not in page.words
    assert page.soup.find("button", string="Send it again") is None
    assert stored(browser.app) == before


def test_nobody_gets_the_header_or_the_token_of_somebody_else(sqlite_app: Flask) -> None:
    people = [Browser(sqlite_app).sign_in(email) for email in (LEAD, "lead@council.example", LEAD)]
    answers = [person.client.get("/work") for person in people * 2]
    pages = [answer.text for answer in answers]
    nobody = Browser(sqlite_app).client.get("/organisations").text
    assert pages[:3] == pages[3:], "each gets their own again"
    tokens = [Page(answer).form("/sign-out")["csrf_token"] for answer in answers[:3]]
    assert len(set(tokens)) == 3
    for page in pages:
        assert [token in page for token in tokens].count(True) == 1
    assert not any(token in nobody for token in tokens) and "Sign out" not in nobody


def test_a_form_of_somebody_else_s_session_is_refused_also_where_it_is_known_to_be_right_for_them(
    sqlite_app: Flask,
) -> None:
    team, mine = Browser(sqlite_app).sign_in("team@team.example"), Browser(sqlite_app).sign_in(LEAD)
    form = {"csrf_token": team.token(), "email": "x"}
    for _ in range(2):
        assert team.client.post("/account/sessions/0/end", data=form).status_code == 302
        assert mine.client.post("/account/sessions/0/end", data=form).status_code == 400


def test_over_https_a_form_known_to_be_right_is_refused_all_the_same_where_it_comes_from_elsewhere(
    sqlite_app: Flask,
) -> None:
    mine = Browser(sqlite_app).sign_in(LEAD)
    form, here = {"csrf_token": mine.token()}, {"base_url": "https://localhost"}
    mine.client.set_cookie("anchor_session", cookie_of(mine))

    def status(referrer: str) -> int:
        headers = {"Referer": referrer} if referrer else {}
        return mine.client.post("/account/sessions/0/end", data=form, headers=headers, **here).status_code

    assert [status(each) for each in ("https://localhost/account",) * 2] == [302, 302]
    assert [status(each) for each in ("", "https://localhost.evil.example/", "http://localhost/")] == [400] * 3


def test_a_password_is_never_shown_again(sqlite_browser: Browser) -> None:
    answer = sqlite_browser.client.post("/sign-in", data={"email": LEAD, "password": PASSWORD})
    assert answer.status_code == 400
    assert PASSWORD not in answer.text


def test_somebody_without_a_role_is_told_whom_to_ask(sqlite_browser: Browser) -> None:
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        session.add(User(email="new@nowhere.example", name="New Example"))
    page = sqlite_browser.sign_in("new@nowhere.example").get("/work")
    assert "You have no role yet" in page.words
    assert TRUST not in page.words
