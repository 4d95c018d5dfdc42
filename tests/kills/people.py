"""People at the portal, over real HTTP: each with a connection and cookies of their own."""

import http.client
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

from anchor_portal.services.demo.load import DEMO_PASSWORD

SECONDS_TO_WAIT = 60


class Cut(Exception):
    """The connection broke before the whole answer was here: whether what was asked was done is not known."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that arrived whole."""

    status: int
    text: str = field(repr=False)
    location: str

    def form(self, having: str) -> dict[str, str]:
        """The form of the page that has a box of this name, as it would be sent."""
        reader = _Forms()
        reader.feed(self.text)
        found = next((form for form in reader.forms if having in form), None)
        assert found is not None, f"no form with {having} (answer {self.status}: {self.text[:300]})"
        return found

    @property
    def title(self) -> str:
        """The main heading."""
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.text, re.DOTALL)
        return " ".join(re.sub("<[^>]+>", " ", found[1]).split()) if found else ""


class _Forms(HTMLParser):
    """Reads what every form of a page would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self._list, self._area = "", ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """A form, or a box in one."""
        given = {name: value or "" for name, value in attributes}
        name = given.get("name", "")
        if tag == "form":
            self.forms.append({})
        elif not self.forms:
            return
        elif tag == "input" and name and (given.get("type") not in {"radio", "checkbox"} or "checked" in given):
            self.forms[-1].setdefault(name, given.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self.forms[-1][name] = ""
        elif tag == "select":
            self._list = name
        elif tag == "option" and self._list and ("selected" in given or self._list not in self.forms[-1]):
            self.forms[-1][self._list] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        """The end of a list or a text."""
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._list = ""

    def handle_data(self, data: str) -> None:
        """What stands in a text."""
        if self._area:
            self.forms[-1][self._area] = (self.forms[-1][self._area] + data).removeprefix("\n")


class Person:
    """Somebody with an account of the demonstration; not signed in yet."""

    def __init__(self, port: int, email: str) -> None:
        self.port, self.email = port, email
        self.cookies: dict[str, str] = {}
        self._connection: http.client.HTTPConnection | None = None

    def sign_in(self) -> "Person":
        """Sign in with the form."""
        form = self.get("/sign-in").form("password")
        answer = self.post("/sign-in", form | {"email": self.email, "password": DEMO_PASSWORD})
        assert answer.status == 302, f"{self.email}: {answer.status} {answer.title}"
        return self

    def get(self, path: str) -> Answer:
        """Open a page. Raises Cut."""
        return self.send("GET", path)

    def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Send a form. Raises Cut."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(fields).encode(), {**kind, **headers})

    def upload(self, path: str, fields: Mapping[str, str], name: str, content: bytes) -> Answer:
        """Send a form with a file in its box “upload”. Raises Cut."""
        boundary = secrets.token_hex(16)
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{text}\r\n'
            for key, text in fields.items()
        ]
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="upload"; filename="{name}"\r\n\r\n'
        body = "".join([*parts, head]).encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self.send("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request and its whole answer. Raises Cut."""
        try:
            return self._send(method, path, body, {**(headers or {}), **self._cookie()})
        except (OSError, http.client.HTTPException) as error:
            self.hang_up()
            raise Cut(f"{method} {path}: {error!r}") from None

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS_TO_WAIT)
        self._connection.request(method, path, body, dict(headers))
        response = self._connection.getresponse()
        text = response.read().decode(errors="replace")
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        target = urlsplit(response.headers.get("Location", ""))
        if response.headers.get("Connection", "").lower() == "close":
            self.hang_up()
        return Answer(response.status, text, target.path + (f"?{target.query}" if target.query else ""))

    def hang_up(self) -> None:
        """Close the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def value_of(answer: Any, pattern: str) -> str:
    """What a pattern finds in an answer's text."""
    found = re.search(pattern, answer.text)
    assert found is not None, f"{pattern} is not in {answer.text[:300]}"
    return found[1]
