"""A questionnaire as the text of its file: what `parse` reads again as the same questionnaire."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields
from enum import StrEnum

from anchor_portal.domain.questionnaire.questions import Option, Question, Section

_DEFAULTS = {field.name: field.default for field in fields(Question) if field.default is not MISSING}
_PLAIN = tuple(
    field.name
    for field in fields(Question)
    if field.name not in {"section", "pledge", "options", "show_if", "key", "kind", "label", "short", "hint"}
)
Lists = Mapping[tuple[Option, ...], str]


def write_source(
    code: str, title: str, pledges: Sequence[str], sections: Sequence[Section], remarks: Sequence[str] = ()
) -> str:
    """The text of a version's file; `remarks` stand at its top, each on a line."""
    lists = _shared_lists(sections)
    blocks = [
        [f"# {remark}" for remark in remarks],
        [f"code = {_said(code)}", f"title = {_said(title)}", "pledges = [", *_indented(map(_said, pledges)), "]"],
        list(_option_lists(lists)),
    ]
    for section in sections:
        blocks.append(list(_section(section)))
        blocks += [list(_question(question, lists)) for question in section.questions]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _shared_lists(sections: Sequence[Section]) -> Lists:
    """A name for each list of options that several questions have."""
    used = Counter(question.options for section in sections for question in section.questions if question.options)
    shared = [options for options, times in used.items() if times > 1]
    return {options: f"list-{number}" for number, options in enumerate(shared, 1)}


def _option_lists(lists: Lists) -> Iterator[str]:
    if lists:
        yield "[option_lists]"
    for options, name in lists.items():
        yield from _options(name, options)


def _options(key: str, options: Sequence[Option]) -> Iterator[str]:
    yield f"{key} = ["
    yield from _indented(map(_option, options))
    yield "]"


def _option(option: Option) -> str:
    hint = f", hint = {_said(option.hint)}" if option.hint else ""
    return f"{{ code = {_said(option.code)}, label = {_said(option.label)}{hint} }}"


def _indented(items: Iterable[str]) -> Iterator[str]:
    return (f"  {item}," for item in items)


def _section(section: Section) -> Iterator[str]:
    yield "[[sections]]"
    yield f"code = {_said(section.code)}"
    yield f"title = {_said(section.title)}"
    if section.pledge is not None:
        yield f"pledge = {section.pledge}"
    if section.intro:
        yield f"intro = {_text(section.intro)}"


def _question(question: Question, lists: Lists) -> Iterator[str]:
    yield "[[sections.questions]]"
    yield f"key = {_said(question.key)}"
    yield f"kind = {_said(question.kind)}"
    yield f"label = {_said(question.label)}"
    yield f"short = {_said(question.short)}"
    if question.hint:
        yield f"hint = {_text(question.hint)}"
    for name in _PLAIN:
        value = getattr(question, name)
        if value != _DEFAULTS[name]:
            yield f"{name} = {_said(value)}"
    if question.show_if:
        equals = _said(question.show_if.equals)
        yield f"show_if = {{ question = {_said(question.show_if.question)}, equals = {equals} }}"
    if question.options in lists:
        yield f"option_list = {_said(lists[question.options])}"
    elif question.options:
        yield from _options("options", question.options)


def _said(value: object) -> str:
    """A value as TOML; JSON writes strings, numbers and flags in a way that TOML reads alike."""
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_said, value)) + "]"
    return json.dumps(str(value) if isinstance(value, StrEnum) else value, ensure_ascii=False)


def _text(text: str) -> str:
    """Words of one paragraph or several."""
    if "\n" not in text:
        return _said(text)
    lines = [_said(line)[1:-1] for line in text.split("\n")]
    return '"""\n' + "\n".join(lines) + '"""'
