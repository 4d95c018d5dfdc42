"""Organisations added, changed, renamed and, where they were a mistake, removed. The slug never changes."""

from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, selectinload

from anchor_portal.domain.register.identifiers import SCHEMES
from anchor_portal.domain.register.names import plain, slug_of
from anchor_portal.domain.register.relations import refuse_circle, say_rests
from anchor_portal.models import Base, Identifier, Organisation, OrganisationName, OrganisationPlace, RoundMember
from anchor_portal.services.audit import record
from anchor_portal.services.case_studies.wording import follow_name
from anchor_portal.services.register.coverage import facts_of, note_change, recount


class RegisterRefused(Exception):
    """The register cannot be changed as asked; the text is a sentence."""


class ChangedMeanwhile(Exception):
    """Somebody else changed the organisation after the page was opened; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Details:
    """What the register says of an organisation besides its names and what it holds; codes by scheme."""

    sector: str
    scale: str
    main_place: str | None = None
    works_in: frozenset[str] = frozenset()
    headcount: int | None = None
    is_signatory: bool = False
    joined_on: date | None = None
    left_on: date | None = None
    hosted_by_id: int | None = None
    member_of_id: int | None = None
    note: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, organisation: Organisation) -> "Details":
        """What it says now; its places and codes must be loaded."""
        return cls(
            organisation.sector,
            organisation.scale,
            organisation.main_place_code,
            frozenset(place.gss_code for place in organisation.places),
            organisation.headcount,
            organisation.is_signatory,
            organisation.joined_on,
            organisation.left_on,
            organisation.hosted_by_id,
            organisation.member_of_id,
            organisation.note,
            {each.scheme: each.code for each in organisation.identifiers},
        )


def hold_ties(session: Session, organisation_ids: Set[int], details: Details) -> None:
    """Take turns with whoever else ties organisations: else two ties, each of them sound, could make a circle.

    Held are the first organisation of the register, for that, those that are to be changed, and those that they are to be
    tied to, in the order in which everybody holds several: by their identifiers. Nothing is held where these are none.
    """
    tied = {each for each in (details.hosted_by_id, details.member_of_id) if each is not None}
    if not tied:
        return
    first = select(func.min(Organisation.id)).scalar_subquery()
    every = select(Organisation.id).where(
        or_(Organisation.id == first, Organisation.id.in_({*organisation_ids, *tied}))
    )
    session.execute(every.order_by(Organisation.id).with_for_update()).all()


def get_to_change(session: Session, organisation_id: int, seen: int | None = None) -> Organisation:
    """The organisation, held until the commit. Raises ChangedMeanwhile where `seen` is not its version."""
    query = select(Organisation).where(Organisation.id == organisation_id).with_for_update()
    organisation = session.scalars(
        query.options(selectinload(Organisation.places), selectinload(Organisation.identifiers)).execution_options(
            populate_existing=True
        )
    ).one_or_none()
    if organisation is None or (seen is not None and organisation.version != seen):
        raise ChangedMeanwhile
    return organisation


def add_organisation(session: Session, name: str, printed_name: str, details: Details, who: str) -> Organisation:
    """Add one, with an address of its own. Raises RegisterRefused where a code is another's, or a tie leads nowhere."""
    refuse_taken_codes(session, details.codes, None)
    organisation = Organisation(
        slug=new_slug(session, printed_name or name),
        name=name,
        printed_name=printed_name or name,
        sector=details.sector,
        scale=details.scale,
        is_signatory=details.is_signatory,
        places=[],
        identifiers=[],
    )
    with _written(session):
        session.add(organisation)
        _write(organisation, details)
    record(session, who, "organisation added", organisation.slug, name)
    note_change(session, organisation, None)
    return organisation


def new_slug(session: Session, name: str) -> str:
    """An address that no organisation has."""
    base = slug_of(name, set())
    taken = select(Organisation.slug).where(Organisation.slug.startswith(base, autoescape=True))
    return slug_of(name, set(session.scalars(taken)))


