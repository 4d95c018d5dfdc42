"""Recording a meeting while it is held, by several people at once: outcomes, decisions, actions.

Decisions and actions are rows of their own, so that two people who write at the same moment both keep theirs. Outcomes
are rows that never change; somebody who chooses against a newer one is told, and nothing of theirs is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.meetings.actions import TaskState, refuse_ending
from anchor_portal.domain.meetings.agenda import may_record, number_of, why_not_recorded
from anchor_portal.domain.meetings.outcomes import Changes, Stored, compare_outcomes
from anchor_portal.domain.pledges import Outcome
from anchor_portal.models import (
    Action,
    ActionUpdate,
    AgendaItem,
    Decision,
    ItemOutcome,
    Meeting,
    Organisation,
    PledgeOutcome,
    Return,
)
from anchor_portal.models.base import now
from anchor_portal.queries.meetings import load_history
from anchor_portal.services.audit import record
from anchor_portal.services.meetings.planning import ChangedMeanwhile, MeetingRefused


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who records: an account, by name and address; `at` is given where it is not now."""

    name: str
    email: str
    user_id: int
    at: datetime | None = None

    @property
    def moment(self) -> datetime:
        """When it is recorded."""
        return self.at or now()


@dataclass(frozen=True, slots=True)
class ActionWords:
    """What an action is; `owner` is whoever is to do it, `due_on` is empty where no day was agreed yet."""

    text: str
    owner: str
    due_on: date | None = None


def add_decision(session: Session, meeting: Meeting, item: AgendaItem, text: str, who: Recorder) -> Decision:
    """Write down what was decided about an item. Raises MeetingRefused."""
    _require_recording(session, meeting)
    decision = Decision(item_id=item.id, text=text, who=who.name, at=who.moment)
    session.add(decision)
    session.flush()
    record(session, who.email, "decision recorded", _number(meeting, item), text)
    return decision


def change_decision(
    session: Session, meeting: Meeting, item: AgendaItem, decision: Decision, text: str, seen: int, who: Recorder
) -> bool:
    """Change the words of a decision; False where it has them. Raises MeetingRefused and ChangedMeanwhile."""
    _require_recording(session, meeting)
    if decision.text == text:
        return False
    if decision.version != seen:
        raise ChangedMeanwhile
    record(session, who.email, "decision changed", _number(meeting, item), f"was: {decision.text}")
    decision.text, decision.changed_by, decision.changed_at = text, who.name, who.moment
    session.flush()
    return True


def remove_decision(
    session: Session, meeting: Meeting, item: AgendaItem, decision: Decision, seen: int, who: Recorder
) -> None:
    """Take a decision out of the minutes; the record keeps its words. Raises MeetingRefused and ChangedMeanwhile."""
    _require_recording(session, meeting)
    if decision.version != seen:
        raise ChangedMeanwhile
    record(session, who.email, "decision removed", _number(meeting, item), decision.text)
    session.delete(decision)
    session.flush()


def record_outcomes(
    session: Session,
    meeting: Meeting,
    item: AgendaItem,
    row: Return,
    chosen: Mapping[int, Outcome],
    seen: Mapping[int, int],
    who: Recorder,
) -> Changes:
    """Record what the meeting found about pledges. Where somebody was quicker with another, nothing is stored.

    `seen` are the identifiers of the outcomes that the page showed, by pledge. Those that the meeting left as they
    were found at the review are noted at the item too, so that the minutes have them. Raises MeetingRefused.
    """
    hold(session, meeting, item)
    _require_recording(session, meeting)
    session.refresh(row, ["revision"])
    history = load_history(session, row.id)
    stored = {pledge: [Stored(each.id, each.outcome, each.who) for each in every] for pledge, every in history.items()}
    changes = compare_outcomes(chosen, seen, stored)
    if changes.conflicts:
        return changes
    changes = replace(changes, confirmed=_confirm(session, item, changes.confirmed))
    if not changes.new:
        return changes
    rows = [
        PledgeOutcome(
            return_id=row.id,
            revision=row.revision,
            pledge=pledge,
            outcome=outcome,
            user_id=who.user_id,
            who=who.name,
            at=who.moment,
        )
        for pledge, outcome in changes.new.items()
    ]
    session.add_all(rows)
    session.flush()
    session.add_all(ItemOutcome(item_id=item.id, outcome_id=each.id) for each in rows)
    said = ", ".join(f"pledge {each.pledge} {each.outcome}" for each in rows)
    record(session, who.email, "outcomes recorded", _number(meeting, item), said)
    session.flush()
    return changes


