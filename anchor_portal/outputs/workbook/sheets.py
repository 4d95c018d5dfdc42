"""A round's workbook: eight sheets, filled while the returns go by one after the other."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from anchor_portal.domain.questionnaire.version import Kind
from anchor_portal.outputs.workbook import answers
from anchor_portal.outputs.workbook.book import MOST_ROWS, Book, Page, open_book
from anchor_portal.outputs.workbook.content import ReturnFacts, RoundContent, Tally
from anchor_portal.outputs.workbook.dictionary import dictionary_rows, dictionary_sheet
from anchor_portal.outputs.workbook.indicators import indicator_parts, indicator_rows, indicators_sheet
from anchor_portal.outputs.workbook.plain import Column, Entry, Sheet, Styled, WorkbookFacts
from anchor_portal.outputs.workbook.summary import Ranges, opening, summary_sheet, write_summary

SHEETS = (
    (
        "Summary",
        "Where the returns stand, the three indicators with their change and coverage, and what they mean.",
    ),
    (
        "Indicators",
        "Each indicator in all and by kind of organisation, main place and tier: one row for each figure.",
    ),
    (
        "Pledges by organisation",
        "One row for each organisation: where its return stands, and its main answers by pledge.",
    ),
    (
        "Answers",
        "Every part of every answer, one a row: the same rows as the CSV file, with names beside the codes.",
    ),
    ("Narratives", "What organisations wrote about each pledge."),
    ("Case studies", "Every case study, with whether it may be published."),
    ("Data dictionary", "What each question and each of its parts means, and which values it takes."),
)
READING = (
    "The figures are raw: nothing is rounded or hidden. They are for the sustainability team and are not to "
    "be published or passed on. What the public may see is on the portal’s own pages.",
    "Of each organisation the latest signed revision is used, and its draft where nothing is signed yet. Only "
    "accepted returns count in the indicators.",
    "Five states are never the same: 0 is an answer; “Not answered” is a blank; “Not applicable” and “Not "
    "known” were given as answers, with a reason; “Not asked” means that the question does not concern the "
    "organisation. “No return” means that nobody has begun.",
    "Percentages are numbers from 0 to 100. Amounts of money are in pounds; full-time equivalents have two decimals.",
    "A text that begins with =, +, - or @ is a text, and never a formula.",
)


Line = tuple[Entry, ...]


def write_round_workbook(target: Path | BinaryIO, content: RoundContent, most_rows: int = MOST_ROWS) -> None:
    """Write the workbook of a round: in as little memory for ten thousand returns as for twenty."""
    facts = WorkbookFacts(
        title=f"Anchor Framework, round {content.title}",
        subject=f"All returns and figures of round {content.code}",
        author=content.partnership,
        company=content.portal_name,
        made_on=content.made_on,
        demo=content.demo,
    )
    with open_book(target, facts, most_rows) as book:
        _Writer(book, content).write()


class _Writer:
    """The eight sheets in their order, and what goes into each."""

    def __init__(self, book: Book, content: RoundContent) -> None:
        self.book, self.content, self.tally = book, content, Tally()
        self.sections = answers.pledged_sections(content.questionnaire)
        self.questions = {question.key: question for question in content.questionnaire.questions}
        self.told = [each for each in self.questions.values() if each.kind in {Kind.NARRATIVE, Kind.CASE_STUDIES}]
        self.read_me = book.add(_read_me_sheet())
        self.summary = book.add(summary_sheet())
        self.indicators = book.add(indicators_sheet())
        self.pledges = book.add(answers.pledges_sheet(content.questionnaire))
        self.answers = book.add(answers.answers_sheet())
        self.narratives = book.add(answers.narratives_sheet())
        self.case_studies = book.add(answers.case_studies_sheet())
        self.dictionary = book.add(dictionary_sheet())

    def write(self) -> None:
        """Everything; what is counted meanwhile is written last."""
        ranges = self._write_indicators()
        for each in self.content.returns:
            self._write_return(each)
        askings = list(self.tally.askings.values())
        self.dictionary.write_all(dictionary_rows(self.content.questionnaire, askings))
        write_summary(self.summary, self.content, self.tally, ranges)
        self.read_me.write_all(_read_me_rows(self.content, self.answers))

    def _write_return(self, each: ReturnFacts) -> None:
        self.tally.count(each, (section.pledge or 0 for section in self.sections))
        self.pledges.write(answers.pledge_row(each, self.sections))
        self.answers.write_all(answers.answer_rows(each, self.questions))
        self.narratives.write_all(answers.narrative_rows(each, self.told))
        self.case_studies.write_all(answers.case_study_rows(each, self.told))

    def _write_indicators(self) -> Ranges:
        """Write them; where the rows by kind of organisation of each indicator stand."""
        ranges: Ranges = {}
        for part in indicator_parts(self.content.views):
            first = self.indicators.row
            self.indicators.write_all(indicator_rows(part))
            ranges[part[0].definition.code, part[1]] = (first, self.indicators.row - 1)
        return ranges


def _read_me_sheet() -> Sheet:
    return Sheet("Read me", (Column("", 26, "label"), Column("", 100, "wrapped")), has_headings=False)


def _read_me_rows(content: RoundContent, filled: Page) -> Iterator[Line]:
    yield from opening(content, f"Anchor Framework of {content.partnership}: round {content.title}")
    yield ("Made by", content.portal_name)
    yield ("Made on", content.made_on)
    yield ()
    yield (Styled("The sheets", "section"),)
    yield from SHEETS
    if filled.number > 1:
        more = f"Answers go on in {filled.number - 1} more, the last of which is “{filled.name}”: a sheet holds"
        yield ("", f"{more} {filled.book.most_rows:,} rows.")
    yield ()
    yield (Styled("How to read them", "section"),)
    yield from (("", text) for text in READING)
