"""Soft checks: what is unusual and wants a sentence of explanation, but does not stop a return."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from anchor_portal.domain.answers.checks import FTE, HEADCOUNT, sum_of_levels
from anchor_portal.domain.answers.contradictions import contradictions
from anchor_portal.domain.answers.numbers import find_number
from anchor_portal.domain.answers.parts import Answers, Asking, Last, Parts, Problem, is_blank, is_state
from anchor_portal.domain.answers.saying import say_number
from anchor_portal.domain.answers.shares import percent_of, round_half_up
from anchor_portal.domain.questionnaire.version import Kind, Question, Questionnaire, Unit

POINTS = 10
"""A change of more than this many percentage points is asked about."""
CHANGE = 25
"""A change of a number by more than this percentage of it is asked about."""
LATEST_TARGET = 2040
WHOLES = {Unit.PEOPLE: (HEADCOUNT, "headcount"), Unit.FTE: (FTE, "full-time equivalent")}
"""The number that the whole of a share in a unit should be, and its name."""


def soft_checks(questionnaire: Questionnaire, answers: Answers, asking: Asking, last: Last | None) -> list[Problem]:
    """Warnings about sound answers, beside each other and beside the last accepted ones."""
    problems = []
    for question in questionnaire.questions:
        parts = answers.get(question.key, {})
        if not is_blank(parts) and not is_state(parts):
            found = [*_unusual(question, parts, answers), *_changed(question, parts, asking, last)]
            found += _beside_register(question, parts, asking, last)
            found += contradictions(question, questionnaire, answers, asking)
            messages = [f"{words}. Check it, or explain it in a sentence" for words in found]
            messages += _level_changed(question, parts, last)
            problems += [_warning(question, message) for message in messages]
    return problems


def _warning(question: Question, message: str) -> Problem:
    return Problem(question.key, "explanation", f"{question.short}: {message}", hard=False)


def financial_year(day: date) -> int:
    """The year in which the day's financial year began: it runs from 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def _unusual(question: Question, parts: Parts, answers: Answers) -> Iterator[str]:
    """What is unusual in itself, or beside the other answers."""
    if question.kind is Kind.SHARE:
        percent = percent_of(parts)
        if percent in {0, 100}:
            yield f"exactly {say_number(percent)} per cent is rare"
        if "denominator" in parts:
            yield from _unusual_whole(question, parts, answers)
    elif question.kind is Kind.LEVELS:
        yield from _unusual_levels(parts)
    elif question.kind is Kind.YEAR and question.key.endswith(".target_year") and int(parts[""]) > LATEST_TARGET:
        yield f"{parts['']} is later than the pledge of net zero by {LATEST_TARGET} or sooner"


def _unusual_levels(parts: Parts) -> Iterator[str]:
    people = sum_of_levels(parts)
    if sum_of_levels({part: text for part, text in parts.items() if part.endswith(".not_stated")}) * 5 > people:
        yield "the ethnicity of more than a fifth of the people is not stated"


def _unusual_whole(question: Question, parts: Parts, answers: Answers) -> Iterator[str]:
    unknown = Decimal(parts.get("unknown", "0"))
    whole = Decimal(parts["denominator"]) + unknown
    if unknown * 5 > whole:
        yield "more than a fifth of the whole is not known"
    if question.unit in WHOLES and question.pooled:
        key, name = WHOLES[question.unit]
        stated = find_number(answers.get(key, {}).get(""))
        if stated is not None and abs(whole - stated) * 100 > stated:
            together = f"known and not known together are {say_number(whole)}"
            yield f"{together}, more than 1 per cent away from your {name} of {say_number(stated)}"


def _changed(question: Question, parts: Parts, asking: Asking, last: Last | None) -> Iterator[str]:
    """What is far away from the last accepted answer."""
    if last is None:
        return
    before = last.answers.get(question.key, {})
    if question.kind is Kind.SHARE:
        yield from _moved(percent_of(parts), percent_of(before))
    elif question.kind is Kind.NUMBER:
        yield from _grown(find_number(parts[""]), find_number(before.get("")))
    elif question.kind is Kind.LEVELS:
        yield from _levels_moved(parts, before)
    if question.financial_year and financial_year(last.period_to) == financial_year(asking.period_to):
        yield from _fallen(parts, before)


def _moved(now: Decimal | None, then: Decimal | None) -> Iterator[str]:
    if now is not None and then is not None and abs(now - then) > POINTS:
        points = f"{_rounded(abs(now - then))} percentage points {_way(now, then)}"
        yield f"this is {points} last time’s {_rounded(then)} per cent"


def _grown(now: Decimal | None, then: Decimal | None) -> Iterator[str]:
    if now is not None and then is not None and abs(now - then) * 100 > then * CHANGE:
        if then:
            percent = _rounded(abs(now - then) * 100 / then)
            yield f"this is {percent} per cent {_way(now, then)} last time’s {say_number(then)}"
        else:
            yield "last time it was 0"


def _levels_moved(parts: Parts, before: Parts) -> Iterator[str]:
    """The table's share of people from an ethnic minority, of those known; its size follows the headcount."""
    for moved in _moved(_minority_percent(parts), _minority_percent(before)):
        yield f"people from an ethnic minority, of those known: {moved}"


def _minority_percent(parts: Parts) -> Decimal | None:
    known = sum_of_levels({part: text for part, text in parts.items() if not part.endswith(".not_stated")})
    minority = sum_of_levels({part: text for part, text in parts.items() if part.endswith(".ethnic_minority")})
    return minority * 100 / known if known else None


def _beside_register(question: Question, parts: Parts, asking: Asking, last: Last | None) -> Iterator[str]:
    """A first headcount has no earlier one to stand beside but the register's."""
    is_first = last is None or find_number(last.answers.get(HEADCOUNT, {}).get("")) is None
    if question.key != HEADCOUNT or asking.headcount is None or not is_first:
        return
    now, known = Decimal(parts[""]), asking.headcount
    if abs(now - known) * 100 > known * CHANGE:
        yield f"the register has {say_number(known)} employees, and this is far {_way(now, known)} that"


def _rounded(number: Decimal) -> str:
    return say_number(round_half_up(number, 1))


def _way(now: Decimal, then: Decimal) -> str:
    return "above" if now > then else "below"


def _fallen(parts: Parts, before: Parts) -> Iterator[str]:
    pairs = [(find_number(parts.get(part)), find_number(before.get(part))) for part in ("numerator", "denominator")]
    if any(now is not None and then is not None and now < then for now, then in pairs):
        yield "the year to date is below what you returned earlier in the same financial year"


def _level_changed(question: Question, parts: Parts, last: Last | None) -> Iterator[str]:
    before = last.answers.get(question.key, {}).get("") if last else None
    if question.key.endswith(".level_now") and before not in {None, parts[""]} and "reason" not in parts:
        yield f"your level was {before} last time and is {parts['']} now. Say in a sentence what changed"
