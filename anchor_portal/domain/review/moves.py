"""How far an answer moved since last time, in a few words: for numbers and shares, where both can be read."""

from decimal import Decimal

from anchor_portal.domain.answers.numbers import find_number, plain
from anchor_portal.domain.answers.parts import Parts, is_state
from anchor_portal.domain.answers.shares import percent_of, round_half_up
from anchor_portal.domain.questionnaire.version import Kind, Question


def say_move(question: Question, before: Parts, now: Parts) -> str:
    """The change in words: "up 2.3 points", "down 120 (2.1%)"; empty where there is none to say.

    A share moves by percentage points, to one decimal; a number by its unit, with the percentage of what it was.
    """
    if is_state(before) or is_state(now):
        return ""
    if question.kind is Kind.SHARE:
        return _points(percent_of(before), percent_of(now))
    if question.kind is Kind.NUMBER:
        return _amount(find_number(before.get("")), find_number(now.get("")))
    return ""


def _points(before: Decimal | None, now: Decimal | None) -> str:
    if before is None or now is None:
        return ""
    moved = round_half_up(abs(now - before), 1)
    return f"{_way(before, now)} {plain(moved)} points" if moved else ""


def _amount(before: Decimal | None, now: Decimal | None) -> str:
    if before is None or now is None or before == now:
        return ""
    moved = abs(now - before)
    percent = f" ({plain(round_half_up(moved * 100 / before, 1))}%)" if before else ""
    return f"{_way(before, now)} {moved.normalize():,f}{percent}"


def _way(before: Decimal, now: Decimal) -> str:
    return "up" if now > before else "down"
