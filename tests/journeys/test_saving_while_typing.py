"""With its script a section saves itself; offline, signed out or beside a colleague, nothing that was typed is lost."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import PASSWORD, Visit

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

LEAD, OTHER_LEAD = "lead@trust.example", "contributor@trust.example"
SECTION = "/returns/2027-01/mid-cheshire-hospitals/sections/pledge-1"
BOX = 'textarea[name="p1.narrative:"]'


def open_section(page: Page) -> None:
    page.goto(SECTION)
    expect(page.locator(BOX)).to_be_visible()


def box_of(name: str) -> str:
    return f'input[name="{name}"]'


def status(page: Page) -> Locator:
    """The quiet line that says when the section was saved."""
    return page.locator("[data-status]")


def kept_in_browser(page: Page) -> int:
    """How many sections this browser keeps because they are not saved."""
    counted = page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('anchor:')).length")
    return int(counted)


def test_a_section_saves_itself_quietly_and_keeps_what_is_typed_offline(visit: Visit) -> None:
    page = visit(LEAD)
    open_section(page)
    page.locator(BOX).fill("Saved without a button.")
    expect(status(page)).to_have_text(re.compile(r"Saved at \d\d:\d\d\."))
    assert kept_in_browser(page) == 0
    page.reload()
    expect(page.locator(BOX)).to_have_value("Saved without a button.")

    page.context.set_offline(True)
    page.locator(BOX).fill("Typed in a tunnel.")
    expect(status(page)).to_contain_text("You are offline")
    assert kept_in_browser(page) == 1
    page.context.set_offline(False)
    expect(status(page)).to_have_text(re.compile(r"Saved at"))
    assert kept_in_browser(page) == 0


def test_what_was_saved_with_mistakes_is_not_offered_again(visit: Visit) -> None:
    page, number = visit(LEAD), box_of("about.headcount:")
    page.goto(SECTION.replace("pledge-1", "about"))
    page.locator(box_of("about.fte:")).fill("6,900.5")  # which is shown in another way from then on
    page.locator(number).fill("five thousand")
    expect(status(page)).to_have_text(re.compile(r"Saved at"))
    page.get_by_role("button", name="Save and continue", exact=True).last.click()
    expect(page.get_by_role("alert")).to_contain_text("What you typed is saved as a draft")
    expect(page.locator(number)).to_have_value("five thousand")
    expect(page.get_by_text("This browser keeps")).to_be_hidden()
    assert kept_in_browser(page) == 0


def test_what_a_closed_tab_had_not_saved_is_offered_again(visit: Visit) -> None:
    page = visit(LEAD)
    open_section(page)
    page.context.set_offline(True)
    page.locator(BOX).fill("Nearly lost.")
    expect(status(page)).to_contain_text("You are offline")
    again = page.context.new_page()
    page.close()
    again.context.set_offline(False)
    open_section(again)
    expect(again.get_by_text("This browser keeps what you typed here")).to_be_visible()
    again.get_by_role("button", name="Put it back").click()
    expect(again.locator(BOX)).to_have_value("Nearly lost.")
    expect(status(again)).to_have_text(re.compile(r"Saved at"))
    again.reload()
    expect(again.locator(BOX)).to_have_value("Nearly lost.")
    expect(again.get_by_text("This browser keeps")).to_be_hidden()


def test_a_lost_session_leads_back_to_the_same_place_with_everything(visit: Visit) -> None:
    page = visit(LEAD)
    open_section(page)
    page.context.clear_cookies()
    page.locator(BOX).fill("Typed after the session ended.")
    expect(status(page)).to_contain_text("You were signed out")
    page.get_by_role("link", name="Sign in again").click()
    page.get_by_label("Email address").fill(LEAD)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(f"{SECTION}$"))
    page.get_by_role("button", name="Put it back").click()
    expect(status(page)).to_have_text(re.compile(r"Saved at"))
    expect(page.locator(BOX)).to_have_value("Typed after the session ended.")


def test_two_people_at_once_are_shown_both_versions(visit: Visit) -> None:
    mine, theirs = visit(LEAD), visit(LEAD)
    open_section(mine)
    open_section(theirs)
    theirs.locator(BOX).fill("Their words.")
    expect(status(theirs)).to_have_text(re.compile(r"Saved at"))
    mine.locator(BOX).fill("My words.")
    expect(status(mine)).to_contain_text("press “Save and continue” to see both versions")
    mine.get_by_role("button", name="Save and continue", exact=True).last.click()
    expect(mine.get_by_role("heading", level=1)).to_contain_text("Choose between two versions")
    mine.get_by_label("Both, theirs first").check()
    mine.get_by_role("button", name="Save what I chose").click()
    expect(mine.get_by_role("heading", level=1)).to_contain_text("Pledge 2")
    open_section(mine)
    expect(mine.locator(BOX)).to_have_value("Their words.\n\nMy words.")
    assert kept_in_browser(mine) == 0
