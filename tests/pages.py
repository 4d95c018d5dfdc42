"""The one page client of the tests: every page that it opens is checked before the test sees it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import html5lib
from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.builder._html5lib import HTML5TreeBuilder
from bs4.element import PreformattedString
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from anchor_portal.models import User
from anchor_portal.models.base import now
from anchor_portal.services.accounts.sessions import open_session
from anchor_portal.web.headers import PAGE_SCRIPT
from tests import shapes
from tests.shapes import Token
from tests.sound import Sound

INLINE = frozenset({"style", "onclick", "onchange", "onsubmit"})
"""Attributes that the content security policy would not let through."""
SOUND = Sound()
PARTS = frozenset({"main", "h1"})
"""Asked for their words with most pages: they are found without making a tree."""


class _Builder(HTML5TreeBuilder):
    """Parses as browsers do, and keeps what the parser complained of: a page need not be parsed twice."""

    faults: list[Any]

    def feed(self, markup: Any) -> None:
        parser = html5lib.HTMLParser(tree=self.create_treebuilder)
        self.underlying_builder.parser = parser
        parser.parse(markup)
        self.underlying_builder.parser = None
        self.faults = parser.errors


class Page:
    """A page as a person meets it."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self._read = shapes.read(response.text) if response.mimetype == "text/html" else None
        self._places = shapes.places(self._read) if self._read else None

    @cached_property
    def faults(self) -> list[Any]:
        """What is wrong with the HTML, as the strict parser finds it: it looks at what it has not seen before."""
        if self._places is not None and SOUND.holds(self._places):
            return []
        self.soup, faults = self._parsed()
        if not faults and self._places is not None:
            SOUND.add(self._places)
        return faults

    @cached_property
    def soup(self) -> BeautifulSoup:
        """The page as a tree."""
        if self._read and self._places is not None:
            return BeautifulSoup("", builder=shapes.Quick(self._read))
        return self._parsed()[0]

    def _parsed(self) -> tuple[BeautifulSoup, list[Any]]:
        builder = _Builder()
        return BeautifulSoup(self.response.text, builder=builder), builder.faults

    @property
    def tokens(self) -> Iterable[Token]:
        """The page piece by piece."""
        return self._read or _tokens(self.soup)

    @property
    def title(self) -> str:
        """The heading of the page."""
        return self.text("h1")

    def text(self, selector: str) -> str:
        """The words of the first element that a selector finds."""
        if self._read and self._places is not None and selector in PARTS:
            words = shapes.words(self._read, selector)
            assert words is not None, f"nothing matches {selector}"
            return words
        found = self.soup.select_one(selector)
        assert found is not None, f"nothing matches {selector}"
        return " ".join(found.get_text(" ").split())

    @property
    def words(self) -> str:
        """All the words of the main part."""
        return self.text("main")

    @property
    def errors(self) -> list[str]:
        """The messages in the summary at the top, each of which must lead to a box on the page."""
        links = self.soup.select(".nhsuk-error-summary a")
        for link in links:
            target = str(link["href"])
            assert not target.startswith("#") or self.soup.find(id=target[1:]), f"{target} leads nowhere"
        return [" ".join(link.get_text().split()) for link in links]

    def form(self, action: str = "") -> dict[str, str]:
        """What a form would send as it stands: the first of the main part, or the one with that action."""
        selector = f'form[action="{action}"]' if action else "main form"
        form = self.soup.select_one(selector)
        assert form is not None, f"no form {action}"
        return _values(form)


def _tokens(tree: Tag) -> Iterator[Token]:
    for each in tree.children:
        if isinstance(each, Tag):
            yield Token("open", each.name, {key: str(value) for key, value in each.attrs.items()})
            yield from _tokens(each)
            yield Token("close", each.name, {})
        elif isinstance(each, NavigableString) and not isinstance(each, PreformattedString):
            yield Token("text", str(each), {})


