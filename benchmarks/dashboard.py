"""Pages over 1,000 and 100,000 organisations in eight rounds against themselves over 21, and a round's totals.

On both engines, over HTTP, each size on a server of its own: the Assembly's dashboard and an indicator page, which read
stored sums, and the public page of an indicator as a member gets it, made anew each time from what was frozen. Each is
asked for in turn, and medians are compared: of the time that the browser waits, and of the processor's time in the
server. What is sent is weighed as it is before anything compresses it.
"""

import statistics
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from anchor_portal import create_app
from anchor_portal.config import Settings
from anchor_portal.engine import open_database
from benchmarks import Result, totals
from benchmarks.engines import available, empty_database
from benchmarks.growing import CODES, MEMBER, grow_database
from benchmarks.serving import SECRET, Client, Server, serving
from benchmarks.signed_in import cookie_of

SIZES = (21, 1_000, 100_000)
PAGES = {
    "dashboard": "/assembly",
    "indicator page": f"/assembly/{CODES[-1]}/indicators/12",
    "published page": "/indicators/12",
}
WARM_UP, TURNS = 5, 40
HEAVIEST = 60 * 1024
"""Bytes that a page may have."""


def measure() -> Iterator[Result]:
    """Wait, processor's time and weight of each page, then making the totals of a round again."""
    for engine in available():
        with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
            portals = {size: stack.enter_context(_grown(engine, Path(name), size)) for size in SIZES}
            for title, path in PAGES.items():
                yield from _compare(portals, path, title, engine)
            database = open_database(portals[SIZES[-1]].url)
            yield totals.measure_on(database, engine, SIZES[-1])
            database.dispose()


@dataclass(frozen=True, slots=True)
class Portal:
    """A server on a database of one size, and a member who is signed in there."""

    url: str
    server: Server
    client: Client

    def ask(self, path: str) -> tuple[float, float, int]:
        """Seconds that one waits for a page, seconds of processor that it takes the server, and its bytes."""
        before = self.server.cpu_seconds()
        waited = self.client.timed("GET", path)
        return waited, self.server.cpu_seconds() - before, int(self.client.headers["Content-Length"])


def _compare(portals: Mapping[int, Portal], path: str, title: str, engine: str) -> Iterator[Result]:
    asked: dict[int, list[tuple[float, float, int]]] = {size: [] for size in portals}
    for _ in range(WARM_UP + TURNS):
        for size, portal in portals.items():
            asked[size].append(portal.ask(path))
    waited, used = ({size: _middle(each, which) for size, each in asked.items()} for which in (0, 1))
    for size in SIZES[1:]:
        says = f"{title}, {size:,}, {engine}"
        yield Result(says, waited[size] / waited[SIZES[0]], "itself with 21", "at most 1.2")
        yield Result(f"{says}, processor", used[size] / used[SIZES[0]], "itself with 21", "at most 1.2")
        weight = asked[size][-1][2]
        yield Result(f"{says}, weight", weight / HEAVIEST, f"60 KiB; {weight:,} bytes", "at most 1.0")


def _middle(asked: list[tuple[float, float, int]], which: int) -> float:
    return statistics.median(each[which] for each in asked[WARM_UP:])


@contextmanager
def _grown(engine: str, folder: Path, size: int) -> Iterator[Portal]:
    with empty_database(engine, folder, f"grown-{size}") as url:
        grow_database(url, size)
        app = create_app(Settings(database_url=url, secret_key=SECRET, secure_cookies=False))
        cookie = cookie_of(app, MEMBER)
        app.extensions["database"].dispose()
        with serving(url) as server:
            client = Client(server.port)
            client.cookie = f"{cookie[0]}={cookie[1]}"
            yield Portal(url, server, client)
