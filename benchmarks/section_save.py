"""Saving a section over HTTP, against a bare view on the same server that only reads the same fields."""

import re
import statistics
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from anchor_portal.domain.answers.merging import stamp_of
from anchor_portal.domain.questionnaire.version import parse
from anchor_portal.folders import folder
from benchmarks import Result
from benchmarks.databases import demo_on
from benchmarks.engines import available
from benchmarks.growing import add_returns
from benchmarks.serving import Client, Server, serving

SECTION = "/returns/2027-01/mid-cheshire-hospitals/sections/about"
ROUNDS, WARM_UP = 150, 10
MANY = 100_000


def measure() -> Iterator[Result]:
    """The rate of saves over that of bare reads, on each engine, with few and with many returns stored."""
    for engine in available():
        with ExitStack() as stack:
            few, many = (stack.enter_context(_saving(engine, size)) for size in (0, MANY))
            rate, cpu = few.against_reads()
            says = f"section save, {engine}"
            yield Result(says, rate, "a bare Flask view that reads the same fields", "at least 0.30")
            yield Result(f"{says}, processor", cpu, "the same view", "at most 4.0")
            yield Result(f"{says}, {MANY:,} returns stored", few.against(many), "itself with none", "at least 0.95")


class Saving:
    """Somebody who saves a section again and again, always something else: stored durably each time."""

    def __init__(self, server: Server) -> None:
        self.server, self.client = server, Client(server.port)
        self._posts = _two_posts(self.client.sign_in("lead@trust.example"))
        self.client.send("POST", SECTION, self._posts[0] | {"seen": _stored_stamp(self.client)})
        self._saved = 0

    def save(self) -> float:
        """Seconds of one save: signed in, allowed, validated, committed and redirected."""
        self._saved += 1
        return self.client.timed("POST", SECTION, self._posts[self._saved % 2])

    def read(self) -> float:
        """Seconds of one bare read of the same fields."""
        return self.client.timed("POST", "/bare/read", self._posts[self._saved % 2])

    def against_reads(self) -> tuple[float, float]:
        """The rate of saves over that of reads, turn by turn; and the processor's time of a save over that of a read."""
        waits, used = ([], []), ([], [])
        for _ in range(ROUNDS):
            for each, act in enumerate((self.save, self.read)):
                before = self.server.cpu_seconds()
                waits[each].append(act())
                used[each].append(self.server.cpu_seconds() - before)
        (saves, reads), (save_cpu, read_cpu) = map(_medians, (waits, used))
        return reads / saves, save_cpu / read_cpu

    def against(self, other: "Saving") -> float:
        """The other one's rate of saves over this one's, turn by turn."""
        ours, theirs = _medians([*zip(*((self.save(), other.save()) for _ in range(ROUNDS)), strict=True)])
        return ours / theirs


def _medians(times: Iterable[Sequence[float]]) -> list[float]:
    return [statistics.median(each[WARM_UP:]) for each in times]


@contextmanager
def _saving(engine: str, returns: int) -> Iterator[Saving]:
    with tempfile.TemporaryDirectory() as name, demo_on(engine, Path(name)) as url:
        if returns:
            add_returns(url, returns)
        with serving(url) as server:
            yield Saving(server)


def _stored_stamp(client: Client) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', client.send("GET", SECTION)[1])
    if found is None:
        raise RuntimeError("no stamp on the page")
    return found[1]


def _two_posts(token: str) -> list[dict[str, str]]:
    """Two ways to fill in the section, each posted when the other one is stored."""
    section = parse((folder("seeds") / "questionnaires" / "2024-07.toml").read_text(encoding="utf-8"), "x").section(
        "about"
    )
    ways = [{"about.boundary": {"": f"All sites, {way}."}, "about.headcount": {"": way}} for way in ("1000", "2000")]
    posts = [
        {f"{key}:": parts[""] for key, parts in way.items()} | {"then": "continue", "csrf_token": token} for way in ways
    ]
    return [post | {"seen": stamp_of(section, other)} for post, other in zip(posts, reversed(ways), strict=True)]
