"""Withdrawing a certificate: by the team, with a reason, and its organisation is told."""

from sqlalchemy.orm import Session

from anchor_portal.clock import today
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.people import Role
from anchor_portal.models import Certificate
from anchor_portal.queries.chasing import load_contacts
from anchor_portal.services.audit import record
from anchor_portal.services.certificates.handed_out import let_go
from anchor_portal.services.certificates.issuing import CertificateRefused, hold_certificate
from anchor_portal.services.messages.outbox import write_message


def withdraw(session: Session, certificate: Certificate, reason: str, by: str, page: str) -> None:
    """Withdraw a certificate from today on; its leads and signatories are sent the reason, and nobody else reads it.

    `page` is the address on which it is checked. Raises CertificateRefused where it has been withdrawn already, or
    another one took its place, which would go on to stand.
    """
    hold_certificate(session, certificate)
    if certificate.superseded_by is not None:
        raise CertificateRefused(
            f"Certificate {certificate.number} was replaced already, by {certificate.superseded_by}: withdraw that one"
        )
    if certificate.withdrawn_on is not None:
        who, day = certificate.withdrawn_by or "somebody", say_date(certificate.withdrawn_on)
        raise CertificateRefused(f"Certificate {certificate.number} was withdrawn already, on {day} by {who}")
    certificate.withdrawn_on, certificate.withdrawn_by = today(), by
    certificate.withdrawn_reason = clean_text(reason)
    session.flush()
    let_go(session, certificate)
    record(session, by, "certificate withdrawn", certificate.number, certificate.withdrawn_reason)
    _tell(session, certificate, page)


def _tell(session: Session, certificate: Certificate, page: str) -> None:
    subject = f"Certificate {certificate.number} was withdrawn"
    body = (
        f"The sustainability team withdrew certificate {certificate.number} of {certificate.organisation_name} "
        f"today. The reason:\n\n{certificate.withdrawn_reason}\n\n"
        "Whoever checks it sees that it was withdrawn and since when, and not why. Please take down what is framed or "
        "shown on a website. If you think that this is a mistake, write to the team."
    )
    contacts = load_contacts(session, [certificate.organisation_id]).get(certificate.organisation_id, [])
    people = {each.email: each.name for each in contacts if each.role in {Role.LEAD, Role.SIGNATORY}}
    for email, name in people.items():
        write_message(session, email, name, "certificate_withdrawn", subject, body, page)
