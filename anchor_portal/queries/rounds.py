"""Rounds, and where the organisations stand in one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.definitions import DEFINITIONS
from anchor_portal.domain.lifecycle import UNANSWERED, UNSENT, Status, Step
from anchor_portal.domain.rounds import RoundStatus, Stage, status_on
from anchor_portal.models import Organisation, Return, ReturnCount, ReturnStep, Round, Total
from anchor_portal.models.round_members import is_expected_in
from anchor_portal.queries.columns import ItsRound, among
from anchor_portal.queries.storable import is_storable

_ROUND = select(Round).where(Round.code == bindparam("code"))
_ORGANISATION = select(Organisation).where(Organisation.slug == bindparam("slug"))
WAS_WITHDRAWN = (
    select(ReturnStep.id)
    .where(ReturnStep.return_id == Return.id, ReturnStep.step == Step.WITHDRAW, ReturnStep.revision == Return.revision)
    .correlate(Return)
    .exists()
)
"""Whether the revision of a return that was signed last was withdrawn."""
IS_REPLY = and_(Return.status == Status.READY, Return.revision > 0, not_(WAS_WITHDRAWN))
"""Whether a return that was signed before, and not withdrawn since, waits for its signature again."""
HAS_ANSWERED = or_(Return.accepted_revision > 0, not_(among(Return.status, UNANSWERED)), IS_REPLY)
"""Whether the Assembly has an answer, of a return that was begun: as in `lifecycle.has_answered`."""
_WAS_SENT = or_(Return.revision > 0, not_(among(Return.status, UNSENT)))


def status_of(round_: Round | ItsRound, today: date) -> RoundStatus:
    """Where a round stands on a day."""
    return status_on(Stage(round_.stage), round_.opens_on, round_.closes_on, today)


def load_rounds(session: Session) -> list[Round]:
    """Every round, the newest first."""
    return list(session.scalars(select(Round).order_by(Round.code.desc())))


def find_round(session: Session, code: str) -> Round | None:
    """The round with this code."""
    return session.scalars(_ROUND, {"code": code}).one_or_none() if is_storable(code) else None


def find_organisation(session: Session, slug: str) -> Organisation | None:
    """The organisation with this slug."""
    return session.scalars(_ORGANISATION, {"slug": slug}).one_or_none() if is_storable(slug) else None


@dataclass(frozen=True, slots=True)
class Standing:
    """An expected organisation in a round, with its return where one was begun."""

    organisation: Organisation
    row: Return | None

    @property
    def status(self) -> Status:
        """Where its return stands."""
        return Status(self.row.status) if self.row else Status.NOT_STARTED


class RoundAsked(NamedTuple):
    """What a statement needs of a round: the same for equal ones, so that it can be kept."""

    id: int
    closes_on: date


def expected_organisations(round_: Round | RoundAsked) -> Select[Organisation, Return]:
    """Signatory organisations on the closing date, as published where the round is; and whoever else sent a return."""
    mine = and_(Return.organisation_id == Organisation.id, Return.round_id == round_.id)
    return select(Organisation, Return).outerjoin(Return, mine).where(is_counted_in(round_))


def is_counted_in(round_: Round | RoundAsked) -> ColumnElement[bool]:
    """Whether an organisation, with its return, is among those of a round: a draft alone makes nobody one of them."""
    return or_(is_expected_in(round_.id, round_.closes_on), _WAS_SENT)


def load_standings(session: Session, round_: Round, limit: int | None = None, offset: int = 0) -> list[Standing]:
    """The organisations of a round by name, or a page of them."""
    query = expected_organisations(round_).order_by(Organisation.sort_name, Organisation.id).limit(limit).offset(offset)
    return [Standing(organisation, row) for organisation, row in session.execute(query)]


_COUNTED = union_all(
    select(ReturnCount.status, ReturnCount.number, ReturnCount.unexpected).where(
        ReturnCount.round_id == bindparam("round_id")
    ),
    select(literal("expected"), Total.returns, literal(0)).where(
        Total.round_id == bindparam("round_id"),
        Total.measure == DEFINITIONS[0].measure,
        Total.breakdown == "coverage",
    ),
)


def count_statuses(session: Session, round_: Round | ItsRound) -> Mapping[Status, int]:
    """How many organisations of a round stand where, from what is counted already: a statement of a few rows.

    Those that are expected and have no return yet are not started; whoever else sent a return is counted too. Where
    somebody else has a draft, a statement of its own leaves it out.
    """
    rows = session.connection().execute(_COUNTED, {"round_id": round_.id}).all()
    found = {status: (number, unexpected) for status, number, unexpected in rows}
    everyone = found.pop("expected", (0, 0))[0]
    missing = everyone - sum(number - unexpected for number, unexpected in found.values())
    drafts = _count_drafts_of_others(session, round_) if any(found.get(each, (0, 0))[1] for each in UNSENT) else {}
    counts = {Status(status): left for status, (number, _) in found.items() if (left := number - drafts.get(status, 0))}
    if missing > 0:
        counts[Status.NOT_STARTED] = counts.get(Status.NOT_STARTED, 0) + missing
    return counts


def _count_drafts_of_others(session: Session, round_: Round | ItsRound) -> Mapping[str, int]:
    """How many never sent returns of organisations that are not expected stand where."""
    query = (
        select(Return.status, func.count())
        .join(Organisation, Organisation.id == Return.organisation_id)
        .where(Return.round_id == round_.id, not_(_WAS_SENT), not_(is_expected_in(round_.id, round_.closes_on)))
        .group_by(Return.status)
    )
    return {status: number for status, number in session.connection().execute(query).all()}


def is_reply(session: Session, row: Return) -> bool:
    """Whether a return waits for its signature again, and what was signed before stands meanwhile."""
    return session.scalars(select(Return.id).where(Return.id == row.id, IS_REPLY)).one_or_none() is not None


def find_own_return(session: Session, round_: Round, organisation: Organisation) -> Return | None:
    """An organisation's return for a round, for the operator, who sees all."""
    query = select(Return).where(Return.round_id == round_.id, Return.organisation_id == organisation.id)
    return session.scalars(query).one_or_none()


def find_expected(session: Session, round_: Round, slug: str) -> tuple[Organisation, Return | None] | None:
    """An organisation that a round expects, or that sent a return, with that return."""
    if not is_storable(slug):
        return None
    found = session.execute(expected_organisations(round_).where(Organisation.slug == slug)).one_or_none()
    return (found[0], found[1]) if found else None
