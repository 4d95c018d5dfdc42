"""Scanning as long work: what is still in quarantine, as a crash or a scanner that was away leaves it."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.config import Settings
from anchor_portal.domain.answers.evidence import FileRefused
from anchor_portal.models import EvidenceFile, FileState
from anchor_portal.models.base import now
from anchor_portal.services.evidence.files import Verdict, judge, settle_file
from anchor_portal.services.evidence.scanner import ScannerUnreachable, scan
from anchor_portal.services.evidence.store import ContentMissing, StoreUnreachable, open_store
from anchor_portal.services.jobs.work import Work, WorkRefused

LEFT_BEHIND = timedelta(minutes=5)
"""A file that came longer ago is not being scanned by the request that brought it."""
NOT_STORED = "never stored"


def is_due(session: Session, settings: Settings) -> bool:
    """Whether some file waits, and there is a scanner that answers."""
    if not _load_waiting(session, most=1):
        return False
    try:
        if settings.clamd:
            scan(settings.clamd, b"Are you there?")
    except ScannerUnreachable:
        return False
    return True


def _load_waiting(session: Session, most: int | None = None) -> list[str]:
    is_left = (EvidenceFile.state == FileState.QUARANTINED, EvidenceFile.uploaded_at < now() - LEFT_BEHIND)
    return list(session.scalars(select(EvidenceFile.id).where(*is_left).order_by(EvidenceFile.uploaded_at).limit(most)))


def scan_waiting(work: Work) -> None:
    """Scan each, one transaction a file; nothing is locked while the scanner looks."""
    with Session(work.database.reader) as session:
        waiting = _load_waiting(session)
    refused = 0
    for done, file_id in enumerate(waiting):
        work.tell(done, len(waiting), "files")
        refused += _settle(work, file_id, _look_at(work.settings, file_id))
    work.tell(len(waiting), len(waiting), "files")
    files = "1 file was" if len(waiting) == 1 else f"{len(waiting)} files were"
    work.outcome = f"{files} scanned" + (f", {refused} removed" if refused else "")


def _look_at(settings: Settings, file_id: str) -> Verdict:
    try:
        content = open_store(settings.evidence).open(file_id)
    except ContentMissing:
        return Verdict(NOT_STORED)
    except StoreUnreachable as error:
        raise WorkRefused(f"The place where files lie does not answer: {error}") from error
    try:
        verdict = judge(content.read(), settings)
    finally:
        content.close()
    if not verdict.is_known:
        raise WorkRefused("The virus scanner does not answer. What waits for it is scanned once it does")
    return verdict


def _settle(work: Work, file_id: str, verdict: Verdict) -> bool:
    """Let it out or remove it, unless somebody else did meanwhile; whether it was removed."""
    with Session(work.database.writer) as session, session.begin():
        query = select(EvidenceFile).where(EvidenceFile.id == file_id, EvidenceFile.state == FileState.QUARANTINED)
        file = session.scalars(query.with_for_update()).one_or_none()
        if file is None:
            return False
        if verdict.found == NOT_STORED:
            session.delete(file)
            return True
        try:
            settle_file(session, file, verdict, work.settings)
        except FileRefused:
            return True
    return False
