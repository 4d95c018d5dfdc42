"""What a meeting's pack is made from: everything that stands in it, ready to be printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from anchor_portal.domain.meetings.actions import LoggedAction
from anchor_portal.domain.meetings.minutes import Minutes
from anchor_portal.domain.meetings.profile import Profile
from anchor_portal.domain.pledges import Outcome

MINUTES, LOG, FIGURES = "minutes", "log", "figures"
"""Where the agenda leads to, as keys of headings."""


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """An item of the agenda; `part` is the part of the pack that belongs to it, or empty."""

    number: str
    time: str
    title: str
    lead: str
    purpose: str
    note: str
    part: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure of the round in a line: what it is, the figure, who is counted, how it moved."""

    title: str
    figure: str
    counted: str
    movement: str


@dataclass(frozen=True, slots=True)
class Summary:
    """Where the partnership stands in a round. `outcomes` are numbers of the `sent` returns, by pledge and outcome."""

    round_title: str
    standing: str
    sentence: str
    returns: Sequence[tuple[str, int]]
    indicators: Sequence[FigureLine]
    measures: Sequence[FigureLine]
    outcomes: Mapping[int, Mapping[Outcome, int]]
    sent: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """A profile of the pack with the number of its item; None is withheld from whom the pack is for."""

    key: str
    number: str
    name: str
    profile: Profile | None


@dataclass(frozen=True, slots=True)
class PackContent:
    """A whole pack. `reader` says for whom it is where something is withheld, else it is empty."""

    title: str
    held: str
    chair: str
    reader: str
    agenda: Sequence[AgendaLine]
    interests: Sequence[str]
    minutes: Minutes | None
    log: Sequence[LoggedAction]
    summary: Summary | None
    profiles: Sequence[ProfilePage]
    today: date
    partnership: str
    portal_name: str
    demo: bool
