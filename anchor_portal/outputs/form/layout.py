"""The spreadsheet of a return before it is drawn: a sheet for each section, a block for each question, and its boxes.

What a box holds is decided here once, for the workbook that is written and for the one that comes back.
"""

from collections.abc import Iterator

from anchor_portal.domain.answers.answer import LONGEST_SIDE, say_answer
from anchor_portal.domain.answers.completeness import is_for
from anchor_portal.domain.answers.items import file_numbers
from anchor_portal.domain.answers.parts import (
    PLACES,
    REASONS,
    SIDE_PARTS,
    STATES,
    Answers,
    Asking,
    Parts,
    is_item,
    item_numbers,
)
from anchor_portal.domain.answers.reading import ITEM_PARTS, LEVEL_COLUMNS, LONGEST_LINE, LONGEST_LINK, YES_NO
from anchor_portal.domain.answers.saying import say_amount
from anchor_portal.domain.answers.shares import BASES, COUNTS, label_of
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.domain.questionnaire.version import Kind, Need, Option, Question, Questionnaire, Section, Unit
from anchor_portal.outputs.form.boxes import Block, Box, Input, Line, Tab

STATELESS = frozenset({Kind.CASE_STUDIES, Kind.FILES, Kind.SIGNOFF})
"""Kinds that cannot be "not known" or "not applicable"."""
LINK_PARTS = ("link", "caption", "about")
"""What the spreadsheet has of a piece of evidence; an uploaded file is only mentioned."""
FEWEST_ITEMS, SPARE_ITEMS = 3, 2
"""Items of a repeating question that are offered: so many at least, and so many more than there are."""
LONGEST_TAB = 31
UNITS = {Unit.PEOPLE: "people", Unit.FTE: "FTE", Unit.CONTRACTS: "contracts", Unit.GBP: "£"}
_FORBIDDEN = str.maketrans("", "", "[]:*?/\\'")
_LABELS = {
    "basis": "How do you know these figures?",
    "percent": "Percentage, where the counts are not known",
    "title": "Title",
    "story": "Story",
    "pledge": "Pledge that it is about",
    "place": "Place",
    "publish": "May we publish it?",
    "link": "Web address",
    "caption": "What it shows",
    "about": "Date that it is about",
}


def lay_out(questionnaire: Questionnaire, asking: Asking, answers: Answers, last: Answers) -> tuple[Tab, ...]:
    """The sheets for one organisation, with what is stored and what was said last time; the sign-off is not in them."""
    tabs: list[Tab] = []
    for section in questionnaire.form_sections:
        blocks = tuple(
            _block(questionnaire, question, asking, answers.get(question.key, {}), last.get(question.key, {}))
            for question in section.questions
            if is_for(question, asking)
        )
        if blocks:
            pledge = questionnaire.pledges[section.pledge - 1] if section.pledge else ""
            tabs.append(Tab(_tab_name(section, [tab.name for tab in tabs]), section, pledge, blocks))
    return tuple(tabs)


def _tab_name(section: Section, taken: list[str]) -> str:
    """The title as far as a tab takes it: "Pledge 2" of "Pledge 2: employing and buying locally"."""
    words = section.title.partition(":")[0].translate(_FORBIDDEN).split()
    while len(" ".join(words)) > LONGEST_TAB - 4 or words[-1:] in (["and"], ["by"], ["of"]):
        words = words[:-1]
    name, number = " ".join(words) or section.code, 2
    while name.lower() in {each.lower() for each in taken}:
        name, number = f"{' '.join(words)} {number}", number + 1
    return name[:LONGEST_TAB]


def _block(questionnaire: Questionnaire, question: Question, asking: Asking, parts: Parts, last: Parts) -> Block:
    kind = question.kind
    make = {Kind.LEVELS: _level_lines, Kind.CASE_STUDIES: _case_study_lines, Kind.FILES: _link_lines}.get(kind, _lines)
    lines = tuple(make(question, asking, parts, last))
    whole_last = kind in ITEM_PARTS or kind is Kind.CHOICES or "state" in last
    return Block(
        question,
        lines,
        tuple(_hints(question, asking)),
        _condition(questionnaire, question, asking),
        _headings(question),
        tuple(_side(question, asking, parts)),
        tuple(_kept_files(question, parts)),
        "\n".join(say_answer(question, last, asking)) if whole_last else "",
    )


def _hints(question: Question, asking: Asking) -> Iterator[str]:
    """The hint of the question, and those of its options."""
    if question.hint.strip():
        yield question.hint.strip()
    hints = [f"{option.label}: {option.hint}" for option in asking.options(question) if option.hint]
    if hints:
        yield "\n".join(hints)


def _condition(questionnaire: Questionnaire, question: Question, asking: Asking) -> str:
    """When the question is asked, in words; empty where it always is."""
    rule = question.show_if
    if rule is None:
        return ""
    before = questionnaire.question(rule.question)
    labels = {option.code: option.label for option in (*YES_NO, *asking.options(before))}
    answers = " or ".join(f"“{labels.get(code, code)}”" for code in rule.equals)
    return f"Only if you answered {answers} to: {before.short}."


