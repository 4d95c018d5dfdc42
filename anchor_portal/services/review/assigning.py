"""Who is asked to look at a return, and whether two opinions are wanted: set by the team, with a message to each."""

from collections.abc import Collection, Sequence
from hashlib import sha256

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from anchor_portal.domain.people import Role
from anchor_portal.domain.review.deciding import MOST_OPINIONS
from anchor_portal.models import Return, ReviewAssignment
from anchor_portal.queries.chasing import Contact
from anchor_portal.queries.interests import Member
from anchor_portal.queries.returns import Found
from anchor_portal.services.audit import record
from anchor_portal.services.returns.step_messages import asked_to_review, tell


class AssignmentRefused(Exception):
    """The reviewers cannot be set as asked; the text is a sentence."""


def stamp_of(assigned: Collection[int], needed: int) -> str:
    """A short mark of what stands, by which a stale page is recognised."""
    return sha256(f"{needed}:{sorted(assigned)}".encode()).hexdigest()[:16]


def load_assigned(session: Session, row: Return) -> set[int]:
    """Who was asked to look at a return."""
    return set(session.scalars(select(ReviewAssignment.user_id).where(ReviewAssignment.return_id == row.id)))


def set_reviewers(
    session: Session, found: Found, members: Sequence[Member], chosen: Collection[int], needed: int, by: str, link: str
) -> list[Member]:
    """Ask these members, and no others, to look at a return; and give those who were not asked before.

    Raises AssignmentRefused for somebody who is no member or has an interest, and for too few for two opinions.
    """
    row = found.get_row()
    known = {member.user_id: member for member in members}
    if not set(chosen) <= set(known):
        raise AssignmentRefused("Somebody whom you chose is no longer a member of the Assembly")
    for member in (known[each] for each in chosen):
        if found.organisation.id in member.organisation_ids:
            raise AssignmentRefused(f"{member.name} has an interest in {found.organisation.name}: choose somebody else")
    if needed not in range(1, MOST_OPINIONS + 1):
        raise AssignmentRefused("Choose how many opinions are wanted")
    before = load_assigned(session, row)
    session.execute(
        delete(ReviewAssignment).where(ReviewAssignment.return_id == row.id, ReviewAssignment.user_id.not_in(chosen))
    )
    added = [known[each] for each in sorted(set(chosen) - before)]
    session.add_all(ReviewAssignment(return_id=row.id, user_id=each.user_id, assigned_by=by) for each in added)
    row.opinions_needed = needed
    session.flush()
    names = ", ".join(known[each].email for each in sorted(chosen)) or "nobody"
    record(session, by, "reviewers set", f"{found.organisation.slug} {found.round.code}", f"{names}; {needed} wanted")
    tell(session, [Contact(Role.MEMBER, each.name, each.email) for each in added], asked_to_review(found, needed, link))
    return added
