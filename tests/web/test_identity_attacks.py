"""What a reviewer found who attacked signing in: changes while somebody is between the factors, and being kept out."""

from typing import Any

import pytest
from flask import Flask, Response
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.domain.signing_in.recovery import Recovery
from anchor_portal.domain.signing_in.throttling import ACCOUNT, ACCOUNT_ANYWHERE, ADDRESS
from anchor_portal.models import Grant, Identity, Invitation, Message, Organisation, SignIn, User
from anchor_portal.models.base import now
from anchor_portal.queries.viewer import Viewer, find_signed_in, find_viewer
from anchor_portal.services.accounts.recovery import recover
from anchor_portal.services.accounts.throttling import attempt
from anchor_portal.services.messages.invitations import invite
from anchor_portal.services.people import prove_password
from anchor_portal.web import unchanged
from anchor_portal.web.account.signing_in import begin
from tests.conftest import SECRET
from tests.pages import Browser, open_session_of
from tests.web.identity import PASSWORD, code_of, database_of, forget_used_codes, make_real, secret_on, sign_in

LEAD, TEAM = "lead@trust.example", "team@team.example"
NEW = "kayak orbit pebble lantern"


@pytest.fixture
def real(sqlite_app: Flask) -> Flask:
    make_real(sqlite_app)
    return sqlite_app


def viewer_of(app: Flask, email: str) -> Viewer:
    with Session(database_of(app).reader) as session:
        found = find_viewer(session, session.scalars(select(User.id).where(User.email == email)).one())
    assert found is not None
    return found


def change(app: Flask, email: str, **more: Any) -> None:
    with Session(database_of(app).writer) as session, session.begin():
        user = session.scalars(select(User).where(User.email == email)).one()
        for name, value in more.items():
            setattr(user, name, value)


def begin_at_provider(app: Flask, email: str, browser: Browser) -> None:
    """Somebody without a password came from a provider, and is asked for a second factor."""
    change(app, email, password_hash=None)
    who = viewer_of(app, email)
    with Session(database_of(app).writer) as session, session.begin():
        session.add(Identity(user_id=who.user_id, provider="x", issuer="i", subject="s", email=email))
    with app.test_request_context("/sign-in"):
        app.preprocess_request()
        answer = app.process_response(app.make_response(begin(who, "x")))
    cookie = next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("anchor_session="))
    browser.client.set_cookie("anchor_session", cookie.partition("=")[2].partition(";")[0])


def test_who_waits_between_the_factors_is_sent_back_once_the_person_was_helped_back_in(real: Flask) -> None:
    """An account elsewhere was stolen: what the thief had begun with it must not outlive its being disconnected."""
    thief = Browser(real)
    begin_at_provider(real, TEAM, thief)
    assert thief.get("/sign-in/set-up").title == "Set up an authenticator app"
    with Session(database_of(real).writer) as session, session.begin():
        recover(session, viewer_of(real, TEAM).user_id, None, Recovery(elsewhere=True, new_password=True), "stolen")
    assert thief.get("/sign-in/set-up").title == "Sign in"
    assert thief.get("/sign-in/code").title == "Sign in"


def test_a_password_that_was_changed_while_it_was_checked_opens_nothing(real: Flask) -> None:
    with Session(database_of(real).reader) as session:
        proved = prove_password(session, LEAD, PASSWORD)
    assert proved is not None
    who, checked = proved
    change(real, LEAD, password_hash="another")  # noqa: S106 - stands for any hash
    with real.test_request_context("/sign-in"):
        real.preprocess_request()
        assert real.make_response(begin(who, "password", checked=checked)).location == "/sign-in"
    with Session(database_of(real).reader) as session:
        assert session.scalars(select(SignIn.id).where(SignIn.user_id == who.user_id)).all() == []


def bar(app: Flask, *names: tuple[str, Any]) -> None:
    """Strangers fail so often that nobody else may try."""
    for name, limit in names:
        for _ in range(limit.free):
            attempt(database_of(app), SECRET, {name: limit}, now())


