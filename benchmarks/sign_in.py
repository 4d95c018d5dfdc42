"""A refused sign-in for an address without an account against one for an account: nobody learns which there are.

In the server's CPU time, turn by turn, before and while one has to wait.
"""

import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from anchor_portal import create_app
from anchor_portal.config import Settings
from anchor_portal.models import Attempts
from anchor_portal.models.base import now
from benchmarks import Result
from benchmarks.databases import demo_database
from benchmarks.serving import SECRET

KNOWN, UNKNOWN = "lead@trust.example", "lead@nowhere.example"
ROUNDS, WAITING_ROUNDS, WARM_UP = 15, 60, 2


def measure() -> Iterator[Result]:
    """The median of each over the other's: 1 says nothing of whether there is an account."""
    with tempfile.TemporaryDirectory() as name:
        app = create_app(Settings(database_url=demo_database(Path(name)), secret_key=SECRET, secure_cookies=False))
        client = app.test_client()
        token = _token(client)
        refused: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
        for _ in range(ROUNDS):
            for email, taken in refused.items():
                _forget(app)
                taken.append(_try(client, token, email, 422))
        barred: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
        _forget(app)
        for email in barred:
            _try(client, token, email, 422)
        _have_them_wait(app)
        for _ in range(WAITING_ROUNDS):
            for email, taken in barred.items():
                taken.append(_try(client, token, email, 429))
        app.extensions["database"].dispose()
    against = "the same for an address that has an account"
    yield Result("refused sign-in without account", _ratio(refused), against, "0.9 to 1.1")
    yield Result("the same while one waits", _ratio(barred), against, "0.9 to 1.1")


def _ratio(taken: dict[str, list[float]]) -> float:
    return statistics.median(taken[UNKNOWN][WARM_UP:]) / statistics.median(taken[KNOWN][WARM_UP:])


def _try(client: FlaskClient, token: str, email: str, status: int) -> float:
    data = {"csrf_token": token, "email": email, "password": "not the one of anybody"}
    began = time.process_time()
    response = client.post("/sign-in", data=data)
    taken = time.process_time() - began
    if response.status_code != status:
        raise RuntimeError(f"/sign-in answers {response.status_code}, not {status}")
    return taken


def _token(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    if found is None:
        raise RuntimeError("no token on the page")
    return found[1]


def _have_them_wait(app: Flask) -> None:
    """As after several failures, for longer than this takes."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Attempts).values(barred_until=now() + timedelta(minutes=4)))


def _forget(app: Flask) -> None:
    """Have all failures run off."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.execute(delete(Attempts))
