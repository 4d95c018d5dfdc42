"""People with an account, the roles they hold, and interests they declared."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from anchor_portal.domain.people import Role
from anchor_portal.models.base import Base, Moment, now, one_of
from anchor_portal.models.register import Organisation


class User(Base):
    """A person who can sign in."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str | None]
    is_enabled: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    last_seen_at: Mapped[datetime | None] = mapped_column(Moment)
    reminders_off_at: Mapped[datetime | None] = mapped_column(Moment)
    grants: Mapped[list["Grant"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    interests: Mapped[list["Interest"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class Grant(Base):
    """A role that a person holds, for one organisation or for the whole partnership."""

    __tablename__ = "grants"
    __table_args__ = (
        one_of("role", Role),
        UniqueConstraint("user_id", "role", "organisation_id"),
        CheckConstraint("(role IN ('member', 'team')) = (organisation_id IS NULL)", name="organisation_fits_role"),
        Index(
            "uq_grants_whole_partnership",
            "user_id",
            "role",
            unique=True,
            sqlite_where=text("organisation_id IS NULL"),
            postgresql_where=text("organisation_id IS NULL"),
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    role: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id, ondelete="CASCADE"), index=True)
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")


class Interest(Base):
    """An interest that an Assembly member declared: they decide nothing about this organisation."""

    __tablename__ = "interests"
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True)
