"""What an answer is made of: parts, states, problems, and the circumstances under which a question is asked."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from anchor_portal.domain.answers.numbers import Unreadable
from anchor_portal.domain.answers.text import any_of, excerpt
from anchor_portal.domain.questionnaire.version import Kind, Option, Question, Unit

Parts = Mapping[str, str]
Answers = Mapping[str, Parts]
Reader = Callable[[str], str]
"""Makes typed text canonical, or raises Unreadable."""

STATES = {"not_applicable": "Not applicable", "not_known": "Not known"}
REASONS = {
    "no_public_buildings": "We have no public buildings",
    "not_nhs_provider": "We are not an NHS provider",
    "not_held": "We do not hold this information",
}
SIDE_PARTS = frozenset({"reason", "explanation"})
"""Parts that accompany an answer and do not make one."""

PLACES = {Unit.PEOPLE: 0, Unit.CONTRACTS: 0, Unit.FTE: 2, Unit.GBP: 2}
"""Decimal places of each unit: people and contracts whole, FTE and pounds with two."""
MOST_LISTED = 12
"""Parts that a message lists; of more it gives the first and the last."""
_ITEM_NUMBER = re.compile("[1-9][0-9]{0,2}")


@dataclass(frozen=True, slots=True)
class Level:
    """A row of the levels table: a band or level of one scale."""

    code: str
    name: str
    tier: str


@dataclass(frozen=True, slots=True)
class Rate(Option):
    """A year's real living wage as an option, with the first and last day on which it counts."""

    valid_from: date = date.min
    valid_to: date = date.max


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked, about which days, on which day, with the tables that some questions draw on."""

    sector: str
    scale: str
    today: date
    period_from: date
    period_to: date
    levels: tuple[Level, ...] = ()
    rates: tuple[Rate, ...] = ()
    places: tuple[Option, ...] = ()
    headcount: Decimal | None = None
    """Employees as the register has them."""
    other_levels: tuple[Level, ...] = ()
    """Rows of the levels table by which only other organisations report."""

    def __hash__(self) -> int:
        """Made of what differs between organisations: the tables are the same for nearly all, and long."""
        return hash((self.sector, self.scale, self.today, self.period_from, self.headcount))

    def asked(self, question: Question, parts: Parts) -> Parts:
        """The parts of an answer without the levels by which only others report; see `unasked`."""
        unasked = self.unasked(question, parts)
        return {part: text for part, text in parts.items() if part not in unasked} if unasked else parts

    def unasked(self, question: Question, parts: Parts) -> Parts:
        """Levels by which only others report: they stay in a draft for whoever mends a slip in the register, and are
        no answer meanwhile."""
        if question.kind is not Kind.LEVELS or not self.other_levels:
            return {}
        others = {level.code for level in self.other_levels} - {level.code for level in self.levels}
        return {part: text for part, text in parts.items() if part.partition(".")[0] in others}

    def options(self, question: Question) -> tuple[Option, ...]:
        """The options of a choice: its own, or those of the table that it names."""
        return self.rates if question.options_from == "rlw_rates" else question.options

    def offered(self, question: Question, chosen: str = "") -> tuple[Option, ...]:
        """The options to choose from now: of rates those that count in the period, and the one chosen before."""
        if question.options_from != "rlw_rates":
            return question.options
        counting = [rate for rate in self.rates if self._counts(rate)]
        return tuple(rate for rate in self.rates if rate in counting or not counting or rate.code == chosen)

    def _counts(self, rate: Rate) -> bool:
        return rate.valid_from <= self.period_to and self.period_from <= rate.valid_to


@dataclass(frozen=True, slots=True)
class Last:
    """The last accepted return before this one: its answers, and the last day that they are about."""

    answers: Answers
    period_to: date


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend (hard) or to explain (soft), at one part of one question."""

    question: str
    part: str
    message: str
    hard: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What was typed, made canonical where it could be read, with what is wrong."""

    parts: dict[str, str]
    problems: tuple[Problem, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Nothing in it is unreadable or impossible."""
        return not any(problem.hard for problem in self.problems)


def is_blank(parts: Parts) -> bool:
    """No answer was given; a reason or an explanation alone is none."""
    return not any(part not in SIDE_PARTS for part in parts)


def is_state(parts: Parts) -> bool:
    """The answer is "not applicable" or "not known"."""
    return "state" in parts


@dataclass(slots=True)
class Draft:
    """A reading in the making: parts kept so far and what was found wrong."""

    question: Question
    parts: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def read(self, part: str, typed: str, reader: Reader) -> None:
        """Keep what the reader makes of it; what it refuses stays as typed, with a sentence beside it."""
        try:
            self.parts[part] = reader(typed)
        except Unreadable as refusal:
            self.refuse(part, typed, str(refusal))

    def refuse(self, part: str, typed: str, message: str) -> None:
        """Keep what was typed as it is, with a sentence beside it."""
        self.parts[part] = typed
        self.blame(part, message)

    def blame(self, part: str, message: str) -> None:
        """Report a problem at a part."""
        self.problems.append(Problem(self.question.key, part, message))

    def refuse_unknown(self, typed: Parts, known: Sequence[str]) -> None:
        """Report every part that this question does not have: only a file can have one, no form."""
        for part in typed:
            if part not in known:
                self.refuse_part(part, typed[part], _use(known))

    def refuse_part(self, part: str, typed: str, use: str) -> None:
        """Report a part that this question does not have; `use` says which parts it has."""
        self.refuse(part, typed, f"{self.question.short} has no part “{excerpt(part)}”: {use}")

    def reading(self) -> Reading:
        """What was read."""
        return Reading(self.parts, tuple(self.problems))


def _use(known: Sequence[str]) -> str:
    if list(known) == [""]:
        return "it is one value, and its part is left empty"
    if len(known) > MOST_LISTED:
        return f"use one like {known[0]} or {known[-1]}"
    return f"use {any_of(known)}"


def item_numbers(parts: Iterable[str], names: Collection[str]) -> list[int]:
    """The numbers of the items of repeated parts like "2.title", the lowest first; other parts are passed over."""
    return sorted({int(part.partition(".")[0]) for part in parts if is_item(part, names)})


def is_item(part: str, names: Collection[str]) -> bool:
    """Whether a part is one of a repeating question: a number from 1 to 999, and one of the names."""
    number, _, name = part.partition(".")
    return name in names and _ITEM_NUMBER.fullmatch(number) is not None
