"""Files of many certificates that were made as long work: what they are asked for with, and when they are let go of."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.models import Certificate, Job, JobState, Return, Round
from anchor_portal.queries.certificates import Selection, load_standing_numbers
from anchor_portal.services.jobs.board import key_of

KIND = "certificates"
STANDING = "standing"
"""What the job of a finished file remembers: the numbers of the certificates that stood then."""


def arguments_of(selection: Selection) -> dict[str, Any]:
    """The selection as the arguments of a job."""
    return {"kind": str(selection.kind), "round": selection.round_code}


def still_stand(session: Session, arguments: Mapping[str, Any], memory: Mapping[str, Any], day: date) -> bool:
    """Whether all certificates of a file stand on a day: awards lapse, and signatories leave, without anybody's doing."""
    selection = Selection(CertificateKind(arguments["kind"]), arguments.get("round", ""))
    return set(memory.get(STANDING, ())) <= set(load_standing_numbers(session, selection, day))


def let_go(session: Session, certificate: Certificate) -> None:
    """Hand out no file any more that was made while this certificate stood: it was withdrawn or replaced since.

    One that is being made is gone on with anew, by whoever is free: it may hold the certificate already.
    """
    its_round = select(Round.code).join(Return, Return.round_id == Round.id).where(Return.id == certificate.return_id)
    code = session.scalars(its_round).one() if certificate.return_id is not None else ""
    key = key_of(KIND, arguments_of(Selection(CertificateKind(certificate.kind), code)))
    session.execute(update(Job).where(Job.key == key, Job.result_key != "").values(result_key=""))
    begun_anew = {"state": JobState.WAITING, "holder": "", "attempts": Job.attempts - 1}  # none of them failed
    session.execute(update(Job).where(Job.key == key, Job.state == JobState.RUNNING).values(**begun_anew))
