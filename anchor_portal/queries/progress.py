"""What the page of an organisation's progress needs, in a number of statements that never grows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.figure import Figure
from anchor_portal.domain.findings.progress import Accepted
from anchor_portal.models import Certificate, Organisation, QuestionnaireVersion, Return, Round, Submission
from anchor_portal.queries.published import read_frozen
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.releases import load_latest


@dataclass(frozen=True, slots=True)
class Earned:
    """A certificate that stands."""

    code: str
    number: str
    issued_on: Any


@dataclass(frozen=True, slots=True)
class Progress:
    """An organisation's accepted returns from the first to the last, the earliest first, and its certificates."""

    rounds: tuple[Accepted, ...]
    certificates: tuple[Earned, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Protected figures of one sector in published rounds, by measure and round."""

    shares: Mapping[str, Mapping[str, Figure]]
    counts: Mapping[str, tuple[str, Figure, Figure]]
    """For each measure the latest published round, with how many said yes of how many that answered."""


def load_progress(session: Session, organisation: Organisation) -> Progress:
    """What an organisation said in every round, as accepted: one statement, and one for each version not parsed yet."""
    mine = and_(Return.round_id == Round.id, Return.organisation_id == organisation.id)
    accepted = and_(Submission.return_id == Return.id, Submission.revision == Return.accepted_revision)
    standing = and_(
        Certificate.return_id == Return.id, Certificate.superseded_by.is_(None), Certificate.withdrawn_on.is_(None)
    )
    query = (
        select(Round.code, QuestionnaireVersion.id, QuestionnaireVersion.digest, Submission.answers, Certificate)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Round.questionnaire_id)
        .outerjoin(Return, mine)
        .outerjoin(Submission, accepted)
        .outerjoin(Certificate, standing)
        .order_by(Round.code)
    )
    rows = session.execute(query).all()
    returned = [place for place, row in enumerate(rows) if row.answers is not None]
    wanted = rows[returned[0] : returned[-1] + 1] if returned else []
    return Progress(
        tuple(
            Accepted(
                row.code,
                get_questionnaire(session, row.id, row.digest),
                None if row.answers is None else json.loads(row.answers),
            )
            for row in wanted
        ),
        tuple(
            Earned(row.code, row.Certificate.number, row.Certificate.issued_on)
            for row in reversed(rows)
            if row.Certificate is not None
        ),
    )


def load_sector(session: Session, sector: str) -> Beside:
    """What the public may know of one sector, from the frozen figures of the published rounds: one statement."""
    shares: dict[str, dict[str, Figure]] = {}
    counts: dict[str, tuple[str, Figure, Figure]] = {}
    for release in reversed(load_latest(session)):
        code = release.round_code
        for view in read_frozen(release.outside):
            for row in view.breakdowns["sector"]:
                if row.code == sector:
                    shares.setdefault(view.definition.measure, {})[code] = row.value
                    counts[view.definition.measure] = (code, row.numerator, row.denominator)
    return Beside(shares, counts)
