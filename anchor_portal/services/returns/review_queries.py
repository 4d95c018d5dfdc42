"""Queries of the Assembly to an organisation, and the organisation's replies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import Step, StepRefused, take_step
from anchor_portal.domain.people import Role
from anchor_portal.domain.review_queries import next_round_of_queries
from anchor_portal.models import ReviewQuery
from anchor_portal.models.base import now
from anchor_portal.queries.returns import Found, load_steps
from anchor_portal.queries.review_queries import current_queries, load_queries
from anchor_portal.services.returns import step_messages
from anchor_portal.services.returns import steps as returns
from anchor_portal.services.returns.step_messages import people_of, tell
from anchor_portal.services.returns.steps import Actor


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reviewer asks: about one question, or about the whole return where `question` is empty."""

    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A reply as somebody typed it, and the stamp of the one that they saw."""

    text: str
    seen: str


def stamp_of(query: ReviewQuery) -> str:
    """A short mark of a stored reply, by which a stale page is recognised."""
    return sha256(query.answer.encode()).hexdigest()[:16]


def return_with_queries(
    session: Session, found: Found, asked: Sequence[Asked], answer_by: date, actor: Actor, link: str
) -> None:
    """Return a submitted return with what is asked, and tell its leads. Raises StepRefused.

    What is asked about the whole return is the reason of the step; without it the reason names the questions.
    """
    whole = next((each.text for each in asked if not each.question), "")
    take_step(Step.RETURN, found.status, actor.person, whole or "queries")
    row = found.get_row()
    round_of_queries = next_round_of_queries([Step(step.step) for step in load_steps(session, row.id)])
    returns.take(session, found, Step.RETURN, actor, whole or _name_questions(found, asked))
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
    note = step_messages.returned(found, len(asked), answer_by, whole, link)
    tell(session, people_of(session, found, Role.LEAD), note)


def _name_questions(found: Found, asked: Sequence[Asked]) -> str:
    names = "; ".join(found.questionnaire.question(each.question).short for each in asked)
    return f"Queries about: {names}" if names else ""


def save_replies(session: Session, found: Found, typed: Mapping[int, Typed], actor: Actor) -> list[ReviewQuery]:
    """Keep the replies to the current queries, and give those that somebody else answered differently meanwhile.

    Nothing is written where there is such a one. An empty reply takes back the one before. Raises StepRefused.
    """
    if not found.is_editable or Role.LEAD not in actor.person.roles:
        raise StepRefused("The replies can no longer be changed here. Nothing was saved")
    row = found.get_row()
    changed = [
        query
        for query in current_queries(load_queries(session, row.id), row)
        if query.id in typed and typed[query.id].text != query.answer
    ]
    conflicts = [query for query in changed if typed[query.id].seen != stamp_of(query)]
    for query in () if conflicts else changed:
        query.answer = typed[query.id].text
        query.answered_by = actor.name if query.answer else ""
        query.answered_at = (actor.at or now()) if query.answer else None
    session.flush()
    return conflicts