@contextmanager
def _written(session: Session) -> Iterator[None]:
    """Write something down, or nothing of it where somebody else took its name or code in this very moment.

    What is to be written is said inside: a savepoint lets everything that was said before it through to the database.
    """
    try:
        with session.begin_nested():
            yield
    except IntegrityError as conflict:
        raise RegisterRefused(
            "Somebody else added the same just now, or removed what it belongs to: look at the register again"
        ) from conflict


def _write(organisation: Organisation, details: Details) -> None:
    organisation.sector, organisation.scale = details.sector, details.scale
    organisation.main_place_code, organisation.headcount = details.main_place, details.headcount
    organisation.is_signatory = details.is_signatory
    organisation.joined_on, organisation.left_on = details.joined_on, details.left_on
    organisation.hosted_by_id, organisation.member_of_id = details.hosted_by_id, details.member_of_id
    organisation.note = details.note
    write_places(organisation, details.works_in)
    _write_codes(organisation, details.codes)


def write_places(organisation: Organisation, works_in: frozenset[str]) -> None:
    """Note where it works, and nowhere else; its places are loaded."""
    kept = [place for place in organisation.places if place.gss_code in works_in]
    new = works_in - {place.gss_code for place in kept}
    organisation.places = [*kept, *(OrganisationPlace(gss_code=code) for code in sorted(new))]


def _write_codes(organisation: Organisation, codes: Mapping[str, str]) -> None:
    kept = [each for each in organisation.identifiers if each.scheme in codes]
    for each in kept:
        each.code = codes[each.scheme]
    new = codes.keys() - {each.scheme for each in kept}
    organisation.identifiers = [*kept, *(Identifier(scheme=scheme, code=codes[scheme]) for scheme in sorted(new))]


def refuse_taken_codes(session: Session, codes: Mapping[str, str], mine: int | None) -> None:
    """Refuse codes that another organisation has. Raises RegisterRefused, which names it."""
    for scheme, code in codes.items():
        owner = session.scalars(
            select(Organisation)
            .join(Identifier, Identifier.organisation_id == Organisation.id)
            .where(Identifier.scheme == scheme, Identifier.code == code)
        ).one_or_none()
        if owner is not None and owner.id != mine:
            raise RegisterRefused(f"The {SCHEMES[scheme].title} {code} is that of {owner.name}")


def change_details(session: Session, organisation: Organisation, details: Details, who: str) -> bool:
    """Change what the register says; False where it says that already.

    The ties and then the organisation are held (hold_ties, get_to_change). Raises RegisterRefused, or RelationRefused
    where organisations would be tied in a circle.
    """
    before = Details.of(organisation)
    if before == details:
        return False
    refuse_taken_codes(session, details.codes, organisation.id)
    refuse_circles(session, organisation, details)
    facts = facts_of(organisation)
    with _written(session):
        _write(organisation, details)
        organisation.version += 1
    record(session, who, "organisation changed", organisation.slug, _say_changes(before, details))
    note_change(session, organisation, facts)
    return True


def refuse_circles(session: Session, organisation: Organisation, details: Details) -> None:
    """Refuse ties that would go round in a circle; all of them are held. Raises RelationRefused."""
    for column, other, how in (
        (Organisation.hosted_by_id, details.hosted_by_id, "hosted by"),
        (Organisation.member_of_id, details.member_of_id, "a member of"),
    ):
        if other is not None:
            query = select(Organisation.id, column).where(column.is_not(None))
            parents = {ident: parent for ident, parent in session.execute(query)}
            refuse_circle(organisation.id, organisation.name, other, parents, how=how)


def _say_changes(before: Details, after: Details) -> str:
    """Which of its details changed, from what to what; places and codes as lists."""
    said = []
    for name in Details.__dataclass_fields__:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            said.append(f"{name.replace('_', ' ').removesuffix(' id')}: {_say(old)} to {_say(new)}")
    return "; ".join(said)


