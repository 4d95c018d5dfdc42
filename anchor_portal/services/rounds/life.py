"""Rounds: added and closed."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.rounds import Period, RoundRefused, Stage, period_of, read_code, refuse_year, title_of
from anchor_portal.domain.running.steps import BEFORE, RoundAct
from anchor_portal.models import QuestionnaireVersion, Round
from anchor_portal.queries.questionnaires import find_version
from anchor_portal.queries.rounds import find_round, status_of
from anchor_portal.services.audit import OPERATOR
from anchor_portal.services.figures.measuring import note_moves
from anchor_portal.services.figures.totals import hold_rounds, remake_totals
from anchor_portal.services.rounds.noting import note_step


def add_round(
    session: Session,
    code: str,
    version: str,
    opens_on: date,
    closes_on: date,
    period: Period | None = None,
    title: str = "",
    *,
    by: str = OPERATOR,
    at: datetime | None = None,
) -> Round:
    """Add a round; `by` is who plans it. Raises RoundRefused with a sentence."""
    read_code(code)
    span = period or period_of(code)
    name = title or title_of(code)
    if find_round(session, code) is not None:
        raise RoundRefused(f"there is already a round {code}")
    given = {"the opening date": opens_on, "the closing date": closes_on}
    given |= {"the first day of the period": period.first, "the last day of the period": period.last} if period else {}
    if wrong := [refusal for what, day in given.items() if (refusal := refuse_year(what, day))]:
        raise RoundRefused(wrong[0])
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
    note_step(session, round_, RoundAct.PLAN, by, at=at)
    remake_totals(session, round_)
    if session.scalars(select(Round.id).where(Round.code > code).limit(1)).first():
        note_moves(session)  # what a later round is compared with may be this one now
    return round_


def close_round(
    session: Session, round_: Round, today: date, *, by: str = OPERATOR, reason: str = "", at: datetime | None = None
) -> None:
    """Close a round to its organisations. Raises RoundRefused where it is closed or published already."""
    hold_rounds(session)
    status = status_of(round_, today)
    if status not in BEFORE[RoundAct.CLOSE]:
        raise RoundRefused(f"round {round_.code} is {status} already")
    round_.stage = Stage.CLOSED
    session.flush()
    note_step(session, round_, RoundAct.CLOSE, by, reason, at)
    remake_totals(session, round_)
