"""The demonstration: synthetic rounds, returns and invented people, loaded through the same rules as real ones."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Person, Status, Step
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import Period
from anchor_portal.models import Organisation, PortalFact, QuestionnaireVersion, Round, User
from anchor_portal.models.base import now
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference, load_reference
from anchor_portal.queries.returns import Found, get_submission
from anchor_portal.queries.rounds import find_organisation
from anchor_portal.services.demo.accounts import load_account_demo
from anchor_portal.services.demo.answers import (
    DemoReturn,
    DemoRound,
    demo_people,
    demo_returns,
    demo_rounds,
    register_headcounts,
)
from anchor_portal.services.demo.beacon import load_beacon_demo
from anchor_portal.services.demo.case_studies import load_case_study_demo
from anchor_portal.services.demo.certificates import load_certificate_demo
from anchor_portal.services.demo.jobs import load_job_demo
from anchor_portal.services.demo.meetings import load_meetings_demo
from anchor_portal.services.demo.queries import ask_in_demo
from anchor_portal.services.demo.questionnaires import load_questionnaire_demo
from anchor_portal.services.demo.register import load_register_demo
from anchor_portal.services.demo.reminders import remind_in_demo
from anchor_portal.services.demo.review import lacking_of, load_review_demo, summary_of
from anchor_portal.services.demo.sharing import share_demo
from anchor_portal.services.figures.publication import publish_round
from anchor_portal.services.figures.totals import remake_totals
from anchor_portal.services.people import add_role, hash_password
from anchor_portal.services.returns import saving
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.steps import Actor
from anchor_portal.services.rounds.life import add_round, close_round

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
TEAM_MEMBER = "Rosalind Tamberley"
PLANNED_BEFORE = timedelta(days=30)
STARTED_AFTER = timedelta(days=1)
DECIDED_AFTER = timedelta(days=12)
CLOSED_AFTER = timedelta(days=14)
PUBLISHED_AFTER = timedelta(days=45)
"""After opening, after signing, and after the deadline: how the demonstration's history is dated."""


class DemoRefused(Exception):
    """The demonstration is not loaded; the text is a sentence."""


def has_demo(session: Session) -> bool:
    """Whether the demonstration was loaded."""
    return session.get(PortalFact, "demo") is not None


def load_demo(session: Session, today: date) -> None:
    """Load all of it; the open round gets its deadline from `today`. Raises DemoRefused."""
    _refuse_in_use(session)
    session.add(PortalFact(key="demo", value="yes"))
    for slug, headcount in register_headcounts().items():
        session.execute(update(Organisation).where(Organisation.slug == slug).values(headcount=headcount))
    _add_people(session)
    everything = demo_returns(today)
    for demo in demo_rounds(today):
        _load_round(session, demo, [each for each in everything if each.round == demo.code], today)
    load_beacon_demo(session, today)
    load_review_demo(session)
    load_meetings_demo(session, today)
    load_questionnaire_demo(session)
    load_account_demo(session)
    load_job_demo(session, today)
    load_case_study_demo(session, today)
    load_register_demo(session, today)
    load_certificate_demo(session, today)  # last: it looks at signatories and holdings


def _refuse_in_use(session: Session) -> None:
    """Real people and real rounds, without which there is no return, never share a database with invented ones."""
    if any(session.scalars(select(model.id).limit(1)).first() for model in (User, Round)):
        raise DemoRefused("this database is in use: demonstration data go into an empty one")


def _add_people(session: Session) -> None:
    added = set()
    for person in demo_people():
        for role, slug in person.roles:
            organisation = find_organisation(session, slug) if slug else None
            user, _ = add_role(session, person.email, Role(role), organisation, person.name)
            added.add(user.id)
    _set_passwords(session, added)


def _set_passwords(session: Session, added: set[int]) -> None:
    """One hash for all who were added: the same password, made once."""
    hashed = hash_password(DEMO_PASSWORD)
    session.execute(update(User).where(User.id.in_(added)).values(password_hash=hashed))


