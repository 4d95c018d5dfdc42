"""The charts: a measure over the rounds, a breakdown, a change in its parts, a spread, and a small trend for a card.

Each takes figures that are shown or say why not, and gives a scene; `layout` is "wide" (760 units) or
"narrow" (320 units, for phones). A page holds both and shows one; `svg.to_svg` and `scene.to_drawing`
draw them.
"""

from anchor_portal.outputs.charts.bars import bars
from anchor_portal.outputs.charts.figures import Point, Row, State, describe
from anchor_portal.outputs.charts.parts import Layout
from anchor_portal.outputs.charts.range import Spread, spread_line
from anchor_portal.outputs.charts.trend import Beside, sparkline, trend
from anchor_portal.outputs.charts.waterfall import waterfall

__all__ = [
    "Beside",
    "Layout",
    "Point",
    "Row",
    "Spread",
    "State",
    "bars",
    "describe",
    "sparkline",
    "spread_line",
    "trend",
    "waterfall",
]
