"""Answers of the last accepted return, carried into a new one: unconfirmed, so that they count nowhere yet."""

from dataclasses import dataclass
from datetime import date

from anchor_portal.domain.answers.answer import read_answer
from anchor_portal.domain.answers.parts import Answers, Asking, Last, Parts, is_blank
from anchor_portal.domain.questionnaire.version import Kind, Question, Section

NEVER_CARRIED = frozenset({"explanation", "reason", "publish"})
"""Parts that explain a figure of their own time, and the permission to publish, which is never presumed."""


@dataclass(frozen=True, slots=True)
class Carried:
    """An answer carried forward, from which round, and the last day that it is about."""

    parts: Parts
    from_round: str
    about_to: date


def carriable(section: Section, stored: Answers, last: Last, asking: Asking) -> dict[str, dict[str, str]]:
    """Last time's answers that this section could take over, where this time has none, canonical.

    An answer is passed over where it would not be sound today, such as an option that is no longer offered; so are
    files, and a snapshot date outside the new round’s period.
    """
    found = {}
    for question in section.questions:
        if is_blank(stored.get(question.key, {})):
            parts = _parts(question, last.answers.get(question.key, {}), asking)
            if parts:
                found[question.key] = parts
    return found


def _parts(question: Question, before: Parts, asking: Asking) -> dict[str, str]:
    if question.check == "within_period" and not _lies_within(before.get("", ""), asking):
        return {}
    if question.kind is Kind.FILES:
        return {}
    is_state = "state" in before
    kept = {part: text for part, text in before.items() if is_state or part.rpartition(".")[2] not in NEVER_CARRIED}
    reading = read_answer(question, kept, asking)
    return reading.parts if reading.is_sound and not is_blank(reading.parts) else {}


def _lies_within(day: str, asking: Asking) -> bool:
    try:
        return asking.period_from <= date.fromisoformat(day) <= asking.period_to
    except ValueError:
        return False


def say_age(about_to: date, today: date) -> str:
    """How old a figure is, in words: "5 months old"."""
    months = (today.year - about_to.year) * 12 + today.month - about_to.month - (today.day < about_to.day)
    if months < 1:
        return "less than a month old"
    years, rest = divmod(months, 12)
    if months < 12:
        return "1 month old" if months == 1 else f"{months} months old"
    whole = "1 year" if years == 1 else f"{years} years"
    return f"{whole} old" if not rest else f"{whole} and {rest} {'month' if rest == 1 else 'months'} old"
