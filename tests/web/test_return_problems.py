"""What cannot be read or cannot be: kept as typed, said beside the box and in the summary, and the rest is saved."""

import pytest

from tests.pages import Browser
from tests.web.sections import RETURN, SECTION, fill, message_beside, stored, value_in

LEAD = "lead@trust.example"
LONG = "word " * 5000 + "word"

# section, box, what is typed, its identifier, words of the message
UNREADABLE = [
    ("about", "about.headcount:", "about twelve hundred", "q-about-headcount", "number"),
    ("about", "about.headcount:", "-3", "q-about-headcount", "negative"),
    ("about", "about.headcount:", "812.5", "q-about-headcount", "whole"),
    ("about", "about.headcount:", "200001", "q-about-headcount", "200,000"),
    ("about", "about.headcount:", "9" * 5000, "q-about-headcount", ""),
    ("about", "about.fte:", "1,23", "q-about-fte", "number"),
    ("about", "about.fte:", "812.505", "q-about-fte", "decimal"),
    ("pledge-1", "p1.rlw_staff:numerator", "NaN", "q-p1-rlw-staff-numerator", "number"),
    ("pledge-1", "p1.rlw_staff:denominator", "Infinity", "q-p1-rlw-staff-denominator", "number"),
    ("pledge-1", "p1.rlw_staff:denominator", "1e999999", "q-p1-rlw-staff-denominator", "number"),
    ("pledge-1", "p1.rlw_staff:unknown", "²", "q-p1-rlw-staff-unknown", "number"),
    ("pledge-1", "p1.rlw_staff:percent", "101", "q-p1-rlw-staff-percent", "100"),
    ("pledge-1", "p1.rlw_staff:basis", "rumour", "q-p1-rlw-staff-basis", ""),
    ("pledge-1", "p1.rlw_rate_year:", "1066", "q-p1-rlw-rate-year", ""),
    ("pledge-1", "p1.narrative:", LONG, "q-p1-narrative", "5,000"),
    ("pledge-1", "p1.evidence:1.link", "example.org", "q-p1-evidence-1-link", "https://"),
    ("pledge-1", "p1.evidence:1.link", "javascript:alert(1)", "q-p1-evidence-1-link", "https://"),
    ("pledge-1", "p1.evidence:1.link", "https://[", "q-p1-evidence-1-link", ""),
    ("pledge-2", "p2.local_spend:numerator", "£1.2m", "q-p2-local-spend-numerator", "in full"),
    ("pledge-4", "p4.target_year:", "soon", "q-p4-target-year", "year"),
    ("workforce", "workforce.levels:band_5.white", "²", "q-workforce-levels-band-5-white", "number"),
    ("workforce", "workforce.levels:band_5.white", "7" * 5000, "q-workforce-levels-band-5-white", ""),
    ("workforce", "workforce.levels:vsm.not_stated", "x", "q-workforce-levels-vsm-not-stated", "number"),
]


@pytest.mark.parametrize(("code", "box", "typed", "ident", "words"), UNREADABLE)
def test_what_cannot_be_read_stays_as_typed_with_a_message_beside_it(
    sqlite_browser: Browser, code: str, box: str, typed: str, ident: str, words: str
) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/{code}"
    before = fill(browser, path, {"p4.green_plan:": "yes"} if code == "pledge-4" else {}, press=("then", "later"))
    assert before.status == 200
    page = fill(browser, path, {box: typed})
    assert page.response.request.path == path
    message = message_beside(page, ident)
    assert message in page.errors
    assert words in message
    if box not in {"p1.rlw_rate_year:", "p1.rlw_staff:basis"}:  # options that are not on offer cannot be shown chosen
        assert value_in(page, box) == typed
    question, _, part = box.partition(":")
    assert stored(browser.app)[question][part] == typed
    assert browser.get(RETURN).text(f'a[href="{path}"] ~ *, li:has(a[href="{path}"])').endswith("There is a problem")
    assert browser.get(f"{RETURN}/check").status == 200


@pytest.mark.parametrize(
    "boxes", [("31", "2", "2026"), ("", "9", "2026"), ("x", "", ""), ("1", "1", "2099"), ("9" * 5000, "1", "1")]
)
def test_a_wrong_date_stays_in_its_three_boxes(browser: Browser, boxes: tuple[str, str, str]) -> None:
    path = f"{SECTION}/about"
    names = [f"about.snapshot_date:~{box}" for box in ("day", "month", "year")]
    page = fill(browser.sign_in(LEAD), path, dict(zip(names, boxes, strict=True)))
    assert [value_in(page, name) for name in names] == list(boxes)
    assert message_beside(page, "q-about-snapshot-date") in page.errors
    assert page.soup.select_one("#q-about-snapshot-date.nhsuk-input--error")
    assert browser.get(f"{RETURN}/check").status == 200


