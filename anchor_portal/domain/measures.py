"""The numbers of an accepted return, as small rows that can be added up: what dashboards and indicators are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from anchor_portal.domain.completeness import asked_in, need_of
from anchor_portal.domain.parts import Answers, Asking, Parts, is_blank, is_state
from anchor_portal.domain.questionnaire import Kind, Need, Question, Questionnaire, Section

LEVELS = "workforce.levels"
PLEDGE = "pledge."
"""Measures `pledge.1` to `pledge.7` count what was answered of what was asked on a pledge."""


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
    questions = asked_in(section, answers, asking)
    wanted = [question for question in questions if need_of(question, asking) is not Need.OPTIONAL]
    given = [question for question in wanted or questions if _is_evidence(answers.get(question.key, {}))]
    return (len(given), len(wanted)) if wanted else (min(len(given), 1), 1)


def _is_evidence(parts: Parts) -> bool:
    return not is_blank(parts) and parts.get("state") != "not_known"


def pledges_evidenced(questionnaire: Questionnaire, answers: Answers, asking: Asking) -> tuple[int, ...]:
    """The pledges on which something was answered: what a certificate names, never how much."""
    return tuple(
        section.pledge
        for section in questionnaire.form_sections
        if section.pledge is not None and answered_on(section, answers, asking)[0]
    )


def _measures(question: Question, parts: Parts, asking: Asking) -> Iterator[Measure]:
    if question.kind is Kind.SHARE and question.pooled:
        yield _share(question, parts)
    elif question.kind is Kind.NUMBER:
        yield Measure(question.key, "", Decimal(parts[""]), None, Decimal(0))
    elif question.kind is Kind.LEVELS:
        yield from _levels(question, parts, asking)
    elif question.kind is Kind.YES_NO or "yes" in {option.code for option in question.options}:
        yield Measure(question.key, "", Decimal(parts[""] == "yes"), Decimal(1), Decimal(0))


def _share(question: Question, parts: Parts) -> Measure:
    if "numerator" not in parts:
        return Measure(question.key, "", None, None, Decimal(0), Decimal(parts["percent"]))
    counts = (Decimal(parts["numerator"]), Decimal(parts["denominator"]), Decimal(parts.get("unknown", "0")))
    return Measure(question.key, "", *counts)


def _levels(question: Question, parts: Parts, asking: Asking) -> Iterator[Measure]:
    """A row for the whole table, then one for each level that was filled in: ethnic minority of those known."""
    rows = [_level(question.key, level.code, parts) for level in asking.levels if f"{level.code}.white" in parts]
    if rows:
        sums = [sum((amounts[index] for amounts in map(_amounts, rows)), Decimal(0)) for index in range(3)]
        yield Measure(question.key, "", *sums)
    yield from rows


def _level(key: str, code: str, parts: Parts) -> Measure:
    minority = Decimal(parts[f"{code}.ethnic_minority"])
    known = minority + Decimal(parts[f"{code}.white"])
    return Measure(key, code, minority, known, Decimal(parts.get(f"{code}.not_stated", "0")))


def _amounts(measure: Measure) -> tuple[Decimal, Decimal, Decimal]:
    return measure.numerator or Decimal(0), measure.denominator or Decimal(0), measure.unknown
