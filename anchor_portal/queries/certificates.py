"""Certificates: by number for anyone who checks one, by return for the organisation."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import Certificate
from anchor_portal.queries.storable import is_storable


def find_certificate(session: Session, number: str) -> Certificate | None:
    """The certificate with this number, as people copy it: capitals or not, with spaces or not."""
    return session.get(Certificate, "".join(number.split()).upper()) if is_storable(number) else None


def find_standing(session: Session, return_id: int) -> Certificate | None:
    """The certificate of a return that stands now."""
    query = select(Certificate).where(Certificate.return_id == return_id, Certificate.superseded_by.is_(None))
    return session.scalars(query).one_or_none()
