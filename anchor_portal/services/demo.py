"""The demonstration: synthetic rounds, returns and invented people, loaded through the same rules as real ones."""

from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Status, Step
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import Period
from anchor_portal.models import Organisation, PortalFact, QuestionnaireVersion, Round, User
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference, load_reference
from anchor_portal.queries.returns import Found, get_submission
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.services import returns
from anchor_portal.services.demo_answers import (
    DemoReturn,
    DemoRound,
    demo_people,
    demo_returns,
    demo_rounds,
    register_headcounts,
)
from anchor_portal.services.interchange import OPERATOR
from anchor_portal.services.people import add_role, hash_password
from anchor_portal.services.publication import publish_round
from anchor_portal.services.rounds import add_round, close_round
from anchor_portal.services.totals import remake_totals

DEMO_PASSWORD = "anchors-hold-fast"  # noqa: S105 - printed for everybody who tries the demonstration
DEMO_ACCOUNTS = (
    ("lead@trust.example", "lead of an NHS trust"),
    ("contributor@trust.example", "contributor of the same trust"),
    ("signatory@trust.example", "signatory of the same trust"),
    ("lead@council.example", "lead of a council"),
    ("member@assembly.example", "member of the Anchor Assembly"),
    ("team@team.example", "sustainability team"),
)
THRESHOLD = 70


def has_demo(session: Session) -> bool:
    """Whether the demonstration was loaded."""
    return session.get(PortalFact, "demo") is not None


def load_demo(session: Session, today: date) -> None:
    """Load all of it; the open round gets its deadline from `today`."""
    session.add(PortalFact(key="demo", value="yes"))
    for slug, headcount in register_headcounts().items():
        session.execute(update(Organisation).where(Organisation.slug == slug).values(headcount=headcount))
    _add_people(session)
    everything = demo_returns(today)
    for demo in demo_rounds(today):
        _load_round(session, demo, [each for each in everything if each.round == demo.code], today)


def _add_people(session: Session) -> None:
    for person in demo_people():
        for role, slug in person.roles:
            organisation = find_organisation(session, slug) if slug else None
            add_role(session, person.email, Role(role), organisation, person.name)
    _set_passwords(session)


def _set_passwords(session: Session) -> None:
    """One hash for all: the same password, made once."""
    hashed = hash_password(DEMO_PASSWORD)
    session.execute(update(User).values(password_hash=hashed))


def _load_round(session: Session, demo: DemoRound, mine: list[DemoReturn], today: date) -> None:
    period = Period(demo.period_from, demo.period_to)
    round_ = add_round(session, demo.code, demo.questionnaire, demo.opens_on, demo.closes_on, period, demo.title)
    reference = load_reference(session)
    for each in mine:
        _load_return(session, round_, each, reference, today)
    remake_totals(session, round_)
    if demo.status == "published":
        close_round(session, round_, today)
        publish_round(session, round_, today, THRESHOLD)


def _load_return(session: Session, round_: Round, demo: DemoReturn, reference: Reference, today: date) -> None:
    status = Status(demo.status)
    if status is Status.NOT_STARTED:
        return
    found = _start(session, round_, demo, reference, today)
    if status in {Status.SUBMITTED, Status.ACCEPTED, Status.RETURNED, Status.WITHDRAWN}:
        returns.submit(session, found, demo.answers["signoff"], OPERATOR, is_operator=True)
    if status is Status.ACCEPTED:
        submission = get_submission(session, found.get_row())
        returns.accept(session, found, submission, OPERATOR, is_operator=True)
    elif status not in {Status.SUBMITTED, Status.IN_PROGRESS}:
        returns.record_step(session, found.get_row(), STEPS[status], status, OPERATOR, demo.reason)


STEPS = {
    Status.RETURNED: Step.RETURN,
    Status.WITHDRAWN: Step.WITHDRAW,
    Status.NIL: Step.DECLARE_NIL,
    Status.READY: Step.ASK_TO_SIGN,
}


def _start(session: Session, round_: Round, demo: DemoReturn, reference: Reference, today: date) -> Found:
    organisation = session.scalars(select(Organisation).where(Organisation.slug == demo.organisation)).one()
    version = session.get_one(QuestionnaireVersion, round_.questionnaire_id)
    questionnaire = get_questionnaire(session, version.id, version.digest)
    asking = reference.asking(organisation, round_, today)
    found = Found(round_, organisation, None, questionnaire, asking)
    row = returns.start(session, found, OPERATOR)
    draft = {key: parts for key, parts in demo.answers.items() if key != questionnaire.signoff.key}
    returns.replace_answers(session, row, draft, OPERATOR)
    return Found(round_, organisation, row, questionnaire, asking)
