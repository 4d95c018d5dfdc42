"""Returns, found through the person asking: somebody else's return is not found."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Select, String, and_, bindparam, cast, or_, select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.carrying import Carried
from anchor_portal.domain.answers.draft_sections import Texts
from anchor_portal.domain.answers.parts import Asking, Last
from anchor_portal.domain.lifecycle import EDITABLE, Status, takes_answers, takes_decisions
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.domain.rounds import RoundStatus, Stage, status_on
from anchor_portal.domain.running.more_time import own_deadline, own_status
from anchor_portal.models import (
    Answer,
    CarriedAnswer,
    Extension,
    Organisation,
    QuestionnaireVersion,
    Return,
    ReturnStep,
    Round,
    Submission,
)
from anchor_portal.queries.columns import (
    ORGANISATION,
    RETURN,
    ROUND,
    STEP,
    ItsOrganisation,
    ItsReturn,
    ItsRound,
    ItsStep,
    Signed,
)
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference, was_other_kind
from anchor_portal.queries.storable import is_storable
from anchor_portal.queries.viewer import HELD, Viewer

REVIEWABLE = (Status.SUBMITTED, Status.RETURNED, Status.ACCEPTED, Status.CORRECTING, Status.NIL)
"""What an Assembly member may read."""


@dataclass(frozen=True)
class Found:
    """A return with all that is needed to read it; `row` is None while nobody has started it.

    `row` is the whole one, which steps change, wherever it was not found to fill in a section alone.

    `extended_until` is the end of an extension that the organisation was given.
    """

    round: ItsRound
    organisation: ItsOrganisation
    row: Return | ItsReturn | None
    questionnaire: Questionnaire
    asking: Asking
    extended_until: date | None = None

    @classmethod
    def of(
        cls,
        round_: Round,
        organisation: Organisation,
        row: Return | None,
        questionnaire: Questionnaire,
        asking: Asking,
        extended_until: date | None = None,
    ) -> "Found":
        """The same from whole rows."""
        its_round = ItsRound._make(getattr(round_, name) for name in ItsRound._fields)
        its_organisation = ItsOrganisation._make(getattr(organisation, name) for name in ItsOrganisation._fields)
        return cls(its_round, its_organisation, row, questionnaire, asking, extended_until)

    def as_signed(self, signed: Signed | None, reference: Callable[[], Reference]) -> "Found":
        """The same to read a signed revision with: as what kind of organisation it was signed.

        `reference` is asked for only where the register says something else since.
        """
        if signed is None or not was_other_kind(self.asking, signed):
            return self
        return replace(self, asking=reference().as_signed(self.asking, signed))

    @property
    def status(self) -> Status:
        """Where the return stands."""
        return Status(self.row.status) if self.row else Status.NOT_STARTED

    @cached_property
    def round_status(self) -> RoundStatus:
        """Where its round stands today for this organisation: open to it as long as it was given more time."""
        everybodys = status_on(Stage(self.round.stage), self.round.opens_on, self.round.closes_on, self.asking.today)
        return own_status(everybodys, self.extended_until, self.asking.today)

    @property
    def due_on(self) -> date:
        """The deadline of this organisation."""
        return own_deadline(self.round.closes_on, self.extended_until)

    def get_row(self) -> Return:
        """The row of a return that was started. Raises LookupError where nobody has."""
        row = self.find_row()
        if row is None:
            raise LookupError("nobody has started this return")
        return row

    def find_row(self) -> Return | None:
        """The row of a return, to take a step with. Raises LookupError where it was found to fill in a section."""
        if isinstance(self.row, ItsReturn):
            raise LookupError("this return was found to fill in a section")
        return self.row

    @property
    def is_editable(self) -> bool:
        """Whether its organisation may change answers now."""
        return self.status in EDITABLE and self.takes_answers

    @property
    def takes_answers(self) -> bool:
        """Whether its round takes answers of this return now."""
        revisions = (self.row.revision, self.row.accepted_revision) if self.row else (0, 0)
        return takes_answers(self.round_status, *revisions)

    @property
    def takes_decisions(self) -> bool:
        """Whether the Assembly may accept or return it now."""
        return takes_decisions(self.round_status, self.row.accepted_revision if self.row else 0)


class Kept(NamedTuple):
    """An answer of a draft as it is kept: who saved it, and when."""

    parts: dict[str, str]
    by: str
    at: datetime


_PLACE = (
    select(*ROUND, *ORGANISATION, QuestionnaireVersion.digest, Extension.until)
    .select_from(Round)
    .join(Organisation, Organisation.slug == bindparam("slug"))
    .join(QuestionnaireVersion, QuestionnaireVersion.id == Round.questionnaire_id)
    .outerjoin(Extension, and_(Extension.round_id == Round.id, Extension.organisation_id == Organisation.id))
    .where(Round.code == bindparam("code"))
)
_WHOLE = _PLACE.add_columns(Return).outerjoin(
    Return, and_(Return.round_id == Round.id, Return.organisation_id == Organisation.id)
)
BEFORE_ROW = len(ROUND) + len(ORGANISATION) + 2
WITH_COLUMNS = _PLACE.add_columns(*RETURN).outerjoin(
    Return, and_(Return.round_id == Round.id, Return.organisation_id == Organisation.id)
)
"""A return by its columns; those of its row begin at BEFORE_ROW."""
_HOLD = select(Organisation.id).where(Organisation.slug == bindparam("slug")).with_for_update(key_share=True)
_DRAFT = select(Answer.question, Answer.parts).where(Answer.return_id == bindparam("return_id"))
_DRAFT_TEXTS = select(Answer.question, cast(Answer.parts, String)).where(Answer.return_id == bindparam("return_id"))
_CARRIED = select(CarriedAnswer.question, CarriedAnswer.parts, CarriedAnswer.from_round, CarriedAnswer.about_to).where(
    CarriedAnswer.return_id == bindparam("return_id"),
    CarriedAnswer.question.not_in(select(Answer.question).where(Answer.return_id == bindparam("return_id"))),
)
_STEPS = select(*STEP).where(ReturnStep.return_id == bindparam("return_id")).order_by(ReturnStep.id)
_LAST = (
    select(Round.code, Round.period_to, Submission.answers, Round.questionnaire_id)
    .join(Return, Return.round_id == Round.id)
    .join(Submission, and_(Submission.return_id == Return.id, Submission.revision == Return.accepted_revision))
    .where(Return.organisation_id == bindparam("organisation_id"), Round.code < bindparam("before"))
    .order_by(Round.code.desc())
    .limit(1)
    .subquery()
)
_NOW = select(Round.questionnaire_id).where(Round.code == bindparam("before")).scalar_subquery()
_LAST_SIGNED = select(
    _LAST.c.code, _LAST.c.period_to, _LAST.c.answers, QuestionnaireVersion.id, QuestionnaireVersion.digest
).outerjoin(
    QuestionnaireVersion,
    or_(
        and_(QuestionnaireVersion.id > _LAST.c.questionnaire_id, QuestionnaireVersion.id <= _NOW),
        and_(QuestionnaireVersion.id <= _LAST.c.questionnaire_id, QuestionnaireVersion.id > _NOW),
    ),
)
"""The last accepted return, once for each version of the questionnaire that lies between it and the round."""


def find_return(
    session: Session,
    viewer: Viewer,
    round_code: str,
    slug: str,
    reference: Reference,
    today: date,
    *,
    lock: bool = False,
) -> Found | None:
    """The return of an organisation for a round, if this person may see it.

    `lock` holds the organisation until the commit, so that nobody else changes or even starts its return meanwhile.
    """
    if not is_storable(round_code + slug):
        return None
    if lock:
        hold(session, slug)
    found = session.execute(_WHOLE, {"code": round_code, "slug": slug}).one_or_none()
    return None if found is None else _find(session, viewer, read_place(found), found[-1], reference, today)


def hold(session: Session, slug: str) -> None:
    """Hold the organisation until the commit: before the statement that reads, for one that waits sees all as before.

    On SQLite whoever writes has the whole database for themselves.
    """
    connection = session.connection()
    if session.info.get(HELD) != slug and connection.dialect.name != "sqlite":
        connection.execute(_HOLD, {"slug": slug})


def find_draft(
    session: Session, viewer: Viewer, round_code: str, slug: str, reference: Reference, today: date
) -> Found | None:
    """The return of an organisation for a round, if this person may see it, to read where its draft stands.

    Its row is not the whole one, with which steps are taken.
    """
    if not is_storable(round_code + slug):
        return None
    rows = session.connection().execute(WITH_COLUMNS, {"code": round_code, "slug": slug}).all()
    if not rows:
        return None
    place, columns = read_place(rows[0]), rows[0][-len(RETURN) :]
    row = ItsReturn._make(columns) if columns[0] is not None else None
    return _find(session, viewer, place, row, reference, today)


def _find(
    session: Session,
    viewer: Viewer,
    place: "Place",
    row: Return | ItsReturn | None,
    reference: Reference,
    today: date,
) -> Found | None:
    if not may_see(viewer, place.organisation.id, row):
        return None
    return place.found(row, get_questionnaire(session, place.round.questionnaire_id, place.digest), reference, today)


class Place(NamedTuple):
    """Round and organisation of a return; `extended_until` is the end of an extension."""

    round: ItsRound
    organisation: ItsOrganisation
    digest: str
    extended_until: date | None

    def found(
        self, row: Return | ItsReturn | None, questionnaire: Questionnaire, reference: Reference, today: date
    ) -> Found:
        """The return there."""
        asking = reference.asking(self.organisation, self.round, today)
        return Found(self.round, self.organisation, row, questionnaire, asking, self.extended_until)


def read_place(row: Sequence[Any]) -> Place:
    """Round and organisation, from the first columns of WITH_COLUMNS."""
    middle, end = len(ROUND), len(ROUND) + len(ORGANISATION)
    return Place(ItsRound._make(row[:middle]), ItsOrganisation._make(row[middle:end]), row[end], row[end + 1])


def may_see(viewer: Viewer, organisation_id: int, row: Return | ItsReturn | None) -> bool:
    """An organisation's own people always; the Assembly once it was submitted; the team always."""
    roles = viewer.roles_for(organisation_id)
    if organisation_id in viewer.organisation_ids or Role.TEAM in roles:
        return True
    was_sent = row is not None and (row.status in REVIEWABLE or row.accepted_revision > 0)
    return Role.MEMBER in roles and was_sent and organisation_id not in viewer.interests


