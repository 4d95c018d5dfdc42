"""What must hold of a questionnaire beyond its keys: what belongs together, and what may point where."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from anchor_portal.domain.questionnaire.questions import CHECKS, YES_OR_NO, Kind, Question, Section

Fault = tuple[str, str]
"""The key of the file at which something is wrong, and the sentence."""

_CHOICE_KINDS = (Kind.CHOICE, Kind.CHOICES)
_TEXT_KINDS = (Kind.NARRATIVE, Kind.CASE_STUDIES)
_KINDS_OF_KEY: dict[str, tuple[Kind, ...]] = {
    "unit": (Kind.SHARE, Kind.NUMBER),
    "options": _CHOICE_KINDS,
    "option_list": _CHOICE_KINDS,
    "options_from": _CHOICE_KINDS,
    "at_most": (Kind.NUMBER,),
    "maximum": (Kind.NUMBER,),
    "max_length": _TEXT_KINDS,
    "max_items": (Kind.CASE_STUDIES, Kind.FILES),
    "percent_only": (Kind.SHARE,),
    "default_basis": (Kind.SHARE,),
    "pooled": (Kind.SHARE,),
    "financial_year": (Kind.SHARE,),
    "numerator_label": (Kind.SHARE,),
    "denominator_label": (Kind.SHARE,),
    "unknown_label": (Kind.SHARE,),
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The questions around one: those before it (None where one cannot be read), and all keys of the file."""

    earlier: Mapping[str, Question | None]
    keys: Collection[str]

    def faults_of_reference(self, key: str, kinds: Collection[Kind]) -> Iterator[str]:
        """Say why a question may not look at the question `key`, if it may not."""
        if key not in self.keys:
            yield f"names {key!r}, which no question of this file has"
        elif key not in self.earlier:
            yield f"points forward to {key!r}: it may look at an earlier question only"
        elif (found := self.earlier[key]) and found.kind not in kinds:
            yield f"looks at {key!r}, which is of kind {found.kind}: it must be {' or '.join(kinds)}"


def question_faults(question: Question, given: Collection[str], around: Surroundings) -> Iterator[Fault]:
    """Say what is wrong with one question whose keys, listed in `given`, are each of the right type."""
    yield from _misplaced_keys(question, given)
    if question.kind is Kind.SHARE:
        yield from _share_faults(question, given)
    if question.kind in _CHOICE_KINDS:
        yield from _choice_faults(question, given)
    yield from _sector_faults(question)
    yield from _show_if_faults(question, around)
    if question.at_most and question.kind is Kind.NUMBER:
        for text in around.faults_of_reference(question.at_most, (Kind.NUMBER,)):
            yield "at_most", f"at_most {text}"


def _misplaced_keys(question: Question, given: Collection[str]) -> Iterator[Fault]:
    for key, kinds in _KINDS_OF_KEY.items():
        if key in given and question.kind not in kinds:
            yield key, f"{key} is only for {' and '.join(kinds)}, not for {question.kind}"
    if question.check and question.kind is not CHECKS[question.check]:
        yield (
            "check",
            f"the check {question.check} is only for {CHECKS[question.check]}, not for {question.kind}",
        )


def _share_faults(question: Question, given: Collection[str]) -> Iterator[Fault]:
    if "unit" not in given:
        yield "", "a share needs a unit"
    for key in ("numerator_label", "denominator_label", "unknown_label"):
        if not question.percent_only and key not in given:
            yield "", f"a share that asks for counts needs {key}"


def _choice_faults(question: Question, given: Collection[str]) -> Iterator[Fault]:
    ways = [key for key in ("options", "option_list", "options_from") if key in given]
    if not ways:
        yield "", f"a {question.kind} question needs options, option_list or options_from"
    elif len(ways) > 1:
        yield ways[1], f"{' and '.join(ways)} are given together: give one of them"


def _sector_faults(question: Question) -> Iterator[Fault]:
    if question.may_answer and not question.asked_of:
        yield "may_answer", "may_answer without asked_of says nothing: everyone is asked"
    both = [sector for sector in question.may_answer if sector in question.asked_of]
    if both:
        yield "may_answer", f"{', '.join(both)} is in asked_of already"


def _show_if_faults(question: Question, around: Surroundings) -> Iterator[Fault]:
    rule = question.show_if
    if rule is None:
        return
    faults = list(around.faults_of_reference(rule.question, (Kind.CHOICE, Kind.YES_NO)))
    yield from (("show_if", f"show_if {text}") for text in faults)
    looked_at = around.earlier.get(rule.question)
    if faults or looked_at is None:
        return
    if looked_at.options_from:
        yield "show_if", f"show_if looks at {rule.question!r}, whose options are not in this file"
        return
    codes = [option.code for option in looked_at.options] or list(YES_OR_NO)
    for value in rule.equals:
        if value not in codes:
            offered = ", ".join(codes)
            yield "show_if", f"show_if waits for {value!r}, and {rule.question!r} offers {offered}"


def signoff_faults(sections: list[Section]) -> Iterator[tuple[int | None, str]]:
    """Say what is wrong with the sign-off, at the index of a section or at the file as a whole.

    The sign-off is a section of its own, with one question, and stands last.
    """
    holding = [
        index
        for index, section in enumerate(sections)
        if any(question.kind is Kind.SIGNOFF for question in section.questions)
    ]
    if not holding:
        yield None, "the sign-off is missing: the last section holds one question of kind signoff"
    for index in holding:
        if index != len(sections) - 1:
            yield index, "the sign-off must be the last section, and the only one of its kind"
        if len(sections[index].questions) != 1:
            yield index, "the section of the sign-off holds that one question and nothing else"
