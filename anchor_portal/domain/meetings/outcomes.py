"""Outcomes that a meeting records, by several people at once: what is new, and where somebody was quicker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from anchor_portal.domain.pledges import OUTCOME_NAMES, PLEDGES, Outcome


@dataclass(frozen=True, slots=True)
class Stored:
    """The newest outcome of a pledge: a number that grows with each, what it is, and who found it."""

    ident: int
    outcome: str
    who: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What is to be stored, and the pledges where somebody recorded something else after the page was opened.

    `confirmed` are the numbers of outcomes, by pledge, that the page showed, that still stand and were left so.
    """

    new: Mapping[int, Outcome]
    conflicts: Mapping[int, Stored]
    confirmed: Mapping[int, int]


def compare_outcomes(
    chosen: Mapping[int, Outcome], seen: Mapping[int, int], stored: Mapping[int, Sequence[Stored]]
) -> Changes:
    """What of the chosen outcomes is new, and where somebody else was quicker.

    `seen` are the numbers that the page showed by pledge, 0 for none; `stored` is all that was ever recorded by
    pledge, the newest last. A pledge that nobody touched on this page is left as it is, whatever others recorded
    meanwhile; and two who choose the same do not disagree.
    """
    new: dict[int, Outcome] = {}
    conflicts: dict[int, Stored] = {}
    confirmed: dict[int, int] = {}
    for pledge, outcome in chosen.items():
        every = stored.get(pledge, ())
        now = every[-1] if every else None
        was_shown = next((each.outcome for each in every if each.ident == seen.get(pledge)), "")
        if now is not None and (now.ident, now.outcome) == (seen.get(pledge), outcome):
            confirmed[pledge] = now.ident
        if outcome == was_shown or (now is not None and now.outcome == outcome):
            continue
        if now is not None and now.ident != seen.get(pledge):
            conflicts[pledge] = now
        else:
            new[pledge] = outcome
    return Changes(new, conflicts, confirmed)


def say_outcome(outcome: str) -> str:
    """The outcome in words; "Not recorded" without one."""
    return OUTCOME_NAMES[Outcome(outcome)] if outcome else "Not recorded"


def say_outcomes(outcomes: Mapping[int, str]) -> list[str]:
    """A line for each pledge: "Pledge 2, Employ and buy locally: making progress"."""
    return [
        f"Pledge {pledge}, {PLEDGES[pledge]}: {say_outcome(outcomes[pledge]).lower()}" for pledge in sorted(outcomes)
    ]


def count_outcomes(every: Mapping[int, Mapping[int, str]]) -> dict[int, dict[Outcome, int]]:
    """For each pledge, how many returns have which outcome; `every` are outcomes by return and pledge."""
    counts = {pledge: dict.fromkeys(Outcome, 0) for pledge in PLEDGES}
    for outcomes in every.values():
        for pledge, outcome in outcomes.items():
            counts[pledge][Outcome(outcome)] += 1
    return counts
