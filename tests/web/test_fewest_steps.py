"""From My work straight to what is next, and from the check of all answers and back, without a page too many."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from anchor_portal.models import SectionOwner
from tests.pages import Browser
from tests.web.sections import RETURN, SECTION, fill

LEAD, CONTRIBUTOR = "lead@trust.example", "contributor@trust.example"
CHECK = f"{RETURN}/check"


def test_my_work_leads_straight_to_the_first_section_that_waits_for_the_person(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in(LEAD).get("/work")
    link = page.soup.select_one(".app-work__on a")
    assert link is not None
    assert link["href"] == f"{SECTION}/pledge-2", "pledges 1 and 3 are with a colleague"
    assert "Go on with “Pledge 2: employing and buying locally”" in page.words


def test_a_change_from_the_check_leads_back_to_it_even_after_an_answer_that_had_to_be_mended(
    sqlite_browser: Browser,
) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    page = lead.get(CHECK)
    changes = [str(link["href"]) for link in page.soup.select(".nhsuk-summary-list__actions a")]
    assert changes
    assert all("back=check" in href for href in changes)
    path = f"{SECTION}/pledge-1?back=check"
    wrong = fill(lead, path, {"p1.rlw_staff:numerator": "lots"})
    assert wrong.errors
    assert "back=check" in wrong.response.request.url
    right = fill(lead, path, {"p1.rlw_staff:numerator": "8"})
    assert right.response.request.path == CHECK
    onward = fill(lead, f"{SECTION}/pledge-1?back=elsewhere", {"p1.rlw_staff:numerator": "9"})
    assert onward.response.request.path == f"{SECTION}/pledge-2", "without it, to the next section"


def test_a_contributor_goes_on_to_the_next_section_of_their_own(sqlite_browser: Browser) -> None:
    colleague = sqlite_browser.sign_in(CONTRIBUTOR)
    page = fill(colleague, f"{SECTION}/pledge-1", {"p1.narrative:": "Done."})
    assert page.response.request.path == f"{SECTION}/pledge-3", "pledge 2 was not given to them"
    with Session(colleague.app.extensions["database"].writer) as session, session.begin():
        session.execute(delete(SectionOwner).where(SectionOwner.section == "pledge-3"))
    page = fill(colleague, f"{SECTION}/pledge-1", {"p1.narrative:": "Done again."})
    assert page.response.request.path == CHECK
