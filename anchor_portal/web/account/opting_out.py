"""Reminders turned off and on: by the link in each of them, without signing in, or on one's page of messages."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from anchor_portal.extensions import csrf, db, settings, viewer
from anchor_portal.models import User
from anchor_portal.services.messages.opting_out import find_by_token, turn_reminders
from anchor_portal.web.access import open_to_all, open_to_signed_in

blueprint = Blueprint("opting_out", __name__)
ONE_CLICK = "List-Unsubscribe"
"""What a mail program sends whose reader pressed its own button (RFC 8058)."""


@blueprint.route("/reminders/off/<token>", methods=["GET", "POST"])
@csrf.exempt  # type: ignore[untyped-decorator]
@open_to_all
def by_link(token: str) -> str | Response:
    """Turn reminders off, or on again. The link itself says whose they are, so a mail program can do it too."""
    user = find_by_token(db(), settings().secret_key, token)
    if user is None:
        abort(404)
    if request.method == "POST":
        wanted = request.form.get("turn", "")
        if wanted in {"on", "off"} or ONE_CLICK in request.form:
            turn_reminders(db(), user, on=wanted == "on")
        return redirect(url_for("opting_out.by_link", token=token))
    return render_template("messages/reminders_off.html", is_off=user.reminders_off_at is not None, name=user.name)


@blueprint.post("/messages/reminders")
@open_to_signed_in
def own() -> Response:
    """Turn one's own reminders off or on."""
    wanted = request.form.get("turn", "")
    if wanted in {"on", "off"} and turn_reminders(db(), db().get_one(User, viewer().user_id), on=wanted == "on"):
        flash(f"Reminders are turned {wanted}.", "success")
    return redirect(url_for("messages.inbox"))
