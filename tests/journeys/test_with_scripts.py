"""A return with scripts, on a wide screen: percentages and totals as one types, the count of characters, two clicks."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.journeys.conftest import Visit
from tests.web.returning import standing
from tests.web.sections import stored

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
WALTON = "/returns/2027-01/walton-centre/sections"
LEAD = "noor.adlestrop@walton-centre.example"


def test_a_percentage_appears_as_one_types(visit: Visit) -> None:
    page = visit(LEAD)
    page.goto(f"{WALTON}/pledge-1")
    share = page.locator("[data-share]").first
    shown = share.locator("[data-percent]")
    for part, whole, percent in (("812", "1,290", "62.9%"), ("0", "10", "0%"), ("11", "10", "–"), ("x", "10", "–")):
        share.locator("[data-part=numerator]").fill(part)
        share.locator("[data-part=denominator]").fill(whole)
        expect(shown).to_have_text(percent)


def test_the_server_says_the_same_percentage_as_the_page_did(visit: Visit) -> None:
    page = visit(LEAD)
    for part, whole in (("1", "3"), ("1", "2000"), ("41", "400")):
        page.goto(f"{WALTON}/pledge-1")
        share = page.locator("[data-share]").first
        share.locator("[data-part=numerator]").fill(part)
        share.locator("[data-part=denominator]").fill(whole)
        said = share.locator("[data-percent]").inner_text()
        page.get_by_role("button", name="Save and come back later").click()
        page.goto(f"{WALTON}/pledge-1")
        expect(page.locator("[data-share] [data-percent]").first).to_have_text(said)


def test_the_totals_of_the_table_of_levels_follow_what_is_typed(visit: Visit) -> None:
    page = visit(LEAD)
    page.goto(f"{WALTON}/workforce")
    for cell, count in (
        ("band_5.white", "1,200"),
        ("band_5.ethnic_minority", "34"),
        ("vsm.white", "6"),
        ("vsm.not_stated", "?"),
    ):
        page.locator(f'[name="workforce.levels:{cell}"]').fill(count)
    expect(page.locator('[data-row-total="band_5"]')).to_have_text("1,234")
    expect(page.locator('[data-row-total="vsm"]')).to_have_text("6")
    expect(page.locator("tfoot td")).to_have_text(["34", "1,206", "", "1,240"])


def test_the_characters_left_are_counted(visit: Visit) -> None:
    page = visit(LEAD)
    page.goto(f"{WALTON}/pledge-1")
    page.locator('[name="p1.narrative:"]').fill("x" * 4990)
    expect(page.locator(".nhsuk-character-count__status")).to_have_text("You have 10 characters remaining")
    page.locator('[name="p1.narrative:"]').fill("x" * 5003)
    expect(page.locator(".nhsuk-character-count__status")).to_have_text("You have 3 characters too many")


def test_a_question_opens_with_the_option_that_asks_it(visit: Visit) -> None:
    page = visit(LEAD)
    page.goto(f"{WALTON}/pledge-4")
    expect(page.locator('[name="p4.target_year:"]')).not_to_be_visible()
    page.get_by_label("Yes", exact=True).check()
    expect(page.locator('[name="p4.target_year:"]')).to_be_visible()


def test_two_clicks_on_save_start_one_return(visit: Visit, portal: Flask) -> None:
    page = visit(LEAD)
    page.goto(f"{WALTON}/pledge-1")
    page.locator('[name="p1.narrative:"]').fill("Once.")
    page.get_by_role("button", name="Save and come back later").dblclick()
    page.wait_for_url("**/returns/2027-01/walton-centre")
    assert stored(portal, "walton-centre") == {"p1.narrative": {"": "Once."}}
    assert [step for step, _, _ in standing(portal, "walton-centre").steps] == ["start"]


def test_the_summary_of_errors_leads_to_the_box(visit: Visit) -> None:
    page = visit(LEAD)
    page.goto(f"{WALTON}/about")
    page.locator('[name="about.headcount:"]').fill("many")
    page.get_by_role("button", name="Save and continue").last.click()
    summary = page.locator(".nhsuk-error-summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link").click()
    expect(page.locator('[name="about.headcount:"]')).to_be_focused()


def test_enter_in_a_box_saves_and_removes_nothing(visit: Visit, portal: Flask) -> None:
    page = visit(LEAD)
    page.goto(f"{WALTON}/pledge-7")
    page.locator('[name="p7.case_studies:1.title"]').fill("A garden")
    page.locator('[name="p7.case_studies:1.story"]').fill("It grew.")
    page.locator('[name="p7.case_studies:1.title"]').press("Enter")
    page.wait_for_url("**/sections/workforce")
    page.goto(f"{WALTON}/pledge-7")
    page.locator('[name="p7.case_studies:1.title"]').press("Enter")
    page.wait_for_url("**/sections/workforce")
    assert stored(portal, "walton-centre")["p7.case_studies"] == {"1.title": "A garden", "1.story": "It grew."}
