"""The number of SQL statements of the page that needs most, against the eight that a page may need."""

import tempfile
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from anchor_portal import create_app
from anchor_portal.config import Settings
from benchmarks import Result
from benchmarks.databases import demo_database
from benchmarks.serving import SECRET
from benchmarks.signed_in import sign_in

ALLOWED = 8
TRUST = "/returns/2027-01/mid-cheshire-hospitals"
PAGES = {
    "lead@trust.example": ("/", "/indicators/12", "/work", TRUST, f"{TRUST}/sections/pledge-2", f"{TRUST}/check"),
    "member@assembly.example": (
        "/reviews",
        "/reviews/2026-07/torus",
        "/assembly",
        "/assembly/2026-07",
        "/assembly/2026-07/indicators/20",
    ),
    "team@team.example": ("/rounds", "/rounds/2027-01", "/assembly"),
}


def measure() -> Result:
    """The most statements of any page, over those allowed; tests/web/test_statements.py asserts it for every page."""
    with tempfile.TemporaryDirectory() as name:
        app = create_app(Settings(database_url=demo_database(Path(name)), secret_key=SECRET, secure_cookies=False))
        most = max(_count(app, email, path) for email, paths in PAGES.items() for path in paths)
        app.extensions["database"].dispose()
    return Result("SQL statements of a page", most / ALLOWED, f"the {ALLOWED} that a page may need", "at most 1.0")


def _count(app: Flask, email: str, path: str) -> int:
    client = app.test_client()
    database = app.extensions["database"]
    sign_in(client, app, email)
    client.get(path)
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(database.reader, "before_cursor_execute", note)
    client.get(path)
    event.remove(database.reader, "before_cursor_execute", note)
    return len([statement for statement in seen if not statement.startswith("BEGIN")])
