"""What the one-page profile of an organisation needs, and the report to its board: one statement for its returns."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import and_, case, select
from sqlalchemy.orm import Session

from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.findings.progress import Accepted
from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.domain.meetings.profile import FoundOutcome, Profile, make_profile
from anchor_portal.domain.sectors import SECTOR_OF_ONE
from anchor_portal.models import Organisation, PledgeOutcome, QuestionnaireVersion, Return, Round, Submission
from anchor_portal.queries.meetings import load_log
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference
from anchor_portal.queries.returns import REVIEWABLE
from anchor_portal.queries.review import load_outcomes

NO_ROUND = "The meeting is not about a round."
NO_RETURN = "No return was sent for this round."


@dataclass(frozen=True, slots=True)
class Returned:
    """An organisation's returns up to a round, the earliest first; `row` is that of the round itself, if it has one.

    The last of `rounds` is the round itself, as it was signed last; the others are as they were accepted.
    """

    rounds: tuple[Accepted, ...]
    row: Return | None
    submission: Submission | None

    @property
    def is_shown(self) -> bool:
        """Whether the round's own return may be read: it was sent, and not withdrawn."""
        return self.row is not None and self.row.status in REVIEWABLE and self.submission is not None

    @property
    def status(self) -> str:
        """Where the round's return stands, in a sentence."""
        if self.row is None or self.row.status not in REVIEWABLE:
            return NO_RETURN
        name = NAMES[Status(self.row.status)]
        if self.submission is None:
            return f"{name}."
        signed = f"signed by {self.submission.signed_name}, {self.submission.signed_role}"
        return f"{name}: revision {self.submission.revision}, {signed}, on {say_date(self.submission.signed_on)}."


def load_returned(session: Session, organisation_id: int, round_: Round) -> Returned:
    """What an organisation said up to a round: one statement, and one for each version not parsed yet."""
    mine = and_(Return.round_id == Round.id, Return.organisation_id == organisation_id)
    wanted = case((Round.id == round_.id, Return.revision), else_=Return.accepted_revision)
    signed = and_(Submission.return_id == Return.id, Submission.revision == wanted)
    query = (
        select(Round.id, Round.code, QuestionnaireVersion.id, QuestionnaireVersion.digest, Return, Submission)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Round.questionnaire_id)
        .outerjoin(Return, mine)
        .outerjoin(Submission, signed)
        .where(Round.code <= round_.code)
        .order_by(Round.code)
    )
    rows = session.execute(query).all()
    row, submission = next(((row[4], row[5]) for row in rows if row[0] == round_.id), (None, None))
    returned = Returned((), row, submission)
    first = next((place for place, each in enumerate(rows) if each[5] is not None), len(rows))
    rounds = []
    for round_id, code, version_id, digest, _, signed_row in rows[first:]:
        is_read = signed_row is not None and (round_id != round_.id or returned.is_shown)
        answers = json.loads(signed_row.answers) if is_read else None
        rounds.append(Accepted(code, get_questionnaire(session, version_id, digest), answers))
    return Returned(tuple(rounds), row, submission)


def load_profile(session: Session, organisation: Organisation, round_: Round | None, reference: Reference) -> Profile:
    """The profile of an organisation for a round, with its open actions: three statements."""
    facts = say_facts(organisation, reference)
    actions = tuple(each.words for each in load_log(session, organisation_id=organisation.id, open_only=True))
    if round_ is None:
        return Profile(organisation.name, facts, NO_ROUND, actions=actions)
    returned = load_returned(session, organisation.id, round_)
    outcomes = load_outcomes(session, [returned.row.id]).get(returned.row.id, {}) if returned.row else {}
    return profile_of(organisation.name, facts, returned, outcomes, actions)


def profile_of(
    name: str,
    facts: str,
    returned: Returned,
    outcomes: Mapping[int, PledgeOutcome],
    actions: tuple[str, ...] = (),
) -> Profile:
    """The profile of an organisation for the round of what it returned."""
    found = {pledge: FoundOutcome(row.outcome, row.who, row.note, row.id) for pledge, row in outcomes.items()}
    rounds: Sequence[Accepted] = returned.rounds if returned.is_shown else ()
    return replace(make_profile(name, facts, returned.status, rounds, found), actions=actions)


def say_facts(organisation: Organisation, reference: Reference) -> str:
    """What an organisation is, in a line: "NHS trust, Halton, 4,200 employees, signatory since 1 March 2023"."""
    places = {place.code: place.label for place in reference.places}
    facts = [SECTOR_OF_ONE[organisation.sector], places.get(organisation.main_place_code or "", "several places")]
    if organisation.headcount is not None:
        facts.append(f"{organisation.headcount:,} employees")
    if organisation.joined_on:
        facts.append(f"signatory since {say_date(organisation.joined_on)}")
    return ", ".join(facts)
