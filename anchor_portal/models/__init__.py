"""Every table of the portal."""

from anchor_portal.models.base import Base
from anchor_portal.models.people import AuditEntry, Grant, Interest, User
from anchor_portal.models.register import (
    BeaconIndicator,
    Identifier,
    LevelRow,
    LivingWageRate,
    Organisation,
    OrganisationPlace,
    Place,
    PortalFact,
    Theme,
)
from anchor_portal.models.returns import Answer, Certificate, MeasureRow, Return, ReturnStep, Submission
from anchor_portal.models.rounds import Frozen, Publication, QuestionnaireVersion, Round, Total

__all__ = [
    "Answer",
    "AuditEntry",
    "Base",
    "BeaconIndicator",
    "Certificate",
    "Frozen",
    "Grant",
    "Identifier",
    "Interest",
    "LevelRow",
    "LivingWageRate",
    "MeasureRow",
    "Organisation",
    "OrganisationPlace",
    "Place",
    "PortalFact",
    "Publication",
    "QuestionnaireVersion",
    "Return",
    "ReturnStep",
    "Round",
    "Submission",
    "Theme",
    "Total",
    "User",
]
