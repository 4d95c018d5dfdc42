"""Indicators as they are shown: frozen where a round is published, computed from its sums where it is not."""

import json
from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.definitions import DEFINITIONS
from anchor_portal.domain.disclosure import outside
from anchor_portal.domain.indicator_json import view_from_json
from anchor_portal.domain.indicators import IndicatorView, inside
from anchor_portal.models import Publication, Round
from anchor_portal.queries.figures import load_figures

NUMBERS = tuple(definition.number for definition in DEFINITIONS)


def load_views(session: Session, round_: Round, threshold: int, *, public: bool) -> list[IndicatorView]:
    """The three indicators of a round: the newest frozen revision, else computed now and marked provisional."""
    publication = session.scalars(
        select(Publication).where(Publication.round_id == round_.id).order_by(Publication.revision.desc()).limit(1)
    ).one_or_none()
    if publication is not None:
        return thaw(publication.outside if public else publication.inside)
    codes = session.scalars(select(Round.code)).all()
    view = outside if public else inside
    return [view(figure, threshold) for figure in load_figures(session, [round_], codes, threshold)[round_.code]]


def thaw(frozen: str) -> list[IndicatorView]:
    """The three indicators among frozen figures."""
    return [view_from_json(each) for each in json.loads(frozen) if each["number"] in NUMBERS]


def load_published(session: Session) -> list[tuple[Round, list[IndicatorView]]]:
    """What the public may see of every published round, the newest first: one statement."""
    newest = (
        select(Publication.round_id, func.max(Publication.revision).label("revision"))
        .group_by(Publication.round_id)
        .subquery()
    )
    query = (
        select(Round, Publication.outside)
        .join(Publication, Publication.round_id == Round.id)
        .join(newest, (newest.c.round_id == Round.id) & (newest.c.revision == Publication.revision))
        .order_by(Round.code.desc())
    )
    return [(round_, thaw(frozen)) for round_, frozen in session.execute(query)]


def of_number(views: Iterable[IndicatorView], number: int) -> IndicatorView:
    """The view of one indicator."""
    return next(view for view in views if view.definition.number == number)
