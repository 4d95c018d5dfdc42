"""The columns of a file of organisations, by the headings that public lists give them."""

from collections.abc import Sequence
from enum import StrEnum

from anchor_portal.domain.register.names import plain


class Field(StrEnum):
    """What a column of a file is; codes of organisations are columns named as their schemes."""

    NAME = "name"
    PRINTED_NAME = "printed_name"
    ALSO_KNOWN_AS = "also_known_as"
    FORMER_NAME = "former_name"
    ORG_ID = "org_id"
    SECTOR = "sector"
    MAIN_PLACE = "main_place"
    WORKS_IN = "works_in"
    HEADCOUNT = "headcount"
    JOINED_ON = "joined_on"
    LEFT_ON = "left_on"
    CLOSED_ON = "closed_on"
    PART_OF = "part_of"
    NOTE = "note"
    KIND = "kind"
    SINCE = "since"
    UNTIL = "until"
    LEVEL = "level"
    EVIDENCE = "evidence"


FIELD_WORDS = {
    Field.NAME: "Name",
    Field.PRINTED_NAME: "Short name",
    Field.ALSO_KNOWN_AS: "Also known as",
    Field.FORMER_NAME: "Former name",
    Field.ORG_ID: "Identifier (org-id.guide)",
    Field.SECTOR: "Sector",
    Field.MAIN_PLACE: "Main place",
    Field.WORKS_IN: "Works in",
    Field.HEADCOUNT: "Headcount",
    Field.JOINED_ON: "Signatory from",
    Field.LEFT_ON: "Signatory to",
    Field.CLOSED_ON: "Closed on",
    Field.PART_OF: "Part of another",
    Field.NOTE: "Note",
    Field.KIND: "What it holds",
    Field.SINCE: "Since",
    Field.UNTIL: "Until",
    Field.LEVEL: "Level",
    Field.EVIDENCE: "Evidence",
}

_HEADINGS: dict[str, tuple[str, ...]] = {
    Field.NAME: (
        "name",
        "organisation",
        "organisation name",
        "organization name",
        "full name",
        "official name",
        "charity name",
        "companyname",
        "company name",
        "registered name",
        "landlord name",
        "provider name",
        "trust name",
        "trust",
        "signatory",
        "signatory name",
        "supplier",
        "member",
        "name of organisation",
    ),
    Field.PRINTED_NAME: ("printed name", "short name", "nice name", "display name", "known as", "commonly known as"),
    Field.ALSO_KNOWN_AS: ("also known as", "alias", "aliases", "other names", "other name", "trading name", "aka"),
    Field.FORMER_NAME: ("former name", "former names", "previous name", "formerly", "old name"),
    Field.ORG_ID: ("org id", "orgid", "identifier", "organisation identifier"),
    "ods": ("ods", "ods code", "organisation code", "org code", "provider code", "trust code", "nacs code"),
    "gss": ("gss", "gss code", "ons code", "gss codes", "lad code", "lad24cd", "utla code", "area code"),
    "companies-house": (
        "companies house",
        "companies house number",
        "companynumber",
        "company number",
        "company registration number",
        "charity company registration number",
        "registered company number",
        "coh",
    ),
    "charity-commission": (
        "charity commission",
        "charity number",
        "registered charity number",
        "charity no",
        "charity registration number",
        "reg charity number",
    ),
    "oscr": ("oscr", "scottish charity number"),
    "ccni": ("ccni", "northern ireland charity number"),
    "mutuals": ("mutuals", "mutuals public register number", "fca number"),
    "rsh": ("rsh", "registration number", "registered provider number", "rp code", "landlord code"),
    "ukprn": ("ukprn", "uk provider reference number"),
    "urn": ("urn", "school number"),
    "lei": ("lei", "legal entity identifier"),
    Field.SECTOR: ("sector", "organisation type", "type of organisation", "kind of organisation"),
    Field.MAIN_PLACE: ("main place", "place", "local authority", "borough", "local authority name"),
    Field.WORKS_IN: ("works in", "places", "area of operation", "areas", "local authority areas"),
    Field.HEADCOUNT: ("headcount", "employees", "number of employees", "staff"),
    Field.JOINED_ON: ("signatory from", "signatory since", "joined on", "joined", "anchor framework signed on"),
    Field.LEFT_ON: ("signatory to", "signatory until", "left on", "left"),
    Field.CLOSED_ON: (
        "close date",
        "closed on",
        "closed",
        "date of removal",
        "dissolutiondate",
        "dissolution date",
        "end date",
    ),
    Field.PART_OF: ("linked charity number",),
    Field.NOTE: ("note", "notes", "comment", "comments", "remarks"),
    Field.KIND: ("charter", "holding", "award or charter", "what", "scheme", "kind", "type", "recognition"),
    Field.SINCE: (
        "since",
        "signed on",
        "date signed",
        "signed",
        "awarded on",
        "date awarded",
        "award date",
        "date of award",
        "charter date",
        "date of signing",
        "date",
        "adopted on",
        "start date",
        "from",
    ),
    Field.UNTIL: ("until", "expires", "expiry date", "valid until", "valid to", "expires on", "to"),
    Field.LEVEL: ("level", "award level", "charter level", "tier"),
    Field.EVIDENCE: ("evidence", "link", "source", "url", "evidence link"),
}
_BY_HEADING = {heading: field for field, headings in _HEADINGS.items() for heading in headings}
_PREVIOUS_NAME = "previousname"
SEVERAL = frozenset({Field.ALSO_KNOWN_AS, Field.FORMER_NAME})
"""Fields that several columns of a file may be."""
ODS_COLUMNS, ODS_CODE, ODS_NAME, ODS_CLOSED = 27, 0, 1, 11
"""The Organisation Data Service's own files have 27 columns without headings: code, name, …, opened, closed."""

Columns = dict[int, str]


def find_field(heading: str) -> str | None:
    """What a column is by its heading, in whichever spelling: "charity_name", " CompanyNumber"; None for none."""
    words = plain(heading)
    if words.startswith(_PREVIOUS_NAME):
        return Field.FORMER_NAME if words.endswith("companyname") else None
    return _BY_HEADING.get(words)


def find_columns(headings: Sequence[str]) -> Columns:
    """Which column is what, by its place from 0; of two columns for one thing the first counts."""
    columns: Columns = {}
    for place, heading in enumerate(headings):
        field = find_field(heading)
        if field and (field not in columns.values() or field in SEVERAL):
            columns[place] = field
    return columns


def find_ods_columns(row: Sequence[str]) -> Columns | None:
    """The columns of a file of the Organisation Data Service, which has no headings; None for any other row."""
    if len(row) < ODS_CLOSED + 1 or not row[ODS_CODE].isalnum() or not 3 <= len(row[ODS_CODE]) <= 8:
        return None
    opened = row[ODS_CLOSED - 1]
    is_ods = len(opened) == 8 and opened.isdecimal() and bool(row[ODS_NAME].strip())
    return {ODS_CODE: "ods", ODS_NAME: Field.NAME, ODS_CLOSED: Field.CLOSED_ON} if is_ods else None
