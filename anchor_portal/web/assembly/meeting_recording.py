"""An item of a meeting while it is held: the profile, and outcomes, decisions and actions recorded by several at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.clock import today
from anchor_portal.domain.meetings.agenda import may_record, number_of, why_not_recorded
from anchor_portal.domain.meetings.outcomes import Stored, say_outcome
from anchor_portal.domain.meetings.profile import Profile
from anchor_portal.domain.people import Role
from anchor_portal.domain.pledges import NUMBERS, OUTCOME_NAMES, Outcome
from anchor_portal.extensions import db, reference, viewer
from anchor_portal.models import AgendaItem, Decision, Meeting, PledgeOutcome
from anchor_portal.queries.meetings import (
    find_decision,
    load_actions_for,
    load_decisions,
    load_history,
)
from anchor_portal.queries.profiles import NO_ROUND, Returned, load_returned, profile_of, say_facts
from anchor_portal.services.meetings import recording
from anchor_portal.services.meetings.pack import withheld_from
from anchor_portal.services.meetings.planning import ChangedMeanwhile, MeetingRefused
from anchor_portal.services.meetings.recording import Recorder
from anchor_portal.web.access import ask_again, open_to
from anchor_portal.web.assembly.meetings import item_or_404, meeting_or_404
from anchor_portal.web.forms.meetings import ActionForm, DecisionForm
from anchor_portal.web.kept import show_kept
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("recording", __name__)
ADDRESS = "/meetings/<int:ident>/items/<int:item_id>"
NOT_RECORDED = "This was not recorded"
GONE = "Somebody took this decision out of the minutes meanwhile. What you typed is below."


@dataclass(frozen=True, slots=True)
class Place:
    """An item of a meeting, found through the person asking; `is_withheld` where they have an interest."""

    meeting: Meeting
    item: AgendaItem

    @property
    def number(self) -> str:
        """The number of the item."""
        return number_of(self.meeting.reference, self.item.position)

    @property
    def is_withheld(self) -> bool:
        """Whether the person has an interest in what the item is about."""
        return self.item.organisation_id in withheld_from(viewer())

    @property
    def address(self) -> str:
        """Where the item's page is."""
        return url_for("recording.show", ident=self.meeting.id, item_id=self.item.id)

    def neighbour(self, by: int) -> AgendaItem | None:
        """The item before (-1) or after (1)."""
        place = self.meeting.items.index(self.item) + by
        return self.meeting.items[place] if 0 <= place < len(self.meeting.items) else None


@dataclass
class Typed:
    """What somebody sent that was not stored: the forms with their messages, the outcomes chosen, what others chose."""

    decision: DecisionForm
    action: ActionForm
    chosen: Mapping[int, Outcome]
    conflicts: Mapping[int, Stored]


def _place_or_404(ident: int, item_id: int, *, to_record: bool = False) -> Place:
    """The item; to record, it must not be about an organisation in which the person has an interest.

    What is sent waits for its turn first, so that an interest that is declared meanwhile counts.
    """
    meeting = meeting_or_404(ident)
    place = Place(meeting, item_or_404(meeting, item_id))
    if to_record and request.method == "POST":
        recording.hold(db(), meeting, place.item)
        ask_again()
    if to_record and place.is_withheld:
        abort(404)
    return place


def _recorder() -> Recorder:
    person = viewer()
    return Recorder(person.name, person.email, person.user_id)


@blueprint.get(ADDRESS)
@open_to(Role.MEMBER, Role.TEAM)
def show(ident: int, item_id: int) -> str:
    """What is this item about, what was said of it, what do we record?"""
    place = _place_or_404(ident, item_id)
    if place.is_withheld:
        return render_template("meetings/item.html", place=place, is_withheld=True)
    return _show(place, Typed(DecisionForm(formdata=None), ActionForm(formdata=None), {}, {}))


