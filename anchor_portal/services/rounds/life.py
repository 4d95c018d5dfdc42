"""Rounds: added, closed, and questionnaires published for them."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.questionnaire.version import Questionnaire, parse
from anchor_portal.domain.rounds import FROZEN, Period, RoundRefused, RoundStatus, Stage, period_of, read_code, title_of
from anchor_portal.models import QuestionnaireVersion, Round
from anchor_portal.models.base import now
from anchor_portal.queries.questionnaires import find_version
from anchor_portal.queries.rounds import find_round, status_of
from anchor_portal.services.figures.measuring import note_moves
from anchor_portal.services.figures.totals import hold_rounds, remake_totals


class VersionRefused(Exception):
    """A questionnaire cannot be published under its code; the text is a sentence."""


def publish_questionnaire(session: Session, source: str, name: str) -> tuple[Questionnaire, bool]:
    """Publish a version as one row that never changes; False where exactly this was published before.

    Raises QuestionnaireError with every error of the file, and VersionRefused where the code is taken.
    """
    questionnaire = parse(source, name)
    existing = find_version(session, questionnaire.code)
    if existing is not None:
        if existing.digest == questionnaire.digest:
            return questionnaire, False
        raise VersionRefused(
            f"version {questionnaire.code} is already published, with other words, and never changes: "
            "give the new one a code of its own"
        )
    session.add(
        QuestionnaireVersion(
            code=questionnaire.code,
            title=questionnaire.title,
            source=source,
            digest=questionnaire.digest,
            published_at=now(),
        )
    )
    session.flush()
    return questionnaire, True


def add_round(
    session: Session,
    code: str,
    version: str,
    opens_on: date,
    closes_on: date,
    period: Period | None = None,
    title: str = "",
) -> Round:
    """Add a round. Raises RoundRefused with a sentence."""
    read_code(code)
    span = period or period_of(code)
    name = title or title_of(code)
    if find_round(session, code) is not None:
        raise RoundRefused(f"there is already a round {code}")
    if closes_on < opens_on:
        raise RoundRefused("a round cannot close before it opens")
    if span.last < span.first:
        raise RoundRefused("the period cannot end before it begins")
    questionnaire = find_version(session, version)
    if questionnaire is None:
        published = ", ".join(session.scalars(select(QuestionnaireVersion.code).order_by(QuestionnaireVersion.code)))
        raise RoundRefused(f"no questionnaire “{version}” is published; there are: {published or 'none'}")
    round_ = Round(
        code=code,
        title=name,
        questionnaire_id=questionnaire.id,
        opens_on=opens_on,
        closes_on=closes_on,
        period_from=span.first,
        period_to=span.last,
    )
    session.add(round_)
    session.flush()
    remake_totals(session, round_)
    if session.scalars(select(Round.id).where(Round.code > code).limit(1)).first():
        note_moves(session)  # what a later round is compared with may be this one now
    return round_


def close_round(session: Session, round_: Round, today: date) -> None:
    """Close a round to its organisations. Raises RoundRefused where it is closed or published already."""
    hold_rounds(session)
    status = status_of(round_, today)
    if status is RoundStatus.CLOSED or status in FROZEN or status is RoundStatus.UNDER_REVIEW:
        raise RoundRefused(f"round {round_.code} is {status} already")
    round_.stage = Stage.CLOSED
    session.flush()
    remake_totals(session, round_)
