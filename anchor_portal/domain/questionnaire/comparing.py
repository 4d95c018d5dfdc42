"""Two versions of the questionnaire beside each other: what is new, asked differently, reworded, gone, comparable."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from anchor_portal.domain.questionnaire.questions import Option, Question, Section
from anchor_portal.domain.questionnaire.structure import changes_of_structure
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.word_changes import Piece, mark_words


class Fate(StrEnum):
    """What became of a question from one version to another."""

    NEW = "new"
    CHANGED = "asked differently"
    REWORDED = "reworded"
    SAME = "the same"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text of a question or section that changed: which one, and its words with their marks."""

    what: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class QuestionChange:
    """What became of one question; `asked` are sentences about how it is asked, `is_comparable` says whether answers
    of both versions may stand beside each other (None for a new one and one that is gone).
    """

    question: Question
    fate: Fate
    texts: tuple[TextChange, ...] = ()
    asked: tuple[str, ...] = ()
    is_comparable: bool | None = None


@dataclass(frozen=True, slots=True)
class SectionChange:
    """A section of the later version, or one that is gone, with its questions in the order of the form."""

    section: Section
    fate: Fate
    texts: tuple[TextChange, ...]
    questions: tuple[QuestionChange, ...]

    @property
    def is_same(self) -> bool:
        """Nothing of it changed."""
        return self.fate is Fate.SAME and all(each.fate is Fate.SAME for each in self.questions)


@dataclass(frozen=True, slots=True)
class VersionChanges:
    """Everything that differs between two versions: the seven pledges as printed, then section by section.

    A question that is gone stands at the end of the section that asked it.
    """

    pledges: tuple[TextChange, ...]
    sections: tuple[SectionChange, ...]

    @property
    def questions(self) -> tuple[QuestionChange, ...]:
        """What became of every question of both."""
        return tuple(each for section in self.sections for each in section.questions)

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many questions are new, asked differently and so on."""
        fates = [each.fate for each in self.questions]
        return {fate: fates.count(fate) for fate in Fate}

    @property
    def incomparable(self) -> tuple[QuestionChange, ...]:
        """The questions whose answers cannot stand beside those of the earlier version."""
        return tuple(each for each in self.questions if each.is_comparable is False)


def compare(before: Questionnaire, after: Questionnaire, between: Sequence[Questionnaire] = ()) -> VersionChanges:
    """What changed from one version to another; `between` are the versions published between them, in that order.

    A question is not comparable where any version after the earlier one says so of it, for it speaks of the one
    before it.
    """
    earlier = {question.key: question for question in before.questions}
    broken = {question.key for each in (*between, after) for question in each.questions if not question.comparable}
    pledges = tuple(
        TextChange(f"Pledge {number}", mark_words(old, new))
        for number, (old, new) in enumerate(zip(before.pledges, after.pledges, strict=True), 1)
        if old != new
    )
    kept = {question.key for question in after.questions}
    sections = [_section(before, section, earlier, broken, kept) for section in after.sections]
    codes = {section.code for section in after.sections}
    gone = [
        SectionChange(section, Fate.GONE, (), _gone(section, kept))
        for section in before.sections
        if section.code not in codes
    ]
    return VersionChanges(pledges, (*sections, *gone))


def _section(
    before: Questionnaire, section: Section, earlier: Mapping[str, Question], broken: set[str], kept: set[str]
) -> SectionChange:
    old = next((each for each in before.sections if each.code == section.code), None)
    questions = tuple(_question(earlier.get(each.key), each, broken) for each in section.questions)
    if old is None:
        return SectionChange(section, Fate.NEW, (), questions)
    texts = tuple(_texts((("Title", old.title, section.title), ("Introduction", old.intro, section.intro))))
    return SectionChange(section, Fate.REWORDED if texts else Fate.SAME, texts, (*questions, *_gone(old, kept)))


def _gone(section: Section, kept: set[str]) -> tuple[QuestionChange, ...]:
    return tuple(QuestionChange(each, Fate.GONE) for each in section.questions if each.key not in kept)


def _question(before: Question | None, after: Question, broken: set[str]) -> QuestionChange:
    if before is None:
        return QuestionChange(after, Fate.NEW)
    texts = (*_texts(_own_texts(before, after)), *_texts(_option_texts(before.options, after.options)))
    asked = tuple(changes_of_structure(before, after))
    fate = Fate.CHANGED if asked else Fate.REWORDED if texts else Fate.SAME
    return QuestionChange(after, fate, texts, asked, is_comparable=after.key not in broken)


Compared = tuple[str, str, str]
"""Which text it is, as it was and as it is."""


def _own_texts(before: Question, after: Question) -> Iterator[Compared]:
    yield "Question", before.label, after.label
    yield "Heading", before.short, after.short
    yield "Guidance", before.hint, after.hint
    yield "First box", before.numerator_label, after.numerator_label
    yield "Second box", before.denominator_label, after.denominator_label
    yield "Third box", before.unknown_label, after.unknown_label


def _option_texts(before: Sequence[Option], after: Sequence[Option]) -> Iterator[Compared]:
    earlier = {option.code: option for option in before}
    for option in after:
        if option.code in earlier:
            old = earlier[option.code]
            yield f"Answer “{old.label}”", old.label, option.label
            yield f"Guidance to the answer “{option.label}”", old.hint, option.hint


def _texts(compared: Iterator[Compared] | tuple[Compared, ...]) -> Iterator[TextChange]:
    return (TextChange(what, mark_words(old, new)) for what, old, new in compared if old != new)
