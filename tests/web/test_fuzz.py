"""Thousands of hostile requests against every route by every kind of person: what must hold of each answer, and of the log."""

import io
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from anchor_portal.logs import JsonLines
from tests.conftest import make_app, with_demo
from tests.engines import postgres_url, sqlite_url
from tests.pages import Browser, Page
from tests.web.hostile_requests import ALWAYS, ASKED, KNOWN, MARK, PEOPLE, Attacker, routes, share
from tests.web.sections import TRUST

PARTS = 4
"""On SQLite every route meets five people, in four hands, each with a database of its own; some requests do what they ask."""
HANDS = [("sqlite", part, PARTS) for part in range(PARTS)] + [("postgres", 0, 3 * PARTS)]
IN_EVERY_ANSWER = (
    *("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options", "Permissions-Policy"),
    *("Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy", "Cache-Control"),
)
MARKUP = {"text/html", "image/svg+xml", "application/xml", "application/atom+xml"}
AS_TAG = re.compile(rf"<(?:{MARK}|svg/onload)")
TAG = re.compile(r"""<[a-zA-Z](?:"[^"]*"|'[^']*'|[^"'<>])*>""")
QUOTED = re.compile(r""""[^"]*"|'[^']*'""")
AS_LINK = re.compile(r"""(?:href|src|action)=["']?\s*(?:javascript|data|vbscript):""", re.IGNORECASE)


@contextmanager
def application(engine: str, folder: Path, written: io.StringIO) -> Iterator[Flask]:
    """The application; all that any logger says, from the least of it on, is written down instead of shown."""
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    ours = logging.getLogger("anchor_portal")
    before = (ours.handlers, ours.propagate)
    if engine == "postgres":
        with postgres_url(with_demo) as url, _served(url, ours, handler) as app:
            yield app
    else:
        with _served(sqlite_url(folder, with_demo), ours, handler) as app:
            yield app
    ours.handlers, ours.propagate = before


@contextmanager
def _served(url: str, ours: logging.Logger, handler: logging.Handler) -> Iterator[Flask]:
    app = make_app(url)
    ours.handlers, ours.propagate = [handler], False
    logging.getLogger().addHandler(handler)
    yield app
    logging.getLogger().removeHandler(handler)
    app.extensions["database"].dispose()


def faults(answer: TestResponse) -> Iterator[str]:
    """What is wrong with an answer, whatever was asked."""
    if answer.status_code >= 500:
        yield f"an error of ours: {answer.status_code}"
    yield from (f"{name} is missing" for name in IN_EVERY_ANSWER if not answer.headers.get(name))
    if answer.headers.get("Location", "/").startswith("//") or "://" in answer.headers.get("Location", ""):
        yield f"sent elsewhere: {answer.location}"
    if any(MARK in name.lower() or name == "Set-Cookie" and value.startswith(MARK) for name, value in answer.headers):
        yield "a header that was typed"
    if "Set-Cookie" in answer.headers and answer.cache_control.public:
        yield "a cookie that everybody may keep"
    if (answer.mimetype or "").startswith("text/") and "charset=utf-8" not in answer.content_type and answer.get_data():
        yield f"no encoding: {answer.content_type}"
    yield from _faults_of_text(answer)


def _faults_of_text(answer: TestResponse) -> Iterator[str]:
    content = answer.get_data()
    if b"Traceback (most" in content:
        yield "a traceback"
    if ASKED.encode() in content or ASKED in str(answer.headers):
        yield "the host that was asked for"
    if answer.mimetype in MARKUP:
        text = content.decode("utf-8")
        for says, pattern in (("a tag", AS_TAG), ("a script as link", AS_LINK)):
            if found := pattern.search(text):
                yield f"what was typed is {says}: {text[max(0, found.start() - 80) : found.end() + 40]!r}"
        tags = (each[0] for each in TAG.finditer(text) if f"on{MARK}" in each[0])
        yield from (f"what was typed is an attribute: {tag!r}" for tag in tags if f"on{MARK}" in QUOTED.sub("", tag))


@pytest.mark.parametrize(("engine", "part", "parts"), HANDS)
def test_whatever_is_sent_no_answer_is_an_error_repeats_it_as_html_or_lacks_a_header(
    engine: str, part: int, parts: int, tmp_path: Path
) -> None:
    written = io.StringIO()
    with application(engine, tmp_path, written) as app:
        attacker = Attacker(app, part)
        answers = [attacker.attack(*each) for each in share(part, parts)]
    wrong = [f"{fault}: {sent}" for sent, answer in answers for fault in faults(answer)]
    assert not wrong, f"{len(wrong)} in {len(answers)}, for instance:\n" + "\n".join(wrong[:5])
    seen = {answer.status_code for _, answer in answers}
    assert {200, 302, 400, 403, 404, 405, 422} <= seen, f"the requests do not get far enough: {seen}"
    lines = written.getvalue().splitlines()
    assert len(lines) > len(answers) / 2, "the log was not read"
    told = [line for line in lines if MARK in line or "@" in line or any(email and email in line for email in PEOPLE)]
    assert not told, f"{len(told)} lines of the log say what was typed or who it was, for instance:\n" + "\n".join(
        told[:3]
    )


def test_between_them_the_hands_hold_every_route_for_nobody_a_lead_the_team_and_two_others() -> None:
    dealt = [each for part in range(PARTS) for each in share(part, PARTS)]
    assert len(dealt) == len(set(dealt)) == len(routes()) * (len(ALWAYS) + 2)
    assert {(who, route) for who in ALWAYS for route in routes()} <= set(dealt)
    assert {who for who, _ in dealt} == set(PEOPLE)


@pytest.mark.parametrize(("engine", "rounds"), [("sqlite", 24), ("postgres", 8)])
def test_whatever_is_saved_can_be_shown_checked_exported_and_printed(engine: str, rounds: int, tmp_path: Path) -> None:
    with application(engine, tmp_path, io.StringIO()) as app:
        attacker, lead = Attacker(app, 7), Browser(app).sign_in("lead@trust.example")
        mine = f"/returns/2027-01/{TRUST}"
        shown = [mine, f"{mine}/check", f"{mine}/return.pdf", f"{mine}/return.csv"]
        saved = 0
        for number in range(rounds):
            path = f"{mine}/sections/{attacker.chance.choice(KNOWN['code'][:-1])}"
            form = Page(lead.client.get(path)).form()
            typed = {name: attacker.word() for name in form if attacker.chance.random() < 0.5}
            own = {name: form[name] for name in ("csrf_token", "seen")}
            answer = lead.client.post(path, data=form | typed | own | {"then": "later"})
            saved += answer.status_code == 302
            for address in (path, *(shown if number % 4 == 3 else ())):
                found = lead.client.get(address)
                assert found.status_code == 200, f"{address} after {typed!r:.3000}"
                assert not list(faults(found)), f"{address} after {typed!r:.3000}"
    assert saved > rounds / 2
