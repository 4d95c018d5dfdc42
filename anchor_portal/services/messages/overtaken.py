"""Reminders that waited for the mail server until they concern nobody any more: they are not sent.

A server that fails may keep a reminder back for days. Who has answered by then, or was given more time, must not be
asked for an answer that is there, or be told a deadline that is not theirs.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.running.reminders import Audience, find_occasion
from anchor_portal.models import Message, Reminder, ReminderPlan, Round
from anchor_portal.queries.reminders import load_cases


def drop_if_overtaken(session: Session, message: Message, *, was_taken_perhaps: bool) -> bool:
    """Remove a reminder that concerns its reader no longer, so that it counts as never written; whether it did.

    `was_taken_perhaps`: the mail server may have it already, so it stays noted and is never written again.
    """
    query = select(Reminder, ReminderPlan).join(ReminderPlan, ReminderPlan.id == Reminder.plan_id)
    found = session.execute(query.where(Reminder.message_id == message.id)).one_or_none()
    if found is None or _is_concerned(session, *found):
        return False
    drop(session, message, was_taken_perhaps=was_taken_perhaps)
    return True


def drop(session: Session, message: Message, *, was_taken_perhaps: bool) -> None:
    """Remove a reminder that is not to be sent, so that it counts as never written; or as sent, where it may have been."""
    if not was_taken_perhaps:
        session.execute(delete(Reminder).where(Reminder.message_id == message.id))
    session.delete(message)


def _is_concerned(session: Session, reminder: Reminder, plan: ReminderPlan) -> bool:
    """Whether the reminder counts from the same day as when it was written, and still asks for something missing."""
    round_ = session.get_one(Round, reminder.round_id)
    cases = load_cases(session, round_, today(), [reminder.organisation_id])
    occasions = [find_occasion(Audience(plan.audience), each.case) for each in cases]
    return any(occasion is not None and occasion.name == reminder.occasion for occasion in occasions)
