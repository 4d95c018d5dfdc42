"""Hard checks between questions: what cannot be submitted as it stands."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from anchor_portal.domain.answers.numbers import find_number, say_date
from anchor_portal.domain.answers.parts import Answers, Asking, Parts, Problem, is_blank, is_state
from anchor_portal.domain.answers.reading import LEVEL_COLUMNS
from anchor_portal.domain.answers.saying import say_number
from anchor_portal.domain.questionnaire.version import Question, Questionnaire

HEADCOUNT = "about.headcount"
FTE = "about.fte"
LEVELS_TOLERANCE = Decimal("0.05")
"""The levels table may differ from headcount by 5 per cent without a reason."""


def hard_checks(questionnaire: Questionnaire, answers: Answers, asking: Asking) -> list[Problem]:
    """Problems of sound answers that contradict each other or the round."""
    problems = []
    for question in questionnaire.questions:
        parts = answers.get(question.key, {})
        if is_blank(parts) or is_state(parts):
            continue
        if question.at_most:
            problems += _above(questionnaire, question, answers)
        if question.check:
            problems += CHECKS[question.check](question, parts, answers, asking)
    return problems


def _above(questionnaire: Questionnaire, question: Question, answers: Answers) -> list[Problem]:
    number = Decimal(answers[question.key][""])
    limit = find_number(answers.get(question.at_most, {}).get(""))
    if limit is None or number <= limit:
        return []
    other = questionnaire.question(question.at_most).short
    limited = f"{other[:1].lower()}{other[1:]} ({say_number(limit)})"
    message = f"{question.short} ({say_number(number)}) cannot be more than {limited}: correct one of them"
    return [Problem(question.key, "", message)]


def _within_period(question: Question, parts: Parts, answers: Answers, asking: Asking) -> list[Problem]:
    day = date.fromisoformat(parts[""])
    if asking.period_from <= day <= asking.period_to:
        return []
    period = f"between {say_date(asking.period_from)} and {say_date(asking.period_to)}"
    return [Problem(question.key, "", f"{question.short} must lie in this round’s period: give a day {period}")]


def sum_of_levels(parts: Parts) -> Decimal:
    """All people in a levels table, of known ethnicity or not."""
    cells = (text for part, text in parts.items() if part.partition(".")[2] in LEVEL_COLUMNS)
    return sum((Decimal(text) for text in cells), Decimal(0))


def _levels_sum(question: Question, parts: Parts, answers: Answers, asking: Asking) -> list[Problem]:
    headcount = find_number(answers.get(HEADCOUNT, {}).get(""))
    total = sum_of_levels(parts)
    if headcount is None or "reason" in parts or abs(total - headcount) <= headcount * LEVELS_TOLERANCE:
        return []
    message = (
        f"{question.short}: the table adds up to {total:,}, which is more than 5 per cent away from your headcount "
        f"of {headcount:,}. Correct one of them, or give the reason"
    )
    return [Problem(question.key, "reason", message)]


Check = Callable[[Question, Parts, Answers, Asking], list[Problem]]
CHECKS: dict[str, Check] = {"within_period": _within_period, "levels_sum": _levels_sum}