def _headings(question: Question) -> tuple[str, ...]:
    if question.kind is Kind.LEVELS:
        return ("Band or level", *(words[:1].upper() + words[1:] for words in LEVEL_COLUMNS.values()), "All")
    return ("Link", *(_LABELS[part] for part in LINK_PARTS)) if question.kind is Kind.FILES else ()


def box_for(question: Question, part: str, asking: Asking, parts: Parts | None = None) -> Box | None:
    """The box of a part, with what stands in it; None for a part that the spreadsheet has no box for."""
    value = (parts or {}).get(part, "")
    if part in SIDE_PARTS or part == "state":
        return None if question.kind in STATELESS else _side_box(question, part, parts or {})
    if question.kind in ITEM_PARTS:
        names = LINK_PARTS if question.kind is Kind.FILES else ITEM_PARTS[question.kind]
        return _item_box(question, part, asking, value) if is_item(part, names) else None
    if question.kind is Kind.CHOICES:
        is_option = part in {option.code for option in asking.options(question)}
        return Box(question, part, Input.MARK, value, YES_NO[:1]) if is_option else None
    if question.kind is Kind.LEVELS:
        is_cell = part in {f"{level.code}.{column}" for level in asking.levels for column in LEVEL_COLUMNS}
        return Box(question, part, Input.AMOUNT, value) if is_cell else None
    if question.kind is Kind.SHARE:
        return _share_box(question, part, value)
    return _one_box(question, asking, value) if part == "" else None


def _side_box(question: Question, part: str, parts: Parts) -> Box:
    if part != "state":
        value = parts.get(part, "")
        picked = part == "reason" and "state" in parts and value in REASONS
        return Box(question, part, Input.LINE, "" if picked else value, most=LONGEST_SIDE)
    state, reason = parts.get("state", ""), parts.get("reason", "")
    value = f"{state}:{reason if reason in REASONS else 'other'}" if state else ""
    return Box(question, part, Input.PICK, value, ways_not_to_answer(question, value))


def ways_not_to_answer(question: Question, chosen: str = "") -> tuple[Option, ...]:
    """What a person may say instead of an answer, as the form offers it, with what was chosen before."""
    offered = [
        Option("not_known:not_held", REASONS["not_held"]),
        Option("not_known:other", "We do not know it, for another reason"),
        *(Option(f"not_applicable:{code}", _not_applicable(code)) for code in question.not_applicable),
    ]
    if chosen and chosen not in {option.code for option in offered}:
        state, _, reason = chosen.partition(":")
        words = STATES.get(state, state)
        offered.append(Option(chosen, f"{words}: {REASONS[reason]}" if reason in REASONS else f"{words}, for a reason"))
    return tuple(offered)


def _not_applicable(code: str) -> str:
    return f"Not applicable: {REASONS[code][:1].lower()}{REASONS[code][1:]}"


def _share_box(question: Question, part: str, value: str) -> Box | None:
    if part == "percent":
        return Box(question, part, Input.PERCENT, value, places=2, most=100)
    if part == "basis":
        bases = tuple(Option(code, words) for code, words in BASES.items())
        return Box(question, part, Input.PICK, value or question.default_basis, bases) if has_basis(question) else None
    is_count = part in COUNTS and not question.percent_only
    return Box(question, part, Input.AMOUNT, value, places=PLACES[question.unit or Unit.PEOPLE]) if is_count else None


def has_basis(question: Question) -> bool:
    """Whether the form says how the figures of a share are known: it does by itself where that is not "actual"."""
    return question.kind is Kind.SHARE and (not question.percent_only or question.default_basis != "actual")


def _item_box(question: Question, part: str, asking: Asking, value: str) -> Box:
    name = part.partition(".")[2]
    pledges = tuple(Option(str(number), f"{number} {title}") for number, title in PLEDGES.items())
    options = {"pledge": pledges, "place": asking.places, "publish": YES_NO}
    if name in options:
        return Box(question, part, Input.PICK, value, options[name])
    if name == "about":
        return Box(question, part, Input.DATE, value)
    if name == "story":
        return Box(question, part, Input.TEXT, value, most=question.max_length)
    return Box(question, part, Input.LINE, value, most=LONGEST_LINK if name == "link" else LONGEST_LINE)


def _one_box(question: Question, asking: Asking, value: str) -> Box:
    if question.kind is Kind.NUMBER:
        places = PLACES[question.unit or Unit.PEOPLE]
        return Box(question, "", Input.AMOUNT, value, places=places, most=question.maximum)
    if question.kind in {Kind.DATE, Kind.YEAR}:
        return Box(question, "", Input(question.kind.value), value)
    if question.kind is Kind.NARRATIVE:
        return Box(question, "", Input.TEXT, value, most=question.max_length)
    if question.kind is Kind.LINK:
        return Box(question, "", Input.LINE, value, most=LONGEST_LINK)
    options = YES_NO if question.kind is Kind.YES_NO else asking.offered(question, value)
    return Box(question, "", Input.PICK, value, options)


