"""One list of rows for check-answers, review, workbook and PDF, so that they cannot disagree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from anchor_portal.domain.answers.answer import say_answer
from anchor_portal.domain.answers.completeness import asked_in
from anchor_portal.domain.answers.evidence import SHOWN_DIGITS, is_file_id, opens_as
from anchor_portal.domain.answers.numbers import find_number
from anchor_portal.domain.answers.parts import SIDE_PARTS, Answers, Asking, Parts, Problem, is_blank, is_state
from anchor_portal.domain.answers.reading import FILE_PARTS, LEVEL_COLUMNS
from anchor_portal.domain.answers.saying import items_of, say_amount, say_day
from anchor_portal.domain.questionnaire.version import Kind, Question, Questionnaire

BLANK = "Not answered"
Item = Mapping[str, str]
LEVEL_HEADINGS = ("Band or level", "Ethnic minority", "White", "Not stated", "All")


@dataclass(frozen=True, slots=True)
class Row:
    """A question with its answer in words, last time's beside it, and what is wrong or unusual.

    `is_changed` says that it is another answer than last time, or one where there was none, or none any more. Where
    nothing was returned before there is nothing that could have changed.
    """

    key: str
    kind: Kind
    label: str
    short: str
    lines: tuple[str, ...]
    is_answered: bool
    explanation: str
    table: tuple[tuple[str, ...], ...] | None
    last_lines: tuple[str, ...]
    is_changed: bool
    problems: tuple[Problem, ...]
    files: tuple[Item, ...] = ()
    """Pieces of evidence, part by part, so that a page can link to them; `kind` is "file", "link" or empty."""

    @property
    def hard(self) -> tuple[str, ...]:
        """What must be mended, in words."""
        return tuple(problem.message for problem in self.problems if problem.hard)

    @property
    def soft(self) -> tuple[str, ...]:
        """What is unusual, in words."""
        return tuple(problem.message for problem in self.problems if not problem.hard)


@dataclass(frozen=True, slots=True)
class SectionRows:
    """The rows of a section under its title, with the full text of its pledge where it has one."""

    code: str
    title: str
    pledge: int | None
    pledge_text: str
    rows: tuple[Row, ...]


def answer_rows(
    questionnaire: Questionnaire,
    answers: Answers,
    asking: Asking,
    *,
    problems: Iterable[Problem] = (),
    last: Answers | None = None,
    with_signoff: bool = False,
) -> tuple[SectionRows, ...]:
    """Every question that is asked, section by section, in the questionnaire's order."""
    sections = questionnaire.sections if with_signoff else questionnaire.form_sections
    listed = tuple(problems)
    return tuple(
        SectionRows(
            section.code,
            section.title,
            section.pledge,
            questionnaire.pledges[section.pledge - 1] if section.pledge else "",
            tuple(_row(question, answers, asking, listed, last) for question in asked_in(section, answers, asking)),
        )
        for section in sections
    )


def _row(
    question: Question, answers: Answers, asking: Asking, problems: tuple[Problem, ...], last: Answers | None
) -> Row:
    parts = asking.asked(question, answers.get(question.key, {}))
    before = (last or {}).get(question.key, {})
    is_answered = not is_blank(parts)
    return Row(
        key=question.key,
        kind=question.kind,
        label=question.label,
        short=question.short,
        lines=say_answer(question, parts, asking) if is_answered else (BLANK,),
        is_answered=is_answered,
        explanation=parts.get("explanation", ""),
        table=level_table(parts, asking)
        if question.kind is Kind.LEVELS and is_answered and not is_state(parts)
        else None,
        last_lines=say_answer(question, before, asking),
        is_changed=last is not None and _is_changed(before, parts),
        problems=tuple(problem for problem in problems if problem.question == question.key),
        files=tuple(map(piece_of, items_of(parts, FILE_PARTS))) if question.kind is Kind.FILES else (),
    )


def piece_of(item: Item) -> Item:
    """A piece of evidence with every part, its date in words; only what is sound can be linked to."""
    whole = {**dict.fromkeys(FILE_PARTS, ""), **item}
    is_file = is_file_id(whole["file"]) and bool(whole["name"] and whole["digest"])
    is_link = whole["link"].startswith(("https://", "http://"))
    kind = "file" if is_file else "link" if is_link else ""
    more = {"about": say_day(whole["about"]), "digest": whole["digest"][:SHOWN_DIGITS]}
    return {**whole, **more, "kind": kind, "opens": opens_as(whole["name"]) if is_file else ""}


def _is_changed(before: Parts, now: Parts) -> bool:
    is_none = is_blank(before) and is_blank(now)
    return not is_none and _without_side(before) != _without_side(now)


def _without_side(parts: Parts) -> dict[str, str]:
    return {part: text for part, text in parts.items() if part not in SIDE_PARTS}


def level_table(parts: Parts, asking: Asking) -> tuple[tuple[str, ...], ...]:
    """The levels table with headings, a row for each level that was filled in, and totals.

    A count that could not be read is shown as it was typed, and not added up.
    """
    rows: list[tuple[str, ...]] = [LEVEL_HEADINGS]
    sums = [0] * len(LEVEL_COLUMNS)
    for level in asking.levels:
        cells = [parts.get(f"{level.code}.{column}", "") for column in LEVEL_COLUMNS]
        if any(cells):
            counts = [_count(cell) for cell in cells]
            sums = [total + count for total, count in zip(sums, counts, strict=True)]
            rows.append((level.name, *(say_amount(cell, None) for cell in cells), f"{sum(counts):,}"))
    return (*rows, ("All", *(f"{total:,}" for total in sums), f"{sum(sums):,}"))


def _count(cell: str) -> int:
    number = find_number(cell)
    return int(number) if number is not None and number % 1 == 0 else 0


def anchor_of(key: str, part: str = "") -> str:
    """The identifier of a question's box on a page: letters, digits and hyphens only."""
    joined = f"{key}-{part}" if part else key
    return "q-" + "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in joined)
