"""The returns that a round lacks when its figures are made."""

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import EDITABLE, Status
from anchor_portal.models import Extension, Organisation, Return, Round
from anchor_portal.queries.rounds import expected_organisations

NAMED_AT_MOST = 50
STILL_ANSWERING = EDITABLE | {Status.READY}


class Lacking(NamedTuple):
    """An organisation whose return is not counted, or whose correction is not counted yet."""

    name: str
    slug: str
    status: Status
    accepted_revision: int
    until: date | None
    """The end of the more time that it was given."""


def load_lacking(session: Session, round_: Round) -> tuple[list[Lacking], int, int]:
    """Organisations without an accepted return or with a correction under way, at most fifty; how many, and of how many.

    Those that were given more time are always among them. One statement.
    """
    everyone = (
        expected_organisations(round_)
        .with_only_columns(
            Organisation.name,
            Organisation.slug,
            func.coalesce(Return.status, Status.NOT_STARTED).label("status"),
            func.coalesce(Return.accepted_revision, 0).label("accepted"),
            select(Extension.until)
            .where(Extension.organisation_id == Organisation.id, Extension.round_id == round_.id)
            .correlate(Organisation)
            .scalar_subquery()
            .label("until"),
        )
        .subquery()
    )
    total = select(func.count()).select_from(everyone).scalar_subquery()
    query = (
        select(everyone, func.count().over().label("number"), total.label("expected"))
        .where(or_(everyone.c.status != Status.ACCEPTED))
        .order_by(everyone.c.until.is_(None), everyone.c.name)
        .limit(NAMED_AT_MOST)
    )
    rows = session.execute(query).all()
    lacking = [Lacking(row.name, row.slug, Status(row.status), row.accepted, row.until) for row in rows]
    return sorted(lacking, key=attrgetter("name")), rows[0].number if rows else 0, rows[0].expected if rows else 0


def still_given(lacking: Iterable[Lacking], today: date) -> list[tuple[str, date]]:
    """Those that still have time to answer when everybody else's is over, by name, and until when."""
    return [
        (each.name, each.until)
        for each in lacking
        if each.until and each.until >= today and each.status in STILL_ANSWERING
    ]
