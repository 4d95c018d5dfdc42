"""Protected figures for Assembly members, solved once for each change of a figure and kept while the process runs."""

from dataclasses import dataclass, field
from functools import lru_cache

from anchor_portal.domain.house import within
from anchor_portal.domain.indicators import IndicatorView, RoundFigure
from anchor_portal.services.solver import solve

KEPT = 256
"""Figures kept in a process: a round has twelve, and only those of rounds that are not published are made here."""


@dataclass(frozen=True, slots=True)
class _Marked:
    """A figure that is the same as another one exactly where everything in it is."""

    mark: str
    figure: RoundFigure = field(compare=False)


def protect_for_members(figure: RoundFigure, threshold: int) -> IndicatorView:
    """The view for Assembly members. The figure itself is the key, so that what is kept is never out of date."""
    return _protect(_Marked(repr(figure), figure), threshold)


@lru_cache(maxsize=KEPT)
def _protect(marked: _Marked, threshold: int) -> IndicatorView:
    return within(marked.figure, threshold, solve=solve)
