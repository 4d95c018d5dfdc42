"""Passkeys: added, used in place of the password and beside it, removed; and every answer that must not be taken."""

import json
from dataclasses import replace
from typing import Any

import pytest
from bs4 import Tag
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import Authenticator, Message, Passkey, SignIn, User
from tests.authenticator import Device, spoil
from tests.pages import Browser, check, open_session_of
from tests.web.identity import make_real
from tests.web.identity import sign_in as by_password

LEAD, TEAM = "lead@trust.example", "team@team.example"
ADD = "/account/passkeys/add"
BY_NUMBER = "http://127.0.0.1:5710"


@pytest.fixture
def lead(sqlite_browser: Browser) -> Browser:
    return sqlite_browser.sign_in(LEAD)


def asked(browser: Browser, path: str) -> Tag:
    """What a page asks the browser for."""
    found = browser.get(path).soup.select_one("[data-passkey]")
    assert found is not None
    return found


def add(browser: Browser, device: Device, name: str = "work laptop", status: int = 200) -> Any:
    return browser.post(ADD, {"name": name, "credential": device.make(asked(browser, ADD))}, status)


def sign_in(browser: Browser, sent: str, status: int = 200, **more: str) -> Any:
    return browser.post("/sign-in/passkey", {"credential": sent, **more}, status)


def rows(browser: Browser, query: Any) -> Any:
    with Session(browser.app.extensions["database"].reader) as session:
        return session.execute(query).all()


def test_a_passkey_signs_in_without_a_password_and_is_two_factors_by_itself(lead: Browser) -> None:
    device = Device()
    assert "“work laptop” is added" in add(lead, device).words
    assert rows(lead, select(Message.subject).where(Message.kind == "ways_changed")) == [("A passkey was added",)]
    lead.post("/sign-out", {})
    page = sign_in(lead, device.sign(asked(lead, "/sign-in")), next="/account")
    assert page.title == "Your sign-in" and "work laptop" in page.words
    assert rows(lead, select(SignIn.method, SignIn.second_factor).where(SignIn.ended_at.is_(None))) == [
        ("passkey", "passkey")
    ]


def test_where_no_passkey_can_be_made_the_page_leads_to_the_address_where_it_can(lead: Browser) -> None:
    with lead.client.session_transaction(base_url=BY_NUMBER) as kept:
        kept["_user_id"] = open_session_of(lead.app, LEAD)
    page = check(lead.client.get(ADD, base_url=BY_NUMBER), 200)
    link = page.soup.select_one("main p a")
    assert link and link["href"] == f"http://localhost:5000{ADD}"
    assert "work only at" in page.words
    assert page.soup.select_one("main form") is None, "nobody fills in what cannot be sent"


def test_an_answer_works_once_for_its_own_purpose_and_its_own_person(lead: Browser) -> None:
    device = Device(step=0)  # as passkeys that are kept in a cloud: their counter stays 0, and catches nothing
    sent = device.make(asked(lead, ADD))
    lead.post(ADD, {"name": "", "credential": sent})
    assert "sent twice" in lead.post(ADD, {"name": "", "credential": sent}, 422).words
    lead.post("/sign-out", {})
    signed = device.sign(asked(lead, "/sign-in"))
    assert sign_in(lead, signed).title == "My work"
    lead.post("/sign-out", {})
    assert "sent twice" in sign_in(lead, signed, 422).words
    team = Browser(lead.app).sign_in(TEAM)
    for_team = asked(team, ADD)
    lead.client.set_cookie("x", "y")
    with lead.client.session_transaction() as kept:
        kept["_user_id"] = open_session_of(lead.app, LEAD)
    assert "sent twice" in lead.post(ADD, {"credential": Device().make(for_team)}, 422).words, "another’s challenge"
    assert (
        "sent twice" in lead.post(ADD, {"credential": Device().make(asked(Browser(lead.app), "/sign-in"))}, 422).words
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:5001"},
        {"host": "evil.example"},
        {"is_verified": False},
    ],
)
def test_what_another_page_or_an_unverified_device_says_is_not_taken(lead: Browser, wrong: dict[str, Any]) -> None:
    assert "could not be checked" in add(lead, Device(**wrong), status=422).words
    device = Device()
    add(lead, device)
    lead.post("/sign-out", {})
    signed = replace(device, **wrong).sign(asked(lead, "/sign-in"))
    assert "could not be checked" in sign_in(lead, signed, 422).words


