"""The people of an organisation: inviting, what an invitation's link does, taking a role away."""

import io
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from anchor_portal.logs import JsonLines, logger
from anchor_portal.models import (
    AuditEntry,
    Grant,
    Identity,
    Invitation,
    Message,
    Organisation,
    PortalFact,
    SectionOwner,
    User,
)
from anchor_portal.models.base import now
from anchor_portal.services.messages.sending import Post, send_due
from tests.mail_server import mail_server
from tests.pages import Browser, Page, check
from tests.web.sections import TRUST

LEAD, CONTRIBUTOR, TEAM = "lead@trust.example", "contributor@trust.example", "team@team.example"
PEOPLE = f"/organisations/{TRUST}/people"
PRIYA = {"name": "Priya Nair", "email": "Priya.Nair@trust.example", "role": "contributor"}
PASSWORD = {"password": "three words together"}


@pytest.fixture
def lead(sqlite_browser: Browser) -> Browser:
    return sqlite_browser.sign_in(LEAD)


@pytest.fixture
def team(sqlite_browser: Browser) -> Browser:
    """The team of an installation that is no demonstration, and has no mail server."""
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        session.delete(session.get_one(PortalFact, "demo"))
    return sqlite_browser.sign_in(TEAM)


def invite(browser: Browser, who: dict[str, str] = PRIYA, status: int = 200, path: str = PEOPLE) -> Page:
    return browser.post(path, who, status)


def shown_link(page: Page) -> str:
    """The path of the link that a demonstration shows to the lead."""
    found = page.soup.select_one('main a[href*="/invitation/"]')
    assert found is not None
    return "/" + str(found["href"]).split("/", 3)[3]


def rows(app: Flask, *columns: object, **by: object) -> list[tuple[object, ...]]:
    with Session(app.extensions["database"].reader) as session:
        return [tuple(row) for row in session.execute(select(*columns).filter_by(**by))]  # type: ignore[call-overload]


def roles_of(app: Flask, email: str) -> set[object]:
    query = select(Grant.role).join(User, User.id == Grant.user_id).where(User.email == email)
    with Session(app.extensions["database"].reader) as session:
        return set(session.scalars(query))


def test_somebody_invited_chooses_a_password_and_is_at_their_work(lead: Browser) -> None:
    page = invite(lead)
    assert "Priya Nair is invited as contributor." in page.words
    assert "nothing is sent by email" in page.words
    link = shown_link(page)
    assert page.soup.select_one(f'main a[href="{PEOPLE}"]'), "and one goes on from there"
    people = lead.get(PEOPLE)
    assert "Invited: the link works until" in people.words
    assert "/invitation/" not in str(people.soup), "it is shown once"
    priya = Browser(lead.app)
    opened = priya.get(link)
    assert "Welcome, Priya Nair" in opened.words
    box = opened.soup.select_one("input[type=password]")
    assert box is not None
    assert (box["autocomplete"], box.get("maxlength"), box.get("onpaste")) == ("new-password", None, None)
    assert opened.soup.select_one('input[autocomplete=username][value="priya.nair@trust.example"]')
    assert priya.post(link, PASSWORD).title == "My work"
    assert priya.get("/messages").title == "Messages"
    again = Browser(lead.app)
    assert again.post("/sign-in", {"email": "priya.nair@trust.example", **PASSWORD}).title == "My work"
    kept = rows(lead.app, AuditEntry.who, AuditEntry.action)
    assert {(LEAD, "invited"), ("priya.nair@trust.example", "invitation used")} <= set(kept)
    assert "Can sign in" in lead.get(PEOPLE).words


def test_a_link_that_is_used_expired_replaced_or_unknown_gives_the_same_help(lead: Browser) -> None:
    first, second = shown_link(invite(lead)), shown_link(invite(lead))
    pages = [Browser(lead.app).get(first, 410)]
    assert Browser(lead.app).post(second, PASSWORD).title == "My work"
    pages.append(Browser(lead.app).get(second, 410))
    pages.append(Browser(lead.app).post(second, PASSWORD, 410))
    third = shown_link(invite(lead, PRIYA | {"email": "sam@trust.example"}))
    with Session(lead.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Invitation).values(expires_at=now() - timedelta(seconds=1)))
    pages.append(Browser(lead.app).get(third, 410))
    pages.append(Browser(lead.app).post(third, PASSWORD, 410))
    pages += [Browser(lead.app).get(f"/invitation/{token}", 410) for token in ("x", "%00", "%ed%a0%80", "é" * 300)]
    assert len({page.words for page in pages}) == 1
    assert pages[0].title == "This link does not work any longer"


