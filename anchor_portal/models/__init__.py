"""Every table of the portal."""

from anchor_portal.models import return_counts as _return_counts  # noqa: F401 - listens to every change of a return
from anchor_portal.models.base import Base
from anchor_portal.models.beacon import (
    ActionKind,
    ActionState,
    BeaconAction,
    BeaconSeries,
    BeaconUpload,
    BeaconValue,
    UploadState,
)
from anchor_portal.models.evidence import EvidenceFile, FileState
from anchor_portal.models.messages import Invitation, Message
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
from anchor_portal.models.review_queries import ReviewQuery
from anchor_portal.models.rounds import Frozen, Publication, QuestionnaireVersion, ReturnCount, Round, Total
from anchor_portal.models.sharing import CarriedAnswer, SectionOwner, SectionVisit

__all__ = [
    "ActionKind",
    "ActionState",
    "Answer",
    "AuditEntry",
    "Base",
    "BeaconAction",
    "BeaconIndicator",
    "BeaconSeries",
    "BeaconUpload",
    "BeaconValue",
    "CarriedAnswer",
    "Certificate",
    "EvidenceFile",
    "FileState",
    "Frozen",
    "Grant",
    "Identifier",
    "Interest",
    "Invitation",
    "LevelRow",
    "LivingWageRate",
    "MeasureRow",
    "Message",
    "Organisation",
    "OrganisationPlace",
    "Place",
    "PortalFact",
    "Publication",
    "QuestionnaireVersion",
    "Return",
    "ReturnCount",
    "ReturnStep",
    "ReviewQuery",
    "Round",
    "SectionOwner",
    "SectionVisit",
    "Submission",
    "Theme",
    "Total",
    "UploadState",
    "User",
]
