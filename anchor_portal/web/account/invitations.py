"""What an invitation's link opens: choosing a password, then one's work."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, session, url_for
from flask_login import login_user
from werkzeug.wrappers import Response as Answer

from anchor_portal.extensions import db
from anchor_portal.models.base import now
from anchor_portal.queries.viewer import find_viewer
from anchor_portal.services.messages.invitations import ADDRESS, accept, find_invited
from anchor_portal.services.people import hash_password
from anchor_portal.web.access import open_to_all
from anchor_portal.web.forms.people import PasswordForm
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("invitations", __name__)
WITHOUT_PATH = "strict-origin"
"""No page or file that this one leads to is told its address; its own form still says where it comes from."""


@blueprint.route(f"{ADDRESS}<token>", methods=["GET", "POST"])
@open_to_all
def show(token: str) -> Answer:
    """Choose a password with the link of an invitation; one that is expired, used or unknown gives help."""
    form = PasswordForm()
    if request.method == "GET":
        return _show(token, form)
    if not form.validate():
        return _show(token, form, 422)
    # before the database is asked: making a password is slow on purpose, and nobody should wait for it
    hashed = hash_password(form.password.data or "")
    user = accept(db(), token, hashed, now())
    viewer = find_viewer(db(), user.id) if user else None
    if viewer is None:
        return _show(token, form)
    session.clear()
    session.permanent = True
    login_user(viewer)
    keep_entry(viewer.email, "signed in", viewer.email, "with an invitation")
    return redirect(url_for("returns.work"))


def _show(token: str, form: PasswordForm, status: int = 200) -> Response:
    user = find_invited(db(), token, now())
    if user is None:
        return _private(render_template("invitations/gone.html"), 410)
    return _private(render_template("invitations/show.html", form=form, invited=user), status)


def _private(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = WITHOUT_PATH
    return response
