"""One planned line of a file, written into the register: it adds, and never overwrites."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from anchor_portal.domain.register.lines import Line
from anchor_portal.domain.register.names import plain, slug_of
from anchor_portal.domain.register.planning import Decision, KnownOrganisation, Plan, Verdict, new_aliases
from anchor_portal.models import Alias, Holding, Identifier, Organisation, OrganisationName, OrganisationPlace
from anchor_portal.services.register.coverage import facts_of
from anchor_portal.services.register.organisations import RegisterRefused, refuse_taken_codes, rename

NHS_SECTORS = frozenset({"nhs-trust", "nhs-icb", "nhs-shared-service"})


@dataclass(frozen=True, slots=True)
class Written:
    """The organisation that a line was written to, and whether that moves figures of signatories."""

    organisation: Organisation
    moves_figures: bool


@dataclass(frozen=True, slots=True)
class NewOnes:
    """What new organisations get whose line does not say it: their sector; and which addresses are taken."""

    sector: str
    slugs: set[str]


def scale_of(sector: str) -> str:
    """The scale of pay that a sector uses unless somebody says otherwise: the NHS's, or the general one."""
    return "nhs" if sector in NHS_SECTORS else "general"


class Gone(Exception):
    """The organisation was removed from the register after it was looked up."""


def write_line(
    session: Session, line: Line, plan: Plan, known: KnownOrganisation | None, decision: str, new: NewOnes, who: str
) -> Written:
    """Write a line as planned.

    Raises Gone where the organisation is not there any more, and RegisterRefused where a code is another's by now.
    """
    if plan.verdict is Verdict.NEW:
        organisation = _new(session, line, new)
        is_moved = organisation.is_signatory
    else:
        organisation = _existing(session, plan)
        before = facts_of(organisation)
        _refuse_codes(session, line, organisation.id)
        _fill(organisation, line)
        if known is not None:
            _add_names(session, organisation, known, line, decision, who)
        is_moved = organisation.is_signatory and facts_of(organisation) != before
        organisation.version += 1
    _add_holding(session, organisation, line, who)
    session.flush()
    return Written(organisation, is_moved)


def _existing(session: Session, plan: Plan) -> Organisation:
    query = select(Organisation).where(Organisation.id == plan.organisation_id).with_for_update(key_share=True)
    loaded = (selectinload(Organisation.places), selectinload(Organisation.identifiers))
    held = query.options(*loaded).execution_options(populate_existing=True)
    organisation = session.scalars(held).one_or_none()
    if organisation is None:
        raise Gone
    return organisation


def _refuse_codes(session: Session, line: Line, mine: int | None) -> None:
    if line.codes:
        refuse_taken_codes(session, line.codes, mine)


def _new(session: Session, line: Line, new: NewOnes) -> Organisation:
    sector = line.sector or new.sector
    organisation = Organisation(
        slug=slug_of(line.printed_name or line.name, new.slugs),
        name=line.name,
        printed_name=line.printed_name or line.name,
        sector=sector,
        scale=scale_of(sector),
        is_signatory=line.joined_on is not None,
        note=line.note,
        places=[],
        identifiers=[],
    )
    _fill(organisation, line)
    session.add(organisation)
    session.flush()
    for name in dict.fromkeys((*line.aliases, *line.former_names)):
        _add_alias(session, organisation, name)
    return organisation


def _fill(organisation: Organisation, line: Line) -> None:
    """Fill in what is blank."""
    organisation.main_place_code = organisation.main_place_code or line.main_place or None
    if not organisation.places:
        organisation.places = [OrganisationPlace(gss_code=code) for code in line.works_in]
    if organisation.headcount is None:
        organisation.headcount = line.headcount
    if organisation.joined_on is None and line.joined_on:
        organisation.joined_on, organisation.is_signatory = line.joined_on, True
    if organisation.is_signatory and organisation.left_on is None and line.left_on:
        organisation.left_on = line.left_on
    has = {each.scheme for each in organisation.identifiers}
    new = [Identifier(scheme=scheme, code=code) for scheme, code in line.codes.items() if scheme not in has]
    organisation.identifiers = [*organisation.identifiers, *new]


def _add_names(
    session: Session, organisation: Organisation, known: KnownOrganisation, line: Line, decision: str, who: str
) -> None:
    if decision == Decision.RENAME:
        former = organisation.name  # somebody may have renamed it since the line was planned
        if rename(session, organisation, line.name, line.printed_name, None, who) and former != line.name:
            _keep_former(session, organisation, former)
    for name in new_aliases(known, line, decision):
        _add_alias(session, organisation, name)


def _keep_former(session: Session, organisation: Organisation, name: str) -> None:
    """The name that it had, of which the file does not say until when."""
    former = OrganisationName(
        organisation_id=organisation.id, name=name, printed_name=name, folded=plain(name), since=None, until=None
    )
    session.add(former)


def _add_alias(session: Session, organisation: Organisation, name: str) -> None:
    folded = plain(name)
    has = select(Alias.id).where(Alias.organisation_id == organisation.id, Alias.folded == folded)
    if folded not in {plain(organisation.name), plain(organisation.printed_name)} and session.scalar(has) is None:
        session.add(Alias(organisation_id=organisation.id, name=name, folded=folded))
        session.flush()


def _add_holding(session: Session, organisation: Organisation, line: Line, who: str) -> None:
    if line.held is None:
        return
    has = select(Holding.id).where(
        Holding.organisation_id == organisation.id, Holding.kind == line.held.kind, Holding.since == line.held.since
    )
    if session.scalar(has) is None:
        session.add(
            Holding(
                organisation_id=organisation.id,
                kind=line.held.kind,
                since=line.held.since,
                until=line.held.until,
                level=line.held.level,
                evidence=line.held.evidence,
                noted_by=who,
            )
        )


def known_of(organisation: Organisation, line: Line, known: KnownOrganisation | None) -> KnownOrganisation:
    """What plans of further lines need to know of the organisation, now that the line is written."""
    names = [*(known.names if known else ()), organisation.name, organisation.printed_name]
    filled: dict[str, object] = {
        "main_place": organisation.main_place_code,
        "works_in": organisation.places or None,
        "headcount": organisation.headcount,
        "joined_on": organisation.joined_on,
        "left_on": organisation.left_on,
    }
    holdings: set[tuple[str, date]] = set(known.holdings) if known else set()
    if line.held:
        holdings.add((line.held.kind, line.held.since))
    return KnownOrganisation(
        organisation.id,
        organisation.slug,
        organisation.name,
        [*dict.fromkeys((*names, *line.aliases, *line.former_names, line.name))],
        {each.scheme: each.code for each in organisation.identifiers},
        frozenset(name for name, value in filled.items() if value is not None),
        "",
        holdings,
    )


__all__ = ["Gone", "NewOnes", "RegisterRefused", "Written", "known_of", "scale_of", "write_line"]
