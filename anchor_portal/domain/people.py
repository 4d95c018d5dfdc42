"""The roles that a person may hold, several at once and for several organisations."""

from enum import StrEnum


class Role(StrEnum):
    """Codes as on the command line; what each may do stands in lifecycle.py and on each page."""

    CONTRIBUTOR = "contributor"
    LEAD = "lead"
    SIGNATORY = "signatory"
    MEMBER = "member"
    TEAM = "team"


OF_AN_ORGANISATION = frozenset({Role.CONTRIBUTOR, Role.LEAD, Role.SIGNATORY})
"""Roles that are always held for one organisation; the others are held for the whole partnership."""

NAMES = {
    Role.CONTRIBUTOR: "contributor",
    Role.LEAD: "lead",
    Role.SIGNATORY: "signatory",
    Role.MEMBER: "Assembly member",
    Role.TEAM: "sustainability team",
}


def may_give(roles: frozenset[Role]) -> tuple[Role, ...]:
    """The roles in an organisation that somebody may give there, and take away, by those that they hold for it.

    A lead names contributors and further leads; who signs for the organisation, the team decides.
    """
    if Role.TEAM in roles:
        return (Role.CONTRIBUTOR, Role.LEAD, Role.SIGNATORY)
    return (Role.CONTRIBUTOR, Role.LEAD) if Role.LEAD in roles else ()
