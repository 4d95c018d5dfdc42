"""What a round's workbook is made from: the round, its figures, and its returns one after the other."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from anchor_portal.domain.answers.parts import Answers, Asking
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.pledges import Outcome
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.outputs.tables import Cell

MOST_NAMED = 30
"""Organisations that a sentence names; of more, how many there are is said."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed a revision, and when."""

    revision: int
    name: str
    role: str
    signed_on: date
    is_late: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What the Assembly found about one pledge, and the revision that it was said of."""

    outcome: Outcome
    revision: int


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """An organisation of the round, where its return stands, and its answers.

    `answers` are the signed ones, else the draft's, and None where nobody has begun; `cells` are its rows of the CSV.
    `outcomes` are by the number of the pledge.
    """

    slug: str
    name: str
    sector: str
    place: str
    status: Status
    asking: Asking
    answers: Answers | None
    signed: Signed | None
    cells: tuple[Cell, ...] = ()
    outcomes: Mapping[int, Found] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RoundContent:
    """A round with all that its workbook says; `returns` are read once, in the order of their names.

    `views` are the inside figures, `history` those of this and every earlier round by code, the earliest first.
    """

    code: str
    title: str
    status: str
    opens_on: date
    closes_on: date
    period: tuple[date, date]
    questionnaire: Questionnaire
    returns: Iterable[ReturnFacts]
    views: tuple[IndicatorView, ...]
    history: Mapping[str, tuple[IndicatorView, ...]]
    partnership: str
    portal_name: str
    made_on: date
    demo: bool


@dataclass(slots=True)
class Tally:
    """What is counted while the returns go by, in as little room for ten thousand as for twenty."""

    organisations: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    outcomes: Counter[tuple[int, Outcome | None]] = field(default_factory=Counter)
    unsigned: int = 0
    unsigned_names: list[str] = field(default_factory=list)
    askings: dict[str, Asking] = field(default_factory=dict)

    def count(self, each: ReturnFacts, pledges: Iterable[int]) -> None:
        """Count one organisation."""
        self.organisations += 1
        self.statuses[each.status] += 1
        self.askings.setdefault(each.asking.scale, each.asking)
        for pledge in pledges:
            found = each.outcomes.get(pledge)
            self.outcomes[pledge, found.outcome if found else None] += 1
        if each.signed is None and each.status is not Status.NIL:
            self.unsigned += 1
            if len(self.unsigned_names) < MOST_NAMED:
                self.unsigned_names.append(each.name)

    def name_unsigned(self) -> str:
        """Who has signed nothing, in words."""
        more = self.unsigned - len(self.unsigned_names)
        names = "; ".join(self.unsigned_names) or "None"
        return f"{names}; and {more:,} more" if more else names