def _say(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {code}" for key, code in sorted(value.items())) or "none"
    if isinstance(value, frozenset):
        return ", ".join(sorted(value)) or "none"
    return "none" if value in {None, ""} else str(value)


def rename(
    session: Session, organisation: Organisation, name: str, printed_name: str, since: date | None, who: str
) -> bool:
    """Give an organisation another name. With `since` the old one is kept, until that day; without it was a slip.

    False where it has that name already. Raises RegisterRefused where `since` is before it got the name of today.
    """
    printed_name = printed_name or name
    old, old_printed = organisation.name, organisation.printed_name
    if (old, old_printed) == (name, printed_name):
        return False
    if since is not None:
        _keep_old_name(session, organisation, since)
    facts = facts_of(organisation)
    organisation.name, organisation.printed_name = name, printed_name
    organisation.version += 1
    session.flush()
    follow_name(session, organisation)
    when = f"since {since.isoformat()}" if since else "as a correction"
    record(session, who, "organisation renamed", organisation.slug, f"{old} to {name}, {when}")
    note_change(session, organisation, facts)
    return True


def _keep_old_name(session: Session, organisation: Organisation, until: date) -> None:
    mine = OrganisationName.organisation_id == organisation.id
    begun = session.scalar(select(func.max(OrganisationName.until)).where(mine))
    if begun is not None and until < begun:
        raise RegisterRefused(f"It got the name of today on {begun:%-d %B %Y}: the next one cannot be older")
    session.add(
        OrganisationName(
            organisation_id=organisation.id,
            name=organisation.name,
            printed_name=organisation.printed_name,
            folded=plain(f"{organisation.name} {organisation.printed_name}"),
            since=begun,
            until=until,
        )
    )


ITS_OWN = frozenset(
    {
        "aliases",
        "identifiers",
        "measures",
        "organisation_names",
        "organisation_places",
        "register_import_rows",
        "round_members",
    }
)
"""Tables whose rows go with an organisation that was entered by mistake, and measures, which come from its returns.

That a published round expected it goes too: without a return it was only expected by mistake.
"""
RESTS = {
    "returns": "returns",
    "certificates": "certificates",
    "holdings": "charters or awards",
    "grants": "roles of people",
    "interests": "declared interests",
    "case_studies": "case studies",
    "agenda_items": "agenda items",
    "actions": "actions",
    "extensions": "extensions",
    "reminders": "reminders",
    "organisations": "organisations that are tied to it",
}


def count_rests(session: Session, organisation_id: int) -> dict[str, int]:
    """What rests on an organisation, in words and numbers: every row of another table that names it."""
    columns = [
        (table, key.parent)
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == Organisation.__tablename__ and table.name not in ITS_OWN
    ]
    numbers = session.execute(
        select(
            *(
                select(func.count()).select_from(table).where(column == organisation_id).scalar_subquery()
                for table, column in columns
            )
        )
    ).one()
    counts: dict[str, int] = {}
    for (table, _), number in zip(columns, numbers, strict=True):
        words = RESTS.get(table.name, "other records")
        counts[words] = counts.get(words, 0) + number
    return counts


def remove_organisation(session: Session, organisation: Organisation, who: str) -> None:
    """Remove one that was entered by mistake, with its names and codes. Raises RegisterRefused where anything rests on it."""
    if rests := say_rests(count_rests(session, organisation.id)):
        raise RegisterRefused(
            f"{organisation.name} cannot be removed: {rests} would be lost. "
            "If it no longer exists, record its last day as a signatory, or what it became part of"
        )
    was_expected = exists().where(RoundMember.organisation_id == organisation.id)
    is_counted = organisation.is_signatory or session.scalar(select(was_expected))
    record(session, who, "organisation removed", organisation.slug, organisation.name)
    session.delete(organisation)
    session.flush()
    if is_counted:
        recount(session)
