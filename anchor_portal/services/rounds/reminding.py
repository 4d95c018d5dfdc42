"""Reminders written into the outbox: exactly who gets what, on its day, and never twice.

Each is a row with a unique key of plan, organisation, person and occasion, put there in the transaction that writes
the message. Whoever comes second, on the same machine or another, finds the row and writes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from anchor_portal.clock import local
from anchor_portal.clock import today as day_here
from anchor_portal.config import Settings
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.people import Role
from anchor_portal.domain.running.reminders import (
    Audience,
    Occasion,
    Plan,
    choose,
    due_on,
    fill_in,
    find_occasion,
    is_hour_to_send,
    next_day,
    whom_to_ask,
)
from anchor_portal.engine import Database
from anchor_portal.models import Reminder, ReminderPlan, Round
from anchor_portal.models.base import now
from anchor_portal.queries.reminders import (
    Had,
    OrganisationCase,
    Receiver,
    load_cases,
    load_had,
    load_plans,
    load_receivers,
    load_reminding_rounds,
)
from anchor_portal.services.jobs.work import Work
from anchor_portal.services.messages.outbox import REMINDER, write_message

AT_A_TIME = 50
"""Organisations whose reminders are written in one transaction."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A reminder to one person about one organisation: what they get, on which day, and when they had it, if they did.

    `receiver` is None where nobody of the organisation could be written to.
    """

    plan: ReminderPlan
    standing: OrganisationCase
    occasion: Occasion
    receiver: Receiver | None
    had_at: datetime | None
    subject: str
    body: str
    link: str

    @property
    def due_on(self) -> date:
        """The day that was meant for it."""
        return due_on(plan_of(self.plan), self.occasion)

    def next_day(self, plans: Iterable[Plan], today: date) -> date | None:
        """The day on which it is sent if nothing changes; None where that is past. `plans` are those that are on."""
        return next_day(plan_of(self.plan), plans, self.standing.case, today)

    @property
    def is_to_send(self) -> bool:
        """Whether somebody gets it who has not had it."""
        return self.receiver is not None and not self.receiver.is_off and self.had_at is None


def plan_of(plan: ReminderPlan) -> Plan:
    """A plan as far as its day is concerned."""
    return Plan(plan.id, Audience(plan.audience), plan.days)


def preview(session: Session, round_: Round, plan: ReminderPlan, today: date) -> list[Letter]:
    """Exactly who would get a reminder, and what, as everything stands now; by organisation."""
    standings = load_cases(session, round_, today)
    concerned = [(each, find_occasion(Audience(plan.audience), each.case)) for each in standings]
    chosen = [(plan, standing, occasion) for standing, occasion in concerned if occasion is not None]
    return list(_letters(session, round_, chosen))


def find_due(session: Session, round_: Round, today: date, only: Sequence[int] | None = None) -> list[Letter]:
    """What is due today, without what was written already; `only` are identifiers of organisations."""
    plans = {plan.id: plan for plan in load_plans(session, round_) if plan.is_on}
    if not plans:
        return []
    chosen = [
        (plans[plan.number], standing, occasion)
        for standing in load_cases(session, round_, today, only)
        for plan, occasion in choose(map(plan_of, plans.values()), standing.case, today).values()
    ]
    return [letter for letter in _letters(session, round_, chosen) if letter.is_to_send] if chosen else []


def _letters(
    session: Session, round_: Round, chosen: Sequence[tuple[ReminderPlan, OrganisationCase, Occasion]]
) -> Iterator[Letter]:
    receivers = load_receivers(session, {standing.organisation.id for _, standing, _ in chosen})
    had = load_had(session, round_)
    for plan, standing, occasion in chosen:
        role = whom_to_ask(standing.case.status)
        people: list[Receiver | None] = list(receivers.get((standing.organisation.id, role), ()) if role else ())
        for receiver in people or [None]:
            yield _letter(round_, plan, standing, occasion, receiver, had)


def _letter(
    round_: Round,
    plan: ReminderPlan,
    standing: OrganisationCase,
    occasion: Occasion,
    receiver: Receiver | None,
    had: Mapping[Had, datetime],
) -> Letter:
    words = _words(round_, standing)
    key = (plan.id, standing.organisation.id, receiver.user_id if receiver else 0, occasion.name)
    return Letter(
        plan=plan,
        standing=standing,
        occasion=occasion,
        receiver=receiver,
        had_at=had.get(key),
        subject=fill_in(plan.subject, words),
        body=fill_in(plan.body, words),
        link=_link(round_, standing, Audience(plan.audience)),
    )


def _words(round_: Round, standing: OrganisationCase) -> Mapping[str, str]:
    case = standing.case
    return {
        "organisation": standing.organisation.name,
        "round": round_.title,
        "deadline": f"{case.due_on:%A} {say_date(case.due_on)}",
        "asked on": say_date(case.asked[0]) if case.asked else "",
        "reply by": f"{case.reply_by:%A} {say_date(case.reply_by)}" if case.reply_by else "",
    }


def _link(round_: Round, standing: OrganisationCase, audience: Audience) -> str:
    home = f"/returns/{round_.code}/{standing.organisation.slug}"
    if whom_to_ask(standing.case.status) is Role.SIGNATORY:
        return f"{home}/sign"
    return f"{home}/feedback" if audience is Audience.QUERIED else home


def write_letters(session: Session, round_: Round, letters: Iterable[Letter], at: datetime | None = None) -> int:
    """Write those that nobody has written yet into the outbox; how many that were.

    By the numbers of the organisations: in that order everybody holds several of them.
    """
    at, in_order = at or now(), sorted(letters, key=lambda letter: letter.standing.organisation.id)
    return sum(_write(session, round_, letter, letter.receiver, at) for letter in in_order if letter.receiver)


def _write(session: Session, round_: Round, letter: Letter, receiver: Receiver, at: datetime) -> bool:
    values = {
        "plan_id": letter.plan.id,
        "round_id": round_.id,
        "organisation_id": letter.standing.organisation.id,
        "user_id": receiver.user_id,
        "occasion": letter.occasion.name,
        "at": at,
    }
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    insert = dialect.insert(Reminder).values(values).on_conflict_do_nothing().returning(Reminder.id)
    reminder_id = session.scalars(insert).one_or_none()
    if reminder_id is None:
        return False
    message = write_message(session, receiver.email, receiver.name, REMINDER, letter.subject, letter.body, letter.link)
    session.execute(update(Reminder).where(Reminder.id == reminder_id).values(message_id=message.id))
    return True


def send_now(session: Session, round_: Round, plan: ReminderPlan, today: date) -> int:
    """Write a reminder to everybody whom it concerns now, whatever its day, except who had it; how many that were."""
    return write_letters(session, round_, [each for each in preview(session, round_, plan, today) if each.is_to_send])


def is_due(session: Session, settings: Settings) -> bool:
    """Whether reminders are to be written now: in the daytime, where some are due."""
    if not is_hour_to_send(local(datetime.now(UTC))):
        return False
    return any(find_due(session, round_, day_here()) for round_ in load_reminding_rounds(session))


def remind(work: Work) -> None:
    """Write every reminder that is due today: long work, safe to run twice and on two machines at once."""
    today = day_here()
    with Session(work.database.reader) as session:
        due = [
            (round_.id, letter.standing.organisation.id)
            for round_ in load_reminding_rounds(session)
            for letter in find_due(session, round_, today)
        ]
    written, pieces = 0, list(_pieces(due))
    for place, (round_id, organisations) in enumerate(pieces):
        work.tell(written, len(due), "reminders")
        written += _write_piece(work.database, round_id, organisations, today)
        work.tell(written, len(due) if place < len(pieces) - 1 else written, "reminders")
    work.outcome = "1 reminder" if written == 1 else f"{written} reminders"


def _pieces(due: Sequence[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """Rounds with some organisations each, every organisation of a round once."""
    for round_id in dict.fromkeys(round_id for round_id, _ in due):
        mine = list(dict.fromkeys(organisation for each, organisation in due if each == round_id))
        for first in range(0, len(mine), AT_A_TIME):
            yield round_id, mine[first : first + AT_A_TIME]


def _write_piece(database: Database, round_id: int, organisations: Sequence[int], today: date) -> int:
    """Look again who is due, for somebody may have answered meanwhile, and write it in one transaction."""
    with Session(database.writer) as session, session.begin():
        round_ = session.get(Round, round_id)
        if round_ is None:
            return 0
        return write_letters(session, round_, find_due(session, round_, today, organisations))
