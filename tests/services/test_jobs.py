"""Long work: asked for once, done once, stopped, refused, taken over, remembered, tidied."""

import logging
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.long_work import KEPT_FOR, MOST_ATTEMPTS, REMEMBERED_FOR
from anchor_portal.domain.people import Role
from anchor_portal.engine import Database
from anchor_portal.models import Job, JobState
from anchor_portal.models.base import now
from anchor_portal.services.evidence.store import ContentMissing, open_store
from anchor_portal.services.jobs.board import ASKED, ask, stop
from anchor_portal.services.jobs.chores import ask_for_chores
from anchor_portal.services.jobs.kinds import CHORES, KINDS, find_due_check, find_work
from anchor_portal.services.jobs.queue import open_queue, put
from anchor_portal.services.jobs.tidying import remove_unknown_results, tidy
from anchor_portal.services.jobs.work import Interrupted, Stopped, TakenOver, Work, _take, run, run_due
from anchor_portal.services.people import add_role
from tests.conftest import seeded
from tests.engines import sqlite_url
from tests.services.long_jobs import asked, fall_silent, job_of, lines_of, settings_for


@pytest.fixture
def url(tmp_path: Path) -> str:
    """SQLite alone: what depends on the engine is tested with real processes, in test_workers.py."""
    return sqlite_url(tmp_path, seeded)


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    return settings_for(database, tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lines"


def test_what_is_done_says_how_far_it_came_and_where_its_result_lies(
    database: Database, settings: Settings, file: Path
) -> None:
    job_id = asked(database, file=str(file))
    assert run(database, settings, job_id) is JobState.DONE
    job = job_of(database, job_id)
    assert (job.state, job.done, job.total, job.unit, job.outcome, job.link) == (
        JobState.DONE, 3, 3, "pieces", "3 pieces", "/rounds",
    )  # fmt: skip
    assert (job.result_name, job.result_type, job.result_bytes) == ("pieces.txt", "text/plain", 4)
    with closing(open_store(settings.results).open(job.result_key)) as content:
        assert content.read() == b"made"


def test_what_is_done_is_not_done_again(database: Database, settings: Settings, file: Path) -> None:
    job_id = asked(database, file=str(file))
    assert run_due(database, settings) == 1
    assert run(database, settings, job_id) is None
    assert run_due(database, settings) == 0
    assert len(lines_of(file)) == 3


def test_the_same_work_asked_for_twice_is_one_job_until_it_has_ended(
    database: Database, settings: Settings, file: Path
) -> None:
    first = asked(database, file=str(file))
    assert asked(database, file=str(file)) == first
    assert asked(database, file=str(file), pieces=2) != first
    run(database, settings, first)
    assert asked(database, file=str(file)) > first


def test_what_cannot_be_done_says_why(database: Database, settings: Settings) -> None:
    job_id = asked(database, "refusing")
    assert run(database, settings, job_id) is JobState.FAILED
    assert job_of(database, job_id).outcome == "There is no such round"


def test_what_nobody_foresaw_is_said_and_stands_in_the_log(database: Database, settings: Settings) -> None:
    job_id = asked(database, "breaking")
    with pytest.raises(ZeroDivisionError):
        run(database, settings, job_id)
    job = job_of(database, job_id)
    assert (job.state, job.outcome[:20]) == (JobState.FAILED, "Something went wrong")


def test_where_the_database_is_away_it_is_tried_again_and_not_given_up_at_once(
    database: Database, settings: Settings, file: Path
) -> None:
    job_id = asked(database, "locked", file=str(file))
    assert run(database, settings, job_id) is None
    job = job_of(database, job_id)
    assert (job.state, job.attempts) == (JobState.WAITING, 1)
    file.touch()
    assert run_due(database, settings) == 1
    assert job_of(database, job_id).state == JobState.DONE


def test_where_the_result_cannot_be_kept_that_is_said(database: Database, settings: Settings) -> None:
    job_id = asked(database, "unkept")
    assert run(database, settings, job_id) is JobState.FAILED
    assert job_of(database, job_id).outcome.startswith("The place where files are kept does not answer")


def test_where_the_machine_has_no_room_that_is_said(database: Database, settings: Settings) -> None:
    job_id = asked(database, "crowded")
    assert run(database, settings, job_id) is JobState.FAILED
    assert job_of(database, job_id).outcome.startswith("The machine that does it has no room")


def test_what_nobody_has_begun_is_stopped_at_once(database: Database, settings: Settings, file: Path) -> None:
    job_id = asked(database, file=str(file))
    with Session(database.writer) as session, session.begin():
        assert stop(session, session.get_one(Job, job_id))
        assert not stop(session, session.get_one(Job, job_id)), "it has ended: nothing is changed"
    assert run(database, settings, job_id) is None
    assert (job_of(database, job_id).state, lines_of(file)) == (JobState.CANCELLED, [])


def test_what_is_being_done_stops_when_it_next_says_how_far_it_is(
    database: Database, settings: Settings, file: Path
) -> None:
    job_id = asked(database, file=str(file))
    work = _take(database, settings, job_id)
    assert work is not None
    with Session(database.writer) as session, session.begin():
        assert stop(session, session.get_one(Job, job_id))
    assert job_of(database, job_id).state == JobState.RUNNING
    fall_silent(database, job_id)
    assert run(database, settings, job_id) is None, "what was to be stopped is not begun anew"
    assert job_of(database, job_id).state == JobState.CANCELLED


def test_stopping_what_has_fallen_silent_waits_for_nobody(database: Database, settings: Settings, file: Path) -> None:
    job_id = asked(database, file=str(file))
    assert _take(database, settings, job_id)
    fall_silent(database, job_id)
    with Session(database.writer) as session, session.begin():
        stop(session, session.get_one(Job, job_id))
    assert job_of(database, job_id).state == JobState.CANCELLED


def taken(database: Database, settings: Settings, file: Path) -> tuple[int, Work]:
    job_id = asked(database, file=str(file))
    work = _take(database, settings, job_id)
    assert work is not None
    return job_id, work


def test_what_is_being_stopped_goes_on_where_a_person_asks_for_it_and_not_where_the_schedule_does(
    database: Database, settings: Settings, file: Path
) -> None:
    job_id, work = taken(database, settings, file)
    with Session(database.writer) as session, session.begin():
        stop(session, session.get_one(Job, job_id))
        person, _ = add_role(session, "second@team.example", Role.TEAM, None)
        again = session.get_one(Job, job_id)
        kind, arguments, user_id = again.kind, again.arguments, person.id
    assert asked(database, **arguments) == job_id
    with pytest.raises(Stopped):
        work.tell(1)
    with Session(database.writer) as session, session.begin():
        assert ask(session, kind, "Pieces", arguments, "second@team.example", user_id).id == job_id
    assert not work.finish(JobState.CANCELLED, "Stopped"), "it was told to stop before that"
    work.release()
    assert run(database, settings, job_id) is JobState.DONE


def test_nobody_takes_what_somebody_does(database: Database, settings: Settings, file: Path) -> None:
    job_id, _ = taken(database, settings, file)
    assert run(database, settings, job_id) is None
    assert lines_of(file) == []


def test_who_was_taken_over_is_told_and_changes_nothing_more(
    database: Database, settings: Settings, file: Path
) -> None:
    job_id, slow = taken(database, settings, file)
    slow.tell(1, 3, memory={"next": 1})
    fall_silent(database, job_id)
    assert run(database, settings, job_id) is JobState.DONE
    assert lines_of(file) == [f"{job_id}:1", f"{job_id}:2"], "it went on where the first one was"
    with pytest.raises(TakenOver):
        slow.tell(2, 3)
    assert not slow.beat()
    assert not slow.finish(JobState.FAILED, "too late")
    assert job_of(database, job_id).outcome == "3 pieces"


def test_a_worker_that_is_told_to_stop_gives_back_what_it_does(
    database: Database, settings: Settings, file: Path
) -> None:
    job_id = asked(database, file=str(file))
    assert run(database, settings, job_id, lambda: len(lines_of(file)) == 2) is None
    job = job_of(database, job_id)
    assert (job.state, job.attempts, job.memory) == (JobState.WAITING, 0, {"next": 2})
    assert run(database, settings, job_id) is JobState.DONE
    assert len(lines_of(file)) == 3
    assert issubclass(Interrupted, TakenOver)


def test_what_breaks_every_worker_is_given_up(database: Database, settings: Settings, file: Path) -> None:
    job_id = asked(database, file=str(file))
    for _ in range(MOST_ATTEMPTS):
        assert _take(database, settings, job_id)
        fall_silent(database, job_id)
    assert run(database, settings, job_id) is None
    assert job_of(database, job_id).outcome == "Given up after 5 attempts, each of which broke off"


def test_a_thread_beside_says_that_the_worker_lives(
    database: Database, settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anchor_portal.services.jobs.work.BEAT", timedelta(milliseconds=20))
    job_id = asked(database, file=str(file), pieces=1, pause=0.4)
    work = _take(database, settings, job_id)
    assert work is not None
    fall_silent(database, job_id)
    with work.alive():
        find_work("counting")(work)
    assert job_of(database, job_id).beat_at > now() - timedelta(seconds=10)


# The queue


def test_the_queue_gives_what_was_put_in_and_keeps_no_code(database: Database) -> None:
    done: list[int] = []
    put(database, [7, 8, 7])
    huey, _ = open_queue(database, done.append)
    assert b"pickle" not in huey.storage.enqueued_items()[0]
    assert huey.storage.enqueued_items()[0].startswith(b"[")
    for _ in range(2):
        huey.execute(huey.dequeue())
    assert huey.pending_count() == 0
    huey.storage.close()
    assert done == [7, 8]


def test_what_was_asked_for_in_a_transaction_that_is_undone_is_not_there(database: Database) -> None:
    with Session(database.writer) as session:
        ask(session, "counting", "Pieces", {}, "team@team.example")
        assert len(session.info[ASKED]) == 1
        session.rollback()
        assert session.scalars(select(Job)).all() == []


# Chores


def test_every_kind_and_every_chore_can_be_found() -> None:
    assert all(find_work(kind) for kind in KINDS)
    assert all(find_due_check(kind) for kind in CHORES)


def test_where_nothing_is_due_no_job_is_made(database: Database, settings: Settings) -> None:
    assert ask_for_chores(database, settings) == []


def test_a_chore_that_cannot_say_whether_it_is_due_holds_up_no_other(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(CHORES, "outbox", ("Broken", "tests.services.long_jobs:break_down"))
    monkeypatch.setitem(CHORES, "counting", ("Always due", "tests.services.test_jobs:always"))
    monkeypatch.setattr(logging.getLogger("anchor_portal"), "propagate", True)
    first = ask_for_chores(database, settings)
    assert first == ask_for_chores(database, settings), "asked for twice it is one job"
    assert [job_of(database, job_id).kind for job_id in first] == ["counting"]
    assert "cannot say whether it is due" in caplog.text


def always(session: Session, settings: Settings) -> bool:
    return True


# What is left behind


def age(database: Database, job_id: int, days: timedelta) -> None:
    with Session(database.writer) as session, session.begin():
        session.execute(update(Job).where(Job.id == job_id).values(ended_at=now() - days - timedelta(hours=1)))


def test_a_result_is_removed_after_some_days_and_its_row_after_some_months(
    database: Database, settings: Settings, file: Path
) -> None:
    job_id = asked(database, file=str(file))
    run(database, settings, job_id)
    key = job_of(database, job_id).result_key
    tidy(database, settings)
    assert job_of(database, job_id).result_key == key
    age(database, job_id, KEPT_FOR)
    tidy(database, settings)
    job = job_of(database, job_id)
    assert (job.result_key, job.result_name) == ("", "pieces.txt")
    with pytest.raises(ContentMissing):
        open_store(settings.results).open(key)
    age(database, job_id, REMEMBERED_FOR)
    tidy(database, settings)
    with Session(database.reader) as session:
        assert session.scalars(select(Job)).all() == []


def test_contents_that_no_job_names_are_removed_later_but_not_pieces_of_what_goes_on(
    database: Database, settings: Settings, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("anchor_portal.services.jobs.tidying.A_CRASH_AGO", timedelta(days=-1))
    job_id = asked(database, file=str(file))
    run(database, settings, job_id)
    _, work = taken(database, settings, file)
    store = open_store(settings.results)
    piece, left = "a" * 32, "b" * 32
    for name in (piece, left):
        store.put(name, b"x")
    work.tell(1, memory={"pieces": [piece]})
    assert remove_unknown_results(database, settings) == 1
    assert {name for name, _ in store.list()} == {piece, job_of(database, job_id).result_key}
