"""A country at work: 50 people fill in at once while others read dashboards, for a while or for an hour.

The portal runs under gunicorn as it is installed, with sign-in, authorisation, durable commits and audit. Each page's
latency under this load is set beside its own with nobody else there; whoever fills in takes some seconds between one
page and the next, which people need minutes for.
"""

import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from flask import Flask

from anchor_portal import create_app
from anchor_portal.config import Settings
from benchmarks import Result
from benchmarks.engines import available, empty_database
from benchmarks.growing import MEMBER
from benchmarks.nation import NEWEST, OPEN, lead_of, make_nation
from benchmarks.signed_in import cookie_of
from tests.kills.people import Answer, Cut, Person
from tests.kills.serving import SECRET, portal

ORGANISATIONS, PEOPLE, READERS = 10_000, 50, 4
SECONDS, AN_HOUR = 120.0, 3600.0
THINKING = 3.0
"""Seconds on average between one page of a person and the next; the waits are spread as those of people are."""
ALONE = 12
"""How often each page is opened with nobody else there."""
READ = {
    "dashboard": "/assembly",
    "indicator page": f"/assembly/{NEWEST}/indicators/12",
    "public indicator": "/indicators/12",
    "home": "/",
}
SECTIONS = tuple(f"pledge-{number}" for number in range(1, 7))


