"""Organisations as a round was published with them: what the register says since changes no figure that is out."""

from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, and_, func, not_, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from anchor_portal.domain.sectors import SEVERAL_PLACES
from anchor_portal.models.base import Base, Exact
from anchor_portal.models.register import Organisation, is_signatory_on
from anchor_portal.models.rounds import Round


class RoundMember(Base):
    """An organisation as it stood when a round was published first; a round that is not published has none.

    `place` is its main place, or "several"; `headcount` is the one that coverage was measured by.
    """

    __tablename__ = "round_members"
    round_id: Mapped[int] = mapped_column(ForeignKey(Round.id, ondelete="CASCADE"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(
        ForeignKey(Organisation.id, ondelete="CASCADE"), primary_key=True, index=True
    )
    is_expected: Mapped[bool]
    sector: Mapped[str]
    place: Mapped[str]
    headcount: Mapped[Decimal | None] = mapped_column(Exact)


SECTOR = func.coalesce(RoundMember.sector, Organisation.sector)
"""The sector of an organisation in a round, where the two are joined (as_published)."""
PLACE = func.coalesce(RoundMember.place, Organisation.main_place_code, SEVERAL_PLACES)
"""Its main place there, or "several"."""


def as_published(round_id: Any) -> ColumnElement[bool]:
    """How an organisation is joined with what it was in a round; the identifier may be given later."""
    return and_(RoundMember.organisation_id == Organisation.id, RoundMember.round_id == round_id)


def is_expected_in(round_id: Any, closes_on: Any) -> ColumnElement[bool]:
    """Whether an organisation is expected in a round: a signatory on the day on which it closes, or as it was published."""
    one = select(RoundMember.round_id).correlate_except(RoundMember)
    frozen = one.where(RoundMember.round_id == round_id).exists()
    was = one.where(as_published(round_id), RoundMember.is_expected).exists()
    return or_(was, and_(not_(frozen), is_signatory_on(closes_on)))
