"""Writing down the steps of a round."""

from datetime import datetime

from sqlalchemy.orm import Session

from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.running.steps import RoundAct
from anchor_portal.models import Round, RoundStep
from anchor_portal.models.base import now


def note_step(
    session: Session, round_: Round, act: RoundAct, by: str, reason: str = "", at: datetime | None = None
) -> None:
    """Write down what was done to a round: by whom, when, and why where it was said."""
    step = RoundStep(round_id=round_.id, step=act, reason=clean_text(reason), who=by, at=at or now())
    session.add(step)
    session.flush()
