"""A return as the database holds it: where it stands, what was signed, which steps were taken."""

import json
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.rounds import Stage
from anchor_portal.models import Organisation, Return, ReturnStep, Round, Submission
from tests.web.sections import ROUND, Answers

READY = "clatterbridge-cancer-centre"
"""Waits for its signature."""
READY_SIGNATORY = "isolde.marchbanke@clatterbridge-cancer-centre.example"
READY_LEAD = "gwilym.tarnbeck@clatterbridge-cancer-centre.example"
RETURNED = "halton-borough-council"
"""Was returned with queries; its lead and signatory are at council.example."""
SUBMITTED = "st-helens-borough-council"
MEMBER = "member@assembly.example"


@dataclass
class Standing:
    """Where a return stands."""

    status: str = "not_started"
    revision: int = 0
    signed: list[Answers] = field(default_factory=list)
    signatures: list[tuple[str, str]] = field(default_factory=list)
    steps: list[tuple[str, str, str]] = field(default_factory=list)


def standing(app: Flask, slug: str, code: str = ROUND) -> Standing:
    """Where a return stands: status, revision, every signed revision, every step with who and why."""
    with Session(app.extensions["database"].reader) as session:
        mine = select(Return).join(Return.round).join(Return.organisation)
        row = session.scalars(mine.where(Organisation.slug == slug, Round.code == code)).one_or_none()
        if row is None:
            return Standing()
        signed = session.scalars(select(Submission).filter_by(return_id=row.id).order_by(Submission.revision)).all()
        steps = session.scalars(select(ReturnStep).filter_by(return_id=row.id).order_by(ReturnStep.id)).all()
        return Standing(
            row.status,
            row.revision,
            [json.loads(each.answers) for each in signed],
            [(each.signed_name, each.signed_role) for each in signed],
            [(step.step, step.who, step.reason) for step in steps],
        )


def set_stage(app: Flask, stage: Stage, code: str = ROUND) -> None:
    """Move a round on, behind everyone's back."""
    with Session(app.extensions["database"].writer) as session, session.begin():
        session.execute(update(Round).where(Round.code == code).values(stage=stage))