def test_the_rest_of_a_section_is_saved_beside_what_cannot_be_read(browser: Browser) -> None:
    typed = {"about.boundary:": "Only the rest.", "about.headcount:": "many", "about.fte:": "17"}
    page = fill(browser.sign_in(LEAD), f"{SECTION}/about", typed)
    assert len(page.errors) == 1
    answers = stored(browser.app)
    assert answers["about.boundary"] == {"": "Only the rest."}
    assert answers["about.fte"] == {"": "17.00"}
    assert answers["about.headcount"] == {"": "many"}


HARD = [
    ("pledge-1", {"p1.rlw_staff:numerator": "9", "p1.rlw_staff:denominator": "8"}, "q-p1-rlw-staff-numerator"),
    ("pledge-1", {"p1.rlw_staff:numerator": "9", "p1.rlw_staff:denominator": ""}, "q-p1-rlw-staff-denominator"),
    ("about", {"about.headcount:": "10", "about.fte:": "10.01"}, "q-about-fte"),
    (
        "about",
        {f"about.snapshot_date:~{box}": part for box, part in (("day", "30"), ("month", "6"), ("year", "2026"))},
        "q-about-snapshot-date",
    ),
    ("pledge-7", {"p7.case_studies:1.title": "", "p7.case_studies:1.story": "No title."}, "q-p7-case-studies-1-title"),
    ("pledge-7", {"p7.case_studies:1.title": "No story", "p7.case_studies:1.story": ""}, "q-p7-case-studies-1-story"),
    (
        "workforce",
        {"workforce.levels:vsm.white": "9", "workforce.levels:vsm.ethnic_minority": ""},
        "q-workforce-levels-vsm-ethnic-minority",
    ),
]


@pytest.mark.parametrize(("code", "typed", "ident"), HARD)
def test_what_cannot_be_true_is_said_where_it_is_mended_and_again_before_signing(
    sqlite_browser: Browser, code: str, typed: dict[str, str], ident: str
) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/{code}"
    fill(browser, path, typed)
    page = browser.get(path)
    message = message_beside(page, ident)
    assert message in page.errors
    check = browser.get(f"{RETURN}/check")
    assert message in check.errors
    link = next(link for link in check.soup.select(".nhsuk-error-summary a") if link.get_text(strip=True) == message)
    address, _, target = str(link["href"]).partition("#")
    assert target == ident
    assert browser.get(address).soup.find(id=target)


def test_a_table_of_levels_that_differs_from_headcount_needs_a_reason(sqlite_browser: Browser) -> None:
    browser, path = sqlite_browser.sign_in(LEAD), f"{SECTION}/workforce"
    fill(browser, f"{SECTION}/about", {"about.headcount:": "1000", "about.fte:": "900"}, press=("then", "later"))
    cells = {name: "" for name in browser.get(path).form() if name.startswith("workforce.levels:")}
    typed = cells | {"workforce.levels:band_5.white": "900", "workforce.levels:band_5.ethnic_minority": "49"}
    fill(browser, path, typed)
    page = browser.get(path)
    assert "5 per cent" in message_beside(page, "q-workforce-levels-reason")
    assert message_beside(page, "q-workforce-levels-reason") in page.errors
    fill(browser, path, {"workforce.levels:reason": "Bank staff are not in the table."})
    assert browser.get(path).errors == []
    fill(browser, path, typed | {"workforce.levels:band_5.ethnic_minority": "50", "workforce.levels:reason": ""})
    assert browser.get(path).errors == []


def test_what_must_be_answered_is_listed_before_signing_with_links_that_lead_there(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in("noor.adlestrop@walton-centre.example")
    check = browser.get("/returns/2027-01/walton-centre/check")
    assert len(check.errors) == 7, "what the return covers, and progress on six pledges"
    for link in check.soup.select(".nhsuk-error-summary a"):
        address, _, target = str(link["href"]).partition("#")
        page = browser.get(address)
        assert page.soup.find(id=target), f"{target} is not on {address}"
        assert message_beside(page, target) == link.get_text(strip=True)


def test_every_question_can_be_changed_from_the_check(sqlite_browser: Browser) -> None:
    check = sqlite_browser.sign_in("noor.adlestrop@walton-centre.example").get("/returns/2027-01/walton-centre/check")
    links = check.soup.select(".nhsuk-summary-list__actions a, .nhsuk-inset-text a")
    assert len(links) > 60
    wanted: dict[str, set[str]] = {}
    for link in links:
        address, _, target = str(link["href"]).partition("#")
        wanted.setdefault(address, set()).add(target)
    for address, targets in wanted.items():
        ids = {str(tag["id"]) for tag in sqlite_browser.get(address).soup.select("[id]")}
        assert targets <= ids, f"{targets - ids} are not on {address}"


def test_a_draft_with_blanks_is_saved_without_complaint(sqlite_browser: Browser) -> None:
    path = "/returns/2027-01/walton-centre/sections/pledge-3"
    page = fill(sqlite_browser.sign_in("noor.adlestrop@walton-centre.example"), path, {"p3.free_use:": "some"})
    assert page.errors == []
    assert page.response.request.path.endswith("/sections/pledge-4")
