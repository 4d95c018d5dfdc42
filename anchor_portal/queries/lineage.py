"""The returns behind a figure, page by page, and those that are not in it: what a page from number to return shows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Step
from anchor_portal.models import (
    LevelRow,
    MeasureRow,
    Organisation,
    Publication,
    QuestionnaireVersion,
    Return,
    ReturnStep,
    Round,
    RoundMember,
    Submission,
    Total,
)
from anchor_portal.models.round_members import PLACE, SECTOR, as_published, is_expected_in
from anchor_portal.queries.reference import LEVELS_VERSION
from anchor_portal.queries.storable import is_storable

PAGE_SIZE = 50
"""Organisations in a list: its cost does not grow with their number."""
MOST_PAGES = 10**6


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figure: a measure, in all or of one group of a breakdown (sector, place or tier)."""

    measure: str
    breakdown: str = ""
    code: str = ""


class Numbers(NamedTuple):
    """What one return adds to a figure."""

    numerator: Decimal
    denominator: Decimal
    unknown: Decimal


@dataclass(frozen=True, slots=True)
class Behind:
    """An organisation with its return and the revision that stands in the figures now, as it was signed.

    `numbers` are None where it is not counted; `percent` is what it gave in their place.
    """

    organisation: Organisation
    row: Return | None
    submission: Submission | None
    numbers: Numbers | None
    percent: Decimal | None

    @property
    def revision(self) -> int:
        """The revision that stands; 0 where none was accepted."""
        return self.row.accepted_revision if self.row else 0


class Acceptance(NamedTuple):
    """Who accepted which revision, and when."""

    return_id: int
    revision: int
    who: str
    at: datetime


def find_placed(session: Session, code: str) -> tuple[Round, str] | None:
    """A round with the digest of its questionnaire."""
    if not is_storable(code):
        return None
    query = (
        select(Round, QuestionnaireVersion.digest)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Round.questionnaire_id)
        .where(Round.code == code)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1])


def find_frozen(session: Session, round_: Round) -> tuple[str, int, datetime] | None:
    """The newest publication of a round: what is shown inside, its revision, and when."""
    query = (
        select(Publication.inside, Publication.revision, Publication.published_at)
        .where(Publication.round_id == round_.id)
        .order_by(Publication.revision.desc())
        .limit(1)
    )
    found = session.execute(query).one_or_none()
    return None if found is None else (found[0], found[1], found[2])


def find_total(session: Session, round_: Round, wanted: Wanted) -> tuple[Numbers, int] | None:
    """The stored sums of a figure as they stand now, and of how many returns."""
    found = session.get(Total, (round_.id, wanted.measure, wanted.breakdown or "all", wanted.code or "all"))
    return None if found is None else (Numbers(found.numerator, found.denominator, found.unknown), found.returns)


def load_counted(session: Session, round_: Round, wanted: Wanted, page: int) -> list[Behind]:
    """The organisations counted, by name: a page of them, and one more where another page follows.

    One statement, and one for the sums of a tier.
    """
    query = _organisations_of(round_, wanted).where(_rows_of(round_, wanted).exists())
    found = _load(session, round_, wanted, _page(query, page))
    if wanted.breakdown != "tier":
        return found
    sums = _tier_sums(session, round_, wanted, [each.organisation.id for each in found])
    return [_with(each, sums.get(each.organisation.id)) for each in found]


def load_missing(session: Session, round_: Round, wanted: Wanted, page: int) -> list[Behind]:
    """The organisations that are expected, or began a return, and are not counted: a page of them, and one more."""
    expected = is_expected_in(round_.id, round_.closes_on)
    began = select(Return.id).where(Return.organisation_id == Organisation.id, Return.round_id == round_.id).exists()
    query = _organisations_of(round_, wanted).where(or_(expected, began), ~_rows_of(round_, wanted).exists())
    return [_with(each, None) for each in _load(session, round_, wanted, _page(query, page))]


def _with(each: Behind, numbers: Numbers | None) -> Behind:
    return Behind(each.organisation, each.row, each.submission, numbers, each.percent)


