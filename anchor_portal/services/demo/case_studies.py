"""The demonstration's library: what its accepted returns allow, but for the newest round; one study withdrawn."""

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.orm import Session

from anchor_portal.models.base import now
from anchor_portal.queries.case_studies import has_accepted, load_candidates
from anchor_portal.queries.rounds import load_rounds
from anchor_portal.services.case_studies.publishing import publish, withdraw

TEAM = "team@team.example"
PUBLISHED_AFTER = timedelta(days=50)
"""So long after a round's deadline its case studies went into the library."""
WITHDRAWN = "sefton-cvs"
LEFT_TO_DO = 2
"""So many of the last published round are left to the team."""


def load_case_study_demo(session: Session, today: date) -> None:
    """Publish round by round, the oldest first."""
    accepted = set(has_accepted(session))
    rounds = [each for each in reversed(load_rounds(session)) if each.code in accepted and each.closes_on < today]
    newest = None
    for round_ in rounds:
        candidates = load_candidates(session, [round_.code])
        if round_ is rounds[-1]:
            candidates = candidates[: max(0, len(candidates) - LEFT_TO_DO)]
        published_on = min(round_.closes_on + PUBLISHED_AFTER, today)
        for each in candidates:
            study = publish(session, each.submission.return_id, each.study.number, TEAM)
            study.published_at = min(now(), datetime.combine(published_on, time(10, 5), UTC))
            if each.organisation.slug == WITHDRAWN:
                newest = study
    if newest is not None:
        withdraw(session, newest, "The project ended, and its people asked us to take the story down.", TEAM)
