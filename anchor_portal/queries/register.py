"""The register as the team reads it: found by any name or code, a page of each organisation, what is held by whom."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from math import ceil

from sqlalchemy import ColumnElement, Date, Select, and_, exists, func, literal, not_, null, or_, select
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from anchor_portal.domain.register.holdings import HOLDINGS, standing_on
from anchor_portal.domain.register.names import plain
from anchor_portal.domain.register.planning import KnownOrganisation
from anchor_portal.domain.sectors import SEVERAL_PLACES
from anchor_portal.models import (
    Alias,
    Certificate,
    Grant,
    Holding,
    Identifier,
    Organisation,
    OrganisationName,
    OrganisationPlace,
    Return,
)
from anchor_portal.models.register import is_signatory_on
from anchor_portal.queries.storable import is_storable

PAGE_SIZE = 50
MOST_ROWS = 10**9
HOLDINGS_ON_A_PAGE = 100
HELD_SINCE = (Holding.kind, Holding.since, Holding.until)
MOST_OFFERED = 300
"""So many names a browser can offer while one types."""


class Belongs(StrEnum):
    """Which organisations are listed."""

    ALL = ""
    SIGNATORY = "signatory"
    LEFT = "left"
    OTHER = "other"
    MERGED = "merged"


BELONGS_WORDS = {
    Belongs.SIGNATORY: "Signatories of the framework today",
    Belongs.LEFT: "Left the framework, or join later",
    Belongs.OTHER: "Never signed the framework",
    Belongs.MERGED: "Became part of another",
}


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """Which organisations are listed: by words of any name or a code, and by what they are."""

    words: str = ""
    sector: str = ""
    place: str = ""
    belongs: Belongs = Belongs.ALL
    holds: str = ""

    @property
    def is_set(self) -> bool:
        """Whether it leaves anybody out."""
        return any((self.words, self.sector, self.place, self.belongs, self.holds))


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """A page of the register by name; `matches` is how many organisations there are on all its pages."""

    rows: Sequence[Organisation]
    holdings: Mapping[int, Sequence[Holding]]
    matches: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, ceil(self.matches / PAGE_SIZE))


def load_page(session: Session, wanted: RegisterFilter, page: int, today: date) -> RegisterPage:
    """A page of organisations, with their codes and what they hold: four statements."""
    query = _matching(wanted, today)
    matches = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = page if 1 <= page <= max(1, ceil(matches / PAGE_SIZE)) else 1
    rows = session.scalars(
        query.options(selectinload(Organisation.identifiers))
        .order_by(Organisation.sort_name, Organisation.id)
        .limit(PAGE_SIZE)
        .offset(min((page - 1) * PAGE_SIZE, MOST_ROWS))
    ).all()
    return RegisterPage(rows, load_holdings(session, [row.id for row in rows]), matches, page)


def load_everyone(session: Session, wanted: RegisterFilter, today: date) -> Sequence[Organisation]:
    """Every organisation that matches by name, with codes and places."""
    query = _matching(wanted, today).order_by(Organisation.sort_name, Organisation.id)
    return session.scalars(
        query.options(selectinload(Organisation.identifiers), selectinload(Organisation.places))
    ).all()


def _matching(wanted: RegisterFilter, today: date) -> Select[Organisation]:
    return select(Organisation).where(*_conditions(wanted, today))


def _conditions(wanted: RegisterFilter, today: date) -> Iterator[ColumnElement[bool]]:
    for word in plain(wanted.words).split()[:10]:
        yield _is_called(word)
    if wanted.words and not plain(wanted.words):
        yield Organisation.id < 0
    if wanted.sector:
        yield Organisation.sector == wanted.sector
    if wanted.place:
        place = None if wanted.place == SEVERAL_PLACES else wanted.place
        yield Organisation.main_place_code.is_not_distinct_from(place)
    if wanted.belongs:
        yield _belongs(wanted.belongs, today)
    if wanted.holds:
        yield exists().where(Holding.organisation_id == Organisation.id, Holding.kind == wanted.holds)


def _is_called(word: str) -> ColumnElement[bool]:
    """Whether a word is in any of its names, of today or before, or is one of its codes."""
    return or_(
        Organisation.search_name.contains(word, autoescape=True),
        Organisation.id.in_(select(Alias.organisation_id).where(Alias.folded.contains(word, autoescape=True))),
        Organisation.id.in_(
            select(OrganisationName.organisation_id).where(OrganisationName.folded.contains(word, autoescape=True))
        ),
        Organisation.id.in_(select(Identifier.organisation_id).where(Identifier.code == word.upper())),
    )


def _belongs(belongs: Belongs, today: date) -> ColumnElement[bool]:
    if belongs is Belongs.SIGNATORY:
        return is_signatory_on(today)
    if belongs is Belongs.LEFT:
        return and_(Organisation.is_signatory, not_(is_signatory_on(today)))
    if belongs is Belongs.MERGED:
        return Organisation.merged_on <= today
    return not_(Organisation.is_signatory)


def load_holdings(session: Session, organisation_ids: Sequence[int]) -> Mapping[int, Sequence[Holding]]:
    """What these organisations hold, by kind and then by its first day."""
    query = select(Holding).where(Holding.organisation_id.in_(organisation_ids))
    held: dict[int, list[Holding]] = {}
    for holding in session.scalars(query.order_by(Holding.since, Holding.id)) if organisation_ids else ():
        held.setdefault(holding.organisation_id, []).append(holding)
    kinds = list(HOLDINGS)
    return {ident: sorted(rows, key=lambda row: kinds.index(row.kind)) for ident, rows in held.items()}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many signatories there are today, and others in the register."""

    signatories: int
    others: int


