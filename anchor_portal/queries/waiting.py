"""The returns that a round lacks when its figures are made."""

from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Status
from anchor_portal.models import Organisation, Return, Round
from anchor_portal.queries.rounds import expected_organisations

NAMED_AT_MOST = 50


class Lacking(NamedTuple):
    """An organisation whose return is not counted, or whose correction is not counted yet."""

    name: str
    slug: str
    status: Status
    accepted_revision: int


def load_lacking(session: Session, round_: Round) -> tuple[list[Lacking], int, int]:
    """Organisations without an accepted return or with a correction under way, at most fifty; how many, and of how many.

    One statement.
    """
    everyone = (
        expected_organisations(round_)
        .with_only_columns(
            Organisation.name,
            Organisation.slug,
            func.coalesce(Return.status, Status.NOT_STARTED).label("status"),
            func.coalesce(Return.accepted_revision, 0).label("accepted"),
        )
        .subquery()
    )
    total = select(func.count()).select_from(everyone).scalar_subquery()
    query = (
        select(everyone, func.count().over().label("number"), total.label("expected"))
        .where(or_(everyone.c.status != Status.ACCEPTED))
        .order_by(everyone.c.name)
        .limit(NAMED_AT_MOST)
    )
    rows = session.execute(query).all()
    lacking = [Lacking(row.name, row.slug, Status(row.status), row.accepted) for row in rows]
    return lacking, rows[0].number if rows else 0, rows[0].expected if rows else 0
