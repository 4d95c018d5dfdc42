"""What a new version may not do: a key keeps its meaning and is never used again, no two headings are alike.

Published versions are read without these rules, for ever; only what is to be published is held to them.
"""

from collections.abc import Iterator, Mapping, Sequence

from anchor_portal.domain.questionnaire.questions import Question
from anchor_portal.domain.questionnaire.toml_lines import Place, key_lines, line_of
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.questionnaire.words import KINDS, UNITS

Fault = tuple[int, str]
"""A line of the file, and the sentence."""
_FORMER = "{} was asked in version {} and not in {}: its key is not used again. Give the question a key of its own"
_CHANGED = "{} {}; in version {} {}. Say comparable = false, or give the question a key of its own"


def faults_of_new_version(
    source: str, questionnaire: Questionnaire, earlier: Sequence[Questionnaire], misfits: Mapping[str, str]
) -> tuple[Fault, ...]:
    """What is wrong with a sound file as a new version beside those published before it, by line.

    `earlier` are all of them in the order in which they were published; `misfits` says by key which questions do not
    give what their measure counts.
    """
    lines = key_lines(source)
    faults = [(line_of(lines, (*place, "short")), text) for place, text in _alike(questionnaire)]
    if earlier:
        last = {question.key: question for question in earlier[-1].questions}
        former = {question.key: version.code for version in earlier for question in version.questions}
        for place, question in _placed(questionnaire):
            faults += _faults(question, place, lines, last, former, earlier[-1].code)
    faults += [
        (line_of(lines, (*place, "kind")), f"{each.key}: {misfits[each.key]} Give the question a key of its own")
        for place, each in _placed(questionnaire)
        if each.key in misfits
    ]
    return tuple(sorted(faults))


def _alike(questionnaire: Questionnaire) -> Iterator[tuple[Place, str]]:
    seen: dict[str, str] = {}
    for place, question in _placed(questionnaire):
        if question.short in seen:
            yield place, f"the heading “{question.short}” is that of {seen[question.short]} too: no two may be alike"
        seen.setdefault(question.short, question.key)


def _placed(questionnaire: Questionnaire) -> Iterator[tuple[Place, Question]]:
    for number, section in enumerate(questionnaire.sections):
        for index, question in enumerate(section.questions):
            yield ("sections", number, "questions", index), question


def _faults(
    question: Question,
    place: Place,
    lines: Mapping[Place, int],
    last: Mapping[str, Question],
    former: Mapping[str, str],
    newest: str,
) -> Iterator[Fault]:
    before = last.get(question.key)
    if before is None:
        if question.key in former:
            line = line_of(lines, (*place, "key"))
            yield line, _FORMER.format(question.key, former[question.key], newest)
    elif question.comparable and not fits(before, question):
        key = "kind" if question.kind is not before.kind else "unit"
        says = f"is asked as {KINDS[question.kind]}" if key == "kind" else f"counts {UNITS[question.unit]}"
        said = f"as {KINDS[before.kind]}" if key == "kind" else f"it counted {UNITS[before.unit]}"
        yield line_of(lines, (*place, key)), _CHANGED.format(question.key, says, newest, said)


def asked_no_more(questionnaire: Questionnaire, earlier: Sequence[Questionnaire]) -> list[Question]:
    """The questions of a version that were asked before and are not in the newest: their keys are not used again."""
    former = {question.key for version in earlier for question in version.questions}
    former -= {question.key for question in earlier[-1].questions}
    return [question for question in questionnaire.questions if question.key in former]


def fits(before: Question, after: Question) -> bool:
    """Whether the answers of two versions of a question can stand beside each other at all: same kind, same unit."""
    return (before.kind, before.unit) == (after.kind, after.unit)