def count_register(session: Session, today: date) -> Counts:
    """How many organisations are signatories today, and how many are in the register besides."""
    signing = func.count().filter(is_signatory_on(today))
    signatories, everyone = session.execute(select(signing, func.count()).select_from(Organisation)).one()
    return Counts(signatories, everyone - signatories)


def load_all_holdings(session: Session, kind: str = "", page: int = 0) -> Sequence[tuple[Holding, Organisation]]:
    """Holdings with their organisations, by name and first day: all of them, those of a kind, or a page of these."""
    query = select(Holding, Organisation).join(Organisation, Organisation.id == Holding.organisation_id)
    query = query.where(Holding.kind == kind) if kind else query
    query = query.order_by(Organisation.sort_name, Organisation.id, Holding.since)
    query = query.limit(HOLDINGS_ON_A_PAGE).offset((page - 1) * HOLDINGS_ON_A_PAGE) if page else query
    return [(holding, organisation) for holding, organisation in session.execute(query)]


def count_holdings(session: Session, today: date) -> Mapping[tuple[str, str], int]:
    """How many holdings of each kind stand where today."""
    days = session.execute(select(Holding.kind, Holding.since, Holding.until, func.count()).group_by(*HELD_SINCE))
    counts: Counter[tuple[str, str]] = Counter()
    for kind, since, until, number in days:
        counts[kind, standing_on(today, kind, since, until)] += number
    return counts


@dataclass(frozen=True, slots=True)
class OtherName:
    """A name besides that of today: one that it had, between days as far as they are known, or an alias."""

    id: int
    name: str
    printed_name: str
    since: date | None = None
    until: date | None = None


@dataclass(slots=True)
class Profile:
    """Everything that the register says of an organisation; `former` the latest first."""

    organisation: Organisation
    returns: int
    certificates: int
    people: int
    aliases: Sequence[OtherName] = ()
    former: Sequence[OtherName] = ()
    holdings: Sequence[Holding] = ()
    related: Mapping[str, Sequence[Organisation]] = field(default_factory=dict)


def find_profile(session: Session, slug: str) -> Profile | None:
    """An organisation with its names, codes, places, holdings and relations: five statements."""
    if not is_storable(slug):
        return None
    counts = (
        select(func.count()).select_from(table).where(table.organisation_id == Organisation.id).scalar_subquery()
        for table in (Return, Certificate, Grant)
    )
    query = select(Organisation, *counts).where(Organisation.slug == slug)
    found = session.execute(
        query.options(joinedload(Organisation.places), selectinload(Organisation.identifiers))
    ).unique()
    one = found.one_or_none()
    if one is None:
        return None
    row, returns, certificates, people = one
    aliases, former = _other_names(session, row)
    held = load_holdings(session, [row.id]).get(row.id, ())
    return Profile(row, returns, certificates, people, aliases, former, held, _related(session, row))


def _other_names(session: Session, row: Organisation) -> tuple[Sequence[OtherName], Sequence[OtherName]]:
    none = null().cast(Date)
    aliases = select(literal(0), Alias.id, Alias.name, Alias.name, none.label("since"), none.label("until"))
    former = select(
        literal(1),
        OrganisationName.id,
        OrganisationName.name,
        OrganisationName.printed_name,
        OrganisationName.since,
        OrganisationName.until,
    )
    query = aliases.where(Alias.organisation_id == row.id).union_all(
        former.where(OrganisationName.organisation_id == row.id)
    )
    rows = [(row[0], OtherName(row[1], row[2], row[3], row[4], row[5])) for row in session.execute(query)]
    return (
        sorted((each for is_former, each in rows if not is_former), key=lambda each: each.name.casefold()),
        sorted((each for is_former, each in rows if is_former), key=_when, reverse=True),
    )


