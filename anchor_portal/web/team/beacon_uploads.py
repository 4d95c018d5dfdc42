"""Published values of Beacon indicators, for the team: upload a file, say which indicators are in it, look, apply, undo."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.answers.evidence import MEGABYTE
from anchor_portal.domain.answers.text import clean_text
from anchor_portal.domain.beacon.table import Reading, say_period
from anchor_portal.domain.beacon.words import FACTS, NO_LONGER_LOCAL, OURS
from anchor_portal.domain.people import Role
from anchor_portal.extensions import db, viewer
from anchor_portal.models import BeaconUpload, UploadState
from anchor_portal.queries import beacon as stored
from anchor_portal.services.beacon import uploads as beacon
from anchor_portal.web.access import open_to

blueprint = Blueprint("beacon_uploads", __name__)
UPLOAD = "/team/beacon/uploads/<int:ident>"
MOST_NEW, MOST_CHANGED = 200, 1000
"""How many values a preview lists one by one; it counts the others."""
LONGEST_REASON = 500


@blueprint.get("/team/beacon")
@open_to(Role.TEAM)
def show() -> str:
    """Which indicators have values, the uploads, and a form for the next file."""
    return _show()


def _show(error: str = "") -> str:
    latest = stored.load_latest_readings(db())
    last = {source.number: source for source in reversed(stored.load_sources(db()))}
    lines = [
        {
            "indicator": indicator,
            "is_ours": indicator.number in OURS,
            "no_longer": indicator.number in NO_LONGER_LOCAL,
            "period": _latest_period(latest, indicator.number),
            "source": last.get(indicator.number),
        }
        for _, indicators in stored.load_themes(db())
        for indicator in indicators
    ]
    most = beacon.LARGEST // MEGABYTE
    uploads = stored.load_uploads(db())
    return render_template("beacon/team.html", lines=lines, uploads=uploads, error=error, most=most, State=UploadState)


def _latest_period(latest: dict[int, list[Reading]], number: int) -> str:
    readings = latest.get(number, [])
    return say_period(max(readings, key=lambda each: (each.sortable, each.period)).period) if readings else ""


@blueprint.post("/team/beacon")
@open_to(Role.TEAM)
def upload() -> Response | tuple[str, int]:
    """Take a file in, to be looked at; nothing of it is shown to anyone yet."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _show("Choose the CSV file that you downloaded"), 422
    with file.stream as stream:
        content = stream.read(beacon.LARGEST + 1)
    if len(content) > beacon.LARGEST:
        return _show(f"The file is larger than {beacon.LARGEST // MEGABYTE} MB: download fewer indicators at once"), 422
    areas, who = beacon.load_areas(db()), viewer().email
    db().rollback()  # while the file is read, nobody has to wait for this request
    try:
        taken = beacon.stage(db(), content, file.filename, who, beacon.read(content, areas))
    except beacon.UploadRefused as refusal:
        return _show(str(refusal)), 422
    return redirect(url_for("beacon_uploads.look", ident=taken.id))


def _upload_or_404(ident: int, *, to_change: bool = False) -> BeaconUpload:
    found = stored.find_upload(db(), ident, to_change=to_change)
    if found is None:
        abort(404)
    return found


@blueprint.get(UPLOAD)
@open_to(Role.TEAM)
def look(ident: int) -> str:
    """A file: which indicators are in it and what it would change, or what became of it."""
    return _look(_upload_or_404(ident))


def _look(
    found: BeaconUpload, notice: str = "", faults: dict[int, str] | None = None, chosen: dict[int, str] | None = None
) -> str:
    is_preview = found.state == UploadState.PREVIEW
    preview = beacon.preview(db(), found) if is_preview and not faults else None
    names = {area.code: area.name for area in beacon.load_areas(db()).values()} if preview else {}
    titles = {each.number: each.name for _, every in stored.load_themes(db()) for each in every}
    return render_template(
        "beacon/upload.html",
        upload=found,
        preview=preview,
        titles=titles,
        choices=[number for number in titles if number not in OURS],
        chosen=chosen or {each.position: str(each.number or "") for each in found.series},
        faults=faults or {},
        notice=notice,
        names=names,
        most_new=MOST_NEW,
        most_changed=MOST_CHANGED,
        say_period=say_period,
        State=UploadState,
    )


