"""Counting anew what is kept beside the returns: after an upgrade, or what changed returns past the models."""

from typing import Any

from sqlalchemy import and_, case, delete, func, insert, not_, select
from sqlalchemy.orm import Session

from anchor_portal.models import Organisation, Return, ReturnCount, Round
from anchor_portal.services.figures.coverage import is_expected
from anchor_portal.services.figures.measuring import note_moves
from anchor_portal.services.figures.totals import hold_rounds, remake_totals


def recount_everything(session: Session) -> None:
    """Make totals, counts of returns and changes of shares again in every round; what is published stays as it is."""
    hold_rounds(session)
    for round_ in session.scalars(select(Round).order_by(Round.code)).all():
        remake_totals(session, round_)
        recount_returns(session, round_)
    note_moves(session)


def recount_returns(session: Session, round_: Round) -> None:
    """Put the counts of a round right, such as after its closing date or the register was changed."""
    session.flush()
    mine = select(ReturnCount.status).where(ReturnCount.round_id == round_.id)
    in_order = mine.order_by(ReturnCount.status)  # as a step touches them, which changes two
    session.execute(in_order.with_for_update()).all()
    rows = counts_of(session, round_)
    session.execute(delete(ReturnCount).where(ReturnCount.round_id == round_.id))
    if rows:
        session.execute(insert(ReturnCount), [row | {"round_id": round_.id} for row in rows])


def counts_of(session: Session, round_: Round) -> list[dict[str, Any]]:
    """The counts as they ought to be: by status the returns, and those of no signatories on the closing date."""
    query = (
        select(
            Return.status,
            func.count().label("number"),
            func.sum(case((not_(is_expected(round_)), 1), else_=0)).label("unexpected"),
        )
        .join(Organisation, and_(Organisation.id == Return.organisation_id, Return.round_id == round_.id))
        .group_by(Return.status)
    )
    return [dict(row) for row in session.execute(query).mappings()]