def _load_round(session: Session, demo: DemoRound, mine: list[DemoReturn], today: date) -> None:
    period = Period(demo.period_from, demo.period_to)
    round_ = add_round(
        session,
        demo.code,
        demo.questionnaire,
        demo.opens_on,
        demo.closes_on,
        period,
        demo.title,
        by=TEAM_MEMBER,
        at=_moment(demo.opens_on - PLANNED_BEFORE, today),
    )
    reference = load_reference(session)
    cast = _Cast()
    for each in mine:
        if each.status != Status.NOT_STARTED:
            _load_return(session, each, cast.story(session, round_, each, reference, today), today)
    remake_totals(session, round_)
    if demo.status == "published":
        close_round(session, round_, today, by=TEAM_MEMBER, at=_moment(demo.closes_on + CLOSED_AFTER, today))
        publish_round(
            session, round_, today, THRESHOLD, _moment(demo.closes_on + PUBLISHED_AFTER, today), by=TEAM_MEMBER
        )
    else:
        remind_in_demo(session, round_, TEAM_MEMBER, today)


def _moment(day: date, today: date) -> datetime:
    """Late in the morning of a day, or now if that would be in the future."""
    return now() if day >= today else datetime.combine(day, time(11, 20), UTC)


@dataclass(frozen=True, slots=True)
class _Story:
    """A return of the demonstration: who filled it in, signed and decided, and when."""

    found: Found
    lead: Actor
    signatory: Actor
    member: Actor

    def on_decision(self, today: date) -> Found:
        """The return on the day of the decision, which is that of its certificate."""
        day = self.member.at.date() if self.member.at else today
        return replace(self.found, asking=replace(self.found.asking, today=day))


class _Cast:
    """The invented people who act in the demonstration."""

    def __init__(self) -> None:
        people = demo_people()
        self.leads = {slug: each.name for each in people for role, slug in each.roles if role == Role.LEAD}
        self.member = next(each.name for each in people if (str(Role.MEMBER), "") in each.roles)

    def story(self, session: Session, round_: Round, demo: DemoReturn, reference: Reference, today: date) -> _Story:
        """Start a return, with its answers, and say who does the rest."""
        signed = demo.answers.get("signoff", {})
        signed_on = date.fromisoformat(signed["date"]) if signed else min(today, round_.closes_on)
        lead = self._actor(self.leads.get(demo.organisation, "operator"), round_.opens_on + STARTED_AFTER, today)
        return _Story(
            found=_start(session, round_, demo, reference, signed_on, lead),
            lead=lead,
            signatory=self._actor(signed.get("name", lead.name), signed_on, today),
            member=self._actor(self.member, signed_on + DECIDED_AFTER, today),
        )

    def _actor(self, name: str, day: date, today: date) -> Actor:
        return Actor(name, None, Person(frozenset()), _moment(day, today))


def _load_return(session: Session, demo: DemoReturn, story: _Story, today: date) -> None:
    status = Status(demo.status)
    found = story.found
    if status in {Status.SUBMITTED, Status.ACCEPTED, Status.RETURNED, Status.WITHDRAWN}:
        returns.submit(session, found, demo.answers["signoff"], story.signatory, is_operator=True)
    if status is Status.ACCEPTED:
        decided = story.on_decision(found.asking.today)
        submission = get_submission(session, found.get_row())
        summary = summary_of(demo.round)
        lacking = lacking_of(demo.round, demo.answers)
        returns.accept(
            session, decided, submission, story.member, is_operator=True, summary=summary, not_evidenced=lacking
        )
    elif status in STEPS:
        actor = {Step.RETURN: story.member, Step.ASK_TO_SIGN: story.lead}.get(STEPS[status], story.signatory)
        returns.record_step(session, found.get_row(), STEPS[status], status, actor, demo.reason)
        if status is Status.RETURNED:
            ask_in_demo(session, found, demo.reason, actor, today)
    if found.is_editable:
        share_demo(session, found, today)


STEPS = {
    Status.RETURNED: Step.RETURN,
    Status.WITHDRAWN: Step.WITHDRAW,
    Status.NIL: Step.DECLARE_NIL,
    Status.READY: Step.ASK_TO_SIGN,
}


def _start(session: Session, round_: Round, demo: DemoReturn, reference: Reference, day: date, lead: Actor) -> Found:
    organisation = session.scalars(select(Organisation).where(Organisation.slug == demo.organisation)).one()
    version = session.get_one(QuestionnaireVersion, round_.questionnaire_id)
    questionnaire = get_questionnaire(session, version.id, version.digest)
    asking = reference.asking(organisation, round_, day)
    found = Found.of(round_, organisation, None, questionnaire, asking)
    row = returns.start(session, found, lead)
    draft = {key: parts for key, parts in demo.answers.items() if key != questionnaire.signoff.key}
    saving.replace_answers(session, row, draft, lead)
    return Found.of(round_, organisation, row, questionnaire, asking)
