"""Figures that are not published yet, as Assembly members see them."""

from dataclasses import replace

from anchor_portal.domain.figures.house import within
from anchor_portal.domain.figures.indicators import IndicatorView, RoundFigure
from anchor_portal.services.figures.solver import solve


def protect_for_members(figure: RoundFigure, threshold: int) -> IndicatorView:
    """The headline and its change, protected, without any group.

    Groups are published once, when their round is: of figures that change with each return accepted, two looks could
    be subtracted from each other, and what a look hid from what is published later.
    """
    return within(replace(figure, breakdowns=None), threshold, solve=solve)
