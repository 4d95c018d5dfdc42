"""Meetings of the Assembly: planned by the team, seen by everybody who comes, with minutes and the pack."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from anchor_portal.clock import today
from anchor_portal.domain.lifecycle import Status
from anchor_portal.domain.meetings.actions import say_log
from anchor_portal.domain.meetings.agenda import STATE_NAMES, MeetingState, may_add, may_plan, may_record
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, reference, settings, viewer
from anchor_portal.models import AgendaItem, Meeting
from anchor_portal.outputs.pdf.minutes_pdf import draw_minutes
from anchor_portal.queries import meetings as stored
from anchor_portal.queries.rounds import load_rounds
from anchor_portal.services.jobs.board import ask
from anchor_portal.services.meetings import planning
from anchor_portal.services.meetings.minutes import minutes_of, say_held
from anchor_portal.services.meetings.pack import agenda_of, withheld_from
from anchor_portal.services.meetings.planning import ChangedMeanwhile, MeetingRefused, ReferenceTaken
from anchor_portal.web.access import open_to
from anchor_portal.web.forms.meetings import MeetingForm
from anchor_portal.web.kept import show_kept
from anchor_portal.web.team.downloads import PDF, send

blueprint = Blueprint("meetings", __name__)
TAKEN = "Another meeting is numbered like this already"
NOT_CHANGED = "The meeting was not changed"


def meeting_or_404(ident: int, *, lock: bool = False) -> Meeting:
    """The meeting, or a page that says there is none; `lock` holds it until the commit."""
    meeting = stored.find_meeting(db(), ident, lock=lock)
    if meeting is None:
        abort(404)
    return meeting


def item_or_404(meeting: Meeting, ident: int) -> AgendaItem:
    """An item of the meeting's agenda."""
    item = next((item for item in meeting.items if item.id == ident), None)
    if item is None:
        abort(404)
    return item


@blueprint.get("/meetings")
@open_to(Role.MEMBER, Role.TEAM)
def index() -> str:
    """Every meeting, the latest first."""
    return render_template("meetings/index.html", rows=stored.load_meetings(db()), states=STATE_NAMES)


@blueprint.route("/meetings/add", methods=["GET", "POST"])
@open_to(Role.TEAM)
def add() -> str | AnyResponse | tuple[str, int]:
    """Plan a meeting."""
    form = MeetingForm(load_rounds(db()))
    if request.method == "GET":
        return _form(form)
    if not form.validate():
        return _form(form), 422
    try:
        meeting = planning.add_meeting(db(), form.facts, viewer().email)
    except ReferenceTaken:
        form.reference.errors = [TAKEN]
        return _form(form), 422
    flash(f"The meeting is planned. Its items are numbered {meeting.reference}/01 and so on.", "success")
    return redirect(url_for("meetings.show", ident=meeting.id))


def _form(form: MeetingForm, meeting: Meeting | None = None, *, is_stale: bool = False) -> str:
    return render_template("meetings/form.html", form=form, meeting=meeting, is_stale=is_stale)


@blueprint.route("/meetings/<int:ident>/change", methods=["GET", "POST"])
@open_to(Role.TEAM)
def change(ident: int) -> str | AnyResponse | tuple[str, int]:
    """Change what is said of a meeting. Where somebody else did meanwhile, both are shown and nothing is stored."""
    meeting = meeting_or_404(ident, lock=request.method == "POST")
    form = MeetingForm(load_rounds(db()))
    if request.method == "GET":
        form.offer(meeting)
        return _form(form, meeting)
    if not form.validate():
        return _form(form, meeting), 422
    try:
        was_changed = planning.change_meeting(db(), meeting, form.facts, form.version, viewer().email)
    except ReferenceTaken:
        form.reference.errors = [TAKEN]
        return _form(form, meeting), 422
    except MeetingRefused as refusal:
        return show_kept(NOT_CHANGED, str(refusal), 409, can_resend=False)
    except ChangedMeanwhile:
        form.seen.data = str(meeting.version)
        return _form(form, meeting, is_stale=True), 409
    flash("The meeting is saved." if was_changed else "Nothing was changed.", "success" if was_changed else "message")
    return redirect(url_for("meetings.show", ident=ident))