def _show(place: Place, typed: Typed) -> str:
    profile, returned, history = _profile(place)
    if Role.TEAM in viewer().roles and place.item.organisation:
        keep_entry(viewer().email, "raw figures seen", f"profile of {place.item.organisation.name}")
    return render_template(
        "meetings/item.html",
        place=place,
        is_withheld=False,
        profile=profile,
        typed=typed,
        can_record=may_record(place.meeting.state),
        why_not=why_not_recorded(place.meeting.state),
        has_return=returned is not None and returned.is_shown,
        seen={pledge: every[-1].id for pledge, every in history.items()},
        outcomes=OUTCOME_NAMES,
        **_recorded(place, history),
    )


def _recorded(place: Place, history: Mapping[int, list[PledgeOutcome]]) -> dict[str, Any]:
    """What stands in the part of the page that renews itself."""
    return {
        "decisions": load_decisions(db(), place.item),
        "actions": load_actions_for(db(), place.item),
        "newest": {pledge: every[-1] for pledge, every in history.items()},
        "say_outcome": say_outcome,
        "today": today(),
    }


def _profile(place: Place) -> tuple[Profile | None, Returned | None, Mapping[int, list[PledgeOutcome]]]:
    organisation, round_ = place.item.organisation, place.meeting.round
    if organisation is None:
        return None, None, {}
    facts = say_facts(organisation, reference())
    if round_ is None:
        return Profile(organisation.name, facts, NO_ROUND), None, {}
    returned = load_returned(db(), organisation.id, round_)
    history = load_history(db(), returned.row.id) if returned.row else {}
    newest = {pledge: every[-1] for pledge, every in history.items()}
    return profile_of(organisation.name, facts, returned, newest), returned, history


@blueprint.get(f"{ADDRESS}/recorded")
@open_to(Role.MEMBER, Role.TEAM)
def recorded(ident: int, item_id: int) -> str:
    """What is recorded now, for the page that renews itself while others write."""
    place = _place_or_404(ident, item_id, to_record=True)
    row = _load_return(place)
    history = load_history(db(), row) if row else {}
    return render_template(
        "meetings/_recorded.html", place=place, can_record=may_record(place.meeting.state), **_recorded(place, history)
    )


def _load_return(place: Place) -> int | None:
    if place.item.organisation_id is None or place.meeting.round is None:
        return None
    returned = load_returned(db(), place.item.organisation_id, place.meeting.round)
    return returned.row.id if returned.row and returned.is_shown else None


@blueprint.post(f"{ADDRESS}/outcomes")
@open_to(Role.MEMBER, Role.TEAM)
def outcomes(ident: int, item_id: int) -> Response | str | tuple[str, int]:
    """Record what the meeting found about the pledges. Who was quicker with another is shown, and nothing is stored."""
    place = _place_or_404(ident, item_id, to_record=True)
    chosen, seen = _read_outcomes(request.form)
    organisation, round_ = place.item.organisation, place.meeting.round
    if organisation is None or round_ is None:
        abort(404)
    returned = load_returned(db(), organisation.id, round_)
    if returned.row is None or not returned.is_shown:
        return show_kept(NOT_RECORDED, "There is no return of this organisation to find anything about.", 409)
    try:
        changes = recording.record_outcomes(db(), place.meeting, place.item, returned.row, chosen, seen, _recorder())
    except MeetingRefused as refusal:
        return show_kept(NOT_RECORDED, str(refusal), 409, can_resend=False)
    if changes.conflicts:
        typed = Typed(DecisionForm(formdata=None), ActionForm(formdata=None), chosen, changes.conflicts)
        return _show(place, typed), 409
    number = len({*changes.new, *changes.confirmed})
    flash(
        f"{number} {'outcome is' if number == 1 else 'outcomes are'} recorded." if number else "Nothing was changed.",
        "success" if number else "message",
    )
    return redirect(place.address + "#outcomes")


