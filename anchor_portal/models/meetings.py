"""Meetings of the Assembly: agenda, what was decided, and actions carried from one to the next until they are done."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from anchor_portal.models.base import Base, Moment, now, one_of
from anchor_portal.models.register import Organisation
from anchor_portal.models.rounds import Round


class MeetingState(StrEnum):
    """Planned; being held or held; its minutes agreed, after which it is only read."""

    PLANNED = "planned"
    HELD = "held"
    AGREED = "agreed"


class Meeting(Base):
    """One meeting. Attendance and apologies are text, a line for each person, as minutes have them."""

    __tablename__ = "meetings"
    __table_args__ = (one_of("state", MeetingState),)
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    held_on: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[str] = mapped_column(default="")
    venue: Mapped[str] = mapped_column(default="")
    round_id: Mapped[int | None] = mapped_column(ForeignKey(Round.id))
    state: Mapped[str] = mapped_column(default=MeetingState.PLANNED)
    chair: Mapped[str] = mapped_column(default="")
    present: Mapped[str] = mapped_column(Text, default="")
    apologies: Mapped[str] = mapped_column(Text, default="")
    declarations: Mapped[str] = mapped_column(Text, default="")
    agreed_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    round: Mapped[Round | None] = relationship(lazy="raise")
    items: Mapped[list["AgendaItem"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="AgendaItem.position"
    )
    __mapper_args__ = {"version_id_col": version}


class AgendaItem(Base):
    """A line of the agenda: an organisation to speak about, or other business; and what was decided about it."""

    __tablename__ = "agenda_items"
    __table_args__ = (
        Index(None, "meeting_id", "position"),
        Index(
            "uq_agenda_items_organisation",
            "meeting_id",
            "organisation_id",
            unique=True,
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id, ondelete="CASCADE"))
    position: Mapped[int]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id), index=True)
    title: Mapped[str]
    lead: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text, default="")
    decision: Mapped[str] = mapped_column(Text, default="")
    decided_by: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}


class TaskState(StrEnum):
    """Where an action of the log stands."""

    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class Action(Base):
    """Something that somebody is to do by a day, with a number that stays; carried until it is done or dropped."""

    __tablename__ = "actions"
    __table_args__ = (
        one_of("state", TaskState),
        CheckConstraint("(state = 'open') = (ended_on IS NULL)", name="ended_with_a_day"),
        {"sqlite_autoincrement": True},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey(Meeting.id), index=True)
    item_id: Mapped[int | None] = mapped_column(ForeignKey(AgendaItem.id, ondelete="SET NULL"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id), index=True)
    text: Mapped[str] = mapped_column(Text)
    owner: Mapped[str]
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(default=TaskState.OPEN, index=True)
    ended_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    updates: Mapped[list["ActionUpdate"]] = relationship(
        lazy="raise", cascade="all, delete-orphan", order_by="ActionUpdate.id"
    )
    __mapper_args__ = {"version_id_col": version}


class ActionUpdate(Base):
    """What was said of an action, when and by whom, as the action log's last column has it."""

    __tablename__ = "action_updates"
    id: Mapped[int] = mapped_column(primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey(Action.id, ondelete="CASCADE"), index=True)
    meeting_id: Mapped[int | None] = mapped_column(ForeignKey(Meeting.id))
    text: Mapped[str] = mapped_column(Text)
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment, default=now)
