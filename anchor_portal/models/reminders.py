"""Running a round: each change of its stage, more time for one organisation, reminders planned and sent."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from anchor_portal.domain.running.reminders import Audience
from anchor_portal.models.base import Base, Moment, now, one_of
from anchor_portal.models.messages import Message
from anchor_portal.models.people import User
from anchor_portal.models.register import Organisation
from anchor_portal.models.rounds import Round


class RoundStep(Base):
    """A round was opened, closed, sent to review, published or archived: by whom, when, and why where it was said."""

    __tablename__ = "round_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id, ondelete="CASCADE"), index=True)
    step: Mapped[str]
    reason: Mapped[str] = mapped_column(Text, default="")
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class Extension(Base):
    """More time for one organisation in one round; given again, it is changed, and the audit keeps what it was."""

    __tablename__ = "extensions"
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id, ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True)
    until: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    given_by: Mapped[str]
    given_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ReminderPlan(Base):
    """A reminder written once for a round: to whom, and on which day.

    `days` is counted from each organisation's own deadline, from the day on which a signature was asked for, or from
    the day to reply by (see domain/running/reminders.py): negative before that day, 0 on it, positive after it.
    """

    __tablename__ = "reminder_plans"
    __table_args__ = (one_of("audience", Audience), CheckConstraint("days BETWEEN -120 AND 120", name="days_near"))
    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id, ondelete="CASCADE"), index=True)
    audience: Mapped[str]
    days: Mapped[int]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    is_on: Mapped[bool] = mapped_column(default=True)
    written_by: Mapped[str]
    written_at: Mapped[datetime] = mapped_column(Moment, default=now)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class Reminder(Base):
    """A reminder that was written to one person about one organisation's return: never twice for the same plan.

    `plan_id` is empty for one that the team sent by hand.
    """

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("plan_id", "organisation_id", "user_id", "occasion"),
        Index(None, "round_id", "organisation_id", "at"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int | None] = mapped_column(ForeignKey(ReminderPlan.id, ondelete="SET NULL"))
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id, ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey(Organisation.id, ondelete="CASCADE"))
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    occasion: Mapped[str] = mapped_column(default="")
    message_id: Mapped[int | None] = mapped_column(ForeignKey(Message.id, ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(Moment, default=now)
