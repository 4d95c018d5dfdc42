"""Meetings: planned, recorded by several people at once, carried along, and printed as a job."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.config import Settings
from anchor_portal.domain.meetings.actions import TaskState
from anchor_portal.domain.pledges import Outcome
from anchor_portal.engine import Database, open_database
from anchor_portal.models import (
    AgendaItem,
    Interest,
    Job,
    JobState,
    Meeting,
    Organisation,
    PledgeOutcome,
    Return,
    Round,
    User,
)
from anchor_portal.queries.meetings import (
    find_last_meeting,
    find_meeting,
    load_carried,
    load_history,
    load_interests,
    load_log,
    load_recorded,
)
from anchor_portal.services.evidence.store import open_store
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.jobs.work import run_due
from anchor_portal.services.meetings import planning, recording
from anchor_portal.services.meetings.minutes import minutes_of
from anchor_portal.services.meetings.pack import gather_pack, meeting_of_everybody
from anchor_portal.services.meetings.planning import (
    ChangedMeanwhile,
    ItemWords,
    MeetingFacts,
    MeetingRefused,
    ReferenceTaken,
)
from anchor_portal.services.meetings.recording import ActionWords, Recorder
from tests.conftest import with_demo
from tests.engines import sqlite_url

TRUST = "mid-cheshire-hospitals"
WHO = Recorder("Ann Example", "ann@assembly.example", 1)
FACTS = MeetingFacts("Anchor Assembly", date(2027, 1, 20), starts_at="15:00")


def meeting_of(session: Session, ident: int) -> Meeting:
    found = find_meeting(session, ident)
    assert found is not None
    return found


def begun(session: Session, facts: MeetingFacts = FACTS) -> Meeting:
    meeting = planning.add_meeting(session, facts, "team")
    planning.begin(session, meeting, "team")
    return meeting


def test_a_meeting_begins_with_what_every_meeting_has_and_is_numbered_once(session: Session) -> None:
    meeting = planning.add_meeting(session, FACTS, "team")
    assert [item.kind for item in meeting.items] == ["welcome", "interests", "minutes", "actions", "figures"]
    second = planning.add_meeting(session, FACTS, "team")
    assert (meeting.reference, second.reference) == ("AA/01/27", "AA/01/27B")
    with pytest.raises(ReferenceTaken):
        planning.add_meeting(session, MeetingFacts("Another", FACTS.held_on, reference="AA/01/27"), "team")


def test_items_move_and_go_until_the_meeting_is_held_and_keep_their_numbers_after_that(session: Session) -> None:
    meeting = planning.add_meeting(session, FACTS, "team")
    first, second, *_ = meeting.items
    assert planning.move_item(session, meeting, second, -1, "team")
    assert not planning.move_item(session, meeting, second, -1, "team")
    planning.remove_item(session, meeting, first, "team")
    assert [item.position for item in meeting.items] == [1, 2, 3, 4]
    planning.begin(session, meeting, "team")
    for refused in (
        lambda: planning.move_item(session, meeting, second, 1, "team"),
        lambda: planning.remove_item(session, meeting, second, "team"),
    ):
        with pytest.raises(MeetingRefused, match="stand in its minutes"):
            refused()
    assert planning.add_item(session, meeting, ItemWords("Urgent business"), "team").position == 5


def test_nothing_is_recorded_before_a_meeting_begins_nor_after_its_minutes_are_agreed(session: Session) -> None:
    meeting = planning.add_meeting(session, FACTS, "team")
    item = meeting.items[0]
    with pytest.raises(MeetingRefused, match="has not begun"):
        recording.add_decision(session, meeting, item, "Agreed.", WHO)
    with pytest.raises(MeetingRefused, match="no minutes to agree"):
        planning.agree(session, meeting, today(), "team")
    planning.begin(session, meeting, "team")
    decision = recording.add_decision(session, meeting, item, "Agreed.", WHO)
    assert planning.agree(session, meeting, today(), "team")
    for refused in (
        lambda: recording.add_decision(session, meeting, item, "More.", WHO),
        lambda: recording.change_decision(session, meeting, item, decision, "Other.", decision.version, WHO),
        lambda: recording.add_action(session, meeting, item, ActionWords("Do it", "Bob"), WHO),
        lambda: planning.change_meeting(session, meeting, FACTS, meeting.version, "team"),
        lambda: planning.add_item(session, meeting, ItemWords("Late"), "team"),
    ):
        with pytest.raises(MeetingRefused, match="agreed"):
            refused()
    assert minutes_of(session, meeting, ()).items[0].decisions == ("Agreed.",)


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(session: Session) -> None:
    meeting = begun(session)
    item = meeting.items[0]
    decision = recording.add_decision(session, meeting, item, "Agreed.", WHO)
    seen = decision.version
    assert recording.change_decision(session, meeting, item, decision, "Agreed in part.", seen, WHO)
    with pytest.raises(ChangedMeanwhile):
        recording.change_decision(session, meeting, item, decision, "Refused.", seen, WHO)
    with pytest.raises(ChangedMeanwhile):
        recording.remove_decision(session, meeting, item, decision, seen, WHO)
    action = recording.add_action(session, meeting, item, ActionWords("Send it", "Bob"), WHO)
    seen = action.version
    assert recording.change_action(session, action, ActionWords("Send it", "Cat"), seen, WHO)
    assert not recording.change_action(session, action, ActionWords("Send it", "Cat"), seen, WHO), "nothing changes"
    with pytest.raises(ChangedMeanwhile):
        recording.change_action(session, action, ActionWords("Send it", "Dan"), seen, WHO)
    recording.update_action(session, action, "Under way.", TaskState.OPEN, today(), WHO, seen)
    with pytest.raises(ChangedMeanwhile):
        recording.update_action(session, action, "", TaskState.DONE, today(), WHO, seen)
    with pytest.raises(MeetingRefused, match="why it is dropped"):
        recording.update_action(session, action, "", TaskState.DROPPED, today(), WHO, action.version)
    assert (decision.text, action.owner, action.state) == ("Agreed in part.", "Cat", "open")


def test_actions_are_carried_to_the_next_meetings_until_one_heard_that_they_are_done(session: Session) -> None:
    july = begun(session, MeetingFacts("Anchor Assembly", date(2026, 7, 1)))
    item = july.items[3]
    kept = recording.add_action(session, july, item, ActionWords("Stays open", "Bob"), WHO)
    done = recording.add_action(session, july, None, ActionWords("Is done", "Cat", date(2026, 8, 1)), WHO)
    recording.update_action(session, done, "Sent.", TaskState.DONE, date(2026, 9, 1), WHO, done.version)
    october = planning.add_meeting(session, MeetingFacts("Anchor Assembly", date(2026, 10, 1)), "team")
    january = planning.add_meeting(session, FACTS, "team")
    last = find_last_meeting(session, october)
    assert last is not None and last.id == july.id
    assert [each.number for each in load_carried(session, october, last.held_on)] == [kept.id, done.id]
    assert [each.number for each in load_carried(session, january, october.held_on)] == [kept.id]
    (line, other) = load_log(session)
    assert (line.item, other.item, other.updates[0].text) == (f"{july.reference}/04", "", "Sent.")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Database]:
    """The demonstration, with the meeting about January 2027 begun."""
    database = open_database(sqlite_url(tmp_path, with_demo))
    begin_second(database)
    yield database
    database.dispose()


def begin_second(database: Database) -> None:
    with Session(database.writer) as session, session.begin():
        planning.begin(session, meeting_of(session, 2), "team")


def test_several_people_record_at_once_and_nothing_is_lost(demo_database: Database) -> None:
    begin_second(demo_database)
    choices = (Outcome.MET, Outcome.MAKING_PROGRESS, Outcome.NOT_YET_EVIDENCED, Outcome.NOT_APPLICABLE)
    with Session(demo_database.reader) as session:
        item_id = next(item.id for item in meeting_of(session, 2).items if item.organisation_id)
        user_id = session.scalars(select(User.id).where(User.email == "member@assembly.example")).one()

    def record(number: int) -> bool:
        who = Recorder(f"Person {number}", "somebody@assembly.example", user_id)
        with Session(demo_database.writer) as session, session.begin():
            meeting = find_meeting(session, 2)
            assert meeting is not None
            item = next(item for item in meeting.items if item.id == item_id)
            query = select(Return).where(
                Return.round_id == meeting.round_id, Return.organisation_id == item.organisation_id
            )
            row = session.scalars(query).one()
            changes = recording.record_outcomes(session, meeting, item, row, {2: choices[number]}, {}, who)
            recording.add_decision(session, meeting, item, f"Decision {number}", who)
            recording.add_action(session, meeting, item, ActionWords(f"Action {number}", who.name), who)
            return bool(changes.new)

    with ThreadPoolExecutor(4) as together:
        won = list(together.map(record, range(4)))
    with Session(demo_database.reader) as session:
        recorded = load_recorded(session, meeting_of(session, 2))
        log = load_log(session, meeting_id=2)
        outcome = recorded.outcomes[item_id][2]
        assert won.count(True) == 1, "of four who choose differently at once, one is recorded and three are told"
        assert outcome.outcome == choices[won.index(True)] and outcome.who == f"Person {won.index(True)}"
        assert {decision.text for decision in recorded.decisions[item_id]} == {f"Decision {n}" for n in range(4)}
        assert {action.text for action in log} == {f"Action {n}" for n in range(4)}
        assert len({action.number for action in log}) == 4
        assert len(load_history(session, outcome.return_id)[2]) == 1


def pack_for(database: Database, email: str, folder: Path) -> tuple[Job, str]:
    """The job that makes the pack of the first meeting for a person, once it was done, and its words."""
    settings = Settings(database_url="", results=str(folder))
    with Session(database.writer) as session, session.begin():
        person = session.scalars(select(User).where(User.email == email)).one()
        arguments = {"meeting_id": 1, "user_id": person.id}
        ident = ask(session, "pack", "Pack", arguments, email, person.id).id
    assert run_due(database, settings) == 1
    with Session(database.reader) as session:
        job = session.get_one(Job, ident)
        if job.state != JobState.DONE:
            return job, ""
        with open_store(settings.results).open(job.result_key) as content:
            pages = PdfReader(BytesIO(b"".join(content))).pages
            return job, "\n".join(page.extract_text() for page in pages)


def test_the_pack_is_a_job_and_leaves_out_what_its_reader_has_an_interest_in(demo: Database, tmp_path: Path) -> None:
    with Session(demo.writer) as session, session.begin():
        trust = session.scalars(select(Organisation).where(Organisation.slug == TRUST)).one()
        member = session.scalars(select(User).where(User.email == "leopold.quarrington@assembly.example")).one()
        session.add(Interest(user_id=member.id, organisation_id=trust.id))
        session.flush()
        interests = {(each.member, each.organisation) for each in load_interests(session, [trust.id])}
        assert (member.name, trust.name) in interests
        meeting = meeting_of(session, 1)
        meeting.items = [item for item in meeting.items if item.position > 11]  # a short agenda takes less time
    job, his = pack_for(demo, "leopold.quarrington@assembly.example", tmp_path / "results")
    assert (job.state, job.result_type) == ("done", "application/pdf")
    assert job.result_name.startswith("pack-AA-")
    assert "because you have an interest" in his and "This copy is for Leopold Quarrington" in his
    assert "Bread from down the road" not in his, "the case study of the trust, which every other reader has"
    assert his.count("The seven pledges") == 1, "the profile of the other organisation"
    with Session(demo.reader) as session:
        found = find_meeting(session, 1)
        assert found is not None
        content = gather_pack(session, found, Settings(database_url=""), today(), None, lambda done, total: None)
        studies = [page.profile.case_study for page in content.profiles if page.profile]
        assert "Bread from down the road" in [study.title for study in studies if study]


def test_a_pack_is_refused_with_a_sentence_to_whoever_may_not_have_it(demo: Database, tmp_path: Path) -> None:
    job, _ = pack_for(demo, "lead@trust.example", tmp_path / "results")
    assert (job.state, job.outcome) == (
        "failed",
        "Only the Assembly and the sustainability team can have a pack.",
    )


def test_before_a_meeting_is_planned_its_pack_is_about_every_organisation_that_sent_a_return(demo: Database) -> None:
    with Session(demo.reader) as session:
        round_ = session.scalars(select(Round).where(Round.code == "2023-07")).one()
        meeting = meeting_of_everybody(session, round_, today())
        sent = session.scalars(select(Return).where(Return.round_id == round_.id, Return.status == "accepted")).all()
        assert {item.organisation_id for item in meeting.items} - {None} == {row.organisation_id for row in sent}
        assert [item.position for item in meeting.items] == list(range(1, 6 + len(sent)))
        assert find_meeting(session, 3) is None, "it is not stored"


def test_withdrawing_a_round_from_a_meeting_leaves_its_agenda(demo: Database) -> None:
    with Session(demo.writer) as session:
        meeting = meeting_of(session, 2)
        facts = MeetingFacts(meeting.title, meeting.held_on, meeting.reference)
        assert planning.change_meeting(session, meeting, facts, meeting.version, "team")
        assert session.scalars(select(Round)).first() is not None
        assert meeting.round_id is None and any(item.organisation_id for item in meeting.items)
        assert session.scalars(select(PledgeOutcome)).first() is not None


def test_what_the_review_found_stands_in_the_minutes_once_the_meeting_leaves_it_so(demo: Database) -> None:
    with Session(demo.writer) as session, session.begin():
        meeting = meeting_of(session, 2)
        query = select(AgendaItem, Return).join(
            Return, (Return.organisation_id == AgendaItem.organisation_id) & (Return.round_id == meeting.round_id)
        )
        item, row = session.execute(query.where(AgendaItem.meeting_id == 2).limit(1)).one()
        user = session.scalars(select(User).where(User.email == "member@assembly.example")).one()
        found = PledgeOutcome(return_id=row.id, revision=row.revision, pledge=4, outcome="met", who="A reviewer")
        session.add(found)
        session.flush()
        who = Recorder(user.name, user.email, user.id)
        for times in (1, 0):
            changes = recording.record_outcomes(session, meeting, item, row, {4: Outcome.MET}, {4: found.id}, who)
            assert (len(changes.confirmed), dict(changes.new)) == (times, {})
        assert load_recorded(session, meeting).outcomes[item.id][4].who == "A reviewer"