def _read_outcomes(form: Mapping[str, str]) -> tuple[dict[int, Outcome], dict[int, int]]:
    """What was chosen and which outcomes the page showed, by pledge; what cannot be read is none."""
    known = set(map(str, Outcome))
    chosen = {pledge: form.get(f"outcome-{pledge}", "") for pledge in NUMBERS}
    seen = {pledge: form.get(f"seen-{pledge}", "") for pledge in NUMBERS}
    return (
        {pledge: Outcome(text) for pledge, text in chosen.items() if text in known},
        {pledge: int(text) for pledge, text in seen.items() if text.isascii() and text.isdigit() and len(text) < 19},
    )


@blueprint.post(f"{ADDRESS}/decisions")
@open_to(Role.MEMBER, Role.TEAM)
def decide(ident: int, item_id: int) -> Response | tuple[str, int]:
    """Write down a decision: a line of its own, so that nobody overwrites anybody."""
    place, form = _place_or_404(ident, item_id, to_record=True), DecisionForm()
    if not form.validate():
        return _show(place, Typed(form, ActionForm(formdata=None), {}, {})), 422
    try:
        recording.add_decision(db(), place.meeting, place.item, form.decision.data or "", _recorder())
    except MeetingRefused as refusal:
        return show_kept(NOT_RECORDED, str(refusal), 409, can_resend=False)
    flash("The decision is recorded.", "success")
    return redirect(place.address + "#recorded")


@blueprint.route(f"{ADDRESS}/decisions/<int:decision_id>", methods=["GET", "POST"])
@open_to(Role.MEMBER, Role.TEAM)
def change(ident: int, item_id: int, decision_id: int) -> str | Response | tuple[str, int]:
    """Change the words of a decision, or take it out. Where somebody else did meanwhile, both are shown."""
    place, form = _place_or_404(ident, item_id, to_record=True), DecisionForm()
    decision = find_decision(db(), place.item.id, decision_id, lock=request.method == "POST")
    if decision is None and request.method == "POST":
        return show_kept(NOT_RECORDED, GONE, 409, can_resend=False)
    if decision is None:
        abort(404)
    if request.method == "GET" and not may_record(place.meeting.state):
        flash(why_not_recorded(place.meeting.state))
        return redirect(place.address)
    if request.method == "GET":
        form.decision.data, form.seen.data = decision.text, str(decision.version)
        return _decision(place, decision, form)
    try:
        return _change(place, decision, form)
    except MeetingRefused as refusal:
        return show_kept(NOT_RECORDED, str(refusal), 409, can_resend=False)
    except ChangedMeanwhile:
        form.seen.data = str(decision.version)
        return _decision(place, decision, form, is_stale=True), 409


def _change(place: Place, decision: Decision, form: DecisionForm) -> Response | tuple[str, int]:
    if request.form.get("then") == "remove":
        recording.remove_decision(db(), place.meeting, place.item, decision, form.version, _recorder())
        flash("The decision is taken out of the minutes.", "success")
    elif not form.validate():
        return _decision(place, decision, form), 422
    elif recording.change_decision(
        db(), place.meeting, place.item, decision, form.decision.data or "", form.version, _recorder()
    ):
        flash("The decision is saved.", "success")
    else:
        flash("Nothing was changed.")
    return redirect(place.address + "#recorded")


def _decision(place: Place, decision: Decision, form: DecisionForm, *, is_stale: bool = False) -> str:
    return render_template("meetings/decision.html", place=place, decision=decision, form=form, is_stale=is_stale)


@blueprint.post(f"{ADDRESS}/actions")
@open_to(Role.MEMBER, Role.TEAM)
def act(ident: int, item_id: int) -> Response | tuple[str, int]:
    """Write down an action: who does what by when."""
    place, form = _place_or_404(ident, item_id, to_record=True), ActionForm()
    if not form.validate():
        return _show(place, Typed(DecisionForm(formdata=None), form, {}, {})), 422
    try:
        action = recording.add_action(db(), place.meeting, place.item, form.words, _recorder())
    except MeetingRefused as refusal:
        return show_kept(NOT_RECORDED, str(refusal), 409, can_resend=False)
    flash(f"Action {action.id} is in the log.", "success")
    return redirect(place.address + "#recorded")
