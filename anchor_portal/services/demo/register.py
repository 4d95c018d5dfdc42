"""The demonstration's register: names over time, other organisations with a charter, and a file that waits for decisions."""

from datetime import date

from sqlalchemy.orm import Session

from anchor_portal.domain.register.names import plain, slug_of
from anchor_portal.models import Alias, Holding, Organisation, OrganisationName
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.services.register.importing import HOLDINGS, stage
from anchor_portal.services.register.merging import pass_interests

WHO = "team@team.example"
ALIASES = {"sefton-council": "Sefton MBC", "cheshire-wirral-partnership": "CWP", "torus": "Torus Group"}
FORMER = (("quayside-homes", "Quayside and District Housing Association", date(2019, 4, 1)),)
MERGED = ("Lantern Yard Studios", "mersey-lantern-works", date(2025, 9, 30))
OTHERS = (
    ("harbour-light-hospice", "Harbour Light Hospice", "vcse", "social_value_charter", date(2022, 3, 8)),
    ("quayside-homes", "Quayside Homes", "housing", "social_value_award", date(2020, 10, 14)),
    ("mersey-lantern-works", "Mersey Lantern Works Ltd", "company", "fair_employment_charter", date(2024, 2, 19)),
)
"""Invented organisations that never signed the framework: slug, name, sector, what they hold since when."""
WAITING = """Organisation,Charity number,Date signed,Evidence
Alzheimers Society,,12/05/2021,Signed copy with the team
Sefton Community and Voluntary Services,,03/09/2021,Signed copy with the team
Warrington & Halton Hospitals,,17/01/2022,
Dockside Youth Theatre,1999001,22/06/2023,Signed copy with the team
Dockside Youth Theatre,1999001,22/06/2023,Signed copy with the team
Tide and Tiller Community Kitchen,12AB,22/06/2023,
Saltmarsh Credit Union,1999002,31/02/2023,
"""
"""A list as a charter's own team might keep it: known names in other spellings, a line twice, a wrong code, a wrong day."""


def load_register_demo(session: Session, today: date) -> None:
    """Load all of it."""
    for slug, name, sector, kind, since in OTHERS:
        row = _add(session, slug, name, sector)
        session.add(Holding(organisation_id=row.id, kind=kind, since=since, noted_by=WHO, evidence="Invented"))
    for slug, name in ALIASES.items():
        session.add(Alias(organisation_id=_get(session, slug).id, name=name, folded=plain(name)))
    for slug, name, until in FORMER:
        mine = {"organisation_id": _get(session, slug).id, "name": name, "printed_name": name, "folded": plain(name)}
        session.add(OrganisationName(**mine, until=until))
    name, into, on = MERGED
    merged = _add(session, slug_of(name, set()), name, "company")
    successor = _get(session, into)
    merged.merged_into_id, merged.merged_on = successor.id, on
    session.flush()
    for each in (merged, successor):
        pass_interests(session, each, WHO)
    options = {"sector": "vcse", "kind": "social_value_charter", "adds": "yes"}
    stage(session, WAITING.encode(), "charter-signatories.csv", HOLDINGS, options, WHO, today)


def _add(session: Session, slug: str, name: str, sector: str) -> Organisation:
    names = {"slug": slug, "name": name, "printed_name": name}
    row = Organisation(**names, sector=sector, scale="general", is_signatory=False, note="Invented")
    session.add(row)
    session.flush()
    return row


def _get(session: Session, slug: str) -> Organisation:
    found = find_organisation(session, slug)
    if found is None:
        raise LookupError(f"the demonstration has no organisation {slug}")
    return found
