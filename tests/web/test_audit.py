"""The audit on its page: who, what, when, from where; filtered, exported, checked."""

import csv
import io

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from anchor_portal.engine import Database
from anchor_portal.models import AuditEntry, AuditHead
from anchor_portal.services.audit import record
from anchor_portal.web.transactions import address_of
from tests.conftest import make_app
from tests.pages import Browser, Page

TEAM = "team@team.example"


@pytest.fixture
def database(sqlite_app: Flask) -> Database:
    """The demonstration, with four entries of the test's own and no others."""
    opened: Database = sqlite_app.extensions["database"]
    with Session(opened.writer) as session, session.begin():
        session.execute(delete(AuditEntry))
        session.execute(update(AuditHead).values(position=0, digest=""))
    with Session(opened.writer) as session, session.begin():
        for who, action, subject, detail in (
            ("ada@torus.example", "signed in", "ada@torus.example", ""),
            (TEAM, "exported", "anchor-round-2026-07.csv", ""),
            (TEAM, "role given", "bob@roche.example", "=cmd|' /C calc'!A0"),
            ("operator", "round closed", "2026-07", "100% of them, a_b"),
        ):
            record(session, who, action, subject, detail)
    with opened.writer.begin() as connection:  # past the portal: times that a test can ask for
        for position, at in ((1, "2026-03-28 10:00:00"), (2, "2026-03-29 22:30:00"), (3, "2026-03-29 23:30:00")):
            connection.execute(text(f"UPDATE audit_entries SET at = '{at}' WHERE position = {position}"))  # noqa: S608
    return opened


@pytest.fixture
def team(sqlite_browser: Browser, database: Database) -> Browser:
    return sqlite_browser.sign_in(TEAM)


def listed(page: Page) -> list[str]:
    return [
        " ".join(row.select("td")[2].get_text().split()).removesuffix(" Changed since")
        for row in page.soup.select("tbody tr")
    ]


def test_the_newest_stands_first_with_who_what_when_and_from_where(team: Browser) -> None:
    page = team.get("/team/audit")
    assert listed(page) == ["round closed", "role given", "exported", "signed in"]
    cells = [" ".join(cell.get_text(" ").split()) for cell in page.soup.select("tbody tr")[1].select("td")]
    assert cells == [
        "30 March 2026 at 00:30 Entry 3", TEAM, "role given Changed since",
        "bob@roche.example =cmd|' /C calc'!A0", "not known",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("who=TEAM", ["role given", "exported"]),
        ("action=exported", ["exported"]),
        ("about=roche", ["role given"]),
        ("about=100%25", ["round closed"]),
        ("about=a_b", ["round closed"]),
        ("about=%25", ["round closed"]),
        ("since=29+3+2026&until=29%2F3%2F2026", ["exported"]),
        ("until=2026-03-29", ["exported", "signed in"]),
        ("since=30+March+2026", ["round closed", "role given"]),
        ("who=team&action=signed+in", []),
        ("who=%00", ["round closed", "role given", "exported", "signed in"]),
    ],
)
def test_it_can_be_filtered_by_days_where_the_partnership_is(team: Browser, query: str, found: list[str]) -> None:
    page = team.get(f"/team/audit?{query}")
    assert listed(page) == found
    assert found or "No entry fits." in page.words
    rows = list(csv.DictReader(io.StringIO(team.client.get(f"/team/audit.csv?{query}").text)))
    own = [row["action"] for row in rows if row["subject"] != "anchor-audit.csv"]
    assert own == found[::-1]


def test_days_that_cannot_be_read_are_said_beside_their_box_and_kept(team: Browser) -> None:
    page = team.get("/team/audit?since=31+2+2026&until=soon&who=ada", 422)
    assert page.errors == [
        "The first day must be a real date, like 30 6 2026",
        "The last day needs a day, a month and a year, like 30 6 2026",
    ]
    kept = page.form("/team/audit")
    assert (kept["since"], kept["until"], kept["who"]) == ("31 2 2026", "soon", "ada")
    backwards = team.get("/team/audit?since=2+2+2026&until=1+2+2026", 422)
    assert backwards.errors == ["The last day must not be before the first day"]
    team.get("/team/audit.csv?since=x", 422)


def test_the_export_is_harmless_in_a_spreadsheet_and_is_itself_an_entry(team: Browser) -> None:
    answer = team.client.get("/team/audit.csv?who=team")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="anchor-audit.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["number"] for row in rows] == ["2", "3", "5"]
    assert rows[1]["detail"] == "'=cmd|' /C calc'!A0"
    assert (rows[2]["action"], rows[2]["subject"], rows[2]["detail"], rows[2]["from"]) == (
        "exported", "anchor-audit.csv", "who: team", "127.0.0.1",
    )  # fmt: skip
    assert all(len(row["digest"]) == 64 for row in rows)


