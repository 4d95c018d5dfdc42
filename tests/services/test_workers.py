"""Workers as real processes: killed in the middle, told to stop, several at once on the same jobs."""

import json
import logging
import multiprocessing
import os
import signal
import time
from collections import Counter
from contextlib import ExitStack
from multiprocessing.synchronize import Barrier
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.engine import Database, open_database
from anchor_portal.logs import JsonLines
from anchor_portal.models import Job, JobState, JobWorker
from anchor_portal.models.base import now
from anchor_portal.queries.jobs import is_anybody_working
from anchor_portal.services.jobs import worker
from anchor_portal.services.jobs.outages import Outage
from anchor_portal.services.jobs.queue import put
from anchor_portal.services.jobs.work import run, run_due
from tests.services.long_jobs import (
    MOST_SECONDS,
    asked,
    fall_silent,
    job_of,
    lines_of,
    process,
    serve,
    settings_for,
    until,
)

WORKERS, JOBS, PIECES = 3, 8, 4


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    return settings_for(database, tmp_path)


def count_ended(database: Database) -> int:
    with Session(database.reader) as session:
        return session.scalar(select(func.count()).where(Job.state == JobState.DONE)) or 0


def work_alone(settings: Settings, job_id: int) -> None:
    """A child that does one job, in connections of its own."""
    run(open_database(settings.database_url), settings, job_id)


