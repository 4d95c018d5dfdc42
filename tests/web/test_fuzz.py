"""A few thousand hostile requests against every route, by every kind of person: never a 500, never a traceback."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, quote_from_bytes

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.conftest import make_app, with_demo
from tests.engines import postgres_url, sqlite_url
from tests.pages import Browser, Page
from tests.web.returning import READY, RETURNED, SUBMITTED
from tests.web.sections import TRUST

REQUESTS = 450
"""In each batch; a batch has a database of its own, since some requests do what they ask."""
BATCHES = {"sqlite": range(6), "postgres": range(1)}
PEOPLE = (
    "",
    "lead@trust.example",
    "contributor@trust.example",
    "signatory@trust.example",
    "isolde.marchbanke@clatterbridge-cancer-centre.example",
    "lead@council.example",
    "member@assembly.example",
    "jocelyn.vardy-akers@cheshire-wirral-partnership.example",
    "team@team.example",
)
METHODS = ("GET", "GET", "GET", "POST", "POST", "POST", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE")
KNOWN = {
    "ident": ("1", "1", "2", "3"),
    "job_id": ("1", "2", "3"),
    "plan_id": ("1", "7"),
    "theme_code": ("theme-1", "life-expectancy"),
    "round_code": ("2027-01", "2027-01", "2026-07", "2024-01", "2023-07"),
    "slug": (TRUST, TRUST, READY, RETURNED, SUBMITTED, "walton-centre", "roche", "cheshire-wirral-partnership"),
    "code": ("about", *(f"pledge-{number}" for number in range(1, 8)), "workforce", "sign-off"),
    "step": ("ask_to_sign", "send_back", "submit", "accept"),
    "number": ("12", "20", "21", "2026-07-ABCDEF"),
    "filename": ("build/portal.css", "build/portal.js"),
}
WORDS = (
    "",
    " ",
    "yes",
    "no",
    "0",
    "1",
    "-1",
    "812",
    "1,234.50",
    "£1.2m",
    "95 %",
    "²",
    "٣",
    "½",
    "NaN",
    "sNaN",
    "-Infinity",
    "1e999999",
    "9" * 4400,
    "0" * 5000 + "1",
    "30/2/2026",
    "9999-12-31",
    "0001-01-01",
    "10000-01-01",
    "2026-09-30",
    "not_known:not_held",
    "not_applicable:",
    ":other",
    "..",
    "../../../etc/passwd",
    "%s%n%x",
    "{{ 7*7 }}",
    "${7*7}",
    "' OR 1=1 --",
    '"><script>alert(1)</script>',
    "\0",
    "a\0b",
    "\r\nSet-Cookie: a=b",
    "\x1b[31m",
    "\u202egnp.exe",
    "\ufeff",
    "\ufffe",
    "\U0001f642",
    "e\u0301" * 50,
    "\ud7ff\ue000",
    "İıſ",
    "word " * 3000,
    "=cmd|' /C calc'!A0",
    "//evil.example",
    "http://[",
    "//evil\u2100.example",
    "javascript:alert(1)",
)
NAMES = (
    *("csrf_token", "seen", "then", "more", "remove", "digest", "confirm", "reason", "revision", "email", "password"),
    *("next", "number", "page", "round", "check", "code", "version", "opens_on-day", "closes_on-year", "period_from"),
    *("about.boundary:", "about.snapshot_date:~day", "about.snapshot_date:~year", "about.headcount:", "about.fte:"),
    *("p1.rlw_staff:numerator", "p1.rlw_staff:denominator", "p1.rlw_staff:unknown", "p1.rlw_staff:percent"),
    *("p1.rlw_staff:basis", "p1.rlw_staff:state~picked", "p1.rlw_staff:state~words", "p1.rlw_staff:explanation"),
    *("p1.rlw_rate_year:", "p1.evidence:1.link", "p1.evidence:2.about~month", "p1.evidence:999.link", "p1.evidence:²."),
    *("p1.level_now:", "p1.level_now:reason", "p2.local_spend:numerator", "p2.local_spend:denominator"),
    *("p3.free_use:state~picked", "p4.target_year:", "p4.approved_on:~day", "p6.marmot:theme-1", "p6.marmot:theme-99"),
    *("p7.case_studies:1.title", "p7.case_studies:3.story", "p7.case_studies:1.place", "p7.case_studies:1.pledge"),
    *("workforce.levels:band_5.white", "workforce.levels:band_5.ethnic_minority", "workforce.levels:x.white"),
    *("signoff:name", "signoff:role", "signoff:date", ":", "", "~day", "p1.rlw_staff:~", "\0", "p1.narrative:\0"),
)
HOSTS = ("localhost", "localhost", "localhost", "evil.example", "a b", "[::1", "x" * 300, "localhost:99999", "<script>")


def boxes_of(app: Flask) -> dict[str, list[str]]:
    """The names of the boxes of our own forms, by the last part of the address that they are sent to."""
    lead, team = Browser(app).sign_in("lead@trust.example"), Browser(app).sign_in("team@team.example")
    pages = [(lead, f"/returns/2027-01/{TRUST}/sections/{code}") for code in KNOWN["code"][:-1]]
    pages += [(Browser(app), "/sign-in"), (team, "/rounds/add")]
    found = {path.rpartition("/")[2]: re.findall(r'name="([^"]*)"', who.client.get(path).text) for who, path in pages}
    assert all(len(names) > 3 for names in found.values())
    return found


class Attacker:
    """Somebody who sends anything at all, the same in every run with the same seed."""

    def __init__(self, app: Flask, seed: int) -> None:
        self.app, self.chance = app, Random(seed)
        self.rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))
        self.people = {email: Browser(app) for email in PEOPLE}
        self.tokens: dict[str, str] = {}
        self.names = boxes_of(app)

    def attack(self) -> tuple[str, TestResponse]:
        """One request: what was sent, in short, and what came back."""
        email = self.chance.choice(PEOPLE)
        rule = self.chance.choice(self.rules)
        request = self.request(rule, email)
        client = (
            self.app.test_client(use_cookies=False) if "Cookie" in request["headers"] else self.people[email].client
        )
        response = client.open(buffered=True, **request)
        if rule.endpoint.startswith("account."):
            self.tokens.pop(email, None)
        return f"{email or 'public'}: {request!r:.1500}", response

    def request(self, rule: Rule, email: str) -> dict[str, Any]:
        """A request for a route, much of it as it should be so that it gets far, some of it not."""
        method = self.chance.choice(METHODS)
        if method == "POST" and "POST" not in (rule.methods or ()) and self.chance.random() < 0.8:
            method = "GET"
        request: dict[str, Any] = {
            "method": method,
            "path": self.path(rule),
            "query_string": self.query(),
            "headers": {},
        }
        if self.chance.random() < 0.05:
            request["headers"]["Host"] = self.chance.choice(HOSTS)
        if self.chance.random() < 0.05:
            request["headers"]["Cookie"] = f"anchor_session={self.word()!a}; {self.word()!a}"
        return request | (self.body(email, request["path"]) if method in {"POST", "PUT", "PATCH"} else {})

    def word(self) -> str:
        """Something to type."""
        if self.chance.random() < 0.7:
            return self.chance.choice(WORDS)
        return "".join(chr(self.chance.choice((self.chance.randrange(0xD7FF), 0x1F600, 32, 47))) for _ in range(8))

    def path(self, rule: Rule) -> str:
        """The address of a route, its variable parts mostly those of something that is there."""
        parts = []
        for is_dynamic, part in rule._trace:
            known = KNOWN.get(part, ("",)) if is_dynamic else (part,)
            if not is_dynamic or self.chance.random() < 0.85:
                parts.append(self.chance.choice(known))
            elif self.chance.random() < 0.3:
                parts.append(quote_from_bytes(self.chance.randbytes(6)))
            else:
                parts.append(quote(self.word(), safe=""))
        return "".join(parts).removeprefix("|") + self.chance.choice(("", "", "", "", "/", "%00", "?", "//"))

    def query(self) -> str:
        """Mostly none."""
        if self.chance.random() < 0.7:
            return ""
        if self.chance.random() < 0.2:
            return self.chance.choice(("%", "%zz=%f", "=&=&&", "a=" + quote_from_bytes(self.chance.randbytes(20))))
        pairs = [f"{quote(self.chance.choice(NAMES))}={quote(self.word())}" for _ in range(self.chance.randrange(4))]
        return "&".join(pairs)

    def body(self, email: str, path: str) -> dict[str, Any]:
        """A form with a sound token, or what is no form at all."""
        shape = self.chance.random()
        if shape < 0.8:
            return {"data": self.form(email, path)}
        if shape < 0.85:
            return {"json": {self.chance.choice(NAMES): self.word(), "list": [self.word(), None, 1e308]}}
        raw = self.chance.choice(
            (self.chance.randbytes(200), b'--x\r\nContent-Disposition: form-data; name="a', b"%zz=%", b"&" * 4000)
        )
        kinds = (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            "text/plain",
        )
        odd = ("application/json", "application/x-www-form-urlencoded; charset=utf-7", "\u00e9/\u00e9", "", "image/png")
        return {"data": raw, "content_type": self.chance.choice((*kinds, *odd))}

    def form(self, email: str, path: str) -> dict[str, list[str]]:
        """Fields, some of them several times; the names are those of our own pages, and some that are not."""
        fields: dict[str, list[str]] = {}
        known = self.names.get(path.rstrip("/").rpartition("/")[2], NAMES)
        for _ in range(self.chance.choice((0, 1, 3, 12, 40))):
            names = known if self.chance.random() < 0.8 else NAMES
            fields.setdefault(self.chance.choice(names), []).append(self.word())
        if self.chance.random() < 0.9:
            fields["csrf_token"] = [self.token(email)]
        if self.chance.random() < 0.3:
            fields |= {"confirm": ["yes"], "revision": ["1"], "then": ["continue"]}
        return fields

    def token(self, email: str) -> str:
        """A token of this person's session, who is signed in again where a request signed them out."""
        if email not in self.tokens:
            browser = self.people[email]
            self.tokens[email] = (browser.sign_in(email) if email else browser).token()
        return self.tokens[email]