def test_a_copied_key_a_spoilt_signature_and_an_unknown_key_are_not_taken(lead: Browser) -> None:
    device = Device(counter=7)
    add(lead, device)
    lead.post("/sign-out", {})
    assert "could not be checked" in sign_in(lead, replace(device, step=0).sign(asked(lead, "/sign-in")), 422).words
    for part in ("signature", "authenticatorData"):
        spoilt = spoil(device.sign(asked(lead, "/sign-in")), part)
        assert "could not be checked" in sign_in(lead, spoilt, 422).words
    touched = spoil(device.sign(asked(lead, "/sign-in")), "clientDataJSON")
    assert sign_in(lead, touched, 422).title == "Sign in"
    assert "not kept here" in sign_in(lead, Device().sign(asked(lead, "/sign-in")), 422).words
    assert sign_in(lead, device.sign(asked(lead, "/sign-in"))).title == "My work", "and the right one is"


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        "1e400",
        '{"response": []}',
        '{"response": {"clientDataJSON": 5}}',
        '{"response": {"clientDataJSON": "e30"}}',
        '{"response": {"clientDataJSON": "\u0000ß"}}',
        "[" * 10_000,
        "x" * 100_000,
        '{"a":' * 5_000,
    ],
)
def test_nonsense_in_place_of_an_answer_is_refused_and_never_an_error(lead: Browser, nonsense: str) -> None:
    token = {"csrf_token": lead.token(), "credential": nonsense}
    assert lead.client.post(ADD, data=token).status_code == 422
    stranger = Browser(lead.app)
    assert stranger.client.post("/sign-in/passkey", data=token | {"csrf_token": stranger.token()}).status_code == 422


def test_hostile_bytes_inside_a_well_formed_answer_are_refused(lead: Browser) -> None:
    page = asked(lead, ADD)
    for more in ({"id": "AAAA"}, {"rawId": None}, {"type": "password"}, {"response": None}):
        assert lead.post(ADD, {"credential": Device().make(page, **more)}, 422).title == "Add a passkey"
    for statement in ("AAAA", "", "v" * 9000, "oWhhdXRoRGF0YUA"):
        made = json.loads(Device().make(page))
        made["response"]["attestationObject"] = statement
        assert lead.post(ADD, {"credential": json.dumps(made)}, 422).title == "Add a passkey"
    assert rows(lead, select(Passkey.id)) == []


def test_a_passkey_confirms_after_the_password_and_only_its_owners(sqlite_browser: Browser) -> None:
    own, others = Device(is_verified=True), Device()
    sqlite_browser.sign_in(TEAM)
    add(sqlite_browser, own)
    lead = Browser(sqlite_browser.app).sign_in(LEAD)
    add(lead, others)
    browser = Browser(sqlite_browser.app)
    page = browser.post("/sign-in", {"email": TEAM, "password": "anchors-hold-fast"})
    assert page.title == "Confirm with your passkey" and not page.soup.select("input[name=code]")
    question = page.soup.select_one("[data-passkey]")
    assert question is not None
    refused = browser.post("/sign-in/code/passkey", {"credential": others.sign(question)}, 422)
    assert "not kept here" in refused.words
    own.is_verified = False  # the password was the first factor; having the key is the second
    assert browser.post("/sign-in/code/passkey", {"credential": own.sign(question)}).title == "My work"
    assert rows(browser, select(SignIn.method, SignIn.second_factor).order_by(SignIn.id.desc()).limit(1)) == [
        ("password", "passkey")
    ]


