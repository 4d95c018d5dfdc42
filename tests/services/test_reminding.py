"""Reminders: exactly who is due gets one, and never twice, however often and wherever the job runs."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from anchor_portal.clock import HERE, today
from anchor_portal.config import Settings
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.running.reminders import Audience
from anchor_portal.domain.running.usual_reminders import USUAL, Written
from anchor_portal.engine import Database
from anchor_portal.models import (
    Extension,
    Grant,
    Identifier,
    JobState,
    Message,
    Organisation,
    OrganisationPlace,
    Reminder,
    ReminderPlan,
    Round,
    Total,
    User,
)
from anchor_portal.models.base import now
from anchor_portal.queries.reminders import load_plans
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.jobs.work import run
from anchor_portal.services.messages.opting_out import find_by_token, off_address, token_of, turn_reminders
from anchor_portal.services.messages.sending import Post, send_due
from anchor_portal.services.people import add_role
from anchor_portal.services.returns import steps
from anchor_portal.services.rounds import reminding
from anchor_portal.services.rounds.plans import PlanRefused, begin_plans, keep_plan, turn
from tests.mail_server import mail_server
from tests.make import actor, find, make_round

CODE = "2026-07"
IN_THREE_DAYS = Written(Audience.UNANSWERED, -3, "Soon: {organisation}", "Due on {deadline}.")
PEOPLE = {"torus": "ada@torus.example", "roche": "rhys@roche.example", "cheshire-east-council": "cleo@east.example"}


@pytest.fixture
def running(database: Database) -> Database:
    """An open round with a deadline in three days, three organisations with a lead, and one reminder that is on."""
    with Session(database.writer) as session, session.begin():
        round_ = make_round(session, CODE, is_open=True)
        round_.closes_on = today() + timedelta(days=3)
        for slug, email in PEOPLE.items():
            add_role(session, email, Role.LEAD, find_organisation(session, slug), email.partition("@")[0].capitalize())
        plan = keep_plan(session, round_, IN_THREE_DAYS, "Team")
        turn(session, [plan], on=True)
    return database


def settings(database: Database) -> Settings:
    return Settings(database_url=str(database.writer.url), results=str(Path("/nonexistent")))


def remind(database: Database) -> None:
    """Run the job as a worker does."""
    with Session(database.writer) as session, session.begin():
        job_id = ask(session, "reminders", "Reminders", {"number": str(now())}, "operator").id
    assert run(database, settings(database), job_id) is JobState.DONE


def written(database: Database) -> list[tuple[str, str]]:
    with Session(database.reader) as session:
        query = select(Message.to_email, Message.subject).order_by(Message.to_email)
        return [(email, subject) for email, subject in session.execute(query)]


def test_everybody_who_is_due_gets_one_message_with_its_words_and_its_link(running: Database) -> None:
    remind(running)
    with Session(running.reader) as session:
        ada = session.scalars(select(Message).where(Message.to_email == PEOPLE["torus"])).one()
        deadline = today() + timedelta(days=3)
        assert (ada.subject, ada.link) == ("Soon: Torus", f"/returns/{CODE}/torus")
        assert ada.body == f"Due on {deadline:%A} {deadline.day} {deadline:%B %Y}."
        assert session.scalars(select(Reminder.message_id).where(Reminder.message_id == ada.id)).one()
    assert len(written(running)) == 3


def test_the_job_runs_twice_and_everybody_gets_one(running: Database) -> None:
    remind(running)
    remind(running)
    assert [email for email, _ in written(running)] == sorted(PEOPLE.values())


def test_two_workers_at_once_write_each_reminder_once(running: Database) -> None:
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda _: remind(running), range(3)))
    assert [email for email, _ in written(running)] == sorted(PEOPLE.values())


def test_what_was_due_and_written_is_not_due_any_more(running: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    noon = datetime.now(HERE).replace(hour=12)
    monkeypatch.setattr(reminding, "local", lambda moment: noon)
    with Session(running.reader) as session:
        assert reminding.is_due(session, settings(running))
    remind(running)
    with Session(running.reader) as session:
        assert not reminding.is_due(session, settings(running))


def test_at_night_nothing_is_due(running: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminding, "local", lambda moment: datetime.now(HERE).replace(hour=3))
    with Session(running.reader) as session:
        assert not reminding.is_due(session, settings(running))


def move_torus_and_roche_on(running: Database) -> None:
    """One submits, the other is given more time."""
    with Session(running.writer) as session, session.begin():
        torus = find(session, CODE, "torus")
        steps.record_step(
            session, steps.start(session, torus, actor(Role.LEAD)), steps.Step.SUBMIT, Status.SUBMITTED, actor()
        )
        until, given = today() + timedelta(days=30), {"reason": "Because", "given_by": "Team"}
        roche = find(session, CODE, "roche")
        session.add(Extension(round_id=roche.round.id, organisation_id=roche.organisation.id, until=until, **given))


def test_who_submitted_meanwhile_or_has_more_time_gets_nothing(running: Database) -> None:
    move_torus_and_roche_on(running)
    remind(running)
    assert [email for email, _ in written(running)] == [PEOPLE["cheshire-east-council"]]


def test_a_reminder_that_waited_for_the_mail_server_until_it_is_not_true_any_more_is_never_sent(
    running: Database,
) -> None:
    remind(running)
    move_torus_and_roche_on(running)
    with mail_server() as mailbox:
        outcome = send_due(running, Post(mailbox.server, "Anchor Portal", "https://portal.example", "a secret"))
    assert (outcome.sent, mailbox.to) == (1, [PEOPLE["cheshire-east-council"]])
    with Session(running.reader) as session:
        assert len(session.scalars(select(Reminder)).all()) == 1, "what was not sent does not count as sent"


def test_a_reminder_that_is_off_is_not_sent(running: Database) -> None:
    with Session(running.writer) as session, session.begin():
        turn(session, session.scalars(select(ReminderPlan)).all(), on=False)
    remind(running)
    assert written(running) == []


def test_who_turned_reminders_off_gets_none_and_the_preview_says_so(running: Database) -> None:
    with Session(running.writer) as session, session.begin():
        user = session.scalars(select(User).where(User.email == PEOPLE["torus"])).one()
        assert turn_reminders(session, user, on=False)
        assert not turn_reminders(session, user, on=False), "they are off already"
    with Session(running.reader) as session:
        round_ = session.scalars(select(Round)).one()
        (plan,) = load_plans(session, round_)
        letters = {
            each.receiver.email: each.is_to_send
            for each in reminding.preview(session, round_, plan, today())
            if each.receiver
        }
    assert letters == {PEOPLE["torus"]: False, PEOPLE["roche"]: True, PEOPLE["cheshire-east-council"]: True}
    remind(running)
    assert PEOPLE["torus"] not in [email for email, _ in written(running)]


def test_sent_by_hand_before_its_day_nobody_gets_it_again_on_the_day(running: Database) -> None:
    with Session(running.writer) as session, session.begin():
        round_ = session.scalars(select(Round)).one()
        (plan,) = load_plans(session, round_)
        assert reminding.send_now(session, round_, plan, today()) == 3
        assert reminding.send_now(session, round_, plan, today()) == 0, "a double click"
    remind(running)
    assert len(written(running)) == 3


def test_the_signatory_is_told_again_that_a_signature_was_asked_for(running: Database) -> None:
    with Session(running.writer) as session, session.begin():
        add_role(session, "sol@torus.example", Role.SIGNATORY, find_organisation(session, "torus"), "Sol")
        torus = find(session, CODE, "torus")
        begun = steps.start(session, torus, actor(Role.LEAD))
        asked = steps.Actor("Ada", None, actor().person, now() - timedelta(days=3))
        steps.record_step(session, begun, steps.Step.ASK_TO_SIGN, Status.READY, asked)
        sign = next(each for each in USUAL if each.audience is Audience.WAITING_FOR_SIGNATURE)
        turn(session, [keep_plan(session, torus.round, sign, "Team")], on=True)
    remind(running)
    sols = {subject for email, subject in written(running) if email == "sol@torus.example"}
    assert "Waiting for your signature: Torus, July 2026" in sols
    with Session(running.reader) as session:
        links = set(session.scalars(select(Message.link).where(Message.to_email == "sol@torus.example")))
    assert links == {f"/returns/{CODE}/torus/sign"}


def test_an_organisation_and_an_account_deleted_in_the_middle_stop_nothing(running: Database) -> None:
    with Session(running.reader) as session:
        round_ = session.scalars(select(Round)).one()
        letters = reminding.find_due(session, round_, today())
    assert len(letters) == 3
    with Session(running.writer) as session, session.begin():
        session.execute(delete(Total))
        torus = session.scalars(select(Organisation.id).where(Organisation.slug == "torus")).one()
        for table in (Grant, Identifier, OrganisationPlace):
            session.execute(delete(table).where(table.organisation_id == torus))
        session.execute(delete(Organisation).where(Organisation.id == torus))
        session.execute(delete(User).where(User.email == PEOPLE["torus"]))
    remind(running)
    assert [email for email, _ in written(running)] == sorted(set(PEOPLE.values()) - {PEOPLE["torus"]})


def test_a_reminder_says_how_to_turn_it_off_and_one_of_somebody_who_did_is_never_sent(running: Database) -> None:
    remind(running)
    with Session(running.writer) as session, session.begin():
        session.execute(update(User).where(User.email == PEOPLE["torus"]).values(reminders_off_at=now()))
    with mail_server() as mailbox:
        outcome = send_due(
            running,
            Post(
                mailbox.server,
                "Anchor Portal",
                "https://portal.a-rather-long-name-of-a-partnership.example",
                "a secret",
            ),
        )
    assert (outcome.sent, sorted(mailbox.to)) == (2, sorted(set(PEOPLE.values()) - {PEOPLE["torus"]}))
    mail = mailbox.taken[0]
    address = str(mail["List-Unsubscribe"]).strip("<>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert all(address in part.get_content().replace("=\n", "") for part in mail.iter_parts())
    with Session(running.reader) as session:
        user = find_by_token(session, "a secret", address.rpartition("/")[2])
    assert user is not None
    assert user.email == mailbox.to[0]


def test_a_link_that_turns_reminders_off_cannot_be_made_up(running: Database) -> None:
    with Session(running.reader) as session:
        user_id = session.scalars(select(User.id).limit(1)).one()
        good = token_of("a secret", user_id)
        assert find_by_token(session, "a secret", good) is not None
        for token in (
            token_of("another", user_id),
            f"{user_id + 1}{good[1:]}",
            good[:-1],
            "",
            f"٣{good[1:]}",
            "9" * 50,
        ):
            assert find_by_token(session, "a secret", token) is None
        assert find_by_token(session, "a secret", token_of("a secret", 999_999)) is None
    assert off_address("", user_id) == "/messages", "where the secret is not known one signs in"


def test_reminders_begin_once_and_those_of_the_round_before_can_be_taken(running: Database) -> None:
    with Session(running.writer) as session, session.begin():
        first = session.scalars(select(Round)).one()
        assert begin_plans(session, first, "Team") == 0, "it has one already"
        second = make_round(session, "2027-01", is_open=True)
        assert begin_plans(session, second, "Team", first) == 1
        third = make_round(session, "2027-07", is_open=True)
        assert begin_plans(session, third, "Team") == len(USUAL)
        (copied,) = load_plans(session, second)
        assert (copied.subject, copied.is_on) == (IN_THREE_DAYS.subject, False)


def test_a_reminder_with_faults_names_each_of_them(running: Database) -> None:
    with Session(running.writer) as session:
        round_ = session.scalars(select(Round)).one()
        with pytest.raises(PlanRefused) as refused:
            keep_plan(session, round_, Written(Audience.QUERIED, 61, " ", "{deadline}"), "Team")
    assert set(refused.value.problems) == {"days", "subject", "body"}


def test_a_reminder_whose_plan_was_made_today_is_not_sent_for_days_long_past(running: Database) -> None:
    with Session(running.writer) as session, session.begin():
        session.execute(update(ReminderPlan).values(days=-20))
    remind(running)
    assert written(running) == []
