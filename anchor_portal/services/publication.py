"""Publishing a round: its figures are frozen with their inputs, inside and outside views, and a digest."""

import json
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.disclosure import outside
from anchor_portal.domain.indicator_json import view_as_json
from anchor_portal.domain.indicators import RoundFigure, inside
from anchor_portal.domain.rounds import PUBLISHABLE, RoundRefused, Stage
from anchor_portal.models import MeasureRow, Organisation, Publication, Round
from anchor_portal.models.base import now
from anchor_portal.queries.figures import load_figures
from anchor_portal.queries.rounds import status_of
from anchor_portal.services.totals import DEFINED, hold_rounds, remake_totals


def publish_round(
    session: Session, round_: Round, today: date, threshold: int, at: datetime | None = None
) -> Publication:
    """Freeze the figures of a closed round. Raises RoundRefused with a sentence where it is not closed."""
    hold_rounds(session)
    status = status_of(round_, today)
    if status not in PUBLISHABLE:
        raise RoundRefused(f"round {round_.code} is {status}: close it before it is published")
    remake_totals(session, round_)
    round_.stage = Stage.PUBLISHED
    round_.published_at = at or now()
    session.flush()
    codes = session.scalars(select(Round.code)).all()
    figures = load_figures(session, [round_], codes, threshold, DEFINED)[round_.code]
    publication = _freeze(round_, figures, _inputs(session, round_), threshold)
    session.add(publication)
    session.flush()
    return publication


def _freeze(round_: Round, figures: list[RoundFigure], inputs: str, threshold: int) -> Publication:
    within = _as_text([view_as_json(inside(figure, threshold)) for figure in figures])
    without = _as_text([view_as_json(outside(figure, threshold)) for figure in figures])
    digest = sha256("\n".join((within, without, inputs)).encode()).hexdigest()
    return Publication(
        round_id=round_.id,
        revision=1,
        inside=within,
        outside=without,
        inputs=inputs,
        digest=digest,
        published_at=round_.published_at or now(),
    )


def _as_text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _inputs(session: Session, round_: Round) -> str:
    """Every number that the figures were made from, in a fixed order."""
    query = (
        select(Organisation.slug, MeasureRow)
        .join(Organisation, Organisation.id == MeasureRow.organisation_id)
        .where(MeasureRow.round_id == round_.id)
        .order_by(Organisation.slug, MeasureRow.measure, MeasureRow.row)
    )
    rows = [
        [
            slug,
            row.measure,
            row.row,
            *(
                None if each is None else str(each)
                for each in (row.numerator, row.denominator, row.unknown, row.percent)
            ),
            row.revision,
        ]
        for slug, row in session.execute(query)
    ]
    return _as_text(rows)