@pytest.mark.parametrize(
    ("password", "says"), [("", "Choose a password"), ("x" * 11, "at least 12"), ("x" * 1001, "at most 1,000")]
)
def test_a_password_that_will_not_do_leaves_the_link_usable(lead: Browser, password: str, says: str) -> None:
    link = shown_link(invite(lead))
    page = Browser(lead.app).post(link, {"password": password}, 422)
    assert len(page.errors) == 1
    assert says in page.errors[0]
    assert Browser(lead.app).post(link, {"password": "pässwörd with spaces"}).title == "My work"


def test_neither_the_log_nor_another_page_nor_the_database_learns_the_link(lead: Browser) -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    try:
        link = shown_link(invite(lead))
        token = link.rpartition("/")[2]
        answer = Browser(lead.app).client.get(link)
        Browser(lead.app).get(f"{link}x", 410)
        Browser(lead.app).post(link, {"password": "short"}, 422)
        Browser(lead.app).client.post(link, data={"password": "no token against forged forms"})
    finally:
        logger.removeHandler(handler)
    assert '"invitations.show"' in written.getvalue()
    assert token not in written.getvalue()
    assert answer.headers.getlist("Referrer-Policy") == ["strict-origin"]
    with Session(lead.app.extensions["database"].reader) as session:
        kept = [
            str(value)
            for table in (Message, Invitation, AuditEntry)
            for row in session.scalars(select(table))
            for value in vars(row).values()
        ]
    assert len(token) > 40
    assert not any(token in value for value in kept)


def test_over_https_the_form_of_an_invitation_is_taken_although_its_address_is_told_to_nobody(lead: Browser) -> None:
    link = shown_link(invite(lead))
    client, https = lead.app.test_client(), {"base_url": "https://localhost"}
    token = Page(client.get(link, **https)).form()["csrf_token"]
    sent = client.post(link, data={"csrf_token": token, **PASSWORD}, headers={"Referer": "https://localhost/"}, **https)
    assert sent.location == "/work"


def test_somebody_with_an_account_gets_the_role_and_a_message_and_no_link(lead: Browser) -> None:
    page = invite(lead, {"name": "Somebody Else", "email": "lead@council.example", "role": "lead"})
    assert "Gethin Penhallow is now lead. A message tells them." in page.words
    assert "Invited" not in page.words
    theirs = Browser(lead.app).sign_in("lead@council.example")
    message = theirs.get("/messages")
    assert "You are now lead for Mid Cheshire Hospitals" in message.words
    assert message.soup.select_one('main a[href="/work"]')
    assert TRUST in str(theirs.get("/work").soup)
    again = invite(lead, {"name": "x", "email": "lead@council.example", "role": "lead"}, 422)
    assert again.errors == ["Gethin Penhallow is lead of Mid Cheshire Hospitals NHS Foundation Trust already"]


def test_what_is_missing_or_wrong_is_said_and_what_was_typed_stays(lead: Browser) -> None:
    before = rows(lead.app, func.count(Invitation.digest))
    empty = invite(lead, {}, 422)
    assert empty.errors == ["Enter the name of the person", "Enter their email address", "Choose what they will do"]
    page = invite(lead, {"name": "Zoë <b>Quist</b>", "email": "zoë at trust", "role": "signatory"}, 422)
    assert page.errors[1:] == ["Choose what they will do"], "who signs, the team decides"
    assert page.form(PEOPLE)["name"] == "Zoë <b>Quist</b>"
    page = invite(lead, {"name": "Zoë", "email": "zoë at trust", "role": "lead"}, 422)
    assert "“zoë at trust” is not an email address" in page.errors[0]
    assert page.form(PEOPLE) | {"csrf_token": ""} == {
        "csrf_token": "",
        "name": "Zoë",
        "email": "zoë at trust",
        "role": "lead",
    }
    assert invite(lead, {"name": "\u200b", "email": "a@b.example", "role": "lead"}, 422).errors
    assert rows(lead.app, func.count(Invitation.digest)) == before
    closed = {"name": "x", "email": CONTRIBUTOR, "role": "lead"}
    with Session(lead.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(User).where(User.email == CONTRIBUTOR).values(is_enabled=False))
    assert "is closed" in invite(lead, closed, 422).errors[0]
    assert roles_of(lead.app, CONTRIBUTOR) == {"contributor"}


