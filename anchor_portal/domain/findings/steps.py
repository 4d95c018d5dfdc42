"""The change between two rounds as steps from one share to the other, which add up as they are printed."""

from dataclasses import dataclass
from decimal import Decimal

from anchor_portal.domain.figures.figure import Figure, Shown, printed, reason_of, say_points
from anchor_portal.domain.figures.indicators import IndicatorView, Matched
from anchor_portal.domain.rounds import title_of


@dataclass(frozen=True, slots=True)
class Steps:
    """From `before` to `after`, in per cent of everyone counted, over three steps in percentage points.

    Every number has the places with which it is printed, and before + real + joined + left = after.
    """

    earlier: str
    later: str
    before: Decimal
    real: Decimal
    joined: Decimal
    left: Decimal
    after: Decimal

    @property
    def total(self) -> Decimal:
        """The change for everyone counted."""
        return self.after - self.before

    @property
    def changes(self) -> tuple[tuple[str, Decimal], ...]:
        """The three steps with what each is called."""
        return (
            ("Real change among those counted in both rounds", self.real),
            ("Organisations that joined", self.joined),
            ("Organisations that left", self.left),
        )

    @property
    def ends(self) -> tuple[tuple[str, Decimal], tuple[str, Decimal]]:
        """The shares at both ends with what each is called."""
        return (
            (f"{title_of(self.earlier)}, everyone counted", self.before),
            (f"{title_of(self.later)}, everyone counted", self.after),
        )

    @property
    def parts(self) -> tuple[tuple[str, str], ...]:
        """Every part in order, in words and as it is printed: "74.3%", "+1.3"."""
        first, last = self.ends
        steps = ((name, say_points(points)) for name, points in self.changes)
        return (first[0], f"{first[1]:f}%"), *steps, (last[0], f"{last[1]:f}%")


def find_steps(view: IndicatorView) -> Steps | None:
    """The steps to this round's share; None where any of them is not shown.

    What is rounded only here (raw figures) is rounded so that it adds up: joining and leaving together are the rounded
    total less the rounded real change (method.md, rule 4), and the earlier share follows from the later.
    """
    matched = view.matched
    if matched is None:
        return None
    figures = (view.value, matched.total_change, matched.real_change, matched.joined_change, matched.left_change)
    shown = [printed(figure.value) for figure in figures if isinstance(figure, Shown)]
    if len(shown) < len(figures):
        return None
    after, total, real, joined, _ = shown
    return Steps(matched.round, view.round, after - total, real, joined, total - real - joined, after)


def why_no_steps(view: IndicatorView) -> str:
    """Why a change is not split into steps, as a sentence; empty where it is."""
    if find_steps(view) is not None:
        return ""
    if view.matched is None:
        why = view.not_compared or "no organisation is counted now and in an earlier round"
        return f"There is nothing to compare with: {why}."
    reason = next((reason for figure in _parts(view, view.matched) if (reason := reason_of(figure))), "")
    return f"The change on {title_of(view.matched.round)} is not split into its parts: {reason}."


def _parts(view: IndicatorView, matched: Matched) -> tuple[Figure, ...]:
    parts = (matched.real_change, matched.joined_change, matched.left_change, matched.total_change)
    return (view.value, *parts)
