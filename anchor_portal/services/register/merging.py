"""Organisations that became part of another, and organisations that are in the register twice."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from datetime import date

from sqlalchemy import delete, select, union
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.domain.register.identifiers import SCHEMES
from anchor_portal.domain.register.names import plain
from anchor_portal.domain.register.relations import Merging, RelationRefused, check_merger, say_rests
from anchor_portal.models import (
    Alias,
    Grant,
    Holding,
    Identifier,
    Interest,
    Organisation,
    OrganisationName,
    Return,
    ReviewAssignment,
    User,
)
from anchor_portal.services.audit import record
from anchor_portal.services.people import declare_interest, follow_mergers, hold_people, load_merged_with, void_packs
from anchor_portal.services.register.coverage import facts_of, note_change
from anchor_portal.services.register.organisations import (
    RESTS,
    Details,
    RegisterRefused,
    count_rests,
    refuse_circles,
    remove_organisation,
    write_places,
)

MOVED = {RESTS[table] for table in ("holdings", "grants", "interests")}
"""What goes over to the other one, where an organisation was entered twice."""


def hold_concerned(session: Session, *organisation_ids: int) -> None:
    """Hold whoever has a role or an interest in organisations: before the organisations themselves, as everybody does."""
    theirs = union(
        *(select(each.user_id).where(each.organisation_id.in_(organisation_ids)) for each in (Grant, Interest))
    )
    hold_people(session, session.scalars(theirs).all())


def load_merged(session: Session, *organisation_ids: int) -> frozenset[int]:
    """Organisations, and all that belong together with them by mergers, whichever way and however far."""
    known = set(organisation_ids)
    while found := load_merged_with(session, known):
        known |= {each.id for each in found}
    return frozenset(known)


def hold_there(session: Session, organisation_id: int) -> None:
    """Have an organisation in which interests may be declared stay as it is until the commit."""
    query = select(Organisation.id).where(Organisation.id == organisation_id)
    session.execute(query.with_for_update(read=True, key_share=True))


def merge(session: Session, organisation: Organisation, successor: Organisation, on: date, who: str) -> None:
    """Record that an organisation became part of another on a day: it is a signatory until then, and keeps its history.

    Whoever has an interest in one of them has one in the other from now on, so that they decide nothing about that either.
    Both are held, and whom it concerns before them (hold_concerned). Raises RelationRefused.
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
    organisation.left_before_merger = organisation.left_on
    if organisation.is_signatory and (organisation.left_on is None or organisation.left_on > on):
        organisation.left_on = on
    organisation.version += 1
    session.flush()
    record(session, who, "organisation merged", organisation.slug, f"into {successor.slug} on {on.isoformat()}")
    for each in (organisation, successor):
        pass_interests(session, each, who)
    note_change(session, organisation, facts)


def pass_interests(session: Session, organisation: Organisation, who: str) -> None:
    """Have what members declared in an organisation, or have by a role in it, count across its mergers."""
    declared = select(Interest.user_id).where(Interest.organisation_id == organisation.id)
    members = select(Grant.user_id).where(Grant.role == Role.MEMBER)
    held = select(Grant.user_id).where(Grant.organisation_id == organisation.id, Grant.user_id.in_(members))
    for user in session.scalars(select(User).where(User.id.in_(union(declared, held))).order_by(User.id)).all():
        follow_mergers(session, user, organisation, who)


def undo_merge(session: Session, organisation: Organisation, who: str) -> bool:
    """Take back that an organisation became part of another; False where it did not. It is held.

    Its last day is again the one that was noted before, unless somebody noted another one since.
    """
    if organisation.merged_into_id is None:
        return False
    facts = facts_of(organisation)
    before, merged_on = organisation.left_before_merger, organisation.merged_on
    if merged_on and organisation.left_on == merged_on and (before is None or before > merged_on):
        organisation.left_on = before
    organisation.merged_into_id = organisation.merged_on = organisation.left_before_merger = None
    organisation.version += 1
    session.flush()
    record(session, who, "merger taken back", organisation.slug, organisation.name)
    note_change(session, organisation, facts)
    return True


