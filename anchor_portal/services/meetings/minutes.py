"""The minutes of a meeting, made from what was recorded: for the page, for paper, and for the next meeting's pack."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.meetings.actions import LoggedAction
from anchor_portal.domain.meetings.agenda import MeetingState, number_of
from anchor_portal.domain.meetings.minutes import MinutedItem, Minutes, lines_of
from anchor_portal.domain.meetings.outcomes import say_outcomes
from anchor_portal.models import AgendaItem, Meeting
from anchor_portal.queries.meetings import Recorded, load_log, load_recorded


def minutes_of(session: Session, meeting: Meeting, withheld: Collection[int]) -> Minutes:
    """The minutes of a meeting: three statements. Of the organisations in `withheld` nothing is said."""
    recorded = load_recorded(session, meeting)
    actions = load_log(session, meeting_id=meeting.id)
    return Minutes(
        reference=meeting.reference,
        title=meeting.title,
        held=say_held(meeting),
        standing=say_standing(meeting),
        chair=meeting.chair,
        present=lines_of(meeting.present),
        apologies=lines_of(meeting.apologies),
        declarations=lines_of(meeting.declarations),
        items=tuple(_item(meeting, item, recorded, actions, withheld) for item in meeting.items),
    )


def _item(
    meeting: Meeting, item: AgendaItem, recorded: Recorded, actions: Sequence[LoggedAction], withheld: Collection[int]
) -> MinutedItem:
    number = number_of(meeting.reference, item.position)
    if item.organisation_id in withheld:
        return MinutedItem(number, item.title, is_withheld=True)
    outcomes = {pledge: row.outcome for pledge, row in recorded.outcomes.get(item.id, {}).items()}
    return MinutedItem(
        number=number,
        title=item.title,
        decisions=tuple(decision.text for decision in recorded.decisions.get(item.id, ())),
        outcomes=tuple(say_outcomes(outcomes)),
        actions=tuple(action.words for action in actions if action.item == number),
    )


def say_held(meeting: Meeting) -> str:
    """When and where it is or was held: "16 January 2027 at 15:00, the boardroom"."""
    at = f" at {meeting.starts_at}" if meeting.starts_at else ""
    return ", ".join(filter(None, (f"{say_date(meeting.held_on)}{at}", meeting.venue)))


def say_standing(meeting: Meeting) -> str:
    """Whether its minutes are agreed, as a sentence."""
    if meeting.state == MeetingState.AGREED and meeting.agreed_on:
        return f"These minutes were agreed on {say_date(meeting.agreed_on)}."
    if meeting.state == MeetingState.HELD:
        return "These minutes are not agreed yet."
    return "The meeting has not begun."
