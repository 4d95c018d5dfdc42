"""Five people in ten browsers fill in one return at the same time: no change that was kept is lost again."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, Response, expect
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anchor_portal.models import Grant, Organisation, SectionOwner, User
from tests.conftest import fresh_app
from tests.journeys.conftest import Visit, serving
from tests.web.sections import RETURN, SECTION, TRUST, stored

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

PEOPLE = [f"person{number}@trust.example" for number in range(5)]
MOST_CHOICES = 5
"""So often at most one person can be asked to choose here, since no more people type into one box."""


@dataclass(slots=True)
class Tab:
    """One browser: where it is, and what is typed into which box there."""

    section: str
    box: str
    text: str
    has_script: bool

    def open(self, visit: Visit, email: str, other: Page | None) -> Page:
        """Sign in, or be who the other browser of the same person is, and open the section."""
        page = visit("" if other else email, "wide" if self.has_script else "phone", javascript=self.has_script)
        if other:
            page.context.add_cookies(other.context.cookies())  # type: ignore[arg-type]
        page.goto(f"{SECTION}/{self.section}")
        expect(self.typed_into(page)).to_be_visible()
        return page

    def typed_into(self, page: Page) -> Locator:
        return page.locator(f'[name="{self.box}"]')


def desk(section: str, box: str, text: str) -> Tab:
    """With JavaScript: it saves itself."""
    return Tab(section, box, text, has_script=True)


def phone(section: str, box: str, text: str) -> Tab:
    """Without."""
    return Tab(section, box, text, has_script=False)


TABS = [
    # everyone at the desk in a section of their own, and on the phone
    (desk("pledge-1", "p1.narrative:", "Desk of one."), phone("pledge-6", "p6.narrative:", "Phone of one.")),
    # in another answer of a colleague's section, in the same answer as a colleague
    (desk("pledge-2", "p2.narrative:", "Desk of two."), phone("pledge-1", "p1.rlw_staff:numerator", "4321")),
    (desk("pledge-3", "p3.narrative:", "Desk of three."), phone("pledge-6", "p6.narrative:", "Phone of three.")),
    (desk("pledge-4", "p4.narrative:", "Desk of four."), phone("pledge-2", "p2.narrative:", "Phone of four.")),
    (desk("pledge-4", "p4.narrative:", "Desk of five."), phone("about", "about.boundary:", "Phone of five.")),
]


@pytest.fixture
def app() -> Iterator[Flask]:
    """The demonstration, with five more people who may all change every section of one return."""
    with fresh_app("sqlite") as made:
        with Session(made.extensions["database"].writer) as session, session.begin():
            session.execute(delete(SectionOwner))
            trust = session.scalars(select(Organisation.id).where(Organisation.slug == TRUST)).one()
            for email in PEOPLE:
                user = User(email=email, name=email.partition("@")[0].capitalize())
                session.add(user)
                session.flush()
                session.add(Grant(user_id=user.id, role="contributor", organisation_id=trust))
        yield made


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """Its address, in place of the usual one."""
    with serving(app) as address:
        yield address


def test_five_people_in_ten_browsers_lose_nothing_that_was_saved(visit: Visit, app: Flask) -> None:
    failures: list[str] = []

    def note(response: Response) -> None:
        if response.status >= 500:
            failures.append(f"{response.status} {response.url}")

    open_tabs: list[tuple[Tab, Page]] = []
    for email, (at_desk, on_phone) in zip(PEOPLE, TABS, strict=True):
        first = at_desk.open(visit, email, None)
        open_tabs += [(at_desk, first), (on_phone, on_phone.open(visit, email, first))]
    for tab, page in open_tabs:
        page.on("response", note)
        tab.typed_into(page).fill(tab.text)
    for tab, page in open_tabs:
        if not tab.has_script:
            button = page.get_by_role("button", name="Save and come back later")
            button.click(no_wait_after=True)  # the next one is pressed before the server has answered
    chosen = [_settle(tab, page) for tab, page in open_tabs]
    assert not failures
    answers = stored(app)
    for tab, _ in open_tabs:
        key, _, part = tab.box.partition(":")
        assert tab.text in answers[key][part], f"{tab} was lost: {answers[key]}"
    assert answers["p1.rlw_staff"]["numerator"] == "4321"
    assert answers["p1.narrative"] == {"": "Desk of one."}
    assert sum(chosen) >= 3, "of two people in one box the second is always asked"
    _type_on(open_tabs, app)
    assert not failures


def _settle(tab: Tab, page: Page) -> int:
    """Wait until what was typed is kept; where both versions are shown, choose both. Gives how often that was."""
    times = 0
    choice = page.get_by_role("heading", level=1, name="Choose between two versions")
    if tab.has_script:
        status = page.locator("[data-status]")
        saved, stopped = status.filter(has_text="Saved at"), status.filter(has_text="to see both versions")
        expect(saved.or_(stopped)).to_be_visible()
        if stopped.is_visible():
            page.get_by_role("button", name="Save and continue", exact=True).last.click()
            expect(choice).to_be_visible()
    else:
        expect(choice.or_(page.get_by_role("heading", level=1, name="Return for"))).to_be_visible()
    while choice.is_visible():
        times += 1
        assert times <= MOST_CHOICES
        page.get_by_label("Both, theirs first").check()
        page.get_by_role("button", name="Save what I chose").click()
        page.wait_for_load_state()
    return times


def _type_on(open_tabs: list[tuple[Tab, Page]], app: Flask) -> None:
    """Those who were not asked to choose go on in the page that they have, beside what colleagues changed meanwhile."""
    going_on = [
        (tab, page)
        for tab, page in open_tabs
        if tab.has_script and page.locator("[data-status]").filter(has_text="Saved at").is_visible()
    ]
    first = [(tab, page) for tab, page in going_on if tab.box == "p1.narrative:"]
    assert first, "nobody else types into that box"
    tab, page = first[0]
    with page.expect_response(lambda response: response.request.method == "POST") as sent:
        tab.typed_into(page).fill("Desk of one, and more.")
    assert sent.value.status == 200
    answers = stored(app)
    assert answers["p1.narrative"] == {"": "Desk of one, and more."}
    assert answers["p1.rlw_staff"]["numerator"] == "4321", "a page that was open before does not undo it"
    page.goto(RETURN)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Return for")
