"""The Assembly's review of a return: who looks at it, what they say among themselves, and the outcome of each pledge."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, event
from sqlalchemy.orm import Mapped, mapped_column

from anchor_portal.domain.pledges import Outcome
from anchor_portal.models.base import Base, Moment, now, one_of
from anchor_portal.models.people import User
from anchor_portal.models.returns import Return
from anchor_portal.models.rounds import refuse_change


class Verdict(StrEnum):
    """What a reviewer would do with a revision."""

    ACCEPT = "accept"
    RETURN = "return"


class ReviewAssignment(Base):
    """A return that a member was asked to look at."""

    __tablename__ = "review_assignments"
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id, ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, index=True)
    assigned_by: Mapped[str]
    assigned_at: Mapped[datetime] = mapped_column(Moment, default=now)


class ReviewSignals(Base):
    """What was unusual about a revision when it was signed, counted once so that the queue need not read answers."""

    __tablename__ = "review_signals"
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id, ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    unexplained: Mapped[int]
    explained: Mapped[int]
    is_first: Mapped[bool]


class ReviewDecision(Base):
    """Who accepted or returned exactly which revision, by its SHA-256, with the summary sent; never changed."""

    __tablename__ = "review_decisions"
    __table_args__ = (one_of("verdict", Verdict), Index(None, "return_id", "id"))
    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id))
    revision: Mapped[int]
    digest: Mapped[str]
    verdict: Mapped[str]
    summary: Mapped[str] = mapped_column(Text, default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class ReviewOpinion(Base):
    """What one member thinks of one revision; never changed, since a decision rests on it."""

    __tablename__ = "review_opinions"
    __table_args__ = (one_of("verdict", Verdict), Index(None, "return_id", "revision", "user_id", unique=True))
    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id))
    revision: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    who: Mapped[str]
    verdict: Mapped[str]
    text: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class ReviewComment(Base):
    """A remark among reviewers about one pledge of one revision, or about the whole where `pledge` is 0."""

    __tablename__ = "review_comments"
    __table_args__ = (CheckConstraint("pledge BETWEEN 0 AND 7", name="pledge_known"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id, ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    pledge: Mapped[int] = mapped_column(default=0)
    text: Mapped[str] = mapped_column(Text)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class PledgeOutcome(Base):
    """What the Assembly found about one pledge of one revision; the newest row of a pledge counts, none changes."""

    __tablename__ = "pledge_outcomes"
    __table_args__ = (
        one_of("outcome", Outcome),
        CheckConstraint("pledge BETWEEN 1 AND 7", name="pledge_known"),
        Index(None, "return_id", "pledge", "id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id))
    revision: Mapped[int]
    pledge: Mapped[int]
    outcome: Mapped[str]
    note: Mapped[str] = mapped_column(Text, default="")
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    who: Mapped[str]
    at: Mapped[datetime] = mapped_column(Moment, default=now)


for frozen in (ReviewDecision, ReviewOpinion, PledgeOutcome):
    event.listen(frozen, "before_update", refuse_change)
    event.listen(frozen, "before_delete", refuse_change)