@contextmanager
def application(engine: str, folder: Path) -> Iterator[Flask]:
    """The application, which logs nothing but errors."""
    logger = logging.getLogger("anchor_portal")
    if engine == "postgres":
        with postgres_url(with_demo) as url:
            app = make_app(url)
            logger.setLevel(logging.ERROR)
            yield app
            app.extensions["database"].dispose()
    else:
        app = make_app(sqlite_url(folder, with_demo))
        logger.setLevel(logging.ERROR)
        yield app
        app.extensions["database"].dispose()
    logger.setLevel(logging.INFO)


@pytest.mark.parametrize(("engine", "seed"), [(engine, seed) for engine, seeds in BATCHES.items() for seed in seeds])
def test_no_request_however_malformed_ends_in_an_error_of_ours(engine: str, seed: int, tmp_path: Path) -> None:
    with application(engine, tmp_path) as app:
        attacker = Attacker(app, seed)
        answers = [attacker.attack() for _ in range(REQUESTS)]
    failed = [f"{answer.status_code}: {sent}" for sent, answer in answers if answer.status_code >= 500]
    assert not failed, f"{len(failed)} of {len(answers)}, for instance:\n" + "\n".join(failed[:3])
    assert not [sent for sent, answer in answers if b"Traceback (most" in answer.get_data()]
    assert all(answer.headers.get("Content-Security-Policy") for _, answer in answers)
    seen = {answer.status_code for _, answer in answers}
    assert {200, 302, 400, 403, 404, 405} <= seen, f"the requests do not get far enough: {seen}"


@pytest.mark.parametrize(("engine", "rounds"), [("sqlite", 24), ("postgres", 8)])
def test_whatever_is_saved_can_be_shown_checked_exported_and_printed(engine: str, rounds: int, tmp_path: Path) -> None:
    with application(engine, tmp_path) as app:
        attacker, lead = Attacker(app, 7), Browser(app).sign_in("lead@trust.example")
        mine = f"/returns/2027-01/{TRUST}"
        shown = [mine, f"{mine}/check", f"{mine}/return.pdf", f"{mine}/return.csv"]
        saved = 0
        for number in range(rounds):
            path = f"{mine}/sections/{attacker.chance.choice(KNOWN['code'][:-1])}"
            typed = {
                name: attacker.word()
                for name in attacker.names[path.rpartition("/")[2]]
                if attacker.chance.random() < 0.5
            }
            form = Page(lead.client.get(path)).form()
            own = {name: form[name] for name in ("csrf_token", "seen")}
            answer = lead.client.post(path, data=form | typed | own | {"then": "later"})
            saved += answer.status_code == 302
            for address in (path, *(shown if number % 4 == 3 else ())):
                assert lead.client.get(address).status_code == 200, f"{address} after {typed!r:.3000}"
    assert saved > rounds / 2
