"""Files that were handed in as evidence: of one return, and only where the person may see it."""

from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.evidence import is_file_id
from anchor_portal.domain.people import Role
from anchor_portal.models import Answer, EvidenceFile, FileState, Submission
from anchor_portal.queries.returns import Found
from anchor_portal.queries.viewer import Viewer


def load_files(session: Session, return_id: int, ids: Collection[str]) -> dict[str, EvidenceFile]:
    """The clean files of a return among some identifiers, by identifier."""
    wanted = [each for each in ids if is_file_id(each)]
    if not wanted:
        return {}
    query = select(EvidenceFile).where(
        EvidenceFile.return_id == return_id, EvidenceFile.id.in_(wanted), EvidenceFile.state == FileState.CLEAN
    )
    return {file.id: file for file in session.scalars(query)}


def count_files(session: Session, return_id: int) -> int:
    """How many files of a return are kept, those included that no answer names any more."""
    kept = select(func.count()).where(EvidenceFile.return_id == return_id, EvidenceFile.state != FileState.INFECTED)
    return session.scalar(kept) or 0


def find_file(session: Session, viewer: Viewer, found: Found, file_id: str) -> EvidenceFile | None:
    """A clean file of a return that this person may see; the Assembly sees those that were signed."""
    if found.row is None:
        return None
    file = load_files(session, found.row.id, [file_id]).get(file_id)
    is_own = found.organisation.id in viewer.organisation_ids or Role.TEAM in viewer.roles
    if file is None or is_own or is_signed(session, file):
        return file
    return None


def is_signed(session: Session, file: EvidenceFile) -> bool:
    """Whether some signed revision of its return names the file."""
    naming = select(Submission.id).where(Submission.return_id == file.return_id, Submission.answers.contains(file.id))
    return session.scalars(naming.limit(1)).first() is not None


def is_named(session: Session, file: EvidenceFile) -> bool:
    """Whether the draft of its return, or a signed revision, names the file."""
    drafts = session.scalars(select(Answer.parts).where(Answer.return_id == file.return_id))
    return any(file.id in parts.values() for parts in drafts) or is_signed(session, file)


def load_by_state(session: Session, state: FileState) -> list[EvidenceFile]:
    """Every file in a state, the oldest first."""
    query = select(EvidenceFile).where(EvidenceFile.state == state)
    return list(session.scalars(query.order_by(EvidenceFile.uploaded_at, EvidenceFile.id)))
