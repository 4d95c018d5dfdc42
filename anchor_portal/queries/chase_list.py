"""Where each organisation of a round stands, in one statement: last step, more time, last reminder, and last time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.running.more_time import own_deadline
from anchor_portal.models import Extension, Organisation, Reminder, Return, ReturnStep, Round, RoundMember, RoundStep
from anchor_portal.models.round_members import PLACE, SECTOR, as_published, is_expected_in
from anchor_portal.queries.rounds import IS_REPLY, expected_organisations


@dataclass(frozen=True, slots=True)
class ChaseRow:
    """One organisation: its return, its last step, its extension, what it was reminded of, its return of last time.

    Its sector and its main place, or "several", are those that the round was published with, where it is.
    `last_round` is the round before this one, None where there is none. `is_reply` is whether the return waits for its
    signature again, while what was signed before stands.
    """

    organisation: Organisation
    row: Return | None
    step: ReturnStep | None
    extension: Extension | None
    reminded_at: datetime | None
    reminders: int
    last_round: Round | None
    last_row: Return | None
    was_expected_last_time: bool | None
    sector: str
    place: str
    is_reply: bool
    closes_on: date

    @property
    def status(self) -> Status:
        """Where its return stands."""
        return Status(self.row.status) if self.row else Status.NOT_STARTED

    @property
    def accepted_revision(self) -> int:
        """The revision that was accepted last, 0 where none was."""
        return self.row.accepted_revision if self.row else 0

    @property
    def due_on(self) -> date:
        """Its own deadline."""
        return own_deadline(self.closes_on, self.extension.until if self.extension else None)


def load_chase_rows(session: Session, round_: Round) -> list[ChaseRow]:
    """Every organisation of a round, by name."""
    before, last_round = aliased(Return), aliased(Round)
    newest, newest_step = aliased(ReturnStep), aliased(ReturnStep)
    last_id = select(Round.id).where(Round.code < round_.code).order_by(Round.code.desc()).limit(1).scalar_subquery()
    step_id = select(func.max(newest.id)).where(newest.return_id == Return.id).correlate(Return).scalar_subquery()
    query = (
        expected_organisations(round_)
        .outerjoin(newest_step, newest_step.id == step_id)
        .outerjoin(Extension, and_(Extension.round_id == round_.id, Extension.organisation_id == Organisation.id))
        .outerjoin(last_round, last_round.id == last_id)
        .outerjoin(before, and_(before.round_id == last_round.id, before.organisation_id == Organisation.id))
        .outerjoin(RoundMember, as_published(round_.id))
        .add_columns(newest_step, Extension, _of_reminders(round_, func.max(Reminder.at)))
        .add_columns(_of_reminders(round_, func.count(Reminder.id)), last_round, before)
        .add_columns(is_expected_in(last_round.id, last_round.closes_on), SECTOR, PLACE, IS_REPLY)
        .order_by(Organisation.sort_name, Organisation.id)
    )
    rows: Sequence[Any] = session.execute(query).all()
    return [ChaseRow(*(*found[:-1], bool(found[-1]), round_.closes_on)) for found in rows]


def _of_reminders(round_: Round, what: ColumnElement[Any]) -> Any:
    mine = and_(Reminder.round_id == round_.id, Reminder.organisation_id == Organisation.id)
    return select(what).where(mine).correlate(Organisation).scalar_subquery()


def load_round_steps(session: Session, round_: Round) -> list[RoundStep]:
    """What was done with a round, the newest first."""
    query = select(RoundStep).where(RoundStep.round_id == round_.id).order_by(RoundStep.at.desc(), RoundStep.id.desc())
    return list(session.scalars(query))
