"""The team, or whoever runs the server, helps somebody back in: with a reason, a trace, and word to the person."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.models import (
    AuditEntry,
    Authenticator,
    Identity,
    Invitation,
    Message,
    Passkey,
    RecoveryCode,
    SignIn,
    User,
)
from anchor_portal.services.messages.invitations import ADDRESS, renew_for_message
from anchor_portal.services.people import prove_password
from tests.command import refusal, run
from tests.pages import Browser

LEAD, TEAM = "lead@trust.example", "team@team.example"
NEW, WHY = "kayak orbit pebble lantern", "New phone. Called back on the switchboard’s number"


@pytest.fixture
def team(sqlite_browser: Browser) -> Browser:
    """The team; and the lead has everything that one can have to sign in with."""
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        user_id = number_of(session, LEAD)
        session.add(Authenticator(user_id=user_id, secret="unread"))
        session.add(RecoveryCode(user_id=user_id, digest="unread"))
        session.add(Passkey(user_id=user_id, credential="x", public_key=b"x", transports=[], name="phone"))
        session.add(Identity(user_id=user_id, provider="nhsmail", issuer="i", subject="s", email=LEAD))
    return sqlite_browser.sign_in(TEAM)


def number_of(session: Session, email: str) -> int:
    return session.scalars(select(User.id).where(User.email == email)).one()


def rows(browser: Browser, query: Any) -> Any:
    with Session(browser.app.extensions["database"].reader) as session:
        return session.execute(query).all()


def page_of(browser: Browser, email: str) -> str:
    ((number,),) = rows(browser, select(User.id).where(User.email == email))
    return f"/team/people/{number}"


def left(browser: Browser) -> tuple[int, ...]:
    tables = (Authenticator, RecoveryCode, Passkey, Identity)
    return tuple(rows(browser, select(func.count()).select_from(table))[0][0] for table in tables)


def test_somebody_is_helped_back_in_with_a_link_that_works_once(team: Browser) -> None:
    lead = Browser(team.app).sign_in(LEAD)
    lead.get("/work")
    page = team.get(f"{page_of(team, LEAD)}/recover")
    assert page.title == "Help Bethan Ollerenshaw back in" and "Make sure that it is they who ask" in page.words
    chosen = {"authenticator": "y", "passkeys": "y", "elsewhere": "y", "new_password": "y", "reason": WHY}
    page = team.post(f"{page_of(team, LEAD)}/recover", chosen)
    assert page.title == f"{LEAD} A link for Bethan Ollerenshaw" and "once, for 2 days" in page.words
    assert left(team) == (0, 0, 0, 0)
    person = team.get(page_of(team, LEAD))
    assert "not here yet" not in person.words, "they were here before"
    assert ADDRESS not in str(person.soup)
    assert lead.get("/work").title == "Sign in", "every session was ended"
    assert rows(team, select(SignIn.id).where(SignIn.user_id == 1, SignIn.ended_at.is_(None))) == []
    ((who, detail),) = rows(
        team, select(AuditEntry.who, AuditEntry.detail).where(AuditEntry.action == "helped back in")
    )
    assert who == TEAM and WHY in detail
    ((kind, body),) = rows(team, select(Message.kind, Message.body).where(Message.subject == "You were helped back in"))
    assert kind == "invitation" and "for 2 days" in body and WHY not in body
    link = next(str(a["href"]) for a in page.soup.select("a") if ADDRESS in str(a["href"]))
    path = link[link.index(ADDRESS) :]
    assert lead.post("/sign-in", {"email": LEAD, "password": "anchors-hold-fast"}, 422), "the old password is void"
    assert lead.post(path, {"password": NEW}).title == "My work"
    Browser(team.app).get(path, 410)


def test_only_what_was_lost_is_taken_away(team: Browser) -> None:
    team.post(f"{page_of(team, LEAD)}/recover", {"authenticator": "y", "reason": WHY})
    assert left(team) == (0, 0, 1, 1)
    assert rows(team, select(Invitation.digest).join(User).where(User.email == LEAD)) == []
    with Session(team.app.extensions["database"].reader) as session:
        assert prove_password(session, LEAD, "anchors-hold-fast") is not None
    ((kind, link),) = rows(team, select(Message.kind, Message.link).where(Message.subject.like("%helped back in")))
    assert (kind, link) == ("recovered", "/account")


def test_the_link_that_is_mailed_lasts_as_short_as_the_one_it_takes_the_place_of(team: Browser) -> None:
    team.post(f"{page_of(team, LEAD)}/recover", {"new_password": "y", "reason": WHY})
    with Session(team.app.extensions["database"].writer) as session, session.begin():
        assert renew_for_message(session, LEAD)
        invitation = session.scalars(select(Invitation).join(User).where(User.email == LEAD)).one()
        assert (invitation.expires_at - invitation.invited_at).days == 2


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"passkeys": "y", "reason": ""}, "Say why"),
        ({"passkeys": "y", "reason": " \0 "}, "Say why"),
        ({"passkeys": "y", "reason": "x" * 501}, "at most 500"),
        ({"reason": WHY}, "Choose what they lost"),
    ],
)
def test_without_a_reason_or_a_choice_nothing_is_done(team: Browser, sent: dict[str, str], said: str) -> None:
    page = team.post(f"{page_of(team, LEAD)}/recover", sent, 422)
    assert said in page.errors[0]
    assert left(team) == (1, 1, 1, 1)


def test_nobody_does_it_for_themselves_for_a_closed_account_or_without_a_fresh_proof(team: Browser) -> None:
    page = team.post(f"{page_of(team, TEAM)}/recover", {"new_password": "y", "reason": WHY})
    assert "cannot do this for yourself" in page.words
    assert "recover" not in team.get(page_of(team, TEAM)).response.text
    with Session(team.app.extensions["database"].writer) as session, session.begin():
        session.get_one(User, number_of(session, LEAD)).is_enabled = False
    page = team.post(f"{page_of(team, LEAD)}/recover", {"new_password": "y", "reason": WHY})
    assert "Open it again first" in page.words
    with Session(team.app.extensions["database"].writer) as session, session.begin():
        session.get_one(User, number_of(session, LEAD)).is_enabled = True
        for signed_in in session.scalars(select(SignIn)):
            signed_in.began_at -= timedelta(minutes=20)
    page = team.post(f"{page_of(team, LEAD)}/recover", {"new_password": "y", "reason": WHY})
    assert page.title == "Sign in once more", "proved too long ago"
    assert left(team) == (1, 1, 1, 1)


def test_whoever_runs_the_server_helps_when_the_whole_team_is_locked_out(team: Browser) -> None:
    url, at = team.app.extensions["settings"].database_url, "https://portal.example"
    words = ("users", "recover", TEAM, "--reason", "Everybody lost their phone")
    link = run(url, *words, ANCHOR_BASE_URL=at).text.strip().splitlines()[-1]
    assert link.startswith(f"{at}{ADDRESS}")
    assert team.get("/team").title == "Sign in", "their sessions are ended"
    assert team.post(link.removeprefix(at), {"password": NEW}).title == "My work"
    ((kind,),) = rows(team, select(Message.kind).where(Message.subject == "You were helped back in"))
    assert kind == "recovered", "a message with a link would make the printed one void"
    assert rows(team, select(AuditEntry.who).where(AuditEntry.action == "helped back in")) == [("operator",)]
    assert "has an account" in refusal(url, "users", "recover", "nobody@nowhere.example", "--reason", "x")
