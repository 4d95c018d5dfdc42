"""The page about one's own signing in: where one is signed in, and with what."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from anchor_portal.domain.signing_in.sessions import say_method
from anchor_portal.extensions import db, settings, viewer
from anchor_portal.models.base import now
from anchor_portal.queries.sign_ins import load_factors, load_open_sessions
from anchor_portal.services.accounts.sessions import BY_THE_PERSON, end_session, end_sessions
from anchor_portal.services.audit import record
from anchor_portal.web.access import open_to_signed_in
from anchor_portal.web.account.signing_in import must_confirm
from anchor_portal.web.account.ways import ways_in

blueprint = Blueprint("own_account", __name__)


@blueprint.get("/account")
@open_to_signed_in
def show() -> str:
    """Where I am signed in, my second factor, my recovery codes, and the way to my password."""
    me = viewer()
    lasts, idle = timedelta(hours=settings().session_hours), timedelta(minutes=settings().idle_minutes)
    this = me.sign_in.id if me.sign_in else 0
    sessions = sorted(load_open_sessions(db(), me.user_id, now(), lasts, idle), key=lambda each: each.id != this)
    return render_template(
        "own_account/show.html",
        sessions=[(each, say_method(each.method, each.second_factor)) for each in sessions],
        this=this,
        factors=load_factors(db(), me.user_id),
        must_confirm=must_confirm(me),
        **ways_in(me.user_id),
    )


@blueprint.post("/account/sessions/<int:ident>/end")
@open_to_signed_in
def end_one(ident: int) -> Response:
    """Sign out there."""
    if ident < 2**31 and end_session(db(), viewer().user_id, ident, BY_THE_PERSON):
        record(db(), viewer().email, "session ended", viewer().email)
        flash("You are signed out there.", "success")
    else:
        flash("That session had ended already. Nothing was changed.")
    return redirect(url_for("own_account.show"))


@blueprint.post("/account/sessions/end")
@open_to_signed_in
def end_others() -> Response:
    """Sign out everywhere else."""
    me = viewer()
    ended = end_sessions(db(), me.user_id, BY_THE_PERSON, but=me.sign_in.id if me.sign_in else None)
    if ended:
        record(db(), me.email, "other sessions ended", me.email, str(ended))
        flash("You are signed out everywhere else.", "success")
    else:
        flash("You were signed in nowhere else. Nothing was changed.")
    return redirect(url_for("own_account.show"))
