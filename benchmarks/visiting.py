"""Whoever comes over the network to a portal that the guide set up: what is looked at there, and somebody who reads all the time."""

import http.client
import re
import socket
import ssl
import time
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from urllib.parse import urlencode

NAME = "portal.example"
PAUSE = 0.05
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
Answer = tuple[int, dict[str, str], str]


class _Connection(http.client.HTTPSConnection):
    """To an address, with the portal's name; its certificate is one that nobody vouches for."""

    def __init__(self, address: str, timeout: float) -> None:
        super().__init__(NAME, 443, timeout=timeout, context=ssl._create_unverified_context())
        self._address = address

    def connect(self) -> None:
        plain = socket.create_connection((self._address, 443), self.timeout)
        self.sock = self._context.wrap_socket(plain, server_hostname=NAME)


def ask(address: str, path: str, form: dict[str, str] | None = None, cookie: str = "", seconds: float = 60) -> Answer:
    """Status, headers (names in small letters) and text of an answer."""
    connection = _Connection(address, seconds)
    headers = {"Cookie": cookie, "Origin": f"https://{NAME}", "Referer": f"https://{NAME}{path}"}
    try:
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            kind = {"Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form), headers | kind)
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, text


def status(address: str, path: str, *, wanted: int, seconds: float) -> None:
    """Wait until a page answers with a status. Raises AssertionError where it does not in so many seconds."""
    until, seen = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        with suppress(OSError):
            seen = ask(address, path)[0]
        if seen == wanted:
            return
        time.sleep(0.2)
    raise AssertionError(f"{path} of {address} answers {seen}, not {wanted}")


def look(address: str, email: str = "", password: str = "") -> None:
    """What one-machine.md promises to whoever comes from outside; with somebody who signs in, until the second factor."""
    answered, headers, _ = ask(address, "/")
    assert answered == 200 and "strict-transport-security" in headers, (answered, headers)
    assert "server" not in headers or headers["server"] == "nginx", headers["server"]
    for path in ("/metrics", "/readyz"):
        assert ask(address, path)[0] == 403, f"{path} answers whoever asks"
    plain = http.client.HTTPConnection(address, timeout=10)
    plain.request("GET", "/sign-in", headers={"Host": NAME})
    led = plain.getresponse()
    plain.close()
    assert (led.status, led.getheader("Location")) == (301, f"https://{NAME}/sign-in")
    if email:
        _sign_in(address, email, password)


def _sign_in(address: str, email: str, password: str) -> None:
    _, headers, page = ask(address, "/sign-in")
    token = TOKEN.search(page)
    assert token is not None, page
    cookie = headers["set-cookie"].partition(";")[0]
    form = {"csrf_token": token[1], "email": email, "password": password}
    answered, headers, page = ask(address, "/sign-in", form, cookie)
    assert answered == 302, page
    assert "/sign-in/set-up" in headers["location"], headers["location"]


class Reader:
    """Somebody who reads the first page of a portal again and again."""

    def __init__(self, address: str) -> None:
        self._address, self._over = address, Event()
        self._seen: list[tuple[int | str, float]] = []
        self._thread = Thread(target=self._read)

    def _read(self) -> None:
        while not self._over.wait(PAUSE):
            began = time.monotonic()
            try:
                seen: int | str = ask(self._address, "/")[0]
            except (OSError, http.client.HTTPException) as fault:
                seen = repr(fault)
            self._seen.append((seen, time.monotonic() - began))

    def __enter__(self) -> "Reader":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def goes_on(self, seconds: float) -> None:
        """Let them read for so long."""
        time.sleep(seconds)

    def has_seen_only(self, wanted: int) -> None:
        """Raises AssertionError where anything was answered otherwise, or nothing was."""
        other = [seen for seen, _ in self._seen if seen != wanted]
        assert self._seen and not other, f"{len(other)} of {len(self._seen)} answers: {other[:5]}"