def test_the_team_names_a_signatory(sqlite_browser: Browser) -> None:
    invite(sqlite_browser.sign_in(TEAM), {"name": "Uma Voss", "email": "uma@trust.example", "role": "signatory"})
    assert roles_of(sqlite_browser.app, "uma@trust.example") == {"signatory"}


def test_a_contributor_is_no_longer_one_and_their_sections_are_nobody_s(lead: Browser) -> None:
    page = lead.get(PEOPLE)
    links = [str(link["href"]) for link in page.soup.select("main a") if str(link["href"]).endswith("/remove")]
    (path,) = links
    ask = lead.get(path)
    assert "Is Nasreen Halloway no longer to be contributor" in ask.title
    assert rows(lead.app, func.count(SectionOwner.section), given_by="Bethan Ollerenshaw") == [(3,)]
    page = lead.post(path, {})
    assert "Nasreen Halloway is no longer contributor" in page.words
    assert CONTRIBUTOR not in page.text("table")
    assert rows(lead.app, SectionOwner.section, given_by="Bethan Ollerenshaw") == [("pledge-5",)]
    Browser(lead.app).sign_in(CONTRIBUTOR).get(f"/returns/2027-01/{TRUST}", 403)
    assert "does not hold that role any longer" in lead.post(path, {}).words
    assert (LEAD, "role taken away", CONTRIBUTOR, f"contributor {TRUST}") in rows(
        lead.app, AuditEntry.who, AuditEntry.action, AuditEntry.subject, AuditEntry.detail
    )


def test_taking_the_role_of_somebody_invited_makes_their_link_void(lead: Browser) -> None:
    link = shown_link(invite(lead))
    ((user_id,),) = rows(lead.app, User.id, email="priya.nair@trust.example")
    lead.post(f"{PEOPLE}/{user_id}/contributor/remove", {})
    Browser(lead.app).get(link, 410)
    assert rows(lead.app, func.count(Message.id), kind="invitation") == [(0,)]


def test_a_lead_takes_no_role_from_leads_and_signatories_and_sees_no_other_organisation_s_people(lead: Browser) -> None:
    for email, role in ((LEAD, "lead"), ("signatory@trust.example", "signatory")):
        ((user_id,),) = rows(lead.app, User.id, email=email)
        assert check(lead.client.get(f"{PEOPLE}/{user_id}/{role}/remove"), 403)
    for slug in ("halton-borough-council", "no-such-place"):
        lead.get(f"/organisations/{slug}/people", 404)
        invite(lead, PRIYA, 404, f"/organisations/{slug}/people")
    with Session(lead.app.extensions["database"].writer) as session, session.begin():
        mine = session.scalars(select(User).where(User.email == LEAD)).one()
        council = session.scalars(select(Organisation).where(Organisation.slug == "halton-borough-council")).one()
        session.add(Grant(user_id=mine.id, role="contributor", organisation_id=council.id))
    invite(lead.sign_in(LEAD), PRIYA, 403, "/organisations/halton-borough-council/people")


def test_where_no_message_goes_out_the_team_gets_the_link_itself_once_and_with_a_trace(team: Browser) -> None:
    page = invite(team, {"name": "Uma Voss", "email": "uma@trust.example", "role": "signatory"})
    assert page.title == "uma@trust.example A link for Uma Voss"
    assert "No mail server is set yet" in page.words
    assert "Uma Voss is invited as signatory." in page.words
    link = shown_link(page)
    with team.client.session_transaction() as kept:
        assert "invitation" not in str(dict(kept)), "no cookie carries it"
    ((user_id,),) = rows(team.app, User.id, email="uma@trust.example")
    person = f"/team/people/{user_id}"
    assert "/invitation/" not in str(team.get(person).soup) + str(team.get(PEOPLE).soup)
    newer = shown_link(team.post(f"{person}/link", {}))
    Browser(team.app).get(link, 410)
    assert Browser(team.app).post(newer, PASSWORD).title == "My work"
    trace = (TEAM, "link shown", "uma@trust.example")
    assert rows(team.app, AuditEntry.who, AuditEntry.action, AuditEntry.subject, action="link shown") == [trace] * 2


