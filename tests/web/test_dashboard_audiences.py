"""Who sees what on the dashboard: the team raw figures, Assembly members protected ones, nobody a return of their own."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.figure import Shown
from anchor_portal.domain.figures.indicator_json import view_from_json
from anchor_portal.domain.figures.indicators import IndicatorView, Row
from anchor_portal.domain.rounds import Stage
from anchor_portal.models import MeasureRow, Organisation, Publication, Round, User
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.people import declare_interest
from tests.pages import Browser, Page
from tests.web.test_dashboard import MEMBER, TEAM, TRUST, TRUST_NAME, changing, figures

PUBLISHED = "/assembly/2026-07"
PAGES = [PUBLISHED, *(f"{PUBLISHED}/{rest}" for rest in ("indicators/20", "indicators/21", "measures/p1.rlw_staff"))]
"""The dashboard of a round, and the pages of measures of people, of pounds, and without a number."""


def unpublish(browser: Browser) -> None:
    """Make July 2026 a closed round again, so that its figures are computed for each page."""
    with changing(browser.app) as session:
        round_ = session.scalars(select(Round).where(Round.code == "2026-07")).one()
        round_.stage, round_.published_at = Stage.CLOSED, None
        session.flush()
        session.execute(delete(Publication).where(Publication.round_id == round_.id))


def frozen(browser: Browser) -> list[IndicatorView]:
    """The raw figures of July 2026 as they were published."""
    with Session(browser.app.extensions["database"].reader) as session:
        query = select(Publication.inside).join(Round, Round.id == Publication.round_id).where(Round.code == "2026-07")
        return [view_from_json(each) for each in json.loads(session.scalars(query).one())]


def raw_numbers(views: list[IndicatorView]) -> Iterator[str]:
    """Counts of people, jobs, pounds and contracts over 1,000 as the team reads them, that rounding would change."""
    for view in views:
        rows: list[Row] = [view.headline, *(row for rows in view.breakdowns.values() for row in rows)]
        for count in (view.unknown, *(each for row in rows for each in (row.numerator, row.denominator))):
            if isinstance(count, Shown) and count.value >= 1000 and count.value % 5:
                yield count.text


def numbers_on(page: Page) -> set[str]:
    """Every number on a page, in its text, its pictures and their descriptions."""
    return set(re.findall(r"£?\d[\d,]*(?:\.\d+)?", page.words))


# Members


@pytest.mark.parametrize("is_frozen", [True, False])
def test_no_page_of_a_member_holds_a_raw_sum(sqlite_browser: Browser, is_frozen: bool) -> None:
    raw = set(raw_numbers(frozen(sqlite_browser)))
    assert len(raw) > 50
    if not is_frozen:
        unpublish(sqlite_browser)
    sqlite_browser.sign_in(MEMBER)
    for path in PAGES:
        assert not raw & numbers_on(sqlite_browser.get(path)), path


def test_the_team_reads_raw_sums_and_no_cell_hidden(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(TEAM).get(f"{PUBLISHED}/indicators/20")
    assert "Raw figures." in page.words and "Medical and dental" in page.words
    tables = " ".join(each.get_text(" ") for each in page.soup.select("table"))
    assert "4,609" in tables and "not shown" not in tables
    assert set(raw_numbers(frozen(sqlite_browser)[1:2])) <= numbers_on(page)


def test_members_see_groups_only_once_a_round_is_published(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(MEMBER)
    path = f"{PUBLISHED}/indicators/20"
    assert len(tables_of(sqlite_browser.get(path))) == 3
    unpublish(sqlite_browser)
    page = sqlite_browser.get(path)
    assert tables_of(page) == [] and "two looks could be subtracted from each other" in page.words
    assert len(tables_of(sqlite_browser.sign_in(TEAM).get(path))) == 3


def tables_of(page: Page) -> list[str]:
    """The breakdowns of a measure, as their tables have them."""
    tables = [" ".join(table.get_text(" ").split()) for table in page.soup.select(".app-breakdown table")]
    return [table for table in tables if table.startswith("By ")]


def test_members_see_small_groups_hidden_and_by_tier_what_the_public_sees(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get(f"{PUBLISHED}/indicators/20")
    housing = next(row for row in page.soup.select("tbody tr") if "Housing associations" in row.get_text())
    assert "not shown: fewer than three returns are counted" in " ".join(housing.get_text(" ").split())
    public = sqlite_browser.get("/indicators/20/2026-07")
    assert tables_of(page) == tables_of(public)


def test_a_headline_withheld_outside_is_shown_inside_with_its_coverage_and_why(sqlite_browser: Browser) -> None:
    why = "Not published: the signatories counted employ less than 70 per cent of the known workforce."
    for email in (MEMBER, TEAM):
        card = sqlite_browser.sign_in(email).get("/assembly/2024-07").text(".app-card")
        assert card.startswith("Jobs for local people 71.3%") and card.endswith(why)
        assert "they employ 64" in card
        page = sqlite_browser.get("/assembly/2024-07/indicators/12")
        assert why in page.words and page.text(".app-answer__figure") == "71.3%"
    assert "71.3%" not in sqlite_browser.get("/indicators/12/2024-07").words


def test_what_members_see_follows_what_is_accepted(sqlite_browser: Browser) -> None:
    unpublish(sqlite_browser)
    before = figures(sqlite_browser.sign_in(MEMBER).get(PUBLISHED))
    with changing(sqlite_browser.app) as session:
        round_ = session.scalars(select(Round).where(Round.code == "2026-07")).one()
        mine = (MeasureRow.round_id == round_.id, MeasureRow.measure == "p2.local_fte")
        session.execute(update(MeasureRow).where(*mine).values(numerator=MeasureRow.denominator))
        remake_totals(session, round_)
    after = figures(sqlite_browser.get(PUBLISHED))
    assert after[0] == "100.0%" != before[0] and after[1:] == before[1:]


def test_an_indicator_has_its_page_under_its_number(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get(f"{PUBLISHED}/measures/p2.local_fte")
    assert page.response.request.path == f"{PUBLISHED}/indicators/12"


@pytest.mark.parametrize(
    "path",
    ["indicators/13", "indicators/0", f"indicators/{'9' * 40}", "measures/x", "measures/%00", "measures/pledge.1"],
)
def test_a_measure_that_does_not_exist_is_not_found(path: str, sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(MEMBER).get(f"{PUBLISHED}/{path}", 404)
    sqlite_browser.get("/assembly/2031-01/measures/p1.rlw_staff", 404)


# Whose own shares moved most


def movers(page: Page) -> list[str]:
    """The organisations whose own shares moved most, in the page's order, each with the address of its answers."""
    return [str(link["href"]) for link in page.soup.select("section[aria-labelledby=moved-organisations] a")]


