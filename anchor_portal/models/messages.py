"""Messages to people, written in the transaction of what they tell and sent after it; and invitations."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from anchor_portal.models.base import Base, Moment, now
from anchor_portal.models.people import User


class Message(Base):
    """One message to one address: plain text; sent once, tried again where the server did not take it."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "sent_at", "next_try_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    to_email: Mapped[str] = mapped_column(index=True)
    to_name: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(default="")
    written_at: Mapped[datetime] = mapped_column(Moment, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(Moment, default=now)
    last_error: Mapped[str] = mapped_column(Text, default="")


class Invitation(Base):
    """A single-use link with which somebody chooses a password; only the link's SHA-256 is kept."""

    __tablename__ = "invitations"
    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    invited_by: Mapped[str]
    invited_at: Mapped[datetime] = mapped_column(Moment, default=now)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    user: Mapped[User] = relationship(lazy="raise")
