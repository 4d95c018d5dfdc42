"""How the work on the demonstration's open round is shared: sections given out, some of them open just now."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Person
from anchor_portal.domain.people import Role
from anchor_portal.models import SectionVisit, User
from anchor_portal.models.base import now
from anchor_portal.queries.returns import Found
from anchor_portal.services.returns.sharing import Share, share_out
from anchor_portal.services.returns.steps import Actor

TRUST, COUNCIL, HOUSING = "mid-cheshire-hospitals", "halton-borough-council", "torus"
LEADS = {
    TRUST: "lead@trust.example",
    COUNCIL: "lead@council.example",
    HOUSING: "shanice.wetherlam@torus.example",
}
NASREEN, ZAINAB = "contributor@trust.example", "zainab.corfe-mallin@halton-borough-council.example"
PIOTR = "piotr.casterwood@torus.example"
GIVEN = {
    TRUST: {"pledge-1": (NASREEN, 9), "pledge-3": (NASREEN, 16), "pledge-5": (LEADS[TRUST], 21)},
    COUNCIL: {"pledge-2": (ZAINAB, 12)},
    HOUSING: {"pledge-2": (PIOTR, 7), "pledge-4": (LEADS[HOUSING], 14)},
}
"""Who has which section, and in how many days it is due."""
OPEN_NOW = {TRUST: (NASREEN, "pledge-3"), COUNCIL: (ZAINAB, "pledge-2"), HOUSING: (PIOTR, "pledge-2")}


def share_demo(session: Session, found: Found, today: date) -> None:
    """Give out sections of a return of the open round, through the same rules as a lead, and have one open."""
    slug = found.organisation.slug
    if slug not in GIVEN:
        return
    people = {user.email: user for user in session.scalars(select(User))}
    lead = people[LEADS[slug]]
    shares = {
        section: Share(people[email].id, min(found.round.closes_on, today + timedelta(days=days)))
        for section, (email, days) in GIVEN[slug].items()
    }
    actor = Actor(lead.name, lead.id, Person(frozenset({Role.LEAD})))
    share_out(session, found, shares, "", actor, f"/returns/{found.round.code}/{slug}")
    email, section = OPEN_NOW[slug]
    row = found.get_row()
    session.add(SectionVisit(return_id=row.id, section=section, user_id=people[email].id, seen_at=now()))
