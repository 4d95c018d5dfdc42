"""Tables that certainly fit, without a solver: the true one, moved a little along one of three directions.

Numerators may move while the rest of each group stands still, rests while numerators do, or one against the other
while denominators do. What can be reached so can be reached; what cannot is left to the solver.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anchor_portal.domain.disclosure.solving import Unknown
from anchor_portal.domain.disclosure.tables import Sheet

Direction = tuple[int, int, int]
DIRECTIONS: tuple[Direction, ...] = ((1, 0, 1), (0, 1, 1), (1, -1, 0))
"""How numerator, rest and denominator of a group move with one step."""

Range = tuple[float, float]
NOWHERE: Range = (1.0, 0.0)
Standing = frozenset[tuple[int, str]]
"""Where an unknown stands: in which breakdowns of which publications, the new one being 0."""


@dataclass(frozen=True, slots=True)
class _Way:
    """One direction: how far each unknown can go by itself, each team together, and everyone."""

    direction: Direction
    steps: Mapping[int, Range]
    sums: Mapping[Standing, Range]
    headline: Range


class Moves:
    """How far each unknown can be moved from the truth.

    Unknowns that stand in the same places are a team: what one gains, others can lose. Those that stand in one
    breakdown of the new publication can also move together with everyone counted, if the other breakdowns follow.
    """

    def __init__(
        self,
        unknowns: Sequence[Unknown],
        truth: Sequence[float],
        sheet: Sheet,
        standing: Mapping[int, Standing],
    ) -> None:
        self._unknowns, self._truth, self._sheet, self._standing = unknowns, truth, sheet, standing
        self._with_everyone = [frozenset([(0, name)]) for name in sheet.breakdowns]
        self._ways = [self._way(direction) for direction in DIRECTIONS]

    def reach(self, subject: int, place: int, width: float, margin: float) -> bool:
        """Whether an unknown moves in an interval so wide, and further from the truth than the margin (if any)."""
        if subject not in self._ways[0].steps:
            return False
        for way in self._ways:
            if way.direction[place]:
                low, high = self._room_left(way, subject)
                first, last = self._jump(way, subject)
                furthest = max(-low, high, *((-first, last) if first <= last else ()))
                is_far = not margin or furthest > margin
                if is_far and high - low + max(0.0, last - first + 1) >= width:
                    return True
        return False

    def _range(self, way: _Way, subject: int) -> Range:
        """How far an unknown could go down (0 or less) and up with the room that all others make."""
        team = self._standing[subject]
        least, most = 0.0, 0.0
        if team in self._with_everyone:
            least, most = way.headline
            for other in self._with_everyone:
                if other != team:
                    down, up = way.sums.get(other, (0.0, 0.0))
                    least, most = max(least, down), min(most, up)
        (down, up), (low, high) = way.sums[team], way.steps[subject]
        return least - (up - high), most - (down - low)

    def _room_left(self, way: _Way, subject: int) -> Range:
        """How far it can go step by step."""
        (low, high), (least, most) = way.steps[subject], self._range(way, subject)
        return max(low, least), min(high, most)

    def _jump(self, way: _Way, subject: int) -> Range:
        """To where it can go at once from 0, with nothing possible in between; an empty range where it cannot."""
        if not any(self._can_jump(3 * subject + place) for place, sign in enumerate(way.direction) if sign):
            return NOWHERE
        (low, high), (least, most) = self._steps(subject, way.direction, is_jump=True), self._range(way, subject)
        return max(low, least), min(high, most)

    def _can_jump(self, index: int) -> bool:
        return self._unknowns[index].or_zero and self._truth[index] == 0

    def _way(self, direction: Direction) -> _Way:
        movable = [each for each, places in self._standing.items() if not any(name == "all" for _, name in places)]
        steps = {each: self._steps(each, direction) for each in movable}
        sums: dict[Standing, Range] = {}
        for each, (low, high) in steps.items():
            down, up = sums.get(self._standing[each], (0.0, 0.0))
            sums[self._standing[each]] = down + low, up + high
        return _Way(direction, steps, sums, self._headline(direction))

    def _headline(self, direction: Direction) -> Range:
        """How far everyone together can go; not at all where that is a row somewhere, or an earlier headline too."""
        everyone = self._sheet.headline
        is_alone = self._standing.get(everyone) == frozenset([(0, "all")])
        return self._steps(everyone, direction) if is_alone else (0.0, 0.0)

    def _steps(self, subject: int, direction: Direction, *, is_jump: bool = False) -> Range:
        low, high = float("-inf"), float("inf")
        for place, sign in enumerate(direction):
            if sign:
                down, up = self._room(3 * subject + place, is_jump=is_jump)
                low, high = max(low, down if sign > 0 else -up), min(high, up if sign > 0 else -down)
        return low, high

    def _room(self, index: int, *, is_jump: bool) -> Range:
        """How far one unknown can go down and up from the truth by itself."""
        unknown, true = self._unknowns[index], self._truth[index]
        if self._can_jump(index) and not is_jump:
            return 0.0, 0.0
        return unknown.lower - true, unknown.upper - true
