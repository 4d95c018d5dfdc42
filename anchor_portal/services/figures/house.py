"""Figures that are not published yet, as Assembly members see them."""

from dataclasses import replace

from anchor_portal.domain.figures.house import within
from anchor_portal.domain.figures.indicators import IndicatorView, RoundFigure
from anchor_portal.domain.figures.remembering import remembered
from anchor_portal.services.figures.solver import solve


def protect_for_members(figure: RoundFigure, threshold: int) -> IndicatorView:
    """The headline and its change, protected, without any group.

    Groups are published once, when their round is: of figures that change with each return accepted, two looks could
    be subtracted from each other, and what a look hid from what is published later.
    """
    return _protect(replace(figure, breakdowns=None), threshold)


def _name(figure: RoundFigure) -> tuple[str, str, str]:
    return figure.definition.code, figure.definition.measure, figure.round


@remembered(_name)
def _protect(figure: RoundFigure, threshold: int) -> IndicatorView:
    return within(figure, threshold, solve=solve)
