"""Errors in the portal's own clothes: what is not there, what is not allowed, and a database that does not answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.engine import make_url

from anchor_portal.engine import Database, open_database
from anchor_portal.web.access import open_to_all
from tests.conftest import make_app, with_demo
from tests.engines import sqlite_url
from tests.pages import Browser, Page, check
from tests.web.sections import RETURN, SECTION, send, stored

LEAD = "lead@trust.example"
PATH = f"{SECTION}/pledge-1"
UNKNOWN = [
    "/nowhere",
    "/returns",
    "/returns/2027-01",
    "/returns/2027-01/mid-cheshire-hospitals/sections/pledge-8",
    "/returns/2027-01/mid-cheshire-hospitals/sections/sign-off",
    "/returns/2099-01/mid-cheshire-hospitals",
    "/returns/2027-01/%00",
    "/returns/%00/mid-cheshire-hospitals",
    "/returns/2027-01/%FF%FE",
    "/returns/2027-01/%F0%9F%99%82",
    "/returns/2027-01/%3Cscript%3E",
    "/returns/2027-01/" + "x" * 3000,
    "/indicators/13",
    "/indicators/" + "9" * 5000,
    "/certificates/%00",
    "/certificates/2026-07-%00%00%00%00%00%00",
    "/static/%00",
    "/%2e%2e/etc/passwd",
]


@pytest.mark.parametrize("address", UNKNOWN)
def test_an_unknown_address_is_a_page_of_ours(browser: Browser, address: str) -> None:
    for who in (None, LEAD):
        visitor = Browser(browser.app).sign_in(who) if who else browser
        response = visitor.client.get(address)
        if response.status_code == 302:
            assert response.location.startswith("/sign-in")
            continue
        page = check(response, 404)
        assert page.soup.select_one("header .nhsuk-header__service-name")
        assert page.soup.select_one("footer")
        assert "<script>" not in page.response.text.partition("<main")[2]


def test_what_helps_the_team_find_it_is_on_the_page(sqlite_browser: Browser) -> None:
    assert "give this reference" in sqlite_browser.get("/nowhere", 404).words


def test_the_menu_of_an_error_page_is_that_of_whoever_asks(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in("team@team.example").get("/nowhere", 404)
    assert "Run the programme" in page.text("header")
    assert "Sign out" in page.text("header")


# A database that does not answer


def run(database: Database, *statements: str) -> None:
    with database.writer.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@contextmanager
def without_table(app: Flask, name: str) -> Iterator[None]:
    """A database in which a table cannot be found for a while."""
    database = open_database(app.extensions["settings"].database_url)
    run(database, f"ALTER TABLE {name} RENAME TO gone")
    try:
        yield
    finally:
        run(database, f"ALTER TABLE gone RENAME TO {name}")
        database.dispose()


@pytest.mark.parametrize("table", ["answers", "users", "returns", "portal_facts"])
def test_a_page_that_cannot_be_read_says_so(browser: Browser, table: str) -> None:
    browser.sign_in(LEAD)
    with without_table(browser.app, table):
        page = check(browser.client.get(PATH), 503)
        assert page.title == "The portal cannot reach its database"
        assert page.soup.select_one("header .nhsuk-header__service-name")
    assert browser.get(PATH).status == 200


@pytest.mark.parametrize("table", ["answers", "users", "returns"])
def test_what_was_typed_is_kept_when_it_cannot_be_stored_and_sent_again_later(browser: Browser, table: str) -> None:
    form = browser.sign_in(LEAD).get(PATH).form() | {"p1.narrative:": "Typed\nwhile it was gone.", "then": "later"}
    with without_table(browser.app, table):
        kept = check(browser.client.post(PATH, data=form), 503)
        assert kept.title == "This could not be saved"
        assert "Typed\nwhile it was gone." in kept.soup.get_text()
    send(browser, PATH, kept.form())
    assert stored(browser.app)["p1.narrative"] == {"": "Typed\nwhile it was gone."}


SPOILED = {
    "sqlite": (
        "CREATE TABLE owed (id INTEGER REFERENCES owed_to(id) DEFERRABLE INITIALLY DEFERRED)",
        "CREATE TABLE owed_to (id INTEGER PRIMARY KEY)",
        "CREATE TRIGGER owe AFTER UPDATE ON answers BEGIN INSERT INTO owed VALUES (1); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''disk full''; END'",
        "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT OR UPDATE ON answers DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION refuse()",
    ),
}
"""What makes everything succeed until the very commit."""


def test_a_commit_that_fails_keeps_what_was_typed_and_stores_nothing(browser: Browser) -> None:
    browser.sign_in(LEAD)
    before = stored(browser.app)
    form = browser.get(PATH).form() | {"p1.narrative:": "Not to be lost.", "then": "later"}
    backend = make_url(browser.app.extensions["settings"].database_url).get_backend_name()
    run(browser.app.extensions["database"], *SPOILED[backend])
    page = check(browser.client.post(PATH, data=form), 503)
    assert page.title == "This could not be saved"
    assert "Not to be lost." in page.words
    assert "Saved. You can come back" not in page.words + browser.get("/work").words, (
        "nothing is announced that was not kept"
    )
    assert page.soup.find("button", string=lambda words: bool(words) and "Send it again" in words)
    assert page.response.headers["X-Content-Type-Options"] == "nosniff"
    assert "'sha256-" in page.response.headers["Content-Security-Policy"]
    assert "no-store" in page.response.headers["Cache-Control"]
    assert stored(browser.app) == before


def test_who_could_not_be_signed_out_is_not_told_that_they_are(browser: Browser) -> None:
    browser.sign_in(LEAD)
    backend = make_url(browser.app.extensions["settings"].database_url).get_backend_name()
    run(browser.app.extensions["database"], *(each.replace("ON answers", "ON sign_ins") for each in SPOILED[backend]))
    page = check(browser.client.post("/sign-out", data={"csrf_token": browser.token()}), 503)
    assert page.title == "This could not be saved"
    assert "You are signed out" not in page.words
    assert browser.get("/work").status == 200, "the session is open, and this browser still has it"


def test_a_database_that_is_gone_altogether_leaves_pages_that_say_so(tmp_path: Path) -> None:
    app = make_app(sqlite_url(tmp_path, with_demo))
    browser = Browser(app).sign_in(LEAD)
    form = browser.get(PATH).form() | {"p1.narrative:": "Typed in vain?"}
    app.extensions["database"].dispose()
    for left in tmp_path.glob("portal.sqlite3*"):
        left.unlink()
    (tmp_path / "portal.sqlite3").write_bytes(b"this is no database" * 1000)
    for address in ("/", "/indicators/12", PATH, "/work", "/certificates/2026-07-ABCDEF"):
        assert check(browser.client.get(address), 503).title == "The portal cannot reach its database"
    assert "Typed in vain?" in check(browser.client.post(PATH, data=form), 503).words
    assert check(browser.client.get("/nowhere"), 404).title == "Page not found"
    assert check(Browser(app).client.get("/privacy"), 200).status == 200
    app.extensions["database"].dispose()


def test_a_mistake_of_ours_is_a_page_without_its_traceback(sqlite_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str:
        raise ZeroDivisionError("a mistake of ours")

    sqlite_app.view_functions["public.privacy"] = open_to_all(broken)
    logging.getLogger("anchor_portal").addHandler(caplog.handler)
    page = check(Browser(sqlite_app).sign_in(LEAD).client.get("/privacy"), 500)
    logging.getLogger("anchor_portal").removeHandler(caplog.handler)
    assert page.title == "Something went wrong on our side"
    assert "mistake of ours" not in page.response.text
    assert "Traceback" not in page.response.text
    assert "ZeroDivisionError" in caplog.text, "but the log has it"


def test_a_method_or_type_that_nobody_expects_is_refused_politely(sqlite_browser: Browser) -> None:
    client = sqlite_browser.sign_in(LEAD).client
    assert check(client.delete(RETURN), 405).title == "This address does not work that way"
    assert check(client.post(PATH, json={"p1.narrative:": "as JSON"}), 400).title == "This page was out of date"
    page = Page(client.post(PATH, data=b"--x\r\nrubbish", content_type="multipart/form-data; boundary=x"))
    assert page.status == 400


FORM = "/meetings/1/items/6"


@pytest.mark.parametrize(
    ("sent_from", "back"),
    [(f"OURS{FORM}?x=1", FORM), (f"https://elsewhere.example{FORM}", None), ("http://[", None), ("", None),
     ("OURS//elsewhere.example/x", "/elsewhere.example/x"),
     ("OURS/caf%C3%A9/\"><b>", "/caf%C3%A9/%22%3E%3Cb%3E")],
)  # fmt: skip
def test_what_could_not_be_kept_leads_back_to_the_page_of_its_form(
    sqlite_browser: Browser, sent_from: str, back: str | None
) -> None:
    team = sqlite_browser.sign_in("team@team.example")
    ours = team.client.get("/").request.host_url.rstrip("/")
    data = {"csrf_token": team.token(), "decision": "Too late."}
    answer = team.client.post(f"{FORM}/decisions", data=data, headers={"Referer": sent_from.replace("OURS", ours)})
    page = check(answer, 409)
    assert "Decision Too late." in page.words
    link = page.soup.find("a", string="Open the page again")
    assert (link and link["href"]) == back


ELSEWHERE = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}


@pytest.mark.parametrize("path", ["/sign-in", "/reminders/off/1-00000000000000000000000000000000"])
def test_what_another_site_sends_is_not_shown_as_if_it_were_ours(sqlite_browser: Browser, path: str) -> None:
    client, typed = sqlite_browser.client, {"Important": "Call 0800 000."}
    assert "Call 0800" not in client.post(path, data=typed, headers=ELSEWHERE).text
    assert "Call 0800" in client.post(path, data=typed, headers={"Sec-Fetch-Site": "same-origin"}).text


def test_what_a_provider_sends_with_somebody_is_not_shown_as_typed(sqlite_browser: Browser) -> None:
    answer = sqlite_browser.client.post("/sign-in/with/nhsmail/back", data={"code": "of-the-provider", "state": "s"})
    assert answer.status_code == 400
    assert "of-the-provider" not in answer.text
