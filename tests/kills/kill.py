"""Killing a portal again and again while people work with it, and looking each time whether anything is lost or half there."""

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from anchor_portal.domain.audit_chain import read_mark
from anchor_portal.domain.long_work import SILENT
from anchor_portal.engine import Database, open_database
from anchor_portal.models import Job, JobState
from anchor_portal.models.base import now
from anchor_portal.services.audit_checking import check_audit
from anchor_portal.services.doctor import examine
from anchor_portal.services.evidence.store import FolderStore
from tests.kills.people import Cut
from tests.kills.serving import MOST_SECONDS, Portal, portal
from tests.kills.traffic import Asker, Traffic, everybody

MOST_ANSWERS = 2
"""The kill comes after one to so many answers to one of the people, and a moment more, within their next action."""
BETWEEN_DOCTORS = 10


class Killing:
    """A portal, those who use it, and a count of what happened."""

    def __init__(self, url: str, running: Portal, program: str, chance: random.Random) -> None:
        self.url, self.running, self.program, self.chance = url, running, program, chance
        self.faults: list[str] = []
        self.kills: Counter[str] = Counter()
        running.serve(program)
        store = FolderStore(running.folder / "evidence")
        self.people: list[Traffic] = everybody(running.port, store)
        self._warm()
        for person in (person for each in self.people for person in each.people):
            person.hang_up()
        running.kill("server")
        self.look(thorough=False)

    def _warm(self) -> None:
        """Have every page compiled that is going to be opened."""
        for person, path in (page for each in self.people for page in each.pages):
            self.running.open_once([path], person.cookies)

    def live_and_die(self) -> None:
        """One life of the server and its worker, ended at a random moment; then a look at what is there."""
        self.running.serve(self.program)
        self.running.work()
        over = threading.Event()
        threads = [threading.Thread(target=self._keep_busy, args=(each, over)) for each in self.people]
        for thread in threads:
            thread.start()
        self._wait_for_the_moment()
        for what in self.chance.sample(["server", "worker"], 2):
            self.running.kill(what)
            self.kills[what] += 1
        over.set()
        for thread in threads:
            thread.join()
        assert not self.faults, self.faults
        self.look(thorough=self.kills["server"] % BETWEEN_DOCTORS == 0)

    def _wait_for_the_moment(self) -> None:
        """Until one of the people has had an answer or two, and is somewhere in their next action."""
        watched = self.chance.choices(self.people, [each.weight for each in self.people])[0]
        enough = watched.acknowledged + self.chance.randint(1, MOST_ANSWERS)
        end = time.monotonic() + MOST_SECONDS
        while watched.acknowledged < enough and not self.faults and time.monotonic() < end:
            time.sleep(0.002)
        time.sleep(self.chance.uniform(0, watched.seconds))

    def _keep_busy(self, traffic: Traffic, over: threading.Event) -> None:
        try:
            while not over.is_set():
                traffic.turn()
                over.wait(traffic.pause)
        except Cut:
            return
        except Exception as error:
            self.faults.append(f"{type(traffic).__name__}: {error!r}")
        finally:
            for person in traffic.people:
                person.hang_up()

    def look(self, *, thorough: bool) -> None:
        """Compare what is there with what was acknowledged; where thorough, with the doctor's whole look."""
        with closing(_Opened(self.url)) as opened:
            _wait_for_what_is_left(opened.database)
            with Session(opened.database.reader) as session:
                for each in self.people:
                    each.settle(session)
                audit = check_audit(session, [read_mark(mark) for mark in self.running.marks()])
                assert audit.faults == [], audit.faults
            _let_time_pass(opened.database)
            wrong = [finding for finding in examine(opened.database) if finding.wrong] if thorough else []
            assert wrong == [], wrong

    def finish(self) -> None:
        """Let the worker do what was asked for, and look once more."""
        asker = next(each for each in self.people if isinstance(each, Asker))
        self.running.work()
        self._until(lambda session: not asker.unfinished(session))
        self.running.kill("worker")
        self.look(thorough=True)

    def _until(self, is_so: Callable[[Session], bool]) -> None:
        end = time.monotonic() + 2 * MOST_SECONDS
        with closing(_Opened(self.url)) as opened:
            while True:
                with Session(opened.database.reader) as session:
                    if is_so(session):
                        return
                assert time.monotonic() < end, self.running.log.read_text()[-4000:]
                time.sleep(0.1)

    @property
    def acknowledged(self) -> dict[str, int]:
        """How much was acknowledged, by kind of traffic."""
        return {type(each).__name__: each.acknowledged for each in self.people}


class _Opened:
    """A database that is closed altogether afterwards: the next to open it finds it as the kill left it."""

    def __init__(self, url: str) -> None:
        self.database = open_database(url)

    def close(self) -> None:
        """Let go of it."""
        self.database.dispose()


def _wait_for_what_is_left(database: Database) -> None:
    """PostgreSQL may still be at the last thing that a process asked of it before it was killed."""
    if database.writer.dialect.name == "sqlite":
        return
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    end = time.monotonic() + MOST_SECONDS
    while True:
        with database.reader.connect() as connection:
            if not connection.execute(text(others)).scalar():
                return
        assert time.monotonic() < end, "connections of a process that was killed do not end"
        time.sleep(0.005)


def _let_time_pass(database: Database) -> None:
    """As if the worker that was killed had been silent for long: the next one need not wait to take its work over."""
    with Session(database.writer) as session, session.begin():
        session.execute(update(Job).where(Job.state == JobState.RUNNING).values(beat_at=now() - 2 * SILENT))


def kill_again_and_again(url: str, folder: Path, program: str, times: int, chance: random.Random) -> Killing:
    """So many kills; gives what happened. Raises AssertionError where something was lost or is half there."""
    with portal(url, folder) as running:
        killing = Killing(url, running, program, chance)
        for _ in range(times):
            killing.live_and_die()
        killing.finish()
    return killing
