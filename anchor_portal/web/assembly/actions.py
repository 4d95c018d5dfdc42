"""The action log: who is to do what by when, what was said of it, carried from meeting to meeting until it is done."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anchor_portal.clock import today
from anchor_portal.domain.answers.numbers import say_date
from anchor_portal.domain.meetings.actions import STATE_NAMES, LoggedAction, TaskState, order_log, say_log
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, viewer
from anchor_portal.models import Action
from anchor_portal.outputs.tables import write_lines
from anchor_portal.queries.meetings import find_action, load_log
from anchor_portal.services.meetings import recording
from anchor_portal.services.meetings.pack import withheld_from
from anchor_portal.services.meetings.planning import ChangedMeanwhile, MeetingRefused
from anchor_portal.services.meetings.recording import Recorder
from anchor_portal.web.access import ask_again, open_to
from anchor_portal.web.forms.meetings import ActionForm, UpdateForm
from anchor_portal.web.kept import show_kept
from anchor_portal.web.team.downloads import CSV, send

blueprint = Blueprint("actions", __name__)
HEAD = ("Action No", "Meeting Date", "Agenda Item No", "Action", "Owner", "Due Date", "Status", "Update / Notes")
"""The columns of the partnership's own action log, in its order."""


@blueprint.get("/actions")
@open_to(Role.MEMBER, Role.TEAM)
def log() -> str:
    """What is still to be done, by whom, and what is late?"""
    wanted = request.args.get("show", "")
    withheld = withheld_from(viewer())
    every = load_log(db(), withheld=withheld)
    shown = [each for each in every if wanted == "all" or each.is_open]
    return render_template(
        "actions/log.html",
        actions=order_log(shown, today()),
        is_all=wanted == "all",
        number=len(every),
        sentence=say_log(every, today()),
        is_withheld=bool(withheld),
        today=today(),
    )


@blueprint.get("/actions.csv")
@open_to(Role.MEMBER, Role.TEAM)
def log_csv() -> Response:
    """The whole log as a file, in the columns that the partnership has used."""
    every = load_log(db(), withheld=withheld_from(viewer()))
    return send("".join(write_lines(HEAD, map(_row, every))).encode(), CSV, "action-log.csv")


def _row(action: LoggedAction) -> tuple[str, ...]:
    return (
        str(action.number),
        say_date(action.met_on),
        action.item,
        action.text,
        action.owner,
        action.due,
        action.status(today()),
        "\n".join(update.words for update in action.updates),
    )


@blueprint.get("/actions/<int:number>")
@open_to(Role.MEMBER, Role.TEAM)
def show(number: int) -> str:
    """What is this action, what was said of it, where does it stand?"""
    action, logged = _action_or_404(number)
    return _show(action, logged, _update_form(action), _words_form(action))


def _action_or_404(number: int, *, lock: bool = False) -> tuple[Action, LoggedAction]:
    found = find_action(db(), number, lock=lock)
    if lock:  # an interest may have been declared while it was waited for
        ask_again()
    if found is None or found[0].organisation_id in withheld_from(viewer()):
        abort(404)
    return found


def _update_form(action: Action) -> UpdateForm:
    form = UpdateForm(formdata=None)
    form.state.data, form.seen.data = action.state, str(action.version)
    return form


def _words_form(action: Action) -> ActionForm:
    form = ActionForm(formdata=None)
    form.action.data, form.owner.data, form.seen.data = action.text, action.owner, str(action.version)
    if action.due_on:
        form.due_on.set_day(action.due_on)
    return form


def _show(action: Action, logged: LoggedAction, update: UpdateForm, words: ActionForm, stale: str = "") -> str:
    return render_template(
        "actions/show.html",
        action=action,
        logged=logged,
        update=update,
        words=words,
        stale=stale,
        today=today(),
        states=STATE_NAMES,
    )


@blueprint.post("/actions/<int:number>")
@open_to(Role.MEMBER, Role.TEAM)
def say(number: int) -> AnyResponse | tuple[str, int]:
    """Say how far it is: a line more in the log. Ending it shows where somebody else did meanwhile."""
    action, logged = _action_or_404(number, lock=True)
    form = UpdateForm()
    if not form.validate():
        return _show(action, logged, form, _words_form(action)), 422
    text = form.text.data or ""
    if not text and form.wanted == action.state:
        form.text.errors = ["Say something, or choose another state"]
        return _show(action, logged, form, _words_form(action)), 422
    try:
        recording.update_action(db(), action, text, form.wanted, today(), _recorder(), form.version)
    except MeetingRefused as refusal:
        form.text.errors = [str(refusal)]
        return _show(action, logged, form, _words_form(action)), 422
    except ChangedMeanwhile:
        form.seen.data = str(action.version)
        return _show(action, logged, form, _words_form(action), "update"), 409
    flash(f"Action {number}: {STATE_NAMES[TaskState(action.state)].lower()}.", "success")
    return redirect(url_for("actions.show", number=number))


@blueprint.post("/actions/<int:number>/change")
@open_to(Role.MEMBER, Role.TEAM)
def change(number: int) -> AnyResponse | tuple[str, int]:
    """Change what it is, who does it, by when. Where somebody else did meanwhile, both are shown and nothing is stored."""
    action, logged = _action_or_404(number, lock=True)
    form = ActionForm()
    if action.ended_on is not None:
        return show_kept("The action was not changed", "It has ended: open it again first.", 409, can_resend=False)
    if not form.validate():
        return _show(action, logged, _update_form(action), form), 422
    try:
        was_changed = recording.change_action(db(), action, form.words, form.version, _recorder())
    except ChangedMeanwhile:
        form.seen.data = str(action.version)
        return _show(action, logged, _update_form(action), form, "words"), 409
    flash("The action is saved." if was_changed else "Nothing was changed.", "success" if was_changed else "message")
    return redirect(url_for("actions.show", number=number))


def _recorder() -> Recorder:
    person = viewer()
    return Recorder(person.name, person.email, person.user_id)
