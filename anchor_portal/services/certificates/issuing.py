"""Certificates: issued on acceptance, on joining and for an award; superseded by a later one; never a figure on one."""

import secrets
from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.certificates.standing import last_day_of_award
from anchor_portal.domain.certificates.words import AWARD_NAMES, CertificateKind
from anchor_portal.domain.figures.measures import pledges_evidenced
from anchor_portal.domain.pledges import NUMBERS
from anchor_portal.models import Certificate, Holding, Organisation
from anchor_portal.queries.certificates import awards_without, find_current, find_its_holding, signatories_without
from anchor_portal.queries.returns import Found
from anchor_portal.services.audit import record
from anchor_portal.services.certificates.handed_out import let_go

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals that are not mistaken for each other when somebody copies a number by hand."""
FACTS = ("organisation_name", "round_title", "revision", "pledges", "award", "held_since", "held_until")
"""What certificates of the same matter may differ in."""


class CertificateRefused(Exception):
    """No certificate can be issued as asked; the text is a sentence."""


def issue_certificate(
    session: Session, found: Found, answers: Answers, not_evidenced: Collection[int] = ()
) -> Certificate:
    """Issue the certificate of a return that was just accepted, and mark earlier ones as superseded.

    It names no pledge that the Assembly found to be not evidenced, whatever was answered.
    """
    row = found.get_row()
    answered = pledges_evidenced(found.questionnaire, answers, found.asking)
    pledges = [str(number) for number in answered if number not in not_evidenced]
    certificate = Certificate(
        kind=CertificateKind.RETURN,
        organisation_id=found.organisation.id,
        return_id=row.id,
        revision=row.revision,
        organisation_name=found.organisation.name,
        round_title=found.round.title.partition(" (")[0],  # a remark in brackets is not for the wall
        pledges=pledges,
        issued_on=found.asking.today,
    )
    return _issue(session, certificate, found.round.code)


def issue_signatory_certificate(
    session: Session, organisation: Organisation, by: str, on: date | None = None
) -> Certificate:
    """Issue the certificate of a signatory, on joining or later; one that says the same and stands is given again.

    It is dated today, or `on` another day. Raises CertificateRefused where it is no signatory then.
    """
    day, is_there = on or today(), bool(_hold_organisations(session, [organisation.id]))
    if not is_there or not is_signatory(organisation, day):
        raise CertificateRefused(f"{organisation.name} is not a signatory of the Anchor Framework on {say_date(day)}")
    certificate = Certificate(
        kind=CertificateKind.SIGNATORY,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        round_title="",
        pledges=[str(number) for number in NUMBERS],
        held_since=organisation.joined_on,
        issued_on=day,
    )
    return _issue_once(session, certificate, by)


def is_signatory(organisation: Organisation, day: date) -> bool:
    """As `models.register.is_signatory_on` has it, of an organisation that is loaded."""
    joined = organisation.joined_on is None or organisation.joined_on <= day
    stays = organisation.left_on is None or organisation.left_on > day
    return organisation.is_signatory and joined and stays


def issue_award_certificate(session: Session, holding: Holding, by: str, on: date | None = None) -> Certificate:
    """Issue the certificate of an award that is held; one that says the same and stands is given again.

    It is dated today, or `on` another day. Raises CertificateRefused for what is no award, for one that has lapsed or begins
    later, and for one that was removed from the register.
    """
    _hold_organisations(session, [holding.organisation_id])
    day, organisation = on or today(), session.get_one(Organisation, holding.organisation_id)
    if session.get(Holding, holding.id, populate_existing=True) is None:
        raise CertificateRefused("This award was removed from the register meanwhile")
    award = AWARD_NAMES.get(holding.kind)
    if award is None:
        raise CertificateRefused("Certificates are issued for the Social Value Award, and not for this")
    until = _last_day_held(holding, organisation, award, day)
    certificate = Certificate(
        kind=CertificateKind.AWARD,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        round_title="",
        pledges=[],
        award=award,
        held_since=holding.since,
        held_until=until,
        issued_on=day,
    )
    return _issue_once(session, certificate, by)


def _last_day_held(holding: Holding | None, organisation: Organisation, award: str, day: date) -> date:
    """The last day of an award. Raises CertificateRefused where it is not held on a day."""
    until = (holding.until or last_day_of_award(holding.since)) if holding else date.min
    if holding is None or not holding.since <= day <= until:
        raise CertificateRefused(f"{organisation.name} does not hold the {award} on {say_date(day)}")
    return until


def issue_missing(session: Session, by: str) -> int:
    """Issue the certificates of signatories and of awards that have none; how many.

    Whose they are is held, and then asked again: somebody may have left, or got theirs, while this waited.
    """
    every = [*signatories_without(session, today()), *(each for _, each in awards_without(session, today()))]
    held = _hold_organisations(session, {each.id for each in every})
    organisations = [each for each in signatories_without(session, today()) if each.id in held]
    awards = [holding for holding, _ in awards_without(session, today()) if holding.organisation_id in held]
    for organisation in organisations:
        issue_signatory_certificate(session, organisation, by)
    for holding in awards:
        issue_award_certificate(session, holding, by)
    return len(organisations) + len(awards)


def issue_again(
    session: Session, old: Certificate, organisation: Organisation, by: str, *, even_withdrawn: bool = True
) -> Certificate:
    """Issue a certificate once more with the organisation's name of today; it takes the place of the old one.

    For a name that was wrong or cannot be printed, and for what was withdrawn by mistake (`even_withdrawn`: whoever asks
    for it knows that it was). Raises CertificateRefused where it was withdrawn meanwhile, or superseded already, and for an
    award that the register does not have any more.
    """
    _hold_organisations(session, [old.organisation_id])
    hold_certificate(session, old)
    if old.superseded_by is not None:
        raise CertificateRefused(f"Certificate {old.number} was replaced meanwhile, by {old.superseded_by}")
    if old.withdrawn_on is not None and not even_withdrawn:
        raise CertificateRefused(f"Certificate {old.number} was withdrawn meanwhile: look at it again")
    held_until = old.held_until
    if old.kind == CertificateKind.AWARD:
        held_until = _last_day_held(find_its_holding(session, old), organisation, old.award, today())
    certificate = Certificate(
        kind=old.kind,
        organisation_id=old.organisation_id,
        return_id=old.return_id,
        revision=old.revision,
        organisation_name=organisation.name,
        round_title=old.round_title,
        pledges=old.pledges,
        award=old.award,
        held_since=old.held_since,
        held_until=held_until,
        issued_on=today(),
    )
    issued = _issue(session, certificate, old.number[:7])
    record(session, by, "certificate issued again", issued.number, f"{organisation.name}, in place of {old.number}")
    return issued


def _issue_once(session: Session, certificate: Certificate, by: str) -> Certificate:
    """Issue it, unless the same stands already. The organisation is held, so that two at once issue one."""
    standing = find_current(session, certificate)
    if standing and standing.withdrawn_on is None and _facts(standing) == _facts(certificate):
        return standing
    issued = _issue(session, certificate, f"{certificate.issued_on:%Y-%m}")
    record(session, by, "certificate issued", issued.number, f"{issued.organisation_name}, {issued.kind}")
    return issued


def _hold_organisations(session: Session, idents: Collection[int]) -> set[int]:
    """Hold them until the commit, before anything is read of them that a certificate says; those that are there still."""
    query = select(Organisation).where(Organisation.id.in_(idents)).order_by(Organisation.id).with_for_update()
    return {each.id for each in session.scalars(query.execution_options(populate_existing=True))}


def hold_certificate(session: Session, certificate: Certificate) -> None:
    """Hold it until the commit, and read how it stands now."""
    query = select(Certificate).where(Certificate.number == certificate.number).with_for_update()
    session.scalars(query.execution_options(populate_existing=True)).all()


def _facts(certificate: Certificate) -> tuple[object, ...]:
    return tuple(getattr(certificate, name) or None for name in FACTS)


def _issue(session: Session, certificate: Certificate, month: str) -> Certificate:
    """Give it a number, keep it, and mark the one that it takes the place of."""
    before = find_current(session, certificate)
    certificate.number = _new_number(session, month)
    session.add(certificate)
    session.flush()
    if before is not None:
        before.superseded_by, before.superseded_on = certificate.number, certificate.issued_on
        session.flush()
        let_go(session, before)
    return certificate


def _new_number(session: Session, month: str) -> str:
    """A number like 2026-07-7KQ4XD that nobody can guess from another."""
    while True:
        number = f"{month}-{''.join(secrets.choice(ALPHABET) for _ in range(6))}"
        if session.get(Certificate, number) is None:
            return number
