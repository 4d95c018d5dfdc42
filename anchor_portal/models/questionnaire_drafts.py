"""A questionnaire version that is being prepared, until it is published into a row that never changes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from anchor_portal.models.base import Base, Moment, now
from anchor_portal.models.rounds import QuestionnaireVersion


class QuestionnaireDraft(Base):
    """The file of a version to be, as it was uploaded or made from an earlier one by changing words."""

    __tablename__ = "questionnaire_drafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    source: Mapped[str] = mapped_column(Text)
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey(QuestionnaireVersion.id))
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Moment, default=now)
    changed_by: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(Moment, default=now, onupdate=now)
    version: Mapped[int] = mapped_column(default=1)
    __mapper_args__ = {"version_id_col": version}
