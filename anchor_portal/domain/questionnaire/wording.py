"""Changing the words of a questionnaire and nothing else: which texts there are, and the questionnaire with others."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from anchor_portal.domain.answers.text import clean_line, clean_text
from anchor_portal.domain.questionnaire.continuity import fits
from anchor_portal.domain.questionnaire.keys import OPTION_KEYS, QUESTION_KEYS, SECTION_KEYS, Keys, Misfit
from anchor_portal.domain.questionnaire.questions import Option, Question, Section
from anchor_portal.domain.questionnaire.version import Questionnaire

LONGEST = 5000
"""Characters of one text."""
_OWN = {
    "label": "Question",
    "short": "Heading in lists and exports",
    "hint": "Guidance",
    "numerator_label": "First box",
    "denominator_label": "Second box",
    "unknown_label": "Third box",
}
_LONG = {"hint", "intro"}
_ALWAYS = {"label", "short", "title"}
_LEVELS = (".level_now", ".level_aim")


class WordsRefused(Exception):
    """Texts that cannot stand; `problems` has a sentence for each, by the name of the text."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = dict(problems)
        super().__init__("; ".join(self.problems.values()))


@dataclass(frozen=True, slots=True)
class Words:
    """One text that can be changed: its name in the form, what it is, and what it says now."""

    name: str
    what: str
    text: str
    is_needed: bool
    is_long: bool


@dataclass(frozen=True, slots=True)
class WordGroup:
    """The texts of one question, or of the section itself where `question` is None.

    `shared_by` are the headings of other questions that have the same list of answers, which changes for all of them.
    """

    question: Question | None
    words: tuple[Words, ...]
    shared_by: tuple[str, ...] = ()
    options_at: str = ""
    """The heading of the question where the words of these answers are changed, if that is another one."""

    @property
    def says_levels(self) -> bool:
        """Whether its answers are levels, whose meaning on each pledge is no part of a version."""
        return self.question is not None and self.question.key.endswith(_LEVELS) and not self.options_at


def word_groups(questionnaire: Questionnaire, section: Section) -> tuple[WordGroup, ...]:
    """Every text of a section that can be changed, in the order of its page."""
    own = (
        Words("section:title", "Title of the section", section.title, is_needed=True, is_long=False),
        Words("section:intro", "Introduction", section.intro, is_needed=False, is_long=True),
    )
    questions = (_group(questionnaire, question) for question in section.questions)
    return (WordGroup(None, own), *questions)


def _group(questionnaire: Questionnaire, question: Question) -> WordGroup:
    same = [each for each in questionnaire.questions if each.options == question.options and question.options]
    words = tuple(_own_words(question))
    if same and same[0] != question:
        return WordGroup(question, words, options_at=same[0].short)
    return WordGroup(question, (*words, *_option_words(question)), tuple(each.short for each in same[1:]))


def _own_words(question: Question) -> Iterator[Words]:
    for name, what in _OWN.items():
        text = getattr(question, name)
        if name in {"label", "short", "hint"} or text:
            is_needed = name in _ALWAYS or name.endswith("_label")
            yield Words(f"{question.key}:{name}", what, text, is_needed, name in _LONG)


def _option_words(question: Question) -> Iterator[Words]:
    for option in question.options:
        at = f"{question.key}:option:{option.code}"
        yield Words(f"{at}:label", f"Answer “{option.code}”", option.label, is_needed=True, is_long=False)
        if not question.key.endswith(_LEVELS):
            guidance = f"Guidance to the answer “{option.code}”"
            yield Words(f"{at}:hint", guidance, option.hint, is_needed=False, is_long=False)


def change_words(questionnaire: Questionnaire, section: Section, typed: Mapping[str, str]) -> tuple[Section, ...]:
    """All sections of the questionnaire, with other words in one of them; a name that is no text of it is passed over.

    Answers that several questions share change in all of them. Raises WordsRefused where a text cannot stand.
    """
    texts: dict[str, str] = {}
    problems: dict[str, str] = {}
    for words in (each for group in word_groups(questionnaire, section) for each in group.words):
        if words.name not in typed:
            continue
        try:
            texts[words.name] = _read(words, typed[words.name])
        except Misfit as misfit:
            problems[words.name] = f"{words.what} {misfit}"
    if problems:
        raise WordsRefused(problems)
    swapped = _swapped_options(section, texts)
    changed = tuple(
        _with_words(each, texts if each.code == section.code else {}, swapped) for each in questionnaire.sections
    )
    _refuse_alike(section, changed)
    return changed


def _refuse_alike(section: Section, sections: Sequence[Section]) -> None:
    """No two questions may have the same heading: lists and exports tell them apart by it."""
    every = [question for each in sections for question in each.questions]
    shorts = Counter(question.short for question in every)
    alike = [question for question in every if question.section == section.code and shorts[question.short] > 1]
    if alike:
        said = "Another question has this heading: no two may be alike"
        raise WordsRefused({f"{question.key}:short": said for question in alike})


def _read(words: Words, typed: str) -> str:
    text = clean_text(typed).strip() if words.is_long and not words.name.count(":option:") else clean_line(typed)
    if not text and not words.is_needed:
        return ""
    if len(text) > LONGEST:
        raise Misfit(f"has {len(text):,} characters, and there is room for {LONGEST:,}")
    return str(_keys_of(words.name)[words.name.rpartition(":")[2]].read(text))


def _keys_of(name: str) -> Keys:
    if name.startswith("section:"):
        return SECTION_KEYS
    return OPTION_KEYS if ":option:" in name else QUESTION_KEYS


Swapped = Mapping[tuple[Option, ...], tuple[Option, ...]]


def _swapped_options(section: Section, texts: Mapping[str, str]) -> Swapped:
    """Each list of answers whose words are given, with the list that takes its place everywhere."""
    return {
        question.options: tuple(_option(question, option, texts) for option in question.options)
        for question in reversed(section.questions)
        if any(f"{question.key}:option:{option.code}:label" in texts for option in question.options)
    }


def _option(question: Question, option: Option, texts: Mapping[str, str]) -> Option:
    at = f"{question.key}:option:{option.code}"
    return replace(option, label=texts.get(f"{at}:label", option.label), hint=texts.get(f"{at}:hint", option.hint))


def _with_words(section: Section, texts: Mapping[str, str], swapped: Swapped) -> Section:
    questions = tuple(_question(question, texts, swapped) for question in section.questions)
    title, intro = texts.get("section:title", section.title), texts.get("section:intro", section.intro)
    return replace(section, title=title, intro=intro, questions=questions)


def _question(question: Question, texts: Mapping[str, str], swapped: Swapped) -> Question:
    own = {name: texts[f"{question.key}:{name}"] for name in _OWN if f"{question.key}:{name}" in texts}
    return replace(question, options=swapped.get(question.options, question.options), **own)  # type: ignore[arg-type]


def following(sections: Iterable[Section], last: Questionnaire) -> tuple[Section, ...]:
    """The sections for a version that follows `last`: what that one asks alike is comparable with it again.

    A question that has another kind or unit there says that it is not.
    """
    before = {question.key: question for question in last.questions}
    return tuple(
        replace(
            section,
            questions=tuple(
                replace(each, comparable=each.key not in before or fits(before[each.key], each))
                for each in section.questions
            ),
        )
        for section in sections
    )
