"""Questionnaire versions, rounds, and what is frozen when a round is published."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, Connection, ForeignKey, Index, Text, event
from sqlalchemy.orm import Mapped, Mapper, mapped_column, relationship

from anchor_portal.domain.figures.indicators import DEFAULT_THRESHOLD
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.rounds import Stage
from anchor_portal.models.base import Base, Exact, Moment, one_of


class QuestionnaireVersion(Base):
    """A published version: its file as published, never changed."""

    __tablename__ = "questionnaire_versions"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    source: Mapped[str] = mapped_column(Text)
    digest: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(Moment)


class Round(Base):
    """A round of returns, bound to one version of the questionnaire."""

    __tablename__ = "rounds"
    __table_args__ = (
        one_of("stage", Stage),
        CheckConstraint("closes_on >= opens_on", name="closes_after_opening"),
        CheckConstraint("period_to >= period_from", name="period_in_order"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey(QuestionnaireVersion.id))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    period_from: Mapped[date]
    period_to: Mapped[date]
    stage: Mapped[str] = mapped_column(default=Stage.BY_DATE)
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    questionnaire: Mapped[QuestionnaireVersion] = relationship(lazy="raise")


class Total(Base):
    """A round's sums for one measure: in all, or of one group of one breakdown.

    Breakdowns are `all`, `sector`, `place`, `tier`, and `coverage`, whose numerator and denominator are headcounts;
    `panel_before` and `panel_after` are the sums of the organisations counted in this round and an earlier one.
    `carried` is the part of the denominator that organisations only carried forward from their last return.
    """

    __tablename__ = "totals"
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id, ondelete="CASCADE"), primary_key=True)
    measure: Mapped[str] = mapped_column(primary_key=True)
    breakdown: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    numerator: Mapped[Decimal] = mapped_column(Exact)
    denominator: Mapped[Decimal] = mapped_column(Exact)
    unknown: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0))
    returns: Mapped[int]
    percentage_only: Mapped[int] = mapped_column(default=0)
    largest_numerator: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0))
    second_numerator: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0))
    largest_denominator: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0))
    second_denominator: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0))
    carried: Mapped[Decimal] = mapped_column(Exact, default=Decimal(0), server_default="0")
    note: Mapped[str] = mapped_column(Text, default="")


class ReturnCount(Base):
    """How many returns of a round stand where, kept with every step, so that a dashboard need not count them.

    `unexpected` of them are of organisations that were no signatories on the closing date.
    """

    __tablename__ = "return_counts"
    __table_args__ = (one_of("status", Status),)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id, ondelete="CASCADE"), primary_key=True)
    status: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    unexpected: Mapped[int] = mapped_column(default=0, server_default="0")


class Publication(Base):
    """The figures of a round as they were frozen, one row for each revision; `threshold` is coverage in per cent.

    `inputs` grows with the number of returns, so it is fetched only where it is asked for.
    """

    __tablename__ = "publications"
    __table_args__ = (Index(None, "round_id", "revision", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id))
    revision: Mapped[int]
    reason: Mapped[str] = mapped_column(default="")
    published_by: Mapped[str] = mapped_column(default="", server_default="")
    threshold: Mapped[int] = mapped_column(default=DEFAULT_THRESHOLD, server_default=str(DEFAULT_THRESHOLD))
    inside: Mapped[str] = mapped_column(Text)
    outside: Mapped[str] = mapped_column(Text)
    inputs: Mapped[str] = mapped_column(Text, deferred=True)
    digest: Mapped[str]
    published_at: Mapped[datetime] = mapped_column(Moment)


class Frozen(Exception):
    """Somebody tried to change a row that never changes."""


def refuse_change(mapper: Mapper[Base], connection: Connection, row: Base) -> None:
    """Raise Frozen: the row's table keeps what was written."""
    raise Frozen(f"{type(row).__name__} rows never change")


for frozen in (QuestionnaireVersion, Publication):
    event.listen(frozen, "before_update", refuse_change)
    event.listen(frozen, "before_delete", refuse_change)
