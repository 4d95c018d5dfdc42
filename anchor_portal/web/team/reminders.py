"""Reminders of a round: written, previewed, turned on; who got what."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.people import Role
from anchor_portal.domain.rounds import RoundStatus
from anchor_portal.domain.running.reminders import NAMES, WORDS, Audience, Plan, say_when
from anchor_portal.extensions import db, settings, viewer
from anchor_portal.models import ReminderPlan, Round
from anchor_portal.outputs.letter import Letter as Sheet
from anchor_portal.outputs.letter import as_text
from anchor_portal.queries.reminders import (
    count_sent,
    find_last_round_with_plans,
    find_plan,
    load_plans,
)
from anchor_portal.queries.rounds import status_of
from anchor_portal.services.audit import record
from anchor_portal.services.messages.opting_out import off_address
from anchor_portal.services.rounds.plans import begin_plans, keep_plan, turn
from anchor_portal.services.rounds.reminding import Letter, plan_of, preview, send_now
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.reminder import PlanForm
from anchor_portal.web.kept import show_kept
from anchor_portal.web.team.rounds import round_or_404

blueprint = Blueprint("reminders", __name__)
HOME = "/rounds/<round_code>/reminders"
SHOWN = 200
"""Lines of a preview; who else gets it is counted."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A reminder in the list: its words, and how often it was sent."""

    plan: ReminderPlan
    who: str
    when: str
    sent: int
    last_at: datetime | None


def _line(plan: ReminderPlan, sent: int = 0, last_at: datetime | None = None) -> PlanLine:
    audience = Audience(plan.audience)
    return PlanLine(plan, NAMES[audience], say_when(audience, plan.days), sent, last_at)


@blueprint.get(HOME)
@open_to(Role.TEAM)
def index(round_code: str) -> str:
    """Every reminder of a round: who gets it, when, and how often it was sent."""
    round_ = round_or_404(round_code)
    plans, sent = load_plans(db(), round_), count_sent(db(), round_)
    return render_template(
        "team/reminders.html",
        round=round_,
        lines=[_line(plan, *sent.get(plan.id, (0, None))) for plan in plans],
        last=None if plans else find_last_round_with_plans(db(), round_),
        is_archived=status_of(round_, today()) is RoundStatus.ARCHIVED,
        has_server=settings().mail is not None,
    )


@blueprint.post(f"{HOME}/begin")
@open_to(Role.TEAM)
def begin(round_code: str) -> Response:
    """Take the reminders of the round before, or the usual ones; they are turned off at first."""
    round_ = round_or_404(round_code)
    last = find_last_round_with_plans(db(), round_) if request.form.get("from") == "last" else None
    number = begin_plans(db(), round_, viewer().name, last)
    if number:
        record(db(), viewer().email, "reminders begun", round_.code, f"{number} reminders")
        flash(f"{number} reminders are there, turned off. Read them, then turn them on.", "success")
    return redirect(_home(round_))


@blueprint.post(f"{HOME}/turn")
@open_to(Role.TEAM)
def turn_all(round_code: str) -> Response:
    """Turn one reminder, or all of them, on or off."""
    round_ = round_or_404(round_code)
    wanted, number = request.form.get("to", ""), request.form.get("plan", "")
    on = wanted == "on"
    plans = [plan for plan in load_plans(db(), round_) if number in {"", str(plan.id)} and plan.is_on != on]
    if plans and wanted in {"on", "off"}:
        turn(db(), plans, on=on)
        record(db(), viewer().email, f"reminders turned {'on' if on else 'off'}", round_.code, f"{len(plans)}")
        which = "The reminder is" if len(plans) == 1 else f"{len(plans)} reminders are"
        flash(f"{which} turned {'on' if on else 'off'}.", "success")
    return redirect(_home(round_))


def _home(round_: Round) -> str:
    return url_for("reminders.index", round_code=round_.code)


@blueprint.route(f"{HOME}/add", methods=["GET", "POST"])
@open_to(Role.TEAM)
def add(round_code: str) -> str | Response | tuple[str, int]:
    """Write a reminder."""
    round_ = round_or_404(round_code)
    form = PlanForm()
    if request.method == "GET":
        form.audience.data = str(Audience.UNANSWERED)
        return _show_form(round_, form)
    if not form.validate():
        return _show_form(round_, form), 422
    plan = keep_plan(db(), round_, form.written, viewer().name)
    record(db(), viewer().email, "reminder written", round_.code, plan.subject)
    flash("The reminder is kept, turned off. This is who would get it.", "success")
    return redirect(_preview(round_, plan))


@blueprint.route(f"{HOME}/<int:plan_id>/change", methods=["GET", "POST"])
@open_to(Role.TEAM)
def change(round_code: str, plan_id: int) -> str | Response | tuple[str, int]:
    """Change a reminder; who had it already does not get it again on the same occasion."""
    round_ = round_or_404(round_code)
    plan = _plan_or_404(round_, plan_id)
    form = PlanForm()
    if request.method == "GET":
        form.show(plan)
        return _show_form(round_, form, plan)
    if request.form.get("version", "") != str(plan.version):
        advice = "Somebody else changed this reminder. Nothing of yours was saved: what you wrote is below."
        return show_kept("This reminder was changed meanwhile", advice, 409, can_resend=False)
    if not form.validate():
        return _show_form(round_, form, plan), 422
    keep_plan(db(), round_, form.written, viewer().name, plan)
    record(db(), viewer().email, "reminder changed", round_.code, plan.subject)
    flash("The reminder is changed.", "success")
    return redirect(_preview(round_, plan))


