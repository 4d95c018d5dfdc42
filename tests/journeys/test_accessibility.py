"""Every page and every state of it in a real browser: no violation that axe knows, wide or narrow, no sideways scroll."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from anchor_portal.models import Certificate, User
from tests.journeys.conftest import SIZES, Visit
from tests.web.returning import READY, READY_SIGNATORY, SUBMITTED

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TRUST = "/returns/2027-01/mid-cheshire-hospitals"
SECTIONS = ("about", *(f"pledge-{number}" for number in range(1, 8)), "workforce")

PAGES = {
    "": (
        "/",
        "/sign-in",
        "/indicators/12",
        "/indicators/20",
        "/indicators/21",
        "/certificates",
        "/certificates?number=",
        "/certificates?number=nothing",
        "/certificates/2026-07-NOTONE",
        "/how-figures-are-made",
        "/accessibility",
        "/privacy",
        "/no-such-page",
    ),
    "lead@trust.example": (
        "/work",
        TRUST,
        *(f"{TRUST}/sections/{section}" for section in SECTIONS),
        f"{TRUST}/sections/pledge-3?check=yes",
        f"{TRUST}/sections/pledge-7?more=p7.case_studies",
        f"{TRUST}/check",
        "/returns/2026-07/mid-cheshire-hospitals",
        "/returns/2024-01/mid-cheshire-hospitals",
        "/returns/2027-01/torus",
        "/reviews",
    ),
    "lead@council.example": (
        "/returns/2027-01/halton-borough-council",
        "/returns/2027-01/halton-borough-council/sections/workforce",
    ),
    "signatory@trust.example": (f"{TRUST}/check", f"{TRUST}/sign"),
    READY_SIGNATORY: ("/work", f"/returns/2027-01/{READY}/check", f"/returns/2027-01/{READY}/sign"),
    "member@assembly.example": (
        "/work",
        "/reviews",
        "/reviews/2027-01/cheshire-wirral-partnership",
        "/reviews/2027-01/roche",
        "/reviews/2024-01/mid-cheshire-hospitals",
        "/assembly",
        "/assembly/2026-07",
        "/assembly/2023-07",
        "/assembly/2027-01/indicators/12",
        "/assembly/2026-07/indicators/20",
    ),
    "jocelyn.vardy-akers@cheshire-wirral-partnership.example": (
        "/work",
        "/reviews/2027-01/cheshire-wirral-partnership",
    ),
    "team@team.example": (
        "/work",
        "/assembly",
        "/rounds",
        "/rounds/2027-01",
        "/rounds/2026-07",
        "/rounds/add",
        "/rounds/2027-01/close",
        "/returns/2027-01/mid-cheshire-hospitals",
    ),
}


@cache
def axe() -> str:
    """The script that looks for violations."""
    return AXE.read_text(encoding="utf-8")


def wrong_with(page: Page, name: str = "") -> list[str]:
    """What axe finds on a page as it stands, wide and narrow, all of it unfolded; and whether it scrolls sideways."""
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    page.evaluate(axe())
    wrong = []
    for size, viewport in SIZES.items():
        page.set_viewport_size(viewport)
        if size != "narrowest":
            found: dict[str, Any] = page.evaluate("axe.run()")
            wrong += [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append(f"it scrolls sideways where the window is {viewport['width']} pixels wide")
    page.set_viewport_size(SIZES["wide"])
    return [f"{name or page.url}: {each}" for each in wrong]


@pytest.mark.parametrize("email", PAGES)
def test_no_page_has_a_violation_or_scrolls_sideways(visit: Visit, email: str) -> None:
    page, wrong = visit(email), []
    for path in PAGES[email]:
        page.goto(path)
        wrong += wrong_with(page, path)
    assert wrong == []


def test_sections_full_of_mistakes_have_no_violation(visit: Visit) -> None:
    page, wrong = visit("lead@trust.example"), []
    for section in SECTIONS:
        page.goto(f"{TRUST}/sections/{section}")
        page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
        for box in page.locator("main input[type=text]:visible").all():
            box.fill("not a number")
        for box in page.locator("main textarea:visible").all():
            box.fill("too long " * 700)
        for states in page.locator('input[value="not_known:other"]:visible').all():
            states.check(force=True)
        page.get_by_role("button", name="Save and continue", exact=True).last.click()
        page.get_by_role("alert").wait_for()
        wrong += wrong_with(page, f"{section} with mistakes")
    page.goto(f"{TRUST}/check")
    wrong += wrong_with(page, "check answers with mistakes")
    assert wrong == []


def test_what_was_typed_and_could_not_be_saved_is_shown_without_a_violation(visit: Visit, portal: Flask) -> None:
    page, wrong = visit("lead@trust.example"), []
    page.goto(f"{TRUST}/sections/about")
    page.locator("input[name=seen]").evaluate("box => box.value = 'stale'")
    page.get_by_label("How many employees did you have on that day?").fill("4321")
    page.get_by_role("button", name="Save and continue", exact=True).last.click()
    page.get_by_text("somebody else changed this section").wait_for()
    wrong += wrong_with(page, "conflict")
    page.goto(f"{TRUST}/sections/about")
    page.locator("main input[name=csrf_token]").evaluate("box => box.value = 'stale'")
    page.get_by_role("button", name="Save and continue", exact=True).last.click()
    page.get_by_role("heading", name="This page was out of date").wait_for()
    wrong += wrong_with(page, "out of date")
    assert wrong == []


def test_a_form_that_is_sent_back_has_no_violation(visit: Visit) -> None:
    wrong = []
    for email, path, button in (
        ("", "/sign-in", "Sign in"),
        (READY_SIGNATORY, f"/returns/2027-01/{READY}/sign", "Sign and submit"),
        (READY_SIGNATORY, f"/returns/2027-01/{READY}/sign", "Send back to the lead"),
        ("member@assembly.example", f"/reviews/2027-01/{SUBMITTED}", "Return it with this reason"),
        ("team@team.example", "/rounds/add", "Add the round"),
    ):
        page = visit(email)
        page.goto(path)
        page.get_by_role("main").get_by_role("button", name=button).click()
        page.get_by_role("alert").wait_for()
        wrong += wrong_with(page, f"{path} without what it needs")
    assert wrong == []


def test_what_follows_a_decision_has_no_violation(visit: Visit, portal: Flask) -> None:
    wrong = []
    signatory = visit(READY_SIGNATORY)
    signatory.goto(f"/returns/2027-01/{READY}/sign")
    signatory.get_by_label("Your role").fill("Director of finance")
    signatory.get_by_role("checkbox").check()
    signatory.get_by_role("button", name="Sign and submit").click()
    signatory.get_by_text("Signed by").wait_for()
    wrong += wrong_with(signatory, "signed")
    member = visit("member@assembly.example")
    member.goto(f"/reviews/2027-01/{READY}")
    member.get_by_role("button", name="Accept this return").click()
    wrong += wrong_with(member, "accepted")
    signatory.goto(f"/returns/2027-01/{READY}")
    wrong += wrong_with(signatory, "with its certificate")
    with Session(portal.extensions["database"].reader) as session:
        number = session.scalars(select(Certificate.number).order_by(Certificate.issued_on)).first()
    signatory.goto(f"/certificates/{number}")
    wrong += wrong_with(signatory, "a certificate")
    team = visit("team@team.example")
    team.goto("/rounds/2027-01/close")
    team.get_by_role("button", name="Close the round").click()
    wrong += wrong_with(team, "a closed round")
    team.goto("/rounds/2027-01/publish")
    wrong += wrong_with(team, "the preview of a publication")
    assert wrong == []


def test_pages_with_nothing_on_them_yet_have_no_violation(visit: Visit, portal: Flask) -> None:
    with Session(portal.extensions["database"].writer) as session, session.begin():
        session.add(User(email="new@nowhere.example", name="New Example"))
        session.execute(text("UPDATE returns SET status = 'accepted' WHERE status = 'submitted'"))
    wrong = []
    for email, path in (
        ("new@nowhere.example", "/work"),
        ("member@assembly.example", "/reviews"),
        ("member@assembly.example", "/work"),
    ):
        page = visit(email)
        page.goto(path)
        wrong += wrong_with(page, f"{path} without anything")
    assert wrong == []
