"""Returns in and out as tidy CSV: all or nothing on the way in, the same bytes again on the way out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.completeness import Reviewed, is_asked, read_beside, review
from anchor_portal.domain.answers.items import beside_files, without_files
from anchor_portal.domain.answers.part_orders import PartOrders
from anchor_portal.domain.answers.parts import SIDE_PARTS, Answers, Asking, Parts, Problem
from anchor_portal.domain.answers.reading import CASE_STUDY_PARTS, FILE_PARTS
from anchor_portal.domain.lifecycle import Person, Status
from anchor_portal.domain.questionnaire.version import Kind, Question, Questionnaire
from anchor_portal.domain.rounds import IMPORTING
from anchor_portal.models import Organisation, QuestionnaireVersion, Return, Round
from anchor_portal.outputs.exports.tidy_csv import Exported, Ordered
from anchor_portal.outputs.tables import Cell, Fault, Line, UnreadableFile, read_cells
from anchor_portal.queries.extensions import load_deadlines
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference, load_reference
from anchor_portal.queries.returns import Found, find_last, get_submission, load_answers
from anchor_portal.queries.round_returns import load_latest
from anchor_portal.queries.rounds import status_of
from anchor_portal.services.evidence.files import with_files
from anchor_portal.services.figures.totals import hold_rounds, remake_totals
from anchor_portal.services.returns import saving
from anchor_portal.services.returns import steps as returns

SUBMITTED_ALREADY = frozenset({Status.SUBMITTED, Status.RETURNED, Status.ACCEPTED, Status.CORRECTING, Status.NIL})
ITEM_PARTS = frozenset({*CASE_STUDY_PARTS, *FILE_PARTS})
OTHERS = "only other organisations report by this level"
OPERATOR = returns.Actor("operator", None, Person(frozenset()))


class ImportRefused(Exception):
    """Nothing was imported; `problems` name each line and what is wrong with it."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} problems")


@dataclass(slots=True)
class Imported:
    """What an import did: how many organisations became what, and the soft warnings."""

    drafts: int = 0
    submitted: int = 0
    accepted: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Given:
    """One organisation's answers in a file, and the line of each part."""

    first_line: int
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def line_of(self, problem: Problem) -> int:
        """The line that a problem is best shown at: its part's, else one of the same row or item, else the question's."""
        mine = {part: number for (question, part), number in self.lines.items() if question == problem.question}
        part = self._as_typed(problem)
        row = part.partition(".")[0]
        near = [number for other, number in mine.items() if row and other.partition(".")[0] == row]
        return mine.get(part) or min(near or mine.values(), default=self.first_line)

    def _as_typed(self, problem: Problem) -> str:
        """The part under the number that the file has: on reading, items are numbered anew from 1."""
        number, _, name = problem.part.partition(".")
        if not number.isdecimal() or name not in ITEM_PARTS:
            return problem.part
        typed = sorted(int(item) for item in self._items(problem.question))
        return f"{typed[int(number) - 1]}.{name}" if 0 < int(number) <= len(typed) else problem.part

    def _items(self, question: str) -> set[str]:
        filled = (part.partition(".") for part, text in self.answers.get(question, {}).items() if text.strip())
        return {number for number, _, name in filled if number.isdecimal() and name in ITEM_PARTS}


def import_returns(session: Session, round_: Round, content: bytes, today: date, *, accept: bool = False) -> Imported:
    """Read a file of returns into a round: with sign-off rows as submitted returns, without them as drafts.

    `accept` also accepts what was submitted. Raises ImportRefused with every error, and then changes nothing.
    """
    given, problems = _gather(round_, content)
    batch = _Batch(session, round_, today, load_reference(session))
    if status_of(round_, today) not in IMPORTING:
        raise ImportRefused([f"round {round_.code} is {status_of(round_, today)}: nothing can be imported into it"])
    for slug, mine in given.items():
        problems += batch.check(slug, mine)
    if problems:
        raise ImportRefused([text for _, text in sorted(problems)])
    return batch.store(given, accept=accept)


Blame = tuple[int, str]


def _gather(round_: Round, content: bytes) -> tuple[dict[str, _Given], list[Blame]]:
    given: dict[str, _Given] = {}
    problems: list[Blame] = []
    places: dict[tuple[str, str], tuple[str, str]] = {}
    try:
        for line in read_cells(content):
            if isinstance(line, Fault):
                problems.append((line.number, f"line {line.number}: {line.message}"))
            else:
                problems += _put(given, round_, line, places)
    except UnreadableFile as refusal:
        raise ImportRefused([str(refusal)]) from None
    return given, problems