def test_strangers_do_not_keep_anybody_from_changing_the_password_that_they_are_after(real: Flask) -> None:
    mine = Browser(real)
    sign_in(mine, LEAD)
    bar(real, (f"account {LEAD} from 127.0.0.1", ACCOUNT))
    page = mine.post("/account/password", {"present": PASSWORD, "password": NEW})
    assert page.title == "Your sign-in", page.words


def test_a_stranger_elsewhere_who_never_stops_does_not_keep_somebody_out_of_a_new_browser(real: Flask) -> None:
    bar(real, (f"account {LEAD} from 192.0.2.7", ACCOUNT))
    assert sign_in(Browser(real), LEAD).title == "My work"


def test_strangers_on_many_networks_keep_nobody_out_of_a_new_browser_where_they_were_signed_in_before(
    real: Flask,
) -> None:
    sign_in(Browser(real), LEAD)
    bar(real, (f"account {LEAD}", ACCOUNT_ANYWHERE))
    assert sign_in(Browser(real), LEAD).title == "My work"
    elsewhere = Browser(real)
    elsewhere.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    assert "too many attempts" in sign_in(elsewhere, LEAD, 429).words


def test_a_lead_who_gives_a_role_to_somebody_being_helped_back_in_makes_no_link_for_them(real: Flask) -> None:
    with Session(database_of(real).writer) as session, session.begin():
        lead, other = viewer_of(real, LEAD), viewer_of(real, "lead@council.example")
        session.get_one(User, other.user_id).last_seen_at = now()
        recover(session, other.user_id, viewer_of(real, TEAM), Recovery(new_password=True), "New phone")
        before = session.scalars(select(Invitation.digest).where(Invitation.user_id == other.user_id)).all()
        home = session.get_one(Organisation, lead.held[0].organisation_id)
        invited = invite(session, home, other.email, other.name, Role.CONTRIBUTOR, lead)
        after = session.scalars(select(Invitation.digest).where(Invitation.user_id == other.user_id)).all()
        waiting = session.scalars(select(Message.subject).where(Message.to_email == other.email)).all()
    assert (invited.token, len(before)) == ("", 1)
    assert after == before, "the link that the team sent still stands"
    assert "You were helped back in" in waiting


def test_strangers_on_one_s_network_do_not_keep_a_known_browser_from_the_second_factor(real: Flask) -> None:
    mine = Browser(real)
    secret = secret_on(sign_in(mine, TEAM))
    mine.post("/sign-in/set-up", {"code": code_of(secret)})
    mine.post("/sign-out", {})
    forget_used_codes(real)
    bar(
        real,
        ("address 127.0.0.1", ADDRESS),
        (f"second factor of {viewer_of(real, TEAM).user_id} from 127.0.0.1", ACCOUNT),
    )
    sign_in(mine, TEAM)
    assert mine.post("/sign-in/code", {"code": code_of(secret)}).title == "My work"


def test_a_role_that_is_moved_to_another_organisation_ends_the_session(real: Flask) -> None:
    token = open_session_of(real, LEAD)
    with Session(database_of(real).writer) as session, session.begin():
        user = session.scalars(select(User).where(User.email == LEAD)).one()
        grant = session.scalars(select(Grant).where(Grant.user_id == user.id, Grant.role == Role.LEAD)).one()
        other = select(Organisation.id).where(Organisation.id != grant.organisation_id).limit(1)
        grant.organisation_id = session.scalars(other).one()
    with Session(database_of(real).reader) as session:
        assert find_signed_in(session, token) is None


def test_a_public_page_with_the_token_of_somebody_s_form_is_not_kept(sqlite_app: Flask) -> None:
    with sqlite_app.test_request_context("/indicators"):
        sqlite_app.preprocess_request()
        token = generate_csrf()
        answer = sqlite_app.process_response(Response(token, mimetype="text/html"))
        assert answer.headers.get("Cache-Control", "no-store") == "no-store" and "ETag" not in answer.headers
    assert token not in sqlite_app.test_client().get("/indicators").text


def test_an_address_with_a_question_mark_in_it_is_another_page(sqlite_app: Flask) -> None:
    keys = []
    for path in ("/certificates/A%3Fx", "/certificates/A?x?"):
        with sqlite_app.test_request_context(path):
            keys.append(unchanged._key())
    assert keys[0] != keys[1]
