"""What the Assembly asks an organisation about its return, question by question, and what it answers."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from anchor_portal.models.base import Base, Moment, now
from anchor_portal.models.returns import Return


class ReviewQuery(Base):
    """One query: to one question, or to the whole return where `question` is empty; in the first or second round."""

    __tablename__ = "review_queries"
    __table_args__ = (
        CheckConstraint("round_of_queries IN (1, 2)", name="at_most_two_rounds"),
        CheckConstraint("(answered_at IS NULL) = (answer = '')", name="answered_with_words"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    return_id: Mapped[int] = mapped_column(ForeignKey(Return.id), index=True)
    round_of_queries: Mapped[int]
    revision: Mapped[int]
    question: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)
    answer_by: Mapped[date]
    answer: Mapped[str] = mapped_column(Text, default="")
    answered_by: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
