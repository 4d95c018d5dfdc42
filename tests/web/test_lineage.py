"""From a number to the returns behind it: they add up to it, lead to what was signed, and hide what is not one's to see."""

import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import AuditEntry, Organisation, Publication, Round, User
from anchor_portal.queries.published import ALL_MEASURES, thaw
from anchor_portal.services.people import declare_interest
from tests.pages import Browser, Page
from tests.web.test_publishing_pages import correct_and_accept
from tests.web.test_statements import counting, grow

TEAM, MEMBER = "team@team.example", "member@assembly.example"
PUBLISHED, OPEN = "2026-07", "2027-01"
LEVELS = f"/assembly/{PUBLISHED}/indicators/20/returns"
TRUST = "Mid Cheshire Hospitals NHS Foundation Trust"


def rows(page: Page, which: int = 0) -> dict[str, list[str]]:
    """The cells of each line of a list by organisation: of those counted (0), or of those that are not (1)."""
    heading = page.soup.select("main h2")[which]
    table = heading.find_next_sibling()
    if table is None or table.name != "table":
        return {}
    lines = table.select("tbody tr")
    cells = [[" ".join(cell.get_text(" ").split()) for cell in line.select("th, td")] for line in lines]
    return {re.sub(r" ?, revision.*", "", line[0]): line[1:] for line in cells}


def frozen(app: Flask, measure: str) -> Any:
    """A figure as it was frozen for inside."""
    with Session(app.extensions["database"].reader) as session:
        query = select(Publication.inside).join(Round).where(Round.code == PUBLISHED)
        views = thaw(session.scalars(query).one(), ALL_MEASURES)
        return next(view for view in views if view.definition.measure == measure)


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("£", ""))


@pytest.mark.parametrize("measure", ["p2.local_fte", "workforce.levels", "p2.local_spend", "p5.charter_signed"])
def test_the_returns_behind_every_row_add_up_to_it(sqlite_browser: Browser, measure: str) -> None:
    sqlite_browser.sign_in(TEAM)
    view = frozen(sqlite_browser.app, measure)
    address = f"/assembly/{PUBLISHED}/measures/{measure}/returns"
    groups = [("", view.headline)] + [
        (f"?{name}={row.code}", row) for name in view.breakdowns for row in view.breakdowns[name]
    ]
    seen = [group for group in groups if group[1].returns_counted.text != "0"][
        :: 3 if measure != "workforce.levels" else 2
    ]
    for query, row in seen:
        page = sqlite_browser.get(address + query)
        counted = rows(page)
        assert len(counted) == int(row.returns_counted.text), query
        for place, figure in enumerate((row.numerator, row.denominator)):
            assert sum(amount(line[place]) for line in counted.values()) == figure.value, query
        assert f"add up to {row.numerator.text} of {row.denominator.text}" in page.words.replace("adds up", "add up")


