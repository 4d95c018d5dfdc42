"""Reminders of the demonstration's open round, some of them written, and more time for one organisation."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.running.reminders import Audience
from anchor_portal.domain.running.usual_reminders import Written
from anchor_portal.models import Extension, Message, Organisation, Reminder, Round
from anchor_portal.queries.reminders import load_plans
from anchor_portal.services.rounds.plans import begin_plans, keep_plan, turn
from anchor_portal.services.rounds.reminding import preview, write_letters

LATER = "one-wirral-cic"
REMINDED = frozenset({"alzheimers-society", "cvs-cheshire-east", LATER})
WHY = "Their finance lead is away until the new year. Agreed by telephone."
EXTRA = timedelta(days=14)
SENT_BEFORE = timedelta(days=5)
SUBJECT = "The round is open: {organisation}, {round}"
BODY = (
    "You can fill in the return of {organisation} for {round} now. It is due on {deadline}.\n\n"
    "A good beginning: see what you said last time, and give the sections to those who know."
)


def remind_in_demo(session: Session, round_: Round, by: str, today: date) -> None:
    """Give a round reminders that are on, one of them written to three organisations that have not started, and one extension."""
    begin_plans(session, round_, by)
    sent_on = today - SENT_BEFORE
    first = keep_plan(
        session, round_, Written(Audience.UNANSWERED, (sent_on - round_.closes_on).days, SUBJECT, BODY), by
    )
    turn(session, load_plans(session, round_), on=True)
    chosen = [
        letter
        for letter in preview(session, round_, first, today)
        if letter.is_to_send and letter.standing.organisation.slug in REMINDED
    ]
    at = datetime.combine(sent_on, time(9, 5), UTC)
    write_letters(session, round_, chosen, at)
    written = select(Reminder.message_id).where(Reminder.round_id == round_.id)
    session.execute(update(Message).where(Message.id.in_(written)).values(written_at=at))
    organisation_id = session.scalars(select(Organisation.id).where(Organisation.slug == LATER)).one()
    until = round_.closes_on + EXTRA
    session.add(
        Extension(
            round_id=round_.id,
            organisation_id=organisation_id,
            until=until,
            reason=WHY,
            given_by=by,
            given_at=at,
        )
    )
    session.flush()
