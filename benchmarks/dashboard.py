"""The Assembly dashboard with 1,000 organisations over eight rounds, against itself with 21."""

import statistics
import tempfile
import time
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal import create_app
from anchor_portal.config import Settings
from anchor_portal.models import User
from benchmarks import Result
from benchmarks.databases import MEMBER, grown_database
from benchmarks.serving import SECRET

PAGE = "/assembly"
ROUNDS = 40


def measure() -> Result:
    """The median time of the large page over that of the small one, in pairs."""
    with tempfile.TemporaryDirectory() as name:
        small, large = (_client(grown_database(Path(name), size)) for size in (21, 1000))
        pairs = [(_timed(small), _timed(large)) for _ in range(ROUNDS)]
    ratio = statistics.median(b for _, b in pairs[5:]) / statistics.median(a for a, _ in pairs[5:])
    return Result("dashboard with 1,000 organisations", ratio, "itself with 21", "at most 1.2")


def _client(url: str) -> FlaskClient:
    app: Flask = create_app(Settings(database_url=url, secret_key=SECRET, secure_cookies=False))
    client = app.test_client()
    with Session(app.extensions["database"].reader) as session:
        user_id = session.scalars(select(User.id).where(User.email == MEMBER)).one()
    with client.session_transaction() as kept:
        kept["_user_id"] = str(user_id)
        kept["_fresh"] = True
    return client


def _timed(client: FlaskClient) -> float:
    began = time.perf_counter()
    response = client.get(PAGE)
    taken = time.perf_counter() - began
    if response.status_code != 200:
        raise RuntimeError(f"{PAGE} answers {response.status_code}")
    return taken
