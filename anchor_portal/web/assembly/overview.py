"""The first screen of the dashboard: how many returns are in, each measure in a line, and what moved most."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from anchor_portal.clock import today
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.answers.text import all_of
from anchor_portal.domain.figures.definitions import DEFINED, Definition, earlier_round, in_force
from anchor_portal.domain.figures.figure import NotApplicable, NotProvided, Shown
from anchor_portal.domain.figures.indicators import IndicatorView
from anchor_portal.domain.findings.page_words import EVERY, PageWords, words_of
from anchor_portal.domain.findings.promises import (
    find_most_moved,
    find_movement,
    say_all,
    say_movement,
    say_points,
    why_nothing,
)
from anchor_portal.domain.findings.sentences import figure_in_words
from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.rounds import ANSWERING, say_deadline, title_of
from anchor_portal.queries.dashboard import Listed, Mover
from anchor_portal.queries.rounds import status_of
from anchor_portal.web.figures.indicator_pages import Card, make_card
from anchor_portal.web.figures.indicator_tables import say

IN_ORDER = (
    Status.ACCEPTED,
    Status.CORRECTING,
    Status.SUBMITTED,
    Status.RETURNED,
    Status.NIL,
    Status.READY,
    Status.IN_PROGRESS,
    Status.WITHDRAWN,
    Status.NOT_STARTED,
)
"""Statuses in the order in which the dashboard counts them, the furthest first."""
WAITING = (Status.SUBMITTED, Status.RETURNED, Status.CORRECTING)


@dataclass(frozen=True, slots=True)
class Returns:
    """How many returns stand where, and how many organisations have not answered; `first_missing` names the first."""

    counts: Mapping[Status, int]
    missing: int
    closes_on: date
    is_answering: bool
    first_missing: Sequence[str] = ()

    @property
    def expected(self) -> int:
        """How many organisations the round expects."""
        return sum(self.counts.values())

    @property
    def accepted(self) -> int:
        """How many are accepted."""
        return self.counts.get(Status.ACCEPTED, 0)

    @property
    def waiting(self) -> int:
        """How many wait for the Assembly, or for what the Assembly asked."""
        return sum(self.counts.get(status, 0) for status in WAITING)

    @property
    def names(self) -> str:
        """Who has not answered, or the first of them: "Alder Hey, Torus and 3 more"."""
        more = self.missing - len(self.first_missing)
        return all_of([*self.first_missing, *([f"{more} more"] if more > 0 else [])])

    @property
    def late(self) -> str:
        """That those missing are late, once the deadline has passed; else nothing."""
        if not self.missing or not self.is_answering or today() <= self.closes_on:
            return ""
        return f"{'It is' if self.missing == 1 else 'They are'} late: the deadline was {say_date(self.closes_on)}."

    @property
    def by_status(self) -> list[tuple[str, str, int]]:
        """Each status that some return has, its name in words, and how many have it."""
        some = [status for status in IN_ORDER if self.counts.get(status)]
        return [(status.value, NAMES[status].lower(), self.counts[status]) for status in some]


@dataclass(frozen=True, slots=True)
class Line:
    """A measure in one line, with the address of its page and of the returns that it is made from.

    `views` are the measure's over the rounds, the earliest first and the one that the line is about last.
    """

    views: Sequence[IndicatorView]
    address: str
    returns_address: str

    @property
    def view(self) -> IndicatorView:
        """The view that the line is about."""
        return self.views[-1]

    @property
    def words(self) -> PageWords:
        """What the measure is called."""
        return words_of(self.view.definition)

    @property
    def figure(self) -> str:
        """The figure as it is printed: "74.6%", "14 of 18", "not shown"."""
        return figure_in_words(self.view) or say(self.view.value)

    @property
    def is_shown(self) -> bool:
        """Whether this person is shown a figure."""
        return bool(figure_in_words(self.view))

    @property
    def counted(self) -> str:
        """Who is counted: "18 of 21 (94% of staff)"."""
        counted = self.view.returns_counted
        number = counted.text if isinstance(counted, Shown) else "Fewer than 3"
        staff = f" ({self.view.coverage.text} of staff)" if isinstance(self.view.coverage, Shown) else ""
        return f"{number} of {self.view.returns_expected}{staff}"

    @property
    def movement(self) -> str:
        """How it moved, in a few words."""
        return say_movement(self.views)

    @property
    def moved(self) -> str:
        """The same in the middle of a sentence; empty where it is not compared."""
        movement = find_movement(self.view)
        return movement.words if movement else ""


@dataclass(frozen=True, slots=True)
class Moved:
    """An organisation whose own share moved much since the round with the code `earlier`, and where its answers are."""

    mover: Mover
    title: str
    earlier: str
    address: str

    @property
    def words(self) -> str:
        """In the middle of a sentence: up 12.3 points since January 2026, to 45.6%."""
        since = f" since {title_of(self.earlier)}" if self.earlier else ""
        return f"{say_points(round(self.mover.moved, 1))}{since}, to {self.mover.share:.1f}%"


def make_line(views: Sequence[IndicatorView]) -> Line:
    """A measure of the last of some rounds in one line."""
    definition, code = views[-1].definition, views[-1].round
    return Line(views, house_address(definition, code), returns_address(definition, code))


def house_address(definition: Definition, round_code: str) -> str:
    """The page of a measure in the house, for one round."""
    if definition.number is None:
        return url_for("dashboards.measure", round_code=round_code, key=definition.measure)
    return url_for("dashboards.indicator", round_code=round_code, number=definition.number)


def returns_address(definition: Definition, round_code: str, group: Mapping[str, str] | None = None) -> str:
    """The returns that a figure of a round is made from, or those of one group of a breakdown: `{"sector": "council"}`."""
    values: dict[str, Any] = {"round_code": round_code, **(group or {})}
    if definition.number is None:
        return url_for("lineage.measure_returns", key=definition.measure, **values)
    return url_for("lineage.indicator_returns", number=definition.number, **values)


Links = tuple[tuple[str, str], ...]
"""Names, each with its address."""


def returns_by_group(view: IndicatorView) -> dict[str, Links]:
    """For each breakdown the groups that have returns, each with the address of exactly those."""
    return {
        name: tuple(
            (row.name, returns_address(view.definition, view.round, {name: row.code}))
            for row in rows
            if not isinstance(row.value, NotProvided | NotApplicable)
        )
        for name, rows in view.breakdowns.items()
    }


def returns_by_round(views: Iterable[IndicatorView]) -> Links:
    """The rounds that have returns, the latest first, each with the address of those: a change rests on two of them."""
    return tuple(
        (title_of(view.round), returns_address(view.definition, view.round))
        for view in sorted(views, key=lambda each: each.round, reverse=True)
        if not isinstance(view.value, NotProvided)
    )


@dataclass(frozen=True, slots=True)
class Overview:
    """Every measure of a round: indicators as cards with a small trend, the others as lines, and who moved most."""

    sentence: str
    cards: Sequence[tuple[Line, Card]]
    lines: Sequence[Line]
    moved: Sequence[Line]

    @property
    def why_no_lines(self) -> str:
        """Why none of the lines has a figure; empty where one has."""
        return why_nothing(line.view for line in self.lines)


def make_overview(trends: Mapping[str, Sequence[IndicatorView]]) -> Overview:
    """The overview of the last of some rounds, given by code with the earliest first."""
    views = list(trends.values())[-1]
    histories = _histories(trends)
    lines = {view.definition.code: make_line(histories[view.definition.key]) for view in views}
    indicators = [line for line in lines.values() if line.view.definition.number is not None]
    others = [line for line in lines.values() if line.view.definition.number is None]
    return Overview(
        sentence=say_all(line.views for line in lines.values()),
        cards=[(line, make_card(line.views, f"spark-{line.view.definition.number}")) for line in indicators],
        lines=sorted(others, key=lambda line: line.words.pledge),
        moved=[lines[view.definition.code] for view in find_most_moved(views)],
    )


def _histories(trends: Mapping[str, Sequence[IndicatorView]]) -> dict[str, list[IndicatorView]]:
    """The views of each measure over the rounds, the earliest first, by what all versions of it share."""
    found: dict[str, list[IndicatorView]] = {}
    for views in trends.values():
        for view in views:
            found.setdefault(view.definition.key, []).append(view)
    return found


def make_moved(
    movers: Sequence[Mover], questionnaire: Questionnaire, round_code: str, codes: Sequence[str]
) -> list[Moved]:
    """Organisations whose own shares moved most, each with the address of the section that says so.

    `codes` are those of every round.
    """
    definitions = {definition.measure: definition for definition in in_force(DEFINED, round_code)}
    sections = {question.key: section.code for section in questionnaire.sections for question in section.questions}
    titles = {definition.measure: words_of(definition).title for definition in EVERY}
    return [
        Moved(
            mover,
            titles[mover.measure],
            earlier_round(round_code, definitions[mover.measure], codes) or "",
            url_for("reviews.review", round_code=round_code, slug=mover.slug, _anchor=sections.get(mover.measure)),
        )
        for mover in movers
    ]


def pledge_anchors(questionnaire: Questionnaire) -> dict[int, str]:
    """Where the answers on each pledge begin in a review."""
    return {section.pledge: section.code for section in questionnaire.sections if section.pledge is not None}


def say_release(revision: int, published_at: datetime, reason: str) -> str:
    """Since when the figures are frozen, and why they were published again."""
    day = say_date(published_at.date())
    if revision == 1:
        return f"Published on {day}. Its figures are frozen."
    return f"Published again on {day} as revision {revision}: {reason.rstrip('.')}. Its figures are frozen."


def say_standing(listed: Listed) -> str:
    """Where the round stands, in words."""
    round_ = listed.round
    if listed.release is not None:
        return say_release(*listed.release)
    status = status_of(round_, today())
    if status in ANSWERING:
        return f"The round is open. {say_deadline(round_.closes_on, today())}."
    return f"The round is {status}. Its figures are provisional until it is published."