def test_the_way_to_the_check_says_what_is_checked(team: Browser) -> None:
    link = team.get("/team/audit").soup.select_one('main a[href="#check"]')
    assert link and link.get_text() == "Check that nothing was changed"


def test_there_are_pages_of_it(team: Browser, database: Database) -> None:
    with Session(database.writer) as session, session.begin():
        for number in range(60):
            record(session, TEAM, "exported", f"number {number}")
    first = team.get("/team/audit?who=team")
    assert len(listed(first)) == 50
    older = first.soup.find("a", string="Older entries")
    assert older and "who=team" in str(older["href"])
    assert len(listed(team.get(str(older["href"])))) == 12


@pytest.mark.parametrize("before", ["x", "-1", "9" * 40, "٣", "0"])
def test_odd_pages_are_the_first_one(team: Browser, before: str) -> None:
    assert len(listed(team.get(f"/team/audit?before={before}"))) == 4


def test_its_check_wants_a_mark_or_nothing(team: Browser) -> None:
    page = team.post("/team/audit/check", {"mark": "12"}, 422)
    assert page.errors == ["A mark is the number of an entry, a colon and its digest of 64 signs, like 1204:3f2a…"]
    assert page.form("/team/audit/check")["mark"] == "12"
    mark = page.text(".app-digest")
    assert team.post("/team/audit/check", {"mark": mark}).title == "Check of the audit"


def test_where_nothing_was_done_yet_it_says_what_will_stand_there(team: Browser, database: Database) -> None:
    with Session(database.writer) as session, session.begin():
        session.execute(delete(AuditEntry))
    assert "Nothing was done yet." in team.get("/team/audit").words


# From where


def last_address(app: Flask) -> str:
    with Session(app.extensions["database"].reader) as session:
        found = session.scalars(select(AuditEntry.address).order_by(AuditEntry.id.desc())).first()
    assert found is not None
    return found


def fail_to_sign_in(app: Flask, peer: str, forwarded: str) -> str:
    """From where somebody is noted to have tried to sign in."""
    browser = Browser(app)
    data = {"csrf_token": browser.token(), "email": "x@example.org", "password": "x"}
    headers = {"X-Forwarded-For": forwarded, "X-Real-IP": "198.51.100.9", "Forwarded": "for=198.51.100.9"}
    browser.client.post("/sign-in", data=data, headers=headers, environ_base={"REMOTE_ADDR": peer})
    return last_address(app)


def test_what_somebody_says_of_their_own_address_is_not_believed(sqlite_app: Flask) -> None:
    assert fail_to_sign_in(sqlite_app, "192.0.2.7", "198.51.100.9") == "192.0.2.7"
    assert fail_to_sign_in(sqlite_app, "", "198.51.100.9") == ""


def test_behind_a_proxy_that_the_settings_name_its_word_is_believed_and_no_more(sqlite_app: Flask) -> None:
    url = sqlite_app.extensions["settings"].database_url
    behind = make_app(url, proxies=1)
    assert fail_to_sign_in(behind, "10.0.0.1", "203.0.113.66, 198.51.100.9") == "198.51.100.9"
    assert fail_to_sign_in(behind, "10.0.0.1", "2001:db8::7") == "2001:db8::7"
    assert fail_to_sign_in(behind, "10.0.0.1", "<script>") == ""
    assert fail_to_sign_in(behind, "10.0.0.1", "198.51.100.9:5678") == "198.51.100.9", "some servers say the port, too"
    behind.extensions["database"].dispose()


def test_the_port_that_some_servers_say_is_no_part_of_an_address() -> None:
    whole = {"198.51.100.9:5678": "198.51.100.9", "[2001:db8::7]:99": "2001:db8::7", "[::1]": "::1", "::1%<x>": "::1"}
    assert {said: address_of(said) for said in whole} == whole
    assert {address_of(odd) for odd in ("198.51.100.9:", "198.51.100.9:x", "[::1]x", "[]:1", "1.2.3:4", "[1:2]")} == {
        ""
    }


def test_nobody_is_noted_from_where_the_one_before_them_came(sqlite_app: Flask) -> None:
    assert fail_to_sign_in(sqlite_app, "192.0.2.7", "") == "192.0.2.7"
    assert fail_to_sign_in(sqlite_app, "192.0.2.8", "") == "192.0.2.8"


@pytest.mark.parametrize("path", ["/team/audit", "/team/audit.csv"])
def test_the_first_and_the_last_day_that_there_are_can_be_asked_for(team: Browser, path: str) -> None:
    with team.client.get(f"{path}?since=0001-01-01&until=9999-12-31") as answer:
        assert answer.status_code == 200
        assert "ada@torus.example" in answer.get_data(as_text=True)