def test_every_row_and_every_round_of_a_figure_leads_to_its_returns_in_one_more_click(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get(f"/assembly/{PUBLISHED}/indicators/20")
    links = {str(link["href"]): " ".join(link.text.split()) for link in page.soup.select("main a[href*='/returns']")}
    own = f"/assembly/{PUBLISHED}/indicators/20/returns"
    assert (
        links[own] == "Returns of July 2026" and links[own.replace(PUBLISHED, "2026-01")] == "Returns of January 2026"
    )
    assert links[f"{own}?sector=council"] == "Returns of Councils"
    assert links[f"{own}?place=E08000012"] == "Returns of Liverpool"
    assert links[f"{own}?tier=board"] == "Returns of Board"
    assert f"{own}?place=E08000011" not in links, "nobody in Knowsley has returned anything"


def test_each_return_leads_to_the_very_revision_counted_with_who_signed_and_accepted(browser: Browser) -> None:
    page = browser.sign_in(TEAM).get(LEVELS)
    line = next(each for each in page.soup.select("tbody tr") if TRUST in each.get_text())
    address = str(line.select("th a")[0]["href"])
    assert address == f"/returns/{PUBLISHED}/mid-cheshire-hospitals/revisions/1"
    assert "Revision 1, signed by Dominic Farrah-Wynne, Chief executive" in rows(page)[TRUST][3]
    assert "Accepted by" in rows(page)[TRUST][3]
    assert "Dominic Farrah-Wynne" in browser.get(address).words
    assert 0 < len(rows(browser.get(f"{LEVELS}?tier=board"))) <= 19
    evidence = browser.get(f"/assembly/{PUBLISHED}/indicators/12/returns").soup.select("tbody .app-evidence a")
    assert evidence and all(link.get_text(strip=True) for link in evidence)


def test_who_is_not_counted_is_named_with_the_reason(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(MEMBER)
    missing = rows(sqlite_browser.get(f"/assembly/{OPEN}/indicators/12/returns"), 1)
    assert missing["Roche"][0] == "Nil return"
    assert missing["Alzheimer's Society"][0] == "No return"
    assert missing["Halton Borough Council"][0] == "Not accepted: returned with queries"
    reasons: set[str] = set()
    for number in (12, 21):
        for code in ("2024-07", "2025-01", PUBLISHED):
            found = rows(sqlite_browser.get(f"/assembly/{code}/indicators/{number}/returns"), 1)
            reasons |= {line[0] for line in found.values()}
    assert "Only a percentage, which cannot be added up" in reasons
    assert reasons & {"Answered “not known”", "Not answered"}


def test_a_member_reads_returns_and_never_a_sum_and_the_team_is_recorded(sqlite_browser: Browser) -> None:
    total = frozen(sqlite_browser.app, "workforce.levels").numerator.text
    page = sqlite_browser.sign_in(MEMBER).get(LEVELS)
    assert len(rows(page)) == 19
    assert "up to" not in page.words.replace("add up to is shown", "") and total not in page.words
    team = Browser(sqlite_browser.app).sign_in(TEAM).get(LEVELS)
    assert f"19 returns add up to {total} of" in team.words
    with Session(sqlite_browser.app.extensions["database"].reader) as session:
        seen = select(AuditEntry.who, AuditEntry.subject).where(AuditEntry.action == "raw figures seen")
        entries = [tuple(entry) for entry in session.execute(seen)]
    assert entries == [(TEAM, f"returns behind 20.v1, All signatories, round {PUBLISHED}")]


def test_a_declared_interest_hides_the_numbers_and_not_the_name(sqlite_browser: Browser) -> None:
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        member = session.scalars(select(User).where(User.email == MEMBER)).one()
        declare_interest(session, member, session.scalars(select(Organisation).filter_by(name=TRUST)).one())
    page = sqlite_browser.sign_in(MEMBER).get(LEVELS)
    assert rows(page)[TRUST] == [
        "You declared an interest in this organisation, so that its numbers are not shown to you."
    ]
    assert "mid-cheshire-hospitals" not in str(page.soup.select_one("main"))
    assert "Dominic Farrah-Wynne" not in page.words


def test_after_a_correction_the_list_still_says_what_was_published(browser: Browser) -> None:
    address = f"/assembly/{PUBLISHED}/indicators/12/returns"
    browser.sign_in(TEAM)
    before = rows(browser.get(address))[TRUST]
    correct_and_accept(browser.app)
    page = browser.get(address)
    after = rows(page)[TRUST]
    assert after[:3] == before[:3]
    assert "Revision 2 was accepted after the figures were published, and is not in them." in after[3]
    view = frozen(browser.app, "p2.local_fte")
    assert sum(amount(line[0]) for line in rows(page).values()) == view.numerator.value
    assert "/revisions/1" in str(next(each for each in page.soup.select("tbody tr") if TRUST in each.get_text()))


@pytest.mark.parametrize(
    "address",
    [
        "/assembly/2031-07/indicators/20/returns",
        f"/assembly/{PUBLISHED}/indicators/13/returns",
        f"/assembly/{PUBLISHED}/indicators/{10**30}/returns",
        f"/assembly/{PUBLISHED}/measures/p9.nothing/returns",
        f"/assembly/{PUBLISHED}/measures/%00/returns",
        "/assembly/%00/indicators/20/returns",
        f"{LEVELS}?sector=nobody",
        f"{LEVELS}?sector=council&place=several",
        f"{LEVELS}?place=%00",
        f"/assembly/{PUBLISHED}/indicators/12/returns?tier=upper",
    ],
)
def test_what_there_is_not_is_not_found(sqlite_browser: Browser, address: str) -> None:
    sqlite_browser.sign_in(MEMBER).get(address, 404)


@pytest.mark.parametrize("number", ["0", "-1", "x", "1e9", "9" * 40, "٣", "%00"])
def test_an_odd_page_number_gives_a_page(sqlite_browser: Browser, number: str) -> None:
    sqlite_browser.sign_in(MEMBER).get(f"{LEVELS}?page={number}&missing={number}")


def test_a_long_list_comes_in_pages_of_fifty_and_needs_no_more_statements(sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    sqlite_browser.sign_in(TEAM)
    grow(app)
    address = f"/assembly/{OPEN}/indicators/12/returns?sector=company"
    pages = [rows(sqlite_browser.get(f"{address}&missing={page}"), 1) for page in (1, 2, 3, 4, 5)]
    assert [len(page) for page in pages[:3]] == [50, 50, 50]
    assert len({name for page in pages for name in page}) == sum(map(len, pages)) == 181
    with counting(app) as seen:
        sqlite_browser.client.get(address)
    assert len([each for each in seen if each.startswith("SELECT")]) <= 8, "\n".join(seen)
