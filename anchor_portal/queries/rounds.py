"""Rounds, and where the organisations stand in one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Select, and_, bindparam, literal, or_, select, union_all
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.definitions import DEFINITIONS
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.rounds import RoundStatus, Stage, status_on
from anchor_portal.models import Organisation, Return, ReturnCount, Round, Total
from anchor_portal.models.round_members import is_expected_in
from anchor_portal.queries.columns import ItsRound
from anchor_portal.queries.storable import is_storable

_ROUND = select(Round).where(Round.code == bindparam("code"))
_ORGANISATION = select(Organisation).where(Organisation.slug == bindparam("slug"))


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
    return (
        select(Organisation, Return)
        .outerjoin(Return, mine)
        .where(or_(is_expected_in(round_.id, round_.closes_on), Return.id.is_not(None)))
    )


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

    Those that are expected and have no return yet are not started; whoever else sent a return is counted too.
    """
    rows = session.connection().execute(_COUNTED, {"round_id": round_.id}).all()
    found = {status: (number, unexpected) for status, number, unexpected in rows}
    everyone = found.pop("expected", (0, 0))[0]
    missing = everyone - sum(number - unexpected for number, unexpected in found.values())
    counts = {Status(status): number for status, (number, _) in found.items() if number}
    if missing > 0:
        counts[Status.NOT_STARTED] = counts.get(Status.NOT_STARTED, 0) + missing
    return counts


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