def join_duplicates(session: Session, twin: Organisation, original: Organisation, who: str) -> None:
    """Make one organisation of two entries: names, codes, holdings and roles of `twin` go to `original`, the entry goes.

    What the register does not say of `original` yet is filled in from `twin`, its signature above all. Both are held, with codes and
    places loaded; before them those whom it concerns and the ties of the twin (hold_concerned, hold_ties). Raises
    RelationRefused where they cannot be one, and RegisterRefused where records rest on the twin that cannot be moved,
    such as returns.
    """
    if twin.id == original.id:
        raise RelationRefused("That is this organisation itself")
    for each in (twin, original):
        if each.merged_into_id is not None:
            raise RelationRefused(f"{each.name} is recorded as part of another organisation: take that back first")
    rests = {words: number for words, number in count_rests(session, twin.id).items() if words not in MOVED}
    if kept := say_rests(rests):
        raise RegisterRefused(
            f"{twin.name} cannot be taken for a second entry: {kept} would lose their organisation. "
            "Record that it became part of the other one instead"
        )
    _refuse_other_codes(twin, original)
    # the twin's names and codes are gone before the original gets them
    names, said = _names_of(session, twin), Details.of(twin)
    _move(session, twin, original)
    pass_interests(session, original, who)
    record(session, who, "duplicate joined", original.slug, f"{twin.slug}: {twin.name}")
    remove_organisation(session, twin, who)
    _add_names(session, original, names)
    new = said.codes.keys() - {each.scheme for each in original.identifiers}
    added = [Identifier(scheme=scheme, code=said.codes[scheme]) for scheme in sorted(new)]
    original.identifiers = [*original.identifiers, *added]
    facts = facts_of(original)
    _fill_in(session, original, said)
    original.version += 1
    session.flush()
    note_change(session, original, facts)


def _fill_in(session: Session, original: Organisation, said: Details) -> None:
    """Fill in what the register does not say of the original, with what it said of the twin.

    Who is a signatory already keeps the last day, or that there is none; ties that would make a circle stay out.
    """
    original.main_place_code = original.main_place_code or said.main_place
    if not original.places:
        write_places(original, said.works_in)
    if original.headcount is None:
        original.headcount = said.headcount
    original.note = original.note or said.note
    if said.is_signatory and not original.is_signatory:
        original.is_signatory, original.joined_on, original.left_on = True, said.joined_on, said.left_on
    elif said.joined_on and original.joined_on is None and not (original.left_on and original.left_on < said.joined_on):
        original.joined_on = said.joined_on
    for tie in ("hosted_by_id", "member_of_id"):
        if getattr(original, tie) is None and getattr(said, tie) is not None:
            with suppress(RelationRefused):
                refuse_circles(session, original, replace(Details.of(original), **{tie: getattr(said, tie)}))
                setattr(original, tie, getattr(said, tie))


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
    new: set[int] = set()
    for grant in session.scalars(select(Grant).where(Grant.organisation_id == twin.id)).all():
        if (grant.user_id, grant.role) in has:
            session.delete(grant)
        else:
            grant.organisation_id = original.id
            new.add(grant.user_id)
    _keep_out(session, new, original)


def _keep_out(session: Session, user_ids: Collection[int], organisation: Organisation) -> None:
    """Who has a role there now is asked for no review of it any more, and handed out no pack that was made before."""
    for user_id in sorted(user_ids):
        void_packs(session, user_id)
    its = select(Return.id).where(Return.organisation_id == organisation.id)
    asked = delete(ReviewAssignment).where(ReviewAssignment.return_id.in_(its))
    session.execute(asked.where(ReviewAssignment.user_id.in_(user_ids)))


def _move_interests(session: Session, twin: Organisation, original: Organisation) -> None:
    has = set(session.scalars(select(Interest.user_id).where(Interest.organisation_id == original.id)))
    for interest in session.scalars(select(Interest).where(Interest.organisation_id == twin.id)).all():
        if interest.user_id not in has:
            declare_interest(session, session.get_one(User, interest.user_id), original)
        session.delete(interest)
