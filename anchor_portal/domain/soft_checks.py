"""Soft checks: what is unusual and wants a sentence of explanation, but does not stop a return."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from anchor_portal.domain.checks import FTE, HEADCOUNT
from anchor_portal.domain.numbers import plain
from anchor_portal.domain.parts import Answers, Asking, Last, Parts, Problem, is_state
from anchor_portal.domain.questionnaire import Kind, Question, Questionnaire, Unit
from anchor_portal.domain.shares import percent_of, round_half_up

POINTS = Decimal(10)
"""A change of more than this many percentage points is asked about."""
CHANGE = Decimal("0.25")
"""A change of a number by more than this part of it is asked about."""
LATEST_TARGET = 2040


def soft_checks(questionnaire: Questionnaire, answers: Answers, asking: Asking, last: Last | None) -> list[Problem]:
    """Warnings about sound answers, beside each other and beside the last accepted ones."""
    problems = []
    before = last.answers if last else {}
    same_year = last is not None and financial_year(last.period_to) == financial_year(asking.period_to)
    for question in questionnaire.questions:
        parts = answers.get(question.key, {})
        if parts and not is_state(parts):
            found = [*_warnings(question, parts, answers, before.get(question.key, {}))]
            if question.financial_year and same_year:
                found += _year_warnings(parts, before.get(question.key, {}))
            problems += [
                Problem(question.key, "explanation", f"{question.short}: {words}", hard=False) for words in found
            ]
    return problems


def financial_year(day: date) -> int:
    """The year in which the day's financial year began: it runs from 1 April."""
    return day.year if day.month >= 4 else day.year - 1


def _year_warnings(parts: Parts, before: Parts) -> Iterator[str]:
    for part in ("numerator", "denominator"):
        if part in parts and part in before and Decimal(parts[part]) < Decimal(before[part]):
            yield "the year to date is below what you returned earlier in the same financial year"
            return


def _warnings(question: Question, parts: Parts, answers: Answers, before: Parts) -> Iterator[str]:
    if question.kind is Kind.SHARE:
        yield from _share_warnings(question, parts, answers, before)
    elif question.kind is Kind.NUMBER:
        yield from _number_warnings(parts, before)
    elif question.key.endswith(".target_year") and int(parts[""]) > LATEST_TARGET:
        yield f"the pledge is net zero by {LATEST_TARGET} or sooner"
    elif question.key.endswith(".level_now"):
        yield from _level_warnings(parts, before)


def _share_warnings(question: Question, parts: Parts, answers: Answers, before: Parts) -> Iterator[str]:
    percent = percent_of(parts)
    if percent in {Decimal(0), Decimal(100)}:
        yield f"exactly {percent:f} per cent is rare".replace(".0 ", " ")
    earlier = None if is_state(before) else percent_of(before)
    if percent is not None and earlier is not None and abs(percent - earlier) > POINTS:
        yield f"this is {_points(percent - earlier)} percentage points {_way(percent - earlier)} last time’s {plain(round_half_up(earlier, 1))} per cent"
    if "denominator" in parts:
        yield from _whole_warnings(question, parts, answers)


def _points(change: Decimal) -> str:
    return plain(abs(round_half_up(change, 1)))


def _way(change: Decimal) -> str:
    return "above" if change > 0 else "below"


def _whole_warnings(question: Question, parts: Parts, answers: Answers) -> Iterator[str]:
    unknown = Decimal(parts.get("unknown", "0"))
    whole = Decimal(parts["denominator"]) + unknown
    if unknown * 5 > whole:
        yield "more than a fifth is not known"
    key = {Unit.PEOPLE: HEADCOUNT, Unit.FTE: FTE}.get(question.unit) if question.unit else None
    stated = answers.get(key or "", {}).get("")
    if question.pooled and stated is not None and abs(whole - Decimal(stated)) * 100 > Decimal(stated):
        name = "headcount" if key == HEADCOUNT else "full-time equivalent"
        yield f"known and not known together are {plain(whole)}, more than 1 per cent away from your {name} of {plain(Decimal(stated))}"


def _number_warnings(parts: Parts, before: Parts) -> Iterator[str]:
    if "" in before and not is_state(before) and Decimal(before[""]):
        change = (Decimal(parts[""]) - Decimal(before[""])) / Decimal(before[""])
        if abs(change) > CHANGE:
            yield f"this is {plain(abs(round_half_up(change * 100, 0)))} per cent {_way(change)} last time’s {plain(Decimal(before['']))}"


def _level_warnings(parts: Parts, before: Parts) -> Iterator[str]:
    if "" in before and parts[""] != before[""] and "reason" not in parts:
        yield f"your level was {before['']} last time: say in a sentence what changed"
