"""Deciding about a return: accept it or send it back with queries, and tell the organisation in one message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Step, StepRefused, take_step
from anchor_portal.domain.people import Role
from anchor_portal.domain.review.deciding import why_not_decide
from anchor_portal.domain.review.outcomes import Found as FoundOutcome
from anchor_portal.domain.review.outcomes import not_evidenced
from anchor_portal.domain.review_queries import next_round_of_queries
from anchor_portal.models import ReviewQuery, Verdict
from anchor_portal.queries.columns import Signed
from anchor_portal.queries.returns import Found, load_steps
from anchor_portal.queries.review import load_notes
from anchor_portal.services.returns import step_messages
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.step_messages import people_of, tell
from anchor_portal.services.returns.steps import Actor
from anchor_portal.services.review.record import record_decision, record_outcomes


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reviewer asks: about one question, or about the whole return where `question` is empty."""

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What goes to the organisation with a decision: a summary, and what was found about each pledge."""

    summary: str = ""
    outcomes: Mapping[int, FoundOutcome] = field(default_factory=dict)


def refuse_without_opinions(session: Session, found: Found, actor: Actor) -> None:
    """Raise StepRefused where two opinions were asked for and one is missing."""
    row = found.get_row()
    if row.opinions_needed < 2:
        return
    given = {each.user_id for each in load_notes(session, row, "").opinions_on(row.revision)}
    refusal = why_not_decide(row.opinions_needed, {each for each in given if each is not None}, actor.user_id or 0)
    if refusal:
        raise StepRefused(refusal)


def accept(session: Session, found: Found, submission: Signed, actor: Actor, findings: Findings, link: str) -> None:
    """Accept a return, and tell its leads and signatories. Raises StepRefused. The caller makes the totals again."""
    take_step(Step.ACCEPT, found.status, actor.person)
    refuse_without_opinions(session, found, actor)
    row = returns.accept(
        session, found, submission, actor, summary=findings.summary, not_evidenced=not_evidenced(findings.outcomes)
    )
    record_outcomes(session, row, findings.outcomes, actor.name, actor.user_id, actor.at)
    note = step_messages.accepted(found, link, findings.summary, findings.outcomes)
    tell(session, people_of(session, found, Role.LEAD, Role.SIGNATORY), note)


def return_with_queries(
    session: Session,
    found: Found,
    submission: Signed,
    asked: Sequence[Asked],
    answer_by: date,
    actor: Actor,
    findings: Findings,
    link: str,
) -> None:
    """Return a submitted return with what is asked, and tell its leads. Raises StepRefused.

    What is asked about the whole return is the reason of the step; without it the reason names the questions.
    """
    whole = next((each.text for each in asked if not each.question), "")
    take_step(Step.RETURN, found.status, actor.person, whole or "queries")
    refuse_without_opinions(session, found, actor)
    row = found.get_row()
    round_of_queries = next_round_of_queries([Step(step.step) for step in load_steps(session, row.id)])
    returns.take(session, found, Step.RETURN, actor, whole or _name_questions(found, asked))
    record_decision(session, submission, Verdict.RETURN, actor.name, actor.user_id, actor.at, findings.summary)
    record_outcomes(session, row, findings.outcomes, actor.name, actor.user_id, actor.at)
    session.add_all(
        ReviewQuery(
            return_id=row.id,
            round_of_queries=round_of_queries,
            revision=row.revision,
            question=each.question,
            text=each.text,
            asked_by=actor.name,
            answer_by=answer_by,
        )
        for each in asked
    )
    session.flush()
    listed = [(_say_question(found, each.question), each.text) for each in asked]
    note = step_messages.returned(found, listed, answer_by, findings.summary, findings.outcomes, link)
    tell(session, people_of(session, found, Role.LEAD), note)


def _say_question(found: Found, key: str) -> str:
    return found.questionnaire.question(key).short if key else "The return as a whole"


def _name_questions(found: Found, asked: Sequence[Asked]) -> str:
    names = "; ".join(_say_question(found, each.question) for each in asked)
    return f"Queries about: {names}" if names else ""
