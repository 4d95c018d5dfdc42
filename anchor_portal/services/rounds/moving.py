"""A round opened before its day, its dates changed, given to the Assembly, archived: each a step with its reason."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.rounds import RoundRefused, Stage
from anchor_portal.domain.running.steps import BEFORE, NEEDS_REASON, RoundAct
from anchor_portal.models import Round
from anchor_portal.queries.rounds import status_of
from anchor_portal.services.figures.standing import recount_returns
from anchor_portal.services.figures.totals import hold_rounds, remake_totals
from anchor_portal.services.rounds.noting import note_step

MOST_WORDS = 2_000
"""Characters of a reason."""


def refuse_act(round_: Round, act: RoundAct, today: date) -> str:
    """Why a step is not possible where the round stands, as a sentence; empty where it is."""
    status = status_of(round_, today)
    return "" if status in BEFORE[act] else f"round {round_.code} is {status}, so this step is not possible now"


def take_act(session: Session, round_: Round, act: RoundAct, by: str, today: date, reason: str = "") -> None:
    """Take a step that needs nothing but its reason. Raises RoundRefused with a sentence, KeyError for other steps."""
    change = _CHANGES[act]
    _allow(session, round_, act, today, reason)
    change(session, round_, today)
    note_step(session, round_, act, by, reason)


def move_dates(
    session: Session, round_: Round, opens_on: date, closes_on: date, by: str, today: date, reason: str
) -> None:
    """Change when a round opens and its deadline; nothing of what was signed changes. Raises RoundRefused.

    A round that was opened keeps its opening day. What is expected by the deadline is counted again.
    """
    _allow(session, round_, RoundAct.MOVE, today, reason)
    if (opens_on, closes_on) == (round_.opens_on, round_.closes_on):
        raise RoundRefused("these are the dates that it has already")
    if opens_on != round_.opens_on and (round_.opens_on <= today or opens_on < today):
        raise RoundRefused("a round that is open keeps its opening day, and one that is not opens today or later")
    if closes_on < max(opens_on, today):
        raise RoundRefused("the new deadline must be today or later, and not before the round opens")
    before = f"{say_date(round_.opens_on)} to {say_date(round_.closes_on)}"
    _set_dates(session, round_, opens_on, closes_on)
    after = f"{say_date(opens_on)} to {say_date(closes_on)}"
    note_step(session, round_, RoundAct.MOVE, by, f"From {before} to {after}. {clean_text(reason)}")


def _allow(session: Session, round_: Round, act: RoundAct, today: date, reason: str) -> None:
    hold_rounds(session)
    refusal = refuse_act(round_, act, today)
    if not refusal and act in NEEDS_REASON and not clean_text(reason):
        refusal = "write the reason: somebody will ask"
    if not refusal and len(reason) > MOST_WORDS:
        refusal = f"the reason can be at most {MOST_WORDS:,} characters long"
    if refusal:
        raise RoundRefused(refusal)


def _set_dates(session: Session, round_: Round, opens_on: date, closes_on: date) -> None:
    round_.opens_on, round_.closes_on = opens_on, closes_on
    session.flush()
    recount_returns(session, round_)
    remake_totals(session, round_)


def _open(session: Session, round_: Round, today: date) -> None:
    _set_dates(session, round_, today, max(round_.closes_on, today))


def _end_deadline(session: Session, round_: Round, today: date) -> None:
    yesterday = today - timedelta(days=1)
    if round_.opens_on > yesterday:
        raise RoundRefused("it opened today, so its deadline can be today at the earliest: change its dates instead")
    _set_dates(session, round_, round_.opens_on, yesterday)


def _to_stage(stage: Stage) -> Callable[[Session, Round, date], None]:
    def change(session: Session, round_: Round, today: date) -> None:
        round_.stage = stage
        session.flush()

    return change


_CHANGES: dict[RoundAct, Callable[[Session, Round, date], None]] = {
    RoundAct.OPEN: _open,
    RoundAct.SOFT_CLOSE: _end_deadline,
    RoundAct.REVIEW: _to_stage(Stage.UNDER_REVIEW),
    RoundAct.ARCHIVE: _to_stage(Stage.ARCHIVED),
    RoundAct.UNARCHIVE: _to_stage(Stage.PUBLISHED),
}
