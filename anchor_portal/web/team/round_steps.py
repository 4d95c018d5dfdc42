"""What changes a round: each step a page that says what it does and asks for a yes; dates; more time for one."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.lifecycle import NAMES, Status, has_answered
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import RoundRefused
from anchor_portal.domain.running.more_time import refuse_more_time
from anchor_portal.domain.running.steps import NEEDS_REASON, RoundAct
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Organisation, Return, Round
from anchor_portal.queries.extensions import find_extension
from anchor_portal.queries.rounds import find_expected, is_reply, status_of
from anchor_portal.services.audit import record
from anchor_portal.services.rounds.extending import (
    ChangedMeanwhile,
    Giver,
    give_more_time,
    stamp_of,
    take_back,
)
from anchor_portal.services.rounds.moving import move_dates, refuse_act, take_act
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.round import DatesForm, MoreTimeForm
from anchor_portal.web.kept import show_kept
from anchor_portal.web.team.rounds import address_of, refused, round_or_404, sentence

blueprint = Blueprint("round_steps", __name__)


@dataclass(frozen=True, slots=True)
class ActPage:
    """What the page of a step says: its heading, what it means, its button, and what is said when it is done."""

    act: RoundAct
    heading: str
    meaning: tuple[str, ...]
    button: str
    done: str
    audit: str


PAGES = {
    page.act: page
    for page in (
        ActPage(
            RoundAct.OPEN,
            "Open it now?",
            (
                "Organisations can start their returns today, before the day that was announced.",
                "The deadline stays as it is. Nobody is written to: send a message yourself if they should know.",
                "It cannot be shut again: a return may have been started a minute later.",
            ),
            "Open the round now",
            "The round is open.",
            "round opened early",
        ),
        ActPage(
            RoundAct.SOFT_CLOSE,
            "End the deadline now?",
            (
                "The deadline becomes yesterday: returns that come in from now on are marked late.",
                "Organisations with more time keep it. Everybody else can still submit until you close the round.",
                "Reminders that count from the deadline count from the new one.",
                "You can set a later deadline again as long as the round is not closed.",
            ),
            "End the deadline",
            "The deadline has passed. Late returns still come in until you close the round.",
            "round deadline ended",
        ),
        ActPage(
            RoundAct.REVIEW,
            "Give it to the Assembly to review?",
            (
                "It says that everything is in that will come in, and that the Assembly is deciding.",
                "The Assembly can accept and return as before, and organisations can answer its queries.",
                "The next step is publishing; there is no step back to “closed”.",
            ),
            "Start the review",
            "The round is under review.",
            "round under review",
        ),
        ActPage(
            RoundAct.ARCHIVE,
            "Archive it?",
            (
                "It moves to the end of the list of rounds, and no reminder is sent for it any more.",
                "Everything that was published stays public, and every return stays readable.",
                "You can take it out of the archive again.",
            ),
            "Archive the round",
            "The round is archived.",
            "round archived",
        ),
        ActPage(
            RoundAct.UNARCHIVE,
            "Take it out of the archive?",
            ("It stands among the other rounds again, as published. Nothing else changes.",),
            "Take it out of the archive",
            "The round is out of the archive.",
            "round taken out of the archive",
        ),
    )
}
WHAT = "any('open', 'soft-close', 'review', 'archive', 'unarchive')"


@blueprint.route(f"/rounds/<round_code>/<{WHAT}:what>", methods=["GET", "POST"])
@open_to(Role.TEAM)
def act(round_code: str, what: str) -> str | Response | tuple[str, int]:
    """What a step means, its reason, and a button."""
    round_ = round_or_404(round_code)
    page = PAGES[RoundAct(what)]
    if hindrance := refuse_act(round_, page.act, today()):
        return refused(round_, RoundRefused(hindrance))
    if request.method == "GET":
        return _show_act(round_, page)
    reason = clean_text(request.form.get("reason", ""))
    try:
        take_act(db(), round_, page.act, viewer().name, today(), reason)
    except RoundRefused as refusal:
        return _show_act(round_, page, reason, sentence(refusal)), 422
    record(db(), viewer().email, page.audit, round_.code, reason)
    flash(page.done, "success")
    return redirect(address_of(round_))


def _show_act(round_: Round, page: ActPage, reason: str = "", error: str = "") -> str:
    needs_reason = page.act in NEEDS_REASON
    return render_template(
        "team/act.html", round=round_, page=page, reason=reason, error=error, needs_reason=needs_reason
    )


@blueprint.route("/rounds/<round_code>/dates", methods=["GET", "POST"])
@open_to(Role.TEAM)
def dates(round_code: str) -> str | Response | tuple[str, int]:
    """Change when a round opens and its deadline."""
    round_ = round_or_404(round_code)
    if refusal := refuse_act(round_, RoundAct.MOVE, today()):
        return refused(round_, RoundRefused(refusal))
    form = DatesForm()
    if request.method == "GET":
        form.show(round_.opens_on, round_.closes_on)
        return _show_dates(round_, form)
    if request.form.get("seen", "") != _dates_seen(round_):
        return show_kept(
            "The dates were changed meanwhile", "Nothing was changed. Look at the round again, then send this.", 409
        )
    if not form.validate():
        return _show_dates(round_, form), 422
    return _move(round_, form)


def _move(round_: Round, form: DatesForm) -> str | Response | tuple[str, int]:
    opens_on = form.opens_on.data or round_.opens_on
    closes_on, reason = form.closes_on.data or round_.closes_on, form.reason.data or ""
    try:
        move_dates(db(), round_, opens_on, closes_on, viewer().name, today(), reason)
    except RoundRefused as refusal:
        form.closes_on.refuse(sentence(refusal))
        return _show_dates(round_, form), 422
    record(db(), viewer().email, "round dates changed", round_.code, f"{opens_on} to {closes_on}: {reason}")
    flash(f"The deadline of round {round_.title} is {say_date(closes_on)}.", "success")
    return redirect(address_of(round_))


def _dates_seen(round_: Round) -> str:
    return f"{round_.opens_on} {round_.closes_on}"


def _show_dates(round_: Round, form: DatesForm) -> str:
    is_open = round_.opens_on <= today()
    return render_template("team/dates.html", round=round_, form=form, is_open=is_open, seen=_dates_seen(round_))


@blueprint.route("/rounds/<round_code>/more-time/<slug>", methods=["GET", "POST"])
@open_to(Role.TEAM)
def more_time(round_code: str, slug: str) -> str | Response | tuple[str, int]:
    """Give one organisation more time, with the reason."""
    round_, organisation, row = _expected_or_404(round_code, slug)
    form = MoreTimeForm()
    hindrance = _hindrance(round_, row)
    if request.method == "GET" or hindrance:
        return _show_more_time(round_, organisation, form, hindrance)
    if not form.validate() or form.until.data is None:
        return _show_more_time(round_, organisation, form), 422
    try:
        _give(round_, organisation, form.until.data, form)
    except ChangedMeanwhile:
        return _changed_meanwhile()
    except RoundRefused as refusal:
        form.until.refuse(sentence(refusal))
        return _show_more_time(round_, organisation, form), 422
    flash(f"{organisation.name} has until {say_date(form.until.data)}. Its leads and signatories are told.", "success")
    return redirect(address_of(round_))


def _give(round_: Round, organisation: Organisation, until: date, form: MoreTimeForm) -> None:
    seen, reason = request.form.get("seen", ""), form.reason.data or ""
    give_more_time(db(), round_, organisation, until, reason, _giver(), today(), seen)


def _giver() -> Giver:
    return Giver(viewer().name, viewer().email)


def _changed_meanwhile() -> tuple[str, int]:
    advice = "Somebody else gave this organisation more time, or took it back. Nothing of yours was changed: open the page again."
    return show_kept("This was changed meanwhile", advice, 409, can_resend=False)


@blueprint.post("/rounds/<round_code>/more-time/<slug>/end")
@open_to(Role.TEAM)
def end_more_time(round_code: str, slug: str) -> Response | tuple[str, int]:
    """Take an extension back: everybody's deadline counts again."""
    round_, organisation, _ = _expected_or_404(round_code, slug)
    try:
        take_back(db(), round_, organisation, _giver(), request.form.get("seen", ""))
    except ChangedMeanwhile:
        return _changed_meanwhile()
    flash(f"{organisation.name} has the same deadline as everybody else again, and is told.", "success")
    return redirect(address_of(round_))


def _expected_or_404(round_code: str, slug: str) -> tuple[Round, Organisation, Return | None]:
    round_ = round_or_404(round_code)
    found = find_expected(db(), round_, slug)
    if found is None:
        abort(404)
    organisation, row = found
    return round_, organisation, row


def _hindrance(round_: Round, row: Return | None) -> str:
    answered = row is not None and has_answered(Status(row.status), row.accepted_revision, is_reply=is_reply(db(), row))
    return refuse_more_time(status_of(round_, today()), is_expected=True, has_answered=answered)


def _show_more_time(round_: Round, organisation: Organisation, form: MoreTimeForm, hindrance: str = "") -> str:
    standing = find_extension(db(), round_.id, organisation.id)
    found = find_expected(db(), round_, organisation.slug)
    row = found[1] if found else None
    return render_template(
        "team/more_time.html",
        round=round_,
        organisation=organisation,
        status=NAMES[Status(row.status) if row else Status.NOT_STARTED],
        form=form,
        standing=standing,
        seen=stamp_of(standing),
        hindrance=hindrance,
    )
