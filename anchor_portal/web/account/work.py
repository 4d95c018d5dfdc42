"""One list of what waits for a person, over all their roles and organisations, the most urgent first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from anchor_portal.clock import local
from anchor_portal.domain.answers.completeness import SectionStatus
from anchor_portal.domain.answers.draft_sections import Texts, sections_of
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.lifecycle import EDITABLE, NAMES, WRITERS, Status, takes_answers
from anchor_portal.domain.people import Role
from anchor_portal.domain.questionnaire.version import Questionnaire, Section
from anchor_portal.domain.review.attention import say_reasons
from anchor_portal.domain.review_queries import say_answer_by
from anchor_portal.domain.rounds import ANSWERING, RoundStatus, say_deadline
from anchor_portal.domain.running.more_time import own_deadline, own_status
from anchor_portal.domain.sharing import say_due
from anchor_portal.models.base import now
from anchor_portal.queries.chasing import load_drafts
from anchor_portal.queries.columns import ItsOrganisation, ItsReturn, ItsRound
from anchor_portal.queries.meetings import find_next_meeting
from anchor_portal.queries.messages import count_failed
from anchor_portal.queries.questionnaires import get_questionnaire
from anchor_portal.queries.reference import Reference
from anchor_portal.queries.review_queue import Queued, load_queue
from anchor_portal.queries.rounds import status_of
from anchor_portal.queries.sharing import Owner
from anchor_portal.queries.viewer import Held, Viewer
from anchor_portal.queries.work import OwnPlace, Pending, load_pending, load_places, load_rounds_in_short
from anchor_portal.services.meetings.minutes import say_held

COLOURS = {
    Status.NOT_STARTED: "nhsuk-tag--blue",
    Status.IN_PROGRESS: "nhsuk-tag--aqua-green",
    Status.READY: "nhsuk-tag--purple",
    Status.RETURNED: "nhsuk-tag--orange",
    Status.WITHDRAWN: "nhsuk-tag--grey",
    Status.CORRECTING: "nhsuk-tag--orange",
}
NOBODY = "nobody"
REPLYING = frozenset({Status.RETURNED, Status.READY})
"""In these a return may have queries that it has not replied to with a signature."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Something on somebody's list: a section, a return, the returns to review, a round to run.

    `due_on` is what the list is sorted by; `deadline` says it in words, where it is one. `go_on` leads straight to what
    is to be done next, which `next_step` says in words.
    """

    title: str
    href: str
    due_on: date
    deadline: str = ""
    about: str = ""
    organisation: str = ""
    round: str = ""
    status: str = ""
    colour: str = ""
    next_step: str = ""
    go_on: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """A return of one of the person's organisations, begun or not, with all that the list says of it.

    `is_open` is whether its round takes its answers, `is_answering` whether it takes first ones; `is_expected` is whether
    anybody waits for it: the round expects the organisation, or something was sent.
    """

    organisation: ItsOrganisation
    round: ItsRound
    row: ItsReturn | None
    status: Status
    roles: frozenset[Role]
    owners: Mapping[str, Owner]
    left: Sequence[Section]
    sections: int
    is_open: bool
    is_expected: bool
    is_answering: bool
    due_on: date

    @property
    def can_change(self) -> bool:
        return self.is_open and self.status in EDITABLE

    def address(self, endpoint: str, **more: Any) -> str:
        return url_for(endpoint, round_code=self.round.code, slug=self.organisation.slug, **more)


def my_work(
    session: Session, viewer: Viewer, reference: Reference, today: date
) -> tuple[list[WorkItem], list[WorkItem]]:
    """What waits for the person, the most urgent first; and returns that do not: sent, of earlier rounds, with others."""
    found = load_places(session, viewer.organisation_ids) if viewer.organisation_ids else []
    begun = [each.row.id for each in found if each.row and each.row.status in EDITABLE]
    returned = [each.row.id for each in found if each.row and each.row.status in REPLYING and each.row.revision]
    leads = [held.organisation_id or 0 for held in led_by(viewer)]
    pending = load_pending(session, returned=returned, begun=begun, led=leads, now=now())
    drafts = load_drafts(session, begun) if begun else {}
    places = [_place(session, viewer, each, pending, drafts, reference, today) for each in found]
    waiting = [item for place in places for item in _items(place, viewer, pending, today)]
    waiting += _to_review(session, viewer)
    waiting += _to_run(session, viewer, today)
    waiting += _invited(viewer, pending)
    waiting += _to_meet(session, viewer, today)
    others = [
        _return_item(place, viewer.user_id, today)
        for place in places
        if not _waits(place, viewer) and (place.row or place.is_open)
    ]
    return sorted(waiting, key=lambda item: item.due_on), others


def _to_meet(session: Session, viewer: Viewer, today: date) -> Iterator[WorkItem]:
    """The next meeting, for those who come to it."""
    meeting = find_next_meeting(session, today) if viewer.roles & {Role.MEMBER, Role.TEAM} else None
    if meeting is not None:
        href = url_for("meetings.show", ident=meeting.id)
        yield WorkItem(meeting.title, href, meeting.held_on, say_held(meeting), "The next meeting of the Assembly")


def led_by(viewer: Viewer) -> list[Held]:
    """The organisations whose lead the person is: whose people they see to."""
    return [held for held in viewer.held if held.role is Role.LEAD]


def _place(
    session: Session,
    viewer: Viewer,
    found: OwnPlace,
    pending: Pending,
    drafts: Mapping[int, Texts],
    reference: Reference,
    today: date,
) -> _Place:
    round_, organisation, digest, until, is_expected, row = found
    revisions = (row.revision, row.accepted_revision) if row else (0, 0)
    stands = own_status(status_of(round_, today), until, today)
    is_open = takes_answers(stands, *revisions)
    left: Sequence[Section] = ()
    sections: Sequence[Section] = ()
    if is_open and (row is None or row.status in EDITABLE):
        questionnaire = get_questionnaire(session, round_.questionnaire_id, digest)
        sections = questionnaire.form_sections
        left = _left(questionnaire, found, drafts, reference, today)
    return _Place(
        organisation,
        round_,
        row,
        Status(row.status) if row else Status.NOT_STARTED,
        viewer.own_roles_for(organisation.id),
        pending.owners_of(row),
        left,
        len(sections),
        is_open,
        is_expected or revisions[0] > 0,
        stands in ANSWERING,
        own_deadline(round_.closes_on, until),
    )


def _left(
    questionnaire: Questionnaire,
    found: OwnPlace,
    drafts: Mapping[int, Texts],
    reference: Reference,
    today: date,
) -> Sequence[Section]:
    """The sections that are not completed."""
    if found.row is None:
        return questionnaire.form_sections
    asking = reference.asking(found.organisation, found.round, today)
    sections = sections_of(questionnaire, asking, drafts.get(found.row.id, ()))
    return [each.section for each in sections if each.status is not SectionStatus.COMPLETED]


def _items(place: _Place, viewer: Viewer, pending: Pending, today: date) -> Iterator[WorkItem]:
    """What waits for the person in one return."""
    if place.can_change and place.is_expected and place.roles & WRITERS:
        yield from (
            _section_item(place, section, today)
            for section in place.left
            if section.code in place.owners and place.owners[section.code].user_id == viewer.user_id
        )
    if _waits(place, viewer):
        yield _return_item(place, viewer.user_id, today, pending)


def _waits(place: _Place, viewer: Viewer) -> bool:
    """Whether the return as a whole waits for the person, beside the sections that were given to them."""
    if not (place.is_open and place.is_expected):
        return False
    if place.status is Status.READY:
        return Role.SIGNATORY in place.roles
    if place.status not in EDITABLE:
        return False
    is_for_all = Role.CONTRIBUTOR in place.roles and not place.owners and bool(place.left)
    return Role.LEAD in place.roles or is_for_all


def _section_item(place: _Place, section: Section, today: date) -> WorkItem:
    due_on = place.owners[section.code].due_on or place.due_on
    return WorkItem(
        title=section.title,
        href=place.address("sections.show", code=section.code),
        due_on=due_on,
        deadline=say_due(due_on, today),
        about=f"Your section of the return of {place.organisation.name} for {place.round.title}",
    )


def _return_item(place: _Place, user_id: int, today: date, pending: Pending | None = None) -> WorkItem:
    is_to_sign = place.status is Status.READY and Role.SIGNATORY in place.roles
    due_on, deadline, about = _due(place, user_id, today, pending or Pending())
    next_step, go_on = _next_step(place, user_id, pending) if pending else ("", "")
    return WorkItem(
        title=f"{place.organisation.name}: {place.round.title}",
        organisation=place.organisation.name,
        round=place.round.title,
        href=place.address("signoff.check" if is_to_sign else "returns.tasks"),
        due_on=due_on,
        deadline=deadline,
        about="Waits for your signature" if is_to_sign else about,
        status=NAMES[place.status],
        colour=COLOURS.get(place.status, ""),
        next_step=next_step,
        go_on=go_on,
    )


def _next_step(place: _Place, user_id: int, pending: Pending) -> tuple[str, str]:
    """What the person does next in a return, and where: a reply, the first section that is left, the check."""
    if not place.can_change:
        return "", ""
    if place.row is not None and pending.queries.get(place.row.id, (0,))[0]:
        return "Reply to the Assembly", place.address("feedback.show")
    if not place.left:
        return "Check answers", place.address("signoff.check")
    mine = [each for each in place.left if each.code not in place.owners or place.owners[each.code].user_id == user_id]
    if not mine:
        return "", ""
    word = "Start" if place.row is None else "Go on"
    return f"{word} with “{mine[0].title}”", place.address("sections.show", code=mine[0].code)


def _due(place: _Place, user_id: int, today: date, pending: Pending) -> tuple[date, str, str]:
    """When the return is due, in words too, and what is to be done: queries to answer, or sections that are left.

    A correction of what was accepted is due on no day, nor is what is sent again after the close.
    """
    if place.row is not None and place.row.id in pending.queries:
        number, answer_by = pending.queries[place.row.id]
        return answer_by, say_answer_by(answer_by, today), _say_asked(number)
    has_day = place.is_answering and not (place.row and place.row.accepted_revision)
    return place.due_on, say_deadline(place.due_on, today) if has_day else "", _say_left(place, user_id)


def _say_asked(number: int) -> str:
    """What the Assembly still asks: a reply reaches it only with a signature."""
    if not number:
        return "Every query has its reply. Ask for the signature: the Assembly has them only then"
    return "The Assembly asks one thing" if number == 1 else f"The Assembly asks {number} things"


def _say_left(place: _Place, user_id: int) -> str:
    """What is left, and who has it: "5 of 9 sections are left: 2 with Sam Lee, 3 with nobody"."""
    if not place.sections:
        return ""
    if not place.left:
        return "Every section is completed. Check the answers and ask for the signature"
    verb = "is" if len(place.left) == 1 else "are"
    left = f"{len(place.left)} of {place.sections} sections {verb} left"
    if not place.owners:
        return left
    names = [_holder(place.owners.get(section.code), user_id) for section in place.left]
    counted = {name: names.count(name) for name in sorted(set(names), key=lambda name: (name == NOBODY, name))}
    return f"{left}: " + ", ".join(f"{number} with {name}" for name, number in counted.items())


def _holder(owner: Owner | None, user_id: int) -> str:
    if owner is None:
        return NOBODY
    return "you" if owner.user_id == user_id else owner.name


def _to_review(session: Session, viewer: Viewer) -> list[WorkItem]:
    """What the member was asked to review, each by itself; and the queue of the Assembly in one line.

    An assignment is due since its return was signed, so that it stands before what has a deadline still to come.
    """
    queue = load_queue(session, viewer) if Role.MEMBER in viewer.roles else []
    if not queue:
        return []
    number = len(queue)
    title = "1 return waits for your review" if number == 1 else f"{number} returns wait for your review"
    due_on = min(each.row.round.closes_on for each in queue)
    everything = WorkItem(title, url_for("reviews.queue"), due_on, about="Those that most want looking at come first")
    return [*(_assignment(each) for each in queue if each.waiting.is_mine), everything]


def _assignment(queued: Queued) -> WorkItem:
    row, waiting = queued.row, queued.waiting
    opinions = ("Two opinions are wanted, and yours is one",) if row.opinions_needed > 1 else ()
    return WorkItem(
        f"Review the return of {row.organisation.name}",
        url_for("reviews.review", round_code=row.round.code, slug=row.organisation.slug),
        _day(waiting.submitted_at),
        about=". ".join(("You were asked to look at it", *opinions, *say_reasons(waiting))),
        organisation=row.organisation.name,
        round=row.round.title,
    )


NEXT_STEP = {
    RoundStatus.OPEN: "who has not answered",
    RoundStatus.SOFT_CLOSED: "who has not answered, and when to close it",
    RoundStatus.CLOSED: "closed, and waits to be reviewed or published",
    RoundStatus.UNDER_REVIEW: "under review, and waits to be published",
}
"""What a round waits for from the team."""


def _to_run(session: Session, viewer: Viewer, today: date) -> Iterator[WorkItem]:
    """For the team: the rounds that wait for something, and messages that could not be sent."""
    if Role.TEAM not in viewer.roles:
        return
    for round_ in load_rounds_in_short(session):
        status = status_of(round_, today)
        if status in NEXT_STEP:
            title = f"Round {round_.title}: {NEXT_STEP[status]}"
            deadline = say_deadline(round_.closes_on, today) if status in ANSWERING else ""
            yield WorkItem(title, url_for("team.round", round_code=round_.code), round_.closes_on, deadline)
    failed, given_up = count_failed(session)
    if failed + given_up:
        title = (
            "1 message could not be sent"
            if failed + given_up == 1
            else f"{failed + given_up} messages could not be sent"
        )
        about = f"{given_up} given up, {failed} tried again"
        yield WorkItem(title, url_for("outbox.show"), today, about=about)


def _invited(viewer: Viewer, pending: Pending) -> list[WorkItem]:
    """Invitations that nobody has taken up yet, for the lead."""
    names = {held.organisation_id: held for held in viewer.held}
    return [
        WorkItem(
            "1 invitation was not taken up yet" if number == 1 else f"{number} invitations were not taken up yet",
            url_for("people.show", slug=names[organisation_id].slug),
            _day(until),
            about=f"To {names[organisation_id].organisation_name}. The first link ends on {say_date(_day(until))}",
        )
        for organisation_id, (number, until) in pending.invitations.items()
    ]


def _day(moment: datetime) -> date:
    return local(moment).date()
