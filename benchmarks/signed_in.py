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