def _lines(question: Question, asking: Asking, parts: Parts, last: Parts) -> Iterator[Line]:
    """A row for each part of a question that is no table."""
    for part, label in _parts_of(question, asking):
        box = box_for(question, part, asking, parts)
        if box is not None:
            yield Line(label, (box,), _say_last(box, question, last, asking), _note(box))


def _parts_of(question: Question, asking: Asking) -> list[tuple[str, str]]:
    """The parts of a question with the words beside their boxes."""
    if question.kind is Kind.CHOICES:
        return [(option.code, option.label) for option in asking.options(question)]
    if question.kind is not Kind.SHARE:
        return [("", "Answer")]
    if question.percent_only:
        return [("percent", "Percentage"), ("basis", _LABELS["basis"])]
    counts = [(part, label_of(question, part)) for part in COUNTS]
    return [
        *counts[:2],
        ("unknown", f"{counts[2][1]} (if any)"),
        *((part, _LABELS[part]) for part in ("basis", "percent")),
    ]


def _say_last(box: Box, question: Question, last: Parts, asking: Asking) -> str:
    """Last time's value of one part, in words."""
    text = last.get(box.part, "")
    if not text or "state" in last:
        return ""
    if question.kind is not Kind.SHARE:
        return "\n".join(say_answer(question, last, asking)) if box.part == "" else {"yes": "Yes"}.get(text, text)
    if box.part == "basis":
        return BASES.get(text, text)
    return f"{text}%" if box.part == "percent" else say_amount(text, question.unit)


def _note(box: Box) -> str:
    if box.input is Input.AMOUNT:
        return UNITS.get(box.question.unit or Unit.PEOPLE, "")
    notes = {
        Input.PERCENT: "per cent, like 62.5",
        Input.MARK: "Yes, or leave blank",
        Input.DATE: "date, like 30/6/2026",
        Input.YEAR: "year, like 2040",
        Input.TEXT: f"up to {box.most:,} characters" if box.most else "",
        Input.PICK: "choose from the list",
    }
    return notes.get(box.input, "")


def _level_lines(question: Question, asking: Asking, parts: Parts, last: Parts) -> Iterator[Line]:
    for level in asking.levels:
        cells = [f"{level.code}.{column}" for column in LEVEL_COLUMNS]
        boxes = tuple(Box(question, cell, Input.AMOUNT, parts.get(cell, "")) for cell in cells)
        before = [
            f"{say_amount(last[cell], None)} {words}"
            for cell, words in zip(cells, LEVEL_COLUMNS.values(), strict=True)
            if cell in last
        ]
        yield Line(level.name, boxes, ", ".join(before))


def _case_study_lines(question: Question, asking: Asking, parts: Parts, last: Parts) -> Iterator[Line]:
    names = ITEM_PARTS[question.kind]
    for place, number in enumerate(_offered_items(question, parts, names), start=1):
        for name in names:
            box = _item_box(question, f"{number}.{name}", asking, parts.get(f"{number}.{name}", ""))
            yield Line(f"{place}. {_LABELS[name]}", (box,), "", _note(box))


def _link_lines(question: Question, asking: Asking, parts: Parts, last: Parts) -> Iterator[Line]:
    """A row for each link; numbers that uploaded files have are passed over."""
    files = file_numbers(parts)
    for place, number in enumerate(_offered_items(question, parts, LINK_PARTS, files), start=1):
        cells = (f"{number}.{name}" for name in LINK_PARTS)
        yield Line(f"Link {place}", tuple(_item_box(question, cell, asking, parts.get(cell, "")) for cell in cells))


def _offered_items(
    question: Question, parts: Parts, names: tuple[str, ...], passed_over: frozenset[int] = frozenset()
) -> list[int]:
    used = [number for number in item_numbers(parts, names) if number not in passed_over]
    most = max(question.max_items - len(passed_over), len(used))
    wanted = min(max(FEWEST_ITEMS, len(used) + SPARE_ITEMS), most)
    after = max([*used, *passed_over], default=0)
    return [*used, *range(after + 1, after + 1 + wanted - len(used))]


def _kept_files(question: Question, parts: Parts) -> Iterator[str]:
    """The uploaded files of a question, in words."""
    if question.kind is Kind.FILES:
        for number in sorted(file_numbers(parts)):
            caption = parts.get(f"{number}.caption", "")
            yield parts.get(f"{number}.name", "a file") + (f" ({caption})" if caption else "")


def _side(question: Question, asking: Asking, parts: Parts) -> Iterator[Box]:
    """The boxes beside a question, as far as the form offers them or something stands there."""
    if question.kind in STATELESS:
        return
    can_be_unanswered = question.need is not Need.OPTIONAL or "state" in parts
    wants_reason = can_be_unanswered or "reason" in parts or question.key.endswith(".level_now")
    for part, is_offered in (("state", can_be_unanswered), ("reason", wants_reason), ("explanation", True)):
        if is_offered:
            yield _side_box(question, part, parts)