@blueprint.post(UPLOAD)
@open_to(Role.TEAM)
def choose(ident: int) -> Response | tuple[str, int]:
    """Keep which of our indicators are in a file, and show what changes."""
    found = _upload_or_404(ident, to_change=True)
    typed = {each.position: request.form.get(f"number-{each.position}", "").strip()[:20] for each in found.series}
    choices = {position: _number(text) for position, text in typed.items()}
    try:
        beacon.choose(db(), found, choices)
    except beacon.ChoicesRefused as refusal:
        return _look(found, faults=refusal.faults, chosen=typed), 422
    except beacon.UploadRefused as refusal:
        flash(f"{refusal}.")
        return redirect(url_for("beacon_uploads.look", ident=ident))
    # what is wrong stands at the top, where the page puts the focus
    place = "" if beacon.preview(db(), found).faults else "#changes"
    return redirect(url_for("beacon_uploads.look", ident=ident) + place)


def _number(text: str) -> int | None:
    """What was chosen: None for "do not use", 0 for what nobody was offered."""
    if not text:
        return None
    return int(text) if text in {str(number) for number in FACTS} else 0


@blueprint.post(f"{UPLOAD}/apply")
@open_to(Role.TEAM)
def apply(ident: int) -> Response | tuple[str, int]:
    """Put the values into the table, all or none."""
    found = _upload_or_404(ident, to_change=True)
    try:
        done = beacon.apply(db(), found, request.form.get("seen", ""), viewer().email)
    except beacon.StalePreview:
        notice = "Somebody changed some of these values while you looked at this page. Nothing was stored: look again, then apply."
        return _look(found, notice), 409
    except beacon.UploadRefused as refusal:
        flash(f"{refusal}.")
        return redirect(url_for("beacon_uploads.look", ident=ident))
    flash(f"Applied: {done.new} new and {done.changed} changed values are in the table now.", "success")
    return redirect(url_for("beacon_uploads.show"))


@blueprint.post(f"{UPLOAD}/discard")
@open_to(Role.TEAM)
def discard(ident: int) -> Response:
    """Throw away a file that was only looked at."""
    try:
        beacon.discard(db(), _upload_or_404(ident, to_change=True))
        flash("The file is thrown away. Nothing in the table changed.")
    except beacon.UploadRefused as refusal:
        flash(f"{refusal}.")
    return redirect(url_for("beacon_uploads.show"))


@blueprint.route(f"{UPLOAD}/undo", methods=["GET", "POST"])
@open_to(Role.TEAM)
def undo(ident: int) -> str | Response | tuple[str, int]:
    """Ask why, and take the values of a file out of the table again."""
    found = _upload_or_404(ident, to_change=request.method == "POST")
    if found.state != UploadState.APPLIED:
        flash("This file is not in the table, so there is nothing to take out.")
        return redirect(url_for("beacon_uploads.look", ident=ident))
    if request.method == "GET":
        return _ask_why(found)
    reason = clean_text(request.form.get("reason", ""))
    if not reason or len(reason) > LONGEST_REASON:
        error = f"Give a reason of at most {LONGEST_REASON} characters" if reason else "Give the reason"
        return _ask_why(found, error, reason), 422
    try:
        beacon.undo(db(), found, reason, viewer().email)
    except beacon.UploadRefused as refusal:
        flash(f"{refusal}.")
    else:
        flash(f"The values of “{found.file_name}” are out of the table. Those of earlier files show again.", "success")
    return redirect(url_for("beacon_uploads.show"))


def _ask_why(found: BeaconUpload, error: str = "", reason: str = "") -> str:
    return render_template("beacon/undo.html", upload=found, error=error, reason=reason)
