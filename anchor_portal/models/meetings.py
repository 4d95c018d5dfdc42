"""Meetings of the Assembly: agenda, what was decided, and actions carried from one to the next until they are done."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from anchor_portal.domain.meetings.actions import TaskState
from anchor_portal.domain.meetings.agenda import ItemKind, MeetingState
from anchor_portal.models.base import Base, Moment, now, one_of
from anchor_portal.models.register import Organisation
from anchor_portal.models.review import PledgeOutcome
from anchor_portal.models.rounds import Round


class Meeting(Base):
    """One meeting. Attendance and apologies are text, a line for each person, as minutes have them.

    `reference` begins the number of each item of its agenda: "AA/01/27" that of AA/01/27/02.
    """

    __tablename__ = "meetings"
    __table_args__ = (one_of("state", MeetingState),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(unique=True)
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
    """A line of the agenda: an organisation to speak about, what every meeting has, or other business.

    `minutes` is how long it is to take, `purpose` what it is for ("Paper, for approval"), `note` what is said of it
    beforehand.
    """

    __tablename__ = "agenda_items"
    __table_args__ = (
        one_of("kind", ItemKind),
        CheckConstraint("(kind = 'organisation') = (organisation_id IS NOT NULL)", name="organisation_fits_kind"),
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
    kind: Mapped[str] = mapped_column(default=ItemKind.BUSINESS)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey(Organisation.id), index=True)
    title: Mapped[str]
    lead: Mapped[str] = mapped_column(default="")
    minutes: Mapped[int | None]
    purpose: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)
    organisation: Mapped[Organisation | None] = relationship(lazy="raise")
    __mapper_args__ = {"version_id_col": version}


class Decision(Base):
    """Something that was decided or is to be minuted about an item: a row each, so that several can write at once."""

    __tablename__ = "decisions"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey(AgendaItem.id, ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(Text)
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    changed_by: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}


class ItemOutcome(Base):
    """That an outcome of a pledge was recorded at an item of a meeting, so that its minutes can say so."""

    __tablename__ = "item_outcomes"
    item_id: Mapped[int] = mapped_column(ForeignKey(AgendaItem.id, ondelete="CASCADE"), primary_key=True)
    outcome_id: Mapped[int] = mapped_column(ForeignKey(PledgeOutcome.id), primary_key=True, index=True)


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
