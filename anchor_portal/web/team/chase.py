"""The chase list of a round: where each organisation stands, since when, what to do about it, and whom to ask."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from anchor_portal.domain.answers.completeness import SectionStatus, review, section_status
from anchor_portal.domain.answers.parts import Answers
from anchor_portal.domain.lifecycle import DONE, NAMES, Status, Step, has_answered
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import Questionnaire
from anchor_portal.models import Organisation, QuestionnaireVersion, ReturnStep, Round
from anchor_portal.queries.chasing import Contact, load_contacts, load_drafts, load_last_steps
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference
from anchor_portal.queries.rounds import Standing, load_standings

ON_A_PAGE = 50
COLOURS = {
    Status.NOT_STARTED: "nhsuk-tag--blue",
    Status.IN_PROGRESS: "nhsuk-tag--aqua-green",
    Status.READY: "nhsuk-tag--purple",
    Status.RETURNED: "nhsuk-tag--orange",
    Status.WITHDRAWN: "nhsuk-tag--orange",
    Status.CORRECTING: "nhsuk-tag--orange",
    Status.SUBMITTED: "nhsuk-tag--yellow",
    Status.ACCEPTED: "nhsuk-tag--green",
    Status.NIL: "nhsuk-tag--grey",
}
"""In the order of the list: those who have not answered first."""
PLACE = {status: place for place, status in enumerate(COLOURS)}
TO_DO = {
    Status.NOT_STARTED: "Ask them to start",
    Status.IN_PROGRESS: "Ask when it will be finished",
    Status.READY: "Ask the signatory to read and sign it",
    Status.RETURNED: "Ask them to answer the Assembly’s queries",
    Status.WITHDRAWN: "Ask them to correct it and submit it again",
    Status.CORRECTING: "Ask them to sign the correction",
    Status.SUBMITTED: "Nothing: it waits for the Assembly",
    Status.ACCEPTED: "Nothing: it is done",
    Status.NIL: "Nothing: it is done",
}
NOBODY = {Role.LEAD: "Nobody is its lead yet", Role.SIGNATORY: "Nobody is its signatory yet"}


@dataclass(frozen=True, slots=True)
class Chased:
    """One line of the list."""

    organisation: Organisation
    status: Status
    last_step: ReturnStep | None
    progress: str
    contacts: tuple[Contact, ...]

    @property
    def status_name(self) -> str:
        """The status in words."""
        return NAMES[self.status]

    @property
    def colour(self) -> str:
        """The colour of its tag, beside the words."""
        return COLOURS[self.status]

    @property
    def last_words(self) -> str:
        """The last step in words."""
        return DONE[Step(self.last_step.step)] if self.last_step else ""

    @property
    def to_do(self) -> str:
        """What the team does about it."""
        return TO_DO[self.status]

    @property
    def nobody(self) -> str:
        """That there is nobody to ask, where somebody should be asked."""
        role = _role_to_ask(self.status)
        return NOBODY[role] if role and not self.contacts else ""


@dataclass(frozen=True, slots=True)
class Chase:
    """A page of the list, with what is said of the whole: how many stand where, and how many have not answered."""

    counts: Mapping[Status, int]
    unanswered: int
    lines: tuple[Chased, ...]
    page: int
    pages: int

    @property
    def expected(self) -> int:
        """How many organisations the round expects."""
        return sum(self.counts.values())


def _role_to_ask(status: Status) -> Role | None:
    if status in {Status.SUBMITTED, Status.ACCEPTED, Status.NIL}:
        return None
    return Role.SIGNATORY if status is Status.READY else Role.LEAD


def count_standings(standings: Sequence[Standing]) -> Mapping[Status, int]:
    """How many organisations stand where, in the order of the list."""
    counted = Counter(standing.status for standing in standings)
    return {status: counted[status] for status in COLOURS if counted[status]}


def load_chase(
    session: Session, round_: Round, version: QuestionnaireVersion, reference: Reference, today: date, page: int
) -> Chase:
    """A page of the list; a page that there is not gives the nearest one."""
    standings = sorted(load_standings(session, round_), key=lambda standing: PLACE[standing.status])
    pages = max(1, -(-len(standings) // ON_A_PAGE))
    page = min(max(page, 1), pages)
    shown = standings[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    steps = load_last_steps(session, [standing.row.id for standing in shown if standing.row])
    contacts = load_contacts(session, [standing.organisation.id for standing in shown])
    drafts = load_drafts(session, [each.row.id for each in shown if each.row and each.status is Status.IN_PROGRESS])
    questionnaire = get_questionnaire(session, version.id, version.digest)
    lines = tuple(
        Chased(
            organisation=each.organisation,
            status=each.status,
            last_step=steps.get(each.row.id) if each.row else None,
            progress=_progress(each, questionnaire, drafts, round_, reference, today),
            contacts=_to_ask(each, contacts),
        )
        for each in shown
    )
    return Chase(count_standings(standings), sum(map(_is_unanswered, standings)), lines, page, pages)


def _is_unanswered(standing: Standing) -> bool:
    """What was accepted stands, so that a correction that waits for its signature leaves nobody unanswered."""
    return not has_answered(standing.status, standing.row.accepted_revision if standing.row else 0)


def _to_ask(standing: Standing, contacts: Mapping[int, Sequence[Contact]]) -> tuple[Contact, ...]:
    role = _role_to_ask(standing.status)
    return tuple(each for each in contacts.get(standing.organisation.id, ()) if each.role is role)


def _progress(
    standing: Standing,
    questionnaire: Questionnaire,
    drafts: Mapping[int, Answers],
    round_: Round,
    reference: Reference,
    today: date,
) -> str:
    """How far a draft is; empty for what is no draft."""
    if standing.row is None or standing.status is not Status.IN_PROGRESS:
        return ""
    asking = reference.asking(standing.organisation, round_, today)
    reviewed = review(questionnaire, drafts.get(standing.row.id, {}), asking, complete=False)
    sections = questionnaire.form_sections
    done = sum(section_status(section, reviewed, asking) is SectionStatus.COMPLETED for section in sections)
    return f"{done} of {len(sections)} sections completed"
