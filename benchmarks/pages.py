"""Pages over HTTP against a bare Flask page on the same server, on both engines.

The bare page runs the very statements of the page as plain strings and fills a flat template of the same size. Each page
is asked for in turn with its floor, and the medians are compared: of the time that the browser waits, and of the
processor's time in the server. An unchanged public page is asked for as browsers do, with its entity tag, against a bare
hello.
"""

import statistics
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import text

from anchor_portal.engine import open_database
from benchmarks import Result
from benchmarks.databases import demo_on
from benchmarks.engines import available
from benchmarks.serving import Client, Server, serving

TRUST = "/returns/2027-01/mid-cheshire-hospitals"
PAGES = {
    "": {
        "home": "/",
        "public indicators": "/indicators",
        "public indicator": "/indicators/12",
        "signatories": "/organisations",
        "case studies": "/case-studies",
        "Beacon indicators": "/beacon",
    },
    "lead@trust.example": {"my work": "/work", "task list": TRUST},
    "member@assembly.example": {
        "queue": "/reviews",
        "review": "/reviews/2026-07/torus",
        "dashboard": "/assembly",
        "round": "/assembly/2026-07",
        "indicator": "/assembly/2026-07/indicators/12",
    },
}
WEIGHED = {
    "": ("/", "/indicators/12", "/indicators/20"),
    "member@assembly.example": (
        "/assembly",
        "/assembly/2026-07",
        "/assembly/2026-07/indicators/12",
        "/assembly/2026-07/indicators/20",
    ),
}
"""Pages that may not weigh too much: of the indicators the one of the other lines, and the heaviest."""
HEAVIEST = 60 * 1024
"""Bytes of a page as it is sent to who takes nothing compressed."""
WARM_UP, ROUNDS = 5, 40
KEEP = {"X-Keep": "yes"}


def measure() -> Iterator[Result]:
    """Every page over its floor, and the unchanged page over a hello."""
    for engine in available():
        with tempfile.TemporaryDirectory() as name, demo_on(engine, Path(name)) as url, serving(url) as server:
            for email, pages in PAGES.items():
                client = Client(server.port)
                if email:
                    client.sign_in(email)
                for title, path in pages.items():
                    yield from _against_floor(server, client, path, f"{title}, {engine}")
                for path in WEIGHED.get(email, ()):
                    weight = len(client.send("GET", path)[1].encode())
                    yield Result(
                        f"weight of {path}, {engine}", weight / HEAVIEST, f"60 KiB; {weight:,} bytes", "at most 1.0"
                    )
            yield from _made_anew(server, Client(server.port), url, engine)
            yield from _unchanged(server, Client(server.port), engine)


def _against_floor(server: Server, client: Client, path: str, says: str) -> Iterator[Result]:
    client.timed("GET", path)
    client.timed("GET", path, more=KEEP)
    waited, used = compare(server, client, ("GET", path), ("GET", "/bare/page"))
    against = "a bare page with the same SQL and size"
    yield Result(says, waited, against, "at most 3.0")
    yield Result(f"{says}, processor", used, against, "at most 3.0")


def _made_anew(server: Server, client: Client, url: str, engine: str) -> Iterator[Result]:
    """Public pages, each asked for right after another process committed, so that none that was kept can be given."""
    database = open_database(url)

    def commit() -> None:
        with database.writer.begin() as connection:
            connection.execute(text("UPDATE places SET name = name"))

    for title, path in PAGES[""].items():
        commit()
        client.timed("GET", path, more=KEEP)
        waited, used = compare(server, client, ("GET", path), ("GET", "/bare/page"), first=commit)
        against = "a bare page with the same SQL and size"
        yield Result(f"{title} after a commit, {engine}", waited, against, "at most 3.0")
        yield Result(f"{title} after a commit, {engine}, processor", used, against, "at most 3.0")
    database.dispose()


def _unchanged(server: Server, client: Client, engine: str) -> Iterator[Result]:
    for path in ("/", "/indicators/12", "/privacy"):
        client.timed("GET", path)
        known = {"If-None-Match": client.headers.get("ETag", "none")}
        status, _ = client.send("GET", path, more=known)
        if status != 304:
            raise RuntimeError(f"{path} answers {status} to its own tag")
        waited, used = compare(server, client, ("GET", path), ("GET", "/bare/"), known)
        yield Result(f"unchanged {path}, {engine}", waited, "a bare hello", "at most 1.5")
        yield Result(f"unchanged {path}, {engine}, processor", used, "a bare hello", "at most 1.5")


def compare(
    server: Server,
    client: Client,
    ours: tuple[str, str],
    floor: tuple[str, str],
    more: dict[str, str] | None = None,
    first: Callable[[], None] = lambda: None,
) -> tuple[float, float]:
    """How much longer ours takes than the floor, turn by turn: the wait, and the processor's time in the server.

    `first` is called before each request, and not counted.
    """
    waits: dict[str, list[float]] = {}
    used: dict[str, list[float]] = {}
    for _ in range(WARM_UP + ROUNDS):
        for method, path in (ours, floor):
            first()
            before = server.cpu_seconds()
            waits.setdefault(path, []).append(client.timed(method, path, more=more))
            used.setdefault(path, []).append(server.cpu_seconds() - before)
    return tuple(  # type: ignore[return-value]
        statistics.median(each[ours[1]][WARM_UP:]) / statistics.median(each[floor[1]][WARM_UP:])
        for each in (waits, used)
    )
