"""Returns: their answers, what was signed, each step of their life, the numbers taken from them, and certificates."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from anchor_portal.domain.certificates.words import CertificateKind
from anchor_portal.domain.lifecycle import Status, Step
from anchor_portal.models.base import Base, Exact, Moment, now, one_of
from anchor_portal.models.people import User
from anchor_portal.models.register import Organisation
from anchor_portal.models.rounds import Round, refuse_change


class Return(Base):
    """One organisation's return for one round. A return that nobody has started has no row."""

    __tablename__ = "returns"
    __table_args__ = (
        UniqueConstraint("round_id", "organisation_id"),
        one_of("status", Status),
        Index(None, "status"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id))
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    status: Mapped[str] = mapped_column(default=Status.NOT_STARTED)
    revision: Mapped[int] = mapped_column(default=0)
    accepted_revision: Mapped[int] = mapped_column(default=0, server_default="0")
    opinions_needed: Mapped[int] = mapped_column(default=1, server_default="1")
    changed_at: Mapped[datetime] = mapped_column(Moment, default=now, onupdate=now)
    version: Mapped[int] = mapped_column(default=1)
    round: Mapped[Round] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")
    answers: Mapped[list["Answer"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    __mapper_args__ = {"version_id_col": version}


class Answer(Base):
    """One answer of a draft: its parts, canonical where they can be read, else as typed."""

    __tablename__ = "answers"
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id, ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    parts: Mapped[dict[str, str]]
    saved_at: Mapped[datetime] = mapped_column(Moment)
    saved_by: Mapped[str]


class Submission(Base):
    """A return exactly as it was signed: one row for each revision, never changed.

    `sector` and `scale` are those of its organisation at that moment, and say which questions and levels it was asked; none
    where a release signed it that did not keep them, and then the organisation's own count.
    """

    __tablename__ = "submissions"
    __table_args__ = (Index(None, "return_id", "revision", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id))
    revision: Mapped[int]
    answers: Mapped[str] = mapped_column(Text)
    digest: Mapped[str]
    signed_name: Mapped[str]
    signed_role: Mapped[str]
    signed_on: Mapped[date]
    submitted_at: Mapped[datetime] = mapped_column(Moment)
    submitted_by: Mapped[str]
    is_late: Mapped[bool]
    sector: Mapped[str | None]
    scale: Mapped[str | None]


class ReturnStep(Base):
    """One step in a return's life: what, by whom, when and why; never changed."""

    __tablename__ = "return_steps"
    __table_args__ = (one_of("step", Step), one_of("after", Status))
    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id), index=True)
    step: Mapped[str]
    after: Mapped[str]
    revision: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    who: Mapped[str]
    reason: Mapped[str] = mapped_column(Text, default="")


class MeasureRow(Base):
    """A number of an accepted return; `row` is a level of the levels table, or empty.

    `moved` is the change of its share since the return that it is compared with, in percentage points.
    """

    __tablename__ = "measures"
    __table_args__ = (Index(None, "round_id", "measure", "row"), Index(None, "round_id", "moved"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    row: Mapped[str] = mapped_column(primary_key=True)
    numerator: Mapped[Decimal | None] = mapped_column(Exact)
    denominator: Mapped[Decimal | None] = mapped_column(Exact)
    unknown: Mapped[Decimal] = mapped_column(Exact)
    percent: Mapped[Decimal | None] = mapped_column(Exact)
    moved: Mapped[Decimal | None] = mapped_column(Exact)
    revision: Mapped[int]


class Certificate(Base):
    """A certificate as it was issued: all that is printed on it, and whether it still stands.

    `return_id` and `revision` are those of an accepted return, and empty for a signatory's or an award's certificate;
    `award` is what is held, from `held_since` to the last day `held_until`, for a signatory since when it is one. One
    revision may have several, as one is issued again after a slip in a name; each but the last is superseded.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        one_of("kind", CertificateKind),
        CheckConstraint("(withdrawn_on IS NULL) = (withdrawn_reason = '')", name="withdrawn_with_reason"),
        CheckConstraint("(kind = 'return') = (return_id IS NOT NULL)", name="return_fits_kind"),
        Index(None, "return_id", "revision"),
    )
    number: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(default=CertificateKind.RETURN, server_default=CertificateKind.RETURN)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id), index=True)
    return_id: Mapped[int | None] = mapped_column(ForeignKey(Return.id))
    revision: Mapped[int | None]
    organisation_name: Mapped[str]
    round_title: Mapped[str]
    pledges: Mapped[list[str]]
    award: Mapped[str] = mapped_column(default="", server_default="")
    held_since: Mapped[date | None]
    held_until: Mapped[date | None]
    issued_on: Mapped[date]
    superseded_by: Mapped[str | None] = mapped_column(ForeignKey("certificates.number"))
    superseded_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    withdrawn_by: Mapped[str] = mapped_column(default="", server_default="")
    withdrawn_reason: Mapped[str] = mapped_column(default="")


for frozen in (Submission, ReturnStep):
    event.listen(frozen, "before_update", refuse_change)
    event.listen(frozen, "before_delete", refuse_change)
