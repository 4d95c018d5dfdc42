"""Are we keeping our promises? The measures of a round in a few words: how each moved, and which moved most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from anchor_portal.domain.figures.figure import Number, Shown, printed, reason_of
from anchor_portal.domain.figures.indicators import IndicatorView, Matched
from anchor_portal.domain.findings.sentences import figure_in_words
from anchor_portal.domain.rounds import title_of

NOTHING_BEFORE = "no organisation is counted now and in an earlier round"
MOST_MOVED = 3
NOT_THE_SAME = " Where organisations are counted, it is all that answered each time, not the same ones."


@dataclass(frozen=True, slots=True)
class Movement:
    """How a measure moved since the round with the code `earlier`, in percentage points as printed.

    `organisations` says of whom: those counted in both rounds, or everybody counted in each.
    """

    earlier: str
    points: Decimal
    organisations: str

    @property
    def words(self) -> str:
        """As in the middle of a sentence: up 2.3 points since July 2026, among the 16 counted in both."""
        return f"{say_points(self.points)} since {title_of(self.earlier)}, among {self.organisations}"


def say_points(points: Decimal) -> str:
    """A change in percentage points in words: "up 2.3 points", "down 1 point", "the same"."""
    if not points:
        return "the same"
    amount = abs(points)
    return f"{'up' if points > 0 else 'down'} {amount:f} {'point' if amount == 1 else 'points'}"


def find_movement(view: IndicatorView) -> Movement | None:
    """The real change, else the total one; None where neither is shown, and where organisations are counted.

    Of so few a percentage is not given: they are said as "14 of 18", and are compared by `find_direction`.
    """
    matched = view.matched
    if matched is None or view.counts_organisations:
        return None
    if isinstance(matched.real_change, Shown):
        return Movement(matched.round, printed(matched.real_change.value), _in_both(matched))
    if isinstance(matched.total_change, Shown):
        return Movement(matched.round, printed(matched.total_change.value), "everyone counted in each")
    return None


def _in_both(matched: Matched) -> str:
    number = matched.organisations
    return f"the {number.text} counted in both" if isinstance(number, Shown) else "those counted in both"


def say_movement(views: Sequence[IndicatorView]) -> str:
    """How the last of these views of one measure moved, the earliest first, or why that is not said: in a few words.

    "Up 2.3 points since July 2026, among the 16 counted in both", and where organisations are counted "After 17 of 19
    in January 2026".
    """
    view = views[-1]
    if view.definition.kind_of_number == "organisations":
        return _say_answers(views)
    movement = find_movement(view)
    if movement:
        return f"{movement.words[:1].upper()}{movement.words[1:]}"
    if view.matched is None:
        return f"Not compared: {view.not_compared or NOTHING_BEFORE}"
    return f"Not compared: {reason_of(view.matched.real_change)}"


def _say_answers(views: Sequence[IndicatorView]) -> str:
    view, earlier = views[-1], _find_earlier_answers(views)
    if not figure_in_words(view):
        return ""
    if earlier is None:
        return f"Not compared: {view.not_compared or NOTHING_BEFORE}"
    return f"After {figure_in_words(earlier)} in {title_of(earlier.round)}"


def _find_earlier_answers(views: Sequence[IndicatorView]) -> IndicatorView | None:
    """The last view before the last one that shows answers to the very same question."""
    same = (view for view in reversed(views[:-1]) if view.definition.code == views[-1].definition.code)
    return next((view for view in same if figure_in_words(view)), None)


def find_direction(views: Sequence[IndicatorView]) -> Number | None:
    """Above 0 where the last of these views of one measure rose, below where it fell; None where it is not compared.

    Where organisations are counted, the shares "n of N" that both rounds show are compared exactly.
    """
    if not views[-1].counts_organisations:
        movement = find_movement(views[-1])
        return movement.points if movement else None
    earlier = _find_earlier_answers(views)
    before, after = (None if view is None else _share_of_answers(view) for view in (earlier, views[-1]))
    return None if before is None or after is None else after - before


def _share_of_answers(view: IndicatorView) -> Fraction | None:
    numerator, denominator = view.numerator, view.denominator
    if not (isinstance(numerator, Shown) and isinstance(denominator, Shown) and denominator.value):
        return None
    return Fraction(numerator.value) / Fraction(denominator.value)


def say_all(measures: Iterable[Sequence[IndicatorView]]) -> str:
    """In one sentence how the measures of a round moved; a rise is not always an improvement, so it does not judge.

    Of each measure its views over the rounds, the earliest first.
    """
    every = list(measures)
    if why := why_nothing(views[-1] for views in every):
        return f"No figure of this round can be shown yet: {why}."
    compared = [(views[-1], direction) for views in every if (direction := find_direction(views)) is not None]
    if not compared:
        return "No measure can be compared with an earlier round yet."
    moved = [direction for _, direction in compared]
    rose, fell = sum(each > 0 for each in moved), sum(each < 0 for each in moved)
    parts = [(rose, "rose"), (fell, "fell"), (len(moved) - rose - fell, "stayed the same")]
    said = [f"{number} {word}" for number, word in parts if number]
    listed = " and ".join(filter(None, (", ".join(said[:-1]), said[-1])))
    every_one = f"Of the {len(moved)} measures" if len(moved) > 1 else "Of the one measure"
    counted = any(view.counts_organisations for view, _ in compared)
    return f"{every_one} that can be compared with an earlier round, {listed}.{NOT_THE_SAME if counted else ''}"


def why_nothing(views: Iterable[IndicatorView]) -> str:
    """Why none of these has a figure, as the end of a sentence: the reason of most of them; empty where one has."""
    reasons = [reason_of(view.headline.numerator) for view in views]
    if not all(reasons):
        return ""
    return max(filter(None, reasons), key=reasons.count, default="no round has figures")


def find_most_moved(views: Iterable[IndicatorView], number: int = MOST_MOVED) -> Sequence[IndicatorView]:
    """The views that moved furthest as printed, the furthest first; those that did not move are left out."""
    moved = [(movement.points, view) for view in views if (movement := find_movement(view)) and movement.points]
    return [view for _, view in sorted(moved, key=lambda each: -abs(each[0]))[:number]]
