"""A return from the first box to the certificate, as people do it: by keyboard, without JavaScript, on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from anchor_portal.services.demo import DEMO_PASSWORD
from tests.journeys.conftest import Visit
from tests.web.returning import standing

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]

BOTH = "philippa.ottershaw-lind@cvs-cheshire-east.example"
"""Leads the return of a charity that has not begun, and signs it."""
MEMBER = "member@assembly.example"
CHARITY = "/returns/2027-01/cvs-cheshire-east"
TRUST = "/returns/2027-01/mid-cheshire-hospitals"
FOCUSED = """() => {
  const box = document.activeElement;
  return {tag: box.tagName, type: box.type ?? "", name: box.name ?? "", value: box.value ?? "", text: box.textContent.trim()};
}"""

TYPED = {
    "about.boundary:": "The charity and its two shops.",
    "about.snapshot_date:~day": "30",
    "about.snapshot_date:~month": "9",
    "about.snapshot_date:~year": "2026",
    "about.headcount:": "40",
    "about.fte:": "32.5",
    "p1.rlw_staff:numerator": "38",
    "p1.rlw_staff:denominator": "40",
    "p1.narrative:": "Everybody but two apprentices.",
    "p1.evidence:1.link": "https://example.org/pay",
    "p2.local_staff:numerator": "30",
    "p2.local_staff:denominator": "40",
    "p2.local_fte:numerator": "24.5",
    "p2.local_fte:denominator": "32.5",
    "p2.local_contracts:numerator": "3",
    "p2.local_contracts:denominator": "4",
    "p2.local_spend:numerator": "£12,000.50",
    "p2.local_spend:denominator": "20,000",
    "p2.narrative:": "We buy around the corner.",
    "p3.narrative:": "Our hall is open every evening.",
    "p4.approved_on:~day": "7",
    "p4.approved_on:~month": "3",
    "p4.approved_on:~year": "2022",
    "p4.target_year:": "2038",
    "p4.narrative:": "New boilers.",
    "p5.charter_date:~day": "1",
    "p5.charter_date:~month": "2",
    "p5.charter_date:~year": "2021",
    "p5.narrative:": "Social value weighs in every contract.",
    "p6.narrative:": "A lunch club.",
    "p7.case_studies:1.title": "The lunch club",
    "p7.case_studies:1.story": "It began with one pot of soup.",
    "workforce.levels:operational.ethnic_minority": "4",
    "workforce.levels:operational.white": "24",
    "workforce.levels:operational.not_stated": "2",
    "workforce.levels:supervisory.ethnic_minority": "1",
    "workforce.levels:supervisory.white": "6",
    "workforce.levels:senior.ethnic_minority": "0",
    "workforce.levels:senior.white": "3",
}
CHOSEN = {
    "p1.rlw_rate_year:": "2025-26",
    "p1.rlw_agency:state~picked": "not_known:not_held",
    "p3.free_use:": "some",
    "p4.green_plan:": "yes",
    "p5.charter_signed:": "yes",
    "p5.award_achieved:": "no",
    "p6.initiatives:": "yes",
    "p6.marmot:theme-3": "yes",
    "p6.core20plus5:plus": "yes",
    "p7.case_studies:1.pledge": "3",
    "p7.case_studies:1.place": "Liverpool",
    "p7.case_studies:1.publish": "no",
}
OPENED = ("Pledge 1 evidence", "We cannot answer this: Agency staff")


def tab_until(page: Page, is_there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Press the tab key until something has the focus."""
    for _ in range(250):
        page.keyboard.press("Tab")
        focused: dict[str, Any] = page.evaluate(FOCUSED)
        if is_there(focused):
            return focused
    raise AssertionError(f"it cannot be reached with the keyboard on {page.url}")


def press(page: Page, words: str) -> None:
    """Reach a link or a button by the tab key alone, and press Enter on it."""
    tab_until(page, lambda focused: focused["tag"] in {"A", "BUTTON"} and words in focused["text"])
    with page.expect_navigation():
        page.keyboard.press("Enter")


def choose(page: Page, focused: dict[str, Any]) -> None:
    """Choose an option with the keys that people use for it."""
    wanted = CHOSEN[focused["name"]]
    if focused["tag"] == "SELECT":
        page.keyboard.type(wanted)
        return
    if focused["value"] == wanted:
        page.keyboard.press("Space")
        return
    for _ in range(12):
        page.keyboard.press("ArrowDown")
        if page.evaluate(FOCUSED)["value"] == wanted:
            return
    raise AssertionError(f"{focused['name']} cannot be set to {wanted}")


def fill_in(page: Page) -> set[str]:
    """Go through a section with the tab key, fill in what one meets, and save it; the names of the boxes filled."""
    filled: set[str] = set()

    def is_save(focused: dict[str, Any]) -> bool:
        name = focused["name"]
        if focused["tag"] == "SUMMARY" and any(words in " ".join(focused["text"].split()) for words in OPENED):
            page.keyboard.press("Enter")
        elif name in TYPED:
            page.keyboard.type(TYPED[name])
            filled.add(name)
        elif name in CHOSEN and name not in filled:
            choose(page, focused)
            filled.add(name)
        return name == "then" and focused["value"] == "continue"

    tab_until(page, is_save)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    return filled