def _rows_of(round_: Round, wanted: Wanted) -> Select[Any]:
    """The entries of an organisation that are counted in the figure."""
    query = select(MeasureRow.revision).where(
        MeasureRow.organisation_id == Organisation.id,
        MeasureRow.round_id == round_.id,
        MeasureRow.measure == wanted.measure,
        MeasureRow.numerator.is_not(None),
        MeasureRow.denominator.is_not(None),
    )
    if wanted.breakdown != "tier":
        return query.where(MeasureRow.row == "")
    return query.join(LevelRow, _of_tier(wanted))


def _of_tier(wanted: Wanted) -> ColumnElement[bool]:
    return and_(LevelRow.version == LEVELS_VERSION, LevelRow.code == MeasureRow.row, LevelRow.tier == wanted.code)


def _organisations_of(round_: Round, wanted: Wanted) -> Select[int]:
    """The organisations of the figure's sector or place, as the round was published where it is."""
    query = select(Organisation.id)
    group = {"sector": SECTOR, "place": PLACE}.get(wanted.breakdown)
    if group is None:
        return query
    return query.outerjoin(RoundMember, as_published(round_.id)).where(group == wanted.code)


def _page(query: Select[Any], page: int) -> Select[Any]:
    begin = (min(max(page, 1), MOST_PAGES) - 1) * PAGE_SIZE
    return query.order_by(Organisation.sort_name, Organisation.id).limit(PAGE_SIZE + 1).offset(begin)


def _load(session: Session, round_: Round, wanted: Wanted, chosen: Select[Any]) -> list[Behind]:
    ids = chosen.subquery()
    mine = and_(Return.organisation_id == Organisation.id, Return.round_id == round_.id)
    signed = and_(Submission.return_id == Return.id, Submission.revision == Return.accepted_revision)
    whole = and_(
        MeasureRow.organisation_id == Organisation.id,
        MeasureRow.round_id == round_.id,
        MeasureRow.measure == wanted.measure,
        MeasureRow.row == "",
    )
    query = (
        select(Organisation, Return, Submission, MeasureRow)
        .join(ids, ids.c.id == Organisation.id)
        .outerjoin(Return, mine)
        .outerjoin(Submission, signed)
        .outerjoin(MeasureRow, whole)
        .order_by(Organisation.sort_name, Organisation.id)
    )
    return [_behind(*found) for found in session.execute(query)]


def _behind(
    organisation: Organisation, row: Return | None, submission: Submission | None, entry: MeasureRow | None
) -> Behind:
    numbers = None
    if entry and entry.numerator is not None and entry.denominator is not None:
        numbers = Numbers(entry.numerator, entry.denominator, entry.unknown)
    return Behind(organisation, row, submission, numbers, entry.percent if entry else None)


def _tier_sums(session: Session, round_: Round, wanted: Wanted, organisations: Sequence[int]) -> dict[int, Numbers]:
    sums = (func.sum(getattr(MeasureRow, name)) for name in Numbers._fields)
    query = (
        select(MeasureRow.organisation_id, *sums)
        .join(LevelRow, _of_tier(wanted))
        .where(MeasureRow.round_id == round_.id, MeasureRow.measure == wanted.measure)
        .where(MeasureRow.organisation_id.in_(organisations))
        .group_by(MeasureRow.organisation_id)
    )
    return {organisation: Numbers(*amounts) for organisation, *amounts in session.execute(query)}


def load_acceptances(session: Session, behind: Iterable[Behind]) -> dict[int, list[Acceptance]]:
    """By return who accepted its revisions, the first one first."""
    ids = [each.row.id for each in behind if each.row and each.row.accepted_revision]
    query = (
        select(ReturnStep.return_id, ReturnStep.revision, ReturnStep.who, ReturnStep.at)
        .where(ReturnStep.return_id.in_(ids), ReturnStep.step == Step.ACCEPT)
        .order_by(ReturnStep.id)
    )
    found: dict[int, list[Acceptance]] = {}
    for row in session.execute(query) if ids else ():
        found.setdefault(row.return_id, []).append(Acceptance(*row))
    return found


def load_signed(session: Session, revisions: Mapping[int, int]) -> dict[int, Submission]:
    """By return one revision as it was signed; `revisions` are their numbers by return."""
    wanted: Collection[tuple[int, int]] = list(revisions.items())
    query = select(Submission).where(tuple_(Submission.return_id, Submission.revision).in_(wanted))
    return {each.return_id: each for each in session.scalars(query)} if wanted else {}
