"""Files of many certificates that were made as long work: what they are asked for with, and when they are let go of."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.models import Certificate, Job, Return, Round
from anchor_portal.queries.certificates import Selection
from anchor_portal.services.jobs.board import key_of

KIND = "certificates"


def arguments_of(selection: Selection) -> dict[str, Any]:
    """The selection as the arguments of a job."""
    return {"kind": str(selection.kind), "round": selection.round_code}


def let_go(session: Session, certificate: Certificate) -> None:
    """Hand out no file any more that was made while this certificate stood: it was withdrawn or replaced since."""
    its_round = select(Round.code).join(Return, Return.round_id == Round.id).where(Return.id == certificate.return_id)
    code = session.scalars(its_round).one() if certificate.return_id is not None else ""
    key = key_of(KIND, arguments_of(Selection(CertificateKind(certificate.kind), code)))
    session.execute(update(Job).where(Job.key == key, Job.result_key != "").values(result_key=""))
