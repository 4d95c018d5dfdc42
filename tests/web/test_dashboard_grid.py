"""The grid of pledges by organisation on the Assembly's dashboard: words, links, order, pages."""

from sqlalchemy import select

from anchor_portal.models import Organisation, User
from anchor_portal.services.people import declare_interest
from tests.pages import Browser
from tests.web.test_dashboard import MEMBER, TRUST, TRUST_NAME, add_organisations, changing, grid, row_of, set_pledge


def test_the_grid_says_in_words_how_far_each_pledge_is_evidenced(browser: Browser) -> None:
    for pledge, (answered, asked) in enumerate([(4, 4), (3, 4), (0, 4), (0, 0)], start=1):
        set_pledge(browser.app, TRUST, pledge, answered, asked)
    page = browser.sign_in(MEMBER).get("/assembly/2026-07")
    assert grid(page)[TRUST_NAME][:4] == ["Evidenced", "Partly", "Not yet", "Not asked"]
    shapes = [each.get("class", []) for each in row_of(page, TRUST_NAME).select("td a")][:4]
    explained = [each["class"] for each in page.soup.select(".app-key b")]
    assert shapes == [[], ["half"], ["ring"], ["dash"]]
    found = [["met"], ["part"], ["open"], ["dash"]]
    assert explained == [["app-shape", *shape] for shape in [*found, *shapes]], "what was found has shapes of its own"


def test_each_cell_leads_to_the_answers_on_its_pledge(sqlite_browser: Browser) -> None:
    row = row_of(sqlite_browser.sign_in(MEMBER).get("/assembly/2026-07"), TRUST_NAME)
    links = [str(link["href"]) for link in row.select("td a")]
    assert links == [f"/reviews/2026-07/{TRUST}#pledge-{number}" for number in range(1, 8)]
    review = sqlite_browser.get(links[0])
    for number, link in enumerate(links, start=1):
        heading = review.soup.find(id=link.partition("#")[2])
        assert heading is not None and heading.get_text().startswith(f"Pledge {number}")


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
    row = row_of(page, TRUST_NAME)
    assert "You have an interest" in row.get_text()
    assert not row.select("a")


def test_the_grid_comes_in_pages_of_forty_of_sixty_kibibytes_at_most(browser: Browser) -> None:
    add_organisations(browser.app, 60)
    browser.sign_in(MEMBER)
    first, second = browser.get("/assembly/2026-07"), browser.get("/assembly/2026-07?page=2")
    assert first.text("#returns") == "79 of 81 returns are accepted"
    assert len(grid(first)) == len(grid(second)) == 40
    assert not set(grid(first)) & set(grid(second))
    assert first.soup.select_one('a[rel=next][href="/assembly/2026-07?page=2#pledges"]')
    assert second.soup.select_one('a[rel=prev][href="/assembly/2026-07?page=1#pledges"]')
    weight = len(first.response.data)
    assert weight <= 60 * 1024, f"{weight} bytes"


def test_a_page_that_does_not_exist_shows_the_first(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    for page in ("0", "-1", "99", "x", "", "9" * 40, "9" * 5000, "1.5", "٣"):
        assert len(grid(browser.get(f"/assembly/2026-07?page={page}"))) == 21


# What is kept of who looked
