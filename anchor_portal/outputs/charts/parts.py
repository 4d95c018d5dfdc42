"""What the charts share: colours, scales, words, and the marks of figures that are not shown."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from anchor_portal.outputs.charts.figures import Figure, State
from anchor_portal.outputs.charts.scene import Anchor, Hatched, Rectangle, Shape, Text

Layout = Literal["wide", "narrow"]

# Against white: graphics at least 3:1, words at least 4.5:1. Grid lines only help the eye and may be paler.
BLUE, NAVY, DARK, GREY, PALE_BLUE, GRID, WHITE = (
    "#005eb8",
    "#003087",
    "#212b32",
    "#4c6272",
    "#cfe0f3",
    "#d8dde0",
    "#ffffff",
)
WIDTHS: dict[Layout, float] = {"wide": 760, "narrow": 320}
# At 320 pixels a page leaves 288 for the narrow chart of 320 units, so that 16 units come to 14.4 pixels.
SIZE = 16
LINE_HEIGHT = 20
STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)


@dataclass(frozen=True, slots=True)
class Scale:
    """Values between `low` and `high` per cent laid between two coordinates, with a tick at each step."""

    low: float
    high: float
    step: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The coordinate of a value; one beyond the scale stops at its end."""
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> tuple[float, ...]:
        """The values that get a grid line."""
        count = round((self.high - self.low) / self.step)
        return tuple(self.low + self.step * index for index in range(count + 1))


def make_scale(
    figures: Iterable[Figure],
    start: float,
    end: float,
    given: tuple[float, float] | None = None,
    most: int = 5,
) -> Scale:
    """A scale with at most `most` steps from 0, or from and to the values given, that holds every figure."""
    numbers = [n for figure in figures for n in (figure.value, figure.lower, figure.upper) if n is not None]
    low = min([given[0], *numbers]) if given else min([0, *numbers])
    high = max([given[1], *numbers] if given else numbers or [100])
    step = next((step for step in STEPS if _steps(low, high, step) <= most), STEPS[-1])
    bottom = math.floor(low / step) * step
    return Scale(bottom, max(math.ceil(high / step), bottom / step + 1) * step, step, start, end)


def _steps(low: float, high: float, step: float) -> int:
    return math.ceil(high / step) - math.floor(low / step)


def say_tick(value: float) -> str:
    """A tick's words: 20%, 0.5%."""
    return f"{value:.1f}".removesuffix(".0") + "%"


def text_width(words: str) -> float:
    """A rough width of Arial at the charts' size: enough to see whether words fit, never to place them."""
    return len(words) * SIZE * 0.54


def wrap(words: str, width: float) -> list[str]:
    """Words in lines of about `width` units."""
    return textwrap.wrap(words, max(8, int(width / text_width("x")))) or [""]


def label(x: float, y: float, words: str, anchor: Anchor = "start", fill: str = DARK, bold: bool = False) -> Text:
    """Words at the charts' size."""
    return Text(x, y, words, SIZE, fill, anchor, bold)


def backed(text: Text) -> tuple[Shape, ...]:
    """Horizontal words on a white ground, so that lines behind them do not cross them."""
    width = text_width(text.words) + 8
    left = {"start": text.x - 4, "middle": text.x - width / 2, "end": text.x - width + 4}[text.anchor]
    return Rectangle(left, text.y - SIZE + 2, width, SIZE + 2, fill=WHITE), text


def hatch(x: float, y: float, width: float, height: float, apart: float = 9) -> list[Shape]:
    """A box with slanting lines, the sign of a figure that exists and is not shown."""
    return [Hatched(x, y, width, height, WHITE, GREY, apart)]


def gap_box(state: State, x: float, y: float, width: float, height: float) -> list[Shape]:
    """The ground of a figure that is not shown: hatched, dashed, thinly outlined, or nothing for no data."""
    if state is State.SUPPRESSED:
        return hatch(x, y, width, height)
    if state is State.WITHHELD:
        return [Rectangle(x, y, width, height, fill=WHITE, stroke=GREY, dash=(5, 4))]
    if state is State.NOT_APPLICABLE:
        return [Rectangle(x, y, width, height, fill=WHITE, stroke=GREY)]
    return []
