"""The drawn part of a certificate that never changes: a rope between two hairlines, a rosette, an anchor or a medal."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from math import cos, sin, tau

WIDTH, HEIGHT = 841.89, 595.28
MIDDLE = WIDTH / 2
# Distances from the edge of the sheet to the middle of the rope, and of the rope to the hairlines beside it.
ROPE, HAIRLINE = 30.0, 6.5
SWING, TURN = 3.1, 9.5
KNOT = 9.6
EMBLEM_TOP = 530.0

# How far the inner line stands inside the rope, and how deep its corners are scooped.
INNER, SCOOP = 16.0, 15.0
# The rosette behind the words: circles of one size round a middle, each a step further.
ROSETTE_Y, ROSETTE_RINGS = 292.0, ((84.0, 56.0, 54),)
DIVIDER_Y, DIVIDER = 441.0, 74.0

NAVY, BLUE, TINT, PLUM = "0 0.188 0.529", "0 0.369 0.722", "0.56 0.71 0.87", "0.486 0.157 0.333"
FAINT, GOLD = "0.905 0.932 0.965", "0.70 0.53 0.16"


@cache
def artwork() -> str:
    """PDF operators for the frame and what lies behind the words: made once, the same on every certificate."""
    return f"q {_rosette()} {_inner_line()} {_hairlines()} {_rope()} {_knots()} {_divider()} Q"


def _rosette() -> str:
    """Circles round a middle, as engine-turned on old bonds: so faint that the words stand out on it."""
    rings = []
    for radius, away, number in ROSETTE_RINGS:
        turns = [tau * each / number for each in range(number)]
        rings += [_circle(MIDDLE + away * cos(turn), ROSETTE_Y + away * sin(turn), radius) for turn in turns]
    return f"{FAINT} RG 0.45 w {' '.join(rings)} S"


def _inner_line() -> str:
    """A fine line inside the rope whose corners are scooped out."""
    low, left = ROPE + INNER, ROPE + INNER
    high, right = HEIGHT - low, WIDTH - left
    bend = SCOOP * (1 - 0.5523)
    path = (
        f"{left + SCOOP:.2f} {low:.2f} m {right - SCOOP:.2f} {low:.2f} l "
        f"{right - SCOOP:.2f} {low + SCOOP - bend:.2f} {right - bend:.2f} {low + SCOOP:.2f} {right:.2f} {low + SCOOP:.2f} c "
        f"{right:.2f} {high - SCOOP:.2f} l "
        f"{right - bend:.2f} {high - SCOOP:.2f} {right - SCOOP:.2f} {high - SCOOP + bend:.2f} {right - SCOOP:.2f} {high:.2f} c "
        f"{left + SCOOP:.2f} {high:.2f} l "
        f"{left + SCOOP:.2f} {high - SCOOP + bend:.2f} {left + bend:.2f} {high - SCOOP:.2f} {left:.2f} {high - SCOOP:.2f} c "
        f"{left:.2f} {low + SCOOP:.2f} l "
        f"{left + bend:.2f} {low + SCOOP:.2f} {left + SCOOP:.2f} {low + SCOOP - bend:.2f} {left + SCOOP:.2f} {low:.2f} c h"
    )
    return f"{TINT} RG 0.6 w {path} S"


def _divider() -> str:
    """A short line with a diamond in its middle, under the head."""
    gap = 9.0
    lines = " ".join(
        f"{MIDDLE + side * gap:.2f} {DIVIDER_Y} m {MIDDLE + side * DIVIDER:.2f} {DIVIDER_Y} l" for side in (-1, 1)
    )
    diamond = f"{MIDDLE - 3.4:.2f} {DIVIDER_Y} m {MIDDLE:.2f} {DIVIDER_Y + 3.4} l {MIDDLE + 3.4:.2f} {DIVIDER_Y} l {MIDDLE:.2f} {DIVIDER_Y - 3.4} l h"
    return f"{TINT} RG {BLUE} rg 0.8 w {lines} S {diamond} f"


@cache
def emblem() -> str:
    """PDF operators for the anchor at the head, 38 points high."""
    x, top = MIDDLE, EMBLEM_TOP
    strokes = [
        _circle(x, top - 4.2, 3.6),
        f"{x:.2f} {top - 7.8:.2f} m {x:.2f} {top - 36:.2f} l",
        f"{x - 7.5:.2f} {top - 13.5:.2f} m {x + 7.5:.2f} {top - 13.5:.2f} l",
        _arms(x, top - 24.5),
    ]
    return f"q {NAVY} RG {NAVY} rg 2.2 w 1 J 1 j {' '.join(strokes)} S {_flukes(x, top - 24.5)} Q"


@cache
def medal() -> str:
    """PDF operators for the head of an award: a scalloped medal with two ribbons, the anchor small in it."""
    x, y = MIDDLE, EMBLEM_TOP - 9
    ribbons = " ".join(
        f"{x + side * 4:.2f} {y - 8:.2f} m {x + side * 16:.2f} {y - 25:.2f} l {x + side * 10:.2f} {y - 24:.2f} l "
        f"{x + side * 6:.2f} {y - 29:.2f} l {x - side * 5:.2f} {y - 12:.2f} l h f"
        for side in (-1, 1)
    )
    small = f"q 0.42 0 0 0.42 {x - 0.42 * x:.2f} {y + 7.6 - 0.42 * EMBLEM_TOP:.2f} cm {emblem()} Q"
    return (
        f"q {BLUE} rg {ribbons} {GOLD} rg {_scallops(x, y, 20, 1.4, 20)} f 1 1 1 rg {_circle(x, y, 15.4)} f "
        f"{GOLD} RG 0.7 w {_circle(x, y, 13.8)} S {small} Q"
    )


def _scallops(x: float, y: float, radius: float, depth: float, number: int) -> str:
    """A round shape with so many bulges at its edge."""
    path: list[str] = []
    step = tau / number
    for turn in range(number + 1):
        at = turn * step
        edge = radius - depth
        px, py = x + edge * cos(at), y + edge * sin(at)
        if not path:
            path.append(f"{px:.2f} {py:.2f} m")
            continue
        swell = radius + 1.6 * depth
        first, second = at - step * 0.75, at - step * 0.25
        path.append(
            f"{x + swell * cos(first):.2f} {y + swell * sin(first):.2f} "
            f"{x + swell * cos(second):.2f} {y + swell * sin(second):.2f} {px:.2f} {py:.2f} c"
        )
    return " ".join([*path, "h"])


def _arms(x: float, y: float) -> str:
    """The curve from one fluke through the crown to the other."""
    low, crown = y - 7.5, y - 11.5
    return (
        f"{x - 14:.2f} {y:.2f} m {x - 12.5:.2f} {low:.2f} {x - 6:.2f} {crown:.2f} {x:.2f} {crown:.2f} c "
        f"{x + 6:.2f} {crown:.2f} {x + 12.5:.2f} {low:.2f} {x + 14:.2f} {y:.2f} c"
    )


def _flukes(x: float, y: float) -> str:
    return " ".join(
        f"{x + side * 15.2:.2f} {y + 4:.2f} m {x + side * 17.6:.2f} {y - 3.6:.2f} l"
        f" {x + side * 10.2:.2f} {y - 2.4:.2f} l h f"
        for side in (-1, 1)
    )


def _hairlines() -> str:
    boxes = []
    for inset, thickness in ((ROPE - HAIRLINE, 0.9), (ROPE + HAIRLINE, 0.45)):
        size = f"{WIDTH - 2 * inset:.2f} {HEIGHT - 2 * inset:.2f}"
        boxes.append(f"{thickness} w {inset} {inset} {size} re S")
    return f"{NAVY} RG {' '.join(boxes)}"


def _rope() -> str:
    """Two strands along each side: each is one wave, the second the mirror of the first."""
    across, up = WIDTH - 2 * ROPE, HEIGHT - 2 * ROPE
    sides = (
        (ROPE, ROPE, across, False),
        (ROPE, HEIGHT - ROPE, across, False),
        (ROPE, ROPE, up, True),
        (WIDTH - ROPE, ROPE, up, True),
    )
    strands = [_strand(x, y, length, upright, sign) for x, y, length, upright in sides for sign in (1, -1)]
    return f"{TINT} RG 0.8 w 1 J {' '.join(strands)} S"


def _strand(x: float, y: float, length: float, upright: bool, sign: int) -> str:
    turns = round((length - 2 * KNOT) / TURN)
    step = (length - 2 * KNOT) / turns
    path = [f"{_point(x, y, KNOT, 0, upright)} m"]
    for turn in range(turns):
        along, swing = KNOT + turn * step, SWING * 4 / 3 * (sign if turn % 2 else -sign)
        path.append(
            f"{_point(x, y, along + 0.364 * step, swing, upright)} "
            f"{_point(x, y, along + 0.636 * step, swing, upright)} {_point(x, y, along + step, 0, upright)} c"
        )
    return " ".join(path)


def _point(x: float, y: float, along: float, swing: float, upright: bool) -> str:
    return f"{x + swing:.1f} {y + along:.1f}" if upright else f"{x + along:.1f} {y + swing:.1f}"


def _knots() -> str:
    """A ring at each corner, where the strands of two sides meet."""
    corners = [(x, y) for x in (ROPE, WIDTH - ROPE) for y in (ROPE, HEIGHT - ROPE)]
    rings = " ".join(_circle(x, y, KNOT) for x, y in corners)
    dots = " ".join(_circle(x, y, 2.6) for x, y in corners)
    return f"{NAVY} RG 1 1 1 rg 0.9 w {rings} B {BLUE} rg {dots} f"


def plaque(width: float) -> str:
    """PDF operators for a white plaque in the middle of the lower border, `width` points wide."""
    radius = HAIRLINE + 4.5
    left, right = MIDDLE - width / 2 + radius, MIDDLE + width / 2 - radius
    box = f"{left:.2f} {ROPE - radius:.2f} {right - left:.2f} {2 * radius:.2f} re f"
    edges = " ".join(f"{left:.2f} {y:.2f} m {right:.2f} {y:.2f} l" for y in (ROPE - radius, ROPE + radius))
    ends = f"{_circle(left, ROPE, radius)} {_circle(right, ROPE, radius)}"
    return f"q {PLUM} RG 1 1 1 rg 1 w {ends} B {box} {edges} S Q"


def _circle(x: float, y: float, radius: float) -> str:
    bend = radius * 0.5523
    corners = ((1, 0), (0, 1), (-1, 0), (0, -1), (1, 0))
    path = [f"{x + radius:.2f} {y:.2f} m"]
    for (ax, ay), (bx, by) in pairwise(corners):
        first = f"{x + ax * radius + bx * bend:.2f} {y + ay * radius + by * bend:.2f}"
        second = f"{x + bx * radius + ax * bend:.2f} {y + by * radius + ay * bend:.2f}"
        path.append(f"{first} {second} {x + bx * radius:.2f} {y + by * radius:.2f} c")
    return " ".join([*path, "h"])
