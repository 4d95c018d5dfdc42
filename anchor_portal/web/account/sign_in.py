"""Signing in and out."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from anchor_portal.extensions import db
from anchor_portal.services.people import check_password
from anchor_portal.web.access import open_to_all
from anchor_portal.web.forms.sign_in import SignInForm
from anchor_portal.web.kept import ask_to_sign_in_again, kept_fields, show_signed_in_again
from anchor_portal.web.transactions import keep_entry

blueprint = Blueprint("account", __name__)
LONGEST_ADDRESS = 2000


@blueprint.route("/sign-in", methods=["GET", "POST"])
@open_to_all
def sign_in() -> str | Response | tuple[str, int]:
    """Sign in, and go to where one wanted to go."""
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET":
        return (
            redirect(url_for("returns.work"))
            if current_user.is_authenticated
            else render_template("account/sign_in.html", form=form)
        )
    if not form.validate():
        return _again(form)
    viewer = check_password(db(), form.email.data or "", form.password.data or "")
    if viewer is None:
        keep_entry("nobody", "sign-in refused", "an account")
        form.email.errors = ["Address and password do not go together. Check both and try again"]
        return _again(form)
    session.clear()
    g.pop("csrf_token", None)  # that of the session before, which a page shown now must not carry
    session.permanent = True
    login_user(viewer)
    keep_entry(viewer.email, "signed in", viewer.email)
    wanted = _inside(form.next.data or "")
    if wanted and kept_fields():
        return show_signed_in_again(wanted)
    return redirect(wanted or url_for("returns.work"))


def _again(form: SignInForm) -> tuple[str, int]:
    """The form with what is wrong; and what was typed on another page, where that is waiting to be sent."""
    if kept_fields():
        return ask_to_sign_in_again(form, 422)
    return render_template("account/sign_in.html", form=form), 422


def _inside(target: str) -> str:
    """The address if it is one of ours, else nothing: nobody is sent elsewhere."""
    if not target.startswith("/") or "\\" in target or not target.isprintable() or len(target) > LONGEST_ADDRESS:
        return ""
    try:
        split = urlsplit(target)
    except ValueError:
        return ""
    return "" if split.scheme or split.netloc or target.startswith("//") else target


@blueprint.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    """End the session."""
    if current_user.is_authenticated:
        keep_entry(current_user.email, "signed out", current_user.email)
    logout_user()
    session.clear()
    flash("You are signed out.", "success")
    return redirect(url_for("public.home"))
