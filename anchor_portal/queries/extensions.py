"""More time that organisations were given in a round."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.models import Extension, Round


def load_deadlines(session: Session, round_: Round) -> Mapping[int, date]:
    """The end of each extension of a round, by the organisation's identifier."""
    query = select(Extension.organisation_id, Extension.until).where(Extension.round_id == round_.id)
    return {organisation_id: until for organisation_id, until in session.execute(query)}


def find_extension(session: Session, round_id: int, organisation_id: int) -> Extension | None:
    """The extension that an organisation was given in a round."""
    return session.get(Extension, (round_id, organisation_id))
