"""Clients that send or read very slowly: others are served meanwhile, and what arrives late is done all the same."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.conftest import with_demo
from tests.engines import sqlite_url
from tests.kills.people import Person
from tests.kills.serving import Portal, portal

PATH, BOX = "/returns/2027-01/mid-cheshire-hospitals/sections/pledge-1", "p1.narrative:"
CROWD = 30


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Portal]:
    """The portal as `portal.py run` starts it: four threads."""
    with portal(sqlite_url(tmp_path, with_demo), tmp_path) as made:
        made.serve()
        yield made


def connect(to: Portal, stack: ExitStack) -> socket.socket:
    """A connection on which nothing was said yet."""
    return stack.enter_context(socket.create_connection(("127.0.0.1", to.port), timeout=60))


def head(person: Person, method: str, path: str, length: int = 0) -> bytes:
    """The beginning of a request of somebody who is signed in."""
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{person.port}", f"Cookie: {cookies}", "Connection: close"]
    lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {length}"] if length else []
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side hangs up."""
    pieces = []
    while piece := connection.recv(65536):
        pieces.append(piece)
    return b"".join(pieces)


def test_slow_writers_and_slow_readers_hold_nobody_up_and_lose_nothing(running: Portal) -> None:
    slow = Person(running.port, "lead@trust.example").sign_in()
    other = Person(running.port, "shanice.wetherlam@torus.example").sign_in()
    form = slow.get(PATH).form("seen") | {BOX: "Sent letter by letter.", "then": "later"}
    body = urlencode(form).encode()
    whole = other.get("/data").text
    with ExitStack() as stack:
        for number in range(CROWD):
            connect(running, stack).sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "[: 20 + number])
        late = connect(running, stack)
        late.sendall(head(slow, "POST", PATH, len(body)) + body[:-7])
        readers = [connect(running, stack) for _ in range(CROWD)]
        for reader in readers:
            reader.sendall(head(other, "GET", "/data"))
        path = PATH.replace("mid-cheshire-hospitals", "torus")
        mine = other.get(path).form("seen") | {BOX: "Saved in between.", "then": "later"}
        assert other.post(path, mine).status == 302, "half a request holds no lock"
        assert other.get(path).form("seen")[BOX] == "Saved in between."
        late.sendall(body[-7:])
        assert everything(late).startswith(b"HTTP/1.1 302")
        assert all(everything(reader).count(b"</html>") == whole.count("</html>") == 1 for reader in readers)
    assert slow.get(PATH).form("seen")[BOX] == "Sent letter by letter."
    for person in (slow, other):
        person.hang_up()
