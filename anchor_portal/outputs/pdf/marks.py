"""Small marks of a profile on paper: four boxes for a level, and a shape beside the words of an outcome."""

from __future__ import annotations

from reportlab.platypus import Flowable

from anchor_portal.domain.pledges import Outcome
from anchor_portal.outputs.pdf.base import DARK, GREY, NAVY, RULE
from anchor_portal.outputs.pdf.fonts import REGULAR, width_of
from anchor_portal.outputs.pdf.tagging.canvas import TaggedCanvas
from anchor_portal.outputs.pdf.tagging.flowables import figure

SIDE, APART = 7.5, 2.0
LEVELS = 4


class LevelBoxes(Flowable):
    """Four boxes: those up to the level now are full, the one aimed for has a thick edge; words beside them."""

    canv: TaggedCanvas

    def __init__(self, now: int | None, aim: int | None, words: str) -> None:
        super().__init__()
        self.now, self.aim, self.words = now or 0, aim or 0, words

    def wrap(self, *available: float) -> tuple[float, float]:
        """A line of the table."""
        return LEVELS * (SIDE + APART) + 4 + width_of(self.words, REGULAR, 9), 11

    def draw(self) -> None:
        """The boxes, with the levels for who cannot see them, and the words."""
        canvas = self.canv
        with figure(canvas, self.told, LEVELS * (SIDE + APART), SIDE + 2):
            self._draw_boxes()
        with canvas.element("P"), canvas.content():
            canvas.setFont(REGULAR, 9)
            canvas.setFillColor(DARK if self.now else GREY)
            canvas.drawString(LEVELS * (SIDE + APART) + 5, 1.6, self.words)

    @property
    def told(self) -> str:
        """The boxes in words."""
        now = f"Level {self.now} of {LEVELS} now" if self.now else "Level now not given"
        return f"{now}; aim: level {self.aim}" if self.aim else f"{now}; no aim given"

    def _draw_boxes(self) -> None:
        canvas = self.canv
        for level in range(1, LEVELS + 1):
            is_aim = level == self.aim
            canvas.setStrokeColor(NAVY if is_aim or level <= self.now else RULE)
            canvas.setLineWidth(1.4 if is_aim else 0.6)
            canvas.setFillColor(NAVY)
            canvas.rect((level - 1) * (SIDE + APART) + 1, 1, SIDE, SIDE, stroke=1, fill=int(level <= self.now))


class OutcomeMark(Flowable):
    """A shape, so that no colour is needed, and the outcome in words."""

    canv: TaggedCanvas

    def __init__(self, outcome: str, words: str) -> None:
        super().__init__()
        self.outcome, self.words = outcome, words

    def wrap(self, *available: float) -> tuple[float, float]:
        """A line of the table."""
        return 14 + width_of(self.words, REGULAR, 9), 11

    def draw(self) -> None:
        """The shape only adorns the words."""
        canvas = self.canv
        with canvas.artifact():
            self._draw_shape()
        with canvas.element("P"), canvas.content():
            canvas.setFont(REGULAR, 9)
            canvas.setFillColor(DARK if self.outcome else GREY)
            canvas.drawString(13, 1.6, self.words)

    def _draw_shape(self) -> None:
        """A full square, a half one, an open one or a dash, as on the dashboard."""
        canvas = self.canv
        canvas.setStrokeColor(NAVY)
        canvas.setFillColor(NAVY)
        canvas.setLineWidth(1)
        if self.outcome in {Outcome.MET, Outcome.MAKING_PROGRESS, Outcome.NOT_YET_EVIDENCED}:
            canvas.rect(1.2, 1, SIDE, SIDE, stroke=1, fill=int(self.outcome == Outcome.MET))
        if self.outcome == Outcome.MAKING_PROGRESS:
            canvas.rect(1.2, 1, SIDE / 2, SIDE, stroke=0, fill=1)
        if self.outcome == Outcome.NOT_APPLICABLE:
            canvas.line(1.5, 4.8, 8.5, 4.8)
