"""One list of what waits for a person, over all their roles and organisations."""

from dataclasses import dataclass
from datetime import date

from flask import url_for
from sqlalchemy.orm import Session

from anchor_portal.domain.lifecycle import NAMES, Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import ANSWERING, say_deadline
from anchor_portal.models import Return, Round
from anchor_portal.queries.returns import load_own_returns, load_queue
from anchor_portal.queries.rounds import load_rounds, status_of
from anchor_portal.queries.viewer import Held, Viewer

COLOURS = {
    Status.NOT_STARTED: "nhsuk-tag--blue",
    Status.IN_PROGRESS: "nhsuk-tag--aqua-green",
    Status.READY: "nhsuk-tag--purple",
    Status.RETURNED: "nhsuk-tag--orange",
    Status.WITHDRAWN: "nhsuk-tag--grey",
    Status.CORRECTING: "nhsuk-tag--orange",
}
"""What still waits for somebody in the organisation."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """Something on somebody's list: a return, the returns to review, or a round to run."""

    title: str
    href: str
    deadline: str
    organisation: str = ""
    round: str = ""
    status: str = ""
    colour: str = ""


def my_work(session: Session, viewer: Viewer, today: date) -> tuple[list[WorkItem], list[WorkItem]]:
    """What waits for the person, and what was sent or is over."""
    rounds = load_rounds(session)
    rows = {(row.organisation_id, row.round_id): row for row in load_own_returns(session, viewer)}
    open_rounds = [round_ for round_ in rounds if status_of(round_, today) in ANSWERING]
    waiting = [*_to_review(session, viewer), *_to_run(viewer, open_rounds, today)]
    waiting += [
        _item(held, round_, rows.get((held.organisation_id or 0, round_.id)), today)
        for held in _own(viewer)
        for round_ in open_rounds
        if _waits(rows.get((held.organisation_id or 0, round_.id)), viewer, held)
    ]
    earlier = [
        _item(held, round_, row, today)
        for round_ in rounds
        for held in _own(viewer)
        if (row := rows.get((held.organisation_id or 0, round_.id))) is not None
        and (round_ not in open_rounds or not _waits(row, viewer, held))
    ]
    return waiting, earlier


def _to_review(session: Session, viewer: Viewer) -> list[WorkItem]:
    """The queue of the Assembly, in one line."""
    number = len(load_queue(session, viewer)) if Role.MEMBER in viewer.roles else 0
    if not number:
        return []
    title = "1 return waits for your review" if number == 1 else f"{number} returns wait for your review"
    return [WorkItem(title, url_for("reviews.queue"), "The one that has waited longest comes first")]


def _to_run(viewer: Viewer, open_rounds: list[Round], today: date) -> list[WorkItem]:
    """The open rounds, for the team."""
    if Role.TEAM not in viewer.roles:
        return []
    return [
        WorkItem(
            f"Round {round_.title}: who has not answered",
            url_for("team.round", round_code=round_.code),
            say_deadline(round_.closes_on, today),
        )
        for round_ in open_rounds
    ]


def _own(viewer: Viewer) -> list[Held]:
    """One entry for each organisation, whatever the number of roles held for it."""
    return list({held.organisation_id: held for held in viewer.held if held.organisation_id is not None}.values())


def _waits(row: Return | None, viewer: Viewer, held: Held) -> bool:
    status = Status(row.status) if row else Status.NOT_STARTED
    if status is Status.READY:
        return Role.SIGNATORY in viewer.own_roles_for(held.organisation_id or 0)
    return status in COLOURS


def _item(held: Held, round_: Round, row: Return | None, today: date) -> WorkItem:
    status = Status(row.status) if row else Status.NOT_STARTED
    endpoint = "signoff.check" if status is Status.READY else "returns.tasks"
    return WorkItem(
        title=f"{held.organisation_name}: {round_.title}",
        organisation=held.organisation_name,
        round=round_.title,
        href=url_for(endpoint, round_code=round_.code, slug=held.slug),
        status=NAMES[status],
        colour=COLOURS.get(status, ""),
        deadline=say_deadline(round_.closes_on, today),
    )
