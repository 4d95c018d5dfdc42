"""Working offline: what a filled-in workbook would change, shown before it is applied, and applied."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from anchor_portal.domain.answers.answer import say_answer
from anchor_portal.domain.answers.completeness import first_part, is_for, read_beside, review
from anchor_portal.domain.answers.items import beside_files, numbers_of
from anchor_portal.domain.answers.merging import mark_of, marks_of, merge, read_marks, write_marks
from anchor_portal.domain.answers.parts import Answers, Asking, Last, Parts, Problem
from anchor_portal.domain.answers.reading import ITEM_PARTS
from anchor_portal.domain.lifecycle import StepRefused
from anchor_portal.domain.questionnaire.version import Kind, Question, Section
from anchor_portal.outputs.form.cells import doubt, read_value
from anchor_portal.outputs.form.layout import box_for, has_basis
from anchor_portal.outputs.form.reader import Cell, FilledForm, NotAForm, read_form
from anchor_portal.queries.returns import Found, load_answers
from anchor_portal.services.returns.saving import replace_answers
from anchor_portal.services.returns.steps import Actor, start

NOT_ANSWERED = ("Not answered",)
MayWrite = Callable[[Section], bool]


class UploadRefused(Exception):
    """The file cannot be taken as a whole; the text is a sentence."""


class StaleUpload(Exception):
    """An answer was changed after the preview was shown; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Change:
    """One answer that the file changes: what is stored and what would be, in words and in parts.

    A disputed one was changed in the portal too after the file was made: the person has to choose.
    """

    question: Question
    section: Section
    now: tuple[str, ...]
    then: tuple[str, ...]
    parts: Parts
    is_disputed: bool = False


@dataclass(slots=True)
class Upload:
    """What a file would do: its changes, what is wrong and what is odd, with the cells; and what it leaves alone.

    `faults` are the errors of cells that could not be read at all, `places` give the cell of each part, `refused` are
    the sections that this person may not change, `kept` the questions that were changed in the portal after the file
    was made, and stay so.
    """

    changes: list[Change] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    refused: list[Section] = field(default_factory=list)
    kept: list[Question] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    seen: str = ""

    @property
    def disputed(self) -> list[Change]:
        """The changes that wait for a choice."""
        return [change for change in self.changes if change.is_disputed]


def read_upload(found: Found, content: bytes, stored: Answers, last: Last | None, may_write: MayWrite) -> Upload:
    """What a file would change. Raises UploadRefused where it is no form of this return."""
    try:
        form = read_form(content)
    except NotAForm as refusal:
        raise UploadRefused(str(refusal)) from None
    _refuse_other(found, form.facts)
    return _Reading(found, form, stored).weigh(last, may_write)


def _refuse_other(found: Found, facts: Mapping[str, str]) -> None:
    """Another organisation, round, version or kind of organisation."""
    if facts.get("organisation", "") not in {"", found.organisation.slug}:
        whose = facts.get("organisation name") or facts["organisation"]
        raise UploadRefused(f"This form belongs to {whose[:80]}, not to {found.organisation.name}")
    if facts.get("round", "") not in {"", found.round.code}:
        raise UploadRefused(
            f"This form is for the round {facts['round'][:20]}, and this return for {found.round.code}: "
            "download the form of this round"
        )
    if facts.get("digest") != found.questionnaire.digest:
        raise UploadRefused(
            f"This form holds the questions of version {facts.get('version', '')[:20]}, and this round asks those of "
            f"{found.questionnaire.code}: download the form of this round"
        )
    if (facts.get("sector"), facts.get("scale")) != (found.asking.sector, found.asking.scale):
        raise UploadRefused("This form is for another kind of organisation: download the form of this return")


