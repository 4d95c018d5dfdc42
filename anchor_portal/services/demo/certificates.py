"""The demonstration's certificates of signatories and awards, one of them withdrawn and one replaced."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.models import Certificate, Organisation
from anchor_portal.queries.certificates import awards_without, signatories_without
from anchor_portal.services.certificates.issuing import (
    issue_again,
    issue_award_certificate,
    issue_signatory_certificate,
)

TEAM = "team@team.example"
SIGNED_ON = date(2023, 3, 20)
"""When those got their certificates of whom nobody knows when they joined."""
LEFT_OUT = "torus"
"""A signatory without a certificate, so that the team finds something to do."""
WITHDRAWN = "roche"
REPLACED = "alzheimers-society"


def load_certificate_demo(session: Session, today: date) -> None:
    """Issue them; to be called when the register has its holdings."""
    for organisation in signatories_without(session, today):
        if organisation.slug != LEFT_OUT:
            day = max(organisation.joined_on or SIGNED_ON, SIGNED_ON)
            issue_signatory_certificate(session, organisation, TEAM, min(day, today))
    for holding, _ in awards_without(session, today):
        issue_award_certificate(session, holding, TEAM, min(holding.since + timedelta(days=21), today))
    _withdraw_one(session, today)
    replaced = _find(session, REPLACED)
    if replaced is not None:
        issue_again(session, replaced, session.get_one(Organisation, replaced.organisation_id), TEAM)


def _withdraw_one(session: Session, today: date) -> None:
    certificate = _find(session, WITHDRAWN)
    if certificate is not None:
        certificate.withdrawn_on, certificate.withdrawn_by = min(date(2026, 9, 14), today), TEAM
        certificate.withdrawn_reason = "Sent out with the name of the parent company. A new one follows."


def _find(session: Session, slug: str) -> Certificate | None:
    """The signatory certificate of an organisation."""
    query = select(Certificate).join(Organisation, Organisation.id == Certificate.organisation_id)
    mine = query.where(Organisation.slug == slug, Certificate.kind == CertificateKind.SIGNATORY)
    return session.scalars(mine).one_or_none()
