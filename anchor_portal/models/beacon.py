"""The Beacon indicators that others publish: files uploaded, the values in them; and programmes and milestones by theme."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from anchor_portal.models.base import Base, Moment, now, one_of
from anchor_portal.models.register import BeaconIndicator, Theme


class Digits(TypeDecorator[Decimal]):
    """A number with as many decimals as the file gives it, kept as text, the same on both engines."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """In figures, without an exponent."""
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """As it was."""
        return None if value is None else Decimal(value)


class UploadState(StrEnum):
    """Where an uploaded file stands: looked at, in the table, or taken out of it again."""

    PREVIEW = "preview"
    APPLIED = "applied"
    UNDONE = "undone"


class BeaconUpload(Base):
    """A file of published values. `staged` holds its rows as they stand in it, until they are applied.

    `digest` is the file's SHA-256; `other_areas` and `categories` count the lines that were left alone.
    """

    __tablename__ = "beacon_uploads"
    # a number is never given again: an old page must not speak of another file
    __table_args__ = (one_of("state", UploadState), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    digest: Mapped[str]
    state: Mapped[str] = mapped_column(default=UploadState.PREVIEW)
    staged: Mapped[str | None] = mapped_column(Text)
    lines: Mapped[int]
    other_areas: Mapped[int]
    categories: Mapped[int]
    uploaded_by: Mapped[str]
    uploaded_at: Mapped[datetime] = mapped_column(Moment, default=now)
    applied_by: Mapped[str] = mapped_column(default="")
    applied_at: Mapped[datetime | None] = mapped_column(Moment)
    undone_by: Mapped[str] = mapped_column(default="")
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    undo_reason: Mapped[str] = mapped_column(Text, default="")
    series: Mapped[list["BeaconSeries"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="BeaconSeries.position"
    )


class BeaconSeries(Base):
    """An indicator of a file, at one age, and which of ours it is; `number` is None where it is not to be used."""

    __tablename__ = "beacon_series"
    __table_args__ = (UniqueConstraint("upload_id", "number"),)
    upload_id: Mapped[int] = mapped_column(ForeignKey(BeaconUpload.id, ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    ident: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    age: Mapped[str]
    number: Mapped[int | None] = mapped_column(ForeignKey(BeaconIndicator.number))
    rows: Mapped[int]
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    same: Mapped[int] = mapped_column(default=0)


class BeaconValue(Base):
    """One value of an applied file. Values of earlier files stay; `is_shown` marks the latest that was not undone."""

    __tablename__ = "beacon_values"
    __table_args__ = (
        UniqueConstraint("upload_id", "number", "area", "sex", "period"),
        Index(
            "uq_beacon_values_shown",
            "number",
            "area",
            "sex",
            "period",
            unique=True,
            sqlite_where=text("is_shown"),
            postgresql_where=text("is_shown"),
        ),
        Index("ix_beacon_values_number_sortable", "number", "sortable"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    upload_id: Mapped[int] = mapped_column(ForeignKey(BeaconUpload.id, ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(ForeignKey(BeaconIndicator.number))
    area: Mapped[str]
    sex: Mapped[str]
    period: Mapped[str]
    sortable: Mapped[int]
    value: Mapped[Decimal | None] = mapped_column(Digits)
    lower: Mapped[Decimal | None] = mapped_column(Digits)
    upper: Mapped[Decimal | None] = mapped_column(Digits)
    count: Mapped[Decimal | None] = mapped_column(Digits)
    denominator: Mapped[Decimal | None] = mapped_column(Digits)
    note: Mapped[str]
    is_shown: Mapped[bool]


class ActionKind(StrEnum):
    """What stands beside the indicators of a theme."""

    PROGRAMME = "programme"
    MILESTONE = "milestone"


class ActionState(StrEnum):
    """How far a programme or milestone is."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"


class BeaconAction(Base):
    """A programme or a milestone of a theme. `version` goes up with each change, so that nobody overwrites unseen."""

    __tablename__ = "beacon_actions"
    __table_args__ = (
        one_of("kind", ActionKind),
        one_of("state", ActionState),
        CheckConstraint("version > 0", name="version_positive"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    theme_code: Mapped[str] = mapped_column(ForeignKey(Theme.code), index=True)
    kind: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    text: Mapped[str] = mapped_column(Text, default="")
    owner: Mapped[str] = mapped_column(default="")
    due: Mapped[date | None]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(Moment, default=now)
