"""Meetings: agenda, what was recorded at each item, actions with what was said of them, interests in the room."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from anchor_portal.domain.meetings.actions import LoggedAction, TaskState, Update, carried_to
from anchor_portal.domain.meetings.agenda import MeetingState, number_of
from anchor_portal.domain.people import Role
from anchor_portal.models import (
    Action,
    ActionUpdate,
    AgendaItem,
    Decision,
    Grant,
    Interest,
    ItemOutcome,
    Meeting,
    Organisation,
    PledgeOutcome,
    Return,
    User,
)

LARGEST_ID = 2**31 - 1


def load_meetings(session: Session) -> list[tuple[Meeting, int, int]]:
    """Every meeting, the latest first, with how many items are on its agenda and how many actions it agreed."""
    items = select(func.count()).where(AgendaItem.meeting_id == Meeting.id).scalar_subquery()
    actions = select(func.count()).where(Action.meeting_id == Meeting.id).scalar_subquery()
    query = select(Meeting, items, actions).options(joinedload(Meeting.round))
    rows = session.execute(query.order_by(Meeting.held_on.desc(), Meeting.id.desc()))
    return [(meeting, number, agreed) for meeting, number, agreed in rows]


_WHOLE = (joinedload(Meeting.round), joinedload(Meeting.items).joinedload(AgendaItem.organisation))
"""A meeting with its round and its agenda, in one statement."""


def find_meeting(session: Session, ident: int, *, lock: bool = False) -> Meeting | None:
    """A meeting with its round and its agenda in order; `lock` holds it until the commit."""
    if not 0 < ident <= LARGEST_ID:
        return None
    if lock:
        session.execute(select(Meeting.id).where(Meeting.id == ident).with_for_update())
    query = select(Meeting).where(Meeting.id == ident).options(*_WHOLE)
    return session.scalars(query.execution_options(populate_existing=lock)).unique().one_or_none()


def find_meeting_of_round(session: Session, round_id: int) -> int | None:
    """The latest meeting about a round: its identifier."""
    query = select(Meeting.id).where(Meeting.round_id == round_id).order_by(Meeting.held_on.desc(), Meeting.id.desc())
    return session.scalars(query.limit(1)).first()


def find_next_meeting(session: Session, today: date) -> Meeting | None:
    """The next meeting that is not over: today's, or the first one after it."""
    query = select(Meeting).where(Meeting.held_on >= today, Meeting.state != MeetingState.AGREED)
    return session.scalars(query.order_by(Meeting.held_on, Meeting.id).limit(1)).first()


def find_last_meeting(session: Session, meeting: Meeting) -> Meeting | None:
    """The meeting before this one, with its agenda."""
    before = select(Meeting.id).where(_is_before(meeting)).order_by(Meeting.held_on.desc(), Meeting.id.desc()).limit(1)
    query = select(Meeting).where(Meeting.id == before.scalar_subquery()).options(*_WHOLE)
    return session.scalars(query).unique().one_or_none()


def _is_before(meeting: Meeting) -> Any:
    """Meetings of earlier days, and of the same day those added earlier."""
    same_day = and_(Meeting.held_on == meeting.held_on, Meeting.id < meeting.id)
    return or_(Meeting.held_on < meeting.held_on, same_day)


