"""Requests that mean harm: every route, every kind of person, and anything at all in paths, queries, forms, headers, cookies and files.

Whatever is typed carries a mark, by which it is found again where it must not be: as HTML of a page, as a line of a
header, in a line of the log.
"""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, quote_from_bytes

from flask import Flask
from werkzeug.test import TestResponse

from tests import hostile
from tests.pages import Browser
from tests.web.returning import READY, RETURNED, SUBMITTED
from tests.web.sections import TRUST

MARK = "zqx"
"""In everything typed; no word of the portal holds it."""
HOST, ASKED = "zqhost.example", "zqasked.example"
"""Hosts that are not ours: one that is typed, and one in headers, which stands in no answer."""
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
ALWAYS = ("", "lead@trust.example", "team@team.example")
"""Who tries every route in every run; two of the others try it, too."""
OTHERS = tuple(each for each in PEOPLE if each not in ALWAYS)
ODD_METHODS = ("HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "POST", "GET", "PROPFIND", "ZQX")
PLACES = {
    "draft": f"/returns/2027-01/{TRUST}",
    "people": f"/organisations/{TRUST}/people",
    "accepted": f"/returns/2026-07/{TRUST}",
    "reviewed": f"/reviews/2026-07/{TRUST}",
    "waiting": "/reviews/2027-01/st-helens-borough-council",
}
KNOWN = {
    "round_code": ("2027-01", "2027-01", "2026-07", "2024-01", "2023-07"),
    "slug": (TRUST, TRUST, READY, RETURNED, SUBMITTED, "walton-centre", "roche", "cheshire-wirral-partnership"),
    "code": ("about", *(f"pledge-{number}" for number in range(1, 8)), "workforce", "sign-off"),
    "section_code": ("about", "pledge-1", "pledge-6"),
    "step": ("ask_to_sign", "send_back", "submit", "accept"),
    "number": ("12", "20", "21", "2026-07-ABCDEF"),
    "theme_code": ("theme-1", "life-expectancy"),
    "role": ("lead", "team", "member"),
}
TAGS = (
    f"<{MARK} a>",
    f"</textarea><{MARK} b>",
    f"--><{MARK} c>",
    f"'\"><{MARK} d>",
    f"]]><{MARK} e>",
    f"<svg/onload={MARK}>",
)
ATTRIBUTES = (f'{MARK}" on{MARK}="1', f"{MARK}' on{MARK}='1", f"{MARK} on{MARK}=1 ")
LINES = (f"\r\nX-{MARK}: 1", f"\nSet-Cookie: {MARK}=1", f"{MARK}\r\n\r\n<{MARK} f>", f"\u560a\u560dX-{MARK}: 1")
ADDRESSES = (
    f"//{HOST}",
    f"https://{HOST}/",
    f"javascript:{MARK}(1)",
    f"data:text/html,<{MARK} g>",
    f"/\\{HOST}",
    f"http://[{MARK}",
)
TEMPLATES = (
    f"{{{{7*7}}}}{MARK}",
    f"${{7*7}}{MARK}",
    f"%s%n%x{MARK}",
    f"{{0.__class__}}{MARK}",
    f"' OR 1=1 --{MARK}",
    f"=cmd|'/C {MARK}'!A0",
)
WORDS = (
    *("", " ", "yes", "no", "0", "1", "-1", "812", "1,234.50", "£1.2m", "95 %", "²", "٣", "½", "NaN", "sNaN", "-Infinity"),
    *("1e999999", "9" * 4400, "0" * 5000 + "1", "1" + "0" * 30, "30/2/2026", "9999-12-31", "0001-01-01", "10000-01-01"),
    *("2026-09-30", "not_known:not_held", "not_applicable:", ":other", "..", "../../../etc/passwd", "\0", f"{MARK}\0b"),
    *("\x1b[31m", f"\u202egnp.{MARK}", "\ufeff", "\ufffe", "\U0001f642", "e\u0301" * 50, "\ud7ff\ue000", "İıſ", f"{MARK} " * 3000),
    *TAGS, *TAGS, *ATTRIBUTES, *LINES, *ADDRESSES, *TEMPLATES,
)  # fmt: skip
NAMES = (
    *("csrf_token", "seen", "then", "more", "remove", "digest", "confirm", "reason", "revision", "email", "password"),
    *("next", "number", "page", "round", "check", "code", "version", "opens_on-day", "closes_on-year", "period_from"),
    *("q", "query", "status", "sort", "sector", "place", "theme", "level", "at", "name", "who", "action", "from", "to"),
    *(
        "about.boundary:",
        "about.snapshot_date:~day",
        "about.headcount:",
        "p1.rlw_staff:numerator",
        "p1.rlw_staff:denominator",
    ),
    *("p1.rlw_staff:basis", "p1.rlw_staff:state~picked", "p1.rlw_staff:explanation", "p1.evidence:1.link"),
    *(
        "p1.evidence:2.about~month",
        "p1.evidence:999.link",
        "p1.evidence:².",
        "p6.marmot:theme-99",
        "p7.case_studies:1.title",
    ),
    *(
        "workforce.levels:x.white",
        "signoff:name",
        "signoff:date",
        ":",
        "",
        "~day",
        "p1.rlw_staff:~",
        "\0",
        "p1.narrative:\0",
    ),
    *(f"<{MARK} h>", f'{MARK}" on{MARK}="1', "kept:reason", "kept:csrf_token", "__proto__", "upload", "file", "files"),
)
HEADERS: dict[str, tuple[str, ...]] = {
    "Host": ("localhost:99999", ASKED, ASKED, "a b", "[::1", "x" * 300, f"<{MARK}>", "localhost"),
    "X-Forwarded-Host": (ASKED,),
    "X-Forwarded-For": (f"{MARK}, 10.0.0.1", "::1", "<b>"),
    "X-Forwarded-Proto": ("https", MARK),
    "X-HTTP-Method-Override": ("DELETE", "PUT"),
    "X-Request-ID": (f"{MARK}-{MARK}-{MARK}", "a" * 5000),
    "Accept": ("application/json", "*/*;q=zqx", "text/html;level=9" * 200, ""),
    "Accept-Language": ("cy", "*", "q=;,"),
    "Authorization": (f"Basic {MARK}", f"Bearer {MARK}", "Digest"),
    "Cookie": (
        f"anchor_session={MARK}; {MARK}={MARK}",
        "anchor_session=",
        f"anchor_session=eyJhIjoxfQ.{MARK}.x",
        "=;=",
        "a" * 9000,
    ),
    "If-None-Match": ("*", f'"{MARK}"', "W/", '"'),
    "If-Modified-Since": (MARK, "Sat, 01 Jan 0000 00:00:00 GMT", "Fri, 31 Dec 99999 00:00:00 GMT"),
    "Origin": (f"https://{HOST}", "null"),
    "Range": ("bytes=0-0", "bytes=-1", "bytes=9-1,2-", f"{MARK}=1-2"),
    "Referer": (f"https://{HOST}/{MARK}", MARK),
    "Sec-Fetch-Site": ("cross-site", "same-origin", MARK),
    "User-Agent": (f"{MARK} <{MARK}>", ""),
    "Content-Encoding": ("gzip", MARK),
    "Expect": ("100-continue",),
}
FILES = (
    ("report.pdf", hostile.pdf), (f"<{MARK} i>.pdf", hostile.pdf), (f"..\\..\\{MARK}.csv", hostile.csv),
    (f'{MARK}"; filename="x.html', lambda: hostile.HTML), ("table.xlsx", hostile.xlsx), ("a.svg", lambda: b"<svg onload=zqx>"),
    ("x.exe", lambda: hostile.EXE), ("\0.csv", lambda: b"\0" * 50), ("", lambda: b""),
)  # fmt: skip
KINDS = (
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "text/plain"),
    *(
        "application/json",
        "application/x-www-form-urlencoded; charset=utf-7",
        "\u00e9/\u00e9",
        "",
        "text/xml",
        "image/png",
    ),
)


