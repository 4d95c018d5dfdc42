"""The numbers of an accepted return, as small rows that can be added up: what dashboards and indicators are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from anchor_portal.domain.answers.completeness import asked_in, need_of
from anchor_portal.domain.answers.parts import Answers, Asking, Parts, is_blank, is_state
from anchor_portal.domain.questionnaire.version import Kind, Need, Question, Questionnaire, Section

PLEDGE = "pledge."
"""Measures `pledge.1` to `pledge.7` count what was answered of what was asked on a pledge."""
OWN_VIEW = (".level_now", ".level_aim")
"""Ends of the keys under which an organisation says how far it sees itself: that is no evidence."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of one return, or one row of its levels table.

    Both counts are None where only a percentage was given, or where a number stands alone in `numerator`.
    """

    key: str
    row: str
    numerator: Decimal | None
    denominator: Decimal | None
    unknown: Decimal
    percent: Decimal | None = None


def measures_of(questionnaire: Questionnaire, answers: Answers, asking: Asking) -> tuple[Measure, ...]:
    """Every measure of a sound return, in the questionnaire's order; what was not answered gives none."""
    found: list[Measure] = []
    for question in questionnaire.questions:
        parts = answers.get(question.key, {})
        if not is_blank(parts) and not is_state(parts):
            found += _measures(question, parts, asking)
    return (*found, *_pledges(questionnaire, answers, asking))


def _pledges(questionnaire: Questionnaire, answers: Answers, asking: Asking) -> Iterator[Measure]:
    for section in questionnaire.form_sections:
        if section.pledge is not None:
            answered, asked = answered_on(section, answers, asking)
            yield Measure(f"{PLEDGE}{section.pledge}", "", Decimal(answered), Decimal(asked), Decimal(0))


def answered_on(section: Section, answers: Answers, asking: Asking) -> tuple[int, int]:
    """How many of a section's wanted questions have an answer, and how many are asked; "not known" is no evidence.

    A section of optional questions only, such as the case studies, counts as one question.
    """
    questions = _evidence_asked(section, answers, asking)
    wanted = [question for question in questions if need_of(question, asking) is not Need.OPTIONAL]
    given = [question for question in wanted or questions if _is_answered(answers.get(question.key, {}))]
    return (len(given), len(wanted)) if wanted else (min(len(given), 1), 1)


def _evidence_asked(section: Section, answers: Answers, asking: Asking) -> list[Question]:
    return [each for each in asked_in(section, answers, asking) if not each.key.endswith(OWN_VIEW)]


def _is_answered(parts: Parts) -> bool:
    return not is_blank(parts) and parts.get("state") != "not_known"


def pledges_evidenced(questionnaire: Questionnaire, answers: Answers, asking: Asking) -> tuple[int, ...]:
    """The pledges on which something was answered: what a certificate names, never how much.

    "Not applicable" answers a question, but shows nothing that was done.
    """
    return tuple(
        section.pledge
        for section in questionnaire.form_sections
        if section.pledge is not None and _is_evidenced(section, answers, asking)
    )


def _is_evidenced(section: Section, answers: Answers, asking: Asking) -> bool:
    given = [answers.get(question.key, {}) for question in _evidence_asked(section, answers, asking)]
    return any(not is_blank(parts) and not is_state(parts) for parts in given)


def _measures(question: Question, parts: Parts, asking: Asking) -> Iterator[Measure]:
    if question.kind is Kind.SHARE and question.pooled:
        yield _share(question, parts)
    elif question.kind is Kind.NUMBER:
        yield Measure(question.key, "", Decimal(parts[""]), None, Decimal(0))
    elif question.kind is Kind.LEVELS:
        yield from _levels(question, parts, asking)
    elif question.kind is Kind.YES_NO or _offers_yes(question):
        yield Measure(question.key, "", Decimal(parts[""] == "yes"), Decimal(1), Decimal(0))


def _offers_yes(question: Question) -> bool:
    return question.kind is Kind.CHOICE and "yes" in {option.code for option in question.options}


def _share(question: Question, parts: Parts) -> Measure:
    if "numerator" not in parts:
        return Measure(question.key, "", None, None, Decimal(0), Decimal(parts["percent"]))
    counts = (Decimal(parts["numerator"]), Decimal(parts["denominator"]), Decimal(parts.get("unknown", "0")))
    return Measure(question.key, "", *counts)


def _levels(question: Question, parts: Parts, asking: Asking) -> Iterator[Measure]:
    """A row for the whole table, then one for each level that was filled in: ethnic minority of those known."""
    rows = {level.code: _level(level.code, parts) for level in asking.levels if f"{level.code}.white" in parts}
    if rows:
        yield Measure(question.key, "", *(sum(column, Decimal(0)) for column in zip(*rows.values(), strict=True)))
    for code, amounts in rows.items():
        yield Measure(question.key, code, *amounts)


def _level(code: str, parts: Parts) -> tuple[Decimal, Decimal, Decimal]:
    """Ethnic minority, known, and not stated."""
    minority, white = Decimal(parts[f"{code}.ethnic_minority"]), Decimal(parts[f"{code}.white"])
    return minority, minority + white, Decimal(parts.get(f"{code}.not_stated", "0"))
