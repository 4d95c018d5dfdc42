"""The record of who did what, as a chain."""

from datetime import datetime

from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from anchor_portal.models.base import Base, Moment


class AuditEntry(Base):
    """Who did what, when and from where. No other page depends on it.

    When the transaction is committed, the entry gets the next `position` in the chain, the digest of the entry before
    it (`previous`) and its own `digest` over all of it (domain.audit_chain): so a changed or removed entry shows.
    """

    __tablename__ = "audit_entries"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    who: Mapped[str]
    action: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    detail: Mapped[str] = mapped_column(Text, default="")
    address: Mapped[str] = mapped_column(default="", server_default="")
    position: Mapped[int | None] = mapped_column(index=True, unique=True)
    previous: Mapped[str] = mapped_column(default="", server_default="")
    digest: Mapped[str] = mapped_column(default="", server_default="")


class AuditHead(Base):
    """The one row that knows the last entry: who adds the next holds it, and entries missing at the end show."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int]
    digest: Mapped[str]
