"""The Assembly's dashboard: the round in one screen, at the same cost for any number of organisations."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, event, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.people import Role
from anchor_portal.models import AuditEntry, MeasureRow, Organisation, Return, Round, User
from anchor_portal.services.people import add_role, declare_interest
from tests.conftest import make_app
from tests.pages import Browser, Page

MEMBER, TEAM = "member@assembly.example", "team@team.example"
TRUST = "mid-cheshire-hospitals"
TRUST_NAME = "Mid Cheshire Hospitals NHS Foundation Trust"


@contextmanager
def changing(app: Flask) -> Iterator[Session]:
    """A session whose changes are kept."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        yield session


def set_pledge(app: Flask, slug: str, pledge: int, answered: int, asked: int) -> None:
    """Change what an accepted return of July 2026 says on a pledge."""
    with changing(app) as session:
        organisation_id = session.scalars(select(Organisation.id).where(Organisation.slug == slug)).one()
        round_id = session.scalars(select(Round.id).where(Round.code == "2026-07")).one()
        row = session.get_one(MeasureRow, (organisation_id, round_id, f"pledge.{pledge}", ""))
        row.numerator, row.denominator = Decimal(answered), Decimal(asked)


def add_organisations(app: Flask, number: int) -> None:
    """Copy an organisation, with an accepted return in July 2026 and all its numbers."""
    with changing(app) as session:
        first = session.scalars(select(Organisation).where(Organisation.slug == TRUST)).one()
        round_ = session.scalars(select(Round).where(Round.code == "2026-07")).one()
        numbers = session.scalars(
            select(MeasureRow).where(MeasureRow.organisation_id == first.id, MeasureRow.round_id == round_.id)
        ).all()
        for index in range(number):
            name = f"Copy {index:04}"
            copy = Organisation(slug=f"copy-{index}", name=name, printed_name=name, sector=first.sector, scale="nhs")
            session.add(copy)
            session.flush()
            session.add(Return(round_id=round_.id, organisation_id=copy.id, status=Status.ACCEPTED, revision=1))
            session.add_all(_copied(each, copy.id) for each in numbers)


def _copied(row: MeasureRow, organisation_id: int) -> MeasureRow:
    names = ("round_id", "measure", "row", "numerator", "denominator", "unknown", "percent", "revision")
    return MeasureRow(organisation_id=organisation_id, **{name: getattr(row, name) for name in names})


def grid(page: Page) -> dict[str, list[str]]:
    """The cells of each organisation, without what is only there for phones."""
    for only_on_phones in page.soup.select(".app-grid__key, .app-grid__note"):
        only_on_phones.decompose()
    rows = page.soup.select(".app-grid tbody tr")
    texts = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in rows]
    return {name: cells for name, *cells in texts}