def load_answers(session: Session, return_id: int) -> dict[str, dict[str, str]]:
    """The answers of a draft, as they were last saved."""
    return {question: parts for question, parts in session.connection().execute(_DRAFT, {"return_id": return_id}).all()}


def load_draft_texts(session: Session, return_id: int) -> Texts:
    """The answers of a draft as they are kept, not read yet."""
    found = session.connection().execute(_DRAFT_TEXTS, {"return_id": return_id}).all()
    return tuple((question, text) for question, text in found)


def load_some_answers(session: Session, return_id: int, keys: Sequence[str]) -> dict[str, dict[str, str]]:
    """The answers of a draft to some questions."""
    found = session.connection().execute(_draft_of(tuple(keys)), {"return_id": return_id}).all()
    return {question: parts for question, parts in found}


@lru_cache(maxsize=200)
def _draft_of(keys: tuple[str, ...]) -> Select[str, dict[str, str]]:
    """The statement for one section: made once, for a list that differs each time costs as much as the rest."""
    return _DRAFT.where(or_(*(Answer.question == key for key in keys)))


def load_carried(session: Session, return_id: int) -> dict[str, Carried]:
    """The answers that were carried forward and wait to be confirmed, by question."""
    rows = session.connection().execute(_CARRIED, {"return_id": return_id}).all()
    return {question: Carried(parts, from_round, about_to) for question, parts, from_round, about_to in rows}


