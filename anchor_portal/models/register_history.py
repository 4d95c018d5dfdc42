"""What lasts of an organisation: its names over time, other names it goes by, what it holds; and files of a register."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from anchor_portal.models.base import Base, Moment, now, one_of
from anchor_portal.models.register import Organisation


class OrganisationName(Base):
    """A name that an organisation had before, and the days between which it had it; today's stands on the row."""

    __tablename__ = "organisation_names"
    __table_args__ = (CheckConstraint("until IS NULL OR since IS NULL OR until >= since", name="days_in_order"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id, ondelete="CASCADE"), index=True)
    name: Mapped[str]
    printed_name: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)
    since: Mapped[date | None]
    until: Mapped[date | None]


class Alias(Base):
    """Another name by which an organisation is known; `folded` is what names are compared by."""

    __tablename__ = "aliases"
    __table_args__ = (Index(None, "organisation_id", "folded", unique=True),)
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id, ondelete="CASCADE"))
    name: Mapped[str]
    folded: Mapped[str] = mapped_column(index=True)


class HoldingKind(StrEnum):
    """What an organisation may have signed, earned or taken part in."""

    SOCIAL_VALUE_CHARTER = "social_value_charter"
    SOCIAL_VALUE_AWARD = "social_value_award"
    PREVENTION_PLEDGE = "prevention_pledge"
    FAIR_EMPLOYMENT_CHARTER = "fair_employment_charter"
    TOMS = "toms"


class Holding(Base):
    """A charter signed, an award earned, a pledge adopted: from when, to when, and what shows it.

    `level` is for charters that have levels; `evidence` is a sentence or an address; `from_round` is the round of the
    accepted return that it was taken from, if it was.
    """

    __tablename__ = "holdings"
    __table_args__ = (
        one_of("kind", HoldingKind),
        CheckConstraint("until IS NULL OR until >= since", name="days_in_order"),
        Index(None, "organisation_id", "kind", "since", unique=True),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(index=True)
    level: Mapped[str] = mapped_column(default="")
    since: Mapped[date]
    until: Mapped[date | None]
    evidence: Mapped[str] = mapped_column(Text, default="")
    from_round: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=0)
    noted_by: Mapped[str]
    noted_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ImportState(StrEnum):
    """Where a file of a register stands: read and shown, in the register, or put aside."""

    PREVIEW = "preview"
    APPLYING = "applying"
    APPLIED = "applied"
    DISCARDED = "discarded"


class RegisterImport(Base):
    """A file of a register that was read, row by row, before anything is changed.

    `what` says what its rows are (organisations or holdings), `options` what was chosen for rows that do not say it.
    """

    __tablename__ = "register_imports"
    __table_args__ = (one_of("state", ImportState), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    what: Mapped[str]
    file_name: Mapped[str]
    digest: Mapped[str]
    notes: Mapped[str] = mapped_column(Text, default="")
    options: Mapped[dict[str, str]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(default=ImportState.PREVIEW)
    uploaded_by: Mapped[str]
    uploaded_at: Mapped[datetime] = mapped_column(Moment, default=now)
    applied_by: Mapped[str] = mapped_column(default="")
    applied_at: Mapped[datetime | None] = mapped_column(Moment)


class RegisterImportRow(Base):
    """One line of such a file: its cells as read, what would be done with it, and what is wrong.

    `decision` is what a person chose for a line that is not clear by itself.
    """

    __tablename__ = "register_import_rows"
    __table_args__ = (Index(None, "import_id", "verdict", "line"),)
    import_id: Mapped[int] = mapped_column(ForeignKey(RegisterImport.id, ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[dict[str, Any]]
    verdict: Mapped[str]
    problem: Mapped[str] = mapped_column(Text, default="")
    decision: Mapped[str] = mapped_column(default="")
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id, ondelete="SET NULL"))
    is_applied: Mapped[bool] = mapped_column(default=False)