class _Reading:
    """A form read against the draft that is stored."""

    def __init__(self, found: Found, form: FilledForm, stored: Answers) -> None:
        self.found, self.form, self.stored = found, form, stored
        self.opened = read_marks(form.facts.get("marks", ""))
        self.upload = Upload(places={key: cell.place for key, cell in form.cells.items()})
        self.parts_of: dict[str, dict[str, Cell]] = {}
        for key, cell in form.cells.items():
            question, _, part = key.partition(":")
            self.parts_of.setdefault(question, {})[part] = cell

    def weigh(self, last: Last | None, may_write: MayWrite) -> Upload:
        """Every change, after what was changed meanwhile in the portal."""
        for first, second in self.form.repeated:
            self.upload.faults.append(
                f"{second.place}: this row is there twice, and says something else at {first.place}"
            )
        questions = [
            question
            for section in self.found.questionnaire.form_sections
            for question in section.questions
            if is_for(question, self.found.asking) and question.key in self.parts_of
        ]
        self._blame_strangers({question.key for question in questions})
        mine = {question.key: self._read(question) for question in questions}
        merged = merge([question.key for question in questions], self.opened, mine, self.stored)
        proposed = {key: parts for key, parts in merged.fresh.items() if parts != self.stored.get(key, {})}
        proposed |= {key: {} for key in mine if key in self.stored and key not in merged.fresh}
        self.upload.kept = [question for question in questions if question.key in merged.taken]
        return weigh(self.found, proposed, merged.conflicts, self.stored, last, may_write, self.upload)

    def _blame_strangers(self, known: set[str]) -> None:
        """Cells of questions that are not asked here, where something stands in them."""
        for key, cells in self.parts_of.items():
            for cell in cells.values() if key not in known else ():
                if cell.value is not None or cell.fault:
                    self.upload.faults.append(f"{cell.place}: this question is not asked of your organisation")

    def _read(self, question: Question) -> Parts:
        before = self.stored.get(question.key, {})
        typed = dict(self._typed(question, before))
        if question.kind in ITEM_PARTS:
            typed = beside_files(typed, before)
            self._renumber_places(question, typed)
        parts = read_beside(question, typed, before, self.found.asking).parts
        return self._as_stored(question, parts, before)

    def _renumber_places(self, question: Question, typed: Parts) -> None:
        """Know the cells of items by the numbers that they get: on reading, items are numbered anew from 1."""
        mine = {key: place for key, place in self.upload.places.items() if key.partition(":")[0] == question.key}
        for key in mine:
            del self.upload.places[key]
        for number, given in enumerate(numbers_of(typed), start=1):
            for key, place in mine.items():
                item, _, name = key.partition(":")[2].partition(".")
                if item == str(given):
                    self.upload.places[f"{question.key}:{number}.{name}"] = place

    def _typed(self, question: Question, before: Parts) -> Iterator[tuple[str, str]]:
        """The parts as they would have been typed; what has no cell here, or none that can be read, stays as it is."""
        cells = self.parts_of[question.key]
        values: dict[str, str] = {}
        for part, cell in cells.items():
            if (text := self._text(question, part, cell, before)) is not None:
                values[part] = text
        yield from _with_state(question, values, cells, before)

    def _text(self, question: Question, part: str, cell: Cell, before: Parts) -> str | None:
        box = box_for(question, part, self.found.asking, before)
        if box is None:
            if cell.value is not None or cell.fault:
                self.upload.faults.append(f"{cell.place}: this row is not part of your form")
            return None
        if cell.fault:
            self.upload.faults.append(f"{cell.place}: {cell.fault}")
            return box.value if part == "state" else before.get(part, "")
        text = read_value(box, cell.value, cell.number_format)
        if words := doubt(box, text, cell.value):
            self.upload.remarks.append(f"{cell.place}: {words}")
        return text

    def _as_stored(self, question: Question, parts: dict[str, str], before: Parts) -> Parts:
        """The basis that the form fills in by itself is no change of an answer that was stored without one."""
        if question.kind is Kind.SHARE and parts.get("basis") == question.default_basis:
            bare = {part: text for part, text in parts.items() if part != "basis"}
            if bare and (bare == before or mark_of(bare) == self.opened.get(question.key)):
                return bare
        return parts


