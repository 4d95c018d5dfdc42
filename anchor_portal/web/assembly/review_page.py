"""The page of a review, put together: each answer beside last time's, what changed, and what was said about it."""

import re
from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from typing import Any

from flask import abort, current_app, render_template
from markupsafe import Markup

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import DONE, Status, Step, StepRefused, available_steps
from anchor_portal.domain.people import Role
from anchor_portal.domain.pledges import OUTCOME_NAMES
from anchor_portal.domain.review.deciding import Stand, changed_since, may_read_opinions, why_not_decide
from anchor_portal.domain.review.outcomes import Found as Outcome
from anchor_portal.domain.review_queries import next_round_of_queries
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.models import Verdict
from anchor_portal.outputs.differences import Difference
from anchor_portal.outputs.rows import Row, SectionRows, anchor_of
from anchor_portal.queries.columns import ItsQuery, ItsStep, ItsSubmission
from anchor_portal.queries.returns import Found, LastSigned, find_last_signed, load_steps
from anchor_portal.queries.review import Note, ReviewNotes, load_notes
from anchor_portal.queries.review_queries import read_queries
from anchor_portal.queries.revisions import load_submissions
from anchor_portal.web.assembly.comparisons import Comparison, Line, Section, compare
from anchor_portal.web.filters import say_moment
from anchor_portal.web.forms.review import ReviewForm, offered_outcome
from anchor_portal.web.outcome_words import SHAPES
from anchor_portal.web.returns.pages import standing_revision

VERDICTS = {Verdict.ACCEPT: "Accepted", Verdict.RETURN: "Returned with queries"}
LEVEL_KEY = re.compile(r"p[1-7]\.level_(now|aim)")
OPINIONS = {Verdict.ACCEPT: "Accept it", Verdict.RETURN: "Return it with queries"}


@dataclass(frozen=True, slots=True)
class Read:
    """All that the page rests on, loaded once: the revision, the one before it, last time, and what was said."""

    found: Found
    submission: ItsSubmission
    before: ItsSubmission | None
    last: LastSigned | None
    history: list[ItsStep]
    notes: ReviewNotes
    queries: list[ItsQuery]
    compared: Comparison


