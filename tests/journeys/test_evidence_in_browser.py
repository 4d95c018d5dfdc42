"""Evidence in a real browser: several files at once with their progress, by hand and by keyboard, nothing typed lost."""

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests import hostile
from tests.journeys.conftest import Visit
from tests.journeys.test_accessibility import faint_text, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PATH = "/returns/2027-01/mid-cheshire-hospitals/sections/pledge-3"
MANY: list[FilePayload] = [
    {"name": "report.pdf", "mimeType": "application/pdf", "buffer": hostile.pdf()},
    {"name": "counts.csv", "mimeType": "text/csv", "buffer": hostile.csv()},
    {"name": "staff.csv", "mimeType": "text/csv", "buffer": hostile.csv(hostile.STAFF)},
]


def open_evidence(page: Page) -> None:
    """Open the section, and in it what takes the files."""
    page.goto(PATH)
    part = page.locator("details:has([data-evidence])")
    if part.get_attribute("open") is None:
        part.locator("summary").press("Enter")


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_several_files_at_once_are_added_refused_and_saved_without_a_press(visit: Visit, size: str) -> None:
    page = visit("lead@trust.example", size)
    open_evidence(page)
    page.get_by_label("Files for pledge 3 evidence").set_input_files(MANY)
    expect(page.locator("[data-uploads] progress")).to_have_count(0, timeout=60_000)
    expect(page.locator("[data-uploads]")).to_contain_text("looks like a list of people")
    expect(page.get_by_label("What report.pdf shows")).to_be_visible()
    assert violations(page) + faint_text(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    with page.expect_response(lambda answer: "Who lives here" in (answer.request.post_data or "")) as saved:
        page.get_by_label("What counts.csv shows").fill("Who lives here")
    assert saved.value.ok
    page.reload()
    expect(page.get_by_label("What counts.csv shows")).to_have_value("Who lives here")
    page.get_by_role("button", name="Remove report.pdf").press("Enter")
    expect(page.get_by_label("What report.pdf shows")).to_have_count(0)


def test_files_are_dropped_where_they_belong_and_a_file_beside_the_zone_does_no_harm(visit: Visit) -> None:
    page = visit("lead@trust.example")
    open_evidence(page)
    drop = """(place, text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
      const event = new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true });
      place.dispatchEvent(event);
      return event.defaultPrevented;
    }"""
    assert page.locator("h1").evaluate(drop, "a,b\n1,2\n"), "the browser must not open it in place of the page"
    assert page.locator("[data-drop]").evaluate(drop, hostile.csv().decode())
    expect(page.get_by_label("What dropped.csv shows")).to_be_visible(timeout=60_000)


def test_without_script_files_travel_with_the_form(visit: Visit) -> None:
    page = visit("lead@trust.example", javascript=False)
    open_evidence(page)
    page.get_by_label("Files for pledge 3 evidence").set_input_files(MANY)
    page.get_by_role("button", name="Save and come back later").click()
    expect(page.get_by_role("alert")).to_contain_text("looks like a list of people")
    expect(page.get_by_label("What report.pdf shows")).to_have_count(1)
    with page.expect_download() as handed:
        page.get_by_role("link", name="Download counts.csv").click()
    assert handed.value.path().read_bytes() == hostile.csv()
