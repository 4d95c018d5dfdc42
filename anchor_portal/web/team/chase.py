"""The chase list of a round: where each organisation stands, since when, what to do about it, and whom to ask."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from anchor_portal.domain.answers.completeness import SectionStatus
from anchor_portal.domain.answers.draft_sections import Texts, sections_of
from anchor_portal.domain.lifecycle import DONE, NAMES, Status, Step, has_answered
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.running.reminders import whom_to_ask
from anchor_portal.domain.sectors import SECTORS, SEVERAL_PLACES
from anchor_portal.models import Organisation, QuestionnaireVersion, ReturnStep, Round
from anchor_portal.queries.chase_list import ChaseRow, load_chase_rows
from anchor_portal.queries.chasing import Contact, load_contacts, load_drafts
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference

ON_A_PAGE = 50
COLOURS = {
    Status.NOT_STARTED: "nhsuk-tag--blue",
    Status.IN_PROGRESS: "nhsuk-tag--aqua-green",
    Status.READY: "nhsuk-tag--purple",
    Status.RETURNED: "nhsuk-tag--orange",
    Status.WITHDRAWN: "nhsuk-tag--orange",
    Status.CORRECTING: "nhsuk-tag--orange",
    Status.SUBMITTED: "nhsuk-tag--yellow",
    Status.ACCEPTED: "nhsuk-tag--green",
    Status.NIL: "nhsuk-tag--grey",
}
"""In the order of the list: those who have not answered first."""
PLACE = {status: place for place, status in enumerate(COLOURS)}
TO_DO = {
    Status.NOT_STARTED: "Ask them to start",
    Status.IN_PROGRESS: "Ask when it will be finished",
    Status.READY: "Ask the signatory to read and sign it",
    Status.RETURNED: "Ask them to answer the Assembly’s queries",
    Status.WITHDRAWN: "Ask them to correct it and submit it again",
    Status.CORRECTING: "Ask them to sign the correction",
    Status.SUBMITTED: "Nothing: it waits for the Assembly",
    Status.ACCEPTED: "Nothing: it is done",
    Status.NIL: "Nothing: it is done",
}
NOBODY = {Role.LEAD: "Nobody is its lead yet", Role.SIGNATORY: "Nobody is its signatory yet"}
UNANSWERED = "unanswered"
"""In the address: all who have not answered."""


@dataclass(frozen=True, slots=True)
class Filter:
    """What the list is narrowed to; empty is everything. What the address says and nobody knows is no filter."""

    sector: str = ""
    place: str = ""
    status: str = ""

    @property
    def in_address(self) -> dict[str, str]:
        """What of it stands in an address."""
        every = {"sector": self.sector, "place": self.place, "status": self.status}
        return {name: value for name, value in every.items() if value}

    def lets_through(self, row: ChaseRow) -> bool:
        """Whether an organisation is on the list."""
        stands = not self.status or (_is_unanswered(row) if self.status == UNANSWERED else row.status == self.status)
        return stands and (not self.sector or row.sector == self.sector) and (not self.place or row.place == self.place)


def read_filter(asked: MultiDict[str, str], reference: Reference) -> Filter:
    """The filter that an address names."""
    places = {SEVERAL_PLACES, *(place.code for place in reference.places)}
    known = {"sector": set(SECTORS), "place": places, "status": {UNANSWERED, *map(str, COLOURS)}}
    return Filter(**{name: value for name, values in known.items() if (value := asked.get(name, "")) in values})


@dataclass(frozen=True, slots=True)
class Chased:
    """One line of the list."""

    row: ChaseRow
    progress: str
    contacts: tuple[Contact, ...]
    everyone: tuple[Contact, ...] = ()

    @property
    def organisation(self) -> Organisation:
        """Whose line it is."""
        return self.row.organisation

    @property
    def status(self) -> Status:
        """Where its return stands."""
        return self.row.status

    @property
    def status_name(self) -> str:
        """The status in words."""
        return NAMES[self.status]

    @property
    def colour(self) -> str:
        """The colour of its tag, beside the words."""
        return COLOURS[self.status]

    @property
    def last_step(self) -> ReturnStep | None:
        """The last step of its return."""
        return self.row.step

    @property
    def last_words(self) -> str:
        """The last step in words."""
        return DONE[Step(self.row.step.step)] if self.row.step else ""

    @property
    def to_do(self) -> str:
        """What the team does about it."""
        return TO_DO[self.status]

    @property
    def nobody(self) -> str:
        """That there is nobody to ask, where somebody should be asked."""
        role = whom_to_ask(self.status)
        return NOBODY[role] if role and not self.contacts else ""

    @property
    def reminded_at(self) -> datetime | None:
        """When it was last reminded."""
        return self.row.reminded_at

    @property
    def is_unanswered(self) -> bool:
        """Whether the Assembly has no answer from it."""
        return _is_unanswered(self.row)

    @property
    def last_time(self) -> str:
        """How it answered in the round before, in words; empty where there was none."""
        if self.row.last_round is None:
            return ""
        if self.row.last_row is not None:
            return NAMES[Status(self.row.last_row.status)]
        return "Did not start" if self.row.was_expected_last_time else "Was not expected"


@dataclass(frozen=True, slots=True)
class Share:
    """How many organisations of a sector or a place have answered, of those expected."""

    code: str
    name: str
    expected: int
    answered: int

    @property
    def missing(self) -> int:
        """How many have not."""
        return self.expected - self.answered


@dataclass(frozen=True, slots=True)
class Chase:
    """A page of the list, with what is said of the whole: how many stand where, and how many have not answered."""

    counts: Mapping[Status, int]
    unanswered: int
    lines: tuple[Chased, ...]
    listed: int
    page: int
    pages: int
    sectors: tuple[Share, ...]
    places: tuple[Share, ...]
    last_round: Round | None

    @property
    def expected(self) -> int:
        """How many organisations the round expects."""
        return sum(self.counts.values())


def load_chase(
    session: Session,
    round_: Round,
    version: QuestionnaireVersion,
    reference: Reference,
    today: date,
    page: int,
    narrowed: Filter = Filter(),  # noqa: B008 - it never changes
) -> Chase:
    """A page of the list; a page that there is not gives the nearest one."""
    everyone = load_chase_rows(session, round_)
    listed = _in_order(everyone, narrowed)
    pages = max(1, -(-len(listed) // ON_A_PAGE))
    page = min(max(page, 1), pages)
    shown = listed[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    counted = Counter(row.status for row in everyone)
    return Chase(
        counts={status: counted[status] for status in COLOURS if counted[status]},
        unanswered=sum(map(_is_unanswered, everyone)),
        lines=_lines(session, round_, version, reference, today, shown),
        listed=len(listed),
        page=page,
        pages=pages,
        sectors=_shares(everyone, SECTORS, [row.sector for row in everyone]),
        places=_shares(everyone, _place_names(reference), [row.place for row in everyone]),
        last_round=everyone[0].last_round if everyone else None,
    )


def load_whole_chase(
    session: Session,
    round_: Round,
    version: QuestionnaireVersion,
    reference: Reference,
    today: date,
    narrowed: Filter,
) -> tuple[Chased, ...]:
    """The whole list, for a file."""
    rows = _in_order(load_chase_rows(session, round_), narrowed)
    return _lines(session, round_, version, reference, today, rows)


def _in_order(rows: Iterable[ChaseRow], narrowed: Filter) -> list[ChaseRow]:
    return sorted(filter(narrowed.lets_through, rows), key=lambda row: PLACE[row.status])


def _place_names(reference: Reference) -> Mapping[str, str]:
    return {place.code: place.label for place in reference.places} | {SEVERAL_PLACES: "Several places"}


def _shares(rows: Sequence[ChaseRow], names: Mapping[str, str], codes: Sequence[str]) -> tuple[Share, ...]:
    """How many of each group have answered, in the order of the names; groups without anybody are left out."""
    expected = Counter(codes)
    answered = Counter(code for row, code in zip(rows, codes, strict=True) if not _is_unanswered(row))
    return tuple(Share(code, name, expected[code], answered[code]) for code, name in names.items() if expected[code])


def _lines(
    session: Session,
    round_: Round,
    version: QuestionnaireVersion,
    reference: Reference,
    today: date,
    rows: Sequence[ChaseRow],
) -> tuple[Chased, ...]:
    contacts = load_contacts(session, [row.organisation.id for row in rows]) if rows else {}
    begun = [row.row.id for row in rows if row.row and row.status is Status.IN_PROGRESS]
    drafts = load_drafts(session, begun) if begun else {}
    questionnaire = get_questionnaire(session, version.id, version.digest)
    return tuple(
        Chased(
            row=row,
            progress=_progress(row, questionnaire, drafts, round_, reference, today),
            contacts=_to_ask(row, contacts),
            everyone=tuple(contacts.get(row.organisation.id, ())),
        )
        for row in rows
    )


def _is_unanswered(row: ChaseRow) -> bool:
    """What was accepted or returned stands: a correction or reply that waits for its signature is no missing answer."""
    return not has_answered(row.status, row.accepted_revision, is_reply=row.is_reply)


def _to_ask(row: ChaseRow, contacts: Mapping[int, Sequence[Contact]]) -> tuple[Contact, ...]:
    role = whom_to_ask(row.status)
    return tuple(each for each in contacts.get(row.organisation.id, ()) if each.role is role)


def _progress(
    row: ChaseRow,
    questionnaire: Questionnaire,
    drafts: Mapping[int, Texts],
    round_: Round,
    reference: Reference,
    today: date,
) -> str:
    """How far a draft is; empty for what is no draft."""
    if row.row is None or row.status is not Status.IN_PROGRESS:
        return ""
    asking = reference.asking(row.organisation, round_, today)
    sections = sections_of(questionnaire, asking, drafts.get(row.row.id, ()))
    done = sum(each.status is SectionStatus.COMPLETED for each in sections)
    return f"{done} of {len(sections)} sections completed"