def test_a_worker_killed_in_the_middle_is_followed_by_one_that_goes_on(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "lines"
    job_id = asked(database, file=str(file), pieces=25, pause=0.03)
    database.dispose()  # no connection is shared with the child
    with process(work_alone, settings, job_id) as child:
        until(lambda: len(lines_of(file)) >= 3)
        assert child.pid
        os.kill(child.pid, signal.SIGKILL)
        child.join()
    left = job_of(database, job_id)
    assert (left.state, left.attempts) == (JobState.RUNNING, 1)
    assert run_due(database, settings) == 0, "it may yet be alive"
    fall_silent(database, job_id)
    assert run_due(database, settings) == 1
    job = job_of(database, job_id)
    assert (job.state, job.attempts, job.done) == (JobState.DONE, 2, 25)
    times = Counter(lines_of(file))
    assert len(times) == 25, "no piece is missing"
    assert sum(times.values()) <= 26, "at most the piece is done again in which it was killed"


def test_several_workers_never_do_the_same_work(database: Database, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "lines"
    jobs = [asked(database, file=str(file), pieces=PIECES, pause=0.01, number=number) for number in range(JOBS)]
    put(database, jobs)
    put(database, jobs)  # each of them twice in the queue
    database.dispose()
    with ExitStack() as stack:
        for _ in range(WORKERS):
            stack.enter_context(process(serve, settings, 2))
        until(lambda: count_ended(database) == JOBS)
        assert is_working(database)
    assert Counter(lines_of(file)) == {f"{job_id}:{piece}": 1 for job_id in jobs for piece in range(PIECES)}
    assert {job_of(database, job_id).attempts for job_id in jobs} == {1}


def grab(settings: Settings, jobs: list[int], together: Barrier) -> None:
    """A child that reaches for each job at the same moment as all others."""
    database = open_database(settings.database_url)
    for job_id in jobs:
        together.wait(MOST_SECONDS)
        run(database, settings, job_id)


def test_of_several_that_reach_for_a_job_at_the_same_moment_one_gets_it(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "lines"
    jobs = [asked(database, file=str(file), pieces=1, number=number) for number in range(JOBS)]
    database.dispose()
    together = multiprocessing.get_context("fork").Barrier(WORKERS)
    with ExitStack() as stack:
        children = [stack.enter_context(process(grab, settings, jobs, together)) for _ in range(WORKERS)]
        for child in children:
            child.join(MOST_SECONDS)
    assert Counter(lines_of(file)) == {f"{job_id}:0": 1 for job_id in jobs}


def test_a_worker_told_to_stop_gives_back_what_it_does_and_goes(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "lines"
    job_id = asked(database, file=str(file), pieces=1000, pause=0.02)
    put(database, [job_id])
    database.dispose()
    with process(serve, settings) as child:
        until(lambda: len(lines_of(file)) >= 2)
        child.terminate()
        child.join(20)
        assert child.exitcode == 0
    job = job_of(database, job_id)
    assert (job.state, job.attempts, job.memory["next"]) == (JobState.WAITING, 0, len(lines_of(file)))
    with Session(database.reader) as session:
        assert session.scalars(select(JobWorker)).all() == []
    assert not is_working(database)


def test_what_nobody_put_into_the_queue_is_found_all_the_same(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    job_id = asked(database, file=str(tmp_path / "lines"))
    database.dispose()
    with process(serve, settings):
        until(lambda: job_of(database, job_id).state == JobState.DONE)


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_a_worker_whose_connections_were_cut_goes_on(database: Database, settings: Settings, tmp_path: Path) -> None:
    database.dispose()
    with process(serve, settings) as child:
        until(lambda: is_working(database))
        with database.writer.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        job_id = asked(database, file=str(tmp_path / "lines"))
        put(database, [job_id])
        until(lambda: job_of(database, job_id).state == JobState.DONE)
        assert child.is_alive()


def serve_and_log(settings: Settings, log: Path) -> None:
    """A worker's process that writes what it says into a file."""
    handler = logging.FileHandler(log)
    handler.setFormatter(JsonLines())
    for name in ("anchor_portal", "huey"):
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.INFO if name == "anchor_portal" else logging.WARNING)
    serve(settings)


CUT = text(
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = :name ORDER BY backend_start DESC"
)
"""The latest first and one after the other, so that no lock is let go of while there is somebody who waits for it."""


def let_in(server: Engine, name: str, *, anybody: bool) -> None:
    """Have a database take connections, or take none and end those that there are: as if it were away."""
    with server.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {anybody}'))
        if not anybody:
            connection.execute(CUT, {"name": name})


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
def test_while_the_database_is_away_the_log_says_so_once_and_when_it_is_back(
    database: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "SECONDS_BETWEEN_BEATS", 0.3)
    log, name = tmp_path / "log", database.writer.url.database
    assert name
    server = create_engine(database.writer.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    database.dispose()
    held = database.writer.connect()
    held.execute(text("LOCK TABLE jobs"))  # so that a round is under way when the database goes
    with process(serve_and_log, settings, log) as child:
        until(lambda: how_many_wait(server, name) == 2)  # the round, and who looks for silent jobs
        until(lambda: is_working(database))
        database.dispose()
        for _ in range(2):
            let_in(server, name, anybody=False)
            time.sleep(2)  # many attempts of several threads
            let_in(server, name, anybody=True)
            until(lambda: "again" in log.read_text().splitlines()[-1])
        held.invalidate()
        job_id = asked(database, file=str(tmp_path / "lines"))
        put(database, [job_id])
        until(lambda: job_of(database, job_id).state == JobState.DONE)
        assert child.is_alive()
    server.dispose()
    said = [json.loads(line) for line in log.read_text().splitlines()]
    away, back = "a worker does not reach the database", "a worker reaches the database again"
    assert [line["message"] for line in said] == [away, back, away, back]
    assert not any("traceback" in line for line in said)


def how_many_wait(server: Engine, name: str) -> int:
    query = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND wait_event_type = 'Lock'")
    with server.connect() as connection:
        return connection.scalar(query, {"name": name}) or 0


def is_working(database: Database) -> bool:
    with Session(database.reader) as session:
        return is_anybody_working(session, now())


@pytest.mark.parametrize(
    ("fault", "is_told"), [(psycopg.errors.DeadlockDetected, True), (psycopg.errors.AdminShutdown, False)]
)
def test_two_who_waited_for_each_other_are_no_database_that_is_away(
    database: Database, fault: type[psycopg.Error], is_told: bool
) -> None:
    failure = OperationalError("a statement", {}, fault("in the words of the server"))
    record = logging.LogRecord("huey", logging.ERROR, "x", 1, "it broke off", (), (type(failure), failure, None))
    assert Outage(database).filter(record) is is_told
