"""Interests of Assembly members: declared by themselves, by the team for others; ended by the team, with a reason."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import AuditEntry, Organisation, User
from tests.pages import Browser
from tests.web.returning import MEMBER, SUBMITTED
from tests.web.sections import ROUND, message_beside, send
from tests.web.test_review import CHAIR, HERS

TEAM = "team@team.example"
PATH = f"/reviews/{ROUND}/{SUBMITTED}"


def ids(browser: Browser, email: str, slug: str) -> tuple[int, int]:
    with Session(browser.app.extensions["database"].reader) as session:
        return (
            session.scalars(select(User.id).where(User.email == email)).one(),
            session.scalars(select(Organisation.id).where(Organisation.slug == slug)).one(),
        )


def noted(browser: Browser, action: str) -> list[tuple[str, str, str]]:
    with Session(browser.app.extensions["database"].reader) as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == action).order_by(AuditEntry.id))
        return [(each.who, each.subject, each.detail) for each in entries]


def test_a_member_declares_an_interest_and_sees_nothing_of_the_review_from_then_on(browser: Browser) -> None:
    browser.sign_in(MEMBER)
    browser.get(PATH)
    _, council = ids(browser, MEMBER, SUBMITTED)
    form = browser.get("/interests").form()
    page = send(browser, "/interests", form | {"organisation": str(council)})
    assert "Your interest in St Helens Borough Council is declared" in page.words
    again = send(browser, "/interests", form | {"organisation": str(council)})
    assert "was declared already" in again.words
    assert noted(browser, "interest declared") == [(MEMBER, MEMBER, SUBMITTED)]
    browser.get(PATH, 404)
    assert "St Helens" not in browser.get("/reviews").words
    send(browser, f"{PATH}/comments/1", {"csrf_token": browser.token(), "comment-1": "Hm."}, 404)


def test_a_member_can_declare_for_nobody_else_and_end_none(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(MEMBER)
    chair, council = ids(browser, CHAIR, SUBMITTED)
    send(browser, "/interests", {"csrf_token": browser.token(), "member": str(chair), "organisation": str(council)})
    assert noted(browser, "interest declared") == [(MEMBER, MEMBER, SUBMITTED)], "it is their own, whatever they send"
    mine, _ = ids(browser, MEMBER, SUBMITTED)
    send(browser, f"/interests/{mine}/{council}/end", {"csrf_token": browser.token(), "reason": "No."}, 403)


def test_the_team_declares_and_ends_interests_of_others_with_a_reason(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(TEAM)
    member, council = ids(browser, MEMBER, SUBMITTED)
    form = browser.get("/interests").form()
    page = send(browser, "/interests", form, 422)
    assert message_beside(page, "member") == page.errors[0] and message_beside(page, "organisation") == page.errors[1]
    for odd in ("x", "٣", "9" * 40, "0", "-1", str(10**8)):
        send(browser, "/interests", form | {"member": odd, "organisation": odd}, 422)
    send(browser, "/interests", form | {"member": str(member), "organisation": str(council)})
    end = f"/interests/{member}/{council}/end"
    bare = send(browser, end, browser.get(end).form(), 422)
    assert message_beside(bare, "reason") == "Write why the interest ends, so that the record says it"
    send(browser, end, browser.get(end).form() | {"reason": "She left its board in May."})
    assert noted(browser, "interest ended") == [(TEAM, MEMBER, f"{SUBMITTED}: She left its board in May.")]
    browser.get(end, 404)


def test_a_role_in_an_organisation_is_an_interest_that_nobody_ends_there(sqlite_browser: Browser) -> None:
    browser = sqlite_browser.sign_in(TEAM)
    chair, trust = ids(browser, CHAIR, HERS)
    page = browser.get("/interests")
    assert "(is signatory there)" in page.words
    browser.get(f"/interests/{chair}/{trust}/end", 404)
    own = Browser(browser.app).sign_in(CHAIR).get("/interests")
    assert "you have a role there, which counts as an interest" in own.words