def _with_state(
    question: Question, values: dict[str, str], cells: Mapping[str, Cell], before: Parts
) -> Iterator[tuple[str, str]]:
    """The values with state and reason apart, and with what the file has no cell for as it is stored."""
    state, _, picked = values.pop("state", "").partition(":")
    words = values.pop("reason", "")
    for part, text in before.items():
        if part not in cells and not (part in {"state", "reason"} and "state" in cells):
            yield part, text
    if state:
        yield "state", state
    if reason := words or ("" if picked == "other" else picked):
        yield "reason", reason
    if any(values.values()) and has_basis(question) and not values.get("basis"):
        values["basis"] = before.get("basis", question.default_basis)
    yield from ((part, text) for part, text in values.items() if text)


def weigh(
    found: Found,
    proposed: Answers,
    disputed: Iterable[str],
    stored: Answers,
    last: Last | None,
    may_write: MayWrite,
    upload: Upload,
) -> Upload:
    """Fill in what these answers would change, and what is wrong with the draft as it would be then."""
    disputed = set(disputed)
    for section in found.questionnaire.form_sections:
        mine = [question for question in section.questions if question.key in proposed]
        if mine and not may_write(section):
            upload.refused.append(section)
            continue
        for question in mine:
            upload.changes.append(_change(found, question, section, proposed, stored, question.key in disputed))
    fresh = {change.question.key: change.parts for change in upload.changes}
    upload.seen = write_marks(marks_of(fresh, stored))
    problems = review(found.questionnaire, {**stored, **fresh}, found.asking, complete=False, last=last).problems
    errors, remarks = list(upload.faults), upload.remarks
    for problem in problems:
        if problem.question in fresh:
            question = found.questionnaire.question(problem.question)
            (errors if problem.hard else remarks).append(_placed(problem, question, upload.places))
    upload.errors, upload.remarks = list(dict.fromkeys(errors)), list(dict.fromkeys(remarks))
    return upload


def _change(
    found: Found, question: Question, section: Section, proposed: Answers, stored: Answers, is_disputed: bool
) -> Change:
    before, after = stored.get(question.key, {}), proposed[question.key]
    now, then = (_say(question, parts, found.asking) for parts in (before, after))
    return Change(question, section, now, then, after, is_disputed)


def _say(question: Question, parts: Parts, asking: Asking) -> tuple[str, ...]:
    lines = say_answer(question, parts, asking) or NOT_ANSWERED
    return (*lines, f"Explanation: {parts['explanation']}") if "explanation" in parts else lines


def _placed(problem: Problem, question: Question, places: Mapping[str, str]) -> str:
    """A problem with the cell that it is about, or that of the question's first box."""
    mine = [place for key, place in places.items() if key.partition(":")[0] == question.key]
    wanted = (problem.part, first_part(question), "")
    keys = [f"{question.key}:{part}" for part in wanted]
    place = next((places[key] for key in keys if key in places), mine[0] if mine else "")
    return f"{place}: {problem.message}" if place else problem.message


def read_again(question: Question, typed: Parts, before: Parts, found: Found) -> dict[str, str]:
    """An answer of a preview as its page carried it, read once more, with the files that are stored beside it."""
    whole = beside_files(typed, before) if question.kind in ITEM_PARTS else typed
    return read_beside(question, whole, before, found.asking).parts


def apply_upload(session: Session, found: Found, proposed: Answers, seen: str, actor: Actor) -> int:
    """Put the answers of a previewed file into the draft, and give how many changed; {} takes an answer away.

    `seen` are the marks of what was stored when the preview was shown. Raises StepRefused where the return is not
    open for changes, and StaleUpload where one of these answers was changed meanwhile to something else.
    """
    if not found.is_editable:
        raise StepRefused("This return is no longer open for changes. Nothing was stored")
    stored = load_answers(session, found.row.id) if found.row else {}
    changed = {key: parts for key, parts in proposed.items() if dict(parts) != stored.get(key, {})}
    marks = read_marks(seen)
    if any(mark_of(stored.get(key, {})) != marks.get(key) for key in changed):
        raise StaleUpload
    if changed:
        fresh = {key: parts for key, parts in {**stored, **changed}.items() if parts}
        replace_answers(session, found.row or start(session, found, actor), fresh, actor)
    return len(changed)
