"""The organisations that a round was published with, kept as they stood."""

from collections.abc import Mapping

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from anchor_portal.domain.figures.inputs import Member
from anchor_portal.models import Organisation, Round, RoundMember


def keep_members(session: Session, round_: Round, members: Mapping[str, Member]) -> None:
    """Keep the organisations of a publication; those that an earlier one of the round had stay as they are."""
    kept = select(RoundMember.organisation_id).where(RoundMember.round_id == round_.id)
    query = select(Organisation.slug, Organisation.id).where(Organisation.id.not_in(kept))
    ids = {slug: id_ for slug, id_ in session.execute(query) if slug in members}
    rows = [
        {
            "round_id": round_.id,
            "organisation_id": id_,
            "is_expected": members[slug].is_expected,
            "sector": members[slug].sector,
            "place": members[slug].place,
            "headcount": members[slug].headcount,
        }
        for slug, id_ in ids.items()
    ]
    if rows:
        session.connection().execute(insert(RoundMember), rows)
