"""Files that organisations hand in as evidence; what is in them lies in the store, under a random name."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from anchor_portal.models.base import Base, Moment, now, one_of
from anchor_portal.models.returns import Return


class FileState(StrEnum):
    """Whether a file may be opened: not before it was scanned, where a scanner is configured."""

    QUARANTINED = "quarantined"
    CLEAN = "clean"
    INFECTED = "infected"


class EvidenceFile(Base):
    """A file as it was uploaded; `id` is random and is its name in the store, `digest` its SHA-256 in hex."""

    __tablename__ = "evidence_files"
    __table_args__ = (one_of("state", FileState), CheckConstraint("size > 0", name="size_positive"))
    id: Mapped[str] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id), index=True)
    question: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    digest: Mapped[str]
    state: Mapped[str]
    uploaded_by: Mapped[str]
    uploaded_at: Mapped[datetime] = mapped_column(Moment, default=now)
