"""What tests of signing in share: a password that is checked quickly, a portal that is no demonstration, apps for codes."""

from datetime import UTC, datetime

import pyotp
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from anchor_portal.engine import Database
from anchor_portal.models import Authenticator, PortalFact, User
from anchor_portal.queries.reference import ReferenceShelf
from tests.pages import Browser, Page

PASSWORD = "a password of the tests"
CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
"""A hash says itself how costly it is to check."""


def database_of(app: Flask) -> Database:
    database: Database = app.extensions["database"]
    return database


def give_everybody_the_password(app: Flask) -> None:
    with Session(database_of(app).writer) as session, session.begin():
        session.execute(update(User).where(User.password_hash.is_not(None)).values(password_hash=CHEAP))


def make_real(app: Flask) -> None:
    """Have the portal be no demonstration any more, so that second factors are asked for."""
    give_everybody_the_password(app)
    with Session(database_of(app).writer) as session, session.begin():
        session.execute(delete(PortalFact).where(PortalFact.key == "demo"))
    app.extensions["reference"] = ReferenceShelf()


def sign_in(browser: Browser, email: str, status: int = 200, **more: str) -> Page:
    """What follows the right password."""
    return browser.post("/sign-in", {"email": email, "password": PASSWORD, **more}, status)


def secret_on(page: Page) -> str:
    """The secret for an authenticator app that a page shows."""
    return page.text(".app-code--long").replace(" ", "")


def code_of(secret: str, steps: int = 0) -> str:
    """What an app with this secret shows now, or some steps of 30 seconds later."""
    return pyotp.TOTP(secret).at(datetime.now(UTC), counter_offset=steps)


def forget_used_codes(app: Flask) -> None:
    """Have half a minute pass: the next code may be used."""
    with Session(database_of(app).writer) as session, session.begin():
        session.execute(update(Authenticator).values(last_step=0))