def routes() -> list[tuple[str, str, str]]:
    """Endpoint, method and an address that is there, of every route: those of the access table."""
    lines = Path(__file__).with_name("access_matrix.txt").read_text(encoding="utf-8").splitlines()[1:]
    rows = [line.split()[:3] for line in lines if line.strip()]
    return [(endpoint, method, address.format(**PLACES)) for endpoint, method, address in rows]


def share(part: int, parts: int) -> list[tuple[str, tuple[str, str, str]]]:
    """Every route with five people, dealt out like cards: the hand of one of `parts` players."""
    chance = Random(2026)
    every = [(person, route) for route in routes() for person in (*ALWAYS, *chance.sample(OTHERS, 2))]
    chance.shuffle(every)
    return every[part::parts]


class Attacker:
    """Somebody who sends anything at all, the same in every run with the same seed."""

    def __init__(self, app: Flask, seed: int) -> None:
        self.app, self.chance = app, Random(seed)
        self.people = {email: Browser(app) for email in PEOPLE}
        self.tokens: dict[str, str] = {}
        self.boxes: dict[str, list[str]] = {}
        """Names of the boxes of forms that were seen, by the address that they are sent to."""

    def attack(self, email: str, route: tuple[str, str, str]) -> tuple[str, TestResponse]:
        """One request: what was sent, in short, and what came back."""
        request = self.request(email, route)
        own_cookie = "Cookie" in request["headers"]
        client = self.app.test_client(use_cookies=False) if own_cookie else self.people[email].client
        response = client.open(buffered=True, **request)
        if route[0].split(".")[0] in {"account", "own_account", "signing_in"} or _is_sent_to_sign_in(response):
            self.tokens.pop(email, None)
        self._learn(response)
        return f"{email or 'public'}: {request!r:.1500}", response

    def request(self, email: str, route: tuple[str, str, str]) -> dict[str, Any]:
        """A request for a route, much of it as it should be so that it gets far, some of it not."""
        _, method, address = route
        if self.chance.random() < 0.15:
            method = self.chance.choice(ODD_METHODS)
        path, _, query = address.partition("?")
        token = self.token(email)
        request: dict[str, Any] = {"method": method, "path": self.path(path), "headers": self.headers()}
        request["query_string"] = self.query() or query
        return request | (self.body(token, path) if method in {"POST", "PUT", "PATCH"} else {})

    def word(self) -> str:
        """Something to type."""
        if self.chance.random() < 0.8:
            return self.chance.choice(WORDS)
        return MARK + "".join(
            chr(self.chance.choice((self.chance.randrange(1, 0xD7FF), 0x1F600, 32, 47))) for _ in range(8)
        )

    def path(self, path: str) -> str:
        """The address of a route; now and then one of its parts is another one, or none that there can be."""
        if self.chance.random() < 0.6:
            return path
        parts = path.split("/")
        place = self.chance.randrange(1, len(parts))
        known = next((pool for pool in KNOWN.values() if parts[place] in pool), ())
        if known and self.chance.random() < 0.5:
            parts[place] = self.chance.choice(known)
        elif self.chance.random() < 0.3:
            parts[place] = quote_from_bytes(self.chance.randbytes(6))
        else:
            parts[place] = quote(self.word()[:2000], safe="")
        return "/".join(parts) + self.chance.choice(("", "", "", "/", "%00", "//"))

    def query(self) -> str:
        """Mostly none."""
        if self.chance.random() < 0.5:
            return ""
        if self.chance.random() < 0.2:
            return self.chance.choice(("%", "%zz=%f", "=&=&&", "a=" + quote_from_bytes(self.chance.randbytes(20))))
        names = [self.chance.choice(NAMES) for _ in range(self.chance.randrange(1, 4))]
        return "&".join(f"{quote(name)}={quote(self.word()[:3000])}" for name in names)

    def headers(self) -> dict[str, str]:
        """Mostly none, sometimes some that are odd."""
        if self.chance.random() < 0.6:
            return {}
        names = self.chance.sample(sorted(HEADERS), self.chance.choice((1, 1, 2)))
        return {name: self.chance.choice(HEADERS[name]) for name in names}

    def body(self, token: str, path: str) -> dict[str, Any]:
        """A form with a sound token, a form with files, or what is no form at all."""
        shape = self.chance.random()
        if shape < 0.7:
            return {"data": self.form(token, path)}
        if shape < 0.85:
            return {"data": self.form(token, path) | dict(self.files()), "content_type": "multipart/form-data"}
        if shape < 0.9:
            return {"json": {self.chance.choice(NAMES): self.word(), "list": [self.word(), None, 1e308], "id": MARK}}
        raw = self.chance.choice(
            (self.chance.randbytes(200), b'--x\r\nContent-Disposition: form-data; name="a', b"%zz=%", b"&" * 4000)
        )
        return {"data": raw, "content_type": self.chance.choice(KINDS)}

    def form(self, token: str, path: str) -> dict[str, Any]:
        """Fields, some of them several times; the names are those of our own pages, and some that are not."""
        fields: dict[str, Any] = {}
        known = self.boxes.get(path) or NAMES
        for _ in range(self.chance.choice((0, 1, 3, 12, 40))):
            names = known if self.chance.random() < 0.8 else NAMES
            fields.setdefault(self.chance.choice(names), []).append(self.word())
        if self.chance.random() < 0.9:
            fields["csrf_token"] = [token]
        if self.chance.random() < 0.3:
            fields |= {"confirm": ["yes"], "revision": ["1"], "then": ["continue"]}
        return fields

    def files(self) -> Iterator[tuple[str, Any]]:
        """Files under names that some form takes them under."""
        for name in self.chance.sample(("upload", "file", "files", "p1.evidence:1.file", "p7.evidence:1.file"), 2):
            filename, make = self.chance.choice(FILES)
            yield name, (io.BytesIO(make()), filename)

    def token(self, email: str) -> str:
        """A token of this person's session, who is signed in again where a request ended it."""
        if email not in self.tokens:
            browser = self.people[email]
            self.tokens[email] = (browser.sign_in(email) if email else browser).token()
        return self.tokens[email]

    def _learn(self, response: TestResponse) -> None:
        """Keep the boxes of the forms of a page, so that what is posted later has their names."""
        if response.mimetype != "text/html" or response.status_code != 200:
            return
        for attributes, form in re.findall(r'<form([^>]*)method="post"[^>]*>(.*?)</form>', response.text, re.DOTALL):
            action = re.search(r'action="([^"?]+)', attributes)
            path = action[1] if action else response.request.path
            self.boxes.setdefault(path, re.findall(r' name="([^"]*)"', form))


def _is_sent_to_sign_in(response: TestResponse) -> bool:
    return response.status_code == 401 or (response.status_code == 302 and response.location.startswith("/sign-in"))
