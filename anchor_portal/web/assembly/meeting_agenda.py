"""The agenda of a meeting, for the team: organisations and other business put on it, changed, ordered, taken off."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.meetings.agenda import number_of
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, viewer
from anchor_portal.models import AgendaItem, Meeting
from anchor_portal.queries.meetings import find_organisations
from anchor_portal.queries.returns import REVIEWABLE
from anchor_portal.queries.rounds import Standing, load_standings
from anchor_portal.services.meetings import planning
from anchor_portal.services.meetings.planning import ChangedMeanwhile, MeetingRefused
from anchor_portal.web.access import open_to
from anchor_portal.web.assembly.meetings import item_or_404, meeting_or_404
from anchor_portal.web.forms.meetings import ItemForm
from anchor_portal.web.kept import show_kept

blueprint = Blueprint("agenda", __name__)
ADDRESS = "/meetings/<int:ident>"
NOT_CHANGED = "The agenda was not changed"
MOVES = {"up": -1, "down": 1}
MINUTES_EACH = 10
"""Minutes that an organisation is given until somebody says otherwise."""


@blueprint.route(f"{ADDRESS}/items/add", methods=["GET", "POST"])
@open_to(Role.TEAM)
def add(ident: int) -> str | Response | tuple[str, int]:
    """Put other business on the agenda, at its end."""
    meeting = meeting_or_404(ident, lock=request.method == "POST")
    form = ItemForm()
    if request.method == "GET":
        return _form(form, meeting)
    if not form.validate():
        return _form(form, meeting), 422
    try:
        item = planning.add_item(db(), meeting, form.words, viewer().email)
    except MeetingRefused as refusal:
        return show_kept(NOT_CHANGED, str(refusal), 409, can_resend=False)
    flash(f"{number_of(meeting.reference, item.position)} is on the agenda.", "success")
    return _back(meeting)


def _form(form: ItemForm, meeting: Meeting, item: AgendaItem | None = None, *, is_stale: bool = False) -> str:
    number = number_of(meeting.reference, item.position) if item else ""
    return render_template(
        "meetings/item_form.html", form=form, meeting=meeting, item=item, number=number, is_stale=is_stale
    )


def _back(meeting: Meeting) -> Response:
    return redirect(url_for("meetings.show", ident=meeting.id, _anchor="agenda"))


@blueprint.route(f"{ADDRESS}/items/<int:item_id>/change", methods=["GET", "POST"])
@open_to(Role.TEAM)
def change(ident: int, item_id: int) -> str | Response | tuple[str, int]:
    """Change an item. Where somebody else did meanwhile, both are shown and nothing is stored."""
    meeting = meeting_or_404(ident, lock=request.method == "POST")
    item, form = item_or_404(meeting, item_id), ItemForm()
    if request.method == "GET":
        form.offer(item)
        return _form(form, meeting, item)
    if not form.validate():
        return _form(form, meeting, item), 422
    try:
        was_changed = planning.change_item(db(), meeting, item, form.words, form.version, viewer().email)
    except MeetingRefused as refusal:
        return show_kept(NOT_CHANGED, str(refusal), 409, can_resend=False)
    except ChangedMeanwhile:
        form.seen.data = str(item.version)
        return _form(form, meeting, item, is_stale=True), 409
    flash("The item is saved." if was_changed else "Nothing was changed.", "success" if was_changed else "message")
    return _back(meeting)


@blueprint.post(f"{ADDRESS}/items/<int:item_id>/move")
@open_to(Role.TEAM)
def move(ident: int, item_id: int) -> Response | tuple[str, int]:
    """Move an item up or down."""
    meeting = meeting_or_404(ident, lock=True)
    item, by = item_or_404(meeting, item_id), MOVES.get(request.form.get("to", ""), 0)
    try:
        if not by or not planning.move_item(db(), meeting, item, by, viewer().email):
            flash(f"“{item.title}” cannot go further that way.")
    except MeetingRefused as refusal:
        return show_kept(NOT_CHANGED, str(refusal), 409, can_resend=False)
    return _back(meeting)


@blueprint.post(f"{ADDRESS}/items/<int:item_id>/remove")
@open_to(Role.TEAM)
def remove(ident: int, item_id: int) -> Response | tuple[str, int]:
    """Take an item off the agenda, as long as nothing of it is minuted."""
    meeting = meeting_or_404(ident, lock=True)
    item = item_or_404(meeting, item_id)
    title = item.title
    try:
        planning.remove_item(db(), meeting, item, viewer().email)
    except MeetingRefused as refusal:
        return show_kept(NOT_CHANGED, str(refusal), 409, can_resend=False)
    flash(f"“{title}” is off the agenda.", "success")
    return _back(meeting)


@blueprint.route(f"{ADDRESS}/organisations", methods=["GET", "POST"])
@open_to(Role.TEAM)
def organisations(ident: int) -> str | Response | tuple[str, int]:
    """Choose the organisations of the round that the meeting speaks about."""
    meeting = meeting_or_404(ident, lock=request.method == "POST")
    standings = _not_on_it(meeting)
    if request.method == "GET":
        return _choose(meeting, standings)
    known = {str(each.organisation.id): each for each in standings}
    chosen = [known[text].organisation.id for text in request.form.getlist("organisation") if text in known]
    if request.form.get("which") == "sent":
        chosen = [each.organisation.id for each in standings if was_sent(each)]
    if not chosen:
        return _choose(meeting, standings, "Choose at least one organisation"), 422
    try:
        number = planning.add_organisations(
            db(), meeting, find_organisations(db(), chosen), viewer().email, minutes=MINUTES_EACH
        )
    except MeetingRefused as refusal:
        return show_kept(NOT_CHANGED, str(refusal), 409, can_resend=False)
    flash(f"{number} {'organisation is' if number == 1 else 'organisations are'} on the agenda.", "success")
    return _back(meeting)


def was_sent(standing: Standing) -> bool:
    """Whether there is a return that a meeting can speak about."""
    return standing.status in REVIEWABLE


def _not_on_it(meeting: Meeting) -> list[Standing]:
    """The organisations of the meeting's round that are not on its agenda yet, by name."""
    if meeting.round is None:
        return []
    there = {item.organisation_id for item in meeting.items}
    return [each for each in load_standings(db(), meeting.round) if each.organisation.id not in there]


def _choose(meeting: Meeting, standings: list[Standing], error: str = "") -> str:
    sent = sum(map(was_sent, standings))
    return render_template(
        "meetings/organisations.html", meeting=meeting, standings=standings, sent=sent, was_sent=was_sent, error=error
    )
