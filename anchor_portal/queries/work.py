"""What waits for a person, over all their organisations and roles, in few statements."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Date,
    Integer,
    String,
    and_,
    bindparam,
    cast,
    func,
    literal,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from anchor_portal.models import (
    Extension,
    Grant,
    Invitation,
    Organisation,
    QuestionnaireVersion,
    Return,
    ReviewQuery,
    Round,
    SectionOwner,
    User,
)
from anchor_portal.models.base import Moment
from anchor_portal.models.round_members import is_expected_in
from anchor_portal.queries.columns import ORGANISATION, RETURN, ROUND, ItsOrganisation, ItsReturn, ItsRound
from anchor_portal.queries.sharing import Owner


class OwnPlace(NamedTuple):
    """A round for one of the person's organisations, with its return where one was begun.

    `digest` is that of the round's questionnaire, `until` the end of an extension that the organisation was given.
    `is_expected` is whether the round expects the organisation.
    """

    round: ItsRound
    organisation: ItsOrganisation
    digest: str
    until: date | None
    is_expected: bool
    row: ItsReturn | None


@dataclass
class Pending:
    """What others did about a person's returns, and whom a lead invited.

    `queries`: how many of the current ones have no reply yet, by return, with the day to answer by; `owners` of sections, by return and section;
    `invitations`: links not used yet, by organisation.
    """

    queries: dict[int, tuple[int, date]] = field(default_factory=dict)
    owners: dict[int, dict[str, Owner]] = field(default_factory=dict)
    invitations: dict[int, tuple[int, datetime]] = field(default_factory=dict)

    def owners_of(self, row: ItsReturn | None) -> Mapping[str, Owner]:
        """Who has which section of a return."""
        return self.owners.get(row.id, {}) if row else {}


_PLACES = (
    select(
        *ROUND,
        *ORGANISATION,
        QuestionnaireVersion.digest,
        Extension.until,
        is_expected_in(Round.id, Round.closes_on).label("is_expected"),
        *RETURN,
    )
    .select_from(Round)
    .join(QuestionnaireVersion, QuestionnaireVersion.id == Round.questionnaire_id)
    .join(Organisation, Organisation.id.in_(bindparam("organisation_ids", expanding=True)))
    .outerjoin(Extension, and_(Extension.round_id == Round.id, Extension.organisation_id == Organisation.id))
    .outerjoin(Return, and_(Return.round_id == Round.id, Return.organisation_id == Organisation.id))
    .order_by(Round.code.desc(), Organisation.name, Organisation.id)
)
_ROUNDS = select(*ROUND).order_by(Round.code.desc())


def load_places(session: Session, organisation_ids: Collection[int]) -> list[OwnPlace]:
    """Every round for each of these organisations, the newest first."""
    first, second = len(ROUND), len(ROUND) + len(ORGANISATION)
    rows = session.connection().execute(_PLACES, {"organisation_ids": list(organisation_ids)}).all()
    return [
        OwnPlace(
            ItsRound._make(row[:first]),
            ItsOrganisation._make(row[first:second]),
            row[second],
            row[second + 1],
            bool(row[second + 2]),
            ItsReturn._make(row[second + 3 :]) if row[second + 3] is not None else None,
        )
        for row in rows
    ]


def load_rounds_in_short(session: Session) -> list[ItsRound]:
    """Every round, the newest first."""
    return [ItsRound._make(row) for row in session.connection().execute(_ROUNDS).all()]


_QUERIES = (
    select(
        literal("query", String).label("what"),
        ReviewQuery.return_id.label("about"),
        cast(func.count() - func.count(ReviewQuery.answered_at), Integer).label("number"),
        func.min(ReviewQuery.answer_by).label("due_on"),
        cast(null(), Moment).label("until"),
        literal("", String).label("section"),
        literal("", String).label("name"),
    )
    .join(Return, and_(Return.id == ReviewQuery.return_id, Return.revision == ReviewQuery.revision))
    .where(ReviewQuery.return_id.in_(bindparam("returned", expanding=True)))
    .group_by(ReviewQuery.return_id)
)
_OWNERS = (
    select(
        literal("owner", String),
        SectionOwner.return_id,
        SectionOwner.user_id,
        SectionOwner.due_on,
        cast(null(), Moment),
        SectionOwner.section,
        User.name,
    )
    .join(User, User.id == SectionOwner.user_id)
    .where(SectionOwner.return_id.in_(bindparam("begun", expanding=True)))
)
_INVITED = (
    select(
        literal("invitation", String),
        Grant.organisation_id,
        cast(func.count(User.id.distinct()), Integer),
        cast(null(), Date),
        func.min(Invitation.expires_at),
        literal("", String),
        literal("", String),
    )
    .join(User, User.id == Grant.user_id)
    .join(Invitation, Invitation.user_id == User.id)
    .where(
        Grant.organisation_id.in_(bindparam("led", expanding=True)),
        User.password_hash.is_(None),
        User.is_enabled,
        Invitation.used_at.is_(None),
        Invitation.expires_at > bindparam("now", type_=Moment),
    )
    .group_by(Grant.organisation_id)
)
_PENDING: CompoundSelect[Any] = union_all(_QUERIES, _OWNERS, _INVITED)


def load_pending(
    session: Session,
    *,
    returned: Sequence[int],
    begun: Sequence[int],
    led: Sequence[int],
    now: datetime,
) -> Pending:
    """The queries to which the returns `returned` reply now, owners of the sections of those `begun`.

    And the people of the organisations `led` who did not use their link yet. In one statement.
    """
    pending = Pending()
    if not (begun or returned or led):
        return pending
    values = {"returned": returned, "begun": begun, "led": led, "now": now}
    rows: Sequence[Any] = session.connection().execute(_PENDING, values).all()
    for what, about, number, due_on, until, section, name in rows:
        if what == "query":
            pending.queries[about] = (number, due_on)
        elif what == "owner":
            pending.owners.setdefault(about, {})[section] = Owner(section, number, name, due_on)
        else:
            pending.invitations[about] = (number, until)
    return pending
