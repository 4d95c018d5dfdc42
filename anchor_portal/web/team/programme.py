"""The team's page: the rounds that are running, and everything that the team runs around them."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, render_template

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import FROZEN, RoundStatus, say_deadline
from anchor_portal.extensions import db
from anchor_portal.models import Round
from anchor_portal.queries.chasing import count_all_unanswered
from anchor_portal.queries.rounds import count_statuses, load_rounds, status_of
from anchor_portal.web.access import open_to
from anchor_portal.web.team.rounds import STANDS

blueprint = Blueprint("programme", __name__)
PLACES = (
    (
        "Rounds",
        (
            ("team.rounds", "Rounds", "Plan, open, close and publish; who has not answered; reminders"),
            ("outbox.show", "Outbox", "Messages that wait to be sent, failed or were given up, and why"),
            ("questionnaires.index", "Questionnaires", "What is asked, what changed since last time; the next version"),
        ),
    ),
    (
        "The Assembly",
        (
            ("reviews.queue", "Review", "What waits for a decision, who looks at it, two opinions where wanted"),
            ("meetings.index", "Meetings", "Agenda, profiles, decisions, minutes, and the pack as one PDF"),
            ("actions.log", "Action log", "Who does what by when, carried from meeting to meeting"),
            ("interests.show", "Interests", "What members declared, so that they decide nothing about it"),
        ),
    ),
    (
        "Organisations and people",
        (
            ("register.index", "Register", "Organisations, their names over time, codes, hosts, groups and mergers"),
            ("register_holdings.index", "Charters and awards", "Who holds what, since when, and what lapses"),
            ("register_imports.index", "Files for the register", "A list read line by line and shown before it counts"),
            ("accounts.index", "People", "Accounts, roles and invitations; who was last seen when"),
        ),
    ),
    (
        "What goes out",
        (
            ("certificates.index", "Certificates", "One, or all of a round; withdrawn and superseded ones"),
            (
                "case_studies_desk.index",
                "Case studies",
                "Publish what organisations told and permit; take one out again",
            ),
            ("exports.index", "Exports", "Everything of a round in one click; what was exported, by whom"),
            ("beacon_uploads.show", "Beacon values", "Published values of the other indicators, by file"),
        ),
    ),
    (
        "The portal itself",
        (
            ("jobs.index", "Long work", "What is being made, how far it is, and its results"),
            ("audit.show", "Audit", "Who did what, when and from where"),
        ),
    ),
)
"""Headings, and under each the pages: endpoint, words, what one does there."""
MOST_RUNNING = 3


@dataclass(frozen=True, slots=True)
class Running:
    """A round that is not published yet: where it stands, and how many have answered."""

    round: Round
    stands: tuple[str, str]
    deadline: str
    answered: int
    expected: int


@blueprint.get("/team")
@open_to(Role.TEAM)
def show() -> str:
    """What runs now, and where everything else is."""
    live = [each for each in load_rounds(db()) if status_of(each, today()) not in FROZEN][:MOST_RUNNING]
    counts = {each.id: count_statuses(db(), each) for each in live}
    missing = count_all_unanswered(db(), counts)
    running = [_running(each, counts[each.id], missing[each.id]) for each in live]
    return render_template("programme/show.html", running=running, places=PLACES)


def _running(round_: Round, counts: Mapping[Status, int], missing: int) -> Running:
    status = status_of(round_, today())
    expected = sum(counts.values())
    is_open = status in {RoundStatus.OPEN, RoundStatus.SOFT_CLOSED}
    return Running(
        round_,
        STANDS[status],
        say_deadline(round_.closes_on, today()) if is_open else "",
        expected - missing,
        expected,
    )
