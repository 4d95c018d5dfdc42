"""The library of case studies: what organisations told in accepted returns and allowed to be published."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from anchor_portal.models.base import Base, Moment, now
from anchor_portal.models.evidence import EvidenceFile
from anchor_portal.models.register import Organisation
from anchor_portal.models.returns import Return


class CaseStudy(Base):
    """One case study of one revision, with the permission that it rests on; gone from the library once withdrawn.

    `place_code` is empty for all of the area; `words` is what is searched, in lower case and without accents.
    """

    __tablename__ = "case_studies"
    __table_args__ = (
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_reason"),
        Index(None, "organisation_id", "round_code"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id), index=True)
    revision: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id))
    round_code: Mapped[str]
    title: Mapped[str]
    story: Mapped[str] = mapped_column(Text)
    pledge: Mapped[int]
    place_code: Mapped[str] = mapped_column(default="", index=True)
    words: Mapped[str] = mapped_column(Text)
    permitted_by: Mapped[str]
    permitted_on: Mapped[date]
    picture_id: Mapped[str | None] = mapped_column(ForeignKey(EvidenceFile.id))
    picture_words: Mapped[str] = mapped_column(default="")
    published_by: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(Moment, default=now)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by: Mapped[str] = mapped_column(default="")
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="")
    organisation: Mapped[Organisation] = relationship(lazy="raise")
