"""A session that ends while one types: signing in again on the spot, with everything kept."""

from tests.pages import Browser, check
from tests.web.sections import SECTION, send, stored

LEAD, PASSWORD = "lead@trust.example", "anchors-hold-fast"
PATH = f"{SECTION}/pledge-1"
WORDS = "Three hours of work.\nAnd a second line."


def lost(browser: Browser) -> dict[str, str]:
    """What stands on the page that answers a save after the session was lost."""
    form = browser.sign_in(LEAD).get(PATH).form() | {"p1.narrative:": WORDS, "then": "later"}
    with browser.client.session_transaction() as session:
        session.clear()
    page = send(browser, PATH, form, 401)
    assert page.title == "You were signed out"
    assert "And a second line." in page.words
    return page.form()


def test_one_signs_in_on_the_same_page_and_what_was_typed_is_saved_from_there(browser: Browser) -> None:
    signed_in = send(browser, "/sign-in", lost(browser) | {"email": LEAD, "password": PASSWORD})
    assert signed_in.title == "Send what you typed"
    assert "Pledge 1 progress" in signed_in.words, "under the words of the question"
    form = signed_in.soup.find("form", action=PATH)
    assert form is not None
    fields = {str(box["name"]): str(box.get("value", "")) for box in form.select("input[name]")}
    assert check(browser.client.post(PATH, data=fields, follow_redirects=True), 200)
    assert stored(browser.app)["p1.narrative"] == {"": WORDS}


def test_a_wrong_password_loses_nothing_either(sqlite_browser: Browser) -> None:
    page = send(sqlite_browser, "/sign-in", lost(sqlite_browser) | {"email": LEAD, "password": "not this one"}, 422)
    assert "do not go together" in page.words
    assert "And a second line." in page.words
    again = send(sqlite_browser, "/sign-in", page.form() | {"password": PASSWORD})
    assert again.title == "Send what you typed"


def test_it_leads_nowhere_but_here(sqlite_browser: Browser) -> None:
    fields = lost(sqlite_browser) | {"email": LEAD, "password": PASSWORD, "next": "https://elsewhere.example/"}
    page = send(sqlite_browser, "/sign-in", fields)
    assert page.title == "My work"


def test_a_form_sent_from_another_site_is_not_offered_to_be_sent(sqlite_browser: Browser) -> None:
    answer = sqlite_browser.client.post(
        PATH, data={"p1.narrative:": "Forged"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    page = check(answer, 400)
    assert page.title == "This page was out of date"
    assert page.soup.find("button", string="Sign in and go on") is None


def test_a_script_is_told_by_the_status_alone(sqlite_browser: Browser) -> None:
    form = sqlite_browser.sign_in(LEAD).get(PATH).form()
    with sqlite_browser.client.session_transaction() as session:
        session.clear()
    answer = sqlite_browser.client.post(PATH, data=form, headers={"Accept": "application/json"})
    assert answer.status_code == 401
