"""What an invitation's link opens: choosing a password, then one's work."""

from flask import Blueprint, Response, make_response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Answer

from anchor_portal.extensions import database, db, settings
from anchor_portal.models.base import now
from anchor_portal.queries.viewer import find_viewer
from anchor_portal.services.accounts.passwords import refuse_password
from anchor_portal.services.messages.invitations import ADDRESS, accept, find_invited
from anchor_portal.services.people import hash_password
from anchor_portal.web.access import open_to_all
from anchor_portal.web.account.signing_in import begin
from anchor_portal.web.forms.people import PasswordForm

blueprint = Blueprint("invitations", __name__)
WITHOUT_PATH = "strict-origin"
"""No page or file that this one leads to is told its address; its own form still says where it comes from."""


@blueprint.route(f"{ADDRESS}<token>", methods=["GET", "POST"])
@open_to_all
def show(token: str) -> Answer | str:
    """Choose a password with the link of an invitation; one that is expired, used or unknown gives help."""
    form = PasswordForm()
    if request.method == "GET":
        return _show(token, form)
    if not form.validate() or not _is_good(form, token):
        return _show(token, form, 422)
    # before the database is asked: making a password is slow on purpose, and nobody should wait for it
    hashed = hash_password(form.password.data or "")
    user = accept(db(), token, hashed, now())
    viewer = find_viewer(db(), user.id) if user else None
    if viewer is None:
        return _show(token, form)
    return begin(viewer, "invitation")


def _is_good(form: PasswordForm, token: str) -> bool:
    """Whether the password is good enough, else why not beside it; asked where it holds no writer up."""
    with Session(database().reader) as looking:
        invited = find_invited(looking, token, now())
        known = (invited.name, invited.email) if invited else ()
    if refusal := refuse_password(form.password.data or "", (*known, settings().portal_name)):
        form.password.errors = [refusal]
    return not refusal


def _show(token: str, form: PasswordForm, status: int = 200) -> Response:
    user = find_invited(db(), token, now())
    if user is None:
        return _private(render_template("invitations/gone.html"), 410)
    return _private(render_template("invitations/show.html", form=form, invited=user), status)


def _private(page: str, status: int) -> Response:
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = WITHOUT_PATH
    return response
