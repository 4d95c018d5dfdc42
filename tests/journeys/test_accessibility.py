"""Every page in a real browser: no violation that axe knows, no sideways scroll, at both widths."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TRUST = "/returns/2027-01/mid-cheshire-hospitals"
SECTIONS = ("about", *(f"pledge-{number}" for number in range(1, 8)), "workforce")

PUBLIC = (
    "/",
    "/sign-in",
    "/indicators/12",
    "/indicators/20",
    "/indicators/21",
    "/certificates",
    "/certificates?number=nothing",
    "/certificates/2026-07-NOTONE",
    "/how-figures-are-made",
    "/accessibility",
    "/privacy",
    "/no-such-page",
)
LEAD = (
    "/work",
    TRUST,
    *(f"{TRUST}/sections/{section}" for section in SECTIONS),
    f"{TRUST}/sections/pledge-3?check=yes",
    f"{TRUST}/check",
    "/returns/2026-07/mid-cheshire-hospitals",
    "/returns/2027-01/torus",
    f"{TRUST}/self-assessment",
    "/organisations/mid-cheshire-hospitals/progress",
)
SIGNATORY = (f"{TRUST}/check", f"{TRUST}/sign")
COUNCIL = ("/returns/2027-01/halton-borough-council",)
MEMBER = (
    "/reviews",
    "/reviews/2027-01/cheshire-wirral-partnership",
    "/reviews/2027-01/roche",
    "/assembly",
    "/assembly/2026-07",
    "/assembly/2023-07",
    "/assembly/2026-07/indicators/20",
    "/rounds",
)
TEAM = ("/rounds", "/rounds/2027-01", "/rounds/2026-07", "/rounds/add")


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run()")
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]


def wrong_with(page: Page, paths: tuple[str, ...]) -> list[str]:
    """The pages that have a violation, or that scroll sideways at 320 pixels."""
    wrong = []
    for path in paths:
        page.goto(path)
        page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        wrong += [f"{path} {each}" for each in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append(f"{path} scrolls sideways")
    return wrong


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize(
    ("email", "paths"),
    [
        pytest.param("", PUBLIC, id="public"),
        pytest.param("lead@trust.example", LEAD, id="lead"),
        pytest.param("signatory@trust.example", SIGNATORY, id="signatory"),
        pytest.param("lead@council.example", COUNCIL, id="council"),
        pytest.param("member@assembly.example", MEMBER, id="member"),
        pytest.param("team@team.example", TEAM, id="team"),
    ],
)
def test_no_page_has_a_violation_or_scrolls_sideways(
    visit: Visit, size: str, email: str, paths: tuple[str, ...]
) -> None:
    assert wrong_with(visit(email, size), paths) == []


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_pages_that_report_a_mistake_have_no_violation_either(visit: Visit, size: str) -> None:
    lead = visit("lead@trust.example", size)
    wrong = []
    lead.goto(f"{TRUST}/sections/pledge-2")
    boxes = lead.locator("main input[type=text]")
    for index in range(boxes.count()):
        box = boxes.nth(index)
        if box.is_visible():
            box.fill("not a number")
    lead.get_by_role("button", name="Save and continue", exact=True).last.click()
    lead.get_by_role("alert").wait_for()
    wrong += violations(lead)
    lead.goto(f"{TRUST}/sections/about")
    lead.locator("input[name=seen]").evaluate("box => box.value = 'stale'")
    lead.get_by_label("How many employees did you have on that day?").fill("4321")
    lead.get_by_role("button", name="Save and continue", exact=True).last.click()
    lead.get_by_text("somebody else changed this section").wait_for()
    wrong += violations(lead)
    nobody = visit("", size)
    nobody.goto("/sign-in")
    nobody.get_by_role("button", name="Sign in").click()
    nobody.get_by_role("alert").wait_for()
    wrong += violations(nobody)
    assert wrong == []
