"""Rounds, for the team: the chase list, closing, adding a round."""

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, event, select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import Stage
from anchor_portal.models import AuditEntry, Organisation, Publication, Round, RoundMember
from anchor_portal.queries.rounds import find_round
from anchor_portal.services.people import add_role
from tests.conftest import make_app, seeded
from tests.engines import sqlite_url
from tests.pages import Browser, Page

TEAM = "team@team.example"
OPEN, PUBLISHED = "2027-01", "2026-07"
PAGES = (
    "/rounds",
    f"/rounds/{OPEN}",
    f"/rounds/{OPEN}/close",
    f"/rounds/{PUBLISHED}/publish",
    "/rounds/add",
)
GOOD = {
    "code": "2027-07",
    "version": "2024-07",
    "opens_on-day": "14",
    "opens_on-month": "6",
    "opens_on-year": "2027",
    "closes_on-day": "30",
    "closes_on-month": "July",
    "closes_on-year": "2027",
}
PERIOD = {
    f"period_{side}-{box}": text
    for side, day in (("from", "1"), ("to", "28"))
    for box, text in (("day", day), ("month", "2"), ("year", "2027"))
}


def writing(app: Flask) -> Session:
    return Session(app.extensions["database"].writer)


def stored(app: Flask, code: str) -> Round | None:
    with Session(app.extensions["database"].reader) as session:
        return find_round(session, code)


def actions(app: Flask) -> list[tuple[str, str, str]]:
    with Session(app.extensions["database"].reader) as session:
        query = select(AuditEntry.who, AuditEntry.action, AuditEntry.subject).order_by(AuditEntry.id)
        return [(who, action, subject) for who, action, subject in session.execute(query)]


def unpublish(app: Flask, code: str) -> None:
    """Put a published round back to closed, as the demonstration has no closed one."""
    with writing(app) as session, session.begin():
        round_id = session.scalars(select(Round.id).where(Round.code == code)).one()
        session.execute(delete(Publication).where(Publication.round_id == round_id))
        session.execute(delete(RoundMember).where(RoundMember.round_id == round_id))
        session.execute(update(Round).where(Round.id == round_id).values(stage=Stage.CLOSED, published_at=None))


def publication(app: Flask, code: str) -> Publication | None:
    with Session(app.extensions["database"].reader) as session:
        return session.scalars(select(Publication).join(Round).where(Round.code == code)).one_or_none()


def line_of(page: Page, organisation: str) -> str:
    row = next(
        row for row in page.soup.select(".app-chase tbody tr, .app-rounds tbody tr") if organisation in row.get_text()
    )
    return " ".join(row.get_text(" ").split())


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("person", ["lead@trust.example", "member@assembly.example"])
def test_the_teams_pages_are_for_the_team_alone(sqlite_browser: Browser, path: str, person: str) -> None:
    sqlite_browser.sign_in(person).get(path, 403)


@pytest.mark.parametrize(
    "path",
    [
        "/rounds/2031-07",
        "/rounds/2031-07/close",
        "/rounds/2031-07/publish",
        "/rounds/2031-07/revise",
        "/rounds/x%27/revise",
    ],
)
def test_a_round_that_there_is_not_is_not_found(sqlite_browser: Browser, path: str) -> None:
    sqlite_browser.sign_in(TEAM).get(path, 404)


def test_rounds_are_listed_with_where_they_stand(browser: Browser) -> None:
    page = browser.sign_in(TEAM).get("/rounds")
    assert line_of(page, "January 2027").split(" 2024-07 ")[0].startswith("January 2027 Open")
    assert line_of(page, "July 2026").endswith("2024-07 0 19")


def test_without_any_round_the_page_says_what_to_do_first(sqlite_browser: Browser) -> None:
    with writing(sqlite_browser.app) as session, session.begin():
        emptied = {"rounds"}
        for table in Round.metadata.sorted_tables:  # each after those that it points to
            if emptied & {key.column.table.name for key in table.foreign_keys}:
                emptied.add(table.name)
        for table in reversed(Round.metadata.sorted_tables):
            if table.name in emptied:
                session.execute(table.delete())
    assert "There is no round yet. Add the first one" in sqlite_browser.sign_in(TEAM).get("/rounds").words


def test_the_chase_list_says_who_has_not_answered_where_they_stopped_and_whom_to_ask(browser: Browser) -> None:
    page = browser.sign_in(TEAM).get(f"/rounds/{OPEN}")
    assert "14 of 21 organisations have not answered." in page.words
    assert "days left" in page.words
    first = page.text(".app-chase tbody tr")
    assert first.startswith("Alzheimer's Society July 2026: accepted Not started More time for Alzheimer's Society")
    assert "None yet Ask them to start Kofi Ellingworth" in first
    assert re.search(" at [0-9]{2}:05$", first), "the last reminder"
    draft = line_of(page, "Mid Cheshire Hospitals")
    assert "4 of 9 sections completed" in draft
    assert "Ask when it will be finished" in draft
    assert draft.endswith("lead@trust.example None")
    assert "Ask the signatory to read and sign it" in line_of(page, "Clatterbridge")
    assert "Returned by the Assembly by" in line_of(page, "Halton Borough Council")
    assert "Nothing: it waits for the Assembly" in line_of(page, "St Helens Borough Council")
    assert "mailto:lead@trust.example" in [link["href"] for link in page.soup.select(".app-chase tbody a")]


