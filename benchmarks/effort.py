"""Steps and time that the printed tool's questions take, from My work to the signature, against the least thinkable."""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy.orm import Session

from anchor_portal import create_app
from anchor_portal.config import Settings
from anchor_portal.engine import open_database
from anchor_portal.services.rounds.life import add_round
from benchmarks import Result
from benchmarks.databases import demo_database
from benchmarks.serving import SECRET
from benchmarks.signed_in import sign_in

VERSION, CODE = "2024-01", "2027-07"
RETURN = f"/returns/{CODE}/mid-cheshire-hospitals"
SIGN = f"{RETURN}/sign"
SIGNATURE = {"signoff:name": "Ada Example", "signoff:role": "Chief executive"}


@dataclass(slots=True)
class Effort:
    """What it took: pages drawn, clicks on links, buttons and the confirmation, seconds of the server."""

    pages: int = 0
    clicks: int = 0
    seconds: float = 0.0


class Person:
    """Somebody signed in who takes the shortest way that the pages offer, and whose steps are counted."""

    def __init__(self, app: Flask, email: str, effort: Effort) -> None:
        self.client, self.effort = app.test_client(), effort
        self.path, self.page = "", BeautifulSoup()
        sign_in(self.client, app, email)

    def open(self, path: str, data: Mapping[str, str] | None = None) -> None:
        """Draw a page, after sending a form where there are `data`. A refusal raises RuntimeError."""
        began = time.perf_counter()
        method = "GET" if data is None else "POST"
        response = self.client.open(path, method=method, data=data, follow_redirects=True)
        self.effort.seconds += time.perf_counter() - began
        self.effort.pages += 1
        if response.status_code != 200:
            raise RuntimeError(f"{path} answers {response.status_code}")
        self.path, self.page = response.request.path, BeautifulSoup(response.text, "html.parser")

    def has_link(self, path: str) -> bool:
        """Whether the page leads there."""
        return any(urlsplit(str(link["href"])).path == path for link in self.page.select("main a[href]"))

    def follow(self, path: str) -> None:
        """Click the link that leads there."""
        if not self.has_link(path):
            raise RuntimeError(f"{self.path} does not lead to {path}")
        self.effort.clicks += 1
        self.open(path)

    def send(self, typed: Mapping[str, str], action: str = "") -> None:
        """Press the button of a form, with what was typed and chosen in it."""
        form = self.page.select_one(f'main form[action="{action}"]' if action else "main form[method=post]")
        if form is None:
            raise RuntimeError(f"{self.path} has no form to send")
        self.effort.clicks += 1
        self.open(action or self.path, {**_hidden(form), **typed})


def _hidden(form: Tag) -> dict[str, str]:
    return {str(box["name"]): str(box.get("value", "")) for box in form.select("input[type=hidden][name]")}


def measure() -> Result:
    """Pages and clicks of lead and signatory, over one page and one click for each section and for the signature."""
    effort = Effort()
    with tempfile.TemporaryDirectory() as name:
        app = create_app(Settings(database_url=_database(Path(name)), secret_key=SECRET, secure_cookies=False))
        sections = _fill_in(Person(app, "lead@trust.example", effort))
        _sign(Person(app, "signatory@trust.example", effort))
        app.extensions["database"].dispose()
    least = 2 * (sections + 1)
    took = f"{effort.pages} pages, {effort.clicks} clicks, {effort.seconds:.1f} s of the server"
    against = f"one page and one click for each of {sections} sections and to sign; it took {took}"
    return Result("steps of a return", (effort.pages + effort.clicks) / least, against, "at most 1.5")


def _database(folder: Path) -> str:
    url = demo_database(folder)
    database = open_database(url)
    today = datetime.now(UTC).date()
    with Session(database.writer) as session, session.begin():
        add_round(session, CODE, VERSION, today, today + timedelta(days=30))
    database.dispose()
    return url


def _fill_in(lead: Person) -> int:
    """From My work through every section to asking for the signature; gives the number of sections."""
    first = f"{RETURN}/sections/pledge-1"
    lead.open("/work")
    if not lead.has_link(first):
        lead.follow(RETURN)
    lead.follow(first)
    sections = 0
    while "/sections/" in lead.path:
        lead.send(_answers(lead.page) | {"then": "continue"})
        sections += 1
    lead.send({}, f"{RETURN}/steps/ask_to_sign")
    return sections


def _answers(page: BeautifulSoup) -> dict[str, str]:
    """A percentage, a yes or a few words in every box that the printed tool has."""
    typed = {}
    for box in page.select("main form [name]"):
        name = str(box["name"])
        if name.endswith(":percent"):
            typed[name] = "40"
        elif box.name == "textarea" and name.endswith((".narrative:", ".case_study:")):
            typed[name] = "What we did, and what came of it."
        elif box.get("value") == "yes" and box.get("type") == "radio":
            typed[name] = "yes"
    return typed


def _sign(signatory: Person) -> None:
    """From the link in the message to the signed return; ticking the confirmation is a click, too."""
    signatory.open(SIGN)
    signatory.effort.clicks += 1
    signatory.send({**SIGNATURE, "confirm": "yes"})
    if signatory.path != RETURN:
        raise RuntimeError(f"the return was not signed: {signatory.path}")
