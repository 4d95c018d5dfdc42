"""A return as the database holds it: where it stands, what was signed, which steps were taken."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.rounds import Stage
from anchor_portal.models import Message, Organisation, Return, ReturnStep, Round, Submission
from tests.pages import Browser
from tests.web.sections import ROUND, Answers, send

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


def messages(app: Flask, kind: str) -> Sequence[Message]:
    """The messages of a kind in the outbox, the first one first."""
    with Session(app.extensions["database"].reader) as session:
        return session.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)).all()


def pdf_words(content: bytes) -> str:
    """The words of a PDF, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


def reply_to_all(lead: Browser, path: str) -> None:
    """Reply to every query about a return."""
    form = lead.get(f"{path}/feedback").form()
    send(lead, f"{path}/feedback", form | {name: "As we wrote." for name in form if name.startswith("reply:")})
