"""Figures that follow the register: who is expected, and in which sector and place each is counted."""

from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from anchor_portal.models import Organisation, Return, Round
from anchor_portal.services.figures.standing import recount_returns
from anchor_portal.services.figures.totals import remake_all_totals

COUNTED = ("name", "sector", "main_place_code", "headcount", "is_signatory", "joined_on", "left_on")
"""What of an organisation moves totals: the name too, which stands in notes on who has no headcount."""

Facts = tuple[Any, ...]


def facts_of(organisation: Organisation) -> Facts:
    """What figures take from the register of an organisation."""
    return tuple(getattr(organisation, name) for name in COUNTED)


def note_change(session: Session, organisation: Organisation, before: Facts | None) -> None:
    """Make figures again where a change of the register moves them; `before` None stands for a new organisation."""
    if before == facts_of(organisation):
        return
    was_signatory = bool(before and before[COUNTED.index("is_signatory")])
    if organisation.is_signatory or was_signatory or _has_return(session, organisation):
        recount(session)


def _has_return(session: Session, organisation: Organisation) -> bool:
    return bool(session.scalar(select(exists().where(Return.organisation_id == organisation.id))))


def recount(session: Session) -> None:
    """Make totals and counts of every round again; what is published stays as it is."""
    session.flush()
    remake_all_totals(session)
    for round_ in session.scalars(select(Round).order_by(Round.code)).all():
        recount_returns(session, round_)
