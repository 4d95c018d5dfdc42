"""Clients of the benchmarks that are somebody, without the half second that a password takes to be checked."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import User
from anchor_portal.models.base import now
from anchor_portal.services.accounts.sessions import open_session


def sign_in(client: FlaskClient, app: Flask, email: str) -> None:
    """Have a client be somebody, in a session of its own with every factor proved."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        user_id = session.scalars(select(User.id).where(User.email == email)).one()
        token = open_session(session, user_id, "password", "totp", "A benchmark", "", now())
    with client.session_transaction() as kept:
        kept["_user_id"] = token


def cookie_of(app: Flask, email: str) -> tuple[str, str]:
    """Name and value of the cookie of somebody who is signed in, for clients of a server on the same database."""
    client = app.test_client()
    sign_in(client, app, email)
    name = app.config["SESSION_COOKIE_NAME"]
    cookie = client.get_cookie(name)
    if cookie is None:
        raise RuntimeError("no session was opened")
    return name, cookie.value
