"""What reminders need to know: the plans of a round, where each organisation stands, its people, what they had."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, aliased

from anchor_portal.clock import local
from anchor_portal.domain.lifecycle import Status, Step, takes_answers
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import Stage
from anchor_portal.domain.running.more_time import own_deadline, own_status
from anchor_portal.domain.running.reminders import Case
from anchor_portal.models import (
    Extension,
    Grant,
    Organisation,
    Reminder,
    ReminderPlan,
    Return,
    ReturnStep,
    ReviewQuery,
    Round,
    User,
)
from anchor_portal.queries.rounds import IS_REPLY, expected_organisations, status_of


@dataclass(frozen=True, slots=True)
class OrganisationCase:
    """An organisation, and where it stands as far as reminders are concerned."""

    organisation: Organisation
    case: Case


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who may be reminded, unless they turned reminders off."""

    user_id: int
    name: str
    email: str
    is_off: bool


def load_plans(session: Session, round_: Round) -> list[ReminderPlan]:
    """The reminders of a round, in the order of their days."""
    query = select(ReminderPlan).where(ReminderPlan.round_id == round_.id)
    return list(session.scalars(query.order_by(ReminderPlan.audience.desc(), ReminderPlan.days, ReminderPlan.id)))


def find_plan(session: Session, round_: Round, plan_id: int) -> ReminderPlan | None:
    """One of them."""
    query = select(ReminderPlan).where(ReminderPlan.round_id == round_.id, ReminderPlan.id == plan_id)
    return session.scalars(query).one_or_none() if 0 < plan_id < 2**31 else None


def load_reminding_rounds(session: Session) -> list[Round]:
    """The rounds that have a reminder turned on and are not archived."""
    has_plan = select(ReminderPlan.round_id).where(ReminderPlan.is_on)
    query = select(Round).where(Round.id.in_(has_plan), Round.stage != Stage.ARCHIVED)
    return list(session.scalars(query.order_by(Round.code)))


def load_cases(
    session: Session, round_: Round, today: date, only: Collection[int] | None = None
) -> list[OrganisationCase]:
    """Every organisation of a round with its case, by name, or only those with these identifiers."""
    step, queries = aliased(ReturnStep), _waiting_queries(round_)
    asked = (
        select(func.max(step.id))
        .where(step.return_id == Return.id, step.step == Step.ASK_TO_SIGN)
        .correlate(Return)
        .scalar_subquery()
    )
    asking = aliased(ReturnStep)
    query = (
        expected_organisations(round_)
        .outerjoin(Extension, and_(Extension.round_id == round_.id, Extension.organisation_id == Organisation.id))
        .outerjoin(asking, asking.id == asked)
        .outerjoin(queries, queries.c.return_id == Return.id)
        .add_columns(Extension.until, asking.id, asking.at, queries.c.reply_by, IS_REPLY)
        .order_by(Organisation.sort_name, Organisation.id)
    )
    if only is not None:
        query = query.where(Organisation.id.in_(only))
    return [OrganisationCase(found[0], _case(round_, today, *found[1:])) for found in session.execute(query)]


def _waiting_queries(round_: Round) -> Any:
    """The day of the queries about what was signed last: a reply that is not signed has not reached the Assembly."""
    current = and_(Return.id == ReviewQuery.return_id, Return.revision == ReviewQuery.revision)
    query = select(ReviewQuery.return_id, func.min(ReviewQuery.answer_by).label("reply_by")).join(Return, current)
    return query.where(Return.round_id == round_.id).group_by(ReviewQuery.return_id).subquery()


def _case(
    round_: Round,
    today: date,
    row: Return | None,
    until: date | None,
    asked_id: int | None,
    asked_at: datetime | None,
    reply_by: date | None,
    is_reply: bool | None,  # noqa: FBT001 - as the statement gives it
) -> Case:
    status = Status(row.status) if row else Status.NOT_STARTED
    revision, accepted = (row.revision, row.accepted_revision) if row else (0, 0)
    stands = own_status(status_of(round_, today), until, today)
    return Case(
        status=status,
        accepted_revision=accepted,
        can_answer=takes_answers(stands, revision, accepted),
        deadline=own_deadline(round_.closes_on, until),
        asked=(local(asked_at).date(), asked_id) if asked_at and asked_id else None,
        reply_by=reply_by,
        is_reply=bool(is_reply),
    )


def load_receivers(session: Session, organisation_ids: Collection[int]) -> Mapping[tuple[int, Role], list[Receiver]]:
    """The leads and signatories of these organisations who can sign in, by organisation and role."""
    query = (
        select(Grant.organisation_id, Grant.role, User.id, User.name, User.email, User.reminders_off_at)
        .join(User, User.id == Grant.user_id)
        .where(
            Grant.organisation_id.in_(organisation_ids), Grant.role.in_((Role.LEAD, Role.SIGNATORY)), User.is_enabled
        )
        .order_by(User.name, User.email)
    )
    people: dict[tuple[int, Role], list[Receiver]] = {}
    for organisation_id, role, user_id, name, email, off_at in session.execute(query):
        mine = people.setdefault((organisation_id or 0, Role(role)), [])
        mine.append(Receiver(user_id, name, email, off_at is not None))
    return people


Had = tuple[int | None, int, int, str]
"""Which plan, which organisation, who, and on which occasion."""


def load_had(session: Session, round_: Round) -> Mapping[Had, datetime]:
    """Every reminder of a round that was written, with when it was."""
    query = select(Reminder.plan_id, Reminder.organisation_id, Reminder.user_id, Reminder.occasion, Reminder.at)
    return {
        (plan_id, organisation_id, user_id, occasion): at
        for plan_id, organisation_id, user_id, occasion, at in session.execute(
            query.where(Reminder.round_id == round_.id)
        )
    }


def count_sent(session: Session, round_: Round) -> Mapping[int, tuple[int, datetime]]:
    """How often each plan of a round was sent, and when last, by its identifier."""
    query = (
        select(Reminder.plan_id, func.count(), func.max(Reminder.at))
        .where(Reminder.round_id == round_.id, Reminder.plan_id.is_not(None))
        .group_by(Reminder.plan_id)
    )
    return {plan_id: (number, at) for plan_id, number, at in session.execute(query) if plan_id is not None}


def find_last_round_with_plans(session: Session, round_: Round) -> Round | None:
    """The newest earlier round that has reminders, to take them from."""
    has_plans = select(ReminderPlan.round_id)
    query = select(Round).where(Round.code < round_.code, Round.id.in_(has_plans))
    return session.scalars(query.order_by(Round.code.desc()).limit(1)).one_or_none()