def load_kept(session: Session, return_id: int) -> dict[str, Kept]:
    """The answers of a draft, each with who saved it last, and when."""
    query = select(Answer.question, Answer.parts, Answer.saved_by, Answer.saved_at).where(Answer.return_id == return_id)
    return {question: Kept(parts, by, at) for question, parts, by, at in session.execute(query)}


def find_submission(session: Session, return_id: int, revision: int) -> Submission | None:
    """The return as it was signed, in one revision."""
    query = select(Submission).where(Submission.return_id == return_id, Submission.revision == revision)
    return session.scalars(query).one_or_none()


def get_submission(session: Session, row: Return) -> Submission:
    """The revision of a return that stands now, as it was signed. Raises LookupError where it was never signed."""
    submission = find_submission(session, row.id, row.revision)
    if submission is None:
        raise LookupError("this return was never signed")
    return submission


def answers_of(submission: Signed) -> dict[str, dict[str, str]]:
    """The signed answers, exactly as they were signed."""
    answers: dict[str, dict[str, str]] = json.loads(submission.answers)
    return answers


class LastSigned(NamedTuple):
    """The last accepted return before this one: its round, the last day that it is about, its answers as signed.

    `incomparable` are the questions that are asked in another way since, so that last time's answers say nothing beside
    this time's.
    """

    code: str
    period_to: date
    answers: str
    incomparable: frozenset[str] = frozenset()

    def read(self) -> Last:
        """What it said that can stand beside what is said now."""
        answers: dict[str, dict[str, str]] = json.loads(self.answers)
        kept = {key: parts for key, parts in answers.items() if key not in self.incomparable}
        return Last(kept, self.period_to)


def find_last(session: Session, organisation_id: int, round_code: str) -> tuple[str, Last] | None:
    """The last accepted return of the organisation before a round: the round's code, and what it said."""
    found = find_last_signed(session, organisation_id, round_code)
    return None if found is None else (found.code, found.read())


def find_last_signed(session: Session, organisation_id: int, round_code: str) -> LastSigned | None:
    """The last accepted return of the organisation before a round, its answers not read yet."""
    its = {"organisation_id": organisation_id, "before": round_code}
    rows = session.connection().execute(_LAST_SIGNED, its).all()
    if not rows:
        return None
    between = [get_questionnaire(session, row.id, row.digest) for row in rows if row.id is not None]
    incomparable = frozenset(each.key for version in between for each in version.questions if not each.comparable)
    code, period_to, answers, *_ = rows[0]
    return LastSigned(code, period_to, answers, incomparable)


def load_steps(session: Session, return_id: int) -> list[ItsStep]:
    """Every step of a return's life, the first one first."""
    return [ItsStep._make(row) for row in session.connection().execute(_STEPS, {"return_id": return_id}).all()]