@dataclass
class Log:
    """What everybody met: seconds by page, and whatever went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)

    def time(
        self, person: Person, page: str, method: str, path: str, fields: dict[str, str] | None = None
    ) -> Answer | None:
        """One request; gives the answer, None where it is not the one that is due."""
        began = time.perf_counter()
        try:
            answer = person.post(path, fields) if fields is not None else person.get(path)
        except Cut as cut:
            self.errors.append(str(cut))
            return None
        self.seconds[page].append(time.perf_counter() - began)
        if answer.status != (302 if method == "POST" else 200):
            self.errors.append(f"{method} {path}: {answer.status} {answer.title}")
            return None
        return answer


@dataclass(frozen=True)
class Measured:
    """A run: what everybody met, what somebody alone met before, megabytes of the server along the way."""

    alone: dict[str, list[float]]
    log: Log
    megabytes: Sequence[float]

    @property
    def growth(self) -> float:
        """Memory in the last quarter over that in the second: in the first, what is needed is loaded."""
        quarter = max(1, len(self.megabytes) // 4)
        return median(self.megabytes[-quarter:]) / median(self.megabytes[quarter : 2 * quarter])


def measure(seconds: float = SECONDS) -> Iterator[Result]:
    """For each engine: the 95th percentile of each page over its median alone, errors, and growth of memory."""
    for engine in available():
        with TemporaryDirectory() as name, empty_database(engine, Path(name), "nation") as url:
            make_nation(url, ORGANISATIONS, PEOPLE)
            measured = run(url, Path(name), PEOPLE, READERS, seconds)
        yield from _results(measured, engine)


def _results(measured: Measured, engine: str) -> Iterator[Result]:
    for page, taken in sorted(measured.log.seconds.items()):
        alone = median(measured.alone[page])
        cuts = quantiles(taken, n=100)
        says = ", ".join(f"p{number} {1000 * cuts[number - 1]:.0f}" for number in (50, 95, 99))
        against = f"its median alone, {1000 * alone:.0f} ms; {says} ms of {len(taken):,}"
        yield Result(f"national: {page}, p95, {engine}", cuts[94] / alone, against, "shown")
    every = sum(map(len, measured.log.seconds.values()))
    errors = measured.log.errors
    first = f", the first: {errors[0]}" if errors else ""
    yield Result(f"national: errors, {engine}", float(len(errors)), f"{every:,} requests{first}", "exactly 0")
    against = f"itself in the second quarter of the run, now {measured.megabytes[-1]:.0f} MB"
    yield Result(f"national: memory, {engine}", measured.growth, against, "at most 1.05")


def run(url: str, folder: Path, people: int, readers: int, seconds: float, thinking: float = THINKING) -> Measured:
    """Serve a nation, and have people work there for so long."""
    with portal(url, folder) as served:
        served.serve("gunicorn")
        served.work()
        fillers, lookers = _everybody(url, served.port, people, readers)
        before, log, over = Log(), Log(), threading.Event()
        for each in (Log(), before):  # the first time templates are compiled, in every process
            for number in range(ALONE):
                fillers[0].fill_in(each, number)
                lookers[0].look(each)
        everybody = [
            *(threading.Thread(target=one.fill_in_until, args=(log, over, thinking)) for one in fillers),
            *(threading.Thread(target=one.look_until, args=(log, over, thinking)) for one in lookers),
        ]
        for thread in everybody:
            thread.start()
        try:
            megabytes = list(_watch(served.groups["server"], seconds))
        finally:
            over.set()
            for thread in everybody:
                thread.join()
            for one in (*fillers, *lookers):
                one.person.hang_up()
        return Measured(before.seconds, log, megabytes)


class Somebody:
    """A person with a session of their own; who fills in has an organisation."""

    def __init__(self, person: Person, slug: str, seed: int) -> None:
        self.person, self.tasks = person, f"/returns/{OPEN}/{slug}"
        self._chance = random.Random(seed)

    def fill_in_until(self, log: Log, over: threading.Event, thinking: float) -> None:
        """Fill in section after section."""
        number = 0
        while not over.wait(self._chance.expovariate(1 / thinking)):
            self.fill_in(log, number)
            number += 1

    def look_until(self, log: Log, over: threading.Event, thinking: float) -> None:
        """Read dashboards."""
        while not over.wait(self._chance.expovariate(1 / thinking)):
            self.look(log)

    def fill_in(self, log: Log, number: int) -> None:
        """Look at the tasks, open a section, save it."""
        self.person.hang_up()  # a connection that was idle may be closed by now: browsers open another, too
        section = SECTIONS[number % len(SECTIONS)]
        path = f"{self.tasks}/sections/{section}"
        log.time(self.person, "tasks", "GET", self.tasks)
        page = log.time(self.person, "section", "GET", path)
        if page is None:
            return
        narrative = f"p{section.removeprefix('pledge-')}.narrative:"
        form = page.form("seen") | {narrative: f"What we did, {number}.", "then": "continue"}
        log.time(self.person, "save", "POST", path, form)

    def look(self, log: Log) -> None:
        """Read each dashboard once."""
        self.person.hang_up()
        for name, path in READ.items():
            log.time(self.person, name, "GET", path)


def _everybody(url: str, port: int, people: int, readers: int) -> tuple[list[Somebody], list[Somebody]]:
    """Those who fill in, and those who read."""
    app = create_app(Settings(database_url=url, secret_key=SECRET, secure_cookies=False))
    fillers = [Somebody(_signed_in(app, port, email), slug, seed) for seed, (email, slug) in _leads(people)]
    lookers = [Somebody(_signed_in(app, port, MEMBER), "", people + seed) for seed in range(readers)]
    app.extensions["database"].dispose()
    return fillers, lookers


def _leads(people: int) -> Iterator[tuple[int, tuple[str, str]]]:
    return enumerate(map(lead_of, range(people)))


def _signed_in(app: Flask, port: int, email: str) -> Person:
    person = Person(port, email)
    person.cookies = dict([cookie_of(app, email)])
    return person


def _watch(group: int, seconds: float) -> Iterator[float]:
    """Megabytes of all processes of a server, forty times or more during so many seconds."""
    end, step = time.monotonic() + seconds, min(5.0, seconds / 40)
    while time.monotonic() < end:
        time.sleep(step)
        yield sum(_megabytes(Path(f"/proc/{pid}/smaps_rollup")) for pid in _members(group))


def _members(group: int) -> list[int]:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    return [pid for pid in pids if _group_of(pid) == group]


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


def _megabytes(rollup: Path) -> float:
    """The proportional share of memory of one process; none of one that is gone."""
    try:
        lines = rollup.read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)
