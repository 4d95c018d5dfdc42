"""Breaking and sizing of text for a page where nothing may overflow, however long a name is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from anchor_portal.outputs.pdf.fonts import width_of


@dataclass(frozen=True, slots=True)
class _Measured:
    """Words with their widths at a size of one point: widths grow with the size, so each is measured once."""

    words: tuple[str, ...]
    widths: tuple[float, ...]
    space: float

    def flow(self, width: float) -> list[list[str]]:
        """The words in lines no wider than `width`; a word that is wider alone gets a line of its own."""
        lines: list[list[str]] = []
        room = -1.0
        for word, long in zip(self.words, self.widths, strict=True):
            if long + self.space <= room:
                lines[-1].append(word)
                room -= long + self.space
            else:
                lines.append([word])
                room = width - long
        return lines

    def fits(self, width: float, most: int) -> bool:
        """Whether the words fit into `most` lines of `width`, each whole."""
        return max(self.widths) <= width and len(self.flow(width)) <= most

    def balance(self, width: float) -> tuple[str, ...]:
        """The words in as few lines as fit, of lengths as even as they can be."""
        lines = self.flow(width)
        low, high = max(self.widths), width
        while len(lines) > 1 and high - low > width / 200:
            middle = (low + high) / 2
            tried = self.flow(middle)
            if len(tried) > len(lines):
                low = middle
            else:
                lines, high = tried, middle
        return tuple(map(" ".join, lines))


def _measure(text: str, font: str) -> _Measured:
    words = tuple(text.split(" "))
    return _Measured(words, tuple(width_of(word, font, 1) for word in words), width_of(" ", font, 1))


def fit(text: str, font: str, steps: Sequence[tuple[float, int]], width: float) -> tuple[float, tuple[str, ...]]:
    """The first of the steps (size in points, most lines) at which a text fits, and its lines, evenly long.

    When it fits at none it shrinks further, into as many lines as the last step has; only a word too wide for
    a line at the last step is cut.
    """
    measured = _measure(text, font)
    for size, most in steps:
        if measured.fits(width / size, most):
            return size, measured.balance(width / size)
    size, most = steps[-1]
    if max(measured.widths) * size > width:
        measured = _measure(_cut(text, font, width / size), font)
    while not measured.fits(width / size, most):
        size *= 0.94
    return size, measured.balance(width / size)


def _cut(text: str, font: str, width: float) -> str:
    """Text with a space wherever a word, at a size of one point, is as wide as `width`."""
    out, room = "", width
    for letter in text:
        long = width_of(letter, font, 1)
        if letter != " " and long > room:
            out, room = f"{out} ", width
        out += letter
        room = width if letter == " " else room - long
    return out


def fit_line(text: str, font: str, size: float, width: float) -> float:
    """The size, at most `size` points, at which a text fits on one line of `width` points."""
    return min(size, width / max(width_of(text, font, 1), 1))
