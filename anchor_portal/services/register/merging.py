"""Organisations that became part of another, and organisations that are in the register twice."""

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.register.identifiers import SCHEMES
from anchor_portal.domain.register.names import plain
from anchor_portal.domain.register.relations import Merging, RelationRefused, check_merger, say_rests
from anchor_portal.models import Alias, Grant, Holding, Identifier, Interest, Organisation, OrganisationName
from anchor_portal.services.audit import record
from anchor_portal.services.register.coverage import facts_of, note_change
from anchor_portal.services.register.organisations import RESTS, RegisterRefused, count_rests, remove_organisation

MOVED = {RESTS[table] for table in ("holdings", "grants", "interests")}
"""What goes over to the other one, where an organisation was entered twice."""


def merge(session: Session, organisation: Organisation, successor: Organisation, on: date, who: str) -> None:
    """Record that an organisation became part of another on a day: it is a signatory until then, and keeps its history.

    Both are held. Raises RelationRefused.
    """
    into = session.get(Organisation, organisation.merged_into_id) if organisation.merged_into_id else None
    beyond = session.get(Organisation, successor.merged_into_id) if successor.merged_into_id else None
    check_merger(
        Merging(organisation.id, organisation.name, into.name if into else "", organisation.joined_on),
        Merging(successor.id, successor.name, beyond.name if beyond else ""),
        on,
    )
    facts = facts_of(organisation)
    organisation.merged_into_id, organisation.merged_on = successor.id, on
    if organisation.is_signatory and (organisation.left_on is None or organisation.left_on > on):
        organisation.left_on = on
    organisation.version += 1
    session.flush()
    record(session, who, "organisation merged", organisation.slug, f"into {successor.slug} on {on.isoformat()}")
    note_change(session, organisation, facts)


def undo_merge(session: Session, organisation: Organisation, who: str) -> bool:
    """Take back that an organisation became part of another; False where it did not. It is held."""
    if organisation.merged_into_id is None:
        return False
    facts = facts_of(organisation)
    if organisation.left_on == organisation.merged_on:
        organisation.left_on = None
    organisation.merged_into_id = organisation.merged_on = None
    organisation.version += 1
    session.flush()
    record(session, who, "merger taken back", organisation.slug, organisation.name)
    note_change(session, organisation, facts)
    return True


def join_duplicates(session: Session, twin: Organisation, original: Organisation, who: str) -> None:
    """Make one organisation of two entries: names, codes, holdings and roles of `twin` go to `original`, the entry goes.

    Both are held, with codes and places loaded. Raises RelationRefused where they cannot be one, and RegisterRefused
    where records rest on the twin that cannot be moved, such as returns.
    """
    if twin.id == original.id:
        raise RelationRefused("That is this organisation itself")
    rests = {words: number for words, number in count_rests(session, twin.id).items() if words not in MOVED}
    if kept := say_rests(rests):
        raise RegisterRefused(
            f"{twin.name} cannot be taken for a second entry: {kept} would lose their organisation. "
            "Record that it became part of the other one instead"
        )
    _refuse_other_codes(twin, original)
    # the twin's names and codes are gone before the original gets them
    names, codes = _names_of(session, twin), {each.scheme: each.code for each in twin.identifiers}
    _move(session, twin, original)
    record(session, who, "duplicate joined", original.slug, f"{twin.slug}: {twin.name}")
    remove_organisation(session, twin, who)
    _add_names(session, original, names)
    new = codes.keys() - {each.scheme for each in original.identifiers}
    original.identifiers = [*original.identifiers, *(Identifier(scheme=each, code=codes[each]) for each in sorted(new))]
    original.version += 1
    session.flush()


def _refuse_other_codes(twin: Organisation, original: Organisation) -> None:
    mine = {each.scheme: each.code for each in original.identifiers}
    for each in twin.identifiers:
        if mine.get(each.scheme, each.code) != each.code:
            title = SCHEMES[each.scheme].title if each.scheme in SCHEMES else each.scheme
            raise RelationRefused(
                f"They are two: {twin.name} has the {title} {each.code}, {original.name} has {mine[each.scheme]}"
            )


def _names_of(session: Session, twin: Organisation) -> list[str]:
    tables = (Alias, OrganisationName)
    others = [
        name for table in tables for name in session.scalars(select(table.name).where(table.organisation_id == twin.id))
    ]
    return [twin.name, twin.printed_name, *others]


def _add_names(session: Session, original: Organisation, names: list[str]) -> None:
    known = {plain(original.name), plain(original.printed_name)}
    known |= set(session.scalars(select(Alias.folded).where(Alias.organisation_id == original.id)))
    for name in names:
        if plain(name) not in known:
            known.add(plain(name))
            session.add(Alias(organisation_id=original.id, name=name, folded=plain(name)))
    session.flush()


def _move(session: Session, twin: Organisation, original: Organisation) -> None:
    """Holdings, roles and interests; what the original has already goes with the twin."""
    held = select(Holding.kind, Holding.since).where(Holding.organisation_id == original.id)
    has = {tuple(each) for each in session.execute(held)}
    for holding in session.scalars(select(Holding).where(Holding.organisation_id == twin.id)).all():
        if (holding.kind, holding.since) in has:
            session.delete(holding)
        else:
            holding.organisation_id = original.id
    _move_roles(session, twin, original)
    _move_interests(session, twin, original)
    session.flush()


def _move_roles(session: Session, twin: Organisation, original: Organisation) -> None:
    grants = select(Grant.user_id, Grant.role).where(Grant.organisation_id == original.id)
    has = {tuple(each) for each in session.execute(grants)}
    for grant in session.scalars(select(Grant).where(Grant.organisation_id == twin.id)).all():
        if (grant.user_id, grant.role) in has:
            session.delete(grant)
        else:
            grant.organisation_id = original.id


def _move_interests(session: Session, twin: Organisation, original: Organisation) -> None:
    has = set(session.scalars(select(Interest.user_id).where(Interest.organisation_id == original.id)))
    for interest in session.scalars(select(Interest).where(Interest.organisation_id == twin.id)).all():
        if interest.user_id in has:
            session.delete(interest)
        else:
            session.execute(
                update(Interest)
                .where(Interest.user_id == interest.user_id, Interest.organisation_id == twin.id)
                .values(organisation_id=original.id)
            )
