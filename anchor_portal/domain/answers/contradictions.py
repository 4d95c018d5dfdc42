"""Contradictions between two answers: each is asked about beside one of them, names both, and stops nobody.

Every one is an entry of one table. None is raised where one of the two answers is blank, not known or not applicable.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from anchor_portal.domain.answers.numbers import find_number, say_date
from anchor_portal.domain.answers.parts import Answers, Asking, Parts, is_blank, is_state
from anchor_portal.domain.answers.saying import say_number
from anchor_portal.domain.answers.shares import percent_of, round_half_up
from anchor_portal.domain.certificates.standing import AWARD_YEARS, last_day_of_award
from anchor_portal.domain.questionnaire.version import Question, Questionnaire

APART = 20
"""Percentage points between local people and local full-time equivalents that are asked about."""
HIGH_LEVELS = {"3": "established", "4": "leading"}

Find = Callable[[Parts, Parts, Asking], str | None]
"""What is wrong, as a clause that may name the other question as {other}; None where the two agree."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two questions whose answers may not fit together; it is said beside `beside`."""

    beside: str
    other: str
    find: Find


def contradictions(question: Question, questionnaire: Questionnaire, answers: Answers, asking: Asking) -> Iterator[str]:
    """What contradicts this question's answer, in clauses."""
    for entry in TABLE.get(question.key, ()):
        other = answers.get(entry.other, {})
        if is_blank(other) or is_state(other):
            continue
        if words := entry.find(answers[question.key], other, asking):
            yield words.format(other=f"“{questionnaire.question(entry.other).short}”")


# Each of the following takes the answer that the warning stands beside, and the other one.


def _award_without_charter(award: Parts, charter: Parts, asking: Asking) -> str | None:
    if award[""] == "yes" and charter[""] == "no":
        return "the award is achieved, and under {other} you say that the charter is not signed"
    return None


def _award_before_charter(award: Parts, charter: Parts, asking: Asking) -> str | None:
    if award[""] < charter[""]:
        return f"the award ({_day(award)}) lies before {{other}} ({_day(charter)})"
    return None


def _award_lapsed(award: Parts, achieved: Parts, asking: Asking) -> str | None:
    given = date.fromisoformat(award[""])
    if achieved[""] == "yes" and asking.period_from > last_day_of_award(given):
        return f"an award of {say_date(given)} has lapsed after {AWARD_YEARS} years, and {{other}} says yes"
    return None


def _day(parts: Parts) -> str:
    return say_date(date.fromisoformat(parts[""]))


def _far_apart(fte: Parts, people: Parts, asking: Asking) -> str | None:
    one, two = percent_of(fte), percent_of(people)
    if one is None or two is None or abs(one - two) <= APART:
        return None
    return f"this is {_percent(one)} and {{other}} {_percent(two)}, more than {APART} percentage points apart"


def _percent(value: Decimal) -> str:
    return f"{say_number(round_half_up(value, 1))} per cent"


def _more_than_all(share: Parts, everyone: Parts, asking: Asking) -> str | None:
    """More in the first box than the organisation has at all."""
    part, whole = find_number(share.get("numerator")), find_number(everyone[""])
    if part is None or whole is None or part <= whole:
        return None
    return f"the first box ({say_number(part)}) is more than {{other}} ({say_number(whole)})"


def _spent_without_contract(spend: Parts, contracts: Parts, asking: Asking) -> str | None:
    pounds, number = _local_part(spend), _local_part(contracts)
    if pounds is None or number is None or bool(pounds) == bool(number):
        return None
    if pounds:
        return "pounds went to local suppliers, and {other} says that no contract did"
    return "no pounds went to local suppliers, and {other} says that some contracts did"


def _local_part(share: Parts) -> Decimal | None:
    """The part that is local, as count or percentage; None where there is no whole to be a part of."""
    part = find_number(share.get("numerator"))
    return part if part is not None and find_number(share.get("denominator")) else percent_of(share)


def _aim_below_now(aim: Parts, now: Parts, asking: Asking) -> str | None:
    if aim[""] < now[""]:
        return f"level {aim['']} is below level {now['']}, where you say under {{other}} that you are now"
    return None


def _level_without_ground(level: Parts, fact: Parts, asking: Asking) -> str | None:
    """A high level on a pledge whose first question was answered with no."""
    if level[""] in HIGH_LEVELS and fact[""] == "no":
        return f"you see yourselves as {HIGH_LEVELS[level['']]}, and {{other}} says no"
    return None


def _target_before_approval(target: Parts, approved: Parts, asking: Asking) -> str | None:
    if int(target[""]) < date.fromisoformat(approved[""]).year:
        return f"{target['']} lies before {{other}} ({_day(approved)})"
    return None


def _rate_not_in_force(rate: Parts, snapshot: Parts, asking: Asking) -> str | None:
    day = date.fromisoformat(snapshot[""])
    used = next((each for each in asking.rates if each.code == rate[""]), None)
    if used is None or used.valid_from <= day <= used.valid_to:
        return None
    days = f"from {say_date(used.valid_from)} to {say_date(used.valid_to)}"
    return f"the rate of {used.code} counts {days}, and not on the day of {{other}} ({say_date(day)})"


_GROUNDS = {3: "p3.free_use", 4: "p4.green_plan", 5: "p5.charter_signed", 6: "p6.initiatives"}
"""The question whose no does not go with a high level on its pledge."""

_ENTRIES = (
    Contradiction("p1.rlw_rate_year", "about.snapshot_date", _rate_not_in_force),
    Contradiction("p1.rlw_staff", "about.headcount", _more_than_all),
    Contradiction("p2.local_staff", "about.headcount", _more_than_all),
    Contradiction("p2.local_fte", "about.fte", _more_than_all),
    Contradiction("p2.local_fte", "p2.local_staff", _far_apart),
    Contradiction("p2.local_spend", "p2.local_contracts", _spent_without_contract),
    Contradiction("p4.target_year", "p4.approved_on", _target_before_approval),
    Contradiction("p5.award_achieved", "p5.charter_signed", _award_without_charter),
    Contradiction("p5.award_date", "p5.charter_date", _award_before_charter),
    Contradiction("p5.award_date", "p5.award_achieved", _award_lapsed),
    *(Contradiction(f"p{pledge}.level_now", ground, _level_without_ground) for pledge, ground in _GROUNDS.items()),
    *(Contradiction(f"p{pledge}.level_aim", f"p{pledge}.level_now", _aim_below_now) for pledge in range(1, 8)),
)

TABLE: dict[str, tuple[Contradiction, ...]] = {
    key: tuple(entry for entry in _ENTRIES if entry.beside == key)
    for key in dict.fromkeys(entry.beside for entry in _ENTRIES)
}
"""Every contradiction, by the question that it is said beside."""