def make_most_moved(browser: Browser, slug: str) -> None:
    """Let an organisation's share of local staff have moved further than anybody's."""
    with changing(browser.app) as session:
        organisation_id = session.scalars(select(Organisation.id).where(Organisation.slug == slug)).one()
        round_id = session.scalars(select(Round.id).where(Round.code == "2026-07")).one()
        session.get_one(MeasureRow, (organisation_id, round_id, "p2.local_staff", "")).moved = Decimal(-60)


def test_those_that_moved_most_stand_first_each_with_a_link_to_its_answer(browser: Browser) -> None:
    make_most_moved(browser, TRUST)
    page = browser.sign_in(MEMBER).get(PUBLISHED)
    assert movers(page)[0] == f"/reviews/2026-07/{TRUST}#pledge-2"
    first = page.text("section[aria-labelledby=moved-organisations] li")
    assert re.fullmatch(
        rf"{TRUST_NAME}, Employees who live here : down 60.0 points since January 2026, to \d+\.\d%", first
    )
    points = re.findall(r"(?:up|down) ([\d.]+) points since \w+ 202\d, to", page.words)
    assert len(points) == 5 and points == sorted(points, key=float, reverse=True)
    assert browser.get(movers(page)[0]).soup.find(id="pledge-2")


def test_an_organisation_whose_share_is_of_fewer_than_twenty_does_not_stand_among_them(sqlite_browser: Browser) -> None:
    make_most_moved(sqlite_browser, TRUST)
    for base, is_told in ((20, True), (19, False)):
        with changing(sqlite_browser.app) as session:
            organisation_id = session.scalars(select(Organisation.id).where(Organisation.slug == TRUST)).one()
            round_id = session.scalars(select(Round.id).where(Round.code == "2026-07")).one()
            row = session.get_one(MeasureRow, (organisation_id, round_id, "p2.local_staff", ""))
            row.numerator, row.denominator = Decimal(10), Decimal(base)
        page = sqlite_browser.sign_in(MEMBER).get(PUBLISHED)
        assert (f"/reviews/2026-07/{TRUST}#pledge-2" in movers(page)) is is_told
        assert len(movers(page)) == 5


def test_pounds_of_a_financial_year_moved_since_the_same_month_a_year_before(sqlite_browser: Browser) -> None:
    with changing(sqlite_browser.app) as session:
        organisation_id = session.scalars(select(Organisation.id).where(Organisation.slug == TRUST)).one()
        round_id = session.scalars(select(Round.id).where(Round.code == "2026-07")).one()
        session.get_one(MeasureRow, (organisation_id, round_id, "p2.local_spend", "")).moved = Decimal(70)
    page = sqlite_browser.sign_in(MEMBER).get(PUBLISHED)
    assert "up 70.0 points since July 2025, to" in page.text("section[aria-labelledby=moved-organisations] li")


def test_a_member_does_not_read_what_moved_in_an_organisation_of_their_interest(browser: Browser) -> None:
    make_most_moved(browser, TRUST)
    with changing(browser.app) as session:
        member = session.scalars(select(User).where(User.email == MEMBER)).one()
        trust = session.scalars(select(Organisation).where(Organisation.slug == TRUST)).one()
        declare_interest(session, member, trust)
    for email, is_told in ((MEMBER, False), (TEAM, True)):
        page = browser.sign_in(email).get(PUBLISHED)
        assert any(TRUST in address for address in movers(page)) is is_told
        assert len(movers(page)) == 5


def test_each_audience_is_told_what_it_sees(sqlite_browser: Browser) -> None:
    protected = "Sums over several organisations are rounded, and small ones hidden"
    assert protected in sqlite_browser.sign_in(MEMBER).get(PUBLISHED).words
    team = sqlite_browser.sign_in(TEAM).get(PUBLISHED).words
    assert protected not in team and "Raw figures. Nothing here is rounded or hidden" in team
