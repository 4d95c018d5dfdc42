"""The Assembly's dashboard: the round in one screen, at the same cost for any number of organisations."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy import Connection, Engine, delete, event, select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.figures.definitions import MEASURES
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.people import Role
from anchor_portal.models import AuditEntry, ItemOutcome, MeasureRow, Organisation, PledgeOutcome, Return, Round
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.people import add_role
from anchor_portal.services.rounds.life import add_round
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
    """Change what an accepted return of July 2026 says on a pledge, of which the Assembly recorded no outcome."""
    with changing(app) as session:
        organisation_id = session.scalars(select(Organisation.id).where(Organisation.slug == slug)).one()
        round_id = session.scalars(select(Round.id).where(Round.code == "2026-07")).one()
        row = session.get_one(MeasureRow, (organisation_id, round_id, f"pledge.{pledge}", ""))
        row.numerator, row.denominator = Decimal(answered), Decimal(asked)
        theirs = select(Return.id).where(Return.organisation_id == organisation_id, Return.round_id == round_id)
        found = select(PledgeOutcome.id).where(PledgeOutcome.return_id.in_(theirs), PledgeOutcome.pledge == pledge)
        session.execute(delete(ItemOutcome).where(ItemOutcome.outcome_id.in_(found)))
        session.execute(delete(PledgeOutcome).where(PledgeOutcome.id.in_(found)))


def set_standing(app: Flask, slug: str, status: Status) -> None:
    """Say where a return of July 2026 stands, whatever was accepted of it."""
    with changing(app) as session:
        query = select(Return).join(Return.organisation).join(Return.round)
        session.scalars(query.where(Organisation.slug == slug, Round.code == "2026-07")).one().status = status


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
            session.add(
                Return(
                    round_id=round_.id,
                    organisation_id=copy.id,
                    status=Status.ACCEPTED,
                    revision=1,
                    accepted_revision=1,
                )
            )
            session.add_all(_copied(each, copy.id) for each in numbers)
        session.flush()
        remake_totals(session, round_)


def _copied(row: MeasureRow, organisation_id: int) -> MeasureRow:
    names = ("round_id", "measure", "row", "numerator", "denominator", "unknown", "percent", "revision")
    return MeasureRow(organisation_id=organisation_id, **{name: getattr(row, name) for name in names})


def grid(page: Page) -> dict[str, list[str]]:
    """The cells of each organisation, without what stands under its name."""
    for note in page.soup.select(".app-grid__note"):
        note.decompose()
    rows = page.soup.select(".app-grid tbody tr")
    texts = [[cell.get_text(strip=True) for cell in row.select("th, td")] for row in rows]
    return {name: cells for name, *cells in texts}


def row_of(page: Page, name: str) -> Tag:
    """The line of an organisation in the grid."""
    return next(each for each in page.soup.select(".app-grid tbody tr") if name in each.get_text())


def figures(page: Page) -> list[str]:
    """Every figure of the overview: the indicators, then the other measures."""
    return [each.get_text(strip=True) for each in page.soup.select(".app-card__value, .app-measures__value")]


def statuses(page: Page) -> dict[str, int]:
    """How many returns stand where, as the head of the dashboard says."""
    texts = [each.get_text(" ", strip=True).partition(" ") for each in page.soup.select(".app-statuses li")]
    return {name: int(number) for number, _, name in texts}


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Every SQL statement, but for the marks of a transaction, and the record that somebody looked."""
    seen: list[str] = []

    def note(connection: Connection, cursor: object, statement: str, *rest: object) -> None:
        is_record = statement.startswith(("INSERT INTO audit_", "UPDATE audit_")) or "FROM audit_head" in statement
        if not statement.startswith(("BEGIN", "PRAGMA")) and not is_record:
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


# The round