def test_who_must_have_a_second_factor_can_begin_with_a_passkey(sqlite_browser: Browser) -> None:
    make_real(sqlite_browser.app)
    page = by_password(sqlite_browser, TEAM)
    question = page.soup.select_one("[data-passkey=create]")
    assert page.title == "Set up an authenticator app" and question is not None
    device = Device()
    wrong = Device(origin="https://evil.example").make(question)
    assert "could not be checked" in sqlite_browser.post("/sign-in/set-up/passkey", {"credential": wrong}, 422).words
    sent = {"credential": device.make(question)}
    assert sqlite_browser.post("/sign-in/set-up/passkey", sent).title == "My work"
    ((number,),) = rows(sqlite_browser, select(Passkey.id))
    assert "need a second factor" in sqlite_browser.post(f"/account/passkeys/{number}/remove", {}).words


def test_nobody_adds_a_passkey_with_a_password_alone_where_there_is_a_second_factor(sqlite_browser: Browser) -> None:
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        user_id = session.scalars(select(User.id).where(User.email == TEAM)).one()
        session.add(Authenticator(user_id=user_id, secret="unread"))
    page = sqlite_browser.post("/sign-in", {"email": TEAM, "password": "anchors-hold-fast"})
    assert page.title == "Enter a code" and not page.soup.select("[data-passkey]")
    helper = asked(Browser(sqlite_browser.app).sign_in(TEAM), ADD)  # the very challenge, by whatever way it came
    page = sqlite_browser.post("/sign-in/set-up/passkey", {"credential": Device().make(helper)})
    assert page.title == "Enter a code"
    assert rows(sqlite_browser, select(Passkey.id)) == []


def test_passkeys_are_named_and_removed_by_their_owner_alone(lead: Browser) -> None:
    add(lead, Device())
    ((number,),) = rows(lead, select(Passkey.id))
    path = f"/account/passkeys/{number}"
    stranger = Browser(lead.app).sign_in(TEAM)
    for hostile in (path, f"{path}/remove", "/account/passkeys/99999999999999999999"):
        stranger.get(hostile, 404)
        stranger.post(hostile, {"name": "mine"}, 404)
    assert "Enter a name" in lead.post(path, {"name": " \0 "}, 422).errors
    assert "at most 60" in lead.post(path, {"name": "x" * 61}, 422).errors[0]
    assert "<b>phone</b>" in lead.post(path, {"name": "<b>phone</b>"}).words
    elsewhere = Browser(lead.app).sign_in(LEAD)
    assert "is removed" in lead.post(f"{path}/remove", {}).words
    assert elsewhere.get("/work").title == "Sign in", "the lost device may be signed in"
    assert rows(lead, select(Passkey.id)) == []


def test_the_only_way_in_stays_and_a_device_signs_up_once(lead: Browser) -> None:
    device = Device()
    add(lead, device)
    assert "kept here already" in add(lead, device, status=422).words
    ((number,),) = rows(lead, select(Passkey.id))
    with Session(lead.app.extensions["database"].writer) as session, session.begin():
        session.scalars(select(User).where(User.email == LEAD)).one().password_hash = None
    lead.sign_in(LEAD)
    assert "the only way" in lead.post(f"/account/passkeys/{number}/remove", {}).words


def test_where_browsers_make_no_passkeys_none_are_offered(lead: Browser) -> None:
    before = lead.app.extensions["settings"]
    lead.app.extensions["settings"] = replace(before, base_url="http://portal.example")
    try:
        assert "none can be added" in lead.get("/account").words
        lead.get(ADD, 404)
        assert not Browser(lead.app).get("/sign-in").soup.select("[data-passkey]")
    finally:
        lead.app.extensions["settings"] = before
