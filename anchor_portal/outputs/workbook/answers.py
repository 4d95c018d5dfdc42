"""The sheets of a round's workbook that hold answers: by pledge, tidy, narratives and case studies."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from anchor_portal.domain.answers.answer import say_answer
from anchor_portal.domain.answers.completeness import is_asked
from anchor_portal.domain.answers.parts import STATES, Answers, Asking, Parts, is_blank
from anchor_portal.domain.answers.reading import CASE_STUDY_PARTS
from anchor_portal.domain.answers.saying import items_of
from anchor_portal.domain.answers.shares import COUNTS, percent_of
from anchor_portal.domain.figures.measures import answered_on
from anchor_portal.domain.lifecycle import NAMES
from anchor_portal.domain.pledges import OUTCOME_NAMES, PLEDGES
from anchor_portal.domain.questionnaire.version import Kind, Question, Questionnaire, Section
from anchor_portal.outputs.rows import BLANK
from anchor_portal.outputs.workbook.content import ReturnFacts
from anchor_portal.outputs.workbook.plain import Column, Entry, Sheet, Styled, Value

NO_RETURN = "No return"
NOT_DECIDED = "Not decided"
OUTCOME_NOTE = (
    "What the Assembly found about the pledge: met, making progress, not yet evidenced or not applicable. A revision "
    "in brackets says that the return was signed again since."
)
NOT_ASKED = "Not asked"
AT_A_GLANCE = frozenset({Kind.SHARE, Kind.CHOICE, Kind.YES_NO, Kind.NUMBER, Kind.CHOICES, Kind.CASE_STUDIES})
"""The kinds whose answers fit one cell of the overview by pledge."""
Line = tuple[Entry, ...]


def pledged_sections(questionnaire: Questionnaire) -> list[Section]:
    """The sections that belong to a pledge."""
    return [section for section in questionnaire.form_sections if section.pledge is not None]


def pledges_sheet(questionnaire: Questionnaire) -> Sheet:
    """One row for each organisation: where its return stands, then its main answers pledge by pledge."""
    columns = (
        Column("Organisation", 48),
        Column("Kind", 30),
        Column("Main place", 22),
        Column("Status", 20, note="Where the return stands. Only accepted returns count in the indicators."),
        Column("Answers are", 22, note="Of a return that was signed the latest signed revision, else the draft."),
        Column("Signed by", 24),
        Column("Role", 28),
        Column("Signed on", 12, "day"),
        Column("Late", 8, note="Yes: it was signed after the deadline that everybody sees."),
        *(column for section in pledged_sections(questionnaire) for column in _pledge_columns(section)),
    )
    return Sheet("Pledges by organisation", columns, frozen_columns=1)


def pledge_row(each: ReturnFacts, sections: list[Section]) -> Line:
    """The row of one organisation."""
    cells = (cell for section in sections for cell in _pledge_cells(each, section))
    return (each.name, each.sector, each.place, NAMES[each.status], *_signature(each), *cells)


def _pledge_columns(section: Section) -> Iterator[Column]:
    yield Column(f"Pledge {section.pledge}: outcome", 20, note=OUTCOME_NOTE)
    yield Column(f"Pledge {section.pledge}: questions answered", 14, note="How many of the questions that it is asked.")
    for question in _at_a_glance(section):
        prefix = f"Pledge {section.pledge}"
        heading = question.short if question.short.startswith(prefix) else f"{prefix}: {question.short}"
        yield Column(f"{heading}{_unit_of(question)}", 22, _style_of(question), question.label)


def _at_a_glance(section: Section) -> list[Question]:
    return [question for question in section.questions if question.kind in AT_A_GLANCE]


def _unit_of(question: Question) -> str:
    return {Kind.SHARE: " (%)", Kind.CHOICES: " (how many)", Kind.CASE_STUDIES: " (how many)"}.get(question.kind, "")


def _style_of(question: Question) -> str:
    return {Kind.SHARE: "percent", Kind.CHOICES: "whole", Kind.CASE_STUDIES: "whole"}.get(question.kind, "text")


def _signature(each: ReturnFacts) -> Line:
    if each.signed is None:
        return ("Draft, not signed" if each.answers is not None else NO_RETURN, "", "", None, "")
    signed = each.signed
    return (
        f"Signed, revision {signed.revision}",
        signed.name,
        signed.role,
        signed.signed_on,
        "Yes" if signed.is_late else "No",
    )


def _outcome(each: ReturnFacts, pledge: int) -> str:
    """What the Assembly found, with the revision where a later one was signed since."""
    found = each.outcomes.get(pledge)
    if found is None:
        return NOT_DECIDED if each.answers is not None else NO_RETURN
    latest = each.signed.revision if each.signed else found.revision
    return OUTCOME_NAMES[found.outcome] + (f" (revision {found.revision})" if found.revision != latest else "")


def _pledge_cells(each: ReturnFacts, section: Section) -> Iterator[Entry]:
    yield _outcome(each, section.pledge or 0)
    if each.answers is None:
        yield from [NO_RETURN] * (1 + len(_at_a_glance(section)))
        return
    answered, asked = answered_on(section, each.answers, each.asking)
    yield f"{answered} of {asked}"
    for question in _at_a_glance(section):
        yield _glance(question, each.answers, each.asking)


def _glance(question: Question, answers: Answers, asking: Asking) -> Entry:
    parts = answers.get(question.key, {})
    if not is_asked(question, answers, asking) and is_blank(parts):
        return NOT_ASKED
    if is_blank(parts):
        return BLANK
    if "state" in parts:
        return STATES[parts["state"]]
    if question.kind is Kind.SHARE:
        percent = percent_of(parts)
        return percent if percent is not None else "0 of 0"
    if question.kind is Kind.CASE_STUDIES:
        return len(items_of(parts, CASE_STUDY_PARTS))
    if question.kind is Kind.CHOICES:
        return sum(option.code in parts for option in asking.options(question))
    return say_answer(question, parts, asking)[0]


def answers_sheet() -> Sheet:
    """The rows of the tidy CSV, with the names of organisations and questions, numbers and dates as such."""
    columns = (
        Column("Round", 9),
        Column("Organisation", 30, note="The organisation’s short name, as in the CSV and in addresses of pages."),
        Column("Question", 24, note="The question’s key: the same in every version. See the data dictionary."),
        Column(
            "Part", 26, note="The piece of the answer; empty where there is one value only. See the data dictionary."
        ),
        Column("Value", 44, note="Numbers are numbers and days are dates; choices are codes. See the data dictionary."),
        Column("Organisation’s name", 54),
        Column("Question in short", 44),
    )
    return Sheet("Answers", columns, frozen_columns=4)


def answer_rows(each: ReturnFacts, questions: Mapping[str, Question]) -> Iterator[Line]:
    """The rows of one organisation."""
    for cell in each.cells:
        question = questions[cell.question]
        yield (*cell[:4], typed_value(question, cell.part, cell.value), each.name, question.short)


def typed_value(question: Question, part: str, text: str) -> Entry:
    """A part of an answer as a number or a date where it is one, else as text."""
    try:
        if style := _number_style(question, part, text):
            return Styled(Decimal(text), style)
        return date.fromisoformat(text) if _is_day(question, part) else text
    except (ArithmeticError, ValueError):
        return text


def _number_style(question: Question, part: str, text: str) -> str:
    kind, unit = question.kind, str(question.unit or "people")
    if kind is Kind.SHARE:
        return unit if part in COUNTS else "plain" if part == "percent" else ""
    if kind is Kind.NUMBER and part == "":
        return unit
    if kind is Kind.LEVELS and "." in part:
        return "people"
    is_code = (kind is Kind.CHOICE and part == "") or (kind is Kind.CASE_STUDIES and part.endswith(".pledge"))
    return "whole" if (kind is Kind.YEAR and part == "") or (is_code and text.isdecimal()) else ""


def _is_day(question: Question, part: str) -> bool:
    return (
        (question.kind is Kind.DATE and part == "")
        or (question.kind is Kind.SIGNOFF and part == "date")
        or (question.kind is Kind.FILES and part.endswith(".about"))
    )


def narratives_sheet() -> Sheet:
    """What each organisation wrote, a row for each text."""
    columns = (
        Column("Organisation", 40, "wrapped"),
        Column("Pledge", 8, "whole"),
        Column("Question", 34, "wrapped"),
        Column("What was written", 120, "wrapped"),
        Column("Answers are", 20, "wrapped"),
    )
    return Sheet("Narratives", columns, frozen_columns=1)


def narrative_rows(each: ReturnFacts, questions: Iterable[Question]) -> Iterator[Line]:
    """The rows of one organisation."""
    for question in questions:
        text = (each.answers or {}).get(question.key, {}).get("", "")
        if question.kind is Kind.NARRATIVE and text:
            yield (each.name, question.pledge, question.short, text, _signature(each)[0])


def case_studies_sheet() -> Sheet:
    """Every case study, with whether it may be published."""
    columns = (
        Column("Organisation", 40, "wrapped"),
        Column("Number", 10, "whole"),
        Column("Title", 40, "wrapped"),
        Column("Story", 110, "wrapped"),
        Column("Pledge", 8, "whole"),
        Column("Pledge in short", 34, "wrapped"),
        Column("Place", 24, "wrapped"),
        Column(
            "May be published", 12, "wrapped", "What the organisation said in this return. It may withdraw it later."
        ),
    )
    return Sheet("Case studies", columns, frozen_columns=1)


@dataclass(frozen=True, slots=True)
class _CaseStudy:
    """A case study's parts as they are printed."""

    parts: Parts
    asking: Asking

    @property
    def pledge(self) -> tuple[Value, str]:
        """Number and short title of its pledge."""
        text = self.parts.get("pledge", "")
        return (int(text), PLEDGES.get(int(text), "")) if text.isdecimal() else (None, "")

    @property
    def place(self) -> str:
        """The name of its place."""
        names = {option.code: option.label for option in self.asking.places}
        return names.get(self.parts.get("place", ""), "")


def case_study_rows(each: ReturnFacts, questions: Iterable[Question]) -> Iterator[Line]:
    """The rows of one organisation."""
    for question in questions:
        if question.kind is Kind.CASE_STUDIES:
            items = items_of((each.answers or {}).get(question.key, {}), CASE_STUDY_PARTS)
            yield from (_case_study_row(each, number, parts) for number, parts in enumerate(items, start=1))


def _case_study_row(each: ReturnFacts, number: int, parts: Parts) -> Line:
    study = _CaseStudy(parts, each.asking)
    may_publish = "Yes" if parts.get("publish") == "yes" else "No"
    return (each.name, number, parts.get("title"), parts.get("story"), *study.pledge, study.place, may_publish)
