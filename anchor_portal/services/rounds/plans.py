"""Reminders written for a round: added, changed, turned on and off, taken over from the round before."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.text import clean_line, clean_text
from anchor_portal.domain.running.reminders import Audience, refuse_days, refuse_words
from anchor_portal.domain.running.usual_reminders import USUAL, Written
from anchor_portal.models import ReminderPlan, Round
from anchor_portal.models.base import now
from anchor_portal.queries.reminders import load_plans
from anchor_portal.services.figures.totals import hold_rounds

LONGEST_SUBJECT, LONGEST_BODY = 150, 5_000
"""Characters."""


class PlanRefused(Exception):
    """A reminder cannot be kept as written; `problems` are sentences by field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


def refuse_plan(written: Written) -> dict[str, str]:
    """What is wrong with a reminder, by field: days, subject, body; empty where it can be kept."""
    subject, body = clean_line(written.subject), clean_text(written.body)
    problems = {
        "days": refuse_days(written.audience, written.days),
        "subject": _refuse_text(written.audience, subject, "subject", LONGEST_SUBJECT),
        "body": _refuse_text(written.audience, body, "message", LONGEST_BODY),
    }
    return {field: problem for field, problem in problems.items() if problem}


def _refuse_text(audience: Audience, text: str, what: str, longest: int) -> str:
    if not text:
        return f"Write the {what}"
    if len(text) > longest:
        return f"The {what} can be at most {longest:,} characters long, and this has {len(text):,}"
    return refuse_words(audience, text)


def keep_plan(
    session: Session, round_: Round, written: Written, by: str, plan: ReminderPlan | None = None
) -> ReminderPlan:
    """Add a reminder, turned off, or change `plan`. Raises PlanRefused."""
    problems = refuse_plan(written)
    if problems:
        raise PlanRefused(problems)
    if plan is None:
        plan = ReminderPlan(round_id=round_.id, is_on=False)
        session.add(plan)
    plan.audience, plan.days = written.audience, written.days
    plan.subject, plan.body = clean_line(written.subject), clean_text(written.body)
    plan.written_by, plan.written_at = by, now()
    session.flush()
    return plan


def begin_plans(session: Session, round_: Round, by: str, last: Round | None = None) -> int:
    """Give a round without reminders those of an earlier one, or the usual ones, all turned off; how many there are.

    Where it has some already, nothing is added: asked twice at once, it is done once.
    """
    hold_rounds(session)
    if session.scalars(select(func.count()).where(ReminderPlan.round_id == round_.id)).one():
        return 0
    begun = list(_of(session, last)) if last is not None else list(USUAL)
    for written in begun:
        keep_plan(session, round_, written, by)
    return len(begun)


def _of(session: Session, round_: Round) -> Iterable[Written]:
    for plan in load_plans(session, round_):
        yield Written(Audience(plan.audience), plan.days, plan.subject, plan.body)


def turn(session: Session, plans: Iterable[ReminderPlan], *, on: bool) -> None:
    """Turn reminders on or off."""
    for plan in plans:
        plan.is_on = on
    session.flush()