def _confirm(session: Session, item: AgendaItem, confirmed: Mapping[int, int]) -> dict[int, int]:
    """Note outcomes at an item, where they are not noted yet; gives those that were not."""
    noted = set(session.scalars(select(ItemOutcome.outcome_id).where(ItemOutcome.item_id == item.id)))
    left = {pledge: ident for pledge, ident in confirmed.items() if ident not in noted}
    session.add_all(ItemOutcome(item_id=item.id, outcome_id=ident) for ident in left.values())
    session.flush()
    return left


def add_action(
    session: Session, meeting: Meeting, item: AgendaItem | None, words: ActionWords, who: Recorder
) -> Action:
    """Add an action that was agreed: it gets the next number of the log. Raises MeetingRefused."""
    _require_recording(session, meeting)
    action = Action(
        meeting_id=meeting.id,
        item_id=item.id if item else None,
        organisation_id=item.organisation_id if item else None,
        text=words.text,
        owner=words.owner,
        due_on=words.due_on,
    )
    session.add(action)
    session.flush()
    record(session, who.email, "action added", f"action {action.id}", f"{words.owner}: {words.text}")
    return action


def change_action(session: Session, action: Action, words: ActionWords, seen: int, who: Recorder) -> bool:
    """Change what an action is, who does it or by when; False where it says that already. Raises ChangedMeanwhile."""
    if ActionWords(action.text, action.owner, action.due_on) == words:
        return False
    if action.version != seen:
        raise ChangedMeanwhile
    before = f"was: {action.owner}, {action.due_on or 'no day'}: {action.text}"
    action.text, action.owner, action.due_on = words.text, words.owner, words.due_on
    session.flush()
    record(session, who.email, "action changed", f"action {action.id}", before)
    return True


def update_action(
    session: Session, action: Action, text: str, state: TaskState, day: date, who: Recorder, seen: int
) -> None:
    """Say how far an action is, and end it or open it again; what others said stays.

    Raises MeetingRefused where a reason is missing, and ChangedMeanwhile where somebody else ended it meanwhile.
    """
    if refusal := refuse_ending(action.state, state, text):
        raise MeetingRefused(refusal)
    if state != action.state:
        if action.version != seen:
            raise ChangedMeanwhile
        action.state = state
        action.ended_on = None if state is TaskState.OPEN else day
        record(session, who.email, f"action {state}", f"action {action.id}", text)
    if text:
        session.add(ActionUpdate(action_id=action.id, text=text, who=who.name, at=who.moment))
    session.flush()


def hold(session: Session, meeting: Meeting, item: AgendaItem | None) -> None:
    """Hold a meeting against the agreeing of its minutes, and whom the item is about, until the commit."""
    session.execute(select(Meeting.id).where(Meeting.id == meeting.id).with_for_update(read=True))
    if item is not None and item.organisation_id is not None:
        its = select(Organisation.id).where(Organisation.id == item.organisation_id)
        session.execute(its.with_for_update(key_share=True))


def _require_recording(session: Session, meeting: Meeting) -> None:
    """Refuse where its minutes were agreed; until the commit nobody can agree them."""
    session.refresh(meeting, ["state", "version"], with_for_update={"read": True})
    if not may_record(meeting.state):
        raise MeetingRefused(why_not_recorded(meeting.state))


def _number(meeting: Meeting, item: AgendaItem) -> str:
    return number_of(meeting.reference, item.position)