def test_the_newest_round_is_shown_and_marked_provisional(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly")
    assert page.title == "Assembly dashboard, January 2027 Provisional Are we keeping our promises?"
    assert "The round is open. Due" in page.words


def test_a_published_round_is_marked_published_and_its_figures_are_the_frozen_ones(sqlite_browser: Browser) -> None:
    with changing(sqlite_browser.app) as session:
        session.execute(update(MeasureRow).values(numerator=0))
    page = sqlite_browser.sign_in(MEMBER).get("/assembly/2026-07")
    assert "July 2026 Published" in page.title
    assert figures(page)[:4] == ["74.6%", "11.2%", "40.0%", "97.1%"]


def test_the_returns_by_status_add_up_and_each_leads_to_those_that_stand_so(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly")
    counts = statuses(page)
    assert page.text("#returns") == f"{counts['accepted']} of 21 returns are accepted"
    assert sum(counts.values()) == 21
    missing = sum(counts[name] for name in ("not started", "in progress", "ready for sign-off", "withdrawn"))
    assert f"{missing} have not answered: see who" in page.words
    for link in page.soup.select(".app-returns a"):
        number = int(link.get_text().split()[0])
        assert len(grid(sqlite_browser.get(str(link["href"])))) == number


def test_only_the_team_is_led_to_whom_to_ask(sqlite_browser: Browser) -> None:
    for email, count in ((MEMBER, 0), (TEAM, 1)):
        page = sqlite_browser.sign_in(email).get("/assembly")
        assert len(page.soup.select('.app-returns a[href="/rounds/2027-01"]')) == count


def test_those_missing_are_late_once_the_deadline_has_passed(sqlite_browser: Browser) -> None:
    assert "late" not in sqlite_browser.sign_in(MEMBER).get("/assembly").text(".app-returns")
    yesterday = today() - timedelta(days=1)
    with changing(sqlite_browser.app) as session:
        session.execute(update(Round).where(Round.code == "2027-01").values(closes_on=yesterday, opens_on=yesterday))
    page = sqlite_browser.get("/assembly")
    assert f"They are late: the deadline was {say_date(yesterday)}." in page.text(".app-returns")


def test_a_correction_that_waits_for_its_signature_is_not_missing(browser: Browser) -> None:
    before = browser.sign_in(TEAM).get("/assembly/2026-07")
    unanswered = before.text(".app-returns__missing")
    set_standing(browser.app, TRUST, Status.READY)
    after = browser.get("/assembly/2026-07")
    assert after.text(".app-returns__missing") == unanswered == "2 have not answered: see who . Whom to ask ."
    assert statuses(after)["ready for sign-off"] == 1
    assert TRUST_NAME not in grid(browser.get("/assembly/2026-07?status=missing"))
    assert "19 of 21 organisations answered" in browser.get("/rounds/2026-07").words
    assert "Ready for sign-off" in row_of(after, TRUST_NAME).get_text()
    assert row_of(after, TRUST_NAME).select_one(f'a[href="/reviews/2026-07/{TRUST}"]')


def test_every_measure_has_its_figure_its_change_who_is_counted_and_its_links(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly/2026-07")
    cards = page.soup.select(".app-card")
    for card, number in zip(cards, (12, 20, 21), strict=True):
        words = " ".join(card.get_text(" ").split())
        assert "of 21 signatories; they employ 99% of the known workforce" in words
        assert re.search(r"(points|The same) since \w+ 202\d, among", words)
        assert card.select_one(f'a[href="/assembly/2026-07/indicators/{number}"]')
        assert card.select_one(f'a[href="/assembly/2026-07/indicators/{number}/returns"]')
    keys = [definition.measure for definition in MEASURES]
    lines = page.soup.select(".app-measures tbody tr")
    for line, key in zip(lines, keys, strict=True):
        assert line.select_one(f'a[href="/assembly/2026-07/measures/{key}"]')
        assert line.select_one(f'a[href="/assembly/2026-07/measures/{key}/returns"]')
    green = " ".join(lines[keys.index("p4.green_plan")].get_text(" ").split())
    assert re.fullmatch(r"4 Green plans 17 of 19 After \d+ of \d+ in January 2026 19 of 21 \(99% of staff\)", green)


def test_one_sentence_says_how_many_measures_rose_and_fell_and_judges_none(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly/2026-07")
    said = (
        r"Of the 12 measures that can be compared with an earlier round, \d+ rose.* stayed the same\. "
        r"Where organisations are counted, it is all that answered each time, not the same ones\. Published on .*"
    )
    assert re.fullmatch(said, page.text(".app-dashboard__answer"))
    team = sqlite_browser.sign_in(TEAM).get("/assembly/2026-07")
    assert re.fullmatch(said, team.text(".app-dashboard__answer")), "raw shares may move where rounded ones do not"


def test_those_who_have_not_answered_are_named_for_paper_where_a_link_leads_nowhere(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly/2026-07")
    missing = sqlite_browser.get("/assembly/2026-07?status=missing")
    assert len(grid(missing)) == 2
    assert page.text(".app-returns .app-on-paper") == f"Not answered: {' and '.join(grid(missing))}."


def test_a_round_with_too_few_returns_says_so_once_and_leads_to_the_earlier_rounds(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get("/assembly")
    assert "No figure of this round can be shown yet: fewer than three returns are counted." in page.words
    assert not page.soup.select(".app-measures")
    assert set(figures(page)) == {"Not shown"}
    assert page.soup.select_one('main a[href="/assembly/2027-01/measures/p1.rlw_staff"]')


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


def test_a_round_without_returns_or_signatories_says_what_to_do_first(url: str) -> None:
    app = make_app(url)
    with changing(app) as session:
        add_role(session, MEMBER, Role.MEMBER, None, "Member Example")
        add_round(session, "2030-01", "2024-07", date(2030, 1, 1), date(2030, 1, 31))
    browser = Browser(app).sign_in(MEMBER)
    page = browser.get("/assembly")
    assert "No figure of this round can be shown yet: no accepted return has these figures." in page.words
    assert "No return can be compared with an earlier one yet." in page.words
    for path in ("indicators/12", "indicators/20", "measures/p6.initiatives"):
        browser.get(f"/assembly/2030-01/{path}")
    with changing(app) as session:
        session.execute(update(Organisation).values(left_on=date(2029, 1, 1)))
        remake_totals(session, session.scalars(select(Round)).one())
    assert "No organisation is expected to send a return" in browser.get("/assembly").words
    app.extensions["database"].dispose()


def test_the_dashboard_leads_on_to_reviews_publications_and_open_data(sqlite_browser: Browser) -> None:
    onwards = {MEMBER: {"/reviews", "/publications", "/data"}, TEAM: {"/rounds/2026-07", "/publications", "/data"}}
    for email, wanted in onwards.items():
        page = sqlite_browser.sign_in(email).get("/assembly/2026-07")
        found = {str(link["href"]) for link in page.soup.select(".app-onwards a")}
        assert wanted <= found
        for href in found:
            sqlite_browser.get(href)


# The grid


def test_the_team_looking_at_raw_figures_is_kept_and_a_member_is_not(browser: Browser) -> None:
    paths = ("/assembly/2026-07/indicators/20", "/assembly/2026-07/measures/p5.charter_signed", "/assembly/2026-07")
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
        (TEAM, "measure p5.charter_signed of round 2026-07"),
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