def load_references(session: Session) -> set[str]:
    """What the numbers of every meeting begin with."""
    return set(session.scalars(select(Meeting.reference)))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a meeting recorded: decisions, outcomes by pledge (the newest of each), by item."""

    decisions: Mapping[int, Sequence[Decision]]
    outcomes: Mapping[int, Mapping[int, PledgeOutcome]]


def load_recorded(session: Session, meeting: Meeting) -> Recorded:
    """Every decision and outcome that was recorded at a meeting: two statements."""
    mine = select(AgendaItem.id).where(AgendaItem.meeting_id == meeting.id)
    decisions: dict[int, list[Decision]] = {}
    for decision in session.scalars(select(Decision).where(Decision.item_id.in_(mine)).order_by(Decision.id)):
        decisions.setdefault(decision.item_id, []).append(decision)
    query = (
        select(ItemOutcome.item_id, PledgeOutcome)
        .join(PledgeOutcome, PledgeOutcome.id == ItemOutcome.outcome_id)
        .where(ItemOutcome.item_id.in_(mine))
        .order_by(PledgeOutcome.pledge, PledgeOutcome.id)
    )
    outcomes: dict[int, dict[int, PledgeOutcome]] = {}
    for item_id, outcome in session.execute(query):
        outcomes.setdefault(item_id, {})[outcome.pledge] = outcome
    return Recorded(decisions, outcomes)


def load_decisions(session: Session, item: AgendaItem) -> list[Decision]:
    """What was decided about an item, the earliest first."""
    return list(session.scalars(select(Decision).where(Decision.item_id == item.id).order_by(Decision.id)))


def find_decision(session: Session, item_id: int, ident: int, *, lock: bool = False) -> Decision | None:
    """A decision of an item."""
    if not 0 < ident <= LARGEST_ID:
        return None
    query = select(Decision).where(Decision.id == ident, Decision.item_id == item_id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def load_history(session: Session, return_id: int) -> dict[int, list[PledgeOutcome]]:
    """Every outcome ever recorded of a return by pledge, the newest last."""
    query = select(PledgeOutcome).where(PledgeOutcome.return_id == return_id).order_by(PledgeOutcome.id)
    history: dict[int, list[PledgeOutcome]] = {}
    for row in session.scalars(query):
        history.setdefault(row.pledge, []).append(row)
    return history


def load_returns(session: Session, round_id: int, organisation_ids: Collection[int]) -> dict[int, Return]:
    """The returns of some organisations for a round, by organisation."""
    query = select(Return).where(Return.round_id == round_id, Return.organisation_id.in_(organisation_ids))
    return {row.organisation_id: row for row in session.scalars(query)}


_LOG = (
    select(Action, Meeting, AgendaItem, Organisation.name, ActionUpdate)
    .join(Meeting, Meeting.id == Action.meeting_id)
    .outerjoin(AgendaItem, AgendaItem.id == Action.item_id)
    .outerjoin(Organisation, Organisation.id == Action.organisation_id)
    .outerjoin(ActionUpdate, ActionUpdate.action_id == Action.id)
    .order_by(Action.id, ActionUpdate.id)
)


def load_log(
    session: Session,
    *,
    organisation_id: int | None = None,
    meeting_id: int | None = None,
    open_only: bool = False,
    withheld: Collection[int] = (),
) -> list[LoggedAction]:
    """The action log, or those of one organisation or meeting, or what is open, by number: one statement.

    Actions about the organisations in `withheld` are left out.
    """
    query = _LOG.where(_is_not_about(withheld))
    if organisation_id is not None:
        query = query.where(Action.organisation_id == organisation_id)
    if meeting_id is not None:
        query = query.where(Action.meeting_id == meeting_id)
    if open_only:
        query = query.where(Action.state == TaskState.OPEN)
    return [logged for _, logged in _gather(session.execute(query).all())]


def _is_not_about(organisation_ids: Collection[int]) -> ColumnElement[bool]:
    return or_(Action.organisation_id.is_(None), Action.organisation_id.not_in(organisation_ids))


def load_carried(
    session: Session, meeting: Meeting, last_held_on: date | None, withheld: Collection[int] = ()
) -> list[LoggedAction]:
    """The actions of earlier meetings that a meeting looks at, but those about `withheld`: one statement."""
    ended = Action.ended_on.is_not(None) if last_held_on is None else Action.ended_on > last_held_on
    query = _LOG.where(
        Meeting.held_on < meeting.held_on, or_(Action.state == TaskState.OPEN, ended), _is_not_about(withheld)
    )
    return carried_to((logged for _, logged in _gather(session.execute(query).all())), meeting.held_on, last_held_on)


def load_actions_for(session: Session, item: AgendaItem) -> list[LoggedAction]:
    """The actions agreed at an item, and whatever else is open about its organisation: one statement."""
    about = and_(Action.organisation_id == item.organisation_id, Action.state == TaskState.OPEN)
    wanted = Action.item_id == item.id if item.organisation_id is None else or_(Action.item_id == item.id, about)
    return [logged for _, logged in _gather(session.execute(_LOG.where(wanted)).all())]


def find_action(session: Session, ident: int, *, lock: bool = False) -> tuple[Action, LoggedAction] | None:
    """An action, and its line of the log; `lock` holds it until the commit."""
    if not 0 < ident <= LARGEST_ID:
        return None
    if lock:
        session.execute(select(Action.id).where(Action.id == ident).with_for_update())
    rows = session.execute(_LOG.where(Action.id == ident).execution_options(populate_existing=lock)).all()
    return next(_gather(rows), None)


def _gather(rows: Sequence[Any]) -> Iterator[tuple[Action, LoggedAction]]:
    """Actions from one row for each of their updates."""
    for _, mine in groupby(rows, key=lambda row: row[0].id):
        every = list(mine)
        updates = [Update(row[4].text, row[4].who, row[4].at) for row in every if row[4] is not None]
        action, meeting, item, organisation, _ = every[0]
        yield action, _logged(action, meeting, item, organisation, updates)


def _logged(
    action: Action, meeting: Meeting, item: AgendaItem | None, organisation: str | None, updates: Sequence[Update]
) -> LoggedAction:
    return LoggedAction(
        number=action.id,
        met_on=meeting.held_on,
        item=number_of(meeting.reference, item.position) if item else "",
        text=action.text,
        owner=action.owner,
        due_on=action.due_on,
        state=action.state,
        ended_on=action.ended_on,
        organisation=organisation or "",
        updates=tuple(updates),
        version=action.version,
    )


@dataclass(frozen=True, slots=True)
class InTheRoom:
    """A member with an interest in an organisation on the agenda, declared or by a role in it."""

    member: str
    organisation: str


def load_interests(session: Session, organisation_ids: Collection[int]) -> list[InTheRoom]:
    """Members who have an interest in one of these organisations: what is to be declared at the meeting."""
    members = select(Grant.user_id).where(Grant.role == Role.MEMBER)
    declared = select(Interest.user_id, Interest.organisation_id).where(Interest.organisation_id.in_(organisation_ids))
    held = select(Grant.user_id, Grant.organisation_id).where(Grant.organisation_id.in_(organisation_ids))
    both = declared.union(held).subquery()
    query = (
        select(User.name, Organisation.name)
        .select_from(both)
        .join(User, User.id == both.c.user_id)
        .join(Organisation, Organisation.id == both.c.organisation_id)
        .where(User.is_enabled, User.id.in_(members))
        .order_by(User.name, Organisation.sort_name)
    )
    return [InTheRoom(member, organisation) for member, organisation in session.execute(query)]


def find_organisations(session: Session, idents: Collection[int]) -> list[Organisation]:
    """Organisations by their identifiers, in the order of their names."""
    query = select(Organisation).where(Organisation.id.in_(idents)).order_by(Organisation.sort_name)
    return list(session.scalars(query))
