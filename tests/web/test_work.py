"""My work: what waits for a person over all organisations and roles, the most urgent first."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.models import Grant, Invitation, Organisation, Return, ReviewQuery, Round, SectionOwner, User
from anchor_portal.models.base import now
from tests.pages import Browser, Page
from tests.web.sections import ROUND, SECTION, TRUST

CONTRIBUTOR, LEAD = "contributor@trust.example", "lead@trust.example"
COUNCIL_LEAD = "lead@council.example"


def cards(page: Page) -> list[tuple[str, str]]:
    """Heading and words of each card, in their order."""
    return [
        (" ".join(card.select_one("h3").get_text().split()), " ".join(card.get_text(" ").split()))  # type: ignore[union-attr]
        for card in page.soup.select("main .nhsuk-card")
    ]


def change(app: Flask, statement: object) -> None:
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.execute(statement)  # type: ignore[call-overload]


def test_a_contributor_sees_their_sections_that_are_not_completed_with_what_is_overdue_first(
    sqlite_browser: Browser,
) -> None:
    app, mine = sqlite_browser.app, sqlite_browser.sign_in(CONTRIBUTOR)
    change(
        app, update(SectionOwner).where(SectionOwner.section == "pledge-3").values(due_on=today() - timedelta(days=2))
    )
    page = mine.get("/work")
    ((heading, words),) = cards(page)
    assert heading == "Pledge 3: buildings for the community", "pledge 1 is completed, pledge 5 is the lead's"
    assert "Overdue: was due" in words
    assert "2 days ago" in words
    assert "Your section of the return of Mid Cheshire Hospitals NHS Foundation Trust for January 2027" in words
    assert page.soup.select_one(f'main .nhsuk-card a[href="{SECTION}/pledge-3"]')
    assert page.soup.select_one(f'main table a[href="/returns/{ROUND}/{TRUST}"]'), "the return is within reach"
    with Session(app.extensions["database"].writer) as session, session.begin():
        theirs = session.scalars(select(Return.id).join(Return.organisation).where(Organisation.slug == TRUST)).all()
        user_id = session.scalars(select(User.id).where(User.email == LEAD)).one()
        session.execute(update(SectionOwner).where(SectionOwner.return_id.in_(theirs)).values(user_id=user_id))
    page = mine.get("/work")
    assert cards(page) == []
    assert "Nothing waits for you." in page.words


def test_where_no_section_was_given_the_return_waits_for_its_contributors(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in("chidi.westerdale@sefton-council.example").get("/work")
    ((heading, words),) = cards(page)
    assert heading == "Sefton Metropolitan Borough Council: January 2027"
    assert "sections are left." in words


def test_a_lead_sees_what_is_left_with_whom_and_whom_they_invited(sqlite_browser: Browser) -> None:
    lead = sqlite_browser.sign_in(LEAD)
    lead.post(f"/organisations/{TRUST}/people", {"name": "P", "email": "p@trust.example", "role": "contributor"})
    change(lead.app, update(Invitation).values(expires_at=now() + timedelta(days=1)))
    page = lead.get("/work")
    headings = [heading for heading, _ in cards(page)]
    assert headings == [
        "1 invitation was not taken up yet",
        "Pledge 5: social value",
        "Mid Cheshire Hospitals NHS Foundation Trust: January 2027",
    ], "sorted by day"
    words = dict(cards(page))
    assert "5 of 9 sections are left: 1 with Nasreen Halloway, 1 with you, 3 with nobody." in words[headings[2]]
    assert "In progress" in words[headings[2]]
    assert page.soup.select_one(f'main .nhsuk-card a[href="/organisations/{TRUST}/people"]')
    change(lead.app, update(Invitation).values(expires_at=now() - timedelta(days=1)))
    assert "not taken up" not in lead.get("/work").words


def test_queries_of_the_assembly_are_due_on_the_day_to_answer_by(sqlite_browser: Browser) -> None:
    lead, app = sqlite_browser.sign_in(COUNCIL_LEAD), sqlite_browser.app
    answer_by = today() + timedelta(days=4)
    with Session(app.extensions["database"].writer) as session, session.begin():
        mine = select(Return).join(Return.organisation).join(Return.round)
        row = session.scalars(mine.where(Organisation.slug == "halton-borough-council", Round.code == ROUND)).one()
        for existing in session.scalars(select(ReviewQuery).where(ReviewQuery.return_id == row.id)):
            session.delete(existing)
        rest = {"round_of_queries": 1, "revision": 1, "asked_by": "Winifred Achterlane", "answer_by": answer_by}
        for text in ("Which sites?", "Since when?"):
            session.add(ReviewQuery(return_id=row.id, text=text, **rest))
        answered = {"answer": "Both.", "answered_by": "Gethin Penhallow", "answered_at": now()}
        session.add(ReviewQuery(return_id=row.id, text="And?", **rest, **answered))
    heading, words = cards(lead.get("/work"))[0]
    assert heading == "Halton Borough Council: January 2027"
    assert f"Answer by {say_date(answer_by)}, 4 days left. The Assembly asks 2 things." in words
    change(app, update(Round).where(Round.code == ROUND).values(stage="closed"))
    assert cards(lead.get("/work"))[0][0] == heading, "what came back can be answered after the close"


def test_one_person_with_every_role_has_one_list(sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    with Session(app.extensions["database"].writer) as session, session.begin():
        user = session.scalars(select(User).where(User.email == LEAD)).one()
        cancer = session.scalars(
            select(Organisation.id).where(Organisation.slug == "clatterbridge-cancer-centre")
        ).one()
        session.add(Grant(user_id=user.id, role="signatory", organisation_id=cancer))
        for role in ("member", "team"):
            session.add(Grant(user_id=user.id, role=role))
    page = sqlite_browser.sign_in(LEAD).get("/work")
    words = dict(cards(page))
    assert len(words) == 6
    assert "The next meeting of the Assembly" in words["Anchor Assembly, January 2027"]
    sign = next(text for heading, text in words.items() if heading.startswith("The Clatterbridge"))
    assert "Waits for your signature." in sign
    assert page.soup.select_one(f'main .nhsuk-card a[href="/returns/{ROUND}/clatterbridge-cancer-centre/check"]')
    assert any("wait for your review" in heading for heading in words)
    assert any("who has not answered" in heading for heading in words)


def test_a_signatory_waits_until_a_return_is_ready(sqlite_browser: Browser) -> None:
    page = sqlite_browser.sign_in("signatory@trust.example").get("/work")
    assert cards(page) == []
    assert "In progress" in page.text("main table")
