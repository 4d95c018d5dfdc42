"""The grid of pledges by organisation: a page of it, filtered by what stands in its own rows."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import ceil
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    cast,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.measures import PLEDGE
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.pledges import NUMBERS
from anchor_portal.domain.pledges import Outcome as Finding
from anchor_portal.models import MeasureRow, Organisation, PledgeOutcome, Return, Round, RoundMember
from anchor_portal.models.round_members import PLACE, SECTOR, as_published
from anchor_portal.queries.columns import ItsRound, among
from anchor_portal.queries.rounds import HAS_ANSWERED, RoundAsked, expected_organisations

PAGE_SIZE = 40
"""Organisations on a page of the grid: its cost does not grow with their number."""
MOST_ROWS = 10**9
"""Where a page can begin at most, so that no number from an address is too large for a database."""
MOST_NAMED = 10
"""How many of those that have not answered are named on paper."""
MISSING = "missing"
"""The filter for organisations that have not answered, beside those for each status."""


class Outcome(StrEnum):
    """How far a pledge is evidenced in an accepted return, in the words of the grid.

    It is counted from the answers, and stands where the Assembly recorded no outcome of its own.
    """

    EVIDENCED = "Evidenced"
    PARTLY = "Partly"
    NOT_YET = "Not yet"
    NOT_ASKED = "Not asked"


PLEDGE_MEASURES = {f"{PLEDGE}{number}": number for number in NUMBERS}
_ANSWERED, _ASKED = (
    cast(type_coerce(each, BigInteger), String) for each in (MeasureRow.numerator, MeasureRow.denominator)
)
COUNTED = func.aggregate_strings(MeasureRow.measure + "=" + _ANSWERED + "=" + _ASKED, ";")
"""What was counted for each pledge of a return, in one text: `pledge.3=200=500;pledge.4=100=100`, in hundredths.