def _put(
    given: dict[str, _Given], round_: Round, line: Line, places: dict[tuple[str, str], tuple[str, str]]
) -> Iterator[Blame]:
    """Take a cell in; `places` holds each question and part once for however many organisations give it."""
    cell = line.cell
    if cell.round != round_.code:
        yield line.number, f"line {line.number}: the round is “{cell.round[:40]}”, but this import is for {round_.code}"
        return
    mine = given.setdefault(cell.organisation, _Given(line.number))
    typed = (cell.question, cell.part)
    question, part = place = places.setdefault(typed, typed)
    if place in mine.lines:
        yield (
            line.number,
            f"line {line.number}: {' '.join(place).strip()} was given before, on line {mine.lines[place]}",
        )
        return
    mine.lines[place] = line.number
    mine.answers.setdefault(question, {})[part] = cell.value


class _Batch:
    """The organisations of one file, checked one by one and then stored together."""

    def __init__(self, session: Session, round_: Round, today: date, reference: Reference) -> None:
        self.session, self.round, self.today, self.reference = session, round_, today, reference
        version = session.get_one(QuestionnaireVersion, round_.questionnaire_id)
        self.questionnaire = get_questionnaire(session, version.id, version.digest)
        self.found: dict[str, Found] = {}
        self.warnings: list[str] = []
        everyone = select(Organisation).order_by(Organisation.id).with_for_update(key_share=True)
        self.organisations = {each.slug: each for each in session.scalars(everyone)}
        hold_rounds(session)
        rows = session.scalars(select(Return).where(Return.round_id == round_.id)).all()
        self.rows = {row.organisation_id: row for row in rows}
        self.deadlines = load_deadlines(session, round_)

    def check(self, slug: str, mine: _Given) -> list[Blame]:
        """Every error of one organisation, each at its line; soft warnings are gathered."""
        organisation = self.organisations.get(slug)
        if organisation is None:
            return [
                (mine.first_line, f"line {mine.first_line}: there is no organisation “{slug[:60]}” in the register")
            ]
        row = self.rows.get(organisation.id)
        asking = self.reference.asking(organisation, self.round, self.today)
        until = self.deadlines.get(organisation.id)
        self.found[slug] = Found.of(self.round, organisation, row, self.questionnaire, asking, until)
        if row is not None and Status(row.status) in SUBMITTED_ALREADY:
            already = f"{slug} has already submitted its return for {self.round.code}"
            return [(mine.first_line, f"line {mine.first_line}: {already}")]
        if row is not None and row.status == Status.READY and self.questionnaire.signoff.key not in mine.answers:
            waits = f"{slug} waits for its signature: it is changed once the signatory has sent it back"
            return [(mine.first_line, f"line {mine.first_line}: {waits}")]
        mine.answers = with_files(self.session, self.found[slug], mine.answers)
        reviewed = self._review(slug, mine)
        blames = [*self._unasked(slug, mine, reviewed.answers)]
        for problem in reviewed.problems:
            line = mine.line_of(problem)
            text = f"line {line}: {slug}: {problem.message}"
            if problem.hard:
                blames.append((line, text))
            else:
                self.warnings.append(text)
        return blames

    def _review(self, slug: str, mine: _Given) -> Reviewed:
        found = self.found[slug]
        last = find_last(self.session, found.organisation.id, self.round.code)
        is_signed = self.questionnaire.signoff.key in mine.answers
        return review(
            self.questionnaire, mine.answers, found.asking, complete=is_signed, last=last[1] if last else None
        )

    def _unasked(self, slug: str, mine: _Given, answers: Answers) -> Iterator[Blame]:
        known = {question.key: question for question in self.questionnaire.questions}
        asking = self.found[slug].asking
        for key, parts in mine.answers.items():
            line = mine.lines[key, next(iter(parts))]
            if key not in known:
                yield line, f"line {line}: {slug}: version {self.questionnaire.code} has no question “{key[:60]}”"
            elif part := next((part for part, text in asking.unasked(known[key], parts).items() if text.strip()), ""):
                line = mine.lines[key, part]
                yield line, f"line {line}: {slug}: {known[key].short} has no part “{part}”: {OTHERS}"
            elif not is_asked(known[key], answers, asking) and not _says_nothing(parts):
                yield line, f"line {line}: {slug}: {key} is not asked here: {_why_unasked(known[key], asking)}"

    def store(self, given: dict[str, _Given], *, accept: bool) -> Imported:
        """Keep all of it."""
        done = Imported(warnings=self.warnings)
        signoff = self.questionnaire.signoff.key
        for slug, mine in given.items():
            found = self._store_draft(self.found[slug], mine.answers)
            if signoff not in mine.answers:
                done.drafts += 1
                continue
            returns.submit(self.session, found, mine.answers[signoff], OPERATOR, is_operator=True)
            done.submitted += 1
            if accept:
                self._accept(found)
                done.accepted += 1
        if accept:
            remake_totals(self.session, self.round)
        return done

    def _store_draft(self, found: Found, answers: Answers) -> Found:
        stored = load_answers(self.session, found.row.id) if found.row else {}
        row = found.row or returns.start(self.session, found, OPERATOR)
        started = replace(found, row=row)
        canonical = {
            question.key: parts
            for section in self.questionnaire.form_sections
            for question in section.questions
            if (parts := self._read(question, answers, stored, found.asking))
        }
        saving.replace_answers(self.session, row, canonical, OPERATOR)
        return started

    @staticmethod
    def _read(question: Question, answers: Answers, stored: Answers, asking: Asking) -> Parts:
        given, before = answers.get(question.key, {}), stored.get(question.key, {})
        whole = beside_files(given, before) if question.kind is Kind.FILES else given
        return read_beside(question, whole, before, asking).parts

    def _accept(self, found: Found) -> None:
        submission = get_submission(self.session, found.get_row())
        returns.accept(self.session, found, submission, OPERATOR, is_operator=True)


