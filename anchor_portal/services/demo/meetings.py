"""The meetings of the demonstration: one held and agreed, one that is planned; actions carried between them."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.meetings.actions import TaskState
from anchor_portal.domain.pledges import NUMBERS, Outcome
from anchor_portal.models import AgendaItem, Meeting, Organisation, Return, Round, User
from anchor_portal.queries.meetings import load_history
from anchor_portal.queries.returns import REVIEWABLE
from anchor_portal.services.meetings import planning, recording
from anchor_portal.services.meetings.planning import ItemWords, MeetingFacts
from anchor_portal.services.meetings.recording import ActionWords, Recorder

TEAM = "team@team.example"
HELD_BEFORE, AGREED_AFTER, PLANNED_AFTER = timedelta(days=45), timedelta(days=14), timedelta(days=30)
MINUTES_EACH = 10
MOST_ORGANISATIONS = 8

PRESENT = """Cornelius Ashgrove, chair of the Assembly
Philippa Thorneycroft, member
Sustainability team, in attendance"""

NOTE = "Ten of the case studies of the last round may be published. Which of them do we show at the summer conference?"
DECISIONS = (
    "The outcomes are agreed as recorded. The Assembly thanks the organisation for its return.",
    "The outcomes are agreed. The Assembly asks for evidence of how the share of local contracts is counted.",
    "The Assembly notes good progress, and asks that the case study be shared with other organisations.",
)
ACTIONS = (
    ("Send the Assembly the plan for the living wage of agency staff, with its dates.", "The organisation’s lead", 40),
    ("Write down how contracts with local suppliers are counted, on one page.", "Head of procurement", -12),
    ("Share the case study with the other signatories.", "Sustainability team", -20),
)
"""What, who, and how many days from now it is due; the last one is done."""
UPDATES = ("A first draft is with the finance director.", "Asked for an update.", "Shared in the newsletter.")
BY_PLEDGE = (Outcome.MET, Outcome.MAKING_PROGRESS, Outcome.MET, Outcome.NOT_YET_EVIDENCED, Outcome.MAKING_PROGRESS)


def load_meetings_demo(session: Session, today: date) -> None:
    """A meeting about the newest published round, with outcomes, decisions and actions; and the next one."""
    rounds = session.scalars(select(Round).order_by(Round.code.desc())).all()
    published = next((each for each in rounds if each.published_at is not None), None)
    if published is not None:
        _hold(session, published, today - HELD_BEFORE, today)
        _plan(session, rounds[0], today + PLANNED_AFTER)


def _sent(session: Session, round_: Round) -> list[tuple[Return, Organisation]]:
    query = select(Return, Organisation).join(Organisation, Organisation.id == Return.organisation_id)
    query = query.where(Return.round_id == round_.id, Return.status.in_(REVIEWABLE), Return.revision > 0)
    rows = session.execute(query.order_by(Organisation.sort_name).limit(MOST_ORGANISATIONS))
    return [(row, organisation) for row, organisation in rows]


def _hold(session: Session, round_: Round, day: date, today: date) -> None:
    meeting = planning.add_meeting(session, _facts(round_, day), TEAM)
    sent = _sent(session, round_)
    planning.add_organisations(session, meeting, [each for _, each in sent], TEAM, minutes=MINUTES_EACH)
    planning.begin(session, meeting, TEAM)
    member = session.scalars(select(User).where(User.email == "member@assembly.example")).one()
    who = Recorder(member.name, member.email, member.id, datetime.combine(day, time(15, 40), UTC))
    items = {item.organisation_id: item for item in meeting.items if item.organisation_id}
    for place, (row, organisation) in enumerate(sent):
        item = items[organisation.id]
        _record(session, meeting, item, row, place, who)
        recording.add_decision(session, meeting, item, DECISIONS[place % len(DECISIONS)], who)
    for place, (text, owner, days) in enumerate(ACTIONS):
        words = ActionWords(text, owner, today + timedelta(days=days))
        action = recording.add_action(session, meeting, list(items.values())[place], words, who)
        state = TaskState.DONE if place == len(ACTIONS) - 1 else TaskState.OPEN
        later = replace(who, at=datetime.combine(today - timedelta(days=9), time(10, 5), UTC))
        recording.update_action(
            session, action, UPDATES[place], state, today - timedelta(days=9), later, action.version
        )
    planning.agree(session, meeting, day + AGREED_AFTER, TEAM)


def _record(session: Session, meeting: Meeting, item: AgendaItem, row: Return, place: int, who: Recorder) -> None:
    """Two pledges of each, which the meeting sees otherwise than the reviewers did."""
    seen = {pledge: every[-1].id for pledge, every in load_history(session, row.id).items()}
    wanted = (place % len(NUMBERS), (place + 3) % len(NUMBERS))
    chosen = {NUMBERS[each]: BY_PLEDGE[(each + place) % len(BY_PLEDGE)] for each in wanted}
    recording.record_outcomes(session, meeting, item, row, chosen, seen, who)


def _facts(round_: Round, day: date) -> MeetingFacts:
    return MeetingFacts(
        title=f"Anchor Assembly, {round_.title}",
        held_on=day,
        starts_at="15:00",
        venue="The boardroom, Harbour House",
        round_id=round_.id,
        chair="Cornelius Ashgrove",
        present=PRESENT,
        apologies="Beatrix Underhill, member",
    )


def _plan(session: Session, round_: Round, day: date) -> None:
    meeting = planning.add_meeting(session, replace(_facts(round_, day), present="", apologies=""), TEAM)
    sent = [each for _, each in _sent(session, round_)]
    planning.add_organisations(session, meeting, sent, TEAM, minutes=MINUTES_EACH)
    words = ItemWords("How we share case studies", "Sustainability team", 15, "For discussion", NOTE)
    planning.add_item(session, meeting, words, TEAM)