def test_an_organisation_without_a_lead_is_said_to_have_none(sqlite_browser: Browser) -> None:
    with writing(sqlite_browser.app) as session, session.begin():
        session.add(
            Organisation(slug="new", name="A new one", printed_name="A new one", sector="vcse", scale="general")
        )
    assert "Nobody is its lead yet" in line_of(sqlite_browser.sign_in(TEAM).get(f"/rounds/{OPEN}"), "A new one")


def test_a_published_round_shows_where_everyone_stands_and_nothing_to_do(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(TEAM).get(f"/rounds/{PUBLISHED}")
    assert "19 of 21 organisations answered." in page.words
    assert "What to do" not in page.words
    assert [button.get_text().strip() for button in page.soup.select("main a.nhsuk-button")] == ["Archive"]


def add_organisations(app: Flask, number: int) -> None:
    with writing(app) as session, session.begin():
        for each in range(number):
            name = f"Organisation {each:03}"
            session.add(Organisation(slug=f"o-{each}", name=name, printed_name=name, sector="vcse", scale="general"))


def test_a_long_list_comes_in_pages(sqlite_browser: Browser) -> None:
    add_organisations(sqlite_browser.app, 60)
    sqlite_browser.sign_in(TEAM)
    pages = [sqlite_browser.get(f"/rounds/{OPEN}?page={number}") for number in (1, 2)]
    names = [row.get_text() for page in pages for row in page.soup.select(".app-chase tbody th a")]
    assert [len(page.soup.select(".app-chase tbody tr")) for page in pages] == [50, 31]
    assert len(set(names)) == 81
    assert "74 of 81 organisations have not answered." in pages[1].words


@pytest.mark.parametrize("number", ["0", "-1", "99", "x", "", "1e9", "9" * 40, "%00"])
def test_a_page_that_there_is_not_gives_the_nearest_one(sqlite_browser: Browser, number: str) -> None:
    assert (
        len(sqlite_browser.sign_in(TEAM).get(f"/rounds/{OPEN}?page={number}").soup.select(".app-chase tbody tr")) == 21
    )


@pytest.mark.parametrize("path", PAGES)
def test_each_page_needs_few_statements_however_many_organisations_there_are(
    sqlite_browser: Browser, path: str
) -> None:
    app = sqlite_browser.app
    unpublish(app, PUBLISHED)
    sqlite_browser.sign_in(TEAM).get(path)

    def count() -> int:
        statements: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith("BEGIN"):
                statements.append(statement)

        event.listen(app.extensions["database"].reader, "before_cursor_execute", note)
        sqlite_browser.get(path)
        event.remove(app.extensions["database"].reader, "before_cursor_execute", note)
        return len(statements)

    few = count()
    add_organisations(app, 100)
    assert count() <= few <= 8


def test_closing_asks_first_and_is_noted(browser: Browser) -> None:
    page = browser.sign_in(TEAM).get(f"/rounds/{OPEN}/close")
    assert page.title == "Close round January 2027?"
    assert "14 organisations have not answered" in page.words
    assert "3 returns wait for the Assembly" in page.words
    assert "The deadline has not passed" in page.words
    before = stored(browser.app, OPEN)
    assert before is not None
    assert before.stage == Stage.BY_DATE
    after = browser.post(f"/rounds/{OPEN}/close", page.form())
    assert "Round January 2027 is closed" in after.words
    assert actions(browser.app)[-1] == (TEAM, "round closed", OPEN)
    closed = stored(browser.app, OPEN)
    assert closed is not None
    assert closed.stage == Stage.CLOSED


def test_closing_twice_closes_once(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(TEAM)
    for _ in range(2):
        page = sqlite_browser.post(f"/rounds/{OPEN}/close", {})
    assert "Round January 2027 is closed already" in page.words
    assert actions(sqlite_browser.app).count((TEAM, "round closed", OPEN)) == 1


def test_without_the_token_nothing_is_closed(sqlite_browser: Browser) -> None:
    response = sqlite_browser.sign_in(TEAM).client.post(f"/rounds/{OPEN}/close")
    assert response.status_code == 400
    round_ = stored(sqlite_browser.app, OPEN)
    assert round_ is not None
    assert round_.stage == Stage.BY_DATE


def test_a_round_is_added_with_what_was_typed(browser: Browser) -> None:
    form = browser.sign_in(TEAM).get("/rounds/add").form()
    page = browser.post("/rounds/add", form | GOOD)
    assert "Round 2027-07 is added." in page.words
    added = stored(browser.app, "2027-07")
    assert added is not None
    assert (added.opens_on, added.closes_on) == (date(2027, 6, 14), date(2027, 7, 30))
    assert (added.period_from, added.period_to) == (date(2027, 1, 1), date(2027, 6, 30))
    assert actions(browser.app)[-1] == (TEAM, "round added", "2027-07")


def test_a_round_of_another_month_takes_its_period_from_the_form(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(TEAM).post("/rounds/add", GOOD | PERIOD | {"code": "2027-03"})
    added = stored(sqlite_browser.app, "2027-03")
    assert added is not None
    assert (added.period_from, added.period_to) == (date(2027, 2, 1), date(2027, 2, 28))


@pytest.mark.parametrize(
    ("changes", "box", "says"),
    [
        ({"code": ""}, "code", "Enter a code: the year and the month, such as 2027-07"),
        ({"code": "2027"}, "code", "“2027” is no round code: write year and month, like 2026-07"),
        ({"code": "2027-13"}, "code", "“2027-13” is no round code: write year and month, like 2026-07"),
        ({"code": "../x"}, "code", "“../x” is no round code: write year and month, like 2026-07"),
        ({"code": PUBLISHED}, "code", "There is already a round 2026-07"),
        ({"version": "1999-01"}, "version", "Choose one of the questionnaires"),
        ({"opens_on-day": ""}, "opens_on-day", "The opening date must include a day"),
        ({"opens_on-day": "", "opens_on-year": " "}, "opens_on-day", "The opening date must include a day and a year"),
        (
            {"closes_on-day": "", "closes_on-month": "", "closes_on-year": ""},
            "closes_on-day",
            "Enter the deadline that everyone sees",
        ),
        ({"opens_on-day": "31"}, "opens_on-day", "The opening date must be a real date, like 30 6 2026"),
        ({"opens_on-day": "first"}, "opens_on-day", "The opening date needs a day, a month and a year, like 30 6 2026"),
        ({"opens_on-year": "1027"}, "opens_on-year", "The year of the opening date must be between 2000 and 2100"),
        ({"closes_on-month": "5"}, "closes_on-day", "The round cannot close before it opens"),
        (
            {"code": "2027-03"},
            "period_from-day",
            "A round that is neither of January nor of July needs the first and the last day of its period",
        ),
        (
            {"period_from-day": "1", "period_from-month": "2", "period_from-year": "2027"},
            "period_to-day",
            "Enter the last day of the period too, or leave both days blank",
        ),
        (PERIOD | {"period_to-month": "1"}, "period_to-day", "The period cannot end before it begins"),
    ],
)
def test_a_wrong_value_gets_a_sentence_beside_its_box_and_in_the_summary_and_stays(
    sqlite_browser: Browser, changes: dict[str, str], box: str, says: str
) -> None:
    sent = GOOD | changes
    page = sqlite_browser.sign_in(TEAM).post("/rounds/add", sent, 422)
    assert page.errors == [says]
    assert page.soup.select_one(f'.nhsuk-error-summary a[href="#{box}"]') is not None
    group = page.soup.select_one(f"#{box}").find_parent(class_="nhsuk-form-group--error")  # type: ignore[union-attr]
    assert group is not None
    assert says in " ".join(group.get_text().split())
    assert page.soup.title is not None
    assert page.soup.title.get_text().startswith("Error: ")
    kept = page.form()
    assert {name: kept[name] for name in sent if name != "version"} == {
        name: text.strip() for name, text in sent.items() if name != "version"
    }


def test_everything_wrong_is_said_at_once(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(TEAM).post("/rounds/add", {}, 422)
    assert page.errors == [
        "Enter a code: the year and the month, such as 2027-07",
        "Choose one of the questionnaires",
        "Enter the day on which the round opens",
        "Enter the deadline that everyone sees",
    ]


@pytest.mark.parametrize(
    "junk", ["\x00", "<script>alert(1)</script>", "'; drop table rounds", "٣", "x" * 5000, "\u202e"]
)
def test_anything_at_all_can_be_typed_into_the_form(sqlite_browser: Browser, junk: str) -> None:
    page = sqlite_browser.sign_in(TEAM).post("/rounds/add", dict.fromkeys([*GOOD, *PERIOD], junk), 422)
    assert page.title == "Add a round"


def test_the_team_of_a_new_portal_has_a_way_on_from_its_first_page(tmp_path: Path) -> None:
    app = make_app(sqlite_url(tmp_path, seeded))
    with writing(app) as session, session.begin():
        add_role(session, TEAM, Role.TEAM, None, "Tom")
    page = Browser(app).sign_in(TEAM).get("/work")
    assert "Nothing waits for you." in page.words
    assert [str(link["href"]) for link in page.soup.select("main a")] == ["/rounds/add", "/team/people/invite"]
    app.extensions["database"].dispose()


def test_a_deadline_that_has_passed_is_said_so(sqlite_browser: Browser) -> None:
    passed = today() - timedelta(days=3)
    with writing(sqlite_browser.app) as session, session.begin():
        session.execute(update(Round).where(Round.code == OPEN).values(closes_on=passed))
    page = sqlite_browser.sign_in(TEAM).get(f"/rounds/{OPEN}")
    assert "Open for late returns" in page.words
    assert "Late returns are still accepted" in page.words
    assert "The deadline has not passed" not in sqlite_browser.get(f"/rounds/{OPEN}/close").words
