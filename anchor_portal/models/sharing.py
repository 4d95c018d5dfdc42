"""How the work on one return is shared: sections given out, who has which open, answers carried forward."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from anchor_portal.models.base import Base, Moment, now
from anchor_portal.models.people import User
from anchor_portal.models.returns import Return


class SectionOwner(Base):
    """A section of a return, given to one person, with the day by which it is due."""

    __tablename__ = "section_owners"
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id, ondelete="CASCADE"), primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    due_on: Mapped[date | None]
    given_by: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(Moment, default=now)
    user: Mapped[User] = relationship(lazy="raise")


class SectionVisit(Base):
    """Somebody has a section open: when they were last seen in it."""

    __tablename__ = "section_visits"
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id, ondelete="CASCADE"), primary_key=True)
    section: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    user: Mapped[User] = relationship(lazy="raise")


class CarriedAnswer(Base):
    """An answer of an earlier round, carried forward and not confirmed: it counts nowhere until it is."""

    __tablename__ = "carried_answers"
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id, ondelete="CASCADE"), primary_key=True)
    question: Mapped[str] = mapped_column(primary_key=True)
    parts: Mapped[dict[str, str]]
    from_round: Mapped[str]
    about_to: Mapped[date]
    carried_by: Mapped[str]
    carried_at: Mapped[datetime] = mapped_column(Moment, default=now)
