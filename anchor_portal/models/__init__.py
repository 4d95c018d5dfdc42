"""Every table of the portal."""

from anchor_portal.domain.running.reminders import Audience
from anchor_portal.models import ended_sessions as _ended_sessions  # noqa: F401 - listens to every change of a role
from anchor_portal.models import return_counts as _return_counts  # noqa: F401 - listens to every change of a return
from anchor_portal.models.audit import AuditEntry, AuditHead
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
from anchor_portal.models.case_studies import CaseStudy
from anchor_portal.models.evidence import EvidenceFile, FileState
from anchor_portal.models.identity import (
    Attempts,
    Authenticator,
    DisconnectedIdentity,
    Identity,
    Passkey,
    RecoveryCode,
    SignIn,
    UsedOnce,
)
from anchor_portal.models.jobs import Job, JobState, JobWorker
from anchor_portal.models.meetings import (
    Action,
    ActionUpdate,
    AgendaItem,
    Decision,
    ItemOutcome,
    Meeting,
)
from anchor_portal.models.messages import Invitation, Message
from anchor_portal.models.people import Grant, Interest, User
from anchor_portal.models.questionnaire_drafts import QuestionnaireDraft
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
from anchor_portal.models.register_history import (
    Alias,
    Holding,
    HoldingKind,
    ImportState,
    OrganisationName,
    RegisterImport,
    RegisterImportRow,
)
from anchor_portal.models.reminders import Extension, Reminder, ReminderPlan, RoundStep
from anchor_portal.models.returns import (
    Answer,
    Certificate,
    MeasureRow,
    Return,
    ReturnStep,
    Submission,
)
from anchor_portal.models.review import (
    PledgeOutcome,
    ReviewAssignment,
    ReviewComment,
    ReviewDecision,
    ReviewOpinion,
    ReviewSignals,
    Verdict,
)
from anchor_portal.models.review_queries import ReviewQuery
from anchor_portal.models.round_members import RoundMember
from anchor_portal.models.rounds import Frozen, Publication, QuestionnaireVersion, ReturnCount, Round, Total
from anchor_portal.models.sharing import CarriedAnswer, SectionOwner, SectionVisit

__all__ = [
    "Action",
    "ActionKind",
    "ActionState",
    "ActionUpdate",
    "AgendaItem",
    "Alias",
    "Answer",
    "Attempts",
    "Audience",
    "AuditEntry",
    "AuditHead",
    "Authenticator",
    "Base",
    "BeaconAction",
    "BeaconIndicator",
    "BeaconSeries",
    "BeaconUpload",
    "BeaconValue",
    "CarriedAnswer",
    "CaseStudy",
    "Certificate",
    "Decision",
    "EvidenceFile",
    "Extension",
    "FileState",
    "Frozen",
    "Grant",
    "Holding",
    "HoldingKind",
    "Identifier",
    "DisconnectedIdentity",
    "Identity",
    "ImportState",
    "Interest",
    "Invitation",
    "ItemOutcome",
    "Job",
    "JobState",
    "JobWorker",
    "LevelRow",
    "LivingWageRate",
    "MeasureRow",
    "Meeting",
    "Message",
    "Organisation",
    "OrganisationName",
    "OrganisationPlace",
    "Passkey",
    "Place",
    "PledgeOutcome",
    "PortalFact",
    "Publication",
    "QuestionnaireDraft",
    "QuestionnaireVersion",
    "RecoveryCode",
    "RegisterImport",
    "RegisterImportRow",
    "Reminder",
    "ReminderPlan",
    "Return",
    "ReturnCount",
    "ReturnStep",
    "ReviewAssignment",
    "ReviewComment",
    "ReviewDecision",
    "ReviewOpinion",
    "ReviewQuery",
    "ReviewSignals",
    "Round",
    "RoundMember",
    "RoundStep",
    "SectionOwner",
    "SectionVisit",
    "SignIn",
    "Submission",
    "Theme",
    "Total",
    "UploadState",
    "UsedOnce",
    "User",
    "Verdict",
]
