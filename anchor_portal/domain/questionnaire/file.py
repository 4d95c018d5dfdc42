"""Strict reading of a questionnaire file: every fault is found, with its line, and nothing is guessed."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from anchor_portal.domain.questionnaire.keys import (
    FILE_KEYS,
    OPTION_KEYS,
    QUESTION_KEYS,
    SECTION_KEYS,
    SHOW_IF_KEYS,
    Keys,
    Misfit,
)
from anchor_portal.domain.questionnaire.questions import Option, Question, Section, ShowIf
from anchor_portal.domain.questionnaire.rules import Surroundings, question_faults, signoff_faults
from anchor_portal.domain.questionnaire.toml_lines import Place, key_lines, line_of

_LONG_KEY = re.compile(
    r"(?<![\w-])(?:[\w-]++|\"[^\"\n]*\"|'[^'\n]*')(?:[ \t]*+\.[ \t]*+(?:[\w-]++|\"[^\"\n]*\"|'[^'\n]*')){30}"
)
"""More than 30 parts: any key of ours has one."""


class QuestionnaireError(ValueError):
    """A questionnaire file that cannot be used; each of `problems` is a sentence that names file and line."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


@dataclass(frozen=True, slots=True)
class Contents:
    """What a questionnaire file says, once all of it has been found sound."""

    code: str
    title: str
    pledges: tuple[str, ...]
    sections: tuple[Section, ...]


def read_contents(source: str, name: str) -> Contents:
    """Read the text of a file; raises QuestionnaireError with every problem found."""
    try:
        source.encode()
        _refuse_long_keys(source)
        data, lines = tomllib.loads(source), key_lines(source)
    except (ValueError, RecursionError) as error:
        line, text = _syntax_fault(source, error)
        raise QuestionnaireError([f"{name}, line {line}: {text}"]) from None
    reader = _Reader(lines)
    contents = reader.read_file(data)
    if reader.faults:
        faults = sorted(reader.faults, key=lambda fault: fault[0])
        raise QuestionnaireError(f"{name}, line {line}: {text}" for line, text in faults)
    return contents


def _refuse_long_keys(source: str) -> None:
    """Reading takes the square of a key's parts, so that a small file could keep the portal busy for minutes."""
    found = _LONG_KEY.search(source)
    if found:
        raise tomllib.TOMLDecodeError(
            f"A key has too many parts (at line {source.count(chr(10), 0, found.start()) + 1})"
        )


def _syntax_fault(source: str, error: ValueError | RecursionError) -> tuple[int, str]:
    """Give line and sentence for a text that is not TOML."""
    if isinstance(error, RecursionError):
        return 1, "brackets stand too deep inside each other"
    if isinstance(error, UnicodeEncodeError):
        return source.count("\n", 0, error.start) + 1, "holds half of a character"
    if not isinstance(error, tomllib.TOMLDecodeError):
        return 1, "a number is too long to be read"
    words, _, position = str(error).partition(" (at ")
    found = re.match(r"line (\d+)", position)
    line = int(found[1]) if found else source.count("\n") + 1
    if words == "Cannot overwrite a value":
        words = "the same key is given twice"
    return line, f"cannot be read as TOML: {words[:1].lower()}{words[1:]}"


@dataclass(slots=True)
class _Declared:
    """A question with its place in the file and the keys given for it; None where its kind is not known."""

    place: Place
    key: str
    given: frozenset[str]
    question: Question | None


