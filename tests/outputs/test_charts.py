"""Charts: the same figures as SVG for a page and as a drawing for a PDF, and nothing drawn that is not known."""

import re
from io import BytesIO
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader
from reportlab.platypus import SimpleDocTemplate

from anchor_portal.outputs.charts import Layout, Point, Row, State, bars, describe, sparkline, trend
from anchor_portal.outputs.scene import Dot, Group, Line, Rectangle, Scene, Shape, Text, to_drawing, to_svg

SVG = "{http://www.w3.org/2000/svg}"
HIDDEN = [state for state in State if state is not State.SHOWN]
LAYOUTS: tuple[Layout, ...] = ("wide", "narrow")
POINTS = (
    Point("Jul 2023", state=State.NOT_PROVIDED),
    Point("Jan 2024", state=State.SUPPRESSED),
    Point("Jul 2024", 55.24, lower=52.1, upper=58.3),
    Point("Jan 2025", 57.3, lower=55, upper=59.5, definition_changed=True),
    Point("Jul 2025", 60.1, lower=58, upper=62),
    Point("Jan 2026", 59.04),
    Point("Jul 2026", 63.21, lower=61, upper=65.4, provisional=True),
)
ROWS = (
    Row("NHS trusts", 63.2, lower=60, upper=66),
    Row("Councils", 0.0),
    Row("Voluntary and community organisations", 55.5, highlight=True),
    Row("Housing associations", state=State.SUPPRESSED),
    Row("Companies", state=State.WITHHELD),
)
ALL = Row("All signatories", 61.2)
SCENES = {
    **{f"trend {layout}": trend(POINTS, title="Local <jobs> & pay", layout=layout) for layout in LAYOUTS},
    **{f"bars {layout}": bars(ROWS, title="By sector", layout=layout, aggregate=ALL) for layout in LAYOUTS},
    **{f"one hidden {layout}": bars(ROWS[-1:], title="One", layout=layout) for layout in LAYOUTS},
    **{f"no points {layout}": trend((), title="None", layout=layout) for layout in LAYOUTS},
    "no rows": bars((), title="None"),
    "sparkline": sparkline(POINTS, title="Local jobs"),
}


def flat(shapes: tuple[Shape, ...]) -> list[Shape]:
    return [inner for shape in shapes for inner in (flat(shape.shapes) if isinstance(shape, Group) else [shape])]


def of_kind[Kind](scene: Scene, kind: type[Kind]) -> list[Kind]:
    return [shape for shape in flat(scene.shapes) if isinstance(shape, kind)]
