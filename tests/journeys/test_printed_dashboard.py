"""The Assembly's dashboard on paper: two sides of A4 for the demonstration's round, and more where there are more lines."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from pypdf import PageObject, PdfReader

from anchor_portal.clock import today
from anchor_portal.domain.answers.numbers import say_date
from tests.conftest import fresh_app
from tests.journeys.conftest import serving
from tests.pages import Browser
from tests.web.test_dashboard import MEMBER, TEAM, add_organisations

pytestmark = [pytest.mark.browser]

SMALLEST = 8
"""Points, below which small print begins."""
HEAD = "Real living wage and an"
"""How the heading of the first pledge begins in the grid, on its own line of the narrow column or not."""


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Flask, str]]:
    """The portal with the demonstration, and its address."""
    with fresh_app("sqlite") as app, serving(app) as address:
        yield app, address


def printed(served: tuple[Flask, str], chromium: Chromium, email: str, path: str) -> list[PageObject]:
    """The sides of paper that a page comes out on."""
    app, address = served
    cookie = Browser(app).sign_in(email).client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    context = chromium.new_context(base_url=address)
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": address}])
    page = context.new_page()
    page.goto(path)
    content = page.pdf(format="A4")
    context.close()
    return PdfReader(BytesIO(content)).pages[:]


def words_of(side: PageObject) -> str:
    return " ".join(side.extract_text().split())


def sizes_on(side: PageObject) -> set[float]:
    """The sizes of all letters on a side, in points."""
    sizes: set[float] = set()

    def note(text: str, outer: list[float], matrix: list[float], font: object, size: float) -> None:
        if text.strip():
            sizes.add(round(abs(size * matrix[3] * outer[3]), 2))

    side.extract_text(visitor_text=note)
    return sizes


@pytest.mark.parametrize(("email", "code"), [(MEMBER, "2026-07"), (TEAM, "2026-07"), (TEAM, "2027-01")])
def test_a_round_is_printed_on_two_sides_of_a4(
    served: tuple[Flask, str], chromium: Chromium, email: str, code: str
) -> None:
    sides = printed(served, chromium, email, f"/assembly/{code}")
    assert len(sides) == 2
    assert [round(float(side)) for side in sides[0].mediabox[2:]] == [596, 843]
    overview, grid = map(words_of, sides)
    for side in (overview, grid):
        assert "synthetic" in side
    assert f"Printed on {say_date(today())}." in overview and "What moved most" in overview
    assert "Pledges by organisation" in grid and "Wirral University Teaching Hospital" in grid
    assert {"2026-07": "July 2026, published.", "2027-01": "January 2027, provisional."}[code] in grid
    for side in sides:
        assert min(sizes_on(side)) >= SMALLEST, sizes_on(side)


def test_with_more_organisations_the_grid_goes_on_under_its_heading(
    served: tuple[Flask, str], chromium: Chromium
) -> None:
    add_organisations(served[0], 20)
    sides = [words_of(side) for side in printed(served, chromium, MEMBER, "/assembly/2026-07")]
    assert len(sides) == 3
    assert HEAD not in sides[0]
    assert all(HEAD in side and "July 2026, published. Demonstration" in side for side in sides[1:])
    assert "Copy 0019" in " ".join(sides[1:])