def _says_nothing(parts: Parts) -> bool:
    """Blank, or that the question does not apply: right for a question that is not asked."""
    filled = {part for part, text in parts.items() if text.strip()}
    return not filled or (parts.get("state") == "not_applicable" and filled <= {"state", *SIDE_PARTS})


def _why_unasked(question: Question, asking: Asking) -> str:
    if question.show_if is None or (question.asked_of and asking.sector not in question.asked_of):
        return "only some kinds of organisation answer it"
    return f"it goes with “{', '.join(question.show_if.equals)}” at {question.show_if.question}"


def export_cells(session: Session, round_: Round, today: date, slug: str | None = None) -> Iterator[Cell]:
    """The returns of a round: the latest submitted or accepted revision of each, else its draft.

    Sorted by organisation, then in the questionnaire's order, then in the order of the parts. What cannot be
    read in a draft stays out, for it is no answer; so do uploaded files, which a return elsewhere does not have.
    """
    for organisation, answers in export_returns(session, round_, today, slug):
        yield from _cells(round_.code, organisation, answers)


def export_returns(session: Session, round_: Round, today: date, slug: str | None = None) -> Iterator[Exported]:
    """The same, return by return."""
    version = session.get_one(QuestionnaireVersion, round_.questionnaire_id)
    questionnaire = get_questionnaire(session, version.id, version.digest)
    reference, orders = load_reference(session), PartOrders()
    for each in load_latest(session, round_, slug):
        asking = reference.asking(each.organisation, round_, today)
        sound = each.answers if each.is_signed else _sound(questionnaire, each.answers, asking)
        yield Exported(
            each.organisation.slug, _in_order(questionnaire, _portable(questionnaire, sound), asking, orders)
        )


def cells_of(
    questionnaire: Questionnaire,
    answers: Answers,
    asking: Asking,
    round_code: str,
    slug: str,
    *,
    is_signed: bool,
    orders: PartOrders | None = None,
) -> list[Cell]:
    """One organisation's answers as they are exported: signed ones as they are, a draft's without those in error."""
    sound = answers if is_signed else _sound(questionnaire, answers, asking)
    return list(_cells(round_code, slug, _in_order(questionnaire, sound, asking, orders or PartOrders())))


def _portable(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """The answers without uploaded files."""
    keys = [each.key for each in questionnaire.questions if each.kind is Kind.FILES and each.key in answers]
    return {**answers, **{key: without_files(answers[key]) for key in keys}} if keys else answers


def _in_order(questionnaire: Questionnaire, answers: Answers, asking: Asking, orders: PartOrders) -> list[Ordered]:
    return [
        Ordered(question.key, orders.of(question, parts, asking), parts)
        for question in questionnaire.questions
        if (parts := answers.get(question.key))
    ]


def _cells(round_code: str, slug: str, answers: Iterable[Ordered]) -> Iterator[Cell]:
    for question, order, parts in answers:
        for part in order:
            yield Cell(round_code, slug, question, part, parts[part])


def _sound(questionnaire: Questionnaire, answers: Answers, asking: Asking) -> Answers:
    """The answers without those that an import would refuse, nor those that are only asked because of these."""
    while True:
        reviewed = review(questionnaire, answers, asking, complete=False)
        unsound = {problem.question for problem in reviewed.hard} & answers.keys()
        if not unsound:
            return reviewed.answers
        answers = {key: parts for key, parts in answers.items() if key not in unsound}