def _plan_or_404(round_: Round, plan_id: int) -> ReminderPlan:
    plan = find_plan(db(), round_, plan_id)
    if plan is None:
        abort(404)
    return plan


def _held_or_404(plan: ReminderPlan) -> ReminderPlan:
    """A reminder as it is now, which nobody changes until it is sent."""
    held = db().get(ReminderPlan, plan.id, populate_existing=True, with_for_update={"read": True})
    if held is None:
        abort(404)
    return held


def _show_form(round_: Round, form: PlanForm, plan: ReminderPlan | None = None) -> str:
    words = {NAMES[audience]: [f"{{{word}}}" for word in words] for audience, words in WORDS.items()}
    return render_template("team/reminder.html", round=round_, form=form, plan=plan, words=words)


def _preview(round_: Round, plan: ReminderPlan) -> str:
    return url_for("reminders.show", round_code=round_.code, plan_id=plan.id)


@blueprint.get(f"{HOME}/<int:plan_id>")
@open_to(Role.TEAM)
def show(round_code: str, plan_id: int) -> str:
    """Exactly who would get a reminder, what, and when, as everything stands now."""
    round_ = round_or_404(round_code)
    plan = _plan_or_404(round_, plan_id)
    letters = preview(db(), round_, plan, today())
    to_send = [letter for letter in letters if letter.is_to_send]
    plans = [plan_of(each) for each in load_plans(db(), round_) if each.is_on]
    chosen = _chosen(letters)
    return render_template(
        "team/reminder_preview.html",
        round=round_,
        line=_line(plan),
        letters=letters[:SHOWN],
        more=max(0, len(letters) - SHOWN),
        to_send=to_send,
        days=_days(to_send, plans),
        by_hand=sum(letter.next_day(plans, today()) is None for letter in to_send),
        chosen=chosen,
        text=_as_sent(chosen) if chosen else "",
        state_of=partial(_state, plans),
        today=today(),
    )


def _chosen(letters: list[Letter]) -> Letter | None:
    """The letter to be read: the one that the address names, else the first that would be sent."""
    slug, number = request.args.get("organisation", ""), request.args.get("person", "")
    named = (
        each
        for each in letters
        if each.receiver and each.standing.organisation.slug == slug and str(each.receiver.user_id) == number
    )
    return next(named, None) or next((each for each in letters if each.is_to_send), None)


def _as_sent(letter: Letter) -> str:
    base = settings().base_url
    receiver = letter.receiver
    off = base + off_address(settings().secret_key, receiver.user_id)[:24] + "…" if receiver else ""
    name = receiver.name if receiver else ""
    return as_text(
        Sheet(name, letter.subject, letter.body, base + letter.link, settings().portal_name, base, off_link=off)
    )


def _days(letters: list[Letter], plans: list[Plan]) -> list[tuple[date, int]]:
    """On which days how many go out on schedule, if nothing changes."""
    days = [day for letter in letters if (day := letter.next_day(plans, today())) is not None]
    return [(day, days.count(day)) for day in sorted(set(days))]


def _state(plans: list[Plan], letter: Letter) -> str:
    if letter.receiver is None:
        return "Nobody to write to"
    if letter.had_at is not None:
        return "Had it"
    if letter.receiver.is_off:
        return "Turned reminders off"
    return "Gets it" if letter.next_day(plans, today()) else "Its day has passed"


@blueprint.post(f"{HOME}/<int:plan_id>/send")
@open_to(Role.TEAM)
def send(round_code: str, plan_id: int) -> Response | tuple[str, int]:
    """Send a reminder now to everybody on its preview who has not had it."""
    round_ = round_or_404(round_code)
    plan = _held_or_404(_plan_or_404(round_, plan_id))
    if request.form.get("version", "") != str(plan.version):
        advice = "Somebody changed this reminder since you read it. Nothing was sent: read it again."
        return show_kept("This reminder was changed meanwhile", advice, 409, can_resend=False)
    number = send_now(db(), round_, plan, today())
    record(db(), viewer().email, "reminder sent by hand", round_.code, f"{number}: {plan.subject}")
    people = "1 person" if number == 1 else f"{number} people"
    flash(f"Written to {people}." if number else "Nobody was left to write to.", "success" if number else "message")
    return redirect(_preview(round_, plan))


@blueprint.route(f"{HOME}/<int:plan_id>/remove", methods=["GET", "POST"])
@open_to(Role.TEAM)
def remove(round_code: str, plan_id: int) -> str | Response:
    """Ask whether a reminder is to be removed, and remove it."""
    round_ = round_or_404(round_code)
    plan = _plan_or_404(round_, plan_id)
    if request.method == "GET":
        sent = count_sent(db(), round_).get(plan.id, (0, None))
        return render_template("team/reminder_remove.html", round=round_, line=_line(plan, *sent))
    db().delete(plan)
    db().flush()
    record(db(), viewer().email, "reminder removed", round_.code, plan.subject)
    flash("The reminder is removed. What was sent stays in the list of the round.", "success")
    return redirect(_home(round_))
