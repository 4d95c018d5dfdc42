"""What the team needs to run a round: where each organisation stands, since when, and whom to ask."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import String, bindparam, cast, func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.draft_sections import Texts
from anchor_portal.domain.lifecycle import UNANSWERED, Status
from anchor_portal.domain.people import OF_AN_ORGANISATION, Role
from anchor_portal.models import (
    Answer,
    Grant,
    QuestionnaireVersion,
    Return,
    Round,
    Submission,
    User,
)
from anchor_portal.queries.columns import among
from anchor_portal.queries.rounds import HAS_ANSWERED
from anchor_portal.queries.storable import is_storable


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody with a role in an organisation."""

    role: Role
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signed a return's latest revision, on which day, and whether that was after the deadline."""

    revision: int
    name: str
    role: str
    signed_on: date
    is_late: bool


def load_versions(session: Session) -> Mapping[int, QuestionnaireVersion]:
    """Every published questionnaire by its identifier, the newest first."""
    query = select(QuestionnaireVersion).order_by(QuestionnaireVersion.code.desc())
    return {version.id: version for version in session.scalars(query)}


def find_round_with_version(session: Session, code: str) -> tuple[Round, QuestionnaireVersion] | None:
    """The round with this code, and the questionnaire that it is bound to."""
    query = (
        select(Round, QuestionnaireVersion)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Round.questionnaire_id)
        .where(Round.code == code)
    )
    found = session.execute(query).one_or_none() if is_storable(code) else None
    if found is None:
        return None
    round_, version = found
    return round_, version


def count_by_round(session: Session) -> Mapping[int, Mapping[Status, int]]:
    """How many returns of each round stand where, by the round's identifier; those not begun have no row."""
    query = select(Return.round_id, Return.status, func.count()).group_by(Return.round_id, Return.status)
    counts: dict[int, dict[Status, int]] = {}
    for round_id, status, number in session.execute(query):
        counts.setdefault(round_id, {})[Status(status)] = number
    return counts


def count_unanswered(session: Session, round_: Round, counts: Mapping[Status, int]) -> int:
    """How many organisations have not answered, from how many stand where."""
    return count_all_unanswered(session, {round_.id: counts})[round_.id]


def count_all_unanswered(session: Session, counts: Mapping[int, Mapping[Status, int]]) -> Mapping[int, int]:
    """How many organisations have not answered in each of these rounds, from how many stand where, by its identifier.

    What was accepted stands while its correction waits for its signature or is withdrawn, and what was returned while
    the reply waits. They are counted in one statement of their own, where there may be some.
    """
    unanswered = {ident: sum(each.get(status, 0) for status in UNANSWERED) for ident, each in counts.items()}
    again = [ident for ident, each in counts.items() if each.get(Status.READY) or each.get(Status.WITHDRAWN)]
    if again:
        standing = (Return.round_id.in_(again), among(Return.status, UNANSWERED), HAS_ANSWERED)
        query = select(Return.round_id, func.count()).where(*standing).group_by(Return.round_id)
        for ident, number in session.execute(query):
            unanswered[ident] -= number
    return unanswered


def load_contacts(session: Session, organisation_ids: Collection[int]) -> Mapping[int, list[Contact]]:
    """The people of these organisations who can sign in, by organisation and then by name."""
    query = (
        select(Grant.organisation_id, Grant.role, User.name, User.email)
        .join(User, User.id == Grant.user_id)
        .where(Grant.organisation_id.in_(organisation_ids), Grant.role.in_(OF_AN_ORGANISATION), User.is_enabled)
        .order_by(User.name, User.email)
    )
    contacts: dict[int, list[Contact]] = {}
    for organisation_id, role, name, email in session.execute(query):
        contacts.setdefault(organisation_id or 0, []).append(Contact(Role(role), name, email))
    return contacts


_DRAFTS = select(Answer.return_id, Answer.question, cast(Answer.parts, String)).where(
    Answer.return_id.in_(bindparam("return_ids", expanding=True))
)


def load_drafts(session: Session, return_ids: Collection[int]) -> Mapping[int, Texts]:
    """The draft answers of these returns, as they are kept."""
    drafts: dict[int, list[tuple[str, str]]] = {}
    for return_id, question, text in session.connection().execute(_DRAFTS, {"return_ids": list(return_ids)}).all():
        drafts.setdefault(return_id, []).append((question, text))
    return {return_id: tuple(texts) for return_id, texts in drafts.items()}


def load_signatures(session: Session, round_: Round, return_ids: Collection[int]) -> Mapping[int, Signature]:
    """Who signed the latest revision of these returns of a round, by the return's identifier."""
    query = (
        select(
            Submission.return_id,
            Submission.revision,
            Submission.signed_name,
            Submission.signed_role,
            Submission.signed_on,
            Submission.is_late,
        )
        .join(Return, (Return.id == Submission.return_id) & (Return.revision == Submission.revision))
        .where(Return.round_id == round_.id, Return.id.in_(return_ids))
    )
    return {
        return_id: Signature(revision, name, role, signed_on, is_late)
        for return_id, revision, name, role, signed_on, is_late in session.execute(query)
    }
