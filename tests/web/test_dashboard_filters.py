"""The filters of the Assembly's dashboard: they choose lines of the grid, and no figure ever changes with them."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.models import Organisation
from tests.pages import Browser, Page
from tests.web.test_dashboard import MEMBER, TEAM, TRUST, TRUST_NAME, add_organisations, grid, set_pledge

OPEN, PUBLISHED = "/assembly/2027-01", "/assembly/2026-07"
EVERYBODY = 21


def names(app: Flask, *conditions: object) -> set[str]:
    """The signatories that meet conditions."""
    with Session(app.extensions["database"].reader) as session:
        return set(session.scalars(select(Organisation.name).where(Organisation.is_signatory, *conditions)))  # type: ignore[arg-type]


def listed(browser: Browser, query: str, path: str = PUBLISHED) -> set[str]:
    """The organisations that a filter lists, of which the page says how many there are."""
    page = browser.get(f"{path}?{query}")
    found = set(grid(page))
    assert page.text("#found strong") == f"{len(found)} of {EVERYBODY} organisations match"
    return found


def test_a_sector_and_a_place_list_their_organisations_and_both_those_of_both(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    halton = Organisation.main_place_code == "E06000006"
    assert listed(browser, "sector=council") == names(browser.app, Organisation.sector == "council")
    assert listed(browser, "place=E06000006") == names(browser.app, halton)
    both = listed(browser, "sector=council&place=E06000006")
    assert both == names(browser.app, Organisation.sector == "council", halton) == {"Halton Borough Council"}
    assert listed(browser, "place=several") == names(browser.app, Organisation.main_place_code.is_(None))


def test_each_status_lists_those_that_stand_so(browser: Browser) -> None:
    everyone = grid(browser.sign_in(MEMBER).get(OPEN))
    for status, name in NAMES.items():
        if status in {Status.ACCEPTED, Status.CORRECTING}:
            continue
        wanted = {organisation for organisation, cells in everyone.items() if cells == [name]}
        found = set(grid(browser.get(f"{OPEN}?status={status}")))
        assert found == wanted, name
    unanswered = {"Not started", "In progress", "Ready for sign-off", "Withdrawn"}
    missing = {organisation for organisation, cells in everyone.items() if cells[0] in unanswered}
    assert listed(browser, "status=missing", OPEN) == missing


def test_what_the_assembly_found_is_listed_by_its_own_words_and_what_was_counted_only_without_it(
    browser: Browser,
) -> None:
    browser.sign_in(MEMBER)
    accepted = {name: outcomes for name, outcomes in grid(browser.get(PUBLISHED)).items() if len(outcomes) == 7}
    for code, word in {"met": "Met", "not-yet-evidenced": "Not yet evidenced", "evidenced": "Evidenced"}.items():
        on_three = {name for name, outcomes in accepted.items() if outcomes[2] == word}
        assert listed(browser, f"pledge=3&outcome={code}") == on_three
        assert listed(browser, f"outcome={code}") == {name for name, outcomes in accepted.items() if word in outcomes}
    assert "Evidenced" in {word for words in grid(browser.get("/assembly/2026-01")).values() for word in words}


def test_an_outcome_is_looked_for_on_one_pledge_or_on_any(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    for pledge, (answered, asked) in enumerate([(4, 4), (3, 4), (0, 4), (0, 0)], start=1):
        set_pledge(browser.app, TRUST, pledge, answered, asked)
    cells = grid(browser.get(PUBLISHED))
    accepted = {name: outcomes for name, outcomes in cells.items() if len(outcomes) == 7}
    for code, word in {
        "evidenced": "Evidenced",
        "partly": "Partly",
        "not-yet": "Not yet",
        "not-asked": "Not asked",
    }.items():
        wanted = {name for name, outcomes in accepted.items() if outcomes[1] == word}
        assert set(grid(browser.get(f"{PUBLISHED}?pledge=2&outcome={code}"))) == wanted
        assert listed(browser, f"outcome={code}") == {name for name, found in accepted.items() if word in found}


def test_part_of_a_name_is_looked_for_as_it_is_typed(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    typed: dict[str, set[str]] = {
        "mid cheshire": {TRUST_NAME},
        "%20%20MID%20%20%20Cheshire%20": {TRUST_NAME},
        "%25": set(),
        "%5C": set(),
        "'": {"Alzheimer's Society"},
    }
    for name, wanted in typed.items():
        assert set(grid(browser.get(f"{PUBLISHED}?name={name}"))) == wanted, name


def test_a_filter_stays_in_the_form_the_words_and_the_next_page(sqlite_browser: Browser) -> None:
    add_organisations(sqlite_browser.app, 60)
    query = "sector=nhs-trust&status=accepted&pledge=1&outcome=evidenced&name=Copy"
    page = sqlite_browser.sign_in(MEMBER).get(f"{PUBLISHED}?{query}")
    assert page.text("#found").startswith(
        "60 of 81 organisations match : NHS trusts; Accepted; pledge 1: Evidenced; “Copy” in the name."
    )
    assert page.form(f"{PUBLISHED}#pledges") == dict(part.split("=") for part in query.split("&")) | {"place": ""}
    following = page.soup.select_one("a[rel=next]")
    assert following is not None
    second = sqlite_browser.get(str(following["href"]))
    assert len(grid(page)) == 40 and len(grid(second)) == 20
    assert second.text("#found").startswith("60 of 81")
    beyond = sqlite_browser.get(f"{PUBLISHED}?{query}&page=9")
    assert grid(beyond) == grid(page)


def above(page: Page) -> str:
    """Everything that is said above the grid."""
    return page.words.split("Pledges by organisation")[0]


@pytest.mark.parametrize("email", [MEMBER, TEAM])
def test_no_figure_changes_with_a_filter(sqlite_browser: Browser, email: str) -> None:
    sqlite_browser.sign_in(email)
    whole = above(sqlite_browser.get(PUBLISHED))
    for query in ("sector=housing&name=Torus", "pledge=6&outcome=partly"):
        assert above(sqlite_browser.get(f"{PUBLISHED}?{query}")) == whole


def test_figures_by_tier_have_no_filter_at_all(sqlite_browser: Browser) -> None:
    path = f"{PUBLISHED}/indicators/20"
    plain = sqlite_browser.sign_in(MEMBER).get(path)
    assert not plain.soup.select("main form")
    assert sqlite_browser.get(f"{path}?sector=council&name=Torus&place=E06000006").words == plain.words


def test_a_filter_that_nobody_matches_says_what_to_do(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(MEMBER).get(f"{PUBLISHED}?name=Nobody")
    assert page.text("#found strong") == "0 of 21 organisations match"
    assert "No organisation matches. Leave out a part of the filter, or list all." in page.words
    assert page.soup.select_one(f'#found a[href="{PUBLISHED}#pledges"]')


HOSTILE = {
    "unknown codes": "sector=everything&place=E99999999&status=eaten&pledge=1&outcome=best",
    "pledge zero": "pledge=0&outcome=partly",
    "pledge in other digits": "pledge=%D9%A3&outcome=partly",
    "pledge without an outcome": "pledge=3",
    "very long numbers": f"pledge={'9' * 5000}&page={'9' * 5000}",
    "a very long name": f"name={'x' * 3000}",
    "tags and quotes": "sector=%3Cscript%3E&name=%3Cscript%3Ealert(1)%3C/script%3E&status='%20OR%201=1--&place=%22",
}


def test_what_the_address_cannot_mean_is_said_in_sentences(sqlite_browser: Browser) -> None:
    sqlite_browser.sign_in(MEMBER)
    for name, query in HOSTILE.items():
        page = sqlite_browser.get(f"{PUBLISHED}?{query}")
        problems = [each.get_text() for each in page.soup.select(".app-filter__problems li")]
        assert problems and all(each.endswith(".") for each in problems), name
        assert not page.soup.select("main script")


def test_names_that_no_database_can_hold_are_no_error(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    for name in ("%00", "%ED%A0%80", "x%00y%E2%80%8B%F0%9F%98%80"):
        browser.get(f"{PUBLISHED}?name={name}&sector={name}&place={name}&status={name}&pledge={name}&outcome={name}")
