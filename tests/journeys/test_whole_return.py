"""A return from the first box to the certificate, as people do it: by keyboard, without JavaScript, on a phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MEMBER = "member@assembly.example"
TRUST = "/returns/2027-01/mid-cheshire-hospitals"


def press_through(page: Page, label: str, text: str) -> None:
    """Reach a box with the tab key alone and type into it."""
    target = page.get_by_label(label, exact=True)
    for _ in range(400):
        page.keyboard.press("Tab")
        if target.evaluate("box => box === document.activeElement"):
            page.keyboard.press("Control+A")
            page.keyboard.type(text)
            return
    raise AssertionError(f"“{label}” cannot be reached with the keyboard")


def press_button(page: Page, name: str) -> None:
    """Reach a button with the tab key alone and press it."""
    target = page.get_by_role("button", name=name, exact=True).last
    for _ in range(400):
        page.keyboard.press("Tab")
        if target.evaluate("button => button === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"“{name}” cannot be reached with the keyboard")


def test_a_return_is_filled_in_signed_and_accepted_without_javascript_on_a_phone(visit: Visit) -> None:
    lead = visit("lead@trust.example", "phone", javascript=False)
    lead.goto(f"{TRUST}/sections/pledge-2")
    lead.get_by_label("Pounds paid to local suppliers", exact=True).fill("£1.2m")
    lead.get_by_label("Pounds paid to all suppliers whose place is known", exact=True).fill("2,500,000")
    lead.get_by_role("button", name="Save and continue", exact=True).last.click()
    expect(lead.get_by_role("alert")).to_contain_text("in full, in figures")
    assert lead.get_by_label("Pounds paid to local suppliers", exact=True).input_value() == "£1.2m"
    lead.get_by_role("alert").get_by_role("link").first.click()
    lead.get_by_label("Pounds paid to local suppliers", exact=True).fill("£1,200,000")
    lead.get_by_role("button", name="Save and continue", exact=True).last.click()
    expect(lead.get_by_role("heading", level=1)).to_contain_text("Pledge 3")
    for number in (3, 5, 6):
        lead.goto(f"{TRUST}/sections/pledge-{number}")
        lead.locator(f'textarea[name="p{number}.narrative:"]').fill(f"What we did on pledge {number}.")
        lead.get_by_role("button", name="Save and continue", exact=True).last.click()
    lead.goto(f"{TRUST}/check")
    lead.get_by_role("button", name="Ask for sign-off").click()

    signatory = visit("signatory@trust.example", "phone", javascript=False)
    signatory.goto(f"{TRUST}/sign")
    signatory.get_by_label("Your role").fill("Chief executive")
    signatory.get_by_role("button", name="Sign and submit").click()
    expect(signatory.get_by_role("alert")).to_contain_text("Confirm")
    signatory.get_by_role("checkbox").check()
    signatory.get_by_role("button", name="Sign and submit").click()
    expect(signatory.get_by_text("Signed by")).to_be_visible()

    member = visit(MEMBER, "phone", javascript=False)
    member.goto("/reviews/2027-01/mid-cheshire-hospitals")
    expect(member.get_by_text("£1,200,000.00 of £2,500,000.00 (48%)")).to_be_visible()
    for outcome in member.get_by_role("radio", name="Making progress").all():
        outcome.check()
    member.get_by_role("button", name="Accept this return").click()

    lead.goto(TRUST)
    number = re.search(r"2027-01-[A-Z0-9]{6}", lead.get_by_role("main").inner_text())
    assert number is not None
    anybody = visit("", "phone", javascript=False)
    anybody.goto(f"/certificates/{number[0].lower()}")
    expect(anybody.get_by_role("main")).to_contain_text("Mid Cheshire Hospitals NHS Foundation Trust")


def test_a_section_is_filled_in_and_saved_by_keyboard_alone(visit: Visit) -> None:
    lead = visit("lead@trust.example")
    lead.goto(f"{TRUST}/sections/about")
    press_through(lead, "How many employees did you have on that day?", "5600")
    press_button(lead, "Save and continue")
    lead.wait_for_url("**/sections/pledge-1")
    lead.goto(f"{TRUST}/sections/about")
    assert lead.get_by_label("How many employees did you have on that day?").input_value() == "5600"


def test_the_percentage_and_the_totals_appear_as_one_types(visit: Visit) -> None:
    lead = visit("lead@trust.example")
    lead.goto(f"{TRUST}/sections/pledge-2")
    share = lead.locator("fieldset.app-share").first
    share.locator("input").nth(0).fill("1,000")
    share.locator("input").nth(1).fill("1,600")
    expect(share.locator("output")).to_have_text("62.5%")
    lead.goto(f"{TRUST}/sections/workforce")
    row = lead.locator("tr", has=lead.get_by_role("rowheader", name="Agenda for Change band 1", exact=True))
    for box, count in zip(row.locator("input").all(), ("2", "30", "4"), strict=True):
        box.fill(count)
    expect(row.locator("td").last).to_have_text("36")


def test_a_double_click_on_save_saves_once_and_goes_on(visit: Visit) -> None:
    lead = visit("lead@trust.example")
    lead.goto(f"{TRUST}/sections/about")
    lead.get_by_label("How many employees did you have on that day?").fill("5700")
    lead.get_by_role("button", name="Save and continue", exact=True).last.dblclick()
    lead.wait_for_url("**/sections/pledge-1")
    lead.goto(f"{TRUST}/sections/about")
    assert lead.get_by_label("How many employees did you have on that day?").input_value() == "5700"


def test_questions_that_depend_on_an_answer_show_when_it_is_given(visit: Visit) -> None:
    lead = visit("lead@trust.example")
    lead.goto(f"{TRUST}/sections/pledge-4")
    plan = lead.get_by_role("group", name="Has your organisation developed a net zero plan or green plan?")
    year = lead.get_by_label("By which year does the plan reach net zero?")
    plan.get_by_role("radio", name="No", exact=True).check()
    expect(year).to_be_hidden()
    plan.get_by_role("radio", name="Yes", exact=True).check()
    expect(year).to_be_visible()
