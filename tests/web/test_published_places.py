"""Pages about a published round count and list its organisations where its figures have them."""

import pytest
from flask import Flask

from tests.pages import Browser
from tests.web.test_as_published import COUNCIL, LIVERPOOL, change
from tests.web.test_team_pages import OPEN, PUBLISHED, TEAM

SEFTON = "E08000014"
ROUND = f"/rounds/{PUBLISHED}"
LATE = {"joined_on__day": "1", "joined_on__month": "9", "joined_on__year": "2026"}


def shares(app: Flask, code: str = PUBLISHED) -> list[str]:
    """How many of each kind and each place have answered, as the page of a round says it."""
    page = Browser(app).sign_in(TEAM).get(f"/rounds/{code}")
    return [row.get_text(" ", strip=True) for row in page.soup.select("details table tbody tr")]


def listed(app: Flask, address: str) -> bool:
    """Whether the council is on a list, or in a file."""
    return "Sefton Metropolitan Borough Council" in Browser(app).sign_in(TEAM).client.get(address).text


def test_the_page_of_a_published_round_counts_its_organisations_where_its_figures_do(sqlite_app: Flask) -> None:
    before, in_open = shares(sqlite_app), shares(sqlite_app, OPEN)
    assert before
    change(sqlite_app, COUNCIL, sector="company", main_place=LIVERPOOL)
    assert shares(sqlite_app) == before
    assert shares(sqlite_app, OPEN) != in_open


@pytest.mark.parametrize(
    ("before", "now"), [("sector=council", "sector=company"), (f"place={SEFTON}", f"place={LIVERPOOL}")]
)
def test_the_lists_of_a_published_round_find_an_organisation_where_its_figures_have_it(
    app: Flask, before: str, now: str
) -> None:
    change(app, COUNCIL, sector="company", main_place=LIVERPOOL)
    for page in (f"/assembly/{PUBLISHED}", f"{ROUND}/chase.csv"):
        assert listed(app, f"{page}?{before}")
        assert not listed(app, f"{page}?{now}")
    assert listed(app, f"/assembly/{OPEN}?{now}")
    assert not listed(app, f"/assembly/{OPEN}?{before}")


def last_time(app: Flask) -> list[str]:
    """What the chase list of the open round says of a signatory that did not start in the round before."""
    rows = Browser(app).sign_in(TEAM).get(f"/rounds/{OPEN}").soup.select("tbody tr")
    return [" ".join(row.get_text(" ").split()) for row in rows if "One Wirral" in row.get_text()]


def test_the_chase_list_says_of_the_round_before_what_that_round_says(app: Flask) -> None:
    assert "July 2026: did not start" in str(last_time(app))
    change(app, "one-wirral-cic", **LATE)
    assert "July 2026: did not start" in str(last_time(app))
