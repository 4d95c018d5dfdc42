"""More time that organisations were given in a round."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import EDITABLE, Status
from anchor_portal.models import Extension, Organisation, Return, Round


def load_deadlines(session: Session, round_: Round) -> Mapping[int, date]:
    """The end of each extension of a round, by the organisation's identifier."""
    query = select(Extension.organisation_id, Extension.until).where(Extension.round_id == round_.id)
    return {organisation_id: until for organisation_id, until in session.execute(query)}


def find_extension(session: Session, round_id: int, organisation_id: int) -> Extension | None:
    """The extension that an organisation was given in a round."""
    return session.get(Extension, (round_id, organisation_id))


STILL_ANSWERING = EDITABLE | {Status.READY}


def load_still_given(session: Session, round_: Round, today: date) -> Sequence[tuple[str, date]]:
    """Organisations that still have time to answer when everybody else's is over, by name, and until when."""
    its = (Return.organisation_id == Extension.organisation_id) & (Return.round_id == Extension.round_id)
    query = (
        select(Organisation.name, Extension.until)
        .join(Organisation, Organisation.id == Extension.organisation_id)
        .outerjoin(Return, its)
        .where(Extension.round_id == round_.id, Extension.until >= today)
        .where(func.coalesce(Return.status, Status.NOT_STARTED).in_(STILL_ANSWERING))
        .order_by(Organisation.name)
    )
    return [(name, until) for name, until in session.execute(query)]
