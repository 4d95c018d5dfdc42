"""The way to a signature and what may follow it: asking, signing, sending back, withdrawing, nil returns, corrections."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from anchor_portal.domain.answers.parts import Parts
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.lifecycle import Status, Step, StepRefused, before_asking, take_step
from anchor_portal.domain.people import Role
from anchor_portal.models import Return, ReviewQuery
from anchor_portal.queries.chasing import Contact
from anchor_portal.queries.returns import Found, load_steps
from anchor_portal.queries.review_queries import current_queries, load_queries, load_unanswered
from anchor_portal.services.returns import step_messages
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.step_messages import people_of, tell
from anchor_portal.services.returns.steps import Actor

DONE = {
    Step.WITHDRAW: "withdrew",
    Step.DECLARE_NIL: "declared a nil return in the place of",
    Step.CORRECT: "opened for correction",
}


class Unanswered(Exception):
    """Some queries of the Assembly have no reply yet; `queries` are those."""

    def __init__(self, queries: list[ReviewQuery]) -> None:
        super().__init__("the Assembly's queries must be answered first")
        self.queries = queries


@dataclass(frozen=True, slots=True)
class Links:
    """Where the messages lead to, and the address of the person who takes the step, who is not told of it."""

    sign: str
    page: str
    own_email: str


def ask_to_sign(session: Session, found: Found, actor: Actor, links: Links) -> list[Contact]:
    """Ask every signatory of the organisation, and give them; there may be none.

    Raises StepRefused, returns.Incomplete for hard errors, and Unanswered where a query has no reply.
    """
    take_step(Step.ASK_TO_SIGN, found.status, actor.person)
    _refuse_unanswered(session, found)
    returns.take(session, found, Step.ASK_TO_SIGN, actor)
    signatories = people_of(session, found, Role.SIGNATORY)
    note = step_messages.asked_to_sign(found, actor, links.sign, _answer_by(session, found))
    tell(session, signatories, note, links.own_email)
    return signatories


def sign(session: Session, found: Found, signoff: Parts, actor: Actor, links: Links) -> Return:
    """Sign and submit. Raises StepRefused, returns.Incomplete, and Unanswered where a query has no reply."""
    take_step(Step.SUBMIT, found.status, actor.person)
    _refuse_unanswered(session, found)
    row = returns.submit(session, found, signoff, actor)
    tell(
        session,
        people_of(session, found, Role.LEAD),
        step_messages.submitted(found, actor, links.page),
        links.own_email,
    )
    return row


def _answer_by(session: Session, found: Found) -> date | None:
    """The day of the queries to which the return replies; None where there are none."""
    row = found.find_row()
    queries = current_queries(load_queries(session, row.id), row) if row else []
    return min((query.answer_by for query in queries), default=None)


def _refuse_unanswered(session: Session, found: Found) -> None:
    unanswered = load_unanswered(session, found.find_row())
    if unanswered:
        raise Unanswered(unanswered)


def send_back(session: Session, found: Found, actor: Actor, reason: str, links: Links) -> None:
    """Give a return back to its leads, as it stood before a signature was asked for. Raises StepRefused."""
    reason = clean_text(reason)
    take_step(Step.SEND_BACK, found.status, actor.person, reason)
    row = found.get_row()
    after = before_asking([Status(step.after) for step in load_steps(session, row.id)])
    returns.record_step(session, row, Step.SEND_BACK, after, actor, reason)
    note = step_messages.sent_back(found, actor, reason, links.page)
    tell(session, people_of(session, found, Role.LEAD), note, links.own_email)


def why_not(found: Found, step: Step) -> str:
    """Why a return that stands right for one of these steps cannot take it all the same; empty where it can."""
    if step is Step.DECLARE_NIL and found.row and found.row.revision:
        return "This return was signed before, so it cannot become a nil return: withdraw it or correct it instead"
    if found.takes_answers:
        return ""
    return f"This round is {found.round_status}, so this is no longer possible"


def end(session: Session, found: Found, step: Step, actor: Actor, reason: str, links: Links) -> None:
    """Withdraw, declare a nil return or open an accepted return for correction. Raises StepRefused."""
    reason = clean_text(reason)
    take_step(step, found.status, actor.person, reason)
    hindrance = why_not(found, step)
    if hindrance:
        raise StepRefused(hindrance)
    returns.take(session, found, step, actor, reason)
    note = step_messages.ended(found, actor, DONE[step], reason, links.page)
    tell(session, people_of(session, found, Role.LEAD, Role.SIGNATORY), note, links.own_email)