@dataclass(slots=True)
class _Reader:
    """Reads tables into our types and gathers faults as it goes; what it gives counts only without any."""

    lines: Mapping[Place, int]
    faults: list[tuple[int, str]] = field(default_factory=list)
    declared: list[_Declared] = field(default_factory=list)
    option_lists: dict[str, tuple[Option, ...]] = field(default_factory=dict)

    def read_file(self, data: dict[str, Any]) -> Contents:
        values = self._read_table(data, (), "the file", FILE_KEYS)
        self._read_option_lists(values.get("option_lists", {}))
        sections = [
            self._read_section(value, place) for place, value in self._items(values.get("sections", []), ("sections",))
        ]
        placed = [(("sections", index), section) for index, section in enumerate(sections)]
        self._refuse_repeats("section code", [(place, section.code) for place, section in placed])
        self._refuse_repeats("pledge", [(place, section.pledge) for place, section in placed])
        self._refuse_repeats("question key", [(each.place, each.key) for each in self.declared])
        self._apply_rules(sections)
        return Contents(values.get("code", ""), values.get("title", ""), values.get("pledges", ()), tuple(sections))

    def _fault(self, place: Place, text: str) -> None:
        self.faults.append((line_of(self.lines, place), text))

    def _read_table(self, value: object, place: Place, what: str, keys: Keys) -> dict[str, Any]:
        """Give the values that can stand where they do, in our types; the others are faults."""
        if not isinstance(value, dict):
            self._fault(place, f"{what} must be a table of keys and values")
            return {}
        for key in value:
            if key not in keys:
                self._fault((*place, key), f"unknown key {key[:60]!r} in {what}")
        read = {}
        for key, entry in keys.items():
            if key not in value:
                if entry.required:
                    self._fault(place, f"{what} needs {key}")
                continue
            try:
                read[key] = entry.read(value[key])
            except Misfit as misfit:
                self._fault((*place, key), f"{key} {misfit}")
        return read

    def _items(self, value: object, place: Place) -> list[tuple[Place, object]]:
        """Give each item of a list with its place; anything but a list with something in it is a fault."""
        if not isinstance(value, list) or not value:
            self._fault(place, f"{place[-1]} must be a list, with something in it")
            return []
        return [((*place, index), item) for index, item in enumerate(value)]

    def _refuse_repeats(self, what: str, named: list[tuple[Place, str | int | None]]) -> None:
        seen: dict[str | int, Place] = {}
        for place, name in named:
            if not name:
                continue
            if name in seen:
                line = line_of(self.lines, seen[name])
                self._fault(place, f"the {what} {name!r} is used twice, first in line {line}")
            seen.setdefault(name, place)

    def _read_option_lists(self, value: object) -> None:
        if not isinstance(value, dict):
            self._fault(("option_lists",), "option_lists must be a table of lists")
            return
        for name, options in value.items():
            self.option_lists[name] = self._read_options(options, ("option_lists", name))

    def _read_options(self, value: object, place: Place) -> tuple[Option, ...]:
        options, codes = [], []
        for at, item in self._items(value, place):
            values = self._read_table(item, at, "an option", OPTION_KEYS)
            options.append(Option(**{"code": "", "label": "", **values}))
            codes.append((at, values.get("code")))
        self._refuse_repeats("option code", codes)
        return tuple(options)

    def _read_section(self, value: object, place: Place) -> Section:
        values = self._read_table(value, place, "a section", SECTION_KEYS)
        section = Section(
            code=values.get("code", ""),
            title=values.get("title", ""),
            questions=(),
            pledge=values.get("pledge"),
            intro=values.get("intro", ""),
        )
        if "questions" not in values:
            return section
        found = [
            self._read_question(item, at, section)
            for at, item in self._items(values["questions"], (*place, "questions"))
        ]
        self.declared += found
        return replace(section, questions=tuple(each.question for each in found if each.question))

    def _read_question(self, value: object, place: Place, section: Section) -> _Declared:
        values = self._read_table(value, place, "a question", QUESTION_KEYS)
        given = frozenset(value if isinstance(value, dict) else ())
        if "show_if" in values:
            values["show_if"] = self._read_show_if(values["show_if"], (*place, "show_if"))
        if "options" in values:
            values["options"] = self._read_options(values["options"], (*place, "options"))
        if "option_list" in values:
            values["options"] = self._find_options(values.pop("option_list"), place)
        question = None
        if "kind" in values:
            blank = {"key": "", "label": "", "short": ""}
            question = Question(section=section.code, pledge=section.pledge, **{**blank, **values})
        return _Declared(place, values.get("key", ""), given, question)

    def _read_show_if(self, value: object, place: Place) -> ShowIf | None:
        values = self._read_table(value, place, "show_if", SHOW_IF_KEYS)
        return ShowIf(**values) if len(values) == len(SHOW_IF_KEYS) else None

    def _find_options(self, name: str, place: Place) -> tuple[Option, ...]:
        if name not in self.option_lists:
            text = f"option_list names {name!r}, which option_lists does not have"
            self._fault((*place, "option_list"), text)
        return self.option_lists.get(name, ())

    def _apply_rules(self, sections: list[Section]) -> None:
        earlier: dict[str, Question | None] = {}
        around = Surroundings(earlier, frozenset(each.key for each in self.declared))
        for each in self.declared:
            if each.question:
                for key, text in question_faults(each.question, each.given, around):
                    self._fault((*each.place, key), text)
            earlier[each.key] = each.question
        for index, text in signoff_faults(sections):
            self._fault(() if index is None else ("sections", index), text)