A column for each pledge would make the statement three times as long, and it is read on each page.
"""
MEANS: dict[Outcome, ColumnElement[bool]] = {
    Outcome.EVIDENCED: and_(MeasureRow.denominator > 0, MeasureRow.numerator >= MeasureRow.denominator),
    Outcome.PARTLY: and_(MeasureRow.numerator > 0, MeasureRow.numerator < MeasureRow.denominator),
    Outcome.NOT_YET: and_(MeasureRow.denominator > 0, MeasureRow.numerator == 0),
}
"""When a row has an outcome; "not asked" is that there is no row with a question. As in `outcome_of`."""


def outcome_of(answered: int, asked: int) -> Outcome:
    """What the counts of a pledge mean: questions answered, of questions asked."""
    if not asked:
        return Outcome.NOT_ASKED
    if not answered:
        return Outcome.NOT_YET
    return Outcome.PARTLY if answered < asked else Outcome.EVIDENCED


Cell = Outcome | Finding
"""What stands in a cell: what the Assembly found, else what the answers show."""


@dataclass(frozen=True, slots=True)
class GridFilter:
    """Which organisations are listed; empty lists all. It chooses rows, and no figure is ever made of them.

    `place` is a GSS code or `several`; `status` a status or `missing`; `pledge` 0 stands for any of the seven.
    By outcome nobody of `withheld` is found: the outcomes of those organisations are not for the reader.
    """

    sector: str = ""
    place: str = ""
    pledge: int = 0
    outcome: Cell | None = None
    status: str = ""
    name: str = ""
    withheld: frozenset[int] = frozenset()

    @property
    def is_set(self) -> bool:
        """Whether it leaves anybody out."""
        return any((self.sector, self.place, self.outcome, self.status, self.name))


@dataclass(frozen=True, slots=True)
class GridRow:
    """An organisation in the grid; once its return is accepted, it has an outcome for each pledge in turn."""

    organisation_id: int
    slug: str
    name: str
    status: Status
    was_accepted: bool
    outcomes: tuple[Cell, ...]

    @property
    def is_changed(self) -> bool:
        """Whether it is no longer what was decided on."""
        return self.was_accepted and self.status is not Status.ACCEPTED


@dataclass(frozen=True, slots=True)
class Grid:
    """A page of the grid; `matches` is how many organisations there are on all its pages."""

    rows: Sequence[GridRow]
    matches: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, ceil(self.matches / PAGE_SIZE))


def load_grid(session: Session, round_: Round | ItsRound, wanted: GridFilter, page: int, expected: int) -> Grid:
    """A page of the organisations of a round by name, with what their accepted returns evidence: one statement.

    `expected` is how many organisations the round has: without a filter nobody need count them. A page that there
    is not gives the first one, with a second statement.
    """
    grid = _load_page(session, round_, wanted, max(page, 1), expected)
    if grid.rows or grid.page == 1:
        return grid
    return _load_page(session, round_, wanted, 1, expected)


def load_missing(session: Session, round_: Round | ItsRound, most: int = MOST_NAMED) -> tuple[int, list[str]]:
    """How many have not answered, and the names of at most so many of them in the order of the grid: one statement."""
    found = session.connection().execute(_missing(RoundAsked(round_.id, round_.closes_on), most)).all()
    return (found[0][-1] if found else 0), [row.name for row in found]


@lru_cache(maxsize=32)
def _missing(round_: RoundAsked, most: int) -> Select[*tuple[Any, ...]]:
    missing = _matching(round_, GridFilter(status=MISSING)).add_columns(func.count().over())
    return missing.order_by(Organisation.sort_name, Organisation.id).limit(most)


def _load_page(session: Session, round_: Round | ItsRound, wanted: GridFilter, page: int, expected: int) -> Grid:
    found = session.connection().execute(_page(RoundAsked(round_.id, round_.closes_on), wanted, page, expected)).all()
    return Grid([_row(*each[1:]) for each in found], found[0][0] if found else 0, page)


@lru_cache(maxsize=128)
def _page(round_: RoundAsked, wanted: GridFilter, page: int, expected: int) -> Select[*tuple[Any, ...]]:
    everyone = _matching(round_, wanted)
    mine = (
        everyone.order_by(Organisation.sort_name, Organisation.id)
        .limit(PAGE_SIZE)
        .offset(min((page - 1) * PAGE_SIZE, MOST_ROWS))
        .subquery()
    )
    theirs = and_(
        MeasureRow.organisation_id == mine.c.id,
        MeasureRow.round_id == round_.id,
        among(MeasureRow.measure, PLEDGE_MEASURES),
        MeasureRow.row == "",
    )
    return (
        select(_number_of(everyone) if wanted.is_set else literal(expected), mine, COUNTED, _findings(mine.c.return_id))
        .outerjoin(MeasureRow, theirs)
        .group_by(*mine.c)
        .order_by(mine.c.sort_name, mine.c.id)
    )


def _number_of(everyone: Select[*tuple[Any, ...]]) -> ColumnElement[int]:
    return select(func.count()).select_from(everyone.subquery()).scalar_subquery()


def _matching(round_: RoundAsked, wanted: GridFilter) -> Select[*tuple[Any, ...]]:
    query = expected_organisations(round_).with_only_columns(
        Organisation.id,
        Organisation.slug,
        Organisation.name,
        Organisation.sort_name,
        Return.status,
        Return.accepted_revision,
        Return.id.label("return_id"),
    )
    if wanted.sector or wanted.place:
        query = query.outerjoin(RoundMember, as_published(round_.id))
    return query.where(*_conditions(round_, wanted))


def _findings(return_id: ColumnElement[int]) -> ColumnElement[str]:
    """What the Assembly found about each pledge of a return, in one text: `3=12=met;3=15=not_met`, the pledge first.

    Then comes the number of the finding, of which the highest counts.
    """
    pledge, number = cast(PledgeOutcome.pledge, String), cast(PledgeOutcome.id, String)
    found = func.aggregate_strings(pledge + "=" + number + "=" + PledgeOutcome.outcome, ";")
    return select(found).where(PledgeOutcome.return_id == return_id).scalar_subquery()


def _conditions(round_: RoundAsked, wanted: GridFilter) -> Iterator[ColumnElement[bool]]:
    for group, code in ((SECTOR, wanted.sector), (PLACE, wanted.place)):
        if code:
            yield group == code
    if wanted.status:
        yield _stands(wanted.status)
    if wanted.name:
        yield Organisation.name.icontains(wanted.name, autoescape=True)
    if wanted.outcome:
        yield Return.accepted_revision > 0
        yield Organisation.id.not_in(wanted.withheld)
        yield or_(*(_has_outcome(round_, each, wanted.outcome) for each in _pledges(wanted.pledge)))


def _stands(status: str) -> ColumnElement[bool]:
    """Where a return stands; what was accepted or returned is an answer, wherever its correction or reply stands."""
    if status == MISSING:
        return or_(Return.id.is_(None), not_(HAS_ANSWERED))
    if status == Status.NOT_STARTED:
        return or_(Return.id.is_(None), Return.status == status)
    return Return.status == status


def _pledges(pledge: int) -> Iterable[int]:
    return [pledge] if pledge else NUMBERS


def _has_outcome(round_: RoundAsked, pledge: int, outcome: Cell) -> ColumnElement[bool]:
    """Whether a cell says so: what the Assembly found last, and only without it what was counted."""
    found = (PledgeOutcome.return_id == Return.id, PledgeOutcome.pledge == pledge)
    if isinstance(outcome, Finding):
        newest = select(func.max(PledgeOutcome.id)).where(*found).correlate(Return).scalar_subquery()
        return exists().where(PledgeOutcome.id == newest, PledgeOutcome.outcome == outcome)
    theirs = (
        MeasureRow.organisation_id == Organisation.id,
        MeasureRow.round_id == round_.id,
        MeasureRow.measure == f"{PLEDGE}{pledge}",
        MeasureRow.row == "",
    )
    none_found = ~exists().where(*found)
    if outcome is Outcome.NOT_ASKED:
        return and_(none_found, ~exists().where(*theirs, MeasureRow.denominator > 0))
    return and_(none_found, exists().where(*theirs, MEANS[outcome]))


def _row(
    organisation_id: int,
    slug: str,
    name: str,
    sort_name: str,
    status: str | None,
    accepted: int | None,
    return_id: int | None,
    counted: str | None,
    found: str | None,
) -> GridRow:
    cells = _cells(counted or "", found or "") if accepted else ()
    return GridRow(organisation_id, slug, name, Status(status or Status.NOT_STARTED), bool(accepted), cells)


@lru_cache(maxsize=1000)
def _cells(counted: str, found: str) -> tuple[Cell, ...]:
    """What stands in the cells of an organisation, by COUNTED and `_findings`."""
    shown: dict[int, Cell] = dict.fromkeys(NUMBERS, Outcome.NOT_ASKED)
    for measure, answered, asked in _parts(counted):
        shown[PLEDGE_MEASURES[measure]] = outcome_of(int(answered), int(asked))
    for _, pledge, outcome in sorted((int(number), int(pledge), outcome) for pledge, number, outcome in _parts(found)):
        shown[pledge] = Finding(outcome)
    return tuple(shown.values())


def _parts(text: str) -> list[list[str]]:
    return [each.split("=") for each in text.split(";")] if text else []
