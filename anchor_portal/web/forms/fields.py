"""One question as a form field: it gathers its parts from what was posted, and shows them again as they were typed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from markupsafe import Markup
from wtforms import Field

from anchor_portal.domain.answers.carrying import Carried, say_age
from anchor_portal.domain.answers.completeness import first_part
from anchor_portal.domain.answers.parts import REASONS, Asking, Parts, Problem
from anchor_portal.domain.answers.reading import LEVEL_COLUMNS, YES_NO
from anchor_portal.domain.answers.saying import items_of, say_percent
from anchor_portal.domain.answers.shares import BASES, percent_of
from anchor_portal.domain.findings.self_assessment import describe_options
from anchor_portal.domain.questionnaire.version import Kind, Need, Option, Question, Unit
from anchor_portal.outputs.rows import anchor_of
from anchor_portal.web.forms.boxes import ITEM_PARTS, STATELESS, is_box, printable
from anchor_portal.web.forms.widgets import render_question

COUNT = re.compile("[0-9]{1,12}")


def name_of(question: Question, part: str = "") -> str:
    """The name of the box of one part: "p1.rlw_staff:numerator"."""
    return f"{question.key}:{part}"


@dataclass(slots=True)
class Beside:
    """What is shown beside a question: last time's answer, problems, the fields that depend on it."""

    last_lines: tuple[str, ...] = ()
    last_round: str = ""
    last_about: date | None = None
    problems: tuple[Problem, ...] = ()
    children: list["AnswerField"] = field(default_factory=list)
    has_more: bool = False
    carried: Carried | None = None