def sign_in(page: Page, email: str) -> None:
    page.goto("/")
    press(page, "Sign in")
    tab_until(page, lambda focused: focused["name"] == "email")
    page.keyboard.type(email)
    tab_until(page, lambda focused: focused["name"] == "password")
    page.keyboard.type(DEMO_PASSWORD)
    press(page, "Sign in")
    expect(page.get_by_role("heading", level=1)).to_have_text("My work")


def test_a_return_goes_from_blank_to_certificate_by_keyboard_without_scripts_on_a_phone(
    visit: Visit, portal: Flask
) -> None:
    page = visit(size="phone", javascript=False)
    sign_in(page, BOTH)
    press(page, "January 2027")
    press(page, "About this return")
    filled: set[str] = set()
    while "/sections/" in page.url:
        expect(page.locator(".nhsuk-error-summary")).to_have_count(0)
        filled |= fill_in(page)
    assert filled == TYPED.keys() | CHOSEN.keys()
    assert page.url.endswith(f"{CHARITY}/check")
    expect(page.locator(".nhsuk-error-summary")).to_have_count(0)
    press(page, "Continue to sign-off")
    tab_until(page, lambda focused: focused["name"] == "signoff:role")
    page.keyboard.type("Chief officer")
    tab_until(page, lambda focused: focused["name"] == "confirm")
    page.keyboard.press("Space")
    press(page, "Sign and submit")
    expect(page.get_by_role("main")).to_contain_text("Signed by Philippa Ottershaw-Lind, Chief officer")

    signed = standing(portal, "cvs-cheshire-east").signed[0]
    assert signed["p2.local_spend"] == {"numerator": "12000.50", "denominator": "20000.00", "basis": "actual"}
    assert signed["p1.rlw_agency"] == {"state": "not_known", "reason": "not_held"}
    assert signed["p7.case_studies"]["1.place"] == "E08000012"

    member = visit(size="phone", javascript=False)
    sign_in(member, MEMBER)
    press(member, "Review")
    press(member, "CVS Cheshire East")
    expect(member.get_by_role("main")).to_contain_text("£12,000.50 of £20,000.00 (60%)")
    press(member, "Accept this return")
    assert standing(portal, "cvs-cheshire-east").status == "accepted"

    page.goto(CHARITY)
    number = re.search(r"2027-01-[A-Z0-9]{6}", page.get_by_role("main").inner_text())
    assert number is not None
    anybody = visit(size="phone", javascript=False)
    anybody.goto("/certificates")
    tab_until(anybody, lambda focused: focused["name"] == "number")
    anybody.keyboard.type(number[0].lower().replace("-", " "))
    with anybody.expect_navigation():
        anybody.keyboard.press("Enter")
    expect(anybody.get_by_role("main")).to_contain_text("CVS Cheshire East")
    assert anybody.url.endswith(f"/certificates/{number[0]}")


def test_a_mistake_is_found_mended_and_sent_without_scripts(visit: Visit) -> None:
    lead = visit("lead@trust.example", "phone", javascript=False)
    lead.goto(f"{TRUST}/sections/pledge-2")
    part = lead.get_by_label("Pounds paid to local suppliers", exact=True)
    part.fill("£1.2m")
    lead.get_by_label("Pounds paid to all suppliers whose place is known", exact=True).fill("2,500,000")
    lead.get_by_role("button", name="Save and continue", exact=True).last.click()
    expect(lead.get_by_role("alert")).to_contain_text("in full, in figures")
    assert part.input_value() == "£1.2m"
    lead.get_by_role("alert").get_by_role("link").first.click()
    assert lead.url.endswith("#q-p2-local-spend-numerator")
    part.fill("£1,200,000")
    lead.get_by_role("button", name="Save and continue", exact=True).last.click()
    expect(lead.get_by_role("heading", level=1)).to_contain_text("Pledge 3")


def test_a_case_study_is_added_and_removed_by_keyboard_without_scripts(visit: Visit) -> None:
    lead = visit(BOTH, "phone", javascript=False)
    lead.goto(f"{CHARITY}/sections/pledge-7")
    for number in (1, 2):
        for part in ("title", "story"):
            tab_until(lead, lambda focused, name=f"p7.case_studies:{number}.{part}": focused["name"] == name)
            lead.keyboard.type(f"The {part} of {number}")
        press(lead, "Add another case study")
        assert lead.url.endswith(f"#q-p7-case-studies-{number + 1}-title"), "at the new one"
    expect(lead.get_by_label("Title of case study 3", exact=True)).to_be_visible()
    press(lead, "Remove case study 1")
    expect(lead.get_by_label("Title of case study 1", exact=True)).to_have_value("The title of 2")
    expect(lead.get_by_label("Title of case study 2", exact=True)).to_have_count(0)
