"""Whether a return is complete and sound: one function, called on saving (drafts allowed) and on submission."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from anchor_portal.domain.answers.answer import read_answer
from anchor_portal.domain.answers.checks import hard_checks
from anchor_portal.domain.answers.kept_readings import readings_of
from anchor_portal.domain.answers.parts import Answers, Asking, Last, Parts, Problem, Reading, is_blank
from anchor_portal.domain.answers.soft_checks import soft_checks
from anchor_portal.domain.questionnaire.version import Kind, Need, Question, Questionnaire, Section


class SectionStatus(StrEnum):
    """What the task list says of a section; worked out from its answers each time, never stored."""

    NOT_STARTED = "Not started"
    IN_PROGRESS = "In progress"
    TO_MEND = "There is a problem"
    TO_CONFIRM = "To be confirmed"
    COMPLETED = "Completed"


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A return read as a whole: canonical answers of what is asked, and every problem found."""

    answers: dict[str, dict[str, str]]
    problems: tuple[Problem, ...]

    @property
    def hard(self) -> tuple[Problem, ...]:
        """What must be mended before the return can be submitted."""
        return tuple(problem for problem in self.problems if problem.hard)

    @property
    def soft(self) -> tuple[Problem, ...]:
        """What is unusual, and explained or not."""
        return tuple(problem for problem in self.problems if not problem.hard)

    def of(self, keys: Iterable[str]) -> tuple[Problem, ...]:
        """The problems of some questions."""
        wanted = set(keys)
        return tuple(problem for problem in self.problems if problem.question in wanted)


def is_for(question: Question, asking: Asking) -> bool:
    """Whether this kind of organisation is ever asked this question, whatever it answers before."""
    return not question.asked_of or asking.sector in {*question.asked_of, *question.may_answer}


def read_beside(question: Question, typed: Parts, stored: Parts, asking: Asking) -> Reading:
    """What was typed, to be kept in a draft beside what is not asked of this kind of organisation.

    Of that what is stored stays as it is, for a slip in the register may be mended; but a page that was opened before it
    still has boxes for it, and what comes out of them counts.
    """
    reading = read_answer(question, typed, asking)
    if not is_for(question, asking):
        return Reading(reading.parts or dict(stored))
    unasked = asking.unasked(question, typed) or asking.unasked(question, stored)
    return Reading(reading.parts | {part: text for part, text in unasked.items() if text.strip()}, reading.problems)


def is_asked(question: Question, answers: Answers, asking: Asking) -> bool:
    """Whether this organisation is asked this question, given what it answered before."""
    rule = question.show_if
    return is_for(question, asking) and (rule is None or answers.get(rule.question, {}).get("") in rule.equals)


def need_of(question: Question, asking: Asking) -> Need:
    """How much an answer is wanted: who may answer without being asked never has to."""
    return Need.OPTIONAL if asking.sector in question.may_answer else question.need


def review(
    questionnaire: Questionnaire,
    typed: Answers,
    asking: Asking,
    *,
    complete: bool,
    last: Last | None = None,
    warns: bool = True,
) -> Reviewed:
    """Read and check all answers; `complete` asks for everything, `last` is the last accepted return.

    Where only the status of sections is wanted, `warns` may be False: what is unusual is not looked for then.

    Answers to questions that are not asked are left out, and stay where they are stored; but an organisation
    that a question is not for may say that it does not apply, as a file does.
    """
    answers: dict[str, dict[str, str]] = {}
    problems: list[Problem] = []
    read = readings_of(questionnaire, asking).read
    for question in questionnaire.questions:
        reading = read(question, typed.get(question.key, {}))
        if not is_asked(question, answers, asking):
            if not is_for(question, asking) and _does_not_apply(reading):
                answers[question.key] = reading.parts
            continue
        problems += reading.problems
        if reading.parts:
            answers[question.key] = reading.parts
        if complete:
            problems += _blanks(question, reading.parts, asking)
    sound = _without(answers, problems)
    problems += hard_checks(questionnaire, sound, asking)
    if warns:
        problems += soft_checks(questionnaire, _without(sound, problems), asking, last)
    return Reviewed(answers, tuple(problems))


def _does_not_apply(reading: Reading) -> bool:
    return reading.is_sound and reading.parts.get("state") == "not_applicable"


def _without(answers: Answers, problems: Iterable[Problem]) -> Answers:
    """The answers that have no hard problem."""
    unsound = {problem.question for problem in problems if problem.hard}
    return {key: parts for key, parts in answers.items() if key not in unsound}


def _blanks(question: Question, parts: Parts, asking: Asking) -> list[Problem]:
    if not is_blank(parts) or need_of(question, asking) is not Need.REQUIRED:
        return []
    message = f"{question.short}: this must be answered before the return is submitted"
    return [Problem(question.key, first_part(question), message)]


def first_part(question: Question) -> str:
    """The part whose box a message about the whole question leads to."""
    if question.kind is Kind.SHARE:
        return "percent" if question.percent_only else "numerator"
    return {Kind.SIGNOFF: "name", Kind.CASE_STUDIES: "1.title", Kind.FILES: "upload"}.get(question.kind, "")


def left_blank(questionnaire: Questionnaire, reviewed: Reviewed, asking: Asking) -> tuple[Question, ...]:
    """Questions that are asked, wanted, and neither answered nor explained; they do not stop a submission."""
    return tuple(
        question
        for section in questionnaire.form_sections
        for question in asked_in(section, reviewed.answers, asking)
        if is_blank(reviewed.answers.get(question.key, {})) and need_of(question, asking) is Need.EXPECTED
    )


def asked_in(section: Section, answers: Answers, asking: Asking) -> tuple[Question, ...]:
    """The questions of a section that are asked now."""
    return tuple(question for question in section.questions if is_asked(question, answers, asking))


def section_status(
    section: Section, reviewed: Reviewed, asking: Asking, unconfirmed: Collection[str] = ()
) -> SectionStatus:
    """The status of a section, from its answers and their problems.

    With an answer that was carried forward and is not confirmed (`unconfirmed`), it is never completed.
    """
    questions = asked_in(section, reviewed.answers, asking)
    begun = [question.key for question in questions if question.key in reviewed.answers]
    given = [key for key in begun if not is_blank(reviewed.answers[key])]
    wanted = [question.key for question in questions if need_of(question, asking) is not Need.OPTIONAL]
    if any(problem.hard for problem in reviewed.of(begun)):
        return SectionStatus.TO_MEND
    if any(question.key in unconfirmed for question in section.questions):
        return SectionStatus.TO_CONFIRM
    if not given:
        return SectionStatus.NOT_STARTED
    return SectionStatus.COMPLETED if set(wanted) <= set(given) else SectionStatus.IN_PROGRESS
