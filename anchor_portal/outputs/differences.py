"""What differs between two revisions of a return, question by question."""

from dataclasses import dataclass

from anchor_portal.domain.answers.answer import say_answer
from anchor_portal.domain.answers.parts import Answers, Asking
from anchor_portal.domain.questionnaire.version import Question, Questionnaire


@dataclass(frozen=True, slots=True)
class Difference:
    """A question whose answer differs, in words before and after; no lines where there was no answer."""

    key: str
    short: str
    section: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def find_differences(
    questionnaire: Questionnaire, before: Answers, after: Answers, asking: Asking
) -> tuple[Difference, ...]:
    """Every question of the form whose answer or explanation differs, in the questionnaire's order."""
    return tuple(
        Difference(
            question.key,
            question.short,
            section.title,
            _say(question, before, asking),
            _say(question, after, asking),
        )
        for section in questionnaire.form_sections
        for question in section.questions
        if before.get(question.key, {}) != after.get(question.key, {})
    )


def _say(question: Question, answers: Answers, asking: Asking) -> tuple[str, ...]:
    parts = answers.get(question.key, {})
    explanation = parts.get("explanation", "")
    lines = say_answer(question, parts, asking)
    return (*lines, f"Explanation: {explanation}") if explanation else lines