def read_review(found: Found) -> Read:
    """Load a return's review; 404 where it was never signed."""
    row = found.find_row()
    submissions = load_submissions(db(), row.id, row.revision, row.revision - 1) if row else {}
    if row is None or row.revision not in submissions:
        abort(404)
    last = find_last_signed(db(), found.organisation.id, found.round.code)
    submission, before = submissions[row.revision], submissions.get(row.revision - 1)
    found = found.as_signed(submission, reference)
    return Read(
        found=found,
        submission=submission,
        before=before,
        last=last,
        history=load_steps(db(), row.id),
        notes=load_notes(db(), row, last.code if last else ""),
        queries=read_queries(db(), row.id),
        compared=compare(found, submission, before, last),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A section on the page: its lines, what the organisation thinks of itself, and what was found last time.

    `settled` are the lines that nobody needs to look at: they are folded.
    """

    section: SectionRows
    lines: Sequence[Line]
    settled: Sequence[Line]
    level: str = ""
    earlier: Note | None = None
    standing: Note | None = None
    comments: Sequence[Note] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A section in the table of contents: how many of its answers were asked about, and how many remarks there are."""

    section: Section
    asked: int
    comments: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a revision follows: the one before it, what changed since, and the queries so far by question."""

    revision: int = 0
    differences: Mapping[str, Difference] = field(default_factory=dict)
    queries: Mapping[str, list[ItsQuery]] = field(default_factory=dict)


def _earlier(read: Read) -> Earlier:
    queries: dict[str, list[ItsQuery]] = {}
    for query in read.queries:
        queries.setdefault(query.question, []).append(query)
    return Earlier(read.before.revision if read.before else 0, read.compared.differences, queries)


def offered_outcomes(read: Read) -> dict[int, Outcome]:
    """Outcomes that stand for the revision, and those of the one before on pledges whose answers did not change."""
    changed = {key.partition(".")[0] for key in read.compared.differences}
    number = read.submission.revision
    return {
        pledge: offered_outcome(note.word, note.text)
        for pledge, note in read.notes.outcomes.items()
        if note.revision == number or (note.revision == number - 1 and f"p{pledge}" not in changed)
    }


def form_for(read: Read) -> ReviewForm:
    """The form as it is opened."""
    return ReviewForm(read.found.questionnaire, offered_outcomes(read), revision=str(read.submission.revision))


def show_review(read: Read, form: ReviewForm, told: str = "") -> str:
    """The page. `told` says what was just kept, where the page comes back with everything that was typed."""
    found = read.found
    is_reviewer = sees_remarks(found)
    steps = available_steps(found.status, viewer().person_for(found.organisation.id)) if found.takes_decisions else ()
    waits = why_wait(read) if Step.ACCEPT in steps else ""
    can_decide, no_more_queries = Step.ACCEPT in steps and not waits, _no_more(read.history)
    of_sections: dict[str, Any] = {
        "found": found,
        "submission": read.submission,
        "last_round": read.last.code if read.last else "",
        "form": form,
        "told": told,
        "can_decide": can_decide,
        "can_ask": can_decide and not no_more_queries,
        "earlier": _earlier(read),
        "shows_replies": found.status is not Status.RETURNED,
        "is_reviewer": is_reviewer,
        "outcome_names": OUTCOME_NAMES,
        "outcome_shapes": SHAPES,
        "box_of": anchor_of,
    }
    remarks = read.notes.comments if is_reviewer else []
    return render_template(
        "reviews/review.html",
        contents=[_entry(section, read, remarks) for section in read.compared.sections],
        sections=_Drawing(read, of_sections).sections(),
        flagged=[row for section in read.compared.sections for row in section.flagged],
        remarks=[note for note in remarks if not note.pledge],
        steps=steps,
        waits=waits,
        no_more_queries=no_more_queries,
        standing=standing_revision(found, read.history),
        history=read.history,
        step_names=DONE,
        is_team=Role.TEAM in viewer().roles,
        notes=read.notes,
        opinions=_opinions(read) if is_reviewer else None,
        decided=list(_decisions(read)),
        opinion_names=OPINIONS,
        today=today(),
        **of_sections,
    )


def _entry(section: Section, read: Read, remarks: Sequence[Note]) -> Entry:
    asked = {query.question for query in read.queries}
    count = sum(row.key in asked for row in section.rows.rows) if asked else 0
    return Entry(section, count, sum(note.pledge == section.rows.pledge for note in remarks) if remarks else 0)


def sees_remarks(found: Found) -> bool:
    """Whether the person is a reviewer of this return: a member without an interest in its organisation."""
    person = viewer().person_for(found.organisation.id)
    return Role.MEMBER in person.roles and not person.is_interested


def _givers(read: Read) -> set[int]:
    given = read.notes.opinions_on(read.submission.revision)
    return {each.user_id for each in given if each.user_id is not None}


def why_wait(read: Read) -> str:
    """Why the person cannot decide yet; empty where they can."""
    return why_not_decide(read.found.get_row().opinions_needed, _givers(read), viewer().user_id)


@dataclass(frozen=True, slots=True)
class Opinions:
    """The opinions on the revision: how many are wanted and given, which may be read, and whether mine is among them."""

    needed: int
    given: int
    readable: Sequence[Note]
    has_mine: bool


def _opinions(read: Read) -> Opinions:
    needed, givers, me = read.found.get_row().opinions_needed, _givers(read), viewer().user_id
    given = read.notes.opinions_on(read.submission.revision)
    readable = given if may_read_opinions(needed, givers, me) else []
    return Opinions(needed, len(givers), readable, me in givers)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on the page: its words, and how the return changed after the acceptance that counts."""

    note: Note
    words: str
    changed: str = ""


def _decisions(read: Read) -> Iterator[Decided]:
    if not read.notes.decisions:
        return
    accepted = [each.id for each in read.notes.decisions if each.word == Verdict.ACCEPT]
    row, digest = read.found.get_row(), sha256(read.submission.answers.encode()).hexdigest()
    stand = Stand(read.found.status, row.revision, digest)
    for note in read.notes.decisions:
        is_newest = bool(accepted) and note.id == accepted[-1]
        changed = changed_since(note.revision, note.digest, stand) if is_newest else ""
        yield Decided(note, VERDICTS[Verdict(note.word)], changed)


class _Drawing:
    """The sections of one page, with the variables of their template.

    A section that nothing was typed in is drawn once for all that decides about it: see `_key`.
    """

    def __init__(self, read: Read, variables: Mapping[str, Any]) -> None:
        self.read, self.variables = read, variables
        form: ReviewForm = variables["form"]
        self.is_untouched = not (variables["told"] or form.asked or form.wrong or form.is_posted)
        self.has_levels = any(section.level for section in read.compared.sections)
        self.asked_about = {query.question for query in read.queries}

    def sections(self) -> Markup:
        """All of them, one after the other."""
        return Markup("").join(self._section(section) for section in self.read.compared.sections)

    def _section(self, section: Section) -> Markup:
        if not self.is_untouched:
            return self._draw(section)
        return self.read.compared.section(self._key(section), partial(self._draw, section))

    def _key(self, section: Section) -> Hashable:
        """What the comparison does not know and the section shows. Outcomes, with their notes, are those that stand."""
        variables, pledge = self.variables, section.rows.pledge or 0
        form: ReviewForm = variables["form"]
        keys = {row.key for row in section.rows.rows} if self.asked_about else ()
        return (
            section.rows.code,
            variables["last_round"],
            variables["can_ask"],
            variables["can_decide"],
            variables["is_reviewer"],
            variables["shows_replies"],
            self.read.submission.revision,
            form.outcomes.get(pledge),
            self.read.notes.earlier.get(pledge),
            self.read.notes.outcomes.get(pledge),
            tuple(self._comments_on(pledge)),
            tuple(query for query in self.read.queries if query.question in keys),
        )

    def _draw(self, section: Section) -> Markup:
        drawn: Markup = self._template.section(self._part(section))
        return drawn

    @cached_property
    def _template(self) -> Any:
        """The macros of a section, which know the variables of this page; made where something has to be drawn."""
        variables = dict(self.variables)
        current_app.update_template_context(variables)
        return current_app.jinja_env.get_template("reviews/_section.html").make_module(variables)

    def _comments_on(self, pledge: int) -> list[Note]:
        is_reviewer = pledge and self.variables["is_reviewer"]
        return [each for each in self.read.notes.comments if each.pledge == pledge] if is_reviewer else []

    def _part(self, section: Section) -> Part:
        pledge, touched = section.rows.pledge or 0, self.asked_about | self.variables["form"].asked.keys()
        said_above = bool(pledge and self.has_levels)
        lines = [each for each in section.lines if not (said_above and _is_said_above(each.row, self.asked_about))]
        return Part(
            section.rows,
            [each for each in lines if not each.is_settled or each.row.key in touched],
            [each for each in lines if each.is_settled and each.row.key not in touched],
            section.level,
            self.read.notes.earlier.get(pledge),
            self.read.notes.outcomes.get(pledge),
            self._comments_on(pledge),
        )


def _is_said_above(row: Row, asked_about: Collection[str]) -> bool:
    """Whether a level needs no line of its own: the sentence above the table says it, and there is no more to it."""
    is_more = row.is_changed or row.problems or row.explanation or row.key in asked_about
    return bool(LEVEL_KEY.fullmatch(row.key)) and not is_more


def _no_more(history: list[ItsStep]) -> str:
    """Why no further round of queries is possible; empty where one is."""
    try:
        next_round_of_queries([Step(step.step) for step in history])
    except StepRefused as refusal:
        return str(refusal)
    return ""


def say_who_decided(read: Read) -> str:
    """Who decided meanwhile, what and when, as a sentence; empty where nobody did."""
    if not read.notes.decisions:
        return ""
    last: Any = read.notes.decisions[-1]
    done = "accepted" if last.word == Verdict.ACCEPT else "returned"
    return f"{last.who} {done} revision {last.revision} on {say_moment(last.at)}"
