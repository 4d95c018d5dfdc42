"""A server of our own for benchmarks: the portal and bare Flask views in one process, on a loopback port."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from anchor_portal.services.demo.load import DEMO_PASSWORD

SECRET = "a secret for benchmarks only"
PROJECT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Server:
    """A server of our own: where it listens, and its process."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """How long its threads were on a processor so far, in seconds, exact to the nanosecond."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


@contextmanager
def serving(url: str) -> Iterator[Server]:
    """Serve the database at an address, and stop the server afterwards."""
    port = _free_port()
    environment = os.environ | {"PYTHONPATH": str(PROJECT)}
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server", url, SECRET, str(port)], env=environment, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(port)
        yield Server(port, server.pid)
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    for _ in range(1200):  # a busy machine takes its time
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


class Client:
    """One connection that is kept open, with its cookies."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port)
        self.cookie = ""
        self._cookies: dict[str, str] = {}
        self.headers: Mapping[str, str] = {}

    def sign_in(self, email: str) -> str:
        """Sign in as people do; gives the token that every form carries."""
        _, page = self.send("GET", "/sign-in")
        fields = {"email": email, "password": DEMO_PASSWORD, "csrf_token": token_on(page)}
        self.send("POST", "/sign-in", fields)
        return token_on(self.send("GET", "/work")[1])

    def send(
        self, method: str, path: str, fields: dict[str, str] | None = None, more: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """Status and body of one request; `more` are further headers."""
        body = urlencode(fields).encode() if fields is not None else None
        headers = {"Cookie": self.cookie, **(more or {})} if self.cookie else {**(more or {})}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        text = response.read().decode()
        self.headers = response.headers
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        self.cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return response.status, text

    def timed(
        self, method: str, path: str, fields: dict[str, str] | None = None, more: dict[str, str] | None = None
    ) -> float:
        """Seconds that a request takes; it must succeed."""
        began = time.perf_counter()
        status, _ = self.send(method, path, fields, more)
        taken = time.perf_counter() - began
        if status >= 400:
            raise RuntimeError(f"{path} answers {status}")
        return taken


def token_on(page: str) -> str:
    """The token that forms of a page carry."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("no token on the page")
    return found[1]
