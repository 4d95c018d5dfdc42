"""Indicators as they are shown: frozen where a round is published, computed from its sums where it is not."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.disclosure.control import outside
from anchor_portal.domain.disclosure.solving import Solve
from anchor_portal.domain.figures.definitions import DEFINED, DEFINITIONS
from anchor_portal.domain.figures.indicator_json import view_from_json
from anchor_portal.domain.figures.indicators import IndicatorView, inside
from anchor_portal.domain.figures.marks import published_before
from anchor_portal.domain.figures.recompute import figures_of
from anchor_portal.domain.rounds import Stage
from anchor_portal.models import Publication, Round
from anchor_portal.queries.figures import load_figures
from anchor_portal.queries.inputs import load_entries, load_frame
from anchor_portal.queries.reference import load_reference
from anchor_portal.queries.shares import load_shares

THREE = tuple(definition.measure for definition in DEFINITIONS)
ALL_MEASURES = tuple(dict.fromkeys(definition.measure for definition in DEFINED))
"""The keys of the three indicators, and of every definition, in the order in which they are kept."""


def load_views(session: Session, round_: Round, threshold: int, *, public: bool, solve: Solve) -> list[IndicatorView]:
    """The three indicators of a round: the newest frozen revision, else computed now and marked provisional."""
    frozen = _find_frozen(session, round_, public=public)
    if frozen is not None:
        return thaw(frozen)
    rounds = session.scalars(select(Round)).all()
    return _protected(session, round_, rounds, threshold, solve) if public else _raw(session, round_, rounds, threshold)


def _find_frozen(session: Session, round_: Round, *, public: bool) -> str | None:
    """The newest frozen figures of a round; nothing is asked where its stage says that there are none."""
    if round_.stage not in {Stage.PUBLISHED, Stage.ARCHIVED}:
        return None
    side = Publication.outside if public else Publication.inside
    newest = select(side).where(Publication.round_id == round_.id).order_by(Publication.revision.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def _raw(session: Session, round_: Round, rounds: Sequence[Round], threshold: int) -> list[IndicatorView]:
    figures = load_figures(session, [round_], [each.code for each in rounds], threshold)[round_.code]
    shares = load_shares(session, round_, DEFINITIONS)
    return [inside(replace(figure, shares=shares[figure.definition.measure]), threshold) for figure in figures]


def _protected(
    session: Session, round_: Round, rounds: Sequence[Round], threshold: int, solve: Solve
) -> list[IndicatorView]:
    """As publishing now would show them: with what was published before of the same returns."""
    frame = load_frame(session, round_, rounds, threshold, load_reference(session), DEFINITIONS, for_members=False)
    figures, before = figures_of(frame, load_entries(session, round_, rounds, frame), "provisional"), frame.before
    return [outside(figure, threshold, solve=solve, published=published_before(figure, before)) for figure in figures]


def thaw(frozen: str, measures: Iterable[str] | None = None) -> list[IndicatorView]:
    """The figures of these measures among frozen ones, in the order in which they are kept; by default the three."""
    wanted = {*THREE} if measures is None else {*measures}
    return [view for view in read_frozen(frozen) if view.definition.measure in wanted]


@lru_cache(maxsize=64)
def read_frozen(frozen: str) -> tuple[IndicatorView, ...]:
    """Every figure in a frozen text. What was frozen never changes: the text itself is the key to what was read."""
    return tuple(view_from_json(each) for each in json.loads(frozen))


def of_number(views: Iterable[IndicatorView], number: int) -> IndicatorView:
    """The view of one indicator."""
    return next(view for view in views if view.definition.number == number)
