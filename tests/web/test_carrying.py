"""Carrying last time's answers forward: shown with their age, counted nowhere until they are confirmed."""

import pytest

from tests.pages import Browser, Page
from tests.web.sections import RETURN, SECTION, fill, send, stored, value_in

LEAD = "lead@trust.example"
PATH = f"{SECTION}/pledge-3"
KEY = "p3.free_use"


def emptied(browser: Browser) -> None:
    """Pledge 3 without an answer, as a section looks that was not begun."""
    page = browser.sign_in(LEAD).get(PATH)
    blank = {name: "" for name in page.form() if name.startswith("p3.")}
    send(browser, PATH, page.form() | blank | {"then": "later"})
    assert KEY not in stored(browser.app)


@pytest.fixture
def carried(sqlite_browser: Browser) -> Page:
    """The section after last time's answers were carried forward."""
    emptied(sqlite_browser)
    return fill(sqlite_browser, PATH, {}, press=("then", "carry"))


def test_carried_answers_are_shown_with_their_age_and_do_not_count(carried: Page, sqlite_browser: Browser) -> None:
    assert "Carried forward from July 2026, not confirmed." in carried.words
    assert "old." in carried.words
    assert value_in(carried, f"{KEY}:") != ""
    assert KEY not in stored(sqlite_browser.app)
    assert "To be confirmed" in sqlite_browser.get(RETURN).words
    links = sqlite_browser.get(f"{RETURN}/check").soup.select(".nhsuk-error-summary a")
    assert any("Pledge 3 progress" in link.get_text() for link in links), "a required answer is still missing"


def test_saving_leaves_them_unconfirmed_and_confirming_makes_them_answers(
    carried: Page, sqlite_browser: Browser
) -> None:
    page = fill(sqlite_browser, PATH, {}, press=("then", "later"))
    assert KEY not in stored(sqlite_browser.app)
    fill(sqlite_browser, PATH, {}, press=("then", "confirm"))
    answers = stored(sqlite_browser.app)
    assert answers[KEY][""] in {"yes", "some", "no"} or "state" in answers[KEY]
    assert "not confirmed" not in sqlite_browser.get(PATH).words
    assert page.status == 200


def test_one_answer_is_confirmed_by_its_tick_another_by_changing_it_and_the_rest_waits(
    carried: Page, sqlite_browser: Browser
) -> None:
    fill(sqlite_browser, PATH, {"confirm": KEY}, press=("then", "later"))
    answers = stored(sqlite_browser.app)
    assert KEY in answers
    assert "p3.narrative" not in answers
    fill(sqlite_browser, PATH, {"p3.narrative:": "Changed since."}, press=("then", "later"))
    assert stored(sqlite_browser.app)["p3.narrative"] == {"": "Changed since."}


def test_what_was_emptied_is_not_carried_any_more(carried: Page, sqlite_browser: Browser) -> None:
    fill(sqlite_browser, PATH, {"p3.narrative:": ""}, press=("then", "later"))
    assert value_in(sqlite_browser.get(PATH), "p3.narrative:") == ""


def test_what_was_typed_before_it_was_carried_is_kept(sqlite_browser: Browser) -> None:
    emptied(sqlite_browser)
    fill(sqlite_browser, PATH, {"p3.narrative:": "Typed first."}, press=("then", "carry"))
    assert stored(sqlite_browser.app)["p3.narrative"] == {"": "Typed first."}
    assert value_in(sqlite_browser.get(PATH), "p3.narrative:") == "Typed first."


def test_carrying_twice_makes_nothing_twice(carried: Page, sqlite_browser: Browser) -> None:
    again = fill(sqlite_browser, PATH, {}, press=("then", "carry"))
    assert "Nothing could be carried forward" in again.words


def test_unconfirmed_answers_are_not_part_of_what_is_signed(carried: Page, sqlite_browser: Browser) -> None:
    page = sqlite_browser.get(f"{RETURN}/check")
    assert "not confirmed" in page.words
