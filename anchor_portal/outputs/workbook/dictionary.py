"""The data dictionary of a round's workbook: every question with its parts, their meaning and values."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from anchor_portal.domain.answers.parts import REASONS, STATES, Asking, Level
from anchor_portal.domain.answers.reading import LEVEL_COLUMNS, YES_NO
from anchor_portal.domain.answers.shares import BASES, COUNTS
from anchor_portal.domain.questionnaire.version import Kind, Need, Option, Question, Questionnaire
from anchor_portal.domain.sectors import SECTORS, TIERS
from anchor_portal.outputs.workbook.plain import Column, Entry, Sheet

KINDS = {
    Kind.SHARE: "How many out of how many",
    Kind.CHOICE: "One of several answers",
    Kind.YES_NO: "Yes or no",
    Kind.CHOICES: "Several answers",
    Kind.NUMBER: "Number",
    Kind.DATE: "Date",
    Kind.YEAR: "Year",
    Kind.LINK: "Web address",
    Kind.NARRATIVE: "Text",
    Kind.LEVELS: "Table of employees by level",
    Kind.CASE_STUDIES: "Case studies",
    Kind.FILES: "Evidence",
    Kind.SIGNOFF: "Sign-off",
}
UNITS = {"people": "people", "fte": "full-time equivalents", "contracts": "contracts", "gbp": "pounds"}
NEEDS = {
    Need.REQUIRED: "Must be answered",
    Need.EXPECTED: "Expected; blank is pointed out",
    Need.OPTIONAL: "Optional",
}
ONE_VALUE = {
    Kind.NUMBER: "a number",
    Kind.DATE: "a date, such as 2026-06-30",
    Kind.YEAR: "a year, such as 2040",
    Kind.LINK: "a web address",
    Kind.NARRATIVE: "text",
}


class PartMeaning(NamedTuple):
    """A part of an answer: its name in the files, what it is, which values it takes, and its unit."""

    part: str
    meaning: str
    values: str
    unit: str = ""


Meanings = Iterator[PartMeaning]


def dictionary_sheet() -> Sheet:
    """One row for each part of each question, then the parts that any answer may have."""
    columns = (
        Column("Question", 24, "wrapped"),
        Column("Part", 24, "wrapped"),
        Column("What the part is", 44, "wrapped"),
        Column("Values", 44, "wrapped"),
        Column("Unit", 20, "wrapped"),
        Column("Question in short", 34, "wrapped"),
        Column("Question as asked", 60, "wrapped"),
        Column("Kind", 22, "wrapped"),
        Column("Section", 34, "wrapped"),
        Column("Pledge", 8, "whole"),
        Column("Asked of", 30, "wrapped"),
        Column("Need", 28, "wrapped"),
        Column(
            "Comparable with the version before", 16, "wrapped", "No: figures of earlier versions mean something else."
        ),
        Column("Guidance", 90, "wrapped"),
    )
    return Sheet("Data dictionary", columns, frozen_columns=2)


def dictionary_rows(questionnaire: Questionnaire, askings: list[Asking]) -> Iterator[tuple[Entry, ...]]:
    """Its rows; `askings` is one for each scale of levels that organisations of the round use."""
    for section in questionnaire.sections:
        for question in section.questions:
            for part in _parts(question, askings):
                yield (question.key, *part, *_about(question, section.title, section.pledge))
    for part in _any_answer():
        yield ("(any question)", *part)


def _about(question: Question, section: str, pledge: int | None) -> tuple[Entry, ...]:
    asked_of = "; ".join(SECTORS[sector] for sector in question.asked_of) or "Everyone"
    if question.may_answer:
        asked_of += f" (may also answer: {'; '.join(SECTORS[sector] for sector in question.may_answer)})"
    if question.show_if is not None:
        asked_of += f", where {question.show_if.question} is {' or '.join(question.show_if.equals)}"
    comparable = "Yes" if question.comparable else "No"
    about = (question.short, question.label, KINDS[question.kind], section, pledge)
    return (*about, asked_of, NEEDS[question.need], comparable, question.hint.strip())


def _parts(question: Question, askings: list[Asking]) -> Meanings:
    if question.kind in ONE_VALUE:
        yield PartMeaning("", "The answer", ONE_VALUE[question.kind], UNITS.get(str(question.unit or ""), ""))
    else:
        yield from _OF_KIND[question.kind](question, askings)


def _share(question: Question, askings: list[Asking]) -> Meanings:
    unit = UNITS[str(question.unit or "people")]
    if not question.percent_only:
        for part in COUNTS:
            meaning = getattr(question, f"{part}_label") or part.capitalize()
            yield PartMeaning(part, meaning, "a number", unit)
    yield PartMeaning("basis", "What the counts rest on", _values(BASES.items()))
    why = "The percentage" if question.percent_only else "The percentage, where the counts are not known"
    yield PartMeaning("percent", why, "a number from 0 to 100", "per cent")


def _choice(question: Question, askings: list[Asking]) -> Meanings:
    options = YES_NO if question.kind is Kind.YES_NO else _options(question, askings)
    yield PartMeaning("", "The answer", _values((option.code, option.label) for option in options))


def _choices(question: Question, askings: list[Asking]) -> Meanings:
    for option in _options(question, askings):
        yield PartMeaning(option.code, option.label, "yes, or no row where it was not chosen")


def _options(question: Question, askings: list[Asking]) -> tuple[Option, ...]:
    return askings[0].options(question) if askings else question.options


def _levels(question: Question, askings: list[Asking]) -> Meanings:
    levels: dict[str, Level] = {level.code: level for asking in askings for level in asking.levels}
    for level in levels.values():
        parts = ", ".join(f"{level.code}.{column}" for column in LEVEL_COLUMNS)
        yield PartMeaning(parts, f"{level.name} (tier: {TIERS[level.tier]})", "a whole number for each", "people")


def _case_studies(question: Question, askings: list[Asking]) -> Meanings:
    places = _values((option.code, option.label) for option in askings[0].places) if askings else "a place’s code"
    yield PartMeaning("1.title", "Title of the first case study; 2.title of the second, and so on", "text")
    yield PartMeaning("1.story", "Its story", "text")
    yield PartMeaning("1.pledge", "The pledge that it is about", "1 to 7")
    yield PartMeaning("1.place", "The place where it happened", places)
    yield PartMeaning("1.publish", "Permission to publish it", _values((each.code, each.label) for each in YES_NO))


def _files(question: Question, askings: list[Asking]) -> Meanings:
    yield PartMeaning(
        "1.link", "Address of the first piece of evidence; 2.link of the second, and so on", "a web address"
    )
    yield PartMeaning("1.file", "Or its identifier, where it is a file and not a link", "32 hexadecimal digits")
    yield PartMeaning("1.name", "The name of the file", "text")
    yield PartMeaning("1.digest", "SHA-256 of what is in the file", "64 hexadecimal digits")
    yield PartMeaning("1.caption", "What it shows", "text")
    yield PartMeaning("1.about", "The date that it is about", "a date, such as 2026-06-30")


def _signoff(question: Question, askings: list[Asking]) -> Meanings:
    yield PartMeaning("name", "Name of the senior person who signed", "text")
    yield PartMeaning("role", "Their role", "text")
    yield PartMeaning("date", "The day of signing", "a date, such as 2026-06-30")


_OF_KIND: dict[Kind, Callable[[Question, list[Asking]], Meanings]] = {
    Kind.SHARE: _share,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _choice,
    Kind.CHOICES: _choices,
    Kind.LEVELS: _levels,
    Kind.CASE_STUDIES: _case_studies,
    Kind.FILES: _files,
    Kind.SIGNOFF: _signoff,
}


def _any_answer() -> Meanings:
    reasons = f"words, or one of: {_values(REASONS.items())}"
    yield PartMeaning("state", "Given in the place of an answer", _values(STATES.items()))
    yield PartMeaning("reason", "Why there is no answer, why a level changed, or why a sum differs", reasons)
    yield PartMeaning("explanation", "The organisation’s explanation of an unusual figure", "text")


def _values(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"{code}: {name}" for code, name in pairs)
