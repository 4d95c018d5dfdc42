"""What the box of a name is called in words, where what was typed is shown outside its own form."""

import re

from anchor_portal.domain.questionnaire.version import Question, Questionnaire

OWN = {"reason": "Reason", "email": "Email address", "number": "Number", "confirm": "Confirmation"}
"""Boxes of forms that no questionnaire declares."""
PARTS = {"state~picked": "whether it can be answered", "state~words": "why not"}


def label_of(name: str, questionnaire: Questionnaire | None) -> str:
    """The words for a box such as "p1.rlw_staff:numerator"; its own name as words where nothing is known about it."""
    key, _, part = name.partition(":")
    if key == "ask" and (about := _find(questionnaire, part)):
        return f"Query: {about.short}"
    if key == "reply":
        return "Reply to the Assembly"
    question = _find(questionnaire, key)
    if question is None:
        return OWN.get(name) or re.sub("[^0-9A-Za-z]+", " ", name).strip().capitalize()
    return f"{question.short}: {_part(question, part)}" if part else question.short


def _find(questionnaire: Questionnaire | None, key: str) -> Question | None:
    questions = questionnaire.questions if questionnaire else ()
    return next((question for question in questions if question.key == key), None)


def _part(question: Question, part: str) -> str:
    if part in {"numerator", "denominator", "unknown"}:
        return str(getattr(question, f"{part}_label")) or part
    return PARTS.get(part) or " ".join(part.replace("~", " ").replace(".", " ").replace("_", " ").split())
