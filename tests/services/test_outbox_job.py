"""The outbox as long work: drained by a worker, patient with a server that is silent, idle where there is none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.engine import Database
from anchor_portal.mail import MailServer, read_mail_server
from anchor_portal.models import Job, JobState, Message, PortalFact
from anchor_portal.models.base import now
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.jobs.work import run
from anchor_portal.services.messages.chores import is_due
from anchor_portal.services.messages.outbox import write_message
from tests.mail_server import SENDER, Mailbox, free_port, mail_server


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


def settings(database: Database, mail: MailServer | None) -> Settings:
    return replace(Settings(database_url=str(database.writer.url)), mail=mail)


def write(database: Database, number: int = 1) -> None:
    with Session(database.writer) as session, session.begin():
        for each in range(number):
            write_message(session, f"ada{each}@torus.example", "Ada", "test", "A subject", "Words.", "/work")


def due(database: Database, mail: MailServer | None) -> bool:
    with Session(database.reader) as session:
        return is_due(session, settings(database, mail))


def drain(database: Database, mail: MailServer | None) -> tuple[JobState | None, str]:
    """Run the job as a worker does: how it ended, and what it says."""
    with Session(database.writer) as session, session.begin():
        job_id = ask(session, "outbox", "Messages", {}, "operator").id
    state = run(database, settings(database, mail), job_id)
    with Session(database.reader) as session:
        return state, session.get_one(Job, job_id).outcome


def test_a_worker_sends_what_is_due_and_then_nothing_is(database: Database, mailbox: Mailbox) -> None:
    write(database, 3)
    assert due(database, mailbox.server)
    assert drain(database, mailbox.server) == (JobState.DONE, "3 messages were sent")
    assert len(mailbox.taken) == 3
    assert not due(database, mailbox.server)


def test_a_refused_message_is_said_and_is_not_due_until_its_next_try(database: Database, mailbox: Mailbox) -> None:
    write(database, 2)
    mailbox.refuses = {"ada1@torus.example"}
    state, outcome = drain(database, mailbox.server)
    assert (state, outcome) == (JobState.DONE, "1 message was sent, 1 waits for another attempt")
    assert not due(database, mailbox.server)


def test_a_server_that_cannot_be_reached_is_left_alone_for_some_minutes(database: Database) -> None:
    write(database, 2)
    nobody = read_mail_server(f"smtp://127.0.0.1:{free_port()}", "", SENDER)
    state, outcome = drain(database, nobody)
    assert state is JobState.FAILED
    assert "does not answer as it should" in outcome
    assert not due(database, nobody), "else the worker would ask every minute"
    with Session(database.writer) as session, session.begin():
        rows = session.scalars(select(Message)).all()
        assert [row.attempts for row in rows] == [0, 0], "that was no attempt"
        assert all(timedelta(minutes=9) < row.next_try_at - now() for row in rows)
        session.execute(update(Message).values(next_try_at=now()))
    assert due(database, nobody)


def test_without_a_server_or_in_a_demonstration_nothing_is_due_and_asking_is_refused(
    database: Database, mailbox: Mailbox
) -> None:
    write(database)
    assert not due(database, None)
    assert "ANCHOR_SMTP" in drain(database, None)[1]
    with Session(database.writer) as session, session.begin():
        session.add(PortalFact(key="demo", value="yes"))
    assert not due(database, mailbox.server)
    assert drain(database, mailbox.server)[0] is JobState.FAILED
    assert mailbox.taken == []
