"""What every page about a return asks: the return itself, who looks at it, what is stored and what was said last time."""

from collections.abc import Mapping
from typing import Any

from flask import abort, url_for

from anchor_portal.clock import today
from anchor_portal.domain import sharing
from anchor_portal.domain.answers.completeness import Reviewed, review
from anchor_portal.domain.answers.parts import Answers, Last
from anchor_portal.domain.lifecycle import WRITERS, Step, available_steps
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import Section
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.queries.returns import Found, find_last, find_return, hold, load_answers
from anchor_portal.queries.sharing import Owner, load_owners
from anchor_portal.queries.storable import is_storable
from anchor_portal.services.returns.steps import Actor
from anchor_portal.web.access import ask_again

ADDRESS = "/returns/<round_code>/<slug>"


def return_or_404(round_code: str, slug: str, *, lock: bool = False) -> Found:
    """The return, if the person may see it; with `lock` both are as they are once it is held until the commit."""
    if lock and is_storable(slug):
        hold(db(), slug)
        ask_again()
    found = find_return(db(), viewer(), round_code, slug, reference(), today(), lock=lock)
    if found is None:
        abort(404)
    return found


def actor_for(found: Found) -> Actor:
    """The signed-in person as the one who changes a return."""
    person = viewer()
    return Actor(person.name, person.user_id, person.person_for(found.organisation.id))


def roles_in(found: Found) -> frozenset[Role]:
    """The roles that the person holds in the return's organisation."""
    return viewer().own_roles_for(found.organisation.id)


def can_write(found: Found) -> bool:
    """Whether the person may change answers now."""
    return found.is_editable and bool(roles_in(found) & WRITERS)


def may_fill(found: Found, section: Section, owners: Mapping[str, Owner] | None = None) -> bool:
    """Whether the person may change this section now; `owners` where they were loaded already."""
    roles = roles_in(found)
    if not (found.is_editable and roles & WRITERS):
        return False
    if owners is None:
        owners = load_owners(db(), found.row.id) if found.row and Role.LEAD not in roles else {}
    holders = {code: owner.user_id for code, owner in owners.items()}
    return sharing.may_fill(section.code, roles, viewer().user_id, holders)


def can_sign(found: Found) -> bool:
    """Whether the person may sign the return now."""
    return Step.SUBMIT in available_steps(found.status, viewer().person_for(found.organisation.id))


def draft_of(found: Found) -> dict[str, dict[str, str]]:
    """The answers as they were last saved."""
    return load_answers(db(), found.row.id) if found.row else {}


def last_of(found: Found) -> tuple[str, Last] | None:
    """The last accepted return of the organisation before this round."""
    return find_last(db(), found.organisation.id, found.round.code)


def read_draft(
    found: Found, answers: Answers, last: tuple[str, Last] | None, *, complete: bool, warns: bool = True
) -> Reviewed:
    """The draft read and checked, without the sign-off, which is not part of it yet; see `review`."""
    before = last[1] if last else None
    reviewed = review(found.questionnaire, answers, found.asking, complete=complete, last=before, warns=warns)
    signoff = found.questionnaire.signoff.key
    return Reviewed(reviewed.answers, tuple(problem for problem in reviewed.problems if problem.question != signoff))


def section_address(found: Found, section: Section, **more: Any) -> str:
    """The address of a section's page."""
    return url_for(
        "sections.show",
        round_code=found.round.code,
        slug=found.organisation.slug,
        code=section.code,
        **more,
    )


def address_of(found: Found) -> str:
    """The address of the return: its task list, or what was signed."""
    return url_for("returns.tasks", round_code=found.round.code, slug=found.organisation.slug)
