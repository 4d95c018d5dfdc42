"""Certificates: issued on acceptance, superseded by a later revision; never a figure on one."""

import secrets

from sqlalchemy import update
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.figures.measures import pledges_evidenced
from anchor_portal.models import Certificate
from anchor_portal.queries.returns import Found

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals that are not mistaken for each other when somebody copies a number by hand."""


def issue_certificate(session: Session, found: Found, answers: Answers) -> Certificate:
    """Issue the certificate of a return that was just accepted, and mark earlier ones as superseded."""
    row = found.get_row()
    pledges = [str(number) for number in pledges_evidenced(found.questionnaire, answers, found.asking)]
    certificate = Certificate(
        number=_new_number(session, found.round.code),
        organisation_id=found.organisation.id,
        return_id=row.id,
        revision=row.revision,
        organisation_name=found.organisation.name,
        round_title=found.round.title,
        pledges=pledges,
        issued_on=found.asking.today,
    )
    session.add(certificate)
    session.flush()
    session.execute(
        update(Certificate)
        .where(Certificate.return_id == row.id, Certificate.number != certificate.number)
        .where(Certificate.superseded_by.is_(None))
        .values(superseded_by=certificate.number)
    )
    return certificate


def _new_number(session: Session, round_code: str) -> str:
    """A number like 2026-07-7KQ4XD that nobody can guess from another."""
    while True:
        number = f"{round_code}-{''.join(secrets.choice(ALPHABET) for _ in range(6))}"
        if session.get(Certificate, number) is None:
            return number