class AnswerField(Field):
    """A question of any kind."""

    def __init__(self, question: Question, asking: Asking, beside: Beside, **kwargs: Any) -> None:
        super().__init__(question.label, **kwargs)
        self.question, self.asking, self.beside = question, asking, beside
        self.data: Parts = {}

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """The parts as posted, or those stored."""
        self.data = gather(self.question, formdata, self.asking) if formdata else dict(data or {})

    def __call__(self, **kwargs: Any) -> Markup:
        return render_question(self)

    # what the templates ask for

    def name_of(self, part: str = "") -> str:
        """The name of a part's box."""
        return name_of(self.question, part)

    def id_of(self, part: str = "") -> str:
        """The identifier of a part's box."""
        return anchor_of(self.question.key, part)

    def typed(self, part: str = "") -> str:
        """What stands in a part's box."""
        return self.data.get(part, "")

    def message(self, part: str = "") -> dict[str, str] | None:
        """The first hard problem of a part, for NHS.UK's error message."""
        found = [problem.message for problem in self.beside.problems if problem.hard and problem.part == part]
        return {"text": found[0]} if found else None

    def message_beyond(self, shown: Iterable[str]) -> dict[str, str] | None:
        """A hard problem at a part that has no box of its own here."""
        boxes = set(shown)
        found = [problem.message for problem in self.beside.problems if problem.hard and problem.part not in boxes]
        return {"text": found[0]} if found else None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What is unusual, in words."""
        return tuple(problem.message for problem in self.beside.problems if not problem.hard)

    @property
    def options(self) -> tuple[Option, ...]:
        """The options of a choice."""
        if self.question.kind is Kind.YES_NO:
            return YES_NO
        options = describe_options(self.question, self.asking.offered(self.question, self.typed()))
        if self.question.key.endswith(".level_aim"):  # each level is described above, where one is now
            return tuple(Option(option.code, option.label) for option in options)
        return options

    @property
    def children_by_options(self) -> list[tuple[tuple[Option, ...], list["AnswerField"]]]:
        """Questions that are asked when one of some options is chosen, with those options, both in their order."""
        order = {option.code: place for place, option in enumerate(self.options)}
        found: dict[tuple[int, ...], list[AnswerField]] = {}
        for child in self.beside.children:
            shown = child.question.show_if
            if shown is not None:
                places = sorted(order[code] for code in shown.equals if code in order)
                found.setdefault(tuple(places), []).append(child)
        return [(tuple(self.options[each] for each in places), found[places]) for places in sorted(found)]

    @property
    def percent(self) -> str:
        """The percentage of the counts as they stand, in words; empty where there is none."""
        try:
            percent = percent_of({part: text for part, text in self.data.items() if part != "percent"})
            return say_percent(percent) if percent is not None else ""
        except ArithmeticError:
            return ""

    @property
    def bases(self) -> dict[str, str]:
        """The bases of a share."""
        return BASES

    @property
    def items(self) -> list[dict[str, str]]:
        """The items of a repeating question, with one blank one where there is none or one more is wanted."""
        items = items_of(self.data, ITEM_PARTS[self.question.kind])
        wants_one = self.beside.has_more and len(items) < self.question.max_items
        return [*items, {}] if wants_one or not items else items

    @property
    def level_rows(self) -> list[tuple[str, str, str]]:
        """Code, name and total of each row of the levels table."""
        return [
            (level.code, level.name, self._sum(f"{level.code}.{column}" for column in LEVEL_COLUMNS))
            for level in self.asking.levels
        ]

    @property
    def level_sums(self) -> list[str]:
        """The totals of the columns, and of all."""
        rows = [level.code for level in self.asking.levels]
        sums = [self._sum(f"{row}.{column}" for row in rows) for column in LEVEL_COLUMNS]
        return [*sums, self._sum(f"{row}.{column}" for row in rows for column in LEVEL_COLUMNS)]

    def _sum(self, parts: Iterable[str]) -> str:
        counts = [int(text) for part in parts if COUNT.fullmatch(text := self.data.get(part, ""))]
        return f"{sum(counts):,}" if counts else ""

    @property
    def can_be_unanswered(self) -> bool:
        """Whether one may say that it is not known or not applicable."""
        return self.question.kind not in STATELESS and (self.question.need is not Need.OPTIONAL or "state" in self.data)

    @property
    def states(self) -> list[tuple[str, str]]:
        """Values and words of the ways not to answer; the first one is to answer."""
        listed = [("", "We are answering this question"), ("not_known:not_held", REASONS["not_held"])]
        listed.append(("not_known:other", "We do not know it, for another reason"))
        return listed + [
            (f"not_applicable:{code}", f"Not applicable: {_lower(REASONS[code])}")
            for code in self.question.not_applicable
        ]

    @property
    def state(self) -> str:
        """Which of them is chosen."""
        state, reason = self.data.get("state", ""), self.data.get("reason", "")
        if not state:
            return ""
        return f"{state}:{reason}" if reason in REASONS else f"{state}:other"

    @property
    def own_words(self) -> str:
        """The reason, where it was written and not picked."""
        reason = self.data.get("reason", "")
        return "" if reason in REASONS else reason

    @property
    def unit_words(self) -> str:
        """What a share counts, where its figures do not say so themselves."""
        return {Unit.PEOPLE: "people", Unit.CONTRACTS: "contracts"}.get(self.question.unit or Unit.GBP, "")

    @property
    def carried_age(self) -> str:
        """How old an answer is that was carried forward and not confirmed; empty for any other."""
        carried = self.beside.carried
        return say_age(carried.about_to, self.asking.today) if carried else ""

    @property
    def wants_reason(self) -> bool:
        """Whether a reason may accompany the answer itself."""
        has_level = self.question.key.endswith(".level_now") and bool(self.beside.last_lines)
        return self.question.kind is Kind.LEVELS or has_level

    @property
    def first_id(self) -> str:
        """The box that a message about the whole question leads to."""
        return self.id_of(first_part(self.question))


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def gather(question: Question, formdata: Mapping[str, Any], asking: Asking) -> dict[str, str]:
    """The parts of a question in its own boxes among what was posted; the boxes of a date become one text."""
    prefix = name_of(question)
    boxes_of_it = {name.removeprefix(prefix): formdata[name] for name in formdata if name.startswith(prefix)}
    posted = {part: printable(text) for part, text in boxes_of_it.items() if isinstance(text, str)}  # else it is a file
    parts = {part: text for part, text in posted.items() if is_box(question, part, asking)}
    for part in {name.partition("~")[0] for name in posted if name.endswith(("~day", "~month", "~year"))}:
        boxes = [posted.get(f"{part}~{box}", "").strip() for box in ("day", "month", "year")]
        if any(boxes) and is_box(question, part, asking):
            parts[part] = "/".join(boxes)
    if question.kind not in STATELESS:
        _gather_state(posted, parts)
    return parts


def _gather_state(posted: Mapping[str, str], parts: dict[str, str]) -> None:
    state, _, reason = posted.get("state~picked", "").partition(":")
    if state:
        words = posted.get("state~words", "")
        parts["state"] = state
        parts["reason"] = words if reason == "other" else reason


def spread(question: Question, parts: Parts) -> dict[str, str]:
    """The boxes in which these parts would be posted, by name: `gather` makes the same parts of them again."""
    boxes = {name_of(question, part): text for part, text in parts.items() if part != "state"}
    if "state" in parts:
        reason = boxes.pop(name_of(question, "reason"), "")
        code = reason if reason in REASONS else "other"
        boxes[name_of(question, "state~picked")] = f"{parts['state']}:{code}"
        boxes[name_of(question, "state~words")] = reason if code == "other" else ""
    return boxes
