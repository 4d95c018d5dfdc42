"""A section of the questionnaire as one form."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField
from wtforms.meta import DefaultMeta

from anchor_portal.domain.answers.answer import say_answer
from anchor_portal.domain.answers.carrying import Carried
from anchor_portal.domain.answers.completeness import Reviewed
from anchor_portal.domain.answers.parts import Answers, Asking, Last, Problem
from anchor_portal.domain.questionnaire.version import Question, Section
from anchor_portal.web.forms.fields import AnswerField, Beside


class SectionForm(FlaskForm):
    """The fields of a section; `seen` is the stamp of what was stored when the page was opened."""

    seen = HiddenField()

    answers: list[AnswerField]
    """The fields in the order of the page, without those that stand under an option of another."""


def is_for(question: Question, asking: Asking) -> bool:
    """Whether this organisation is ever asked this question, whatever it answers before."""
    return not question.asked_of or asking.sector in {*question.asked_of, *question.may_answer}


def build_form(
    section: Section,
    asking: Asking,
    stored: Answers,
    *,
    reviewed: Reviewed,
    seen: str,
    last: tuple[str, Last] | None,
    more: str = "",
    carried: Mapping[str, Carried] | None = None,
) -> SectionForm:
    """The form of a section: what is stored or was posted, with problems and last time's answers beside it."""
    questions = [question for question in section.questions if is_for(question, asking)]
    besides = {question.key: _beside(question, asking, reviewed.problems, last, more) for question in questions}
    for key, one in (carried or {}).items():
        if key in besides:
            besides[key].carried = one
    fields: dict[str, Any] = {
        question.key: AnswerField(question, asking, besides[question.key]) for question in questions
    }
    form_class = type("SectionForm", (SectionForm,), fields)
    form: SectionForm = form_class(data={**stored, "seen": seen})
    form.answers = _nest([form[question.key] for question in questions])
    return form


def lone_field(question: Question, asking: Asking, beside: Beside) -> AnswerField:
    """A question's field outside any form of ours, such as the sign-off."""
    return AnswerField(question, asking, beside, name=question.key, _form=None, _meta=DefaultMeta())


def _beside(
    question: Question, asking: Asking, problems: Sequence[Problem], last: tuple[str, Last] | None, more: str
) -> Beside:
    before = last[1].answers.get(question.key, {}) if last else {}
    return Beside(
        last_lines=say_answer(question, before, asking),
        last_round=last[0] if last else "",
        last_about=last[1].period_to if last else None,
        problems=tuple(problem for problem in problems if problem.question == question.key),
        has_more=more == question.key,
    )


def _nest(fields: list[AnswerField]) -> list[AnswerField]:
    """Fields that depend on another of the same page stand under it."""
    by_key = {field.question.key: field for field in fields}
    top = []
    for field in fields:
        shown = field.question.show_if
        parent = by_key.get(shown.question) if shown else None
        if parent is None:
            top.append(field)
        else:
            parent.beside.children.append(field)
    return top


def problem_links(form: SectionForm) -> list[dict[str, str]]:
    """The summary of errors: each hard problem with a link to its box."""
    return [
        {"text": problem.message, "href": f"#{_box(field, problem.part)}"}
        for field in _all_fields(form.answers)
        for problem in field.beside.problems
        if problem.hard
    ]


def _all_fields(fields: list[AnswerField]) -> list[AnswerField]:
    return [each for field in fields for each in (field, *_all_fields(field.beside.children))]


def _box(field: AnswerField, part: str) -> str:
    return field.id_of(part) if part else field.first_id