def _values(form: Tag) -> dict[str, str]:
    values: dict[str, str] = {}
    for box in form.select("input[name], textarea[name], select[name]"):
        name = str(box["name"])
        if box.name == "textarea":
            values[name] = box.get_text().removeprefix("\n")
        elif box.name == "select":
            chosen = box.select_one("option[selected]") or box.select_one("option")
            values[name] = str(chosen.get("value", "")) if chosen else ""
        elif box.get("type") not in {"radio", "checkbox", "submit"} or box.has_attr("checked"):
            values[name] = str(box.get("value", ""))
    return values


def open_session_of(app: Flask, email: str) -> str:
    """The token of a new session of somebody who proved all that anybody may ask for."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        user_id = session.scalars(select(User.id).where(User.email == email)).one()
        return open_session(session, user_id, "password", "totp", "Firefox on Linux", "192.0.2.1", now())


class Browser:
    """A client that checks what it opens, follows redirects of forms and carries their tokens."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.client = app.test_client()

    def sign_in(self, email: str) -> "Browser":
        """Be this person, without the form (signing in has tests of its own)."""
        token = open_session_of(self.app, email)
        with self.client.session_transaction() as kept:
            kept["_user_id"] = token
        return self

    def get(self, path: str, status: int = 200) -> Page:
        """Open a page, following redirects, and check it."""
        return check(self.client.get(path, follow_redirects=True), status)

    def post(self, path: str, data: dict[str, Any], status: int = 200, *, follow: bool = True) -> Page:
        """Send a form with the token of this session, and check the page that comes of it."""
        response = self.client.post(path, data={"csrf_token": self.token()} | data, follow_redirects=follow)
        return check(response, status)

    def token(self) -> str:
        """A token against forged forms of this session, as every page with a form carries one."""
        with self.client.session_transaction() as kept, self.app.test_request_context():
            session.update(kept)
            token: str = generate_csrf()
            kept["csrf_token"] = session["csrf_token"]
        return token


def check(response: TestResponse, status: int) -> Page:
    """Check a page: its status, and that it is sound HTML that everybody can use."""
    address = urlsplit(response.request.url).path
    assert response.status_code == status, f"{address} answers {response.status_code}, not {status}"
    page = Page(response)
    if response.mimetype == "text/html" and response.status_code not in {301, 302, 303}:
        assert not page.faults, f"{address} is not valid HTML: {page.faults[:3]}"
        _check_page(page.tokens, address)
    return page


def _check_page(tokens: Iterable[Token], address: str) -> None:
    tags: dict[str, list[dict[str, str]]] = defaultdict(list)
    scripts: list[str] = []
    title, opened, form = "", "", {}
    for kind, name, own in tokens:
        if kind == "text":
            title += name if opened == "title" and "body" not in tags else ""
            scripts[-1:] = [scripts[-1] + name] if opened == "script" else scripts[-1:]
        elif kind == "close":
            form, opened = {} if name == "form" else form, ""
        else:
            opened = "script from a file" if "src" in own else name
            scripts += [""] if opened == "script" else []
            form = dict(own) if name == "form" else form
            if own.get("name") == "csrf_token":
                form["token"] = "is there"
            tags[name.removesuffix("/")].append(form if name == "form" else own)
    _check_tags(tags, address)
    assert title.strip(), f"{address} has no title"
    assert all(script == PAGE_SCRIPT for script in scripts), f"{address} has a script of its own"
    for each in tags["form"]:
        assert each.get("method") != "post" or "token" in each, f"{address}: a form has no token"


def _check_tags(tags: dict[str, list[dict[str, str]]], address: str) -> None:
    every = [attributes for those in tags.values() for attributes in those if attributes]
    repeated = [name for name, times in Counter(each["id"] for each in every if "id" in each).items() if times > 1]
    assert not repeated, f"{address} repeats the ids {repeated}"
    assert len(tags["h1"]) == 1, f"{address} has {len(tags['h1'])} main headings"
    assert not any(INLINE & each.keys() for each in every), f"{address} has inline style or script"
    labels = {label["for"] for label in tags["label"] if "for" in label}
    for box in (*tags["input"], *tags["textarea"], *tags["select"]):
        labelled = box.get("type") == "hidden" or box.get("aria-label") or box.get("id") in labels
        assert labelled, f"{address}: {box.get('name')} has no label"
