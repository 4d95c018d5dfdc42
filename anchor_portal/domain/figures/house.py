"""What Assembly members see of an aggregate: protected as outside, but nothing withheld for its coverage."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from anchor_portal.domain.disclosure.control import Published, outside
from anchor_portal.domain.disclosure.solving import Solve
from anchor_portal.domain.figures.indicators import IndicatorView, RoundFigure, withheld_reason, withheld_sentence

NO_THRESHOLD = 0
"""Coverage in per cent below which members see no headline: there is none, they see it with its coverage."""


def within(
    figure: RoundFigure, threshold: int | Decimal, *, solve: Solve, published: Sequence[Published] = ()
) -> IndicatorView:
    """The view for Assembly members: rounded and suppressed as outside, always with its coverage.

    `threshold` is the coverage in per cent below which `withheld` says why the public does not see the headline.
    Without breakdowns in the figure nothing is asked of `solve`.
    """
    view = outside(figure, NO_THRESHOLD, solve=solve, published=published)
    return replace(view, withheld=withheld_sentence(withheld_reason(figure, threshold)))