def _when(name: OtherName) -> tuple[date, int]:
    return name.until or date.min, name.id


def _related(session: Session, row: Organisation) -> Mapping[str, Sequence[Organisation]]:
    """The organisations that this one is tied to, by how: its host, those it hosts, and so on."""
    theirs = {
        "hosted_by": row.hosted_by_id,
        "member_of": row.member_of_id,
        "merged_into": row.merged_into_id,
    }
    ids = [ident for ident in theirs.values() if ident]
    mine = or_(
        Organisation.hosted_by_id == row.id, Organisation.member_of_id == row.id, Organisation.merged_into_id == row.id
    )
    found = session.scalars(
        select(Organisation).where(or_(Organisation.id.in_(ids), mine)).order_by(Organisation.sort_name)
    ).all()
    related = {how: [each for each in found if each.id == ident] for how, ident in theirs.items()}
    return related | {
        "hosts": [each for each in found if each.hosted_by_id == row.id],
        "members": [each for each in found if each.member_of_id == row.id],
        "absorbed": [each for each in found if each.merged_into_id == row.id],
    }


def load_names(session: Session) -> list[tuple[int, str, str]]:
    """Every name of every organisation, of today and before, with its identifier and slug: one statement."""
    today = select(Organisation.id, Organisation.slug, Organisation.name)
    printed = select(Organisation.id, Organisation.slug, Organisation.printed_name).where(
        Organisation.printed_name != Organisation.name
    )
    others = [
        select(Organisation.id, Organisation.slug, table.name).join(table, table.organisation_id == Organisation.id)
        for table in (Alias, OrganisationName)
    ]
    return [(ident, slug, name) for ident, slug, name in session.execute(today.union_all(printed, *others))]


def load_known(session: Session, today: date) -> list[KnownOrganisation]:
    """The register as a plan for a file needs it: six statements, however many organisations."""
    into = aliased(Organisation)
    is_merged = and_(into.id == Organisation.merged_into_id, Organisation.merged_on <= today)
    query = select(Organisation, into.name).outerjoin(into, is_merged)
    known = {row.id: _known(row, merged_into or "") for row, merged_into in session.execute(query)}
    for ident, _, name in load_names(session):
        known[ident].names.append(name)
    for code in session.execute(select(Identifier.organisation_id, Identifier.scheme, Identifier.code)):
        known[code.organisation_id].codes[code.scheme] = code.code
    for holding in session.execute(select(Holding.organisation_id, Holding.kind, Holding.since)):
        known[holding.organisation_id].holdings.add((holding.kind, holding.since))
    for ident in session.scalars(select(OrganisationPlace.organisation_id).distinct()):
        known[ident].filled |= {"works_in"}
    return list(known.values())


def _known(row: Organisation, merged_into: str) -> KnownOrganisation:
    filled = {
        "main_place": row.main_place_code,
        "headcount": row.headcount,
        "joined_on": row.joined_on,
        "left_on": row.left_on,
    }
    given = frozenset(name for name, value in filled.items() if value is not None)
    return KnownOrganisation(row.id, row.slug, row.name, [], {}, given, merged_into)


def find_by_slug_or_name(session: Session, typed: str) -> Organisation | None:
    """The organisation that somebody means by a slug, a name or a code; None where there is none, or several."""
    words = plain(typed)
    if not words or not is_storable(typed):
        return None
    exact = or_(
        Organisation.slug == typed.strip(),
        func.lower(Organisation.name) == typed.strip().lower(),
        Organisation.search_name == words,
        Organisation.search_name.startswith(f"{words} |", autoescape=True),
        Organisation.search_name.endswith(f"| {words}", autoescape=True),
        Organisation.id.in_(select(Identifier.organisation_id).where(Identifier.code == typed.strip().upper())),
    )
    found = session.scalars(select(Organisation).where(exact).limit(2)).all()
    return found[0] if len(found) == 1 else None


def load_choices(session: Session) -> Sequence[tuple[str, str]]:
    """Slug and name of every organisation that stands by itself, to be offered as one types; none where there are many."""
    query = select(Organisation.slug, Organisation.name).where(Organisation.merged_into_id.is_(None))
    found = session.execute(query.order_by(Organisation.sort_name).limit(MOST_OFFERED + 1)).all()
    return [(slug, name) for slug, name in found] if len(found) <= MOST_OFFERED else []
