"""The outbox, for the team: what waits, what failed and why, what was given up; sending it again."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.people import Role
from anchor_portal.domain.running.outbox import FATES, MOST_ATTEMPTS, Fate
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.queries.messages import count_fates, fate_of, load_of_fate
from anchor_portal.services.audit import record
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.messages.chores import DEMONSTRATION, NO_SERVER
from anchor_portal.services.messages.resending import give_up, send_again
from anchor_portal.web.access import open_to

blueprint = Blueprint("outbox", __name__)
ON_A_PAGE = 50
ALL = "all"
"""In the place of a message's number: all that failed."""


@blueprint.get("/team/outbox")
@open_to(Role.TEAM)
def show() -> str:
    """What waits, what failed, what was given up, what was sent."""
    counts = count_fates(db())
    fate = _fate(counts)
    pages = max(1, -(-counts[fate] // ON_A_PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "team/outbox.html",
        counts=counts,
        fates=FATES,
        fate=fate,
        Fate=Fate,
        messages=load_of_fate(db(), fate, page, ON_A_PAGE),
        page=page,
        pages=pages,
        most_attempts=MOST_ATTEMPTS,
        has_server=settings().mail is not None,
        can_send=settings().mail is not None and not reference().is_demo,
        fate_of=fate_of,
    )


def _fate(counts: Mapping[Fate, int]) -> Fate:
    """The one that the address names, else the first that has to be looked at."""
    asked = request.args.get("show", "")
    if asked in set(Fate):
        return Fate(asked)
    return next((fate for fate in (Fate.GIVEN_UP, Fate.FAILED, Fate.WAITING) if counts[fate]), Fate.SENT)


@blueprint.post("/team/outbox/again")
@open_to(Role.TEAM)
def again() -> Response:
    """Send one message that failed again, or all of them."""
    asked = request.form.get("message", "")
    number = send_again(db()) if asked == ALL else send_again(db(), _number(asked))
    if number:
        record(db(), viewer().email, "messages sent again", asked, f"{number}")
        flash(f"{'1 message is' if number == 1 else f'{number} messages are'} tried again at once.", "success")
    else:
        flash("Nothing was changed: there is no message that failed any more.")
    return redirect(url_for("outbox.show"))


def _number(typed: str) -> int:
    """The number of a message; 0, which none has, for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else 0


@blueprint.post("/team/outbox/stop")
@open_to(Role.TEAM)
def stop() -> Response:
    """Try a message no more."""
    asked = request.form.get("message", "")
    if give_up(db(), _number(asked), viewer().name):
        record(db(), viewer().email, "message stopped", asked)
        flash("That message is not tried any more. It stays here, given up.", "success")
    else:
        flash("Nothing was changed: that message was sent meanwhile, or is being sent.")
    return redirect(url_for("outbox.show"))


@blueprint.post("/team/outbox/send")
@open_to(Role.TEAM)
def send() -> Response:
    """Send what is due now, without waiting for the next time."""
    if settings().mail is None or reference().is_demo:
        flash(DEMONSTRATION if reference().is_demo else NO_SERVER)
        return redirect(url_for("outbox.show"))
    job = ask(db(), "outbox", "Messages sent", {}, viewer().email, viewer().user_id)
    return redirect(url_for("jobs.show", job_id=job.id))