def statuses(page: Page) -> dict[str, int]:
    """How many returns stand where, as the head of the dashboard says."""
    texts = [each.get_text(" ", strip=True).partition(" ") for each in page.soup.select(".app-statuses li")]
    return {name: int(number) for number, _, name in texts}


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Every SQL statement, but for the marks of a transaction."""
    seen: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


# The round


def test_the_newest_round_is_shown_and_marked_provisional(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly")
    assert page.title == "Assembly dashboard January 2027 Provisional"
    assert "The round is open. Due" in page.words


def test_a_published_round_is_marked_published_and_its_figures_are_the_frozen_ones(sqlite_browser: Browser) -> None:
    with changing(sqlite_browser.app) as session:
        session.execute(update(MeasureRow).values(numerator=0))
    page = sqlite_browser.sign_in(MEMBER).get("/assembly/2026-07")
    assert page.title == "Assembly dashboard July 2026 Published"
    assert [each.get_text(strip=True) for each in page.soup.select(".app-card__value")] == ["74.6%", "11.2%", "40.0%"]


def test_the_returns_by_status_add_up_to_all_that_are_expected(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly")
    counts = statuses(page)
    arrived = sum(counts.get(name, 0) for name in ("accepted", "submitted", "returned with queries", "nil return"))
    assert page.text("#returns") == f"{arrived} of 21 returns are in"
    assert sum(counts.values()) == 21
    assert f"{21 - arrived} are still missing" in page.words


def test_each_indicator_has_its_coverage_its_change_and_a_link_to_its_page(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly")
    cards = page.soup.select(".app-card")
    assert len(cards) == 3
    for card, number in zip(cards, (12, 20, 21), strict=True):
        words = " ".join(card.get_text(" ").split())
        assert "of 21 signatories; they employ" in words
        assert "organisations counted in both" in words
        assert card.select_one(f'a[href="/assembly/2027-01/indicators/{number}"]')


def test_another_round_is_chosen_with_a_plain_form(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(MEMBER)
    form = sqlite_browser.get("/assembly").form("/assembly")
    assert form == {"round": "2027-01"}
    assert "January 2024" in sqlite_browser.get("/assembly?round=2024-01").title


@pytest.mark.parametrize("path", ["/assembly/2031-07", "/assembly/x", "/assembly/%00", "/assembly?round=x%2Fy"])
def test_a_round_that_does_not_exist_is_not_found(path: str, browser: Browser) -> None:
    browser.sign_in(MEMBER).get(path, 404)


def test_without_any_round_the_dashboard_says_what_will_be_there(url: str) -> None:
    app = make_app(url)
    with changing(app) as session:
        add_role(session, MEMBER, Role.MEMBER, None, "Member Example")
    assert "There is no round yet" in Browser(app).sign_in(MEMBER).get("/assembly").words
    app.extensions["database"].dispose()


# The grid


def test_the_grid_says_in_words_how_far_each_pledge_is_evidenced(browser: Browser) -> None:
    for pledge, (answered, asked) in enumerate([(4, 4), (3, 4), (0, 4), (0, 0)], start=1):
        set_pledge(browser.app, TRUST, pledge, answered, asked)
    page = browser.sign_in(MEMBER).get("/assembly/2026-07")
    assert grid(page)[TRUST_NAME][:4] == ["Evidenced", "Partly", "Not yet", "Not asked"]
    row = next(each for each in page.soup.select(".app-grid tbody tr") if TRUST_NAME in each.get_text())
    shapes = [str(each["href"]) for each in row.select("use")][:4]
    assert shapes == ["#mark-evidenced", "#mark-partly", "#mark-not-yet", "#mark-not-asked"]
    assert all(page.soup.select_one(shape) for shape in shapes)


def test_a_return_that_is_not_accepted_says_where_it_stands(browser: Browser) -> None:
    rows = grid(browser.sign_in(MEMBER).get("/assembly"))
    assert len(rows) == 21
    alone = {cells[0] for cells in rows.values() if len(cells) == 1}
    assert alone == {
        "Not started",
        "In progress",
        "Ready for sign-off",
        "Submitted",
        "Returned with queries",
        "Nil return",
        "Withdrawn",
    }
    assert all(len(cells) in {1, 7} for cells in rows.values())


def test_the_organisations_stand_in_the_order_of_their_names_whatever_the_capitals(browser: Browser) -> None:
    names = list(grid(browser.sign_in(MEMBER).get("/assembly/2026-07")))
    assert (
        names.index("Cheshire East Council")
        < names.index("CVS Cheshire East")
        < names.index("Everton in the Community")
    )


def test_a_returned_return_leads_to_its_review_and_a_draft_does_not(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly")
    links = {link.get_text(strip=True): str(link["href"]) for link in page.soup.select(".app-grid th a")}
    stands = {name: cells[0] for name, cells in grid(page).items()}
    assert links["St Helens Borough Council"] == "/reviews/2027-01/st-helens-borough-council"
    drafts = {name for name, words in stands.items() if words in {"Not started", "In progress", "Ready for sign-off"}}
    assert drafts and not drafts & set(links)
    for href in links.values():
        sqlite_browser.get(href)


def test_a_member_with_an_interest_gets_no_link_and_is_told(sqlite_browser: Browser) -> None:
    with changing(sqlite_browser.app) as session:
        member = session.scalars(select(User).where(User.email == MEMBER)).one()
        trust = session.scalars(select(Organisation).where(Organisation.slug == TRUST)).one()
        declare_interest(session, member, trust)
    page = sqlite_browser.sign_in(MEMBER).get("/assembly/2026-07")
    row = next(each for each in page.soup.select(".app-grid tbody tr") if TRUST_NAME in each.get_text())
    assert "You have an interest" in row.get_text()
    assert not row.select("a")


def test_the_grid_comes_in_pages_of_fifty(browser: Browser) -> None:
    add_organisations(browser.app, 60)
    browser.sign_in(MEMBER)
    first, second = browser.get("/assembly/2026-07"), browser.get("/assembly/2026-07?page=2")
    assert first.text("#returns") == "79 of 81 returns are in"
    assert len(grid(first)) == 50 and len(grid(second)) == 31
    assert not set(grid(first)) & set(grid(second))
    assert first.soup.select_one('a[rel=next][href="/assembly/2026-07?page=2#pledges"]')
    assert second.soup.select_one('a[rel=prev][href="/assembly/2026-07?page=1#pledges"]')


@pytest.mark.parametrize("page", ["0", "-1", "99", "x", "", "9" * 40, "1.5"])
def test_a_page_that_does_not_exist_shows_one_that_does(page: str, browser: Browser) -> None:
    assert len(grid(browser.sign_in(MEMBER).get(f"/assembly/2026-07?page={page}"))) == 21


# An indicator, and what is kept of who looked


def test_inside_an_indicator_is_not_rounded_and_has_tiers(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly/2026-07/indicators/20")
    assert "Raw figures" in page.words and "Medical and dental" in page.words
    tables = " ".join(each.get_text(" ") for each in page.soup.select("table"))
    assert "4,609" in tables and "not shown" not in tables
    assert "Real change among them" in page.words


@pytest.mark.parametrize("path", ["/assembly/2026-07/indicators/13", "/assembly/2031-01/indicators/12"])
def test_an_indicator_or_round_that_does_not_exist_is_not_found(path: str, sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(MEMBER).get(path, 404)


def test_the_team_looking_at_raw_figures_is_kept_and_a_member_is_not(browser: Browser) -> None:
    paths = ("/assembly/2026-07/indicators/20", "/assembly/2026-07")
    for email in (MEMBER, TEAM):
        for path in paths:
            browser.sign_in(email).get(path)
    with Session(browser.app.extensions["database"].reader) as session:
        entries = session.execute(
            select(AuditEntry.who, AuditEntry.subject)
            .where(AuditEntry.action == "raw figures seen")
            .order_by(AuditEntry.id)
        ).all()
    assert [tuple(each) for each in entries] == [
        (TEAM, "indicator 20 of round 2026-07"),
        (TEAM, "dashboard of round 2026-07"),
    ]


# Cost


@pytest.mark.parametrize(
    "path", ["/assembly", "/assembly/2026-07", "/assembly/2027-01/indicators/20", "/", "/indicators/20"]
)
def test_no_page_of_figures_needs_more_than_eight_statements(path: str, browser: Browser) -> None:
    browser.sign_in(TEAM).get(path)
    with counted_statements() as seen:
        browser.get(path)
    assert 0 < len(seen) <= 8, "\n".join(seen)


def test_the_dashboard_needs_as_many_statements_for_many_organisations_as_for_few(
    sqlite_browser: Browser,
) -> None:
    sqlite_browser.sign_in(MEMBER).get("/assembly/2026-07")
    numbers = []
    for more in (0, 100):
        add_organisations(sqlite_browser.app, more)
        with counted_statements() as seen:
            sqlite_browser.get("/assembly/2026-07")
        numbers.append(len(seen))
    assert numbers[0] == numbers[1] > 0
