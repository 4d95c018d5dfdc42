"""Organisations for everyone: who signed, since when, and what they hold and told."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.register.names import plain
from anchor_portal.models import CaseStudy, Holding, Organisation, OrganisationName, Place, Return
from anchor_portal.models.register import is_signatory_on
from anchor_portal.queries.storable import is_storable

PAGE = 50
STUDIES = (
    select(func.count())
    .where(CaseStudy.organisation_id == Organisation.id, CaseStudy.withdrawn_at.is_(None))
    .scalar_subquery()
)
ACCEPTED = (
    select(func.count())
    .where(Return.organisation_id == Organisation.id, Return.accepted_revision > 0)
    .scalar_subquery()
)
SIGNATORIES = (
    select(
        Organisation.slug,
        Organisation.name,
        Organisation.sector,
        Organisation.joined_on,
        func.coalesce(Place.name, ""),
        STUDIES,
        func.count().over(),
    )
    .outerjoin(Place, Place.gss_code == Organisation.main_place_code)
    .where(is_signatory_on(bindparam("day", type_=Date)))
    .order_by(Organisation.sort_name, Organisation.id)
    .limit(PAGE)
    .offset(bindparam("first", type_=Integer))
)
"""Lines of the list, each with how many there are in all; made once, because that takes as long as asking."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which signatories: by a part of the name, by sector and place; what is empty does not matter."""

    name: str = ""
    sector: str = ""
    place: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Signatory:
    """A line of the list; `place` is empty for an organisation of several places."""

    slug: str
    name: str
    sector: str
    joined_on: date | None
    place: str
    studies: int


@dataclass(frozen=True, slots=True)
class Signatories:
    """A page of them, how many there are in all, and which page it is of how many."""

    lines: Sequence[Signatory]
    total: int
    page: int
    pages: int


def load_signatories(session: Session, wanted: Wanted, day: date) -> Signatories:
    """The signatories of a day, by name; beyond the last page the first one."""
    page = min(max(wanted.page, 1), 10_000)
    rows = session.execute(_filtered(SIGNATORIES, wanted), {"day": day, "first": (page - 1) * PAGE}).all()
    if not rows and page > 1:
        return load_signatories(session, replace(wanted, page=1), day)
    total = rows[0][-1] if rows else 0
    return Signatories([Signatory(*row[:-1]) for row in rows], total, page, max(1, -(-total // PAGE)))


def _filtered(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if name := plain(wanted.name):
        query = query.where(Organisation.search_name.contains(name, autoescape=True))
    if wanted.sector:
        query = query.where(Organisation.sector == wanted.sector)
    if wanted.place:
        query = query.where(Organisation.main_place_code == wanted.place)
    return query


@dataclass(frozen=True, slots=True)
class Profile:
    """An organisation with its place, its names over time, what it holds, and whose it is.

    `accepted` is how many of its returns the Assembly accepted.
    """

    organisation: Organisation
    place: str
    accepted: int
    names: Sequence[OrganisationName]
    holdings: Sequence[Holding]
    relations: dict[int, Organisation]


def find_profile(session: Session, slug: str) -> Profile | None:
    """Everything of the register that everyone may know of an organisation."""
    query = select(Organisation, func.coalesce(Place.name, ""), ACCEPTED).outerjoin(
        Place, Place.gss_code == Organisation.main_place_code
    )
    row = session.execute(query.where(Organisation.slug == slug)).one_or_none() if is_storable(slug) else None
    if row is None:
        return None
    organisation, place, accepted = row
    names = select(OrganisationName).where(OrganisationName.organisation_id == organisation.id)
    holdings = select(Holding).where(Holding.organisation_id == organisation.id)
    others = {organisation.hosted_by_id, organisation.member_of_id, organisation.merged_into_id} - {None}
    related = select(Organisation).where(Organisation.id.in_(others))
    return Profile(
        organisation,
        place,
        accepted,
        session.scalars(names.order_by(OrganisationName.until.desc(), OrganisationName.id.desc())).all(),
        session.scalars(holdings.order_by(Holding.kind, Holding.since.desc())).all(),
        {each.id: each for each in session.scalars(related)} if others else {},
    )
