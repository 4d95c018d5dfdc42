"""An organisation's replies to the queries of the Assembly."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import StepRefused
from anchor_portal.domain.people import Role
from anchor_portal.models import ReviewQuery
from anchor_portal.models.base import now
from anchor_portal.queries.returns import Found
from anchor_portal.queries.review_queries import current_queries, load_queries
from anchor_portal.services.returns.steps import Actor


@dataclass(frozen=True, slots=True)
class Typed:
    """A reply as somebody typed it, and the stamp of the one that they saw."""

    text: str
    seen: str


def stamp_of(query: ReviewQuery) -> str:
    """A short mark of a stored reply, by which a stale page is recognised."""
    return sha256(query.answer.encode()).hexdigest()[:16]


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