def test_nobody_gets_a_link_into_an_account_that_has_a_way_in(team: Browser) -> None:
    """Else a link that the team sees would be a second way into the account of somebody who signs in elsewhere."""
    with Session(team.app.extensions["database"].writer) as session, session.begin():
        member = session.scalars(select(User).where(User.email == "member@assembly.example")).one()
        member.password_hash, user_id = None, member.id
        session.add(Identity(user_id=user_id, provider="nhsmail", issuer="i", subject="s", email=member.email))
    page = team.post(f"/team/people/{user_id}/link", {})
    assert "They need no link" in page.words
    page = invite(team, {"name": "x", "email": "member@assembly.example", "role": "contributor"})
    assert "is now contributor. A message tells them." in page.words
    assert rows(team.app, func.count(Invitation.digest), user_id=user_id) == [(0,)]


def test_everything_that_is_wrong_with_an_invitation_is_said_at_once(lead: Browser) -> None:
    name, email, role = invite(lead, {"name": "", "email": "priya at trust"}, 422).errors
    assert (name, role) == ("Enter the name of the person", "Choose what they will do")
    assert email.startswith("“priya at trust” is not an email address")


def test_the_pages_to_invite_say_whether_a_message_brings_the_link(
    team: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = (PEOPLE, "/team/people/invite")
    for path in pages:
        assert "They get a message" not in team.get(path).words, "no mail server is set"
        assert "the next page shows you their link, once" in team.get(path).words
    lead = Browser(team.app).sign_in(LEAD).get(PEOPLE)
    assert "the sustainability team can give them their link" in lead.words
    with mail_server() as mailbox:
        with_mail = replace(team.app.extensions["settings"], mail=mailbox.server)
        monkeypatch.setitem(team.app.extensions, "settings", with_mail)
        for path in pages:
            assert "They get a message with a link, choose a password" in team.get(path).words


def test_where_messages_go_out_the_team_sees_no_link(team: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server() as mailbox:
        with_mail = replace(team.app.extensions["settings"], mail=mailbox.server)
        monkeypatch.setitem(team.app.extensions, "settings", with_mail)
        page = invite(team)
    assert "A message with a link goes to priya.nair@trust.example." in page.words
    assert "/invitation/" not in str(page.soup)
    assert rows(team.app, AuditEntry.who, action="link shown") == []


def test_without_a_demonstration_the_link_goes_to_the_addressee_s_mailbox_alone(lead: Browser) -> None:
    with Session(lead.app.extensions["database"].writer) as session, session.begin():
        session.delete(session.get_one(PortalFact, "demo"))
        session.execute(update(Message).values(sent_at=now()))
    page = invite(lead)
    assert "A message with a link is written for priya.nair@trust.example." in page.words
    assert "It waits: no mail server is set yet" in page.words, "else nobody wonders why nothing comes"
    assert "/invitation/" not in str(page.soup)
    with mail_server() as mailbox:
        post = Post(mailbox.server, "Anchor Portal", "https://portal.example")
        assert send_due(lead.app.extensions["database"], post).sent == 1
    (mail,) = mailbox.taken
    plain = mail.get_body(("plain",))
    assert plain is not None
    text = plain.get_content()
    assert mailbox.to == ["priya.nair@trust.example"]
    assert mail["Subject"] == "Bethan Ollerenshaw invites you: the return of Mid Cheshire Hospitals"
    link = text.partition("https://portal.example")[2].split()[0]
    priya = Browser(lead.app)
    assert priya.post(link, PASSWORD).title == "My work"
    inbox = priya.get("/messages")
    assert "Bethan Ollerenshaw invites you" in inbox.words
    assert "/invitation/" not in str(inbox.soup)
    assert "It is sent by email too" in inbox.words