@blueprint.get("/meetings/<int:ident>")
@open_to(Role.MEMBER, Role.TEAM)
def show(ident: int) -> str:
    """What is on the agenda, and what was agreed last time?"""
    meeting = meeting_or_404(ident)
    last = stored.find_last_meeting(db(), meeting)
    organisations = [item.organisation_id for item in meeting.items if item.organisation_id]
    withheld = withheld_from(viewer())
    carried = stored.load_carried(db(), meeting, last.held_on if last else None, withheld)
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        held=say_held(meeting),
        state=STATE_NAMES[MeetingState(meeting.state)],
        agenda=list(zip(meeting.items, agenda_of(meeting), strict=True)),
        statuses=_statuses(meeting, organisations),
        interests=stored.load_interests(db(), organisations) if organisations else [],
        withheld=withheld,
        last=last,
        carried=carried,
        carried_sentence=say_log(carried, today()),
        today=today(),
        may_plan=may_plan(meeting.state),
        may_add=may_add(meeting.state),
        may_record=may_record(meeting.state),
    )


def _statuses(meeting: Meeting, organisations: list[int]) -> dict[int, str]:
    """Where the return of each organisation on the agenda stands, for the round that the meeting is about."""
    if meeting.round_id is None or not organisations:
        return {}
    rows = stored.load_returns(db(), meeting.round_id, organisations)
    return {each: rows[each].status if each in rows else Status.NOT_STARTED for each in organisations}


@blueprint.post("/meetings/<int:ident>/begin")
@open_to(Role.MEMBER, Role.TEAM)
def begin(ident: int) -> str | AnyResponse:
    """Begin the meeting: from now on everybody can record what it decides. Before its day it is asked first."""
    meeting = meeting_or_404(ident, lock=True)
    days = (meeting.held_on - today()).days
    if may_plan(meeting.state) and days > 0 and "confirmed" not in request.form:
        return render_template("meetings/begin.html", meeting=meeting, days=days)
    if planning.begin(db(), meeting, viewer().email):
        flash("The meeting has begun. Open an item to record what is decided.", "success")
    else:
        flash("The meeting had begun already.")
    return redirect(url_for("meetings.show", ident=ident))


@blueprint.post("/meetings/<int:ident>/agree")
@open_to(Role.TEAM)
def agree(ident: int) -> AnyResponse | tuple[str, int]:
    """Note that the minutes are agreed: nothing of the meeting changes after that."""
    meeting = meeting_or_404(ident, lock=True)
    try:
        was_agreed = planning.agree(db(), meeting, today(), viewer().email)
    except MeetingRefused as refusal:
        return show_kept("The minutes were not agreed", str(refusal), 409, can_resend=False)
    flash("The minutes are agreed." if was_agreed else "The minutes were agreed already.", "success")
    return redirect(url_for("meetings.minutes", ident=ident))


@blueprint.get("/meetings/<int:ident>/minutes")
@open_to(Role.MEMBER, Role.TEAM)
def minutes(ident: int) -> str:
    """What was decided, item by item."""
    meeting = meeting_or_404(ident)
    said = minutes_of(db(), meeting, withheld_from(viewer()))
    return render_template("meetings/minutes.html", meeting=meeting, minutes=said, may_agree=may_record(meeting.state))


@blueprint.get("/meetings/<int:ident>/minutes.pdf")
@open_to(Role.MEMBER, Role.TEAM)
def minutes_pdf(ident: int) -> Response:
    """The minutes on paper."""
    meeting = meeting_or_404(ident)
    said = minutes_of(db(), meeting, withheld_from(viewer()))
    content = draw_minutes(said, settings().portal_name, settings().partnership, demo=reference().is_demo)
    return send(content, PDF, f"minutes-{meeting.reference}.pdf")


@blueprint.post("/meetings/<int:ident>/pack")
@open_to(Role.MEMBER, Role.TEAM)
def pack(ident: int) -> AnyResponse:
    """Ask for the pack as one PDF, without what this person has an interest in."""
    meeting, person = meeting_or_404(ident), viewer()
    arguments = {"meeting_id": meeting.id, "user_id": person.user_id}
    job = ask(db(), "pack", f"Pack of {meeting.title}", arguments, person.email, person.user_id)
    return redirect(url_for("jobs.show", job_id=job.id))
