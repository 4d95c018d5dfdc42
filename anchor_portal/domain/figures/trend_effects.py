"""What a new version of the questionnaire does to each indicator and measure: said before it is done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from anchor_portal.domain.figures.definitions import DEFINED, DEFINITIONS, MEASURES, Definition, in_force
from anchor_portal.domain.figures.measures import OWN_VIEW
from anchor_portal.domain.questionnaire.comparing import Fate, QuestionChange, VersionChanges
from anchor_portal.domain.questionnaire.questions import Kind, Need, Question, Section
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.questionnaire.words import UNITS, codes_and_labels, say_asked_of

AFTER_ALL = "9999-99"
"""Later than the code of any round."""


class Course(StrEnum):
    """What happens to a measure's figures over the rounds."""

    CONTINUES = "continues"
    BREAKS = "breaks"
    BEGINS = "begins"
    ENDS = "ends"
    WRONG = "would be wrong"


@dataclass(frozen=True, slots=True)
class Effect:
    """What happens to the figures of one definition, and why, in sentences."""

    definition: Definition
    course: Course
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PledgeEffect:
    """How many answers the grid of pledges counts for a pledge: each organisation's "5 of 8" is out of these."""

    pledge: int
    before: int
    after: int


def effects_of(
    before: Questionnaire,
    after: Questionnaire,
    changes: VersionChanges,
    last_round: str,
    first_round: str = AFTER_ALL,
) -> tuple[Effect, ...]:
    """What the later version does to every indicator and measure that one of the two gives, indicators first.

    `last_round` is the last round with the earlier version, `first_round` the first with the later one, where there
    is one already.
    """
    found = [
        _effect(definition, before, after, changes, (last_round, first_round))
        for definition in in_force((*DEFINITIONS, *MEASURES), AFTER_ALL)
    ]
    return tuple(each for each in found if each)


def misfits_of(questionnaire: Questionnaire) -> dict[str, str]:
    """The questions that do not give what the definition of their measure counts, by key, with the reason."""
    found = {}
    for definition in (*DEFINITIONS, *MEASURES):
        question = _find(questionnaire, definition.measure)
        if question and (reason := _misfit(definition, question)):
            found[question.key] = reason
    return found


def _find(questionnaire: Questionnaire, key: str) -> Question | None:
    return next((each for each in questionnaire.questions if each.key == key), None)


def _effect(
    definition: Definition,
    before: Questionnaire,
    after: Questionnaire,
    changes: VersionChanges,
    rounds: tuple[str, str],
) -> Effect | None:
    old, new = _find(before, definition.measure), _find(after, definition.measure)
    if old is None and new is None:
        return None
    if new is not None and (reason := _misfit(definition, new)):
        return Effect(definition, Course.WRONG, (reason,))
    if new is None or not _gives_sums(new):
        return Effect(definition, Course.ENDS, (_why_none(new),))
    if old is None or not _gives_sums(old):
        return Effect(definition, Course.BEGINS, (_why_only_now(old),))
    change = next(each for each in changes.questions if each.question.key == new.key)
    return _course(definition, change, rounds)


def _misfit(definition: Definition, question: Question) -> str:
    """Why the answers are not what the definition counts; empty where they are, or where there are none to count."""
    if question.kind is Kind.SHARE and question.unit != definition.kind_of_number:
        counted = _COUNTED[definition.kind_of_number]
        return f"The definition counts {counted}; the question now gives {UNITS[question.unit]}."
    if question.kind is Kind.SHARE and question.financial_year != definition.financial_year:
        year = "the financial year to date" if definition.financial_year else "one day or period"
        return f"The definition is about {year}; the question is not."
    counts = definition.kind_of_number == "organisations"
    if (
        counts
        and question.kind in {Kind.CHOICE, Kind.YES_NO}
        and not set(definition.answers_counted) <= _codes(question)
    ):
        return "The definition counts the answer “yes”, which the question no longer offers."
    fits = {Kind.CHOICE, Kind.YES_NO} if counts else {Kind.SHARE, Kind.LEVELS}
    is_number = question.kind in {Kind.SHARE, Kind.LEVELS, Kind.CHOICE, Kind.YES_NO, Kind.NUMBER}
    if is_number and question.kind not in fits:
        return "The question no longer gives what the definition counts."
    return ""


_COUNTED = {
    "people": "people",
    "fte": "full-time equivalents",
    "gbp": "pounds",
    "contracts": "contracts",
    "organisations": "organisations that answer yes",
}


def _codes(question: Question) -> set[str]:
    return set(codes_and_labels(question))


def _gives_sums(question: Question) -> bool:
    """Whether answers can be added up over organisations."""
    if question.kind is Kind.SHARE:
        return question.pooled and not question.percent_only
    return question.kind in {Kind.LEVELS, Kind.CHOICE, Kind.YES_NO}


def _why_none(question: Question | None) -> str:
    if question is None:
        return "It is not asked any more: there are no figures from the first round with this version on."
    return "Answers can no longer be added up: there are no figures from the first round with this version on."


def _why_only_now(question: Question | None) -> str:
    if question is None:
        return "It was not asked before: figures begin with the first round with this version."
    return (
        "Before, only percentages were asked for, which cannot be added up: figures for all organisations together "
        "begin with the first round with this version. Each organisation’s own percentages go on."
    )


def _course(definition: Definition, change: QuestionChange, rounds: tuple[str, str]) -> Effect:
    has_new_definition = _in_force(definition, rounds[0]) != _in_force(definition, rounds[1])
    if has_new_definition:
        version = _in_force(definition, rounds[1]).rpartition(".v")[2]
        reason = f"Version {version} of the definition holds from then on: the line begins anew."
        return Effect(definition, Course.BREAKS, (reason, *_notes(definition, change)))
    if change.is_comparable:
        return Effect(definition, Course.CONTINUES, tuple(_notes(definition, change)) or ("Nothing of it changed.",))
    reasons = (
        "The version says that answers are not comparable: in each organisation’s own progress the line breaks.",
        f"Published figures and the dashboard would still be drawn as one line, because the definition "
        f"{definition.code} has no newer version. Have one written before a round with this version is published.",
    )
    return Effect(definition, Course.BREAKS, reasons)


def _in_force(definition: Definition, code: str) -> str:
    versions = [each for each in DEFINED if each.key == definition.key]
    return next((each.code for each in in_force(versions, code)), "")


def _notes(definition: Definition, change: QuestionChange) -> Iterator[str]:
    if change.fate is Fate.REWORDED and change.is_comparable:
        yield "The words changed: check that people will count the same as before."
    yield from change.asked
    if any(sentence.startswith("It is asked of") for sentence in change.asked):
        yield f"Other organisations are counted than before: {say_asked_of(change.question)}."


def pledge_effects(before: Questionnaire, after: Questionnaire) -> tuple[PledgeEffect, ...]:
    """The pledges of whose answers the grid counts another number than before."""
    old, new = _wanted_by_pledge(before.form_sections), _wanted_by_pledge(after.form_sections)
    return tuple(
        PledgeEffect(pledge, old.get(pledge, 0), new.get(pledge, 0))
        for pledge in sorted({*old, *new})
        if old.get(pledge, 0) != new.get(pledge, 0)
    )


def _wanted_by_pledge(sections: Sequence[Section]) -> dict[int, int]:
    return {section.pledge: _wanted(section) for section in sections if section.pledge is not None}


def _wanted(section: Section) -> int:
    """Questions that are asked for; a section of optional ones only counts as one."""
    return sum(each.need is not Need.OPTIONAL and not each.key.endswith(OWN_VIEW) for each in section.questions) or 1
