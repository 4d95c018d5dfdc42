"""Changing one's password, and choosing the first one with an invitation: what is taken, what is said, what ends."""

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.models import AuditEntry, Message, User
from anchor_portal.services.messages.invitations import ADDRESS, renew
from anchor_portal.services.people import prove_password
from tests.pages import Browser

LEAD = "lead@trust.example"
PRESENT, NEW = "anchors-hold-fast", "kayak orbit pebble lantern"


@pytest.fixture
def lead(sqlite_browser: Browser) -> Browser:
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PRESENT)
    with Session(sqlite_browser.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(User).where(User.email == LEAD).values(password_hash=cheap))
    return sqlite_browser.sign_in(LEAD)


def is_password(app: Flask, password: str) -> bool:
    with Session(app.extensions["database"].reader) as session:
        return prove_password(session, LEAD, password) is not None


def test_a_new_password_ends_the_other_sessions_is_told_and_keeps_this_one(lead: Browser) -> None:
    elsewhere = Browser(lead.app).sign_in(LEAD)
    page = lead.get("/account/password")
    boxes = {box["name"]: box.get("autocomplete") for box in page.soup.select("main input[type=password]")}
    assert boxes == {"present": "current-password", "password": "new-password"}
    page = lead.post("/account/password", {"present": PRESENT, "password": NEW})
    assert page.title == "Your sign-in" and "Your password is changed" in page.words
    assert lead.get("/work").title == "My work"
    assert elsewhere.get("/work").title == "Sign in"
    assert is_password(lead.app, NEW) and not is_password(lead.app, PRESENT)
    with Session(lead.app.extensions["database"].reader) as session:
        assert session.scalars(select(Message.subject).where(Message.kind == "password_changed")).all()
        assert session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "password changed")).all() == [
            LEAD
        ]


@pytest.mark.parametrize(
    ("present", "password", "said"),
    [
        ("", NEW, "Enter your present password"),
        ("not it, I am afraid", NEW, "That is not your present password"),
        (PRESENT, "", "Choose a password"),
        (PRESENT, "too short", "at least 12 characters"),
        (PRESENT, PRESENT, "choose another one"),
        (PRESENT, "password1234", "easy to guess"),
        (PRESENT, "lead@trust.example", "your name, your address"),
        (PRESENT, "x" * 1001, "at most 1,000 characters"),
        ("x" * 5000, NEW, "That is not your present password"),
    ],
)
def test_what_is_not_taken_is_said_beside_its_box_and_changes_nothing(
    lead: Browser, present: str, password: str, said: str
) -> None:
    page = lead.post("/account/password", {"present": present, "password": password}, 422)
    assert said in page.errors[0]
    assert not [box["value"] for box in page.soup.select("input[type=password]") if box.get("value")], (
        "never shown again"
    )
    assert is_password(lead.app, PRESENT)


def test_guessing_the_present_password_is_slowed_down_like_signing_in(lead: Browser) -> None:
    statuses = [
        lead.client.post(
            "/account/password", data={"csrf_token": lead.token(), "present": "wrong", "password": NEW}
        ).status_code
        for _ in range(8)
    ]
    assert statuses[0] == 422 and statuses[-1] == 429


def test_who_has_no_password_chooses_one_after_proving_who_they_are(lead: Browser) -> None:
    with Session(lead.app.extensions["database"].writer) as session, session.begin():
        session.execute(update(User).where(User.email == LEAD).values(password_hash=None))
    page = lead.get("/account/password")
    assert page.title == "Choose a password" and not page.soup.select("input[name=present]")
    lead.post("/account/password", {"password": NEW})
    assert is_password(lead.app, NEW)


def test_with_an_invitation_one_cannot_choose_a_password_that_is_easy_to_guess(sqlite_browser: Browser) -> None:
    app = sqlite_browser.app
    with Session(app.extensions["database"].writer) as session, session.begin():
        user = session.scalars(select(User).where(User.email == LEAD)).one()
        user.password_hash, user.name = None, "Bethan Ollerenshaw"
        link = ADDRESS + renew(session, user.id, "The team")
    for easy, said in (
        ("bethan-ollerenshaw-1", "your name"),
        ("qwertyuiopasdf", "tried first"),
        ("short", "12 characters"),
    ):
        assert said in sqlite_browser.post(link, {"password": easy}, 422).errors[0]
    assert sqlite_browser.post(link, {"password": "🔑 " + NEW}).title == "My work"
    assert is_password(app, "🔑 " + NEW)
