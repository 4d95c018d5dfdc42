"""The words by which a case study is found: its own, and the name that its organisation has now."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.case_studies.search import fold
from anchor_portal.domain.pledges import PLEDGES
from anchor_portal.models import CaseStudy, Organisation, Place


def words_of(title: str, story: str, organisation: str, pledge: int, place: str) -> str:
    """All that is searched of a case study, folded."""
    return fold(" ".join((title, story, organisation, PLEDGES.get(pledge, ""), place)))


def follow_name(session: Session, organisation: Organisation) -> None:
    """Make the words of an organisation's case studies again, once it has another name. It is held."""
    places = {place.gss_code: place.name for place in session.scalars(select(Place))}
    for study in session.scalars(select(CaseStudy).where(CaseStudy.organisation_id == organisation.id)).all():
        place = places.get(study.place_code, "")
        study.words = words_of(study.title, study.story, organisation.name, study.pledge, place)
    session.flush()
